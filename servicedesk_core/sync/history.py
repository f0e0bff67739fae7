"""The vendor's own ticket history, read within an allowance of requests."""

from collections.abc import Iterable, Sequence
from typing import Final

from servicedesk_core.domain import EventSource, EventType, TicketEvent

SUPERSEDED: Final = "superseded"
"""Why an observed event is no longer live: the vendor's history tells the same more exactly."""

_TOLD_BY_HISTORY: Final = frozenset(
    {EventType.STATUS_CHANGED, EventType.PRIORITY_CHANGED, EventType.ASSIGNED, EventType.QUEUE_CHANGED}
)


def affordable(candidates: Sequence[str], *, requests: int, tickets_per_request: int) -> Sequence[str]:
    """Return those of the candidates whose history can be asked for.

    Args:
        candidates: Tickets, the most wanted first.
        requests: Requests that may be spent.
        tickets_per_request: How many tickets one request can ask about.
    """
    return candidates[: max(0, requests) * max(1, tickets_per_request)]


def superseded(observed: Iterable[TicketEvent], told: Iterable[TicketEvent]) -> list[str]:
    """Return the source keys of the observed events that a ticket's history replaces.

    The history speaks for the kinds of change it tells of, up to its newest entry of that kind: what we observed after
    that is news that the history did not have yet. A snapshot is never replaced; it is a state, not a change.

    Args:
        observed: What the desk noticed about one ticket.
        told: What the vendor's history says about the same ticket.
    """
    newest: dict[EventType, TicketEvent] = {}
    for event in told:
        known = newest.get(event.type)
        if known is None or event.effective_at > known.effective_at:
            newest[event.type] = event
    return [
        event.external_id
        for event in observed
        if event.source is EventSource.OBSERVED
        and event.type in _TOLD_BY_HISTORY
        and (last := newest.get(event.type)) is not None
        and event.effective_at <= last.effective_at
    ]
