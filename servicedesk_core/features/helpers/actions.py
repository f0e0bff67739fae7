"""Asking for help, helping, and saying who helps."""

from datetime import datetime, timedelta
from functools import partial
from typing import Annotated, Any, Final
from zoneinfo import ZoneInfo

from servicedesk_core.domain.writing import Intent, WriteState
from servicedesk_core.errors import NotFoundLocallyError, SettingsError, WriteError
from servicedesk_core.faces import Capability, Help, Manner, action
from servicedesk_core.features.assign import SKILLS, asked_of, bench_of, is_here, required, tells_absences
from servicedesk_core.features.helpers import tables
from servicedesk_core.features.helpers.model import Asked, CallState, HelpCall
from servicedesk_core.features.helpers.queries import WHERE, HelperQueries
from servicedesk_core.features.helpers.rules import eligible, person_at
from servicedesk_core.features.kpi import open_desk
from servicedesk_core.features.paging import Teller
from servicedesk_core.features.tickets import (
    REASON,
    REQUEST_ID,
    WHICH,
    TicketDetail,
    child_of,
    found,
    ref_of,
    technician_meant,
)
from servicedesk_core.features.writes import proposed, proposes
from servicedesk_core.outbox.deciding import discard
from servicedesk_core.outbox.staff import take_back
from servicedesk_core.outbox.views import WriteView
from servicedesk_core.store import Tx, audit, outbox, sources
from servicedesk_core.store.outbox import StoredWrite
from servicedesk_core.store.queries.scope import Scope
from servicedesk_core.store.schema import help_calls
from servicedesk_core.wording import plain

ADD, REMOVE = "secondary_resources.create", "secondary_resources.delete"
LONGEST: Final = timedelta(days=7)
"""Help that is wanted for longer is another ticket."""
_LONGEST_TEXT: Final = 1_000
_TECHNICIANS: Final = "tickets.words technicians"
WHO = Annotated[str, Help('Name or id of a technician; "me" = you.', names=_TECHNICIANS)]
NUMBER = Annotated[int, Help("Number of the call.", name="CALL", names="helpers.call")]


class Helpers(HelperQueries[Manner]):
    """Who helps with tickets, and where help is wanted."""

    @proposes("helpers.add", title="Add helper", about="The proposed helper.", needs=Capability.TICKETS_ASSIGN)
    async def add(
        self,
        ticket: WHICH,
        technician: WHO,
        *,
        connection: WHERE = None,
        reason: REASON = "",
        request_id: REQUEST_ID = None,
        send: bool = False,
        scope: Scope | None = None,
    ) -> WriteView:
        """Propose that somebody helps with a ticket. With --yes this changes an outside system.

        Raises:
            NotFoundLocallyError: The store holds no such ticket or technician.
            WriteError: They have the ticket, help already, or work here no more, or the vendor would refuse it.
            WriteNotGrantedError: The configuration does not grant it.
        """

        def intent(tx: Tx) -> Intent:
            one = found(tx, ticket, connection, scope)
            ref = self._meant(tx, one.row.connection, technician, scope)
            return self._added(tx, one, ref, scope, reason=reason, request_id=request_id)

        return await proposed(self.desk, partial(self.desk.store.read, intent), request_id, scope, send=send)

    @proposes("helpers.remove", title="Remove helper", about="The proposed change.", needs=Capability.TICKETS_ASSIGN)
    async def remove(
        self,
        ticket: WHICH,
        technician: WHO,
        *,
        connection: WHERE = None,
        reason: REASON = "",
        request_id: REQUEST_ID = None,
        send: bool = False,
        scope: Scope | None = None,
    ) -> WriteView:
        """Propose that somebody helps with a ticket no more. With --yes this changes an outside system.

        Raises:
            NotFoundLocallyError: The store holds no such ticket or technician, or they do not help with it.
            WriteNotGrantedError: The configuration does not grant it.
        """

        def intent(tx: Tx) -> Intent:
            one = found(tx, ticket, connection, scope)
            ref = self._meant(tx, one.row.connection, technician, scope)
            source = sources.id_of(tx, one.row.connection)
            known = tables.helpers_of(tx, source, one.row.external_id)
            helper = next((each for each in known if each.technician_ref == ref), None)
            if helper is None:
                names = ", ".join(each.technician for each in known) or "nobody"
                message = f"{technician} does not help with {one.row.ticket}."
                raise NotFoundLocallyError(message, hint=f"As of the last sync {names} does.")
            return Intent(
                connection=one.row.connection,
                kind=REMOVE,
                aggregate=f"tickets:{one.row.external_id}",
                label=f"{one.row.ticket} {one.row.title}".strip(),
                values={"technician_ref": None},
                target=helper.helper,
                base={"technician_ref": ref},
                reason=reason,
                request_id=request_id,
            )

        return await proposed(self.desk, partial(self.desk.store.read, intent), request_id, scope, send=send)

    @action("helpers.ask", title="Ask for help", about="The call, and who was asked.", needs=Capability.TICKETS_WRITE)
    async def ask(
        self,
        ticket: WHICH,
        text: Annotated[str, Help("What help is wanted with.", is_long=True)],
        *,
        skills: SKILLS = None,
        within: Annotated[timedelta, Help("How long help is wanted, at most 7 days.")] = timedelta(hours=4),
        connection: WHERE = None,
        scope: Scope | None = None,
    ) -> Asked:
        """Ask those for help with a ticket who have the skills and free time, by the gates and the order of assign.

        Each of them who has an address is told by a notice, in their own hours, and several calls are one; all of
        them see it with `next` and on their page.

        Raises:
            NotFoundLocallyError: The store holds no such ticket.
            SettingsError: Nothing is said, a level is none from 1 to 5, or it is wanted for too long or not at all.
            WriteError: It is done, nobody can help, with each reason, or the same help is wanted already.
        """
        if not text.strip() or len(text) > _LONGEST_TEXT:
            raise SettingsError("Say what help is wanted with.", hint=f"In 1 to {_LONGEST_TEXT:,} characters.")
        if not timedelta() < within <= LONGEST:
            raise SettingsError("Nobody can help in that time.", hint="Say --within, more than nothing, at most 7d.")
        manual = required(skills, (), onsite=False)
        now = self.desk.clock.now()
        until = now + within

        def wanted(tx: Tx) -> TicketDetail:
            detail = _open(found(tx, ticket, connection, scope))
            self._ensure_new(tx, detail, now)
            return detail

        def who(tx: Tx) -> tuple[tuple[str, ...], tuple[str, ...]]:
            can, cannot = self._who(tx, wanted(tx), manual, until, scope)
            if not can:
                raise WriteError(
                    f"Nobody can help: {'; '.join(cannot) or 'the desk knows no other technician there'}.",
                    hint="Ask for less, or for longer, or hand it on: servicedesk escalate.",
                )
            return can, cannot

        can, cannot = await self.desk.store.read(who)  # reads the whole desk, so nobody waits for it

        def work(tx: Tx) -> Asked:
            audit.take_turn(tx)  # whoever asks at the same time sees that call
            detail = wanted(tx)
            values = {
                "ticket_id": detail.row.local_id,
                "text": text.strip(),
                "skills": dict(manual.skills) if manual else {},
                "asked": can,
                "by": self.desk.actor.name,
                "at": now,
                "until": until,
            }
            number = tables.add(tx, values)
            call = tables.call_of(tx, number, now, None)
            told = self._tell(tx, detail, call, until)
            audit.append(tx, at=now, actor=str(self.desk.actor), action="helpers.asked", entity=f"help:{number}")
            shown = tables.shown(tx, [call])[0]
            return Asked(number, shown.ticket, shown.connection, until, shown.asked, told, cannot)

        return await self.desk.store.write(work)

    @action("helpers.withdraw", title="Withdraw", about="The call, withdrawn.", needs=Capability.TICKETS_WRITE)
    async def withdraw(self, number: NUMBER, *, scope: Scope | None = None) -> HelpCall:
        """Withdraw a call for help; who was not told yet is not. Whoever asked may, and whoever may assign.

        Raises:
            NotFoundLocallyError: There is none that may be seen.
            NotPermittedError: Somebody else asked.
            WriteError: It has ended already.
        """
        now = self.desk.clock.now()

        def work(tx: Tx) -> HelpCall:
            call = tables.call_of(tx, number, now, scope)
            if call.kept.by != self.desk.actor.name:
                self.desk.permitted(Capability.TICKETS_ASSIGN, "helpers.withdraw")
            _ensure_open(tx, call)
            tables.withdraw(tx, number, now)
            take_back(tx, call.kept.key, now, "the call was withdrawn before")
            audit.append(tx, at=now, actor=str(self.desk.actor), action="helpers.withdrawn", entity=f"help:{number}")
            return tables.shown(tx, [tables.call_of(tx, number, now, None)])[0]

        return await self.desk.store.write(work)

    @proposes("helpers.give", title="Help", about="The proposed helper.", needs=Capability.TICKETS_WRITE)
    async def give(
        self,
        number: NUMBER,
        *,
        technician: WHO = "me",
        reason: REASON = "",
        request_id: REQUEST_ID = None,
        send: bool = False,
        scope: Scope | None = None,
    ) -> WriteView:
        """Take up a call: propose that you help with its ticket. With --yes this changes an outside system.

        Of two who do it at once one is refused. When the write is refused or discarded, the call is open again.
        To name somebody else takes the right to assign.

        Raises:
            NotFoundLocallyError: There is no such call or technician, or nobody said which one you are.
            WriteError: It has ended, with how; they have the ticket, or help already.
            WriteNotGrantedError: The configuration does not grant it.
        """
        now = self.desk.clock.now()
        taken: list[tuple[tables.Call, str]] = []

        def intent(tx: Tx) -> Intent:
            call = tables.call_of(tx, number, now, scope)
            _ensure_open(tx, call)
            connection = next(one.name for one in sources.all(tx) if one.id == call.source_id)
            ref = self._meant(tx, connection, technician, scope)
            if self.desk.technician != (connection, ref):
                self.desk.permitted(Capability.TICKETS_ASSIGN, "helpers.give")
            detail = found(tx, call.ref, connection, scope)
            taken[:] = [(call, ref)]
            why = reason or f"Takes up the call for help {number} of {call.kept.asker}."
            return self._added(tx, detail, ref, scope, reason=why, request_id=request_id)

        def also(tx: Tx, write: StoredWrite) -> None:
            call, ref = taken[0]
            _ensure_open(tx, tables.call_of(tx, number, now, None))
            if not tables.give(tx, call, ref, write.id, now):
                raise WriteError(
                    f"Call {number} changed meanwhile.", hint="Look at it again: servicedesk helpers calls"
                )
            _drop_refused(tx, call, str(self.desk.actor), now)
            take_back(tx, call.kept.key, now, "somebody helped before")

        read = partial(self.desk.store.read, intent)
        return await proposed(self.desk, read, request_id, scope, send=send, also=also)

    def _meant(self, tx: Tx, connection: str, word: str, scope: Scope | None) -> str:
        return ref_of(tx, connection, scope, "technicians", technician_meant(self.desk, connection, word) or word)

    def _added(
        self, tx: Tx, one: TicketDetail, ref: str, scope: Scope | None, *, reason: str, request_id: str | None
    ) -> Intent:
        """Return the intent that somebody helps."""
        detail = _open(one)
        if detail.ticket.assignee_ref == ref:
            raise WriteError(f"They have {detail.row.ticket} already.", hint="Name somebody else.")
        source = sources.id_of(tx, detail.row.connection)
        if not is_here(tx, (source, ref)):
            raise WriteError("They work here no more.", hint="Name somebody else; a sync brings who is new.")
        if ref in tables.refs(tables.helpers_of(tx, source, detail.row.external_id)):
            raise WriteError(f"They help with {detail.row.ticket} already.", hint="servicedesk helpers list shows who.")
        values: dict[str, Any] = {"technician_ref": ref}
        return child_of(tx, detail, ADD, values, scope, visibility=None, reason=reason, request_id=request_id)

    def _ensure_new(self, tx: Tx, detail: TicketDetail, now: datetime) -> None:
        own = help_calls.c.ticket_id == detail.row.local_id
        same = next((one for one in tables.calls(tx, now, own) if one.state is CallState.OPEN), None)
        if same is not None:
            text = f"{same.kept.asker} asked for help with {detail.row.ticket} already, in call {same.kept.id}."
            raise WriteError(text, hint=f"servicedesk helpers withdraw {same.kept.id} ends it.")

    def _who(
        self, tx: Tx, detail: TicketDetail, manual: Any, until: datetime, scope: Scope | None
    ) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Return who could help, the best first, and who could not."""
        zone = ZoneInfo(self.desk.timezone)
        opened = open_desk(tx, self.desk.clock.now().astimezone(zone), zone, people=self.desk.roster)
        meant = [one for one in opened.tickets if one.local_id == detail.row.local_id]
        asked = asked_of(tx, opened, meant, manual)[0]
        source = asked.wanted.source_id
        without = tables.refs(tables.helpers_of(tx, source, detail.row.external_id))
        own = self.desk.technician
        on_it = {detail.ticket.assignee_ref, *([own[1]] if own and own[0] == detail.row.connection else [])}
        return eligible(
            bench_of(tx, self.desk.roster, opened, zone),
            asked.wanted,
            until,
            without | {ref for ref in on_it if ref is not None},
            tells_absences=tells_absences(self.desk, scope),
        )

    def _tell(self, tx: Tx, detail: TicketDetail, call: tables.Call, until: datetime) -> int:
        desk, row, kept = self.desk, detail.row, call.kept
        seen = {"companies": detail.ticket.company_ref, "queues": detail.ticket.queue_ref}
        people = [person_at(desk.roster, row.connection, ref, seen) for ref in kept.asked]
        teller = Teller(tx, desk.roster, desk.settings, self.desk.clock.now())
        reached = [name for name in people if name is not None and name in teller.reachable]
        subject = f"Help wanted: {row.ticket} {row.title}".strip()
        when = plain(until, ZoneInfo(desk.timezone))
        text = f"{kept.asker}: {kept.text}\nUntil {when}. servicedesk helpers give {kept.id}"
        return teller.tell(reached, kept.key, subject, text, ticket_id=row.local_id)


def _open(detail: TicketDetail) -> TicketDetail:
    if not detail.row.is_open:
        raise WriteError(f"{detail.row.ticket} is done.", hint="Open it again first, if it is not.")
    return detail


def _drop_refused(tx: Tx, call: tables.Call, actor: str, now: datetime) -> None:
    """Discard the refused write of whoever took a call up before: sent again, it would make both of them helpers."""
    before = call.kept.write_id
    if before is not None and outbox.get(tx, before).state is WriteState.REJECTED:
        discard(tx, before, actor=actor, now=now, reason="the call for help was taken up again")


def _ensure_open(tx: Tx, call: tables.Call) -> None:
    """Refuse what has ended, with how.

    Raises:
        WriteError: It has.
    """
    if call.state is CallState.OPEN:
        return
    shown = tables.shown(tx, [call])[0]
    said = {
        CallState.GIVEN: f"{shown.given_by} helps already",
        CallState.WITHDRAWN: f"{call.kept.asker} needs no help any more",
        CallState.EXPIRED: "its time is over",
        CallState.CLOSED: f"{shown.ticket} is done",
    }
    raise WriteError(f"Call {call.kept.id} has ended: {said[call.state]}.", hint="servicedesk helpers calls")
