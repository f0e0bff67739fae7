"""Handing over what somebody has who is out: shown first, released together, with a result for each row."""

from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Annotated, Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import Connection as Tx

from servicedesk_core.capabilities import Capability
from servicedesk_core.domain.writing import Intent, WriteState
from servicedesk_core.errors import ServiceDeskError, WriteError
from servicedesk_core.faces import Awaited, Help, Manner, method, previewed
from servicedesk_core.features.appointments import CHANGE, changed, keep_behind, record_of, refuse_clash, row_of
from servicedesk_core.features.assign import is_as_it_was, keep
from servicedesk_core.features.cover.deciding import Absence, Piece, Plan, planned
from servicedesk_core.features.cover.model import Handed, HandedOver
from servicedesk_core.features.cover.queries import FROM, UNTIL, WHO, CoverQueries
from servicedesk_core.features.oncall import Decider, Held
from servicedesk_core.features.tickets import found, update_of
from servicedesk_core.features.writes import code_of, proposed
from servicedesk_core.store.outbox import StoredWrite
from servicedesk_core.store.queries.scope import Scope
from servicedesk_core.wording import counted

_PAGES: Final = "servicedesk_core.features.cover.pages"


async def _foreseen(cover: "Cover[Awaited]", technician: str, **named: Any) -> Plan:
    return await cover.preview(technician, **{name: named.get(name) for name in ("start", "until", "scope")})


def _question(plan: Plan, *_: Any, **__: Any) -> str:
    many = sum(one.taker is not None for one in plan.pieces)
    return f"Hand {counted(many, 'thing', 'things')} of {plan.who.shown} over as shown?" if many else ""


def _fails(done: HandedOver) -> int:
    sent = (row for row in done if row.write is not None and row.state != WriteState.PROPOSED)
    return max((code_of(row.state or "", None) for row in sent), default=0)


class Cover(CoverQueries[Manner]):
    """Hands over what somebody has who is out."""

    @method(Capability.TICKETS_ASSIGN)
    async def preview(
        self: "Cover[Awaited]",
        technician: str,
        *,
        start: datetime | None = None,
        until: datetime | None = None,
        scope: Scope | None = None,
    ) -> Plan:
        """Return what somebody has who is out, with who takes it over; writes nothing. See :meth:`hand_over`."""
        absence = Absence.of(self.desk, technician, start, until)
        return await self.desk.store.read(lambda tx: planned(tx, self.desk, absence, scope))

    @previewed(
        "cover",
        about="What was handed over, with what became of each.",
        needs=Capability.TICKETS_ASSIGN,
        preview=_foreseen,
        shows=f"{_PAGES}:plan",
        asks=_question,
        tells=lambda done: done.told,
        fails=_fails,
        page=f"{_PAGES}:handed_over",
        title="Cover",
    )
    async def hand_over(
        self: "Cover[Awaited]",
        technician: WHO,
        *,
        start: FROM = None,
        until: UNTIL = None,
        reason: Annotated[str, Help("Why; kept with each choice, and in the audit trail.")] = "",
        shown: Plan | None = None,
        scope: Scope | None = None,
    ) -> HandedOver:
        """Hand over what somebody has who is out, today or later. After you agreed, this changes an outside system.

        Appointments go to who can do them and is free then; P1 and P2, and what is ready and due before they are back,
        to who takes it best, also what they work on. All of it is released together, each with its result; what nobody
        can take is left, and said. Turns on call go to others of that list, and hold at once.

        Args:
            technician: Who is out.
            start: From when on.
            until: Until when.
            reason: Why.
            shown: What somebody has seen and agreed to, from :meth:`preview`: nothing else is done.
            scope: Only what it lets through.

        Raises:
            NotFoundLocallyError: There is no such technician, or several.
            SettingsError: They would be back before they are out.
        """
        plan = shown or await self.preview(technician, start=start, until=until, scope=scope)
        why = reason or f"{plan.who.shown} is out."
        done = [await self._proposed(one, plan, why, scope) for one in plan.pieces]
        waiting = [row.write for row in done if row.write is not None and row.state == WriteState.PROPOSED]
        if waiting and self.desk.may(Capability.WRITES_APPROVE):
            views = {one.id: one for one in await self.desk.outbox.approve_own(waiting, send=True, agreed=True)}
            await keep_behind(self.desk, [one for one in views.values() if one.kind == CHANGE])
            after = {number: (view.state, view.error) for number, view in views.items()}
            done = [
                replace(row, state=after[row.write][0], why=after[row.write][1] or row.why)
                if row.write in after
                else row
                for row in done
            ]
        return HandedOver(tuple(done))

    async def _proposed(self: "Cover[Awaited]", one: Piece, plan: Plan, reason: str, scope: Scope | None) -> Handed:
        if one.taker is None:
            return one.row
        if one.turn is not None:
            return await self._taken(one, one.turn, plan, reason)
        make = partial(_intent, piece=one, plan=plan, reason=reason, scope=scope)

        async def intended() -> Intent:
            return await self.desk.store.read(make)

        taker = one.taker

        def also(tx: Tx, write: StoredWrite) -> None:
            if one.visit is not None:
                refuse_clash(tx, write, self.desk.roster, of=taker.key)
            if one.choice is not None:
                now, actor = self.desk.clock.now(), self.desk.outbox.actor
                keep(tx, one.choice, write, actor=actor, at=now, reason=reason)

        try:
            view = await proposed(self.desk, intended, None, scope, send=False, also=also)
        except ServiceDeskError as error:
            return replace(one.row, taker=None, taker_ref=None, why=error.message)
        return replace(one.row, write=view.id, state=view.state)

    async def _taken(self: "Cover[Awaited]", one: Piece, turn: Held, plan: Plan, reason: str) -> Handed:
        """Have whoever takes a turn on call from now on; it is no write to the PSA."""
        who, taker = plan.who, one.taker
        assert taker is not None  # noqa: S101  # only what somebody takes is handed over
        if not self.desk.may(Capability.ONCALL_OVERRIDE):
            return replace(one.row, taker=None, taker_ref=None, why="you may not change who is on call")
        zone, now, by = ZoneInfo(self.desk.timezone), self.desk.clock.now(), self.desk.outbox.actor

        def work(tx: Tx) -> None:
            decider = Decider(tx, zone, now, by)
            listed = decider.listed(turn.list_name)
            if turn not in listed.held(who.name, turn.start, turn.end):
                raise WriteError("It changed meanwhile.", hint="Look at it again.")
            decider.override(listed, turn.line, taker.name, starts=turn.start, ends=turn.end, reason=reason)

        try:
            await self.desk.store.write(work)
        except ServiceDeskError as error:
            return replace(one.row, taker=None, taker_ref=None, why=error.message)
        return replace(one.row, state=WriteState.CONFIRMED)


def _intent(tx: Tx, piece: Piece, plan: Plan, reason: str, scope: Scope | None) -> Intent:
    """Return the write that hands something over.

    Raises:
        WriteError: It is not what was looked at any more.
    """
    row, taker = piece.row, piece.taker
    assert taker is not None  # noqa: S101  # only what somebody takes is handed over
    if piece.choice is not None:
        if not is_as_it_was(tx, piece.choice):
            raise WriteError("It changed meanwhile.", hint="Look at it again.")
        detail = found(tx, row.external_id, row.connection, scope)
        return update_of(tx, detail, {"assignee_ref": taker.key[1]}, scope, reason=reason, request_id=None)
    visit = row_of(tx, row.external_id, row.connection, scope)
    record, _ = record_of(tx, visit)
    if plan.who.key[1] not in record.technician_refs:
        raise WriteError("It changed meanwhile.", hint="Look at it again.")
    people = [taker.key[1] if ref == plan.who.key[1] else ref for ref in record.technician_refs]
    return changed(tx, visit, CHANGE, {"technician_refs": list(dict.fromkeys(people))}, scope, reason=reason)
