"""Which tickets are meant by a filter."""

from dataclasses import replace
from typing import Any

from sqlalchemy import ColumnElement, and_, false, or_, select

from servicedesk_core.faces import PeopleSight
from servicedesk_core.features.sla.model import TicketChoice
from servicedesk_core.features.tickets import TicketFilter, conditions
from servicedesk_core.store import Tx
from servicedesk_core.store.queries.scope import Scope
from servicedesk_core.store.schema import RECORDS
from servicedesk_core.store.schema import sources as source_table

_T = RECORDS["tickets"].c


def open_of(tx: Tx, chosen: TicketChoice | None, scope: Scope | None) -> list[ColumnElement[Any]]:
    """Return what is true of the open tickets that are meant.

    Raises:
        NotFoundLocallyError: There is no such connection.
    """
    return conditions(tx, _tickets(chosen), scope)


def all_of(tx: Tx, chosen: TicketChoice | None, scope: Scope | None) -> list[ColumnElement[Any]]:
    """Return what is true of all tickets that are meant; raises the same."""
    return conditions(tx, replace(_tickets(chosen), everything=True), scope)


def judged_of(
    tx: Tx, chosen: TicketChoice | None, scope: Scope | None, sight: PeopleSight
) -> tuple[list[ColumnElement[Any]], str]:
    """Return what is true of all tickets whose figures somebody may ask for, and why those are not all that are meant.

    Who sees no single people in figures cannot choose the tickets of another one either.

    Raises:
        NotFoundLocallyError: There is no such connection.
    """
    where = all_of(tx, chosen, scope)
    if chosen is None or chosen.technician is None or sight.is_whole("period"):
        return where, ""
    return [*where, or_(_T.assignee_ref.is_(None), is_held_by(sight.own))], sight.why("period")


def is_held_by(technician: tuple[str, str] | None) -> ColumnElement[bool]:
    """Return that a technician, of a connection and with the vendor's id, has a ticket."""
    if technician is None:
        return false()
    connection, ref = technician
    source = select(source_table.c.id).where(source_table.c.name == connection).scalar_subquery()
    return and_(_T.source_id == source, _T.assignee_ref == ref)


def _tickets(chosen: TicketChoice | None) -> TicketFilter:
    if chosen is None:
        return TicketFilter()
    return TicketFilter(
        connection=chosen.connection,
        queue=chosen.queue,
        assignee=chosen.technician,
        company=chosen.company,
        priority=chosen.priority,
    )
