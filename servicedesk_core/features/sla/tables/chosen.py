"""Which tickets are meant by a filter."""

from typing import Any

from sqlalchemy import ColumnElement, and_, false, or_, select

from servicedesk_core.faces import Desk, PeopleSight
from servicedesk_core.features import tickets
from servicedesk_core.features.sla.model import ClockFilter
from servicedesk_core.features.tickets import TicketChoice, TicketFilter, conditions
from servicedesk_core.store import Tx
from servicedesk_core.store.queries.scope import Scope
from servicedesk_core.store.schema import RECORDS, sla_clocks
from servicedesk_core.store.schema import sources as source_table

_T = RECORDS["tickets"].c


def open_of(desk: Desk, tx: Tx, chosen: TicketChoice | None, scope: Scope | None) -> list[ColumnElement[Any]]:
    """Return what is true of the open tickets that are meant.

    Raises:
        NotFoundLocallyError: There is no such connection.
    """
    return conditions(tx, TicketFilter.of(_mine(desk, chosen)), scope, at=desk.clock.now())


def all_of(desk: Desk, tx: Tx, chosen: TicketChoice | None, scope: Scope | None) -> list[ColumnElement[Any]]:
    """Return what is true of all tickets that are meant; raises the same."""
    return conditions(tx, TicketFilter.of(_mine(desk, chosen), everything=True), scope, at=desk.clock.now())


def of_clock(chosen: ClockFilter | None) -> list[ColumnElement[Any]]:
    """Return what is true of the promises that are meant."""
    return [] if chosen is None or chosen.clock is None else [sla_clocks.c.clock == str(chosen.clock)]


def judged_of(
    desk: Desk, tx: Tx, chosen: TicketChoice | None, scope: Scope | None, sight: PeopleSight
) -> tuple[list[ColumnElement[Any]], str]:
    """Return what is true of all tickets whose figures somebody may ask for, and why those are not all that are meant.

    Who sees no single people in figures cannot choose the tickets of another one either.

    Raises:
        NotFoundLocallyError: There is no such connection.
    """
    where = all_of(desk, tx, chosen, scope)
    if chosen is None or not chosen.assignee or sight.is_whole("period"):
        return where, ""
    return [*where, or_(_T.assignee_ref.is_(None), is_held_by(sight.own))], sight.why("period")


def is_held_by(technician: tuple[str, str] | None) -> ColumnElement[bool]:
    """Return that a technician, of a connection and with the vendor's id, has a ticket."""
    if technician is None:
        return false()
    connection, ref = technician
    source = select(source_table.c.id).where(source_table.c.name == connection).scalar_subquery()
    return and_(_T.source_id == source, _T.assignee_ref == ref)


def _mine(desk: Desk, chosen: TicketChoice | None) -> TicketChoice | None:
    return None if chosen is None else tickets.mine(desk, chosen)
