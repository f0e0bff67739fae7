"""What can be proposed about tickets."""

import uuid
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Annotated, Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import Connection as Tx

from servicedesk_core.capabilities import ASSIGNING
from servicedesk_core.domain import Note, StatusCategory, Ticket, TimeEntry
from servicedesk_core.domain.writing import Intent
from servicedesk_core.errors import WriteError
from servicedesk_core.faces import Capability, Help, Manner
from servicedesk_core.features.tickets import rules
from servicedesk_core.features.tickets.queries import technician_meant
from servicedesk_core.features.tickets.rules import CREATE
from servicedesk_core.features.tickets.working import NOTE_INTERNAL, REASON, REQUEST_ID, WHERE, WHICH, Working
from servicedesk_core.features.writes import proposed, proposes
from servicedesk_core.outbox.values import known
from servicedesk_core.outbox.views import WriteView
from servicedesk_core.store.queries.ownership import ensure_own
from servicedesk_core.store.queries.scope import Scope

NOTE_PUBLIC: Final = "notes.create_public"
LOG_TIME, LOG_TIME_PUBLIC = "time_entries.create", "time_entries.create_public"

TECHNICIANS = "tickets.words technicians"
STATUS = Annotated[
    str | None,
    Help("The vendor's own word, or a category such as waiting_customer.", names="tickets.words statuses"),
]
PRIORITY = Annotated[str | None, Help("P1 to P5, or the vendor's own word.", names="tickets.words priorities")]
QUEUE = Annotated[
    str | None, Help('Name or id of a queue; "none" = in no queue.', none=True, names="tickets.words queues")
]
ASSIGNEE = Annotated[
    str | None,
    Help('Name or id of a technician; "none" = nobody, "me" = you.', name="technician", none=True, names=TECHNICIANS),
]
DUE = Annotated[datetime | None, Help("When it is due.", name="due")]
MORE = Annotated[
    Mapping[str, Any] | None, Help("A further field of the record: NAME=VALUE. May be repeated.", name="field")
]


class Tickets(Working[Manner]):
    """The tickets of a desk, and what can be proposed about them.

    Whatever changes something is stored as a proposal first; ``send=True`` approves and sends it at once. The result
    says what became of it. The fields of ``fields`` are those of the domain model.
    """

    @proposes("tickets.create", title="New ticket", about="The proposed ticket.", needs=Capability.TICKETS_WRITE)
    async def create(
        self,
        title: Annotated[str, Help("Its title.")],
        *,
        company: Annotated[str, Help("Name or id of the client.", names="tickets.words clients")],
        connection: Annotated[str | None, Help("Where, if several could have it.")] = None,
        description: Annotated[str | None, Help("Its description.", is_long=True)] = None,
        status: STATUS = None,
        priority: PRIORITY = None,
        queue: QUEUE = None,
        assignee: ASSIGNEE = None,
        contact: Annotated[str | None, Help("Name or id of a contact.")] = None,
        due_at: DUE = None,
        fields: MORE = None,
        reason: REASON = "",
        request_id: REQUEST_ID = None,
        send: bool = False,
        scope: Scope | None = None,
    ) -> WriteView:
        """Propose a new ticket at the vendor. With --yes this changes an outside system.

        Raises:
            NotFoundLocallyError: The store holds no such client, queue, technician or contact.
            NotPermittedError: The queue, or something that a field names, is not in the scope.
            WriteError: A field is unknown, or the vendor would refuse it.
            WriteNotGrantedError: The configuration does not grant it.
        """
        name = self.desk.outbox.grants.connection(connection, CREATE)
        values = {"title": title} | rules.given(description=description, due_at=due_at)
        values |= rules.priority_given(priority) | dict(fields or {})

        def intent(tx: Tx) -> Intent:
            who = technician_meant(self.desk, name, assignee)
            refs = rules.resolved(tx, name, scope, queue=queue, assignee=who, company=company, contact=contact)
            wanted = known(values | rules.status_given(tx, name, status) | refs, Ticket)
            ensure_own(tx, scope, CREATE, wanted, connection=name)
            own = uuid.uuid4().hex
            return Intent(name, CREATE, f"tickets:new:{own}", title, wanted, reason=reason, request_id=request_id)

        return await self._proposed(intent, request_id, scope, send=send)

    @proposes("tickets.update", title="Change", about="The proposed change.", needs=Capability.TICKETS_WRITE)
    async def update(
        self,
        ticket: WHICH,
        *,
        title: Annotated[str | None, Help("New title.")] = None,
        description: Annotated[str | None, Help("New description.", is_long=True)] = None,
        resolution: Annotated[str | None, Help("What was done.", is_long=True)] = None,
        status: STATUS = None,
        priority: PRIORITY = None,
        queue: QUEUE = None,
        assignee: ASSIGNEE = None,
        due_at: DUE = None,
        fields: MORE = None,
        connection: WHERE = None,
        reason: REASON = "",
        request_id: REQUEST_ID = None,
        send: bool = False,
        scope: Scope | None = None,
    ) -> WriteView:
        """Propose to change a ticket at the vendor. With --yes this changes an outside system.

        It is refused, with both versions shown, when somebody changed the same fields since the last sync. To say
        whose the ticket is, where and how urgent takes another right than to change it.

        Raises:
            NotFoundLocallyError: The store holds no such ticket, queue or technician.
            NotPermittedError: Something that a field names, such as another client, is not in the scope.
            WriteError: The ticket shows all of that already, a field is unknown, or nothing is to be changed.
            WriteNotGrantedError: The configuration does not grant it.
            LeaseHeldError: Another process sends over the connection and does not end.
        """
        values = rules.given(title=title, description=description, resolution=resolution, due_at=due_at)
        values |= rules.priority_given(priority) | dict(fields or {})
        if not values and (status, queue, assignee) == (None, None, None):
            raise WriteError(
                "Nothing is to be changed.",
                hint="Say what: --title, --description, --resolution, --status, --priority, --queue, --technician, "
                "--due, or --field NAME=VALUE.",
            )

        def intent(tx: Tx) -> Intent:
            found = rules.found(tx, ticket, connection, scope)
            wanted = values | rules.status_given(tx, found.row.connection, status)
            who = technician_meant(self.desk, found.row.connection, assignee)
            wanted |= rules.resolved(tx, found.row.connection, scope, queue=queue, assignee=who)
            if wanted.keys() & ASSIGNING:
                self.desk.permitted(Capability.TICKETS_ASSIGN, "tickets.update")
            return rules.update_of(tx, found, wanted, scope, reason=reason, request_id=request_id)

        return await self._proposed(intent, request_id, scope, send=send)

    @proposes("tickets.close", about="The proposed end.", needs=Capability.TICKETS_WRITE)
    async def close(
        self,
        ticket: WHICH,
        *,
        status: Annotated[
            str | None,
            Help(
                'The vendor\'s own word for it; else what your mapping calls "closed", or "resolved".',
                names="tickets.words statuses",
            ),
        ] = None,
        resolution: Annotated[str | None, Help("What was done.", is_long=True)] = None,
        connection: WHERE = None,
        reason: REASON = "",
        request_id: REQUEST_ID = None,
        send: bool = False,
        scope: Scope | None = None,
    ) -> WriteView:
        """Propose to close a ticket at the vendor. With --yes this changes an outside system.

        Raises:
            ServiceDeskError: See :meth:`update`.
        """

        def intent(tx: Tx) -> Intent:
            found = rules.found(tx, ticket, connection, scope)
            word = rules.status_given(tx, found.row.connection, status or StatusCategory.CLOSED)
            wanted = word | rules.given(resolution=resolution)
            return rules.update_of(tx, found, wanted, scope, reason=reason, request_id=request_id)

        return await self._proposed(intent, request_id, scope, send=send)

    @proposes("tickets.note", title="Add note", about="The proposed note.", needs=Capability.TICKETS_WRITE)
    async def note(
        self,
        ticket: WHICH,
        text: Annotated[str, Help("The note.", is_long=True)],
        *,
        title: Annotated[str | None, Help("Its title.")] = None,
        public: Annotated[bool, Help("The client may read it; else only the staff.", puts_before_client=True)] = False,
        fields: MORE = None,
        connection: WHERE = None,
        reason: REASON = "",
        request_id: REQUEST_ID = None,
        send: bool = False,
        scope: Scope | None = None,
    ) -> WriteView:
        """Propose a note on a ticket, internal unless --public is said. With --yes this changes an outside system.

        Raises:
            NotFoundLocallyError: The store holds no such ticket.
            WriteError: There is no text, or the vendor would refuse it.
            WriteNotGrantedError: The configuration does not grant it; public notes have a grant of their own.
        """
        if not text.strip():
            raise WriteError("A note without text.", hint="Say what is to be noted.")
        values = known({"body": text} | rules.given(title=title) | dict(fields or {}), Note)
        visibility = "public" if public else "internal"

        def intent(tx: Tx) -> Intent:
            kind = NOTE_PUBLIC if public else NOTE_INTERNAL
            found = rules.found(tx, ticket, connection, scope)
            return rules.child_of(
                tx, found, kind, values, scope, visibility=visibility, reason=reason, request_id=request_id
            )

        return await self._proposed(intent, request_id, scope, send=send)

    @proposes("tickets.log-time", about="The proposed time entry.", needs=Capability.TICKETS_WRITE)
    async def log_time(
        self,
        ticket: WHICH,
        worked_s: Annotated[int, Help("Time worked, in hours, such as 0.25; at most 24.", name="hours")],
        *,
        technician: Annotated[str, Help('Name or id of who worked; "me" = you.', names=TECHNICIANS)],
        start_at: Annotated[datetime | None, Help("When it began.", name="start")] = None,
        work_date: Annotated[date | None, Help("On which day; else today.", name="date")] = None,
        summary: Annotated[str | None, Help("What was done; the client may see it.", is_long=True)] = None,
        internal_notes: Annotated[
            str | None, Help("What only the staff may see.", name="internal", is_long=True)
        ] = None,
        public: Annotated[
            bool, Help("Put it before the client, at a vendor where that takes a grant of its own.")
        ] = False,
        fields: MORE = None,
        connection: WHERE = None,
        reason: REASON = "",
        request_id: REQUEST_ID = None,
        send: bool = False,
        scope: Scope | None = None,
    ) -> WriteView:
        """Propose a time entry on a ticket. With --yes this changes an outside system.

        Without start and day it is today's in the desk's time zone, where the vendor can be told a day.

        Raises:
            NotFoundLocallyError: The store holds no such ticket or technician.
            WriteError: Nobody works so long, or the vendor would refuse it.
            UnsupportedError: Its vendor knows no time that is put before the client.
            WriteNotGrantedError: The configuration does not grant it.
        """
        values = {"worked_s": worked_s} | rules.given(
            start_at=start_at, work_date=work_date, summary=summary, internal_notes=internal_notes
        )
        values |= dict(fields or {})

        def intent(tx: Tx) -> Intent:
            found = rules.found(tx, ticket, connection, scope)
            who = technician_meant(self.desk, found.row.connection, technician) or technician
            refs = {"technician_ref": rules.ref_of(tx, found.row.connection, scope, "technicians", who)}
            wanted = known(values | refs, TimeEntry)
            kind = LOG_TIME_PUBLIC if public else LOG_TIME
            return rules.child_of(tx, found, kind, wanted, scope, visibility=None, reason=reason, request_id=request_id)

        return await self._proposed(intent, request_id, scope, send=send)

    async def _proposed(
        self, make: Callable[[Tx], Intent], request_id: str | None, scope: Scope | None, *, send: bool
    ) -> WriteView:
        async def intended() -> Intent:
            return await self._dated(await self.desk.store.read(make))

        return await proposed(self.desk, intended, request_id, scope, send=send)

    async def _dated(self, intent: Intent) -> Intent:
        """Return time that nobody gave a day as today's, in the desk's zone, where the vendor can be told a day."""
        if intent.kind not in {LOG_TIME, LOG_TIME_PUBLIC} or intent.values.keys() & {"work_date", "start_at", "end_at"}:
            return intent
        can = await self.desk.outbox.capability(intent.connection, intent.kind)
        if can is not None and can.fields and "work_date" not in can.fields:
            return intent
        today = self.desk.clock.now().astimezone(ZoneInfo(self.desk.settings.desk.timezone)).date()
        return replace(intent, values={**intent.values, "work_date": today.isoformat()})
