"""Tickets of a desk, with what can be proposed about them."""

import uuid
from collections.abc import Mapping
from datetime import UTC, date, datetime
from enum import Enum
from typing import Any

from sqlalchemy import Connection as Tx

from servicedesk_core.config.values import did_you_mean
from servicedesk_core.domain import Note, StatusCategory, Ticket, TimeEntry
from servicedesk_core.domain.comparing import same
from servicedesk_core.errors import NotFoundLocallyError, SettingsError, WriteError
from servicedesk_core.runtime.tickets import Tickets
from servicedesk_core.runtime.write_views import WriteView
from servicedesk_core.runtime.writes import Writes
from servicedesk_core.store import Store, sources
from servicedesk_core.store.queries import names
from servicedesk_core.store.queries.tickets import TicketDetail
from servicedesk_core.writes import Intent

UPDATE, CREATE = "tickets.update", "tickets.create"
NOTE_INTERNAL, NOTE_PUBLIC = "notes.create_internal", "notes.create_public"
LOG_TIME = "time_entries.create"

Fields = Mapping[str, Any]

_KEEP = ("status",)
"""Kept beside a meaning, so that a write is refused when the word changed, and can be taken back to it."""


class DeskTickets(Tickets):
    """The tickets of a desk, and what can be proposed about them.

    Whatever changes something is stored as a proposal first; ``send=True`` approves and sends it at once. The result
    says what became of it.
    """

    def __init__(self, store: Store, writes: Writes) -> None:
        super().__init__(store)
        self._writes = writes

    async def update(
        self,
        ticket: str,
        *,
        connection: str | None = None,
        title: str | None = None,
        description: str | None = None,
        resolution: str | None = None,
        status: str | None = None,
        priority: str | None = None,
        queue: str | None = None,
        assignee: str | None = None,
        due_at: datetime | None = None,
        fields: Fields | None = None,
        reason: str = "",
        request_id: str | None = None,
        send: bool = False,
    ) -> WriteView:
        """Propose to change a ticket.

        Args:
            ticket: The vendor's id, or the number.
            connection: Where it is, if several have it.
            title: New title.
            description: New description.
            resolution: New resolution.
            status: The vendor's own word.
            priority: ``P1`` to ``P5``, or the vendor's own word.
            queue: Name or id of a queue.
            assignee: Name or id of a technician; ``""`` = nobody.
            due_at: When it is due.
            fields: Further domain fields with their values.
            reason: Why.
            request_id: Your own id of this act; a second call with the same one is the first.
            send: Approve and send it at once.

        Raises:
            NotFoundLocallyError: The store holds no such ticket, queue or technician.
            WriteError: The ticket shows all of that already, or a field is unknown.
            WriteNotGrantedError: The configuration does not grant it.
            LeaseHeldError: Another process sends over the connection and does not end.
        """
        values = _given(title=title, description=description, resolution=resolution, status=status, due_at=due_at)
        values |= _priority(priority) | dict(fields or {})

        def intent(tx: Tx) -> Intent:
            found = self._found(tx, ticket, connection)
            resolved = values | self._resolved(tx, found.row.connection, queue=queue, assignee=assignee)
            return _update(found, resolved, reason=reason, request_id=request_id)

        return await self._proposed(await self._store.read(intent), send=send)

    async def assign(
        self,
        ticket: str,
        assignee: str,
        *,
        connection: str | None = None,
        reason: str = "",
        request_id: str | None = None,
        send: bool = False,
    ) -> WriteView:
        """Propose to give a ticket to a technician; ``""`` = to nobody. See :meth:`update`."""
        return await self.update(
            ticket, connection=connection, assignee=assignee, reason=reason, request_id=request_id, send=send
        )

    async def close(
        self,
        ticket: str,
        *,
        connection: str | None = None,
        status: str | None = None,
        resolution: str | None = None,
        reason: str = "",
        request_id: str | None = None,
        send: bool = False,
    ) -> WriteView:
        """Propose to close a ticket.

        Args:
            ticket: The vendor's id, or the number.
            connection: Where it is, if several have it.
            status: The vendor's own word for it; ``None`` = the one that your mapping gives the meaning ``closed``.
            resolution: What was done.
            reason: Why.
            request_id: See :meth:`update`.
            send: Approve and send it at once.

        Raises:
            WriteError: See :meth:`update`, like the others.
        """
        fields = {} if status else {"status_category": StatusCategory.CLOSED}
        return await self.update(
            ticket,
            connection=connection,
            status=status,
            resolution=resolution,
            fields=fields,
            reason=reason,
            request_id=request_id,
            send=send,
        )

    async def create(
        self,
        title: str,
        *,
        company: str,
        connection: str | None = None,
        description: str | None = None,
        status: str | None = None,
        priority: str | None = None,
        queue: str | None = None,
        assignee: str | None = None,
        contact: str | None = None,
        due_at: datetime | None = None,
        fields: Fields | None = None,
        reason: str = "",
        request_id: str | None = None,
        send: bool = False,
    ) -> WriteView:
        """Propose a new ticket.

        Args:
            title: Its title.
            company: Name or id of the client.
            connection: Where; may be left out when only one may create tickets.
            description: Its description.
            status: The vendor's own word; left out = as the vendor has it for new ones.
            priority: ``P1`` to ``P5``, or the vendor's own word.
            queue: Name or id of a queue.
            assignee: Name or id of a technician.
            contact: Name or id of a contact.
            due_at: When it is due.
            fields: Further domain fields with their values.
            reason: Why.
            request_id: See :meth:`update`.
            send: Approve and send it at once.

        Raises:
            NotFoundLocallyError: The store holds no such client, queue, technician or contact.
            WriteError: A field is unknown.
            WriteNotGrantedError: The configuration does not grant it.
        """
        name = self._writes.only_connection(connection, CREATE)
        values = {"title": title} | _given(description=description, status=status, due_at=due_at)
        values |= _priority(priority) | dict(fields or {})

        def intent(tx: Tx) -> Intent:
            refs = self._resolved(tx, name, queue=queue, assignee=assignee, company=company, contact=contact)
            wanted = _known(values | refs, Ticket)
            own = uuid.uuid4().hex
            return Intent(name, CREATE, f"tickets:new:{own}", title, wanted, reason=reason, request_id=request_id)

        return await self._proposed(await self._store.read(intent), send=send)

    async def note(
        self,
        ticket: str,
        text: str,
        *,
        connection: str | None = None,
        title: str | None = None,
        public: bool = False,
        fields: Fields | None = None,
        reason: str = "",
        request_id: str | None = None,
        send: bool = False,
    ) -> WriteView:
        """Propose a note on a ticket; internal unless asked otherwise.

        Args:
            ticket: The vendor's id, or the number.
            text: The note.
            connection: Where the ticket is, if several have it.
            title: Its title.
            public: Whether the client may read it.
            fields: Further domain fields with their values.
            reason: Why.
            request_id: See :meth:`update`.
            send: Approve and send it at once.

        Raises:
            NotFoundLocallyError: The store holds no such ticket.
            WriteNotGrantedError: The configuration does not grant it; public notes have a grant of their own.
        """
        if not text.strip():
            raise WriteError("A note without text.", hint="Say what is to be noted.")
        values = _known({"body": text} | _given(title=title) | dict(fields or {}), Note)
        visibility = "public" if public else "internal"

        def intent(tx: Tx) -> Intent:
            kind = NOTE_PUBLIC if public else NOTE_INTERNAL
            found = self._found(tx, ticket, connection)
            return _child(found, kind, values, visibility=visibility, reason=reason, request_id=request_id)

        return await self._proposed(await self._store.read(intent), send=send)

    async def log_time(
        self,
        ticket: str,
        *,
        worked_s: int,
        technician: str,
        connection: str | None = None,
        start_at: datetime | None = None,
        work_date: date | None = None,
        summary: str | None = None,
        internal_notes: str | None = None,
        fields: Fields | None = None,
        reason: str = "",
        request_id: str | None = None,
        send: bool = False,
    ) -> WriteView:
        """Propose a time entry on a ticket.

        Args:
            ticket: The vendor's id, or the number.
            worked_s: Time worked in seconds.
            technician: Name or id of who worked.
            connection: Where the ticket is, if several have it.
            start_at: When the work began.
            work_date: On which day, where the hour does not matter.
            summary: What was done; the client may see it.
            internal_notes: What only the staff may see.
            fields: Further domain fields with their values.
            reason: Why.
            request_id: See :meth:`update`.
            send: Approve and send it at once.

        Raises:
            NotFoundLocallyError: The store holds no such ticket or technician.
            WriteNotGrantedError: The configuration does not grant it.
        """
        if worked_s <= 0:
            raise WriteError("Time must be more than nothing.", hint="Name the time worked, such as 1.5 hours.")
        values = {"worked_s": worked_s} | _given(
            start_at=start_at, work_date=work_date, summary=summary, internal_notes=internal_notes
        )
        values |= dict(fields or {})

        def intent(tx: Tx) -> Intent:
            found = self._found(tx, ticket, connection)
            refs = {"technician_ref": self._ref(tx, found.row.connection, "technicians", technician)}
            wanted = _known(values | refs, TimeEntry)
            return _child(found, LOG_TIME, wanted, visibility=None, reason=reason, request_id=request_id)

        return await self._proposed(await self._store.read(intent), send=send)

    async def _proposed(self, intent: Intent, *, send: bool) -> WriteView:
        view = await self._writes.propose(intent)
        if not send or view.state != "proposed":
            return view
        return (await self._writes.approve([view.id], send=True))[0]

    def _found(self, tx: Tx, ticket: str, connection: str | None) -> TicketDetail:
        from servicedesk_core.store.queries import tickets  # noqa: PLC0415  # "tickets" is a name of arguments here

        found = tickets.get(tx, connection, ticket)
        if found.gone_at is not None:
            message = f"The vendor has {found.row.number or found.row.external_id} no more."
            raise NotFoundLocallyError(message, hint="`servicedesk sync` brings the store up to date.")
        return found

    def _resolved(self, tx: Tx, connection: str, **words: str | None) -> dict[str, Any]:
        streams = {"queue": "queues", "assignee": "technicians", "company": "companies", "contact": "contacts"}
        return {
            f"{field}_ref": self._ref(tx, connection, streams[field], word) if word else None
            for field, word in words.items()
            if word is not None
        }

    @staticmethod
    def _ref(tx: Tx, connection: str, stream: str, word: str) -> str:
        source = sources.get(tx, connection)
        found = names.find(tx, source.id, stream, word)
        if len(found) == 1:
            return found[0]
        what = {"queues": "queue", "technicians": "technician", "companies": "client", "contacts": "contact"}[stream]
        if found:
            message = f'There are {len(found)} {stream} called "{word}".'
            raise NotFoundLocallyError(message, hint=f"Name the vendor's id: {', '.join(found[:5])}.")
        near = did_you_mean(word, names.known(tx, source.id, stream))
        hint = "Name it as the desk shows it, or by the vendor's id."
        raise NotFoundLocallyError(f'There is no {what} "{word}".{near}', hint=hint, connection=connection)


def _update(found: TicketDetail, wanted: Fields, *, reason: str, request_id: str | None) -> Intent:
    shown = found.ticket.model_dump(mode="json")
    values = {field: value for field, value in _known(wanted, Ticket).items() if not same(value, shown.get(field))}
    label = _label(found)
    if not values:
        raise WriteError(f"{label} shows that already; nothing is to be changed.", hint="`servicedesk sync`, if not.")
    based_on = [*values, *(field for field in _KEEP if "status_category" in values)]
    return Intent(
        connection=found.row.connection,
        kind=UPDATE,
        aggregate=f"tickets:{found.row.external_id}",
        label=label,
        values=values,
        target=found.row.external_id,
        base={field: shown.get(field) for field in based_on},
        base_modified_at=found.ticket.modified_at,
        reason=reason,
        request_id=request_id,
    )


def _child(
    found: TicketDetail,
    kind: str,
    values: dict[str, Any],
    *,
    visibility: str | None,
    reason: str,
    request_id: str | None,
) -> Intent:
    return Intent(
        connection=found.row.connection,
        kind=kind,
        aggregate=f"tickets:{found.row.external_id}",
        label=_label(found),
        values=values,
        parent=found.row.external_id,
        visibility=visibility,
        reason=reason,
        request_id=request_id,
    )


def _label(found: TicketDetail) -> str:
    number = found.row.number or found.row.external_id
    return f"{number} {found.row.title}".strip()


def _given(**values: Any) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}


def _priority(word: str | None) -> dict[str, Any]:
    if word is None:
        return {}
    return {"priority": word.upper()} if word.upper() in {"P1", "P2", "P3", "P4", "P5"} else {"priority_name": word}


def _known(values: Fields, entity: type[Ticket | Note | TimeEntry]) -> dict[str, Any]:
    """Return the values as JSON has them.

    Raises:
        WriteError: A field is none of the record's.
    """
    for field in values:
        if field not in entity.model_fields:
            near = did_you_mean(field, entity.model_fields)
            raise WriteError(f'There is no field "{field}".{near}', hint="Fields are named as in the domain model.")
    return {field: _json(value) for field, value in values.items()}


def _json(value: Any) -> Any:
    match value:
        case Enum():
            return value.value
        case datetime():
            if value.tzinfo is None:
                raise SettingsError("An instant needs a time zone.", hint="Give an aware datetime.")
            return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
        case date():
            return value.isoformat()
        case Mapping():
            return {str(key): _json(inner) for key, inner in value.items()}
        case list() | tuple():
            return [_json(inner) for inner in value]
        case _:
            return value
