"""Lists of clocks, and how technicians stand with them."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple

from sqlalchemy import BigInteger, ColumnElement, Text, and_, cast, func, select

from servicedesk_core.domain.tickets import SLA_TIMES
from servicedesk_core.features.sla.clocks.policies import Clock
from servicedesk_core.features.sla.model import TechnicianClocks, TicketClock
from servicedesk_core.features.sla.rules import are_same
from servicedesk_core.features.sla.tables.shown import AsOf
from servicedesk_core.store import Tx, sources
from servicedesk_core.store.fields import optional_instant
from servicedesk_core.store.paging import page_of
from servicedesk_core.store.queries.names import Names
from servicedesk_core.store.schema import RECORDS, sla_clocks

_C: Final = sla_clocks.c
_T = RECORDS["tickets"].c
_SECOND_US: Final = 1_000_000
_OF_ROW: Final = cast(_C.ticket_id, Text) + ":" + _C.clock + ":" + cast(_C.cycle, Text)


class _Found(NamedTuple):
    """What is read of a clock for a list."""

    source_id: int
    company_ref: str | None
    assignee_ref: str | None
    ticket_id: int
    number: str | None
    external_id: str
    title: str
    priority: str | None
    clock: str
    cycle: int
    state: str
    outcome: str
    due_at: datetime | None
    target_us: int | None
    elapsed_us: int
    policy: str | None
    triage_us: int | None
    engagement_us: int | None
    completion_us: int | None
    """Due times of the vendor's agreement."""


SORTS: Final = ("ticket_id", "ticket", "title", "priority", "clock", "cycle", "state", "due_at", "target_s", "policy")
"""What lists of clocks can be ordered by."""


def clock_page(
    tx: Tx,
    as_of: AsOf,
    where: Sequence[ColumnElement[Any]],
    *,
    sort: str | None,
    after: str | None,
    limit: int,
) -> tuple[tuple[TicketClock, ...], str | None]:
    """Return a page of clocks, what is due first first, and ``next``.

    Args:
        tx: Any transaction.
        as_of: What clocks show.
        where: Which ones.
        sort: Columns to order by first.
        after: ``next`` of the page before.
        limit: At most so many.

    Raises:
        SettingsError: There is no such column to sort by.
        CursorError: ``after`` is not a position of this list.
    """
    columns = (
        _T.source_id, _T.company_ref, _T.assignee_ref, _T.local_id, _T.number, _T.external_id, _T.title, _T.priority,
        _C.clock, _C.cycle, _C.state, as_of.outcome, _C.due_at, _C.target_us, as_of.elapsed_us, _C.policy,
        *(_T[due] for due, _ in SLA_TIMES),
    )  # fmt: skip
    query = select(*columns).join(sla_clocks, _C.ticket_id == _T.local_id).where(*where)
    sorts: dict[str, ColumnElement[Any]] = {
        "ticket_id": _C.ticket_id,
        "ticket": func.coalesce(func.nullif(_T.number, ""), _T.external_id),
        "target_s": cast(_C.target_us, BigInteger),
        "title": _T.title,
        "priority": _T.priority,
        **{name: _C[name] for name in ("clock", "cycle", "state", "due_at", "policy")},
        "row": _OF_ROW,
    }
    found, more = page_of(tx, query, sorts, _found, by="due_at,row", sort=sort, after=after, limit=limit)
    names, connections = Names(tx), {one.id: one.name for one in sources.all(tx)}
    for one in found:
        names.want(one.source_id, "companies", one.company_ref)
        names.want(one.source_id, "technicians", one.assignee_ref)
    return tuple(_row(one, names, connections[one.source_id]) for one in found), more


def _found(row: Any) -> _Found:
    return _Found(*row[: len(_Found._fields)])


def _row(one: _Found, names: Names, connection: str) -> TicketClock:
    theirs = optional_instant(getattr(one, f"{one.clock}_us"))
    return TicketClock(
        ticket_id=one.ticket_id,
        connection=connection,
        ticket=one.number or one.external_id,
        title=one.title,
        company=names.of(one.source_id, "companies", one.company_ref),
        priority=one.priority,
        assignee=names.of(one.source_id, "technicians", one.assignee_ref),
        clock=one.clock,
        cycle=one.cycle,
        state=one.state,
        outcome=one.outcome,
        due_at=one.due_at,
        their_due_at=None if are_same(one.due_at, theirs) else theirs,
        used_percent=one.elapsed_us * 100 // one.target_us if one.target_us and one.target_us > 0 else None,
        target_s=None if one.target_us is None else one.target_us // _SECOND_US,
        elapsed_s=one.elapsed_us // _SECOND_US,
        policy=one.policy,
    )


def by_technician(
    tx: Tx,
    as_of: AsOf,
    where: Sequence[ColumnElement[Any]],
    now: datetime,
    midnight: datetime,
    *,
    left_s: Callable[[int, str | None], int | None],
) -> tuple[TechnicianClocks, ...]:
    """Return how technicians stand with the next promise of each of their tickets.

    Args:
        tx: Any transaction.
        as_of: How clocks stand.
        where: Which tickets.
        now: The present instant.
        midnight: When the day ends.
        left_s: What is left of the shifts of a technician, by source and the vendor's id.
    """
    coming = and_(as_of.is_open, _C.due_at >= now)
    query = (
        select(
            _T.source_id,
            _T.assignee_ref,
            func.count(),
            func.count().filter(as_of.is_late),
            *(func.count().filter(_C.clock == clock.value) for clock in Clock),
            func.count().filter(coming, _C.due_at < midnight),
            func.min(_C.due_at, type_=_C.due_at.type).filter(coming),
        )
        .outerjoin(sla_clocks, and_(_C.ticket_id == _T.local_id, _C.is_next))
        .where(*where)
        .group_by(_T.source_id, _T.assignee_ref)
    )
    rows, names = tx.execute(query).all(), Names(tx)
    for source_id, ref, *_ in rows:
        names.want(source_id, "technicians", ref)
    cells: list[list[Any]] = [
        [names.of(source, "technicians", ref) or ref, *rest, left_s(source, ref)] for source, ref, *rest in rows
    ]
    return tuple(TechnicianClocks(*each) for each in cells)
