"""Giving tickets to technicians: shown first, proposed through the outbox, and kept with every reason."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Annotated, Any, Final

from sqlalchemy import Connection as Tx

from servicedesk_core.capabilities import Capability
from servicedesk_core.domain.writing import Intent, WriteState
from servicedesk_core.errors import ServiceDeskError, WriteConflictError, WriteError
from servicedesk_core.faces import Awaited, Help, Manner, method, previewed
from servicedesk_core.features.assign.choosing import Choice, failed, given
from servicedesk_core.features.assign.model import Given, GivenAway
from servicedesk_core.features.assign.queries import CERTIFICATIONS, ONSITE, SKILLS, AssignQueries, required
from servicedesk_core.features.assign.tables.deciding import Decided, Which, decided
from servicedesk_core.features.assign.tables.kept import is_as_it_was, keep
from servicedesk_core.features.tickets import UPDATE, found, rows_by_id, update_of
from servicedesk_core.features.writes import code_of, proposed
from servicedesk_core.outbox.views import WriteView
from servicedesk_core.store.outbox import StoredWrite
from servicedesk_core.store.queries.scope import Scope
from servicedesk_core.wording import counted

_PAGES: Final = "servicedesk_core.features.assign.pages"

TICKETS = Annotated[
    tuple[str, ...],
    Help("Ticket numbers, or the vendor's ids.", name="ticket", names="tickets.show"),
]
TO = Annotated[
    str | None,
    Help(
        'Whoever it shall be, in place of the first: name or id of a technician; "none" = nobody, "me" = you.',
        none=True,
        names="tickets.words technicians",
    ),
]


@dataclass(frozen=True, slots=True)
class Foreseen:
    """What would be done.

    Attributes:
        decided: Who takes which ticket.
        rows: The same as lists show it.
    """

    decided: Decided
    rows: tuple[Given, ...]


async def _foreseen(assign: "Assign[Awaited]", *args: Any, **named: Any) -> Foreseen:
    return await assign.preview(*args, **{name: each for name, each in named.items() if name not in _SENT})


_SENT: Final = frozenset({"reason", "request_id", "send", "shown"})


def _question(shown: Foreseen, *_: Any, **__: Any) -> str:
    many = [row for row, choice in zip(shown.rows, shown.decided.choices, strict=True) if choice.is_possible]
    if not many:
        return ""
    if len(many) == 1:
        return f"Give {many[0].ticket} to {many[0].technician or 'nobody'}?"
    return f"Give {counted(len(many), 'ticket')} away as shown?"


def _fails(done: GivenAway) -> int:
    decided = (row for row in done if row.state != WriteState.PROPOSED)
    return max((WriteError.exit_code if row.state is None else code_of(row.state, None) for row in decided), default=0)


class Assign(AssignQueries[Manner]):
    """Gives tickets to technicians."""

    @method(Capability.TICKETS_ASSIGN)
    async def preview(
        self: "Assign[Awaited]",
        tickets: Sequence[str] = (),
        *,
        queue: str | None = None,
        unassigned: bool = False,
        to: str | None = None,
        skills: Mapping[str, Any] | None = None,
        certifications: tuple[str, ...] = (),
        onsite: bool = False,
        connection: str | None = None,
        scope: Scope | None = None,
    ) -> Foreseen:
        """Return who would take which tickets; writes nothing. See :meth:`give`."""
        manual = required(skills, certifications, onsite=onsite)
        which = Which(tuple(tickets), connection, queue, unassigned, manual, to)

        def work(tx: Tx) -> Foreseen:
            known = decided(tx, self.desk, which, scope)
            rows = rows_by_id(tx, [one.asked.ticket.local_id for one in known.choices])
            return Foreseen(known, tuple(given(one, rows[one.asked.ticket.local_id]) for one in known.choices))

        return await self.desk.store.read(work)

    @previewed(
        "assign",
        about="The tickets, with who takes each, why, and what became of it.",
        needs=Capability.TICKETS_ASSIGN,
        preview=_foreseen,
        shows=f"{_PAGES}:foreseen",
        asks=_question,
        tells=lambda done: done.told,
        fails=_fails,
        page=f"{_PAGES}:given_away",
        title="Assign",
    )
    async def give(
        self: "Assign[Awaited]",
        tickets: TICKETS = (),
        *,
        queue: Annotated[
            str | None,
            Help("All of this queue that nobody has.", names="tickets.words queues", instead_of="tickets"),
        ] = None,
        unassigned: Annotated[bool, Help("All that are past triage and nobody has.", instead_of="tickets")] = False,
        to: TO = None,
        skills: SKILLS = None,
        certifications: CERTIFICATIONS = (),
        onsite: ONSITE = False,
        connection: Annotated[str | None, Help("Where they are, if several have them.")] = None,
        reason: Annotated[str, Help("Why; kept with the choice, and in the audit trail.")] = "",
        request_id: Annotated[str | None, Help("Your own id: a second call changes nothing.")] = None,
        shown: Foreseen | None = None,
        send: bool = True,
        scope: Scope | None = None,
    ) -> GivenAway:
        """Give tickets to who can take them best. After you agreed, this changes an outside system.

        Whoever cannot take one is left out, with the reason: skills, certifications, leave, shift, open tickets, the
        client. The others are ranked by a score whose parts are shown. Of several tickets the one that is due next
        comes first, and what somebody was given counts for the next one. Whom you name with --to gets it in any case.
        What you agreed to is sent, or waits for an approval where you may not send; who else could have taken each,
        and your reason, are kept.

        Args:
            tickets: Their numbers, or the vendor's ids.
            queue: All of this queue that nobody has.
            unassigned: All that are past triage and nobody has.
            to: Whom you choose; empty = nobody.
            skills: What they require besides, by skill.
            certifications: What they require besides.
            onsite: Whether somebody has to go there.
            connection: Where they are.
            reason: Why.
            request_id: The caller's own id of the act.
            shown: What somebody has seen and agreed to, from :meth:`preview`: nothing else is done.
            send: Send them at once, where whoever acts may.
            scope: Only tickets that it lets through.

        Raises:
            NotFoundLocallyError: The store holds no such open ticket, queue or technician.
            SettingsError: No ticket is named, or a level is none from 1 to 5.
            WriteNotGrantedError: The configuration does not grant it.
        """
        if shown is None:
            shown = await self.preview(
                tickets,
                queue=queue,
                unassigned=unassigned,
                to=to,
                skills=skills,
                certifications=certifications,
                onsite=onsite,
                connection=connection,
                scope=scope,
            )
        for name in sorted({one.asked.ticket.connection for one in shown.decided.choices}):
            self.desk.outbox.grants.ensure(name, UPDATE)
        manual = required(skills, certifications, onsite=onsite)
        done: list[Given] = []
        for row, choice in zip(shown.rows, shown.decided.choices, strict=True):
            own = f"{request_id}:{row.connection}:{row.external_id}" if request_id else None
            again = Which((row.external_id,), row.connection, manual=manual, to=to)
            done.append(await self._proposed(row, choice, again, request_id=own, reason=reason, scope=scope))
        waiting = [row.write for row in done if row.write is not None and row.state == WriteState.PROPOSED]
        if waiting and send and self.desk.may(Capability.WRITES_APPROVE):
            views = {one.id: one for one in await self.desk.outbox.approve_own(waiting, send=True, agreed=True)}
            done = [_after(row, views.get(row.write or 0)) for row in done]
        return GivenAway(tuple(done))

    async def _proposed(
        self: "Assign[Awaited]",
        row: Given,
        choice: Choice,
        again: Which,
        *,
        request_id: str | None,
        reason: str,
        scope: Scope | None,
    ) -> Given:
        """Propose to give a ticket away; where it, or who takes it, is not what was decided of, decide anew."""
        if not choice.is_possible:
            return row
        made: list[Choice] = []
        why = reason or f"Assigned by the rules: {row.why}."

        def intent(tx: Tx) -> Intent:
            now = choice
            if not is_as_it_was(tx, choice):
                now = decided(tx, self.desk, again, scope).choices[0]
                _ensure_free(choice, now)
            made[:] = [now]
            wanted = {"assignee_ref": now.taker.key[1] if now.taker else None}
            detail = found(tx, row.external_id, row.connection, scope)
            return update_of(tx, detail, wanted, scope, reason=why, request_id=request_id)

        async def intended() -> Intent:
            return await self.desk.store.read(intent)

        def also(tx: Tx, write: StoredWrite) -> None:
            outbox_actor = self.desk.outbox.actor
            keep(tx, made[0], write, actor=outbox_actor, at=self.desk.clock.now(), reason=reason)

        try:
            view = await proposed(self.desk, intended, request_id, scope, send=False, also=also)
        except ServiceDeskError as error:
            return failed(row, error.message)
        taker = made[0].taker if made else choice.taker
        is_anew = bool(made) and made[0] is not choice
        return replace(
            row,
            technician=taker.shown if taker else None,
            technician_ref=taker.key[1] if taker else None,
            write=view.id,
            state=view.state,
            why="decided anew: the ticket had changed meanwhile" if is_anew else row.why,
        )


def _ensure_free(before: Choice, now: Choice) -> None:
    """Refuse what somebody else decided meanwhile.

    Raises:
        WriteError: Somebody has it now who did not, or nobody can take it any more.
    """
    holder = now.asked.ticket.technician
    if holder != before.asked.ticket.technician and holder is not None:
        name = now.asked.ticket.of.get("technician") or holder
        raise WriteError(f"{name} was given it meanwhile.", hint="Look at it again.")
    if not now.is_possible:
        raise WriteError(now.problem)


def _after(row: Given, view: WriteView | None) -> Given:
    """Return a ticket with what became of its write."""
    if view is None:
        return row
    theirs = next((one for one in view.changes if one.field == "assignee_ref"), None)
    if view.error_code == WriteConflictError.code and theirs is not None and theirs.theirs is not None:
        return replace(row, state=view.state, why=f"{theirs.theirs_name or theirs.theirs} was given it meanwhile")
    return replace(row, state=view.state, why=view.error or row.why)
