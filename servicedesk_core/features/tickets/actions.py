"""What can be proposed about tickets."""

import uuid
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from functools import partial
from typing import Protocol
from zoneinfo import ZoneInfo

from sqlalchemy import Connection as Tx

from servicedesk_core.config import DeskSettings
from servicedesk_core.domain import Note, StatusCategory, Ticket, TimeEntry
from servicedesk_core.domain.writing import Intent
from servicedesk_core.errors import WriteError
from servicedesk_core.faces import Awaited, Capability, Desk, Manner, method
from servicedesk_core.features.tickets import rules
from servicedesk_core.features.tickets.queries import TicketQueries
from servicedesk_core.features.tickets.rules import CREATE
from servicedesk_core.outbox.values import Fields, known
from servicedesk_core.outbox.views import WriteView, asked_before
from servicedesk_core.outbox.writes import Writes

NOTE_INTERNAL, NOTE_PUBLIC = "notes.create_internal", "notes.create_public"
LOG_TIME = "time_entries.create"


class WritingDesk(Desk, Protocol):
    """A desk that proposes and sends writes."""

    @property
    def settings(self) -> DeskSettings:
        """The configuration."""
        ...

    @property
    def writes(self) -> Writes:
        """The outbox."""
        ...


class Tickets(TicketQueries[Manner]):
    """The tickets of a desk, and what can be proposed about them.

    Whatever changes something is stored as a proposal first; ``send=True`` approves and sends it at once. The result
    says what became of it.
    """

    desk: WritingDesk

    @method(Capability.TICKETS_WRITE)
    async def update(
        self: "Tickets[Awaited]",
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
        values = rules.given(title=title, description=description, resolution=resolution, status=status, due_at=due_at)
        values |= rules.priority_given(priority) | dict(fields or {})

        def intent(tx: Tx) -> Intent:
            found = rules.found(tx, ticket, connection)
            resolved = values | rules.resolved(tx, found.row.connection, queue=queue, assignee=assignee)
            return rules.update_of(found, resolved, reason=reason, request_id=request_id)

        return await self._proposed(intent, request_id, send=send)

    @method(Capability.TICKETS_ASSIGN)
    async def assign(
        self: "Tickets[Awaited]",
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

    @method(Capability.TICKETS_WRITE)
    async def close(
        self: "Tickets[Awaited]",
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

    @method(Capability.TICKETS_WRITE)
    async def create(
        self: "Tickets[Awaited]",
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
        name = self.desk.writes.grants.connection(connection, CREATE)
        values = {"title": title} | rules.given(description=description, status=status, due_at=due_at)
        values |= rules.priority_given(priority) | dict(fields or {})

        def intent(tx: Tx) -> Intent:
            refs = rules.resolved(tx, name, queue=queue, assignee=assignee, company=company, contact=contact)
            wanted = known(values | refs, Ticket)
            own = uuid.uuid4().hex
            return Intent(name, CREATE, f"tickets:new:{own}", title, wanted, reason=reason, request_id=request_id)

        return await self._proposed(intent, request_id, send=send)

    @method(Capability.TICKETS_WRITE)
    async def note(
        self: "Tickets[Awaited]",
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
        values = known({"body": text} | rules.given(title=title) | dict(fields or {}), Note)
        visibility = "public" if public else "internal"

        def intent(tx: Tx) -> Intent:
            kind = NOTE_PUBLIC if public else NOTE_INTERNAL
            found = rules.found(tx, ticket, connection)
            return rules.child_of(found, kind, values, visibility=visibility, reason=reason, request_id=request_id)

        return await self._proposed(intent, request_id, send=send)

    @method(Capability.TICKETS_WRITE)
    async def log_time(
        self: "Tickets[Awaited]",
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
            worked_s: Time worked in seconds, at most 24 hours.
            technician: Name or id of who worked.
            connection: Where the ticket is, if several have it.
            start_at: When the work began.
            work_date: On which day, where the hour does not matter; today in the desk's time zone, where neither is
                said and the vendor can be told a day.
            summary: What was done; the client may see it.
            internal_notes: What only the staff may see.
            fields: Further domain fields with their values.
            reason: Why.
            request_id: See :meth:`update`.
            send: Approve and send it at once.

        Raises:
            NotFoundLocallyError: The store holds no such ticket or technician.
            WriteError: Nobody works so long, or the vendor would refuse it.
            WriteNotGrantedError: The configuration does not grant it.
        """
        values = {"worked_s": worked_s} | rules.given(
            start_at=start_at, work_date=work_date, summary=summary, internal_notes=internal_notes
        )
        values |= dict(fields or {})

        def intent(tx: Tx) -> Intent:
            found = rules.found(tx, ticket, connection)
            refs = {"technician_ref": rules.ref_of(tx, found.row.connection, "technicians", technician)}
            wanted = known(values | refs, TimeEntry)
            return rules.child_of(found, LOG_TIME, wanted, visibility=None, reason=reason, request_id=request_id)

        return await self._proposed(intent, request_id, send=send)

    async def _proposed(self, make: Callable[[Tx], Intent], request_id: str | None, *, send: bool) -> WriteView:
        view = await self.desk.store.read(partial(asked_before, request_id=request_id))
        if view is None:
            view = await self.desk.writes.propose(await self._dated(await self.desk.store.read(make)))
        if not send or view.state != "proposed":
            return view
        return (await self.desk.writes.approve_own([view.id], send=True))[0]

    async def _dated(self, intent: Intent) -> Intent:
        """Return time that nobody gave a day as today's, in the desk's zone, where the vendor can be told a day."""
        if intent.kind != LOG_TIME or intent.values.keys() & {"work_date", "start_at", "end_at"}:
            return intent
        can = await self.desk.writes.capability(intent.connection, intent.kind)
        if can is not None and can.fields and "work_date" not in can.fields:
            return intent
        today = self.desk.clock.now().astimezone(ZoneInfo(self.desk.settings.desk.timezone)).date()
        return replace(intent, values={**intent.values, "work_date": today.isoformat()})
