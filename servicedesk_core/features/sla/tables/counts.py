"""Clocks of open tickets, counted."""

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import ColumnElement, and_, func, select

from servicedesk_core.faces import Desk
from servicedesk_core.features.sla.clocks.model import ClockState
from servicedesk_core.features.sla.clocks.policies import Clock, Outcome
from servicedesk_core.features.sla.model import ClockCounts, ClockStatus
from servicedesk_core.features.sla.tables import progress
from servicedesk_core.features.sla.tables.basis import basis, excluded
from servicedesk_core.features.sla.tables.chosen import open_of
from servicedesk_core.features.sla.tables.shown import AsOf
from servicedesk_core.features.tickets import TicketChoice
from servicedesk_core.store import Tx
from servicedesk_core.store.queries.scope import Scope
from servicedesk_core.store.schema import RECORDS, sla_clocks

_C: Final = sla_clocks.c
_T = RECORDS["tickets"].c
_HALF, _MUCH = 0.5, 0.75
_GOES_ON = (ClockState.PENDING.value, ClockState.RUNNING.value, ClockState.PAUSED.value)


def clock_status(desk: Desk, tx: Tx, chosen: TicketChoice | None = None, scope: Scope | None = None) -> ClockStatus:
    """Return how the promises on open tickets stand: by state, and by how much of their time is used.

    Args:
        desk: Whose clock tells the present instant.
        tx: Any transaction.
        chosen: Which tickets; ``None`` = all.
        scope: Only what it lets through.

    Raises:
        NotFoundLocallyError: There is no such connection.
    """
    now, book = desk.clock.now(), progress.book_of(tx)
    if book is None:
        return ClockStatus(clocks=(), basis=basis(tx, now), tickets=0, excluded=())
    where = open_of(desk, tx, chosen, scope)
    tickets, left_out = excluded(tx, *where)
    return ClockStatus(counts(tx, AsOf(book, now), where), basis(tx, now), tickets, left_out)


def counts(tx: Tx, as_of: AsOf, where: Sequence[ColumnElement[Any]]) -> tuple[ClockCounts, ...]:
    """Return how the clocks of tickets stand that are not fulfilled.

    Args:
        tx: Any transaction.
        as_of: What they show.
        where: Which tickets.
    """
    runs = and_(as_of.is_open, _C.state == ClockState.RUNNING.value)
    shares = as_of.used_share
    found = (
        and_(as_of.is_open, _C.state == ClockState.PENDING.value),
        and_(runs, shares < _HALF),
        and_(runs, shares >= _HALF, shares < _MUCH),
        and_(runs, shares >= _MUCH),
        as_of.is_late,
        and_(as_of.is_open, _C.state == ClockState.PAUSED.value),
        as_of.outcome == Outcome.UNKNOWN.value,
        as_of.outcome == Outcome.NOT_APPLICABLE.value,
    )
    which = select(_T.local_id).where(*where)  # joined, SQLite walks all clocks that ever were
    query = (
        select(_C.clock, *(func.count().filter(one) for one in found))
        .where(_C.state.in_(_GOES_ON), _C.ticket_id.in_(which))
        .group_by(_C.clock)
    )
    by_clock = {row[0]: ClockCounts(*row) for row in tx.execute(query)}
    return tuple(by_clock.get(clock.value, ClockCounts(clock.value, *([0] * len(found)))) for clock in Clock)
