"""One look-up: every maker that recognises a device is asked, side by side; answers are stored as they come."""

import asyncio
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from servicedesk_core.domain.warranty import DeviceRef
from servicedesk_core.domain.warranty.facts import CoverState, is_fresh
from servicedesk_core.domain.warranty.serials import normalise_serial, plain_maker
from servicedesk_core.errors import ServiceDeskError
from servicedesk_core.ports import Clock
from servicedesk_core.store import Store, cover
from servicedesk_core.warranty.asking import Asker, Line
from servicedesk_core.warranty.rows import CoverRow, row_of
from servicedesk_core.warranty.selection import Candidate, Selection

Progress = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class MakerLookup:
    """What one connection was asked.

    Attributes:
        connection: Its name.
        recognised: Devices that it calls its own.
        fresh: Of these, how many had an answer that was new enough.
        asked: Of these, how many were asked for.
        calls: In how many calls; each is one request, apart from log-ins and repetitions.
        new: Devices of which it had said nothing before.
        changed: Devices of which it says something else now.
        unchanged: Devices of which it says the same.
        outcomes: What the answers came to, by outcome.
        problem: Why it was not asked, or given up.
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
        exit_code: What the command line returns: that of the first maker that could not be asked.
    """

    as_of: datetime
    day: date
    devices: int
    states: dict[str, int]
    makers: tuple[MakerLookup, ...]
    rows: tuple[CoverRow, ...]
    is_cut: bool
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
        self, store: Store, clock: Clock, askers: Sequence[Asker], failed: dict[str, ServiceDeskError] | None = None
    ) -> None:
        self._store = store
        self._clock = clock
        self._lines = [Line(asker, store, clock) for asker in askers]
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
        try:
            async with asyncio.TaskGroup() as group:
                for line in self._lines:
                    for _ in range(line.workers):
                        group.create_task(line.work())
                await self._feed(selection, max_age, progress)
        except ExceptionGroup as errors:
            raise errors.exceptions[0] from None  # one process, one store: the others follow from the first
        return await self._report(selection, day, rows)

    async def _feed(self, selection: Selection, max_age: timedelta | None, progress: Progress | None) -> None:
        seen = 0
        async for page in selection.pages(self._store):
            known = [self._known(candidate) for candidate in page]
            await self._link(page, known)
            for position, line in enumerate(self._lines):
                devices = [own[position] for own in known]
                await self._offer(line, [d for d in devices if d is not None and line.is_new(d)], max_age)
            seen += len(page)
            if progress is not None:
                progress(seen)
        for line in self._lines:
            await line.finish()

    def _known(self, candidate: Candidate) -> list[DeviceRef | None]:
        """Return the device as each maker writes it."""
        device = candidate.device
        return [None if device is None else line.asker.recognise(device) for line in self._lines]

    async def _link(self, page: Sequence[Candidate], known: Sequence[Sequence[DeviceRef | None]]) -> None:
        """Remember which devices assets are, and forget what an asset was before its serial number was corrected."""
        pairs = [
            (c.record.asset_id, normalise_serial(c.record.serial_number or ""), [d for d in own if d is not None])
            for c, own in zip(page, known, strict=True)
            if c.record.asset_id is not None
        ]
        if pairs:
            now = self._clock.now()
            await self._store.write(lambda tx: cover.link(tx, pairs, now))

    async def _offer(self, line: Line, devices: Sequence[DeviceRef], max_age: timedelta | None) -> None:
        line.recognised += len(devices)
        facts = await self._store.read(lambda tx: cover.facts(tx, devices, line.asker.name))
        now = self._clock.now()
        for device in devices:
            if (fact := facts.get(device)) is not None and is_fresh(fact, now, max_age):
                line.fresh += 1
            else:
                await line.add(device)

    async def _report(self, selection: Selection, day: date, most: int) -> LookupReport:
        states: Counter[CoverState] = Counter()
        rows: list[CoverRow] = []
        async for page in selection.pages(self._store):
            for row in await self._rows(page, day):
                states[row.state] += 1
                if len(rows) < most:
                    rows.append(row)
        makers = [_told(line) for line in self._lines]
        makers += [MakerLookup(name, problem=e.message, hint=e.hint) for name, e in self._failed.items()]
        errors = [*self._failed.values(), *(line.problem for line in self._lines if line.problem)]
        return LookupReport(
            as_of=self._clock.now(),
            day=day,
            devices=states.total(),
            states={state.value: states[state] for state in CoverState if states[state]},
            makers=tuple(makers),
            rows=tuple(rows),
            is_cut=states.total() > len(rows),
            exit_code=errors[0].exit_code if errors else 0,
        )

    async def _rows(self, page: Sequence[Candidate], day: date) -> list[CoverRow]:
        nothing: list[DeviceRef | None] = [None] * len(self._lines)  # who has facts need not be recognised again
        is_clear = not any(line.problem for line in self._lines)
        known = [nothing if c.record.facts and is_clear else self._known(c) for c in page]
        asked = [_every(c, own) for c, own in zip(page, known, strict=True)]
        bare = [d for c, devices in zip(page, asked, strict=True) if c.record.asset_id is None for d in devices]
        facts = await self._store.read(lambda tx: cover.all_facts(tx, bare))
        found = []
        for candidate, own, devices in zip(page, known, asked, strict=True):
            record = candidate.record
            if record.asset_id is None:
                record = replace(record, facts=tuple(fact for d in devices for fact in facts.get(d, ())))
            without = CoverState.ERROR if any(own) else CoverState.NOT_RECOGNISED
            found.append(row_of(record, day, without=without, why_not=self._why_not(candidate, own)))
        return found

    def _why_not(self, candidate: Candidate, own: Sequence[DeviceRef | None]) -> str | None:
        if candidate.device is None or (candidate.record.facts and not any(line.problem for line in self._lines)):
            return None
        for line, device in zip(self._lines, own, strict=True):
            if device is not None and line.problem is not None:
                return f"{line.asker.name}: {line.problem.message}"
        if any(own):
            return None
        if not self._lines:
            return "No connection to a manufacturer can be asked."
        return "No connected manufacturer recognises it."


def _every(candidate: Candidate, own: Sequence[DeviceRef | None]) -> list[DeviceRef]:
    """Return a device as the makers write it, and as a spreadsheet would have."""
    devices = [device for device in own if device is not None]
    if candidate.device is not None:
        serial = normalise_serial(candidate.device.serial_number)
        maker = plain_maker(candidate.device.manufacturer)
        devices.append(candidate.device.model_copy(update={"serial_number": serial, "manufacturer": maker}))
    return list(dict.fromkeys(devices))


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
        problem=line.problem.message if line.problem else None,
        hint=line.problem.hint if line.problem else None,
    )
