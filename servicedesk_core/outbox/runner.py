"""Sends what is queued: one attempt after the other for each thing that is written, several things side by side."""

import asyncio
import logging
from collections.abc import Collection
from datetime import timedelta
from functools import partial
from typing import Any

from servicedesk_core.domain.writing import WriteState
from servicedesk_core.outbox import lanes
from servicedesk_core.outbox.delivery import Delivery
from servicedesk_core.outbox.outcomes import SendOutcome
from servicedesk_core.outbox.policy import DEFAULT_POLICY, WritePolicy
from servicedesk_core.outbox.progress import SendProgress, WriteConnection
from servicedesk_core.outbox.senders import Senders, Sent
from servicedesk_core.outbox.settler import Settler
from servicedesk_core.outbox.standing import NoApprovals, StandingApprovals
from servicedesk_core.ports import Clock
from servicedesk_core.store import Fence, Store, Tx, outbox
from servicedesk_core.store.holding import held
from servicedesk_core.store.outbox import SYSTEM, StoredWrite

_log = logging.getLogger("servicedesk.writes")

SENDS = "writes:"
"""Before the name of a connection: the lease under which its writes are sent and settled."""

COPY_WITHIN = timedelta(days=7)
"""How long a confirmed write is read back when that failed at first; after it the next sync has done it."""


class OutboxRunner:
    """Sends the queued writes of one connection. It holds the connection's lease while it works.

    Args:
        store: The desk's store.
        clock: The time.
        senders: Who carries which kind.
        connection: Where to.
        policy: The numbers.
        standing: The standing approvals of the desk.
    """

    def __init__(  # noqa: PLR0917  # what every part of the sender gets
        self,
        store: Store,
        clock: Clock,
        senders: Senders,
        connection: WriteConnection,
        policy: WritePolicy = DEFAULT_POLICY,
        standing: StandingApprovals | None = None,
    ) -> None:
        self._store = store
        self._clock = clock
        self._senders = senders
        self._connection = connection
        self._policy = policy
        self._standing = standing or NoApprovals()
        self._under_way: dict[asyncio.Task[Sent | None], StoredWrite] = {}
        self._copies: dict[asyncio.Task[None], StoredWrite] = {}
        self._places = asyncio.Semaphore(policy.parallel)

    async def run(self, only: Collection[int] = ()) -> SendOutcome:
        """Settle what is in doubt, send what is due, and bring the desk's copy up to date.

        Args:
            only: Send only these; empty = everything that is queued.

        Raises:
            LeaseHeldError: Another process sends over this connection now.
            LeaseLostError: Another process took over; it settles what was under way.
            StoreError: The store cannot be used.
        """
        sending = SendProgress(self._connection.name)
        parts = (self._store, self._clock, self._senders, self._connection, self._policy)
        name = f"{SENDS}{self._connection.name}"
        async with held(self._store, name, self._policy.lease_ttl_s) as fence:
            delivery, now = Delivery(*parts, sending, fence, self._standing), self._clock.now()
            await self._store.write(
                lambda tx: outbox.expire(tx, self._connection.name, actor=SYSTEM, now=now), fence=fence
            )
            await self._settle(Settler(*parts), delivery, sending, fence)
            await self._copy_late(delivery)
            try:
                await self._send_all(delivery, sending, only)
                while self._copies:
                    await asyncio.wait(self._copies)
            finally:
                await self._end_all()
            if sending.gone(WriteState.IN_DOUBT):
                await self._settle(Settler(*parts), delivery, sending, fence)
        return sending.outcome()

    async def _send_all(self, delivery: Delivery, sending: SendProgress, only: Collection[int]) -> None:
        while sending.problem is None:
            free = self._policy.parallel - len(self._under_way)
            most = free + len(self._copies)  # so many at most are held up by reading back
            due = await self._store.read(partial(self._due, most=most, only=only)) if free else ()
            read_back = {write.aggregate for write in self._copies.values()}  # what is next for the same record waits
            for write in [one for one in due if one.aggregate not in read_back][:free]:
                task = asyncio.create_task(delivery.deliver(write), name=f"write:{write.id}")
                self._under_way[task] = write
            if self._under_way:
                await self._one_ends(delivery)
            elif due and self._copies:
                await asyncio.wait(self._copies, return_when=asyncio.FIRST_COMPLETED)
            elif not due:
                return
        while self._under_way:
            await self._one_ends(delivery)

    def _due(self, tx: Tx, most: int, only: Collection[int]) -> list[StoredWrite]:
        now = self._clock.now()
        failing = lanes.of(tx, self._connection.name)
        probing = {w.kind for w in self._under_way.values() if w.kind in failing}
        shut = {kind for kind, lane in failing.items() if lane.resume_at > now} | probing
        busy = {w.aggregate for w in self._under_way.values()}
        found: list[StoredWrite] = []
        limit = max(most, 50) if failing else most
        for write in outbox.due(tx, self._connection.name, now=now, limit=limit, without=shut, busy=busy, only=only):
            if len(found) < most and write.kind not in shut:
                found.append(write)
                if write.kind in failing:  # one probe at a time until something succeeds
                    shut.add(write.kind)
        return found

    async def _one_ends(self, delivery: Delivery) -> None:
        done, _ = await asyncio.wait(self._under_way, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            write = self._under_way.pop(task)
            if (sent := task.result()) is not None:
                copying = asyncio.create_task(self._copy(delivery, write, sent), name=f"copy:{write.id}")
                self._copies[copying] = write
                copying.add_done_callback(self._copies.pop)

    async def _copy(self, delivery: Delivery, write: StoredWrite, sent: Sent) -> None:
        """Read back what was confirmed, beside the next attempts; never more at once than they are."""
        async with self._places:
            await delivery.copy(write, sent)

    async def _end_all(self) -> None:
        """Let what is under way end before the lease is given back; a cancelled attempt becomes a doubt."""
        left: list[asyncio.Task[Any]] = [*self._under_way, *self._copies]
        for task in left:
            task.cancel()
        if left:
            await asyncio.wait(left)
            for task in left:
                if not task.cancelled() and (error := task.exception()) is not None:
                    _log.warning("a write ended with %s", type(error).__name__)
            self._under_way.clear()

    async def _settle(self, settler: Settler, delivery: Delivery, sending: SendProgress, fence: Fence) -> None:
        """Settle what is in doubt, and store the records that were read for it."""
        for write, found in await settler.settle(fence):
            sending.settled.append(write.id)
            if found is not None and found.record is not None:
                await delivery.copy(write, found)

    async def _copy_late(self, delivery: Delivery) -> None:
        since = self._clock.now() - COPY_WITHIN
        for write in await self._store.read(lambda tx: outbox.uncopied(tx, self._connection.name, since=since)):
            await delivery.copy(write, None)
