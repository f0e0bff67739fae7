"""Making the tickets of plans whose time has come."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from servicedesk_core.domain.writing import WriteState
from servicedesk_core.errors import ServiceDeskError, WriteError
from servicedesk_core.faces import Awaited, Capability, Manner, previewed
from servicedesk_core.features.recurring.ahead import title_of
from servicedesk_core.features.recurring.making.automatic import drop, grants_of, suggestion, turns
from servicedesk_core.features.recurring.making.deciding import Outcome, Turn
from servicedesk_core.features.recurring.making.ledger import keep, settle
from servicedesk_core.features.recurring.model import Generated, Ripe
from servicedesk_core.features.recurring.queries import PLANS, RecurringQueries, known_plans
from servicedesk_core.features.writes import ProposingDesk, code_of
from servicedesk_core.store import Tx, outbox
from servicedesk_core.wording import counted

_PAGES: Final = "servicedesk_core.features.recurring.pages"
_GONE: Final = "it is not to be made any more"
_EDITED: Final = "the plan was edited since this was shown"


async def _preview(of: "Recurring[Awaited]", *, plans: tuple[str, ...] = (), **_: object) -> tuple[Ripe, ...]:
    of.desk.permitted(Capability.TICKETS_WRITE, "tickets.write")
    return await of.desk.store.read(lambda tx: tuple(map(_row, _open(tx, of.desk, plans))))


def _asks(rows: Sequence[Ripe], **_: object) -> str:
    return f"Make {counted(len(rows), 'ticket')}?" if rows else ""


def _fails(done: Generated) -> int:
    codes = [code_of(one.state, None) for one in done if one.state is not None]
    return max([*codes, WriteError.exit_code if done.has_failed else 0])


class Recurring(RecurringQueries[Manner]):
    """Recurring plans, their occurrences, and making the tickets of these."""

    @previewed(
        "recurring.generate",
        title="Make tickets of plans",
        about="What was made of each occurrence.",
        needs=Capability.TICKETS_WRITE,
        unscoped="it makes the tickets of all clients",
        preview=_preview,
        shows=f"{_PAGES}:ripe",
        asks=_asks,
        tells=lambda done: done.told,
        fails=_fails,
        page=f"{_PAGES}:generated",
    )
    async def generate(
        self: "Recurring[Awaited]", *, plans: PLANS = (), shown: Sequence[Ripe] | None = None, send: bool = True
    ) -> Generated:
        """Make the tickets of plans whose time has come. After you agreed, this changes an outside system.

        Run it as often as you like: each occurrence has one ticket. What is not made, because an agreement ended, a
        device was retired or a newer one came, is kept with its reason.

        Args:
            plans: Only of these plans, by name.
            shown: What somebody has seen and agreed to: nothing else is made.
            send: Send them at once; else they wait for the job ``writes``.

        Raises:
            NotFoundLocallyError: There is no such plan.
            DefinitionsError: What is stored does not fit this program.
        """
        await self.desk.store.write(lambda tx: _decide(tx, self.desk))
        some = await self.desk.store.read(lambda tx: _open(tx, self.desk, plans))
        by_key = {_key(_row(one)): one for one in some}
        rows = [
            await self._proposed(row, by_key.get(_key(row))) for row in (map(_row, some) if shown is None else shown)
        ]
        if send:
            rows = await self._sent(rows, agreed=shown is not None)
        await self.desk.store.write(lambda tx: settle(tx, self.desk.clock.now()))
        return Generated(tuple(rows))

    async def _proposed(self: "Recurring[Awaited]", row: Ripe, turn: Turn | None) -> Ripe:
        """Return a row with its write; one of which nothing is made says why."""
        if turn is None:
            return replace(row, why=_GONE)
        if turn.planned.version != row.version:
            return replace(row, why=_EDITED)
        one = turn.planned
        wanted = suggestion(one, turn.occurrence, turn.target, grants_of(self.desk, one))
        try:
            view = await self.desk.outbox.propose(wanted.intent, then=wanted.then)
        except ServiceDeskError as error:
            return replace(row, why=error.message)
        return replace(row, write=view.id, state=view.state)

    async def _sent(self: "Recurring[Awaited]", rows: Sequence[Ripe], *, agreed: bool) -> list[Ripe]:
        """Approve and send what rows propose, with the steps that follow, where whoever acts may."""
        numbers = [one.write for one in rows if one.write is not None]
        whole = await self.desk.store.read(lambda tx: _proposed_with_steps(tx, numbers))
        why = ""
        if whole and self.desk.may(Capability.WRITES_APPROVE):
            try:
                await self.desk.outbox.approve_own(whole, send=True, agreed=agreed)
            except ServiceDeskError as error:
                why = error.message
        after = await self.desk.store.read(lambda tx: {number: outbox.get(tx, number) for number in numbers})
        return [
            one if one.write is None else replace(one, state=after[one.write].state, why=after[one.write].error or why)
            for one in rows
        ]


def _decide(tx: Tx, desk: ProposingDesk) -> None:
    now = desk.clock.now()
    settle(tx, now)
    drop(tx, now)
    settle(tx, now)
    keep(tx, turns(tx, desk, now))


def _open(tx: Tx, desk: ProposingDesk, plans: tuple[str, ...]) -> list[Turn]:
    """Return the occurrences whose tickets are to be made, the earliest first.

    Raises:
        NotFoundLocallyError: There is no such plan.
    """
    known_plans(tx, desk, plans, None)
    found = [one for one in turns(tx, desk, desk.clock.now(), plans) if _is_open(tx, one)]
    return sorted(found, key=lambda one: (one.occurrence.at, one.planned.plan.name, one.target.key))


def _is_open(tx: Tx, one: Turn) -> bool:
    """Whether a ticket is to be made that nobody has approved yet."""
    number = one.kept.write_id
    is_open = one.kept.outcome == Outcome.OPEN
    return is_open and (number is None or outbox.get(tx, number).state is WriteState.PROPOSED)


def _row(one: Turn) -> Ripe:
    planned, occurrence, target = one.planned, one.occurrence, one.target
    return Ripe(
        plan=planned.plan.name,
        version=planned.version,
        on=occurrence.on,
        day=occurrence.day,
        due_at=occurrence.due_at,
        client=planned.client_name,
        asset=None if target.asset is None else target.asset.name,
        asset_ref=target.key,
        title=title_of(planned, target),
        steps=len(planned.plan.checklist),
        connection=planned.connection or "",
        write=one.kept.write_id,
    )


def _key(row: Ripe) -> tuple[object, ...]:
    return row.plan, row.on, row.asset_ref


def _proposed_with_steps(tx: Tx, numbers: Sequence[int]) -> list[int]:
    writes = [outbox.get(tx, number) for number in numbers]
    waiting = [one.id for one in writes if one.state is WriteState.PROPOSED]
    return [*waiting, *(one.id for one in outbox.following(tx, waiting) if one.state is WriteState.PROPOSED)]
