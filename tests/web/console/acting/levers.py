"""A feature with an act of each kind, for tests: what it does is counted."""

from dataclasses import dataclass
from typing import Annotated

from servicedesk_core.errors import WriteStateError
from servicedesk_core.faces import Action, Capability, Column, Feature, Help, Manner, Namespace, action, previewed

PULLED: list[str] = []
WEIGHTS: dict[str, int] = {}
GATES: list = []
"""Each is awaited before a lever is pulled."""


@dataclass(frozen=True, slots=True)
class Pulled:
    """A lever that was pulled."""

    lever: Annotated[str, Column("Which.")]
    weight: Annotated[int, Column("How heavy it was.")]


def show(terminal, going):
    terminal.facts([("Weight", going)])


async def weighed(_namespace, lever, **_named):
    return WEIGHTS[lever]


class Levers(Namespace[Manner]):
    """Levers."""

    @action("levers.count", about="What was pulled.", needs=Capability.READ, unscoped="of a test")
    async def count(self, lever: Annotated[str, Help("Which.")]) -> Pulled:
        """Pull a lever at once."""
        for gate in GATES:
            await gate()
        if lever == "stuck":
            raise WriteStateError("It is stuck.", hint="Take another one.")
        PULLED.append(lever)
        return Pulled(lever, len(PULLED))

    @action(
        "levers.break",
        asks=lambda lever: f"Break {lever}?",
        about="What was broken.",
        needs=Capability.READ,
        unscoped="of a test",
    )
    async def break_(self, lever: Annotated[str, Help("Which.")]) -> Pulled:
        """Break a lever."""
        PULLED.append(lever)
        return Pulled(lever, 0)

    @previewed(
        "levers.pull",
        preview=weighed,
        shows=f"{__name__}:show",
        asks=lambda going, lever: f"Pull {lever} of {going} kg?",
        about="What was pulled.",
        needs=Capability.READ,
        unscoped="of a test",
    )
    async def pull(self, lever: Annotated[str, Help("Which.")], *, shown: int | None = None) -> Pulled:
        """Pull a lever."""
        PULLED.append(lever)
        return Pulled(lever, shown or 0)


FEATURE = Feature("levers", "Levers.", actions=f"{__name__}:Levers")
ACTS = [one for one in vars(Levers).values() if isinstance(one, Action)]
