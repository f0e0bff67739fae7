"""When somebody of ours first answered: by a public note, by work, or by booking an appointment."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Final

from servicedesk_core.features.kpi.cases.facts import Key, TicketFact, VisitFact
from servicedesk_core.features.kpi.tables.lookup import Lookup
from servicedesk_core.store import bulk
from servicedesk_core.store.fields import from_us

_ANSWERS: Final = (
    (
        "SELECT ticket_ref, MIN(created_at) FROM notes WHERE source_id = {source} AND ticket_ref IN {values} "
        "AND gone_at IS NULL AND visibility = 'public' AND author_type = 'technician' GROUP BY ticket_ref"
    ),
    (
        "SELECT ticket_ref, MIN(COALESCE(start_at, created_at)) FROM time_entries "
        "WHERE source_id = {source} AND ticket_ref IN {values} AND gone_at IS NULL GROUP BY ticket_ref"
    ),
)


def responses(
    lookup: Lookup, tickets: Iterable[TicketFact], visits: Mapping[Key, Sequence[VisitFact]]
) -> Mapping[Key, datetime]:
    """Return when each ticket was first answered that may have been answered in the period.

    Work that was recorded as of before its ticket is done when that was created. What the vendor says counts where
    nothing else is known.
    """
    start, end = lookup.period.start, lookup.period.end
    asked = {
        one.key: one
        for one in tickets
        if one.created_at is not None
        and one.created_at < end
        and (one.is_open or max(one.resolutions, default=end) >= start)
    }
    first = dict(_done(lookup, asked))
    found = {}
    for key, one in asked.items():
        booked = (each.created_at for each in visits.get(key, ()))
        known = [at for at in (first.get(key), *booked) if at is not None]
        answered = min(known) if known else one.first_response_at
        if answered is not None:
            found[key] = max(answered, one.created_at or answered) if known else answered
    return found


def _done(lookup: Lookup, asked: Iterable[Key]) -> Iterable[tuple[Key, datetime]]:
    numbers = {name: number for number, name in lookup.connections.items()}
    refs: dict[str, list[str]] = defaultdict(list)
    for connection, ref in asked:
        refs[connection].append(ref)
    for connection, several in refs.items():
        earliest: dict[str, int] = {}
        for query in _ANSWERS:
            for ref, at_us in bulk.select_in(lookup.tx, query, numbers[connection], several):
                if at_us is not None:
                    earliest[ref] = min(at_us, earliest.get(ref, at_us))
        yield from (((connection, ref), from_us(at_us)) for ref, at_us in earliest.items())
