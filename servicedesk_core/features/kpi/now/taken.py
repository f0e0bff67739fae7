"""Who works on tickets at an instant: by time that was begun, and by visits that are under way."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from servicedesk_core.features.attention import Booked
from servicedesk_core.store import Tx, bulk
from servicedesk_core.store.fields import from_us, to_us

LONGEST: Final = timedelta(hours=12)
"""Time that nobody ended is over then: somebody forgot it."""


class Session(NamedTuple):
    """Work of somebody on a ticket, in ``[start, end)``."""

    technician: str
    start: datetime
    end: datetime


def sessions(
    tx: Tx, source_id: int, tickets: Iterable[str], start: datetime, end: datetime
) -> dict[str, list[Session]]:
    """Return recorded work that was going on at some time of a span, by ticket.

    Args:
        tx: Any transaction.
        source_id: The source of the tickets.
        tickets: Their ids.
        start: The first instant.
        end: The last one.
    """
    query = (
        "SELECT ticket_ref, technician_ref, start_at, end_at, worked_s FROM time_entries "  # noqa: S608  # numbers
        "WHERE source_id = {source} AND ticket_ref IN {values} AND gone_at IS NULL AND technician_ref IS NOT NULL "
        f"AND start_at <= {to_us(end)} AND (end_at > {to_us(start)} OR (end_at IS NULL AND start_at > "
        f"{to_us(start - LONGEST)}))"
    )
    found: dict[str, list[Session]] = defaultdict(list)
    for ref, who, begun_us, ended_us, worked_s in bulk.select_in(tx, query, source_id, tickets):
        begun = from_us(begun_us)
        over = begun + (LONGEST if worked_s is None else timedelta(seconds=worked_s))
        found[ref].append(Session(who, begun, over if ended_us is None else from_us(ended_us)))
    return found


def of_visits(visits: Iterable[Booked]) -> Iterable[tuple[int, str, Session]]:
    """Yield visits as work of each who is booked for one: the source, the ticket, and when."""
    for one in visits:
        end = one.visit.end_at or one.visit.start_at + LONGEST
        for ticket in one.tickets:
            yield from ((one.source_id, ticket, Session(who, one.visit.start_at, end)) for who in one.technicians)


def is_taken(work: Sequence[Session], technician: str | None, at: datetime) -> bool:
    """Whether somebody works on a ticket at an instant, and it is not who has it."""
    now = {one.technician for one in work if one.start <= at < one.end}
    return bool(now) and technician not in now
