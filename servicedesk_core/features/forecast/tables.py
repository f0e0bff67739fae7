"""How tickets came, as far as the desk knows all of them."""

from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any, Final, NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import BigInteger, func, select, type_coerce

from servicedesk_core.config.configured import ConfiguredDesk
from servicedesk_core.features.attention import Queues
from servicedesk_core.features.forecast.rules import DAYS, LEAST
from servicedesk_core.features.tickets import TicketFilter, conditions
from servicedesk_core.store import Tx
from servicedesk_core.store.fields import from_us, to_us
from servicedesk_core.store.queries.completeness import freshness
from servicedesk_core.store.queries.scope import Scope
from servicedesk_core.store.schema import RECORDS
from servicedesk_core.wording import counted

_T = RECORDS["tickets"].c
_DAY: Final = timedelta(days=1)
_QUARTER_US: Final = 900 * 1_000_000
"""Every zone of today begins its hours and days at a quarter of an hour."""
_MOST: Final = timedelta(weeks=157)
"""Older tickets than three years say nothing of tomorrow."""

OTHER: Final = "other"
"""The group of queues of which nobody said what they are for."""

Queue = tuple[int, str | None]
"""Source, and the vendor's id of the queue."""


class Span(NamedTuple):
    """The whole days of which all tickets are known, and the reason where these are too few.

    Attributes:
        first: The first one.
        end: The day behind the last one.
        lacks: Why nothing can be forecast from them; empty = they are enough.
    """

    first: date
    end: date
    lacks: str = ""

    @property
    def last(self) -> date:
        """The last one."""
        return self.end - _DAY

    @property
    def days(self) -> int:
        """How many."""
        return (self.end - self.first).days


class Came(NamedTuple):
    """Tickets that were created in an hour of the wall's clock, in a queue."""

    day: date
    hour: int
    queue: Queue
    tickets: int


def known(tx: Tx, desk: ConfiguredDesk, scope: Scope | None) -> Span:
    """Return of which days all tickets are known: none that is not over, or that was not read to its end.

    Args:
        tx: Any transaction.
        desk: The desk.
        scope: Only what it lets through.
    """
    zone, today = ZoneInfo(desk.timezone), desk.clock.now().astimezone(ZoneInfo(desk.timezone)).date()
    state = freshness(tx, scope)
    if state.read_at is None or not (state.is_complete or state.complete_since):
        return Span(today, today, "Tickets were not read to their end yet. `servicedesk sync` does it.")
    oldest = tx.execute(select(func.min(_T.created_at)).where(*_among(tx, TicketFilter(everything=True), scope)))
    created_us = oldest.scalar_one()
    if created_us is None:
        return Span(today, today, "There is no ticket.")
    end = min(today, state.read_at.astimezone(zone).date())
    first = max(from_us(created_us).astimezone(zone).date(), end - _MOST)
    if state.complete_since is not None:
        since = state.complete_since.astimezone(zone)
        first = max(first, since.date() + (_DAY if since.time() != time() else timedelta()))
    found = Span(min(first, end), end)
    if found.days >= LEAST * DAYS:
        return found
    since_when = f", from {found.first} to {found.last}" if found.days else ""
    whole = counted(found.days, "whole day")
    return found._replace(lacks=f"Of {whole} all tickets are known{since_when}: a forecast takes {LEAST * DAYS}.")


def came(tx: Tx, where: Sequence[Any], first: date, end: date, zone: ZoneInfo, *, by_queue: bool) -> list[Came]:
    """Return how many tickets were created, by hours of the wall's clock.

    Args:
        tx: Any transaction.
        where: What is true of them.
        first: The first day.
        end: The day behind the last one.
        zone: Where days begin.
        by_queue: Whether queues are told apart, which takes a look at every ticket.
    """
    quarter = (type_coerce(_T.created_at, BigInteger) // _QUARTER_US).label("quarter")
    columns = (quarter, _T.source_id, _T.queue_ref) if by_queue else (quarter,)
    start, stop = (to_us(datetime.combine(day, time(), zone)) for day in (first, end))
    query = select(*columns, func.count()).where(*where, _T.created_at >= start, _T.created_at < stop)
    rows = []
    for number, *queue, tickets in tx.execute(query.group_by(*columns)):
        at = from_us(number * _QUARTER_US).astimezone(zone)
        rows.append(Came(at.date(), at.hour, (queue[0], queue[1]) if by_queue else (0, None), tickets))
    return rows


def by_days(rows: Sequence[Came], span: Span) -> list[int]:
    """Return a series by days; a day without tickets is a 0 in it."""
    found = Counter[date]()
    for one in rows:
        found[one.day] += one.tickets
    return [found[span.first + number * _DAY] for number in range(span.days)]


def by_hours(rows: Sequence[Came], span: Span) -> list[int]:
    """Return a series by hours: every day has 24, the hour that a change of the clock leaves out is a 0."""
    found = Counter[tuple[date, int]]()
    for one in rows:
        found[one.day, one.hour] += one.tickets
    return [found[span.first + number * _DAY, hour] for number in range(span.days) for hour in range(24)]


def _among(tx: Tx, chosen: TicketFilter, scope: Scope | None) -> list[Any]:
    return [*conditions(tx, chosen, scope), _T.created_at.is_not(None)]


def groups_of(tx: Tx, rows: Sequence[Came], at: datetime) -> dict[str, list[Came]]:
    """Return tickets by what their queues are for."""
    queues = Queues(tx)
    named = {one.queue: str(queues.kind(*one.queue, at) or OTHER) for one in rows}
    found: dict[str, list[Came]] = {}
    for one in rows:
        found.setdefault(named[one.queue], []).append(one)
    return found
