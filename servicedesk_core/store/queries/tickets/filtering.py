"""Which tickets are meant."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, or_, select

from servicedesk_core.domain import Priority, StatusCategory
from servicedesk_core.store import sources
from servicedesk_core.store.fields import to_us
from servicedesk_core.store.queries.names import refers
from servicedesk_core.store.queries.scope import Scope, Sight
from servicedesk_core.store.schema import IS_OPEN, RECORDS, ticket_source

_T = RECORDS["tickets"].c


@dataclass(frozen=True, slots=True)
class TicketFilter:
    """Which tickets; what is ``None`` or empty does not restrict.

    Attributes:
        connection: Name of the connection.
        only_open: Only tickets that still need work or attention.
        categories: Status categories.
        unmapped_status: Only tickets whose status has no category.
        queue: Id or name of the queue; ``""`` = in no queue.
        assignee: Id or name of the technician; ``""`` = unassigned.
        company: Id or name of the company; ``""`` = of no company.
        priority: Priority; ``""`` = without one.
        created_since: Created at or after.
        created_before: Created before.
        updated_since: Content changed in the desk at or after.
        last_activity_before: No activity since.
        due_before: Due before.
        sla_due_since: Due next by the vendor's agreement at or after; of its due times the earliest unfulfilled counts.
        sla_due_before: Due next by the vendor's agreement before.
        no_sla_due: Only tickets for which the vendor's agreement names no unfulfilled due time.
        over_estimate: Only tickets on which more was worked than estimated.
        text: Part of the title or of the number, in any case.
    """

    connection: str | None = None
    only_open: bool = False
    categories: tuple[StatusCategory, ...] = ()
    unmapped_status: bool = False
    queue: str | None = None
    assignee: str | None = None
    company: str | None = None
    priority: Priority | str | None = None
    created_since: datetime | None = None
    created_before: datetime | None = None
    updated_since: datetime | None = None
    last_activity_before: datetime | None = None
    due_before: datetime | None = None
    sla_due_since: datetime | None = None
    sla_due_before: datetime | None = None
    no_sla_due: bool = False
    over_estimate: bool = False
    text: str | None = None


def conditions(tx: Connection, chosen: TicketFilter) -> list[Any]:
    """Return a filter as SQL restrictions on ``tickets``.

    Raises:
        NotFoundLocallyError: There is no such connection.
    """
    restrictions: list[Any] = [_T.gone_at.is_(None)]
    if chosen.only_open:
        restrictions.append(IS_OPEN)
    if chosen.connection is not None:
        restrictions.append(ticket_source == sources.get(tx, chosen.connection).id)
    if chosen.categories:
        restrictions.append(_T.status_category.in_([c.value for c in chosen.categories]))
    if chosen.unmapped_status:
        restrictions.append(_T.status_category.is_(None))
    for column, stream, wanted in (
        (_T.queue_ref, "queues", chosen.queue),
        (_T.assignee_ref, "technicians", chosen.assignee),
        (_T.company_ref, "companies", chosen.company),
    ):
        if wanted == "":
            restrictions.append(column.is_(None))
        elif wanted is not None:
            restrictions.append(refers(tx, _T.source_id, column, stream, wanted))
    if chosen.priority is not None:
        restrictions.append(_T.priority == str(chosen.priority) if chosen.priority else _T.priority.is_(None))
    return restrictions + _instants(chosen) + _contents(chosen)


def in_scope(tx: Connection, scope: Scope | None) -> list[Any]:
    """Return a scope as SQL conditions on ``tickets``; none without a scope."""
    return [] if scope is None else [Sight(tx, scope).require("tickets")]


def _instants(chosen: TicketFilter) -> list[Any]:
    conditions: list[Any] = []
    for column, since in (
        (_T.created_at, chosen.created_since),
        (_T.changed_at, chosen.updated_since),
        (_T.sla_due_at, chosen.sla_due_since),
    ):
        if since is not None:
            conditions.append(column >= to_us(since))
    for column, before in (
        (_T.created_at, chosen.created_before),
        (_T.last_activity_at, chosen.last_activity_before),
        (_T.due_at, chosen.due_before),
        (_T.sla_due_at, chosen.sla_due_before),
    ):
        if before is not None:
            conditions.append(column < to_us(before))
    return conditions


def _contents(chosen: TicketFilter) -> list[Any]:
    conditions: list[Any] = []
    if chosen.no_sla_due:
        conditions.append(_T.sla_due_at.is_(None))
    if chosen.over_estimate:
        conditions += [_T.estimated_s > 0, worked_seconds() > _T.estimated_s]
    if chosen.text:
        conditions.append(or_(_T.title.icontains(chosen.text, autoescape=True), _T.number == chosen.text))
    return conditions


def worked_seconds() -> Any:
    """Return the seconds worked on the ticket of the outer query, as a scalar subquery."""
    entries = RECORDS["time_entries"].c
    return (
        select(func.coalesce(func.sum(entries.worked_s), 0))
        .where(entries.source_id == _T.source_id, entries.ticket_ref == _T.external_id, entries.gone_at.is_(None))
        .correlate(RECORDS["tickets"])
        .scalar_subquery()
    )
