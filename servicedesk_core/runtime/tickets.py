"""Tickets in the store, for programs and for the command line."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import Connection, RowMapping, text

from servicedesk_core.errors import NotFoundLocallyError, SettingsError
from servicedesk_core.reports.desk import TicketLine
from servicedesk_core.store import Store, sources

NOBODY = "none"
"""Stands for "has none" in a filter."""

_LINE = """
SELECT t.local_id, t.connection, t.external_id, t.number, t.title, t.company_name, t.queue_name, t.status,
       t.status_category, t.priority, t.assignee_name, t.created_at, t.due_at, t.last_activity_at, t.estimated_s,
       (SELECT SUM(e.worked_s) FROM v_time_entries e
         WHERE e.connection = t.connection AND e.ticket_ref = t.external_id) AS worked_s,
       t.description
FROM v_tickets t
"""
_FILTERS = {
    "connection": "t.connection",
    "queue": "t.queue_name",
    "technician": "t.assignee_name",
    "company": "t.company_name",
    "priority": "t.priority",
}


@dataclass(frozen=True, slots=True)
class NoteLine:
    """A note on a ticket.

    Attributes:
        created_at: When it was written.
        author: Who wrote it: a technician's name, or what sort of author it was.
        visibility: Who may read it.
        title: Title.
        body: Text.
    """

    created_at: datetime | None
    author: str | None
    visibility: str
    title: str | None
    body: str | None


@dataclass(frozen=True, slots=True)
class TimeLine:
    """Time recorded on a ticket.

    Attributes:
        worked_at: Begin, or the day, of the work.
        technician: Who worked.
        worked_s: How long, in seconds.
        summary: What was done, as the client may read it.
    """

    worked_at: str | None
    technician: str | None
    worked_s: int | None
    summary: str | None


@dataclass(frozen=True, slots=True)
class EventLine:
    """Something that happened to a ticket.

    Attributes:
        effective_at: When.
        type: What.
        source: How the desk knows.
        vendor_word: The vendor's own word for it.
        before: Ticket fields before.
        after: Ticket fields after.
    """

    effective_at: datetime | None
    type: str
    source: str
    vendor_word: str | None
    before: dict[str, Any]
    after: dict[str, Any]


@dataclass(frozen=True, slots=True)
class TicketDetail:
    """A ticket with what hangs on it.

    Attributes:
        ticket: The ticket.
        description: Its description.
        notes: Its notes, oldest first; private ones too.
        time_entries: Time recorded on it.
        events: Its history.
    """

    ticket: TicketLine
    description: str | None
    notes: tuple[NoteLine, ...]
    time_entries: tuple[TimeLine, ...]
    events: tuple[EventLine, ...]


class Tickets:
    """The tickets of a desk."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def list(
        self,
        *,
        connection: str | None = None,
        queue: str | None = None,
        status: str | None = None,
        technician: str | None = None,
        company: str | None = None,
        priority: str | None = None,
        search: str | None = None,
        only_open: bool = True,
        limit: int = 50,
        offset: int = 0,
    ) -> tuple[TicketLine, ...]:
        """Return tickets, the oldest first. Names are compared without case; ``none`` means "has none".

        Args:
            connection: Only of this connection.
            queue: Only in this queue.
            status: Only with this status: the vendor's word, or a category.
            technician: Only assigned to this person.
            company: Only of this client.
            priority: ``P1`` … ``P5``.
            search: Part of the number or the title.
            only_open: Leave out what is done.
            limit: At most so many.
            offset: Leave out so many at the beginning.
        """
        given = {
            "connection": connection,
            "queue": queue,
            "technician": technician,
            "company": company,
            "priority": priority,
        }
        conditions, values = _conditions(given)
        if status is not None:
            conditions.append("(LOWER(t.status) = :status OR t.status_category = :status)")
            values["status"] = status.lower()
        if search is not None:
            conditions.append("(LOWER(t.title) LIKE :search ESCAPE '!' OR LOWER(t.number) LIKE :search ESCAPE '!')")
            values["search"] = f"%{_escaped(search.lower())}%"
        if only_open:
            conditions.append("t.is_open")
        where = f"WHERE {' AND '.join(conditions)} " if conditions else ""
        query = f"{_LINE}{where}ORDER BY t.created_at, t.local_id LIMIT :limit OFFSET :offset"
        values |= {"limit": limit, "offset": offset}

        def work(tx: Connection) -> tuple[TicketLine, ...]:
            pages = _pages(tx)
            return tuple(_line(row, pages) for row in tx.execute(text(query), values).mappings())

        return await self._store.read(work)

    async def get(self, ticket: str, *, connection: str | None = None) -> TicketDetail:
        """Return one ticket with notes, time and history.

        Args:
            ticket: Its number, or the vendor's id.
            connection: Where it is, when several connections have that number.

        Raises:
            NotFoundLocallyError: The store holds no such ticket.
            SettingsError: Several connections hold one.
        """
        return await self._store.read(lambda tx: _detail(tx, ticket, connection))


def _conditions(given: Mapping[str, str | None]) -> tuple[list[str], dict[str, Any]]:
    conditions: list[str] = []
    values: dict[str, Any] = {}
    for name, value in given.items():
        if value is None:
            continue
        column = _FILTERS[name]
        if value.lower() == NOBODY:
            conditions.append(f"{column} IS NULL")
        else:
            conditions.append(f"LOWER({column}) = :{name}")
            values[name] = value.lower()
    return conditions, values


def _escaped(word: str) -> str:
    return word.replace("!", "!!").replace("%", "!%").replace("_", "!_")


def _pages(tx: Connection) -> dict[str, str]:
    """Return, by connection, the address of a ticket's page with a place for its id."""
    return {source.name: source.record_urls.get("tickets", "") for source in sources.all(tx)}


def _line(row: RowMapping, pages: Mapping[str, str]) -> TicketLine:
    return TicketLine(
        local_id=row["local_id"],
        connection=row["connection"],
        external_id=row["external_id"],
        number=row["number"],
        title=row["title"],
        company=row["company_name"],
        queue=row["queue_name"],
        status=row["status"],
        status_category=row["status_category"],
        priority=row["priority"],
        assignee=row["assignee_name"],
        created_at=_instant(row["created_at"]),
        due_at=_instant(row["due_at"]),
        last_activity_at=_instant(row["last_activity_at"]),
        estimated_s=row["estimated_s"],
        worked_s=None if row["worked_s"] is None else int(row["worked_s"]),
        url=pages.get(row["connection"], "").replace("{external_id}", row["external_id"]) or None,
    )


def _detail(tx: Connection, ticket: str, connection: str | None) -> TicketDetail:
    conditions, values = _conditions({"connection": connection})
    where = " AND ".join(["(t.number = :ticket OR t.external_id = :ticket)", *conditions])
    rows = tx.execute(text(f"{_LINE}WHERE {where}"), {"ticket": ticket, **values}).mappings().all()
    if not rows:
        raise NotFoundLocallyError(f"The store holds no ticket {ticket}.", hint="Check the number, or sync first.")
    exact = [row for row in rows if row["number"] == ticket] or list(rows)
    if len(exact) > 1:
        names = ", ".join(row["connection"] for row in exact)
        raise SettingsError(f"Several tickets are called {ticket}: in {names}.", hint="Say which with --connection.")
    row = exact[0]
    key = {"connection": row["connection"], "ticket": row["external_id"]}
    return TicketDetail(
        ticket=_line(row, _pages(tx)),
        description=row["description"],
        notes=_notes(tx, key),
        time_entries=_time(tx, key),
        events=_events(tx, key),
    )


def _notes(tx: Connection, key: dict[str, Any]) -> tuple[NoteLine, ...]:
    query = """
        SELECT n.created_at, COALESCE(w.name, n.author_type) AS author, n.visibility, n.title, n.body
        FROM v_notes n LEFT JOIN v_technicians w ON w.connection = n.connection AND w.external_id = n.author_ref
                                                 AND n.author_type = 'technician'
        WHERE n.connection = :connection AND n.ticket_ref = :ticket ORDER BY n.created_at, n.local_id
    """
    return tuple(
        NoteLine(_instant(r["created_at"]), r["author"], r["visibility"], r["title"], r["body"])
        for r in tx.execute(text(query), key).mappings()
    )


def _time(tx: Connection, key: dict[str, Any]) -> tuple[TimeLine, ...]:
    query = """
        SELECT start_at, work_date, technician_name, worked_s, summary FROM v_time_entries
        WHERE connection = :connection AND ticket_ref = :ticket ORDER BY start_at, local_id
    """
    return tuple(
        TimeLine(str(r["start_at"] or r["work_date"] or "") or None, r["technician_name"], r["worked_s"], r["summary"])
        for r in tx.execute(text(query), key).mappings()
    )


def _events(tx: Connection, key: dict[str, Any]) -> tuple[EventLine, ...]:
    query = """
        SELECT effective_at, type, source, vendor_word, "before", "after" FROM v_ticket_events
        WHERE connection = :connection AND ticket_ref = :ticket ORDER BY event_no
    """
    return tuple(
        EventLine(
            _instant(r["effective_at"]), r["type"], r["source"], r["vendor_word"], _json(r["before"]), _json(r["after"])
        )
        for r in tx.execute(text(query), key).mappings()
    )


def _instant(value: str | datetime | None) -> datetime | None:
    return datetime.fromisoformat(value) if isinstance(value, str) else value


def _json(value: Any) -> dict[str, Any]:
    found = orjson.loads(value) if isinstance(value, str) else value
    return dict(found or {})
