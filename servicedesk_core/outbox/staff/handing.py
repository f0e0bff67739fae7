"""Hands messages over: each recipient by itself, so that a slow channel holds up nobody else."""

import asyncio
import logging
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Final, Protocol
from zoneinfo import ZoneInfo

from servicedesk_core.config import DeskSettings, Secrets
from servicedesk_core.config.people import Colleague
from servicedesk_core.errors import LeaseError, OutcomeUnknownError, ServiceDeskError, VendorTimeoutError
from servicedesk_core.outbox.staff import tables
from servicedesk_core.outbox.staff.channels import ways_to
from servicedesk_core.outbox.staff.model import Address, Attempt, Batch, Fate, Letter
from servicedesk_core.outbox.staff.rules import letter_of, next_at, told_from
from servicedesk_core.ports import Clock
from servicedesk_core.redaction import Redactor
from servicedesk_core.store import Fence, Store, Tx, sending

_log = logging.getLogger("servicedesk.staff")

LEASE: Final = "staff"
"""Who holds this lease hands over; nobody else does."""

PATIENCE_S: Final = 25.0
"""Longest time that a channel may take; what it did with the letter is in doubt then."""

_TURNS: Final = 10
"""So many times its patience something is queued for a thread."""

_NOWHERE: Final = timedelta(minutes=10)

_URGENT: Final = ThreadPoolExecutor(32, thread_name_prefix="staff-urgent")
_OTHER: Final = ThreadPoolExecutor(8, thread_name_prefix="staff")
"""Threads of their own: neither a slow mail server nor anything else that blocks threads holds up what is urgent."""


class StaffDesk(Protocol):
    """A desk with people."""

    @property
    def settings(self) -> DeskSettings:
        """The configuration."""
        ...

    @property
    def secrets(self) -> Secrets:
        """Resolves secret references."""
        ...

    @property
    def redactor(self) -> Redactor:
        """Knows the secrets."""
        ...

    @property
    def store(self) -> Store:
        """The desk's own database."""
        ...

    @property
    def clock(self) -> Clock:
        """Where the time comes from."""
        ...

    @property
    def roster(self) -> Mapping[str, Colleague]:
        """The people by name."""
        ...


class Hands:
    """Hands over what waits, while the lease is held.

    Args:
        desk: The desk.
        fence: Proof of the lease.
        patience_s: Longest time that a channel may take.
    """

    def __init__(self, desk: StaffDesk, fence: Fence, *, patience_s: float = PATIENCE_S) -> None:
        self._desk = desk
        self._fence = fence
        self._patience_s = patience_s
        self._running: dict[str, asyncio.Task[bool]] = {}

    async def start(self) -> int:
        """Begin with all that is due; return how many batches that are. What is begun is gone on with by itself.

        From a store that was restored or copied nothing is handed over until somebody adopts it.
        """
        now, busy = self._desk.clock.now(), frozenset(self._running)
        if not await self._desk.store.read(lambda tx: tables.is_anything_due(tx, now) and sending.sending_allowed(tx)):
            return 0

        def work(tx: Tx) -> list[Batch]:
            tables.left_behind(tx, now, busy)
            return tables.gather(tx, now, busy)

        found = await self._desk.store.write(work, fence=self._fence)
        for batch in found:
            self._running[batch.id] = asyncio.create_task(self._gone(batch), name=f"staff:{batch.id}")
        return len(found)

    async def finish(self) -> int:
        """Wait for what was begun; return how much of it was taken."""
        results = await asyncio.gather(*self._running.values(), return_exceptions=True)
        for one in results:
            if isinstance(one, BaseException) and not isinstance(one, LeaseError | asyncio.CancelledError):
                raise one
        return sum(one is True for one in results)

    async def stop(self) -> None:
        """Leave off: what a channel is just given is in doubt, and whoever goes on sends it again."""
        tasks = [*self._running.values()]
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)

    async def _gone(self, batch: Batch) -> bool:
        try:
            return await self._hand_over(batch)
        finally:
            self._running.pop(batch.id, None)

    async def _hand_over(self, batch: Batch) -> bool:
        desk = self._desk
        ways = ways_to(
            batch.recipient,
            is_urgent=batch.is_urgent,
            people=desk.roster,
            settings=desk.settings,
            secrets=desk.secrets,
        )
        if not ways:
            why = f"{batch.recipient} has no address that could be used"
            until = desk.clock.now() + _NOWHERE
            await desk.store.write(partial(tables.wait, batch=batch.id, until=until, why=why), fence=self._fence)
            return False
        while True:
            again_at = next_at(batch.attempts, len(ways))
            if not batch.is_urgent:
                again_at = self._wanted(batch.recipient, again_at or desk.clock.now())
            if again_at is not None and again_at > desk.clock.now():
                await desk.store.write(partial(tables.wait, batch=batch.id, until=again_at), fence=self._fence)
                return False
            attempt = await self._try(batch, ways[len(batch.attempts) % len(ways)])
            if attempt is None:
                return False
            if attempt.fate is Fate.SENT:
                return True
            batch = replace(batch, attempts=(*batch.attempts, attempt))

    def _wanted(self, recipient: str, at: datetime) -> datetime:
        """Return from when on somebody wants to be told; quiet hours may have begun since it was said."""
        desk = self._desk
        return told_from(at, desk.roster.get(recipient), ZoneInfo(desk.settings.desk.timezone))

    async def _try(self, batch: Batch, way: Address) -> Attempt | None:
        """Try one channel; ``None`` = nobody needs it any more."""
        desk, now = self._desk, self._desk.clock.now()
        begin = partial(tables.begin, batch=batch, channel=way.channel, at=now)
        begun = await desk.store.write(begin, fence=self._fence, durable=True)
        if begun is None:
            return None
        fate, why = await self._sent(
            way, letter_of(batch, desk.settings.desk.name), _URGENT if batch.is_urgent else _OTHER
        )
        if why is not None:
            why = desk.redactor.text(why)
            _log.warning("a message to %s, over %s: %s", batch.recipient, way.channel, why)
        ended = replace(begun, fate=fate, ended_at=desk.clock.now())
        await desk.store.write(partial(tables.end, batch=batch.id, attempt=ended, why=why), fence=self._fence)
        return ended

    async def _sent(self, way: Address, letter: Letter, threads: ThreadPoolExecutor) -> tuple[Fate, str | None]:
        try:
            await _at_it(threads, partial(way.send, letter), self._patience_s)
        except OutcomeUnknownError as error:
            return Fate.IN_DOUBT, error.message
        except TimeoutError:
            return Fate.IN_DOUBT, f"it did not answer within {self._patience_s:.0f} seconds"
        except ServiceDeskError as error:
            return Fate.REFUSED, error.message
        except OSError as error:
            return Fate.REFUSED, f"it could not be reached ({type(error).__name__})"
        except Exception as error:  # noqa: BLE001  # foreign code; its text may hold the address with its tokens
            return Fate.IN_DOUBT, f"it failed ({type(error).__name__})"
        return Fate.SENT, None


async def _at_it(threads: ThreadPoolExecutor, work: Callable[[], None], patience_s: float) -> None:
    """Wait for work that blocks; its time begins when a thread is at it, however long it was queued for one.

    Raises:
        VendorTimeoutError: No thread came to it in many times that: other channels hang. It was not begun.
        TimeoutError: It took longer than that.
    """
    loop, begun = asyncio.get_running_loop(), asyncio.Event()

    def worked() -> None:
        loop.call_soon_threadsafe(begun.set)
        work()

    queued = threads.submit(worked)
    running = asyncio.wrap_future(queued)
    try:
        with suppress(TimeoutError):
            async with asyncio.timeout(patience_s * _TURNS):
                await begun.wait()
        if not begun.is_set() and queued.cancel():
            msg = "all threads wait for channels that do not answer; it is tried again"
            raise VendorTimeoutError(msg)
        async with asyncio.timeout(patience_s):
            await running
    finally:
        running.cancel()  # one that is queued still does not begin any more
