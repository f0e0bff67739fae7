"""Which tickets are meant by a filter."""

from dataclasses import replace
from typing import Any

from sqlalchemy import ColumnElement

from servicedesk_core.features.sla.model import TicketChoice
from servicedesk_core.features.tickets import TicketFilter, conditions
from servicedesk_core.store import Tx
from servicedesk_core.store.queries.scope import Scope


def open_of(tx: Tx, chosen: TicketChoice | None, scope: Scope | None) -> list[ColumnElement[Any]]:
    """Return what is true of the open tickets that are meant.

    Raises:
        NotFoundLocallyError: There is no such connection.
    """
    return conditions(tx, _tickets(chosen), scope)


def all_of(tx: Tx, chosen: TicketChoice | None, scope: Scope | None) -> list[ColumnElement[Any]]:
    """Return what is true of all tickets that are meant; raises the same."""
    return conditions(tx, replace(_tickets(chosen), everything=True), scope)


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
