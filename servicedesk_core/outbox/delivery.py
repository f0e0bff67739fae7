"""One write on its way: looked at, begun, sent, its end stored, and read back."""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from servicedesk_core.domain.writing import WriteState
from servicedesk_core.errors import (
    LeaseLostError,
    ServiceDeskError,
    StoreBusyError,
    StoreError,
    WriteNotGrantedError,
    WriteStateError,
    WriteStoppedError,
)
from servicedesk_core.http.deadline import writing_until
from servicedesk_core.outbox import lanes, limits
from servicedesk_core.outbox.failures import Failure, failure_of
from servicedesk_core.outbox.lanes import Lane
from servicedesk_core.outbox.policy import WritePolicy
from servicedesk_core.outbox.progress import SendProgress, WriteConnection
from servicedesk_core.outbox.senders import Mismatch, Senders, Sent, Settled
from servicedesk_core.ports import Clock
from servicedesk_core.store import Fence, Store, Tx, audit, leases, outbox
from servicedesk_core.store.cancellation import or_undone
from servicedesk_core.store.outbox import SYSTEM, StoredWrite

_log = logging.getLogger("servicedesk.writes")

STORE_ATTEMPTS = 3
"""How often the end of an attempt is stored before it is left to whoever looks it up."""


class Delivery:
    """Brings writes of one connection to their end.

    Args:
        store: The desk's store.
        clock: The time.
        senders: Who carries which kind.
        connection: Where to.
        policy: The numbers.
        sending: Is told what happened.
    """

    def __init__(  # noqa: PLR0917  # what every part of the sender gets
        self,
        store: Store,
        clock: Clock,
        senders: Senders,
        connection: WriteConnection,
        policy: WritePolicy,
        sending: SendProgress,
    ) -> None:
        self._store = store
        self._clock = clock
        self._senders = senders
        self._connection = connection
        self._policy = policy
        self._sending = sending

    async def deliver(self, write: StoredWrite, fence: Fence) -> None:
        """Bring one write to its end: checked, begun, sent, stored, read back."""
        try:
            timeout_s = await self._checked(write, fence)
            if timeout_s is None:
                return
            begun = await self._begun(write, fence, timeout_s)
        except WriteStoppedError as stop:
            self._sending.problem = self._sending.problem or stop
            return
        except WriteStateError:  # decided by somebody else in this moment
            return
        if begun is not None:
            await self._send(begun, fence, timeout_s)

    async def _checked(self, write: StoredWrite, fence: Fence) -> float | None:
        """Look before sending; return how long sending may take, or ``None`` when nothing is to be sent now."""
        calls = self._connection.calls
        try:
            self._ensure_granted(write.kind)
            sender = self._senders.of(write.kind)
            handling = sender.handling(calls, write.kind)
            too_long = [f for f, most in handling.max_lengths.items() if len(str(write.values.get(f) or "")) > most]
            mismatch = None if too_long else await sender.check(calls, write)
        except StoreError:
            raise
        except Exception as error:  # noqa: BLE001  # a fault while looking concerns this write alone: nothing was sent
            await self._not_sent(write, fence, error)
            return None
        if too_long:
            most = handling.max_lengths[too_long[0]]
            told = f"{too_long[0]} is longer than the vendor's {most:,} characters; nothing was sent."
            hint = f"Shorten it with `servicedesk writes edit {write.id} --field {too_long[0]}=…`."
            await self._refused(write, fence, Failure(WriteState.REJECTED, "too_long", told, hint))
            return None
        if mismatch is not None:
            await self._conflict(write, fence, mismatch)
            return None
        return min(handling.timeout_s, self._policy.longest_attempt_s)

    def _ensure_granted(self, kind: str) -> None:
        if kind not in self._connection.grants:
            raise WriteNotGrantedError(f'The configuration does not grant "{kind}"; nothing was sent.')

    async def _begun(self, write: StoredWrite, fence: Fence, timeout_s: float) -> StoredWrite | None:
        """Commit that sending begins; ``None`` when the loop breaker gave the write back."""
        policy, name = self._policy, self._connection.name

        def work(tx: Tx) -> StoredWrite:
            audit.take_turn(tx)  # what it waits for others must not count into the time of the attempt
            now = self._clock.now()
            limits.ensure_left(tx, name, policy, now)
            if looping := limits.loops(tx, write, policy, now):
                error = f"{looping} was written back and forth: another system may be answering our writes."
                hint = f"Find out who changes it; `servicedesk writes approve {write.id}` sends it nevertheless."
                facts = {"error_code": limits.LOOP, "error": error, "hint": hint, "decided_by": None}
                why = "loop suspected"
                return outbox.move(tx, write, WriteState.PROPOSED, actor=SYSTEM, now=now, why=why, facts=facts)
            leases.renew(tx, fence, max(policy.lease_ttl_s, timeout_s + policy.lease_margin_s))
            return outbox.begin(tx, write, fence=fence, actor=SYSTEM, now=now, timeout_s=timeout_s)

        async def stopped(begun: StoredWrite) -> None:
            if begun.state is WriteState.SENDING:
                told = "The sender was stopped before anything was sent."
                failure = Failure(WriteState.QUEUED, "sender_stopped", told)
                await self._failed(begun, fence, failure, asyncio.CancelledError())

        begun = await or_undone(self._store.write(work, fence=fence, durable=True), stopped)
        if begun.state is not WriteState.SENDING:
            self._sending.ended.append((begun.state, begun.id))
            return None
        return begun

    async def _send(self, write: StoredWrite, fence: Fence, timeout_s: float) -> None:
        sender, calls = self._senders.of(write.kind), self._connection.calls
        sent: Sent | None = None
        try:
            with writing_until((write.sent_at or self._clock.now()) + timedelta(seconds=timeout_s)):
                async with asyncio.timeout(timeout_s):
                    sent = await sender.send(calls, write)
        except Exception as error:  # noqa: BLE001  # whatever it is, the write has to be given a state
            await self._failed(write, fence, failure_of(error, number=write.id, kind=write.kind), error)
            return
        except BaseException as error:  # cancelled: what was sent cannot be called back
            await self._failed(write, fence, failure_of(error, number=write.id, kind=write.kind), error)
            raise
        await self._confirmed(write, fence, sent)
        await self.copy(write, sent)

    async def _confirmed(self, write: StoredWrite, fence: Fence, sent: Sent) -> None:
        def work(tx: Tx) -> None:
            now = self._clock.now()
            ref = sent.ref or write.target
            result = Settled(WriteState.CONFIRMED, now, sent=sent, ref=ref)
            self._senders.settled(tx, write, result)
            facts = {"ref": ref, "warnings": (*write.warnings, *sent.warnings)}
            facts |= {"error": None, "error_code": None}
            outbox.move(tx, write, WriteState.CONFIRMED, actor=SYSTEM, now=now, fence=fence, facts=facts)
            lanes.clear(tx, write.connection, write.kind)

        await self._stored(write, work, fence)
        self._sending.ended.append((WriteState.CONFIRMED, write.id))

    async def _failed(self, write: StoredWrite, fence: Fence, failure: Failure, error: BaseException) -> None:
        theirs = getattr(error, "theirs", None)
        modified_at = getattr(error, "their_modified_at", None)

        def work(tx: Tx) -> None:
            now = self._clock.now()
            facts = _told(failure)
            if isinstance(theirs, dict):
                facts |= {"their_values": theirs, "their_modified_at": modified_at}
            if failure.state is WriteState.QUEUED:
                facts["sent_at"] = None
                facts["next_at"] = self._put_off(tx, write, failure, now)
            elif failure.state is WriteState.IN_DOUBT:
                self._put_off(tx, write, replace(failure, is_vendor_wide=True), now)
            else:
                lanes.clear(tx, write.connection, write.kind)
            result = Settled(failure.state, now, error_code=failure.code, error=failure.error)
            self._senders.settled(tx, write, result)
            outbox.move(tx, write, failure.state, actor=SYSTEM, now=now, why=failure.error, fence=fence, facts=facts)

        await self._stored(write, work, fence)
        self._sending.ended.append((failure.state, write.id))
        if failure.stops and isinstance(error, ServiceDeskError):
            self._sending.problem = error

    async def _stored(self, write: StoredWrite, work: Callable[[Tx], None], fence: Fence) -> None:
        """Store the end of an attempt; what cannot be stored is a doubt for whoever comes next."""
        for attempt in range(1, STORE_ATTEMPTS + 1):
            try:
                return await self._store.write(work, fence=fence, durable=True)
            except (LeaseLostError, StoreError) as error:
                # A lock passes, and so does a deadlock that the database broke: what is known now is not given up.
                if isinstance(error, StoreBusyError) and attempt < STORE_ATTEMPTS:
                    continue
                _log.warning("the end of write %d could not be stored (%s); it will be looked up", write.id, error.code)
                raise
        return None

    def _put_off(self, tx: Tx, write: StoredWrite, failure: Failure, now: datetime) -> datetime:
        """Let the whole kind wait when the vendor cannot take it; return when the write itself is tried again."""
        policy = self._policy
        own_s = policy.wait_s(max(1, write.standing.attempt))
        if not failure.is_vendor_wide:
            return now + timedelta(seconds=own_s)
        lane = lanes.of(tx, write.connection).get(write.kind)
        if lane is None or lane.resume_at <= now:
            failures = (lane.failures if lane else 0) + 1
            wait_s = max(policy.wait_s(failures), failure.retry_after_s or 0.0)
            lane = Lane(write.connection, write.kind, failures, now + timedelta(seconds=wait_s), failure.error)
            lanes.put(tx, lane)
        return max(lane.resume_at, now + timedelta(seconds=own_s))

    async def _not_sent(self, write: StoredWrite, fence: Fence, error: Exception) -> None:
        """Note that a write was not even begun."""
        failure = failure_of(error, number=write.id, kind=write.kind)
        if not isinstance(error, ServiceDeskError):
            told = f"Looking before sending failed ({type(error).__name__}); nothing was sent."
            failure = Failure(WriteState.QUEUED, "look_failed", told)
        if failure.state is WriteState.REJECTED:
            await self._refused(write, fence, failure)
            return

        def work(tx: Tx) -> None:
            now = self._clock.now()
            again = replace(failure, state=WriteState.QUEUED, is_vendor_wide=True)
            outbox.note(tx, write, **_told(failure), next_at=self._put_off(tx, write, again, now))

        await self._store.write(work, fence=fence, durable=True)
        self._sending.ended.append((WriteState.QUEUED, write.id))
        if failure.stops and isinstance(error, ServiceDeskError):
            self._sending.problem = error

    async def _refused(
        self, write: StoredWrite, fence: Fence, failure: Failure, theirs: Mismatch | None = None
    ) -> None:
        def work(tx: Tx) -> None:
            now = self._clock.now()
            facts = _told(failure)
            if theirs is not None:
                facts |= {
                    "their_values": theirs.theirs,
                    "their_modified_at": theirs.modified_at,
                }
            result = Settled(WriteState.REJECTED, now, error_code=failure.code, error=failure.error)
            self._senders.settled(tx, write, result)
            outbox.move(tx, write, WriteState.REJECTED, actor=SYSTEM, now=now, why=failure.error, facts=facts)

        await self._store.write(work, fence=fence, durable=True)
        self._sending.ended.append((WriteState.REJECTED, write.id))

    async def _conflict(self, write: StoredWrite, fence: Fence, mismatch: Mismatch) -> None:
        names = ", ".join(mismatch.theirs)
        ours = await self._store.read(lambda tx: outbox.cause_of(tx, write, mismatch.theirs))
        who = "Somebody" if ours is None else f"This desk itself, with write {ours},"
        error = f"{who} changed {names} at the vendor since it was read; nothing was sent."
        hint = (
            f"`servicedesk writes show {write.id}` shows both versions; `servicedesk writes retry {write.id}` "
            f"writes over the one shown, `servicedesk writes discard {write.id}` leaves it."
        )
        await self._refused(write, fence, Failure(WriteState.REJECTED, "write_conflict", error, hint), mismatch)

    async def copy(self, write: StoredWrite, sent: Sent | None) -> None:
        """Bring the desk's copy up to date; a failure costs nothing, the next run or the next sync does it."""
        try:
            if await self._senders.of(write.kind).confirmed(self._connection.calls, write, sent):
                done_at = self._clock.now()
                await self._store.write(lambda tx: outbox.copied(tx, write.id, done_at))
        except Exception as error:  # noqa: BLE001  # it is confirmed in any case, and the others go on
            _log.info("write %d could not be read back yet: %s", write.id, getattr(error, "code", type(error).__name__))


def _told(failure: Failure) -> dict[str, Any]:
    return {"error_code": failure.code, "error": failure.error, "hint": failure.hint}
