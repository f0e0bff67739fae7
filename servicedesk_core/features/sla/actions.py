"""Judging clocks by hand."""

from dataclasses import dataclass
from typing import Annotated, Protocol

from servicedesk_core.faces import Capability, Column, Help, Manner, action
from servicedesk_core.features.sla.following import evaluate_tickets
from servicedesk_core.features.sla.queries import Clocks
from servicedesk_core.features.sla.replay.queries import DraftingDesk
from servicedesk_core.store import Store


class StoringDesk(DraftingDesk, Protocol):
    """A desk with its own database."""

    @property
    def store(self) -> Store:
        """The database."""
        ...


@dataclass(frozen=True, slots=True)
class EvaluateOutcome:
    """What was judged."""

    tickets: Annotated[int, Column("Tickets whose clocks were judged.")]
    has_policy: Annotated[bool, Column("Whether anything is promised at all.")]
    busy: Annotated[str | None, Column("Who is at it instead.")]


class Sla(Clocks[Manner]):
    """What was promised to clients, whether it is kept, and what people decide about it."""

    desk: StoringDesk

    @action(
        "sla.evaluate",
        about="What was judged.",
        needs=Capability.DESK_OPERATE,
        unscoped="clocks are judged for all clients together",
    )
    async def evaluate(
        self,
        *,
        afresh: Annotated[bool, Help("All tickets, though nothing changed.")] = False,
    ) -> EvaluateOutcome:
        """Judge the clocks of tickets that something happened to; of all when what is promised has changed.

        A sync does it at its end, and "servicedesk serve" every minute. It can be cut off anywhere, and goes on there.
        """
        done = await evaluate_tickets(self.desk, afresh=afresh)
        return EvaluateOutcome(done.tickets, done.has_policy, done.busy)
