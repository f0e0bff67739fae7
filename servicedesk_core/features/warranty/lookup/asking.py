"""Asks one maker: full batches, a few at a time, one result for each device whatever comes back."""

import asyncio
import logging
from collections import Counter
from collections.abc import Collection, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field

from servicedesk_core.domain.warranty import DeviceRef, EntitlementResult, LookupOutcome
from servicedesk_core.domain.warranty.facts import CoverFact, CoverSource
from servicedesk_core.domain.warranty.identity import DeviceName
from servicedesk_core.errors import AuthenticationError, ConnectorError, HookError, PermissionDeniedError
from servicedesk_core.features.warranty.lookup.turns import in_turns, turn
from servicedesk_core.features.warranty.tables import answers
from servicedesk_core.hooks.calls import ConnectorCalls
from servicedesk_core.hooks.capabilities import WarrantyCapability
from servicedesk_core.ports import Clock, Transactions
from servicedesk_core.store import cover

_log = logging.getLogger("servicedesk.warranty")

FAILURES_IN_A_ROW = 3
"""So many calls that fail one after the other, and the maker is left alone for this run."""
ASKED_AGAIN = 20
"""So many devices of a spoilt batch are asked for one by one."""
_UNREADABLE = "Its answer could not be read."


@dataclass(frozen=True, slots=True)
class Asker:
    """A connection that can look up.

    Attributes:
        name: Its name.
        calls: Its hooks.
        capability: What it says about itself.
        keep_raw: Whether the vendor's own answers are kept.
    """

    name: str
    calls: ConnectorCalls
    capability: WarrantyCapability
    keep_raw: bool = True

    @property
    def source(self) -> CoverSource:
        """Whose word its answers are."""
        return CoverSource(self.capability.origin)

    @property
    def asks(self) -> bool:
        """Whether it answers for devices that it is asked for."""
        return self.calls.implements("find_entitlements")

    @property
    def lists(self) -> bool:
        """Whether it lists the devices of the account."""
        return self.calls.implements("list_entitlements")

    def recognise(self, device: DeviceRef) -> DeviceRef | None:
        """Return the device as this maker writes it, or ``None``; a connector that fails recognises nothing."""
        try:
            return self.calls.recognise(device)
        except ConnectorError as error:
            _log.warning("%s", error)
            return None


@dataclass(frozen=True, slots=True, eq=False)
class Batch:
    """Devices that one call asks for.

    Attributes:
        devices: As the maker writes them.
        facts: What it answered, once that is stored.
        settled: Set when its answers are stored, or will never come.
    """

    devices: list[DeviceRef] = field(default_factory=list)
    facts: dict[DeviceName, CoverFact] = field(default_factory=dict)
    settled: asyncio.Event = field(default_factory=asyncio.Event)


class Line:
    """The devices that wait for one maker, cut into batches. Memory holds a few batches, however many devices come.

    Args:
        asker: The maker.
        store: Where answers go.
        clock: The time.
    """

    def __init__(self, asker: Asker, store: Transactions, clock: Clock) -> None:
        self.asker = asker
        self.problem: ConnectorError | None = None
        self.recognised = self.fresh = self.calls = 0
        self.new = self.changed = self.unchanged = 0
        self.outcomes: Counter[LookupOutcome] = Counter()
        self._store = store
        self._clock = clock
        self._waiting = Batch()
        self._seen: set[int] = set()
        self._batches: asyncio.Queue[Batch | None] = asyncio.Queue(maxsize=self.workers)
        self._failed_in_a_row = 0
        self._trouble: ConnectorError | None = None
        self._has_answered = False

    @property
    def workers(self) -> int:
        """How many calls may be in flight."""
        return max(1, self.asker.capability.parallel)

    @property
    def size(self) -> int:
        """How many devices one batch has at most."""
        return max(1, self.asker.capability.devices_per_request)

    @property
    def failure(self) -> ConnectorError | None:
        """Why the maker was given up, or answered for none of the devices that it was asked for."""
        return self.problem or (None if self._has_answered else self._trouble)

    def is_new(self, device: DeviceRef) -> bool:
        """Return whether a device comes for the first time in this run, and remember it."""
        mark = hash(device)
        if mark in self._seen:
            return False
        self._seen.add(mark)
        return True

    async def add(self, device: DeviceRef) -> Batch:
        """Let a device wait, and return the batch it is in; waits itself while enough batches do."""
        batch = self._waiting
        batch.devices.append(device)
        if len(batch.devices) >= self.size:
            await self._send()
        return batch

    async def hurry(self, batches: Collection[Batch]) -> None:
        """Send the batch that is being filled, if it is one of these: somebody waits for it."""
        if self._waiting in batches:
            await self._send()

    async def finish(self) -> None:
        """Send what waits, and let the workers end."""
        if self._waiting.devices:
            await self._send()
        for _ in range(self.workers):
            await self._batches.put(None)

    async def work(self) -> None:
        """Ask for one batch after the other until the end; one is stored while the next one is asked for."""
        storing: asyncio.Task[None] | None = None
        try:
            while (batch := await self._batches.get()) is not None:
                results = [] if self.problem is not None else await self._answered(batch.devices)
                if storing is not None:
                    await storing
                storing = asyncio.create_task(self._settle(batch, results))
            if storing is not None:
                await storing
        finally:
            if storing is not None:
                storing.cancel()

    async def _send(self) -> None:
        batch, self._waiting = self._waiting, Batch()
        await self._batches.put(batch)

    async def _answered(self, batch: Sequence[DeviceRef]) -> list[EntitlementResult]:
        """Return what there is to store: a result for each device, unless the credentials were refused."""
        results, error = await self._ask(batch)
        left = [device for device in batch if device not in results]
        if isinstance(error, HookError) and len(batch) > 1:  # a broken answer: find out whose it is
            for device in left[:ASKED_AGAIN]:
                results |= (await self._ask([device]))[0]
            left = [device for device in left if device not in results]
        self._note(error, results.values())
        return [*results.values(), *unanswered(left, error)]

    async def _ask(
        self, batch: Sequence[DeviceRef]
    ) -> tuple[dict[DeviceRef, EntitlementResult], ConnectorError | None]:
        self.calls += 1
        results: dict[DeviceRef, EntitlementResult] = {}
        try:
            async with aclosing(self.asker.calls.find_entitlements(batch)) as answers:
                async for result in answers:
                    results[result.device] = result
                    await turn(len(results))
        except ConnectorError as error:
            return results, error
        return results, None

    def _note(self, error: ConnectorError | None, results: Collection[EntitlementResult]) -> None:
        """Give a maker up that refuses the credentials, or fails again and again; remember one that only fails."""
        failed = [result for result in results if result.outcome is LookupOutcome.FAILED]
        self._has_answered |= len(failed) < len(results)
        if self._trouble is None and (error is not None or failed):
            self._trouble = error or ConnectorError(failed[0].reason or _UNREADABLE, connection=self.asker.name)
        if error is None or results:
            self._failed_in_a_row = 0
        else:
            self._failed_in_a_row += 1
        if error is not None and (isinstance(error, AuthenticationError) or self._failed_in_a_row >= FAILURES_IN_A_ROW):
            self.problem = error

    async def _settle(self, batch: Batch, results: list[EntitlementResult]) -> None:
        try:
            await self._keep(batch, results)
        finally:  # also when the store is full: who waits for it learns why from the worker
            batch.settled.set()

    async def _keep(self, batch: Batch, results: list[EntitlementResult]) -> None:
        if not results:
            return
        now = self._clock.now()
        landed = await self._store.write(
            lambda tx: answers.put(
                tx,
                results,
                origin=self.asker.name,
                source=self.asker.source,
                now=now,
                keep_raw=self.asker.keep_raw,
            )
        )
        self.new += landed.new
        self.changed += landed.changed
        self.unchanged += landed.unchanged
        self.outcomes.update(result.outcome for result in results)
        async for result in in_turns(results):
            fact = CoverFact.of(result, source=self.asker.source, origin=self.asker.name, at=now)
            batch.facts[cover.key_of(result.device)] = fact


def unanswered(devices: Collection[DeviceRef], error: ConnectorError | None) -> list[EntitlementResult]:
    """Return what there is to store of devices that an error left without an answer: nothing, when it was the log-in.

    Args:
        devices: The devices.
        error: What went wrong, if anything did.
    """
    if error is None or isinstance(error, AuthenticationError):
        return []
    outcome = LookupOutcome.DENIED if isinstance(error, PermissionDeniedError) else LookupOutcome.FAILED
    return [EntitlementResult(device=device, outcome=outcome, reason=error.message) for device in devices]
