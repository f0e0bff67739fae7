"""Tickets: lists by filter, page by page, and one ticket with everything that hangs on it."""

import builtins
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, func, or_, select, tuple_

from servicedesk_core.domain import (
    REFERENCES,
    STREAMS,
    Entity,
    Note,
    Priority,
    StatusCategory,
    Ticket,
    TicketEvent,
    TimeEntry,
)
from servicedesk_core.errors import CursorError, NotFoundLocallyError
from servicedesk_core.store import bulk, sources
from servicedesk_core.store.codec import codec_of
from servicedesk_core.store.fields import optional_instant, to_us
from servicedesk_core.store.queries.names import Names, name_column
from servicedesk_core.store.queries.scope import Scope, Sight
from servicedesk_core.store.schema import IS_OPEN, RECORDS, ticket_source
from servicedesk_core.store.schema import sources as source_table

_T = RECORDS["tickets"].c
_MOST = 1000


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
    over_estimate: bool = False
    text: str | None = None


@dataclass(frozen=True, slots=True)
class TicketRow:
    """A ticket in a list. Names stand beside refs; instants are in UTC.

    Attributes:
        local_id: The desk's own number.
        connection: Name of the connection.
        external_id: The vendor's id.
        number: The vendor's number for people.
        title: Title.
        is_open: Whether it still needs work or attention.
        status: The vendor's word.
        status_category: What it means.
        priority: Priority.
        queue_ref: Id of the queue.
        queue: Its name.
        assignee_ref: Id of the technician.
        assignee: Their name.
        company_ref: Id of the company.
        company: Its name.
        created_at: When it was created at the vendor.
        due_at: When it is due.
        last_activity_at: Last activity at the vendor.
        modified_at: Last modification at the vendor.
        estimated_s: Planned work in seconds.
        worked_s: Recorded work in seconds.
        url: Its page at the vendor.
    """

    local_id: int
    connection: str
    external_id: str
    number: str | None
    title: str
    is_open: bool
    status: str | None
    status_category: str | None
    priority: str | None
    queue_ref: str | None
    queue: str | None
    assignee_ref: str | None
    assignee: str | None
    company_ref: str | None
    company: str | None
    created_at: datetime | None
    due_at: datetime | None
    last_activity_at: datetime | None
    modified_at: datetime | None
    estimated_s: int | None
    worked_s: int
    url: str | None


@dataclass(frozen=True, slots=True)
class TicketPage:
    """A piece of a list.

    Attributes:
        rows: Tickets by creation; those without a creation date last.
        next: Where the next page starts, or ``None`` on the last.
    """

    rows: tuple[TicketRow, ...]
    next: str | None


@dataclass(frozen=True, slots=True)
class TicketDetail:
    """One ticket with everything that hangs on it.

    Attributes:
        row: As in a list.
        ticket: The whole record.
        gone_at: When the desk learned that the vendor has it no more.
        gone_reason: Why it is gone.
        notes: Notes, by time.
        time_entries: Time recorded, by time.
        events: What happened, in order.
        names: Names of what ticket, notes, time and events refer to, by stream and id.
    """

    row: TicketRow
    ticket: Ticket
    gone_at: datetime | None
    gone_reason: str | None
    notes: tuple[Note, ...]
    time_entries: tuple[TimeEntry, ...]
    events: tuple[TicketEvent, ...]
    names: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


def list(  # noqa: A001  # reads as tickets.list
    tx: Connection,
    chosen: TicketFilter | None = None,
    *,
    after: str | None = None,
    limit: int = 50,
    oldest_first: bool = False,
    scope: Scope | None = None,
) -> TicketPage:
    """Return tickets by creation, the newest first unless asked otherwise.

    Args:
        tx: Any transaction.
        chosen: Which ones; all live tickets unless it says otherwise.
        after: ``next`` of the page before, in the same order.
        limit: At most so many, up to 1,000.
        oldest_first: The oldest first.
        scope: Only what it lets through.

    Raises:
        CursorError: ``after`` is not a position of this list.
        NotFoundLocallyError: There is no such connection.
    """
    chosen = chosen or TicketFilter()
    limit = max(1, min(limit, _MOST))
    created, local_id = _position(after)
    query = _base().where(*_conditions(tx, chosen), *_in_scope(tx, scope))
    found: builtins.list[Any] = []
    if after is None or created is not None:  # two queries, so that both databases can walk the index
        order = (_T.created_at, _T.local_id) if oldest_first else (_T.created_at.desc(), _T.local_id.desc())
        dated = query.where(_T.created_at.is_not(None)).order_by(*order)
        if created is not None:
            at, place = (_T.created_at, _T.local_id), (created, local_id)
            dated = dated.where(tuple_(*at) > place if oldest_first else tuple_(*at) < place)
        found += tx.execute(dated.limit(limit + 1)).mappings()
        local_id = None
    if len(found) <= limit:
        undated = query.where(_T.created_at.is_(None)).order_by(_T.local_id.desc())
        if local_id is not None:
            undated = undated.where(_T.local_id < local_id)
        found += tx.execute(undated.limit(limit + 1 - len(found))).mappings()
    rows = _rows(tx, found[:limit])
    last = found[limit - 1] if len(found) > limit else None
    return TicketPage(rows, None if last is None else f"{last['created_at'] or ''}:{last['local_id']}")


def _in_scope(tx: Connection, scope: Scope | None) -> "builtins.list[Any]":
    return [] if scope is None else [Sight(tx, scope).require("tickets")]


def count(tx: Connection, chosen: TicketFilter | None = None, *, scope: Scope | None = None) -> int:
    """Return how many tickets a filter, and a scope if there is one, let through."""
    conditions = [*_conditions(tx, chosen or TicketFilter()), *_in_scope(tx, scope)]
    query = select(func.count()).select_from(RECORDS["tickets"]).where(*conditions)
    return tx.execute(query).scalar_one()


def get(tx: Connection, connection: str | None, ref: str, *, scope: Scope | None = None) -> TicketDetail:
    """Return one ticket with everything that hangs on it, even when it is gone at the vendor.

    Args:
        tx: Any transaction.
        connection: Name of the connection, or ``None`` for any.
        ref: The vendor's id or number of the ticket.
        scope: The ticket must be in it; references out of it are left out.

    Raises:
        NotFoundLocallyError: The store has no such ticket.
    """
    codec = codec_of(Ticket)
    columns = [_T[name] for name in codec.names if name not in _LISTED]
    query = _base().add_columns(*columns, _T.gone_at, _T.gone_reason).order_by(_T.local_id).limit(1)
    chosen = [sources.get(tx, connection)] if connection is not None else sources.all(tx)
    query = query.where(_T.source_id.in_([source.id for source in chosen]), *_in_scope(tx, scope))
    found = tx.execute(query.where(_T.external_id == ref)).mappings().all()
    found = found or tx.execute(query.where(_T.number == ref)).mappings().all()
    if not found:
        message = f"The store has no ticket {ref!r}."
        raise NotFoundLocallyError(
            message, hint="Run `servicedesk sync`, or look it up with `servicedesk tickets list`."
        )
    stored = found[0]
    ticket = codec.decode(stored["external_id"], [stored[name] for name in codec.names])
    source_id, ticket_ref = stored["source_id"], stored["external_id"]
    notes = _children(tx, "notes", source_id, ticket_ref, "created_at")
    time_entries = _children(tx, "time_entries", source_id, ticket_ref, "start_at", "created_at")
    events = _children(tx, "ticket_events", source_id, ticket_ref, "effective_at", "source_seq")
    if scope is not None:
        sight = Sight(tx, scope)
        ticket, notes, time_entries, events = (
            sight.cleaned((ticket,))[0],
            *map(sight.cleaned, (notes, time_entries, events)),
        )
    return TicketDetail(
        row=_rows(tx, [stored])[0],
        ticket=ticket,  # type: ignore[arg-type]
        gone_at=optional_instant(stored["gone_at"]),
        gone_reason=stored["gone_reason"],
        notes=notes,
        time_entries=time_entries,
        events=events,
        names=_names_of(tx, source_id, [ticket, *notes, *time_entries, *events]),
    )


_LISTED = (
    "number",
    "title",
    "status",
    "status_category",
    "priority",
    "queue_ref",
    "assignee_ref",
    "company_ref",
    "created_at",
    "due_at",
    "last_activity_at",
    "modified_at",
    "estimated_s",
)


def _base() -> Select[Any]:
    return select(
        _T.local_id,
        _T.source_id,
        _T.external_id,
        _T.is_open,
        *(_T[name] for name in _LISTED),
        source_table.c.name.label("connection"),
    ).join(source_table, source_table.c.id == _T.source_id)


def _rows(tx: Connection, found: "builtins.list[Any]") -> tuple[TicketRow, ...]:
    names = Names(tx)
    for r in found:
        names.want(r["source_id"], "queues", r["queue_ref"])
        names.want(r["source_id"], "technicians", r["assignee_ref"])
        names.want(r["source_id"], "companies", r["company_ref"])
    pages = {s.id: s.record_urls.get("tickets") for s in sources.all(tx)}
    worked = _worked(tx, found)
    return tuple(
        TicketRow(
            local_id=r["local_id"],
            connection=r["connection"],
            external_id=r["external_id"],
            number=r["number"],
            title=r["title"],
            is_open=bool(r["is_open"]),
            status=r["status"],
            status_category=r["status_category"],
            priority=r["priority"],
            queue_ref=r["queue_ref"],
            queue=names.of(r["source_id"], "queues", r["queue_ref"]),
            assignee_ref=r["assignee_ref"],
            assignee=names.of(r["source_id"], "technicians", r["assignee_ref"]),
            company_ref=r["company_ref"],
            company=names.of(r["source_id"], "companies", r["company_ref"]),
            created_at=optional_instant(r["created_at"]),
            due_at=optional_instant(r["due_at"]),
            last_activity_at=optional_instant(r["last_activity_at"]),
            modified_at=optional_instant(r["modified_at"]),
            estimated_s=r["estimated_s"],
            worked_s=worked.get((r["source_id"], r["external_id"]), 0),
            url=record_url(pages.get(r["source_id"]), r["external_id"]),
        )
        for r in found
    )


def record_url(template: str | None, external_id: str) -> str | None:
    """Return a record's page at the vendor, or ``None`` when the connector names none."""
    return template.replace("{external_id}", external_id) if template else None


def _conditions(tx: Connection, chosen: TicketFilter) -> "builtins.list[Any]":
    conditions: builtins.list[Any] = [_T.gone_at.is_(None)]
    if chosen.only_open:
        conditions.append(IS_OPEN)
    if chosen.connection is not None:
        conditions.append(ticket_source == sources.get(tx, chosen.connection).id)
    if chosen.categories:
        conditions.append(_T.status_category.in_([c.value for c in chosen.categories]))
    if chosen.unmapped_status:
        conditions.append(_T.status_category.is_(None))
    for column, stream, wanted in (
        (_T.queue_ref, "queues", chosen.queue),
        (_T.assignee_ref, "technicians", chosen.assignee),
        (_T.company_ref, "companies", chosen.company),
    ):
        if wanted == "":
            conditions.append(column.is_(None))
        elif wanted is not None:
            conditions.append(_refers(tx, column, stream, wanted))
    if chosen.priority is not None:
        conditions.append(_T.priority == str(chosen.priority) if chosen.priority else _T.priority.is_(None))
    return conditions + _instants(chosen) + _contents(chosen)


def _instants(chosen: TicketFilter) -> "builtins.list[Any]":
    conditions: builtins.list[Any] = []
    for column, since in ((_T.created_at, chosen.created_since), (_T.changed_at, chosen.updated_since)):
        if since is not None:
            conditions.append(column >= to_us(since))
    for column, before in (
        (_T.created_at, chosen.created_before),
        (_T.last_activity_at, chosen.last_activity_before),
        (_T.due_at, chosen.due_before),
    ):
        if before is not None:
            conditions.append(column < to_us(before))
    return conditions


def _contents(chosen: TicketFilter) -> "builtins.list[Any]":
    conditions: builtins.list[Any] = []
    if chosen.over_estimate:
        conditions += [_T.estimated_s > 0, worked_seconds() > _T.estimated_s]
    if chosen.text:
        conditions.append(or_(_T.title.icontains(chosen.text, autoescape=True), _T.number == chosen.text))
    return conditions


def _worked(tx: Connection, found: "builtins.list[Any]") -> dict[tuple[int, str], int]:
    """Return the seconds worked on listed tickets, by source and id."""
    refs: dict[int, builtins.list[str]] = {}
    for r in found:
        refs.setdefault(r["source_id"], []).append(r["external_id"])
    query = (
        "SELECT ticket_ref, SUM(worked_s) FROM time_entries WHERE source_id = {source} AND ticket_ref IN {values} "
        "AND gone_at IS NULL AND worked_s IS NOT NULL GROUP BY ticket_ref"
    )
    return {
        (source_id, ref): int(seconds)
        for source_id, wanted in refs.items()
        for ref, seconds in bulk.select_in(tx, query, source_id, wanted)
    }


def worked_seconds() -> Any:
    """Return the seconds worked on the ticket of the outer query, as a scalar subquery."""
    entries = RECORDS["time_entries"].c
    return (
        select(func.coalesce(func.sum(entries.worked_s), 0))
        .where(entries.source_id == _T.source_id, entries.ticket_ref == _T.external_id, entries.gone_at.is_(None))
        .correlate(RECORDS["tickets"])
        .scalar_subquery()
    )


def _refers(tx: Connection, column: ColumnElement[Any], stream: str, wanted: str) -> ColumnElement[bool]:
    """The column holds the id, or the id of something with the name."""
    target = RECORDS[stream].c
    named = select(target.source_id, target.external_id).where(func.lower(name_column(stream)) == wanted.lower())
    ids: dict[int, builtins.list[str]] = {}
    for source_id, external_id in tx.execute(named):
        ids.setdefault(source_id, []).append(external_id)
    return or_(column == wanted, *(and_(_T.source_id == i, column.in_(refs)) for i, refs in ids.items()))


def _children(tx: Connection, stream: str, source_id: int, ticket_ref: str, *order: str) -> Any:
    table, codec = RECORDS[stream], codec_of(STREAMS[stream])
    query = (
        select(table.c.external_id, *(table.c[name] for name in codec.names))
        .where(table.c.source_id == source_id, table.c.ticket_ref == ticket_ref, table.c.gone_at.is_(None))
        .order_by(*(table.c[name] for name in order), table.c.local_id)
    )
    return tuple(codec.decode(external_id, values) for external_id, *values in tx.execute(query))


def _names_of(tx: Connection, source_id: int, records: "builtins.list[Entity]") -> dict[str, dict[str, str]]:
    names = Names(tx)
    for record in records:
        for column, target in REFERENCES[record.stream].items():
            value = getattr(record, column)
            for ref in value if isinstance(value, tuple) else (value,):
                names.want(source_id, target, ref)
        if isinstance(record, TicketEvent):
            for state in (record.before, record.after):
                for column, target in REFERENCES["tickets"].items():
                    if isinstance(ref := state.get(column), str):
                        names.want(source_id, target, ref)
    return names.all_of(source_id)


def _position(after: str | None) -> tuple[int | None, int | None]:
    if after is None:
        return None, None
    created, _, local_id = after.partition(":")
    try:
        return int(created) if created else None, int(local_id)
    except ValueError:
        message = "The position in the list is not understood."
        raise CursorError(message, hint="Start again at the first page.") from None
