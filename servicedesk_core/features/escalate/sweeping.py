"""Arms clocks with their plans, and takes the steps that fall due: each once, whoever looks and however often."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final, NamedTuple

from servicedesk_core.features.escalate import tables
from servicedesk_core.features.escalate.kinds import Plan, Step
from servicedesk_core.features.escalate.rules import Always, Counting, Running, Taken, next_at, taken
from servicedesk_core.features.escalate.tables import UPDATE, Due, Plans
from servicedesk_core.features.escalate.telling import Voice
from servicedesk_core.features.sla import book_of
from servicedesk_core.outbox.staff import StaffDesk
from servicedesk_core.store import Fence, Tx, sending
from servicedesk_core.store.fields import to_us
from servicedesk_core.wording import counted

AT_ONCE: Final = 2_000
"""Clocks in one transaction."""

_ALWAYS: Final = Always()


class Swept(NamedTuple):
    """What a sweep did."""

    armed: int
    fired: int
    late: int


class Sweep:
    """Sweeps, while the lease is held.

    Args:
        desk: The desk.
        fence: Proof of the lease.
    """

    def __init__(self, desk: StaffDesk, fence: Fence) -> None:
        self._desk = desk
        self._fence = fence
        self._plans: tuple[Any, ...] | None = None
        self._armed_at: tuple[Any, ...] | None = None

    async def once(self) -> Swept:
        """Arm what has changed, and take what is due: nothing of a store that is not adopted yet."""
        now = self._desk.clock.now()
        if not await self._desk.store.read(sending.sending_allowed):
            return Swept(0, 0, 0)
        plans, mark = await self._desk.store.read(lambda tx: (tables.planned(tx, now), tables.mark(tx)))
        armed = 0
        if plans != self._plans:
            await self._desk.store.write(tables.forget, fence=self._fence)
            self._plans, self._armed_at = plans, None
        if plans and mark != self._armed_at:
            await self._desk.store.write(tables.disarm, fence=self._fence)
            since, found = 0, 1
            while found:
                found, since = await self._desk.store.write(partial(self._arm, now=now, since=since), fence=self._fence)
                armed += found
            self._armed_at = mark
        fired = late = 0
        while await self._desk.store.read(partial(tables.is_any_due, now=now)):
            one = await self._desk.store.write(partial(self._take, now=now), fence=self._fence)
            fired, late = fired + one[0], late + one[1]
        if late:
            await self._desk.store.write(partial(self._sum_up, now=now), fence=self._fence)
        return Swept(armed, fired, late)

    def _arm(self, tx: Tx, now: datetime, since: int) -> tuple[int, int]:
        plans, rows = Plans(tx, now), tables.unarmed(tx, since, AT_ONCE)
        if not rows:
            return 0, since
        calendars, done = _calendars(tx), tables.done(tx, (row[0] for row in rows))
        kept: list[tuple[Due, datetime | None]] = []
        updating: dict[int, tuple[Plan, tuple[int, str], datetime]] = {}
        for ticket_id, clock, cycle, calendar, counts_from_us, target_us, judged_at, *of, ref in rows:
            plan, running = plans.of(clock, *of), Running(counts_from_us, target_us, judged_at)
            if plan is not None and plan.update_every is not None:
                updating[ticket_id] = (plan, (of[1], ref), judged_at)
            one = Due(ticket_id, clock, cycle, plan.name if plan is not None else "", calendar, running)
            counting, at = calendars.get(calendar), None
            if plan is not None and counting is not None:
                at = next_at(plan.steps, done.get(one.key, ()), running, counting)
            kept.append((one, at))
        heard = tables.heard(tx, {ticket_id: where for ticket_id, (_, where, _) in updating.items()})
        for ticket_id, at in heard.items():
            plan, _, judged_at = updating[ticket_id]
            one = _update(ticket_id, plan, at, judged_at)
            kept.append((one, next_at(_steps(plan, UPDATE), done.get(one.key, ()), one.running, _ALWAYS)))
        tables.arm(tx, kept)
        return len(rows), rows[-1][0]

    def _take(self, tx: Tx, now: datetime) -> tuple[int, int]:
        found = tables.due(tx, now, AT_ONCE)
        plans, calendars = tables.plans_in_force(tx, now), _calendars(tx)
        done = tables.done(tx, (one.ticket_id for one in found))
        voice = Voice(tx, self._desk, now)
        steps: list[tuple[Any, ...]] = []
        moved: list[tuple[Due, datetime | None]] = []
        firing: list[tuple[Due, Plan, Taken]] = []
        for one in found:
            plan, counting = plans.get(one.plan), calendars.get(one.calendar)
            if plan is None or counting is None:
                moved.append((one, None))
                continue
            before = done.get(one.key, set())
            todo = _steps(plan, one.clock)
            new = taken(todo, before, one.running, counting, now)
            steps += [_row(one, each, now) for each in new]
            moved.append((one, next_at(todo, before | {each.step.key for each in new}, one.running, counting)))
            firing += [(one, plan, each) for each in new if each.outcome == "fired"]
        tables.keep_steps(tx, steps)
        tables.move_on(tx, moved)
        voice.say(firing)
        return len(firing), sum(row[-2] == "late" for row in steps)

    def _sum_up(self, tx: Tx, now: datetime) -> None:
        steps, tickets = tables.untold(tx, now)
        if steps:
            about = f"{counted(steps, 'step')} of {counted(tickets, 'ticket')}"
            Voice(tx, self._desk, now).sum_up(about)


def _steps(plan: Plan, clock: str) -> Sequence[Step]:
    """Return the steps of a clock; of what the client is to hear: each time that it stays away, three times at most."""
    if clock != UPDATE or plan.update_every is None:
        return plan.steps
    notify = plan.steps[0].notify or ("assignee",)
    times = (Step(after=plan.update_every * number, notify=notify, urgent=True) for number in (1, 2))
    return (Step(at="100 %", notify=notify, urgent=True), *times)


def _update(ticket_id: int, plan: Plan, heard_at: datetime, judged_at: datetime) -> Due:
    """Return the clock of what the client is to hear, from when they last did."""
    every_us = (plan.update_every or timedelta()) // timedelta(microseconds=1)
    running = Running(to_us(heard_at), every_us, judged_at)
    return Due(ticket_id, UPDATE, to_us(heard_at), plan.name, None, running)


def _calendars(tx: Tx) -> Mapping[str | None, Counting]:
    book = book_of(tx)
    found: dict[str | None, Counting] = {None: _ALWAYS}
    if book is not None:
        found.update(book.calendars.items())
    return found


def _row(one: Due, each: Taken, now: datetime) -> tuple[Any, ...]:
    due_us, now_us = to_us(each.due_at), to_us(now)
    return (*one.key, each.step.key, one.plan, due_us, now_us, each.outcome, None)
