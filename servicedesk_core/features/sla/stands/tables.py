"""How promises on open tickets stand, as SQL over what is kept, and promises that were decided."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

from sqlalchemy import ColumnElement, Select, and_, case, func, literal, null, select, true

from servicedesk_core.business_time.table import CalendarHasNoOpenTimeError, instant
from servicedesk_core.business_time.versions import CalendarVersions
from servicedesk_core.faces import Desk
from servicedesk_core.features.sla.clocks.model import ClockState
from servicedesk_core.features.sla.clocks.policies import Clock, Outcome
from servicedesk_core.features.sla.model import By, Promises
from servicedesk_core.features.sla.stands.model import DecidedPromise, Stand
from servicedesk_core.features.sla.tables import progress
from servicedesk_core.features.sla.tables.attained import group_names, is_unexplained, own_of, tickets_of, together
from servicedesk_core.features.sla.tables.chosen import open_of
from servicedesk_core.features.sla.tables.shown import AsOf
from servicedesk_core.features.tickets import TicketChoice
from servicedesk_core.store import Tx, sources
from servicedesk_core.store.fields import to_us
from servicedesk_core.store.queries.names import Names
from servicedesk_core.store.queries.population import outside, standing
from servicedesk_core.store.queries.scope import Scope
from servicedesk_core.store.schema import RECORDS, sla_clocks

_C: Final = sla_clocks.c
_T = RECORDS["tickets"].c
_BANDS: Final = {Stand.OVER_95: 0.96, Stand.TO_95: 0.86, Stand.TO_85: 0.76, Stand.TO_75: 0.50, Stand.FINE: 0.0}
"""From which share of the target on."""
_WHILE_IT_RUNS: Final = frozenset(one.value for one in _BANDS)
_AT_ONCE: Final = 5_000
GOES_ON: Final = (ClockState.PENDING.value, ClockState.RUNNING.value, ClockState.PAUSED.value)


def stands(as_of: AsOf) -> Mapping[Stand, ColumnElement[bool]]:
    """Return what is true of a clock that goes on and stands so."""
    runs, used = and_(as_of.is_open, _C.state == ClockState.RUNNING.value), as_of.used_share
    ends = [true(), *(used < share for share in _BANDS.values())]
    return {
        Stand.LATE: as_of.is_late,
        **{one: and_(runs, used >= share, end) for (one, share), end in zip(_BANDS.items(), ends, strict=False)},
        Stand.PAUSED: and_(as_of.is_open, _C.state == ClockState.PAUSED.value),
        Stand.PENDING: and_(as_of.is_open, _C.state == ClockState.PENDING.value),
        Stand.UNKNOWN: as_of.outcome == Outcome.UNKNOWN.value,
        Stand.NO_TARGET: as_of.outcome == Outcome.NOT_APPLICABLE.value,
    }


def stand_counts(
    desk: Desk, tx: Tx, now: datetime, chosen: TicketChoice | None = None, scope: Scope | None = None
) -> dict[tuple[str, Stand], int]:
    """Return how many promises on open tickets stand how, by which promise they are; nothing where none is made.

    Args:
        desk: The desk, as whoever asks may use it.
        tx: Any transaction.
        now: The present instant.
        chosen: Which tickets; ``None`` = all.
        scope: Only what it lets through.

    Raises:
        NotFoundLocallyError: There is no such connection.
    """
    book = progress.book_of(tx)
    if book is None:
        return {}
    conditions = stands(AsOf(book, now))
    found = _counted(tx, open_of(desk, tx, chosen, scope), tuple(conditions.values()))
    return {
        (clock.value, stand): number
        for clock, each in found.items()
        for stand, number in zip(conditions, each, strict=True)
    }


def stands_of(tx: Tx, now: datetime, tickets: Sequence[int]) -> Iterator[tuple[int, str, Stand, datetime | None]]:
    """Yield how promises on tickets stand: the ticket, which promise, how, and when the time alone may change that.

    Args:
        tx: Any transaction.
        now: The present instant.
        tickets: The desk's own numbers of them.
    """
    book, now_us = progress.book_of(tx), to_us(now)
    if book is None:
        return
    stand = case(*((is_so, literal(one.value)) for one, is_so in stands(AsOf(book, now)).items()), else_=null())
    columns = _C.ticket_id, _C.clock, stand, _C.calendar, _C.counts_from_us, _C.target_us, _C.late_after
    query = select(*columns).where(_C.state.in_(GOES_ON)).order_by(_C.ticket_id, _C.clock, _C.cycle)
    for first in range(0, len(tickets), _AT_ONCE):
        for ticket, clock, found, name, from_us, target_us, late_after in tx.execute(
            query.where(_C.ticket_id.in_(tickets[first : first + _AT_ONCE]))
        ):
            turns = [] if late_after is None or late_after < now else [late_after + timedelta.resolution]
            if target_us and from_us is not None and found in _WHILE_IT_RUNS:
                turns += _next_share(book.calendars[name], from_us, target_us, now_us)
            yield ticket, clock, Stand(found), min(turns, default=None)


def _next_share(calendar: CalendarVersions, from_us: int, target_us: int, now_us: int) -> list[datetime]:
    """Return when another share of the target is used; the database compares shares that are not exact."""
    total = calendar.total(now_us)
    edges = (from_us + int(share * target_us) + more for share in _BANDS.values() for more in range(3))
    ahead = min((one for one in edges if one > total), default=None)
    try:
        return [] if ahead is None else [instant(calendar.reached(ahead, now_us))]
    except CalendarHasNoOpenTimeError:
        return []


def due_counts(
    desk: Desk,
    tx: Tx,
    now: datetime,
    spans: Sequence[tuple[datetime, datetime]],
    *,
    chosen: TicketChoice | None = None,
    scope: Scope | None = None,
) -> list[int]:
    """Return how many promises come due in each of some spans; takes and raises what :func:`stand_counts` does."""
    book = progress.book_of(tx)
    if book is None:
        return [0 for _ in spans]
    sums = [and_(*is_due(AsOf(book, now), *span)) for span in spans]
    each = _counted(tx, open_of(desk, tx, chosen, scope), sums).values()
    return [sum(several) for several in zip(*each, strict=True)]


def _counted(
    tx: Tx, where: Sequence[ColumnElement[Any]], sums: Sequence[ColumnElement[bool]]
) -> Mapping[Clock, Sequence[int]]:
    meant = select(_T.local_id).where(*where).correlate(None)  # a join begins with the clocks of all tickets
    query = (
        select(_C.clock, *(func.count().filter(one) for one in sums))
        .where(_C.state.in_(GOES_ON), _C.ticket_id.in_(meant))
        .group_by(_C.clock)
    )
    found = {clock: counts for clock, *counts in tx.execute(query)}
    return {clock: found.get(clock.value, [0] * len(sums)) for clock in Clock}


def is_due(as_of: AsOf, since: datetime | None, before: datetime | None) -> list[ColumnElement[bool]]:
    """Return what is true of a promise that comes due in a span."""
    ends = [*([] if since is None else [_C.due_at >= since]), *([] if before is None else [_C.due_at < before])]
    return [as_of.is_open, _C.state == ClockState.RUNNING.value, *ends] if ends else []


class Asked(NamedTuple):
    """Which decided promises are meant.

    Attributes:
        clock: Only these; ``None`` = each by itself, and no ticket as a whole.
        outcomes: What became of them.
        by: What they are divided by.
        group: Only those of it, called as attainment does; empty = those of none; ``None`` = all.
        is_overridden: Only those about which somebody decided.
        is_unexplained: Only those that were missed, and nobody has said why.
    """

    clock: Promises | None
    outcomes: Sequence[Outcome]
    by: By
    group: str | None
    is_overridden: bool
    is_unexplained: bool


def decided(
    tx: Tx, as_of: AsOf, where: Sequence[ColumnElement[Any]], period: tuple[datetime, datetime], asked: Asked
) -> tuple[DecidedPromise, ...]:
    """Return the promises that were decided in a period, of tickets that count: those that attainment counts.

    Args:
        tx: Any transaction.
        as_of: What clocks show.
        where: Which tickets.
        period: First instant, and the first one after it.
        asked: Which of their promises.
    """
    find = _wholes if asked.clock is Promises.ALL else _each
    query = find(as_of, where, period, asked)
    rows = [row[4:] for row in tx.execute(query) if not outside(*row[:4])]
    called = group_names(tx, as_of.now, asked.by, {(source_id, own) for source_id, own, *_ in rows})
    names, connections = Names(tx), {one.id: one.name for one in sources.all(tx)}
    for source_id, _, _, _, _, _, company, *_ in rows:
        names.want(source_id, "companies", company)
    return tuple(
        DecidedPromise(
            ticket_id, connections[source_id], number or ref, title, names.of(source_id, "companies", company), *rest
        )
        for source_id, own, ticket_id, number, ref, title, company, *rest in rows
        if asked.group is None or (called[source_id, own] or "") == asked.group
    )


def _each(
    as_of: AsOf, where: Sequence[ColumnElement[Any]], period: tuple[datetime, datetime], asked: Asked
) -> Select[Any]:
    meant = [as_of.outcome.in_([one.value for one in asked.outcomes]), *as_of.over_in(*period)]
    meant += [] if asked.clock is None else [_C.clock == asked.clock.value]
    meant += [_C.is_overridden] if asked.is_overridden else []
    meant += [is_unexplained(as_of)] if asked.is_unexplained else []
    of_ticket = _T.local_id, _T.number, _T.external_id, _T.title, _T.company_ref, _T.priority
    return (
        select(
            *standing(), _T.source_id, own_of(asked.by), *of_ticket,
            _C.clock, _C.cycle, as_of.outcome, as_of.over_at, _C.policy,
        )
        .join(sla_clocks, _C.ticket_id == _T.local_id)
        .where(*where, *meant)
    )  # fmt: skip


def _wholes(
    as_of: AsOf, where: Sequence[ColumnElement[Any]], period: tuple[datetime, datetime], asked: Asked
) -> Select[Any]:
    one = together(as_of, tickets_of(where, asked.by), period, asked.by)
    *stands, source_id, own = [*one.c][:6]
    meant: list[ColumnElement[bool]] = [one.c.outcome.in_([each.value for each in asked.outcomes])]
    meant += [one.c.overridden > 0] if asked.is_overridden else []
    meant += [one.c.unexplained > 0] if asked.is_unexplained else []
    of_ticket = _T.local_id, _T.number, _T.external_id, _T.title, _T.company_ref, _T.priority
    whole = literal(Promises.ALL.value), one.c.cycle, one.c.outcome, one.c.ended_at, one.c.policy
    query = select(*stands, source_id, own, *of_ticket, *whole)
    return query.join(RECORDS["tickets"], _T.local_id == one.c.ticket_id).where(*meant)
