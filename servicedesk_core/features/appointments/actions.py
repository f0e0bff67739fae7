"""Booking, moving and cancelling appointments: one write each, which the vendor has whole or says what lacks."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Annotated, Any, Final

from servicedesk_core.domain import Appointment, AppointmentState
from servicedesk_core.domain.writing import Intent
from servicedesk_core.errors import WriteError
from servicedesk_core.faces import Capability, Help, Manner
from servicedesk_core.features.appointments.changing import changed
from servicedesk_core.features.appointments.guard import refuse_clash
from servicedesk_core.features.appointments.jobs import keep_behind
from servicedesk_core.features.appointments.queries import AppointmentQueries
from servicedesk_core.features.appointments.tables import BOOK, CANCEL, CHANGE, USUAL, record_of, row_of
from servicedesk_core.features.tickets import found as found_ticket
from servicedesk_core.features.tickets import resolved, technician_meant, ticket_of
from servicedesk_core.features.writes import ProposingDesk, proposed, proposes
from servicedesk_core.outbox.values import known
from servicedesk_core.outbox.views import WriteView
from servicedesk_core.store import Tx
from servicedesk_core.store.outbox import StoredWrite
from servicedesk_core.store.queries.ownership import ensure_own
from servicedesk_core.store.queries.scope import Scope

_TECHNICIANS: Final = "tickets.words technicians"
WHICH = Annotated[str, Help("The vendor's id, as the list shows it.", names="appointments.show")]
WHERE = Annotated[str | None, Help("Where it is, if several have it.")]
DOUBLE = Annotated[bool, Help("Also when somebody has another appointment at that time.")]
REASON = Annotated[str, Help("Why; kept in the audit trail.")]
REQUEST_ID = Annotated[str | None, Help("Your own id: a second call changes nothing.")]


class Appointments(AppointmentQueries[Manner]):
    """Appointments, and what can be proposed about them.

    Whatever changes something is stored as a proposal first; ``send=True`` approves and sends it at once. An
    appointment is one write with its tickets and technicians: what of it the vendor refuses is told, and `move` mends
    it.
    """

    desk: ProposingDesk

    @proposes("appointments.book", title="Book", about="The proposed appointment.", needs=Capability.TICKETS_ASSIGN)
    async def book(
        self,
        ticket: Annotated[str, Help("Ticket number, or the vendor's id.", names="tickets.show")],
        technician: Annotated[str, Help('Who goes: name or id, "me" = you.', names=_TECHNICIANS)],
        start_at: Annotated[datetime, Help("When it begins.")],
        *,
        minutes: Annotated[int, Help("How long it takes.")] = 60,
        helper: Annotated[tuple[str, ...], Help("Who goes too: name or id. May be repeated.")] = (),
        also: Annotated[tuple[str, ...], Help("A further ticket of the same client. May be repeated.")] = (),
        note: Annotated[str | None, Help("What it is about; without it the ticket's title.")] = None,
        double: DOUBLE = False,
        connection: WHERE = None,
        reason: REASON = "",
        request_id: REQUEST_ID = None,
        send: bool = False,
        scope: Scope | None = None,
    ) -> WriteView:
        """Propose an appointment for a ticket. With --yes this changes an outside system.

        Of two who book the same time of the same person at once, one is refused.

        Raises:
            NotFoundLocallyError: The store holds no such ticket or technician.
            WriteError: Somebody has another appointment then, the tickets are of several clients, or the vendor would
                refuse it.
            WriteNotGrantedError: The configuration does not grant it.
        """

        def intent(tx: Tx) -> Intent:
            on = [found_ticket(tx, one, connection, scope) for one in (ticket, *also)]
            name = on[0].row.connection
            whole = [ticket_of(tx, name, one.row.external_id).ticket for one in on]
            clients = {one.company_ref for one in whole}
            if {one.row.connection for one in on} != {name} or len(clients) != 1 or None in clients:
                hint = "Book one appointment for each client."
                raise WriteError("An appointment is for tickets of one client.", hint=hint)
            wanted = {
                "company_ref": whole[0].company_ref,
                "site_ref": whole[0].site_ref,
                "ticket_refs": [one.external_id for one in whole],
                "technician_refs": _people(self.desk, tx, name, scope, (technician, *helper)),
                "start_at": start_at,
                "end_at": start_at + _lasting(minutes),
                "description": note or whole[0].title,
            }
            values = known({field: value for field, value in wanted.items() if value is not None}, Appointment)
            ensure_own(tx, scope, BOOK, values, connection=name)
            label = f"{on[0].row.ticket}: {start_at:%Y-%m-%d %H:%M}"
            aggregate = f"tickets:{whole[0].external_id}"
            return Intent(name, BOOK, aggregate, label, values, reason=reason, request_id=request_id)

        return await self._proposed(intent, request_id, scope, send=send, double=double)

    @proposes("appointments.move", title="Move", about="The proposed change.", needs=Capability.TICKETS_ASSIGN)
    async def move(
        self,
        appointment: WHICH,
        *,
        start_at: Annotated[datetime | None, Help("When it begins; it lasts as long as before.")] = None,
        minutes: Annotated[int | None, Help("How long it takes.")] = None,
        technician: Annotated[
            tuple[str, ...], Help("Who goes, in place of who did. May be repeated.", names=_TECHNICIANS)
        ] = (),
        ticket: Annotated[tuple[str, ...], Help("What it is for, in place of what it was. May be repeated.")] = (),
        note: Annotated[str | None, Help("What it is about.")] = None,
        double: DOUBLE = False,
        connection: WHERE = None,
        reason: REASON = "",
        request_id: REQUEST_ID = None,
        send: bool = False,
        scope: Scope | None = None,
    ) -> WriteView:
        """Propose another time, other people or other tickets. With --yes this changes an outside system.

        It is refused, with both versions shown, when somebody changed the same since the last sync.

        Raises:
            NotFoundLocallyError: The store holds no such appointment, ticket or technician.
            WriteError: It is so already or cancelled, somebody is booked then, or the vendor would refuse it.
            WriteNotGrantedError: The configuration does not grant it.
        """

        def intent(tx: Tx) -> Intent:
            row = row_of(tx, appointment, connection, scope)
            shown, _ = record_of(tx, row)
            if row.state is AppointmentState.CANCELLED:
                raise WriteError("It is cancelled.", hint="Book another one: servicedesk appointments book.")
            begins = start_at or shown.start_at
            lasts = shown.end_at - shown.start_at if shown.end_at and shown.start_at else USUAL
            wanted: dict[str, Any] = {} if note is None else {"description": note}
            if begins is not None and (start_at is not None or minutes is not None):
                wanted |= {"start_at": begins, "end_at": begins + (_lasting(minutes) if minutes is not None else lasts)}
            if technician:
                wanted["technician_refs"] = _people(self.desk, tx, row.connection, scope, technician)
            if ticket:
                on = (found_ticket(tx, one, row.connection, scope) for one in ticket)
                wanted["ticket_refs"] = [one.row.external_id for one in on]
            if not wanted:
                hint = "Say what: --start-at, --minutes, --technician, --ticket or --note."
                raise WriteError("Nothing is to be changed.", hint=hint)
            return changed(tx, row, CHANGE, wanted, scope, reason=reason, request_id=request_id)

        return await self._proposed(intent, request_id, scope, send=send, double=double)

    @proposes("appointments.cancel", title="Cancel", about="The proposed end.", needs=Capability.TICKETS_ASSIGN)
    async def cancel(
        self,
        appointment: WHICH,
        *,
        connection: WHERE = None,
        reason: REASON = "",
        request_id: REQUEST_ID = None,
        send: bool = False,
        scope: Scope | None = None,
    ) -> WriteView:
        """Propose to cancel an appointment. With --yes this changes an outside system.

        Raises:
            NotFoundLocallyError: The store holds no such appointment.
            WriteError: It is cancelled already.
            WriteNotGrantedError: The configuration does not grant it.
        """

        def intent(tx: Tx) -> Intent:
            row = row_of(tx, appointment, connection, scope)
            wanted = {"state": AppointmentState.CANCELLED}
            return changed(tx, row, CANCEL, wanted, scope, reason=reason, request_id=request_id)

        return await self._proposed(intent, request_id, scope, send=send, double=True)

    async def _proposed(
        self,
        intent: Callable[[Tx], Intent],
        request_id: str | None,
        scope: Scope | None,
        *,
        send: bool,
        double: bool,
    ) -> WriteView:
        also: Callable[[Tx, StoredWrite], None] | None = (
            None if double else partial(refuse_clash, people=self.desk.roster)
        )
        view = await proposed(self.desk, lambda: self.desk.store.read(intent), request_id, scope, send=send, also=also)
        if send:
            await keep_behind(self.desk, [view])
        return view


def _people(desk: Any, tx: Tx, connection: str, scope: Scope | None, words: tuple[str, ...]) -> list[str]:
    meant = (technician_meant(desk, connection, word) for word in words)
    refs = (resolved(tx, connection, scope, assignee=word)["assignee_ref"] for word in meant)
    return list(dict.fromkeys(refs))


def _lasting(minutes: int) -> timedelta:
    """Return how long an appointment takes.

    Raises:
        WriteError: That is no time, or longer than a day.
    """
    if not 1 <= minutes <= 24 * 60:
        raise WriteError("An appointment takes 1 minute to 24 hours.", hint="Say --minutes, such as 90.")
    return timedelta(minutes=minutes)
