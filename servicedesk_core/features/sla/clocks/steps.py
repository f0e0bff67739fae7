"""What happened to a ticket, in the form in which it is folded."""

from collections.abc import Iterable, Mapping
from operator import itemgetter
from typing import Any, Final, NamedTuple, Self

from servicedesk_core.business_time.table import micros
from servicedesk_core.domain.tickets import ActorType, EventSource, EventType, TicketEvent

_ORDER: Final = itemgetter(0, 1, 2)


class Step(NamedTuple):
    """An event of a ticket. A year of tickets has millions of them: a tuple is filled much quicker than a record.

    Attributes:
        at_us: When it took place, in microseconds since 1970.
    """

    at_us: int
    source_seq: int
    external_id: str
    ticket_ref: str
    type: EventType
    source: EventSource
    actor_type: ActorType | None = None
    actor_ref: str | None = None
    before: Mapping[str, Any] = {}
    after: Mapping[str, Any] = {}

    @classmethod
    def of(cls, event: TicketEvent) -> Self:
        """Return an event as a step."""
        return cls(
            micros(event.effective_at),
            event.source_seq,
            event.external_id,
            event.ticket_ref,
            event.type,
            event.source,
            event.actor_type,
            event.actor_ref,
            event.before,
            event.after,
        )


def in_order(steps: Iterable[Step]) -> list[Step]:
    """Return the steps of a ticket in the order in which they happened."""
    return sorted(steps, key=_ORDER)
