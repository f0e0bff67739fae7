"""One write on its way: looked at, begun, sent, its end stored, and read back."""

import asyncio
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from servicedesk_core.domain.writing import WriteState
from servicedesk_core.errors import (
    LeaseLostError,
    ServiceDeskError,
    StoreBusyError,
    StoreError,
    WriteConflictError,
    WriteNotGrantedError,
    WriteStateError,
    WriteStoppedError,
)
from servicedesk_core.http.deadline import writing_until
from servicedesk_core.outbox import lanes, limits
from servicedesk_core.outbox.committing import Commits
from servicedesk_core.outbox.confirming import confirmation
from servicedesk_core.outbox.failures import Failure, failure_of
from servicedesk_core.outbox.lanes import Lane
from servicedesk_core.outbox.policy import WritePolicy
from servicedesk_core.outbox.progress import SendProgress, WriteConnection
from servicedesk_core.outbox.senders import Senders, Sent, Settled, Shown
from servicedesk_core.outbox.standing import Ruling, StandingApprovals, Stop, full_until, still, withdraw
from servicedesk_core.ports import Clock
from servicedesk_core.store import Fence, Store, Tx, audit, leases, outbox
from servicedesk_core.store.cancellation import or_undone
from servicedesk_core.store.outbox import SYSTEM, StoredWrite, automatic

_log = logging.getLogger("servicedesk.writes")

LOOK_S = 30.0
"""Longest time of a look at what the vendor shows instead, when it refused a write for a newer version."""

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
        fence: The sender's lease.
        standing: The standing approvals of the desk.
    """

    def __init__(  # noqa: PLR0917  # what every part of the sender gets
        self,
        store: Store,
        clock: Clock,
        senders: Senders,
        connection: WriteConnection,
        policy: WritePolicy,
        sending: SendProgress,
        fence: Fence,
        standing: StandingApprovals,
    ) -> None:
        self._store = store
        self._clock = clock
        self._senders = senders
        self._connection = connection
        self._policy = policy
        self._sending = sending
        self._fence = fence
        self._standing = standing
        self._commits = Commits(store, fence)

    async def deliver(self, write: StoredWrite) -> Sent | None:
        """Bring one write to its end: checked, begun, sent, stored; return what is to be read back."""
        try:
            ready = await self._checked(write)
            if ready is None:
                return None
            begun = await self._begun(write, ready)
        except WriteStoppedError as stop:
            self._sending.problem = self._sending.problem or stop
            return None
        except WriteStateError:  # decided by somebody else in this moment
            return None
        return None if begun is None else await self._send(begun, ready.timeout_s)

    async def _checked(self, write: StoredWrite) -> "_Ready | None":
        """Look before sending; return what is known then, or ``None`` when nothing is to be sent now."""
        calls = self._connection.calls
        try:
            self._ensure_granted(write.kind)
            sender = self._senders.of(write.kind)
            handling = sender.handling(calls, write.kind)
            shown = await sender.check(calls, write)
        except StoreError:
            raise
        except Exception as error:  # noqa: BLE001  # a fault while looking concerns this write alone: nothing was sent
            await self._not_sent(write, error)
            return None
        if shown is not None and shown.newer:
            await self._conflict(write, shown)
            return None
        return _Ready(min(handling.timeout_s, self._policy.longest_attempt_s), shown)

    def _ensure_granted(self, kind: str) -> None:
        if kind not in self._connection.grants:
            raise WriteNotGrantedError(f'The configuration does not grant "{kind}"; nothing was sent.')

    async def _begun(self, write: StoredWrite, ready: "_Ready") -> StoredWrite | None:
        """Commit that sending begins; ``None`` when the loop breaker gave the write back."""
        policy, name, timeout_s = self._policy, self._connection.name, ready.timeout_s

        def work(tx: Tx) -> StoredWrite:
            audit.take_turn(tx)  # what it waits for others must not count into the time of the attempt
            now = self._clock.now()
            if (ruling := Ruling.of(write.decided_by)) is None:
                limits.ensure_left(tx, name, policy, now)
            elif (held := self._held(tx, write, ruling, now)) is not None:
                return held
            if looping := limits.loops(tx, write, policy, now):
                error = f"{looping} was written back and forth: another system may be answering our writes."
                hint = f"Find out who changes it; `servicedesk writes approve {write.id}` sends it nevertheless."
                facts = {"error_code": limits.LOOP, "error": error, "hint": hint, "decided_by": None}
                why = "loop suspected"
                return outbox.move(tx, write, WriteState.PROPOSED, actor=SYSTEM, now=now, why=why, facts=facts)
            leases.renew(tx, self._fence, max(policy.lease_ttl_s, timeout_s + policy.lease_margin_s))
            return outbox.begin(
                tx, write, fence=self._fence, actor=SYSTEM, now=now, timeout_s=timeout_s, facts=ready.version
            )

        async def stopped(begun: StoredWrite) -> None:
            if begun.state is WriteState.SENDING:
                told = "The sender was stopped before anything was sent."
                failure = Failure(WriteState.QUEUED, "sender_stopped", told)
                await self._failed(begun, failure, asyncio.CancelledError())

        begun = await or_undone(self._commits.write(work), stopped)
        if begun.state is not WriteState.SENDING:
            self._sending.ended.append((begun.state, begun.id))
            return None
        return begun

    def _held(self, tx: Tx, write: StoredWrite, ruling: Ruling, now: datetime) -> StoredWrite | None:
        """Return a write that was approved by a rule as it stands once that does not cover it, or its limits are full.

        These limits stand in place of those of all writes.
        """
        kept = automatic.of(tx, write.id)
        found = Stop("Nothing is kept of what proposed it.")
        verdict = found if kept is None else still(self._standing, tx, write, kept, ruling, now)
        if isinstance(verdict, Stop):
            return withdraw(tx, write, verdict, now)
        if (until := full_until(tx, write, verdict, now)) is None:
            return None
        outbox.note(tx, write, next_at=until)
        return outbox.get(tx, write.id)

    async def _send(self, write: StoredWrite, timeout_s: float) -> Sent | None:
        sender, calls = self._senders.of(write.kind), self._connection.calls
        sent: Sent | None = None
        try:
            with writing_until((write.sent_at or self._clock.now()) + timedelta(seconds=timeout_s)):
                async with asyncio.timeout(timeout_s):
                    sent = await sender.send(calls, write)
        except WriteConflictError as error:
            await self._failed(write, *await self._met(write, error))
            return None
        except Exception as error:  # noqa: BLE001  # whatever it is, the write has to be given a state
            await self._failed(write, failure_of(error, number=write.id, kind=write.kind), error)
            return None
        except BaseException as error:  # cancelled: what was sent cannot be called back
            await self._failed(write, failure_of(error, number=write.id, kind=write.kind), error)
            raise
        await self._confirmed(write, sent)
        return sent

    async def _met(self, write: StoredWrite, error: WriteConflictError) -> tuple[Failure, WriteConflictError]:
        """Return what a conflict means; where the vendor told only that there is one, read what it shows now."""
        failure = failure_of(error, number=write.id, kind=write.kind)
        if error.after_write or error.theirs:
            return failure, error
        try:
            async with asyncio.timeout(LOOK_S):
                shown = await self._senders.of(write.kind).check(self._connection.calls, write)
        except (ServiceDeskError, TimeoutError):
            return failure, error
        if shown is not None:
            error.theirs, error.their_modified_at = shown.values, shown.modified_at
            error.their_revision = shown.revision
        return replace(failure, hint=_conflict_hint(write)), error

    async def _confirmed(self, write: StoredWrite, sent: Sent) -> None:
        state, facts = confirmation(write, sent)

        def work(tx: Tx) -> None:
            now = self._clock.now()
            result = Settled(state, now, sent=sent, ref=facts["ref"])
            self._senders.settled(tx, write, result)
            outbox.move(
                tx, write, state, actor=SYSTEM, now=now, why=facts["error"] or "", fence=self._fence, facts=facts
            )
            lanes.clear(tx, write.connection, write.kind)

        await self._stored(write, work)
        self._sending.ended.append((state, write.id))

    async def _failed(self, write: StoredWrite, failure: Failure, error: BaseException) -> None:
        def work(tx: Tx) -> None:
            now = self._clock.now()
            facts = _told(failure)
            if isinstance(error, WriteConflictError) and error.theirs:
                facts |= _theirs(error.theirs, error.their_modified_at, error.their_revision)
            if failure.state is WriteState.QUEUED:
                facts["sent_at"] = None
                facts["next_at"] = self._put_off(tx, write, failure, now)
            elif failure.state is WriteState.IN_DOUBT:
                self._put_off(tx, write, replace(failure, is_vendor_wide=True), now)
            else:
                lanes.clear(tx, write.connection, write.kind)
            result = Settled(failure.state, now, error_code=failure.code, error=failure.error)
            self._senders.settled(tx, write, result)
            outbox.move(
                tx, write, failure.state, actor=SYSTEM, now=now, why=failure.error, fence=self._fence, facts=facts
            )

        await self._stored(write, work)
        self._sending.ended.append((failure.state, write.id))
        if failure.stops and isinstance(error, ServiceDeskError):
            self._sending.problem = error

    async def _stored(self, write: StoredWrite, work: Callable[[Tx], None]) -> None:
        """Store the end of an attempt; what cannot be stored is a doubt for whoever comes next."""
        for attempt in range(1, STORE_ATTEMPTS + 1):
            try:
                return await self._commits.write(work)
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

    async def _not_sent(self, write: StoredWrite, error: Exception) -> None:
        """Note that a write was not even begun."""
        failure = failure_of(error, number=write.id, kind=write.kind)
        if not isinstance(error, ServiceDeskError):
            told = f"Looking before sending failed ({type(error).__name__}); nothing was sent."
            failure = Failure(WriteState.QUEUED, "look_failed", told)
        if failure.state is WriteState.REJECTED:
            await self._refused(write, failure)
            return

        def work(tx: Tx) -> None:
            now = self._clock.now()
            again = replace(failure, state=WriteState.QUEUED, is_vendor_wide=True)
            outbox.note(tx, write, **_told(failure), next_at=self._put_off(tx, write, again, now))

        await self._commits.write(work)
        self._sending.ended.append((WriteState.QUEUED, write.id))
        if failure.stops and isinstance(error, ServiceDeskError):
            self._sending.problem = error

    async def _refused(self, write: StoredWrite, failure: Failure, theirs: Shown | None = None) -> None:
        def work(tx: Tx) -> None:
            now = self._clock.now()
            facts = _told(failure)
            if theirs is not None:
                values = {field: theirs.values[field] for field in theirs.newer}
                facts |= _theirs(values, theirs.modified_at, theirs.revision)
            result = Settled(WriteState.REJECTED, now, error_code=failure.code, error=failure.error)
            self._senders.settled(tx, write, result)
            outbox.move(tx, write, WriteState.REJECTED, actor=SYSTEM, now=now, why=failure.error, facts=facts)

        await self._commits.write(work)
        self._sending.ended.append((WriteState.REJECTED, write.id))

    async def _conflict(self, write: StoredWrite, shown: Shown) -> None:
        names = ", ".join(shown.newer)
        theirs = {field: shown.values[field] for field in shown.newer}
        ours = await self._store.read(lambda tx: outbox.cause_of(tx, write, theirs))
        who = "Somebody" if ours is None else f"This desk itself, with write {ours},"
        error = f"{who} changed {names} at the vendor since it was read; nothing was sent."
        failure = Failure(WriteState.REJECTED, WriteConflictError.code, error, _conflict_hint(write))
        await self._refused(write, failure, shown)

    async def copy(self, write: StoredWrite, sent: Sent | None) -> None:
        """Bring the desk's copy up to date; a failure costs nothing, the next run or the next sync does it."""
        try:
            if await self._senders.of(write.kind).confirmed(self._connection.calls, write, sent):
                done_at = self._clock.now()
                await self._commits.write(lambda tx: outbox.copied(tx, write.id, done_at))
        except Exception as error:  # noqa: BLE001  # it is confirmed in any case, and the others go on
            _log.info("write %d could not be read back yet: %s", write.id, getattr(error, "code", type(error).__name__))


@dataclass(frozen=True, slots=True)
class _Ready:
    """What is known of a write that may be sent: how long that may take, and what was met when it was looked at."""

    timeout_s: float
    shown: Shown | None

    @property
    def version(self) -> dict[str, Any]:
        """The version that the attempt stands on, by column: what was met, where there was a look."""
        met = (
            {}
            if self.shown is None
            else {"base_modified_at": self.shown.modified_at, "base_revision": self.shown.revision}
        )
        return {name: value for name, value in met.items() if value is not None}


def _told(failure: Failure) -> dict[str, Any]:
    return {"error_code": failure.code, "error": failure.error, "hint": failure.hint, "moved_to": failure.moved_to}


def _theirs(values: Mapping[str, Any], modified_at: datetime | None, revision: str | None) -> dict[str, Any]:
    return {"their_values": dict(values), "their_modified_at": modified_at, "their_revision": revision}


def _conflict_hint(write: StoredWrite) -> str:
    return (
        f"`servicedesk writes show {write.id}` shows both versions; `servicedesk writes retry {write.id}` "
        f"writes over the one shown, `servicedesk writes discard {write.id}` leaves it."
    )
