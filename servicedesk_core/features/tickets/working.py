"""What a technician does with a ticket: takes it, starts, cannot, or puts it off for a while."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Annotated, Any, Final

from sqlalchemy import Connection as Tx

from servicedesk_core.config.configured import ConfiguredDesk
from servicedesk_core.domain import StatusCategory
from servicedesk_core.domain.writing import Intent
from servicedesk_core.errors import NotFoundLocallyError, SettingsError, WriteError
from servicedesk_core.faces import Capability, Column, Help, Manner, action
from servicedesk_core.features.tickets import rules
from servicedesk_core.features.tickets.model import TicketDetail
from servicedesk_core.features.tickets.queries import TicketQueries, technician_meant
from servicedesk_core.features.tickets.tables import promising, snoozing
from servicedesk_core.features.writes import ProposingDesk, proposed, proposes
from servicedesk_core.outbox.views import WriteView
from servicedesk_core.store import audit
from servicedesk_core.store.queries.scope import Scope

WHICH = Annotated[str, Help("Ticket number, or the vendor's id.", names="tickets.show")]
WHERE = Annotated[str | None, Help("Where it is, if several have it.")]
REASON = Annotated[str, Help("Why; kept in the audit trail.")]
REQUEST_ID = Annotated[str | None, Help("Your own id: a second call changes nothing.")]
NOTE_INTERNAL: Final = "notes.create_internal"

LONGEST_SNOOZE: Final = timedelta(days=90)
"""What nobody need look at for longer is closed, or has a due date."""


class Cannot(StrEnum):
    """Why somebody cannot go on with a ticket."""

    NO_SKILL = "no-skill"
    NO_TIME = "no-time"
    CLIENT_AWAY = "client-away"
    NO_ACCESS = "no-access"
    PART_MISSING = "part-missing"
    VENDOR = "vendor"
    OTHER = "other"

    @property
    def said(self) -> str:
        """It in words."""
        return _SAID[self]

    @property
    def category(self) -> StatusCategory | None:
        """What the ticket waits for then; ``None`` = it is given back, for somebody else."""
        return _WAITS.get(self)


_SAID: Final = {
    Cannot.NO_SKILL: "it takes a skill that I do not have",
    Cannot.NO_TIME: "I have no time for it",
    Cannot.CLIENT_AWAY: "the client cannot be reached",
    Cannot.NO_ACCESS: "the client has to give access",
    Cannot.PART_MISSING: "a part is missing",
    Cannot.VENDOR: "the manufacturer has to act",
    Cannot.OTHER: "of something else",
}
_WAITS: Final = {
    Cannot.CLIENT_AWAY: StatusCategory.WAITING_CUSTOMER,
    Cannot.NO_ACCESS: StatusCategory.WAITING_CUSTOMER,
    Cannot.PART_MISSING: StatusCategory.WAITING_PARTS,
    Cannot.VENDOR: StatusCategory.WAITING_VENDOR,
}


@dataclass(frozen=True, slots=True)
class Snoozed:
    """A ticket that was put off, or woken."""

    ticket: Annotated[str, Column("The vendor's number for people, or its id.", leads="tickets.show")]
    connection: Annotated[str, Column("Name of the connection.")]
    until: Annotated[datetime | None, Column("When it comes back; nothing = it is back.")]


class Promise(StrEnum):
    """What a client was promised."""

    CALL = "call"
    WRITE = "write"
    VISIT = "visit"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class PromisedTo:
    """Something that a client was promised by a time."""

    number: Annotated[int, Column("Its number.")]
    ticket: Annotated[str, Column("The vendor's number for people, or its id.", leads="tickets.show")]
    connection: Annotated[str, Column("Name of the connection.")]
    what: Annotated[Promise, Column("What was promised.")]
    due_at: Annotated[datetime, Column("By when.", "Due")]


class Working(TicketQueries[Manner]):
    """What a technician does with a ticket."""

    desk: ProposingDesk

    @proposes("tickets.take", title="Take", about="The proposed assignment.", needs=Capability.TICKETS_WRITE)
    async def take(
        self,
        ticket: WHICH,
        *,
        connection: WHERE = None,
        reason: REASON = "",
        request_id: REQUEST_ID = None,
        send: bool = False,
        scope: Scope | None = None,
    ) -> WriteView:
        """Propose to have a ticket that nobody has. With --yes this changes an outside system.

        To take one from somebody else takes the right to assign. It is refused when somebody else was quicker.

        Raises:
            NotFoundLocallyError: The store holds no such ticket, or nobody said which technician you are.
            NotPermittedError: Somebody else has it, and you may not assign.
            WriteError: It is yours already, or done.
            WriteNotGrantedError: The configuration does not grant it.
        """

        def intents(tx: Tx) -> list[Intent]:
            one = _open(tx, ticket, connection, scope)
            if one.row.assignee_ref not in {None, self._own(one)}:
                self.desk.permitted(Capability.TICKETS_ASSIGN, "tickets.take")
            mine = rules.resolved(tx, one.row.connection, scope, assignee=self._own(one))
            return [rules.update_of(tx, one, mine, scope, reason=reason, request_id=request_id)]

        return await self._propose(intents, request_id, scope, send=send)

    @proposes("tickets.start", title="Start", about="The proposed change.", needs=Capability.TICKETS_WRITE)
    async def start(
        self,
        ticket: WHICH,
        *,
        connection: WHERE = None,
        reason: REASON = "",
        request_id: REQUEST_ID = None,
        send: bool = False,
        scope: Scope | None = None,
    ) -> WriteView:
        """Propose that a ticket is in progress; nobody's becomes yours. With --yes this changes an outside system.

        Raises:
            NotFoundLocallyError: The store holds no such ticket.
            WriteError: It is in progress already, or done.
            WriteNotGrantedError: The configuration does not grant it.
        """

        def intents(tx: Tx) -> list[Intent]:
            one = _open(tx, ticket, connection, scope)
            wanted = rules.status_given(tx, one.row.connection, StatusCategory.IN_PROGRESS)
            if one.row.assignee_ref is None and self.desk.technician is not None:
                wanted |= rules.resolved(tx, one.row.connection, scope, assignee=self._own(one))
            return [rules.update_of(tx, one, wanted, scope, reason=reason, request_id=request_id)]

        return await self._propose(intents, request_id, scope, send=send)

    @proposes("tickets.cannot", title="Cannot", about="The proposed change.", needs=Capability.TICKETS_WRITE)
    async def cannot(
        self,
        ticket: WHICH,
        why: Annotated[Cannot, Help("Why not.")],
        *,
        comment: Annotated[str | None, Help("What else whoever has it next should know.", is_long=True)] = None,
        connection: WHERE = None,
        request_id: REQUEST_ID = None,
        send: bool = False,
        scope: Scope | None = None,
    ) -> WriteView:
        """Propose that you cannot go on with a ticket, and why. With --yes this changes an outside system.

        Where the client, a part or a manufacturer is waited for, its status says so, and it stays yours; else it is
        given back, for somebody else. The reason becomes an internal note, sent once the change is there.

        Raises:
            NotFoundLocallyError: The store holds no such ticket, or nobody said which technician you are.
            NotPermittedError: It is not yours, and you may not assign.
            WriteError: It is done, "other" was not explained, or nothing would change.
            WriteNotGrantedError: The configuration does not grant it.
        """
        if why is Cannot.OTHER and not (comment or "").strip():
            raise WriteError("Nobody can tell why not.", hint="Say it with --comment, or name another reason.")

        def intents(tx: Tx) -> list[Intent]:
            one = _open(tx, ticket, connection, scope)
            if self.desk.technician != (one.row.connection, one.row.assignee_ref):
                self.desk.permitted(Capability.TICKETS_ASSIGN, "tickets.cannot")
            wanted: dict[str, Any] = {"assignee_ref": None}
            category = why.category or (
                StatusCategory.TRIAGED if one.row.status_category == StatusCategory.IN_PROGRESS else None
            )
            if category is not None:
                given = rules.status_given(tx, one.row.connection, category)
                wanted = given if why.category else wanted | given
            body = "\n".join(filter(None, (f"Cannot go on: {why.said}.", (comment or "").strip())))
            note = {"title": "Cannot", "body": body}
            return [
                rules.update_of(tx, one, wanted, scope, reason=why.said, request_id=request_id),
                rules.child_of(
                    tx, one, NOTE_INTERNAL, note, scope, visibility="internal", reason=why.said, request_id=None
                ),
            ]

        return await self._propose(intents, request_id, scope, send=send)

    @action("tickets.snooze", title="Snooze", about="Until when it sleeps.", needs=Capability.TICKETS_WRITE)
    async def snooze(
        self,
        ticket: WHICH,
        until: Annotated[datetime, Help("When it comes back.")],
        *,
        reason: REASON = "",
        connection: WHERE = None,
        scope: Scope | None = None,
    ) -> Snoozed:
        """Put a ticket off: until then it is in no list of what can be begun. Nothing at the vendor changes.

        It comes back by itself at its time, when the client writes, and four hours before a promise is due. Clocks go
        on, and what is late stays listed.

        Raises:
            NotFoundLocallyError: The store holds no such ticket.
            SettingsError: The time is past, or further away than 90 days.
            WriteError: It is done.
        """
        now = self.desk.clock.now()
        if not now < until <= now + LONGEST_SNOOZE:
            hint = f"Name one within {LONGEST_SNOOZE.days} days; what waits longer gets a due date, or is closed."
            raise SettingsError("A ticket cannot be put off until then.", hint=hint)

        def work(tx: Tx) -> Snoozed:
            one = _open(tx, ticket, connection, scope)
            actor = str(self.desk.actor)
            snoozing.keep(tx, snoozing.Snooze(one.row.local_id, until, reason, actor, now))
            _told(tx, self.desk, one, "ticket.snoozed", {"until": until.isoformat(), "reason": reason})
            return Snoozed(one.row.ticket, one.row.connection, until)

        return await self.desk.store.write(work)

    @action("tickets.wake", title="Wake", about="The ticket that is back.", needs=Capability.TICKETS_WRITE)
    async def wake(self, ticket: WHICH, *, connection: WHERE = None, scope: Scope | None = None) -> Snoozed:
        """Bring a ticket back that was put off.

        Raises:
            NotFoundLocallyError: The store holds no such ticket, or it is not put off.
        """

        def work(tx: Tx) -> Snoozed:
            one = rules.found(tx, ticket, connection, scope)
            if not snoozing.wake(tx, one.row.local_id, self.desk.clock.now()):
                raise NotFoundLocallyError(f"{one.row.ticket} is not put off.", hint="There is nothing to be done.")
            _told(tx, self.desk, one, "ticket.woken", {})
            return Snoozed(one.row.ticket, one.row.connection, None)

        return await self.desk.store.write(work)

    @action("tickets.promise", title="Promise", about="What was promised.", needs=Capability.TICKETS_WRITE)
    async def promise(
        self,
        ticket: WHICH,
        at: Annotated[datetime, Help("By when.", name="at")],
        *,
        what: Annotated[Promise, Help("What the client was promised.")] = Promise.CALL,
        text: Annotated[str, Help("What else was said about it.")] = "",
        connection: WHERE = None,
        scope: Scope | None = None,
    ) -> PromisedTo:
        """Keep what a client was promised by a time, such as a call at three. Nothing at the vendor changes.

        It is the technician's turn by then. It is kept when somebody writes to the client after it was made and by
        then, or says "contact keep"; else it is broken, and listed until there was contact.

        Raises:
            NotFoundLocallyError: The store holds no such ticket.
            SettingsError: The time is past, or further away than 90 days.
            WriteError: It is done.
        """
        now = self.desk.clock.now()
        if not now < at <= now + LONGEST_SNOOZE:
            raise SettingsError(
                "Nothing can be promised by then.", hint=f"Name a time within {LONGEST_SNOOZE.days} days."
            )

        def work(tx: Tx) -> PromisedTo:
            one = _open(tx, ticket, connection, scope)
            by, said = self.desk.actor.name, {"what": what.value, "text": text.strip(), "due_at": at}
            number = promising.promise(tx, {"ticket_id": one.row.local_id, "by": by, "at": now, **said})
            _told(tx, self.desk, one, "promise.made", {"what": what.value, "due_at": at.isoformat()})
            return PromisedTo(number, one.row.ticket, one.row.connection, what, at)

        return await self.desk.store.write(work)

    def _own(self, one: TicketDetail) -> str | None:
        """Return the vendor's id of whoever acts, as a technician of the ticket's connection."""
        return technician_meant(self.desk, one.row.connection, "me")

    async def _propose(
        self, intents: Callable[[Tx], list[Intent]], request_id: str | None, scope: Scope | None, *, send: bool
    ) -> WriteView:
        """Propose the first of some intents, and the others behind it."""
        then: Sequence[Intent] = ()

        async def intended() -> Intent:
            nonlocal then
            first, *then = await self.desk.store.read(intents)
            return first

        return await proposed(
            self.desk,
            intended,
            request_id,
            scope,
            send=send,
            proposing=lambda wanted: self.desk.outbox.propose(wanted, then=then),
        )


def _open(tx: Tx, ticket: str, connection: str | None, scope: Scope | None) -> TicketDetail:
    one = rules.found(tx, ticket, connection, scope)
    if not one.row.is_open:
        message = f"{one.row.ticket} is {one.row.status or 'done'} already."
        raise WriteError(
            message, hint="Open it again first, where that was too soon: servicedesk tickets update --status."
        )
    return one


def _told(tx: Tx, desk: ConfiguredDesk, one: TicketDetail, what: str, details: dict[str, Any]) -> None:
    entity = f"ticket:{one.row.connection}/{one.row.external_id}"
    audit.append(tx, at=desk.clock.now(), actor=str(desk.actor), action=what, entity=entity, after=details)
