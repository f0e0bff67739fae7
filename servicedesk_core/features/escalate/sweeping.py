"""Arms clocks with their plans, and takes the steps that fall due: each once, whoever looks and however often."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final, NamedTuple

from servicedesk_core.features.escalate import tables
from servicedesk_core.features.escalate.kinds import Plan, Step
from servicedesk_core.features.escalate.rules import LATE, Always, Counting, Running, Taken, next_at, taken
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
        self._has_looked = False

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
        if late or not self._has_looked:  # whoever swept before may have ended before it told
            await self._desk.store.write(partial(self._sum_up, now=now), fence=self._fence)
            self._has_looked = True
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
        found = self._still(tx, found, now)
        plans, calendars = tables.plans_in_force(tx, now), _calendars(tx)
        done = tables.done(tx, (one.ticket_id for one in found))
        moving = tables.moved(tx, {one.ticket_id for one in found}, now - LATE)
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
            is_moved = one.ticket_id in moving
            new = taken(todo, before, one.running, counting, now, is_moved=is_moved)
            steps += [_row(one, each, now) for each in new]
            moved.append((one, next_at(todo, before | {each.step.key for each in new}, one.running, counting)))
            firing += [(one, plan, each) for each in new if each.outcome == "fired"]
        tables.keep_steps(tx, steps)
        tables.move_on(tx, moved)
        voice.say(firing)
        return len(firing), sum(row[-2] == "late" for row in steps)

    def _still(self, tx: Tx, found: Sequence[Due], now: datetime) -> list[Due]:
        """Return what is due as things are now; what a client is to hear is armed anew, or dropped, where that changed.

        Clocks of promises are judged by every event. When the client last heard something is read here only.
        """
        waiting = [one for one in found if one.clock == UPDATE]
        if not waiting:
            return [*found]
        plans, facts = Plans(tx, now), tables.facts(tx, (one.ticket_id for one in waiting))
        heard = tables.heard(tx, {number: (of[1], of[3]) for number, of in facts.items()})
        done = tables.done(tx, facts)
        kept = [one for one in found if one.clock != UPDATE]
        again: list[tuple[Due, datetime | None]] = []
        for one in waiting:
            plan = _plan_now(plans, one.plan, facts.get(one.ticket_id))
            at = heard.get(one.ticket_id)
            if plan is None or at is None:
                tables.move_on(tx, [(one, None)])
                continue
            new = _update(one.ticket_id, plan, at, one.running.judged_at)
            if new == one:
                kept.append(one)
            else:
                again.append((new, next_at(_steps(plan, UPDATE), done.get(new.key, ()), new.running, _ALWAYS)))
        if again:
            tables.arm(tx, again)
        return kept

    def _sum_up(self, tx: Tx, now: datetime) -> None:
        steps, tickets = tables.untold(tx)
        about = f"{counted(steps, 'step')} of {counted(tickets, 'ticket')}"
        if steps and Voice(tx, self._desk, now).sum_up(about):
            tables.note_told(tx, now)


def _steps(plan: Plan, clock: str) -> Sequence[Step]:
    """Return the steps of a clock; of what the client is to hear: each time that it stays away, three times at most."""
    if clock != UPDATE or plan.update_every is None:
        return plan.steps
    notify = plan.steps[0].notify or ("assignee",)
    times = (Step(after=plan.update_every * number, notify=notify, urgent=True) for number in (1, 2))
    return (Step(at="100 %", notify=notify, urgent=True), *times)


def _plan_now(plans: Plans, name: str, facts: tuple[str | None, int, str | None, str] | None) -> Plan | None:
    """Return the plan by which a client is to hear something, as the ticket is now; ``None`` = none any more."""
    before = plans.by_name.get(name)
    if before is None or facts is None:
        return None
    priority, source_id, company, _ = facts
    plan = plans.of(before.clock, priority, source_id, company)
    return plan if plan is not None and plan.update_every is not None else None


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
