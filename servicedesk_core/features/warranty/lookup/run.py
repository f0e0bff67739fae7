"""One look-up: every maker that recognises a device is asked, side by side; answers are stored as they come."""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from servicedesk_core.domain.warranty import DeviceRef
from servicedesk_core.domain.warranty.facts import CoverState, is_fresh
from servicedesk_core.errors import ServiceDeskError
from servicedesk_core.features.warranty.lookup.account import AccountLine
from servicedesk_core.features.warranty.lookup.asking import Asker, Line
from servicedesk_core.features.warranty.lookup.selection import Candidate, Selection
from servicedesk_core.features.warranty.lookup.tally import Tally
from servicedesk_core.features.warranty.lookup.turns import in_turns
from servicedesk_core.features.warranty.lookup.waiting import Look, Page, look_at, what_is_known
from servicedesk_core.features.warranty.model import CoverRow
from servicedesk_core.garbage import collecting_seldom
from servicedesk_core.ports import Clock, Transactions
from servicedesk_core.store import cover

Progress = Callable[[int], None]

MOST_PAGES_HELD = 20
"""So many pages wait for answers at most; then a batch is sent that is not full."""


@dataclass(frozen=True, slots=True)
class MakerLookup:
    """What one connection was asked.

    Attributes:
        connection: Its name.
        recognised: Devices that it calls its own.
        fresh: Of these, how many had an answer that was new enough.
        asked: Of these, how many were asked for.
        calls: In how many calls and pages of a list; each is one request, apart from log-ins and repetitions.
        new: Devices of which it had said nothing before.
        changed: Devices of which it says something else now.
        unchanged: Devices of which it says the same.
        outcomes: What the answers came to, by outcome.
        problem: Why it was not asked, was given up, or answered for none of the devices.
        hint: What to do about it.
    """

    connection: str
    recognised: int = 0
    fresh: int = 0
    asked: int = 0
    calls: int = 0
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    outcomes: dict[str, int] | None = None
    problem: str | None = None
    hint: str | None = None


@dataclass(frozen=True, slots=True)
class LookupReport:
    """What a look-up came to.

    Attributes:
        as_of: When it ended.
        day: The day that states are told for.
        devices: How many devices were looked at.
        states: How many stand how.
        makers: What each connection was asked.
        rows: The devices; at most as many as were asked for.
        is_cut: Whether there are more devices than rows.
        retired: How many devices were left out because the PSA calls them retired.
        exit_code: What the command line returns: that of the first maker with a problem.
    """

    as_of: datetime
    day: date
    devices: int
    states: dict[str, int]
    makers: tuple[MakerLookup, ...]
    rows: tuple[CoverRow, ...]
    is_cut: bool
    retired: int = 0
    exit_code: int = 0


class Lookup:
    """Looks up a selection of devices.

    Args:
        store: The desk's store.
        clock: The time.
        askers: The connections to ask.
        failed: Connections that could not be opened, and why.
    """

    def __init__(
        self,
        store: Transactions,
        clock: Clock,
        askers: Sequence[Asker],
        failed: dict[str, ServiceDeskError] | None = None,
    ) -> None:
        self._store = store
        self._clock = clock
        self._lines = [(AccountLine if asker.lists else Line)(asker, store, clock) for asker in askers]
        self._failed = failed or {}

    async def run(
        self,
        selection: Selection,
        *,
        day: date,
        max_age: timedelta | None = None,
        rows: int = 1_000,
        progress: Progress | None = None,
    ) -> LookupReport:
        """Ask, store, and say how the devices stand.

        Args:
            selection: Which devices.
            day: The day to tell states for.
            max_age: Oldest answer that is not asked for again; ``None`` = as the cover's end suggests.
            rows: How many devices the report names.
            progress: Told how many devices have been looked at.
        """
        telling = Tally(self._store, self._lines, self._failed, day, rows)
        with collecting_seldom:
            try:
                async with asyncio.TaskGroup() as group:
                    for line in self._lines:
                        for _ in range(line.workers):
                            group.create_task(line.work())
                    await self._feed(selection, max_age, telling, progress)
            except ExceptionGroup as errors:
                raise errors.exceptions[0] from None  # one process, one store: the others follow from the first
        return self._report(telling)

    async def _feed(
        self,
        selection: Selection,
        max_age: timedelta | None,
        telling: Tally,
        progress: Progress | None,
    ) -> None:
        """Offer every device to its makers; tell of pages in their order as they are settled, so that few are held."""
        seen = 0
        pages: deque[Page] = deque()
        async for candidates in selection.pages(self._store):
            looks = [look_at(one, self._own(one)) async for one in in_turns(candidates)]
            await self._link(looks)
            page = Page(looks, await what_is_known(self._store, looks))
            for position, line in enumerate(self._lines):
                await self._offer(line, [look.own[position] for look in looks], page, max_age)
            pages.append(page)
            if len(pages) > MOST_PAGES_HELD:
                await self._settle(pages[0])
            while pages and pages[0].is_settled:
                await telling.tell(pages.popleft())
            seen += len(candidates)
            if progress is not None:
                progress(seen)
        for line in self._lines:
            await line.finish()
        for page in pages:
            await page.settle()
            await telling.tell(page)

    async def _settle(self, page: Page) -> None:
        for line in self._lines:
            await line.hurry(page.batches)
        await page.settle()

    def _own(self, candidate: Candidate) -> list[DeviceRef | None]:
        """Return the device as each maker writes it."""
        device = candidate.device
        return [None if device is None else line.asker.recognise(device) for line in self._lines]

    async def _link(self, looks: Sequence[Look]) -> None:
        """Remember by which names devices are known: which assets are which, and what makers write in another way."""
        pairs = []
        for look in looks:
            record = look.candidate.record
            if record.asset_id is not None:
                devices = [cover.stated_device(record.manufacturer, record.serial_number), *look.own]
                pairs.append((record.asset_id, [device for device in devices if device is not None]))
        spelt = [(look.candidate.device, own) for look in looks if look.candidate.device and (own := look.respelt)]
        now = self._clock.now()
        if pairs:
            await self._store.write(lambda tx: cover.link(tx, pairs, now))
        if spelt:
            await self._store.write(lambda tx: cover.respell(tx, spelt, now))

    async def _offer(
        self, line: Line, devices: Sequence[DeviceRef | None], page: Page, max_age: timedelta | None
    ) -> None:
        """Ask for the devices of a page that a maker calls its own and whose answers are not fresh."""
        now = self._clock.now()
        async for device in in_turns(devices):
            if device is None:
                continue
            if not line.is_new(device):
                page.is_known_better = True
                continue
            line.recognised += 1
            fact = page.known.facts.get(cover.key_of(device), {}).get(line.asker.name)
            if fact is not None and is_fresh(fact, now, max_age):
                line.fresh += 1
            else:
                page.batches.add(await line.add(device))

    def _report(self, telling: Tally) -> LookupReport:
        states = telling.states
        makers = [_told(line) for line in self._lines]
        makers += [MakerLookup(name, problem=e.message, hint=e.hint) for name, e in self._failed.items()]
        errors = [*self._failed.values(), *(line.failure for line in self._lines if line.failure)]
        return LookupReport(
            as_of=self._clock.now(),
            day=telling.day,
            devices=states.total(),
            states={state.value: states[state] for state in CoverState if states[state]},
            makers=tuple(makers),
            rows=tuple(telling.rows),
            is_cut=states.total() > len(telling.rows),
            exit_code=errors[0].exit_code if errors else 0,
        )


def _told(line: Line) -> MakerLookup:
    return MakerLookup(
        connection=line.asker.name,
        recognised=line.recognised,
        fresh=line.fresh,
        asked=line.recognised - line.fresh,
        calls=line.calls,
        new=line.new,
        changed=line.changed,
        unchanged=line.unchanged,
        outcomes={outcome.value: count for outcome, count in sorted(line.outcomes.items())},
        problem=line.failure.message if line.failure else None,
        hint=line.failure.hint if line.failure else None,
    )
