"""The kinds of definitions by which automatic acts are let, and held back."""

from datetime import timedelta
from enum import StrEnum
from typing import Annotated, Any, Final

from pydantic import Field

from servicedesk_core.domain import Model
from servicedesk_core.domain.base import Instant
from servicedesk_core.faces import Capability, DefinitionKind

LONGEST: Final = timedelta(days=366)
"""How long a standing approval may hold: somebody looks at it again at least once a year."""

_Word = Annotated[str, Field(min_length=1)]
_Many = Annotated[int, Field(ge=1, le=100_000)]


class StandingApproval(Model):
    """What an automatic act may do without asking: where, how much, until when."""

    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,62}$")]
    act: _Word = Field(description="Name of the automatic act, such as tickets.close-resolved.")
    clients: tuple[_Word, ...] = Field(
        default=(), description="Only of these clients, by name or id (psa/29); empty = of all."
    )
    queues: tuple[_Word, ...] = Field(
        default=(), description="Only in these queues, by name or id (psa/5); empty = in all."
    )
    priorities: tuple[_Word, ...] = Field(default=(), description="Only of these priorities; empty = of all.")
    technicians: tuple[_Word, ...] = Field(
        default=(), description="Only what concerns these technicians, by name or id; empty = whomever it concerns."
    )
    per_run: _Many = Field(description="How many writes one run may have approved.")
    per_hour: _Many = Field(description="How many may be approved, and how many sent, within an hour.")
    per_day: _Many = Field(description="How many within 24 hours.")
    expires_at: Instant = Field(description="When it ends by itself.")

    @property
    def scope(self) -> dict[str, tuple[str, ...]]:
        """What it is limited to: words by the fact that must be one of them."""
        said = {
            "client": self.clients,
            "queue": self.queues,
            "priority": self.priorities,
            "technician": self.technicians,
        }
        return {fact: words for fact, words in said.items() if words}


class ActMode(StrEnum):
    """What an automatic act does by itself."""

    OFF = "off"
    """Nothing, and suggests nothing."""
    RECOMMEND = "recommend"
    """It shows what it would do, and writes nothing."""
    AUTO = "auto"
    """It acts, as far as standing approvals cover it."""


class ModeOfAct(Model):
    """That an automatic act is turned off."""

    name: _Word
    mode: ActMode = Field(description="off: it suggests nothing, whatever was approved; recommend: it writes nothing.")


APPROVALS: Final = DefinitionKind(
    "standing_approvals", "standing approval", StandingApproval, decides=Capability.STANDING_GRANT, by_act=True
)
"""``[standing_approvals.NAME]``: only the act that grants makes one, and only acts and files take it away."""

MODES: Final = DefinitionKind("automatic_acts", "automatic act", ModeOfAct, decides=Capability.STANDING_GRANT)
"""``[automatic_acts."tickets.close-resolved"]``: one that is not there acts as far as standing approvals cover it."""

KINDS: Final[tuple[DefinitionKind[Any], ...]] = (APPROVALS, MODES)
