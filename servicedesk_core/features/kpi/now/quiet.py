"""To which open tickets nothing happened in a span: they stood before as they stand now, and need not be followed."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Final

from servicedesk_core.features.attention import Booked
from servicedesk_core.features.kpi.now.coordinator import OpenTicket
from servicedesk_core.features.kpi.now.taken import LONGEST
from servicedesk_core.store import Tx, bulk, sources
from servicedesk_core.store.fields import to_us

_HAPPENED: Final = tuple(
    f"SELECT DISTINCT ticket_ref FROM {stream} "  # noqa: S608  # our own words
    f"WHERE source_id = {{{{source}}}} AND ticket_ref IN {{{{values}}}} AND gone_at IS NULL AND {when}"
    for stream, when in {
        "ticket_events": "effective_at > {since}",
        "notes": "created_at > {since}",
        "time_entries": "(COALESCE(end_at, start_at, created_at) > {since} OR (end_at IS NULL AND start_at > {begun}))",
    }.items()
)
"""What may have happened to a ticket: more than its life is made of, and never less."""

_PROMISED: Final = (
    "SELECT DISTINCT ticket_id FROM sla_clocks "
    "WHERE ticket_id IN {{values}} AND (started_at > {since} OR stopped_at > {since})"
)


def quiet(
    tx: Tx, current: Sequence[OpenTicket], visits: Iterable[Booked], start: datetime, now: datetime
) -> Mapping[int, OpenTicket]:
    """Return those to which nothing can have happened, by the desk's own numbers.

    What passed a due time meanwhile, while its clock was paused, stood without one before.

    Args:
        tx: Any transaction.
        current: Tickets as they stand now.
        visits: Appointments that were not over when the span began.
        start: The first instant of the span.
        now: The present instant.
    """
    ids = {one.name: one.id for one in sources.all(tx)}
    refs: dict[int, list[str]] = defaultdict(list)
    for one in current:
        refs[ids[one.connection]].append(one.ref)
    times = {"since": to_us(start), "begun": to_us(start - LONGEST)}
    happened = {(visit.source_id, ref) for visit in visits for ref in visit.tickets}
    for query in _HAPPENED:
        for source, wanted in refs.items():
            found = bulk.select_in(tx, query.format(**times), source, wanted)
            happened.update((source, ref) for (ref,) in found)
    promised = bulk.select_in(tx, _PROMISED.format(**times), None, [one.local_id for one in current])
    moved = {ticket for (ticket,) in promised}
    return {
        one.local_id: one
        for one in current
        if one.local_id not in moved
        and (ids[one.connection], one.ref) not in happened
        and one.standing.created_at is not None
        and one.standing.created_at <= now
        and (one.due_at is None or not start <= one.due_at < now)
    }
