"""Settles doubts: looks whether the vendor has a write, and believes only what proves something."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

from servicedesk_core.errors import ServiceDeskError, WriteStateError
from servicedesk_core.hooks.writing import FindResult, Found, Inconclusive, ProvenAbsent
from servicedesk_core.outbox import lanes
from servicedesk_core.outbox.confirming import confirmation
from servicedesk_core.outbox.policy import WritePolicy
from servicedesk_core.outbox.progress import WriteConnection
from servicedesk_core.outbox.senders import Handling, Senders, Sent, Settled
from servicedesk_core.ports import Clock
from servicedesk_core.store import Fence, Store, Tx, outbox
from servicedesk_core.store.outbox import SYSTEM, StoredWrite


class Settler:
    """Settles the doubts of one connection, under the lease of its sender.

    Args:
        store: The desk's store.
        clock: The time.
        senders: Who carries which kind.
        connection: Whose doubts.
        policy: The numbers.
    """

    def __init__(
        self, store: Store, clock: Clock, senders: Senders, connection: WriteConnection, policy: WritePolicy
    ) -> None:
        self._store = store
        self._clock = clock
        self._senders = senders
        self._connection = connection
        self._policy = policy

    async def settle(self, fence: Fence) -> list[tuple[StoredWrite, Sent | None]]:
        """Ask about every doubt that may be asked about now; return those that are settled, with what was found."""
        name, policy = self._connection.name, self._policy
        now = self._clock.now()

        doubts = await self._store.read(lambda tx: outbox.doubtful(tx, name, now=now, ask_at_most=policy.ask_at_most))
        asked = [(write, await self._one(write, fence)) for write in doubts]
        return [(write, found) for write, (is_settled, found) in asked if is_settled]

    async def _one(self, write: StoredWrite, fence: Fence) -> tuple[bool, Sent | None]:
        # Read anew for each: what the doubt before this one turned out to be is not this one.
        taken, ended_at = await self._store.read(lambda tx: (_taken(tx, write), outbox.doubted_at(tx, write)))
        try:
            sender = self._senders.of(write.kind)
            handling = sender.handling(self._connection.calls, write.kind)
            result = await sender.find(self._connection.calls, write, taken)
        except ServiceDeskError as error:
            handling, result = Handling(), Inconclusive(f"It could not be looked up: {error.message}")
        found = _as_sent(result) if isinstance(result, Found) else None
        work = self._conclusion(write, result, handling, self._clock.now(), ended_at)
        try:
            return await self._store.write(work, fence=fence, durable=True), found
        except WriteStateError:  # settled by a person while it was looked up
            return False, None

    def _conclusion(
        self, write: StoredWrite, result: FindResult, handling: Handling, now: datetime, ended_at: datetime | None
    ) -> Callable[[Tx], bool]:
        if isinstance(result, Found):
            return partial(self._found, write=write, found=result, now=now)
        if isinstance(result, ProvenAbsent):
            # From the end of the attempt: the vendor may have been given the last byte, or gone on, as late as that.
            settles_at = max(write.sent_at or now, ended_at or now) + timedelta(
                seconds=max(handling.settle_s, self._policy.shortest_settle_s)
            )
            if handling.needs_canary and not result.canary:
                result = Inconclusive(f"Nothing shows that the search works which did not find it: {result.evidence}")
            elif not handling.may_prove_absence:
                result = Inconclusive(f"Looking for it cannot prove that it is not there: {result.evidence}")
            elif now < settles_at:
                return partial(self._later, write=write, at=settles_at, why=result.evidence)
            else:
                evidence = "; ".join(filter(None, (result.evidence, result.canary)))
                return partial(self._absent, write=write, evidence=evidence, now=now)
        return partial(self._unknown, write=write, result=result, now=now)

    def _found(self, tx: Tx, *, write: StoredWrite, found: Found, now: datetime) -> bool:
        if found.ref in _taken(tx, write):
            result = Inconclusive("What was found belongs to another write of ours.", (found.ref,))
            return self._unknown(tx, write=write, result=result, now=now)
        state, facts = confirmation(write, _as_sent(found))
        self._senders.settled(tx, write, Settled(state, now, ref=found.ref))
        why = ". ".join(filter(None, (f"found at the vendor as {found.ref}", facts["error"])))
        outbox.move(tx, write, state, actor=SYSTEM, now=now, why=why, facts=facts)
        lanes.clear(tx, write.connection, write.kind)
        return True

    def _absent(self, tx: Tx, *, write: StoredWrite, evidence: str, now: datetime) -> bool:
        self._senders.settled(tx, write, Settled(write.when_absent, now))
        # A vendor that takes nothing while it can be read is asked ever more seldom, too.
        again = write.standing.attempt - 1
        next_at = now + timedelta(seconds=self._policy.wait_s(again)) if again > 0 else None
        facts = {"sent_at": None, "next_at": next_at, "error": None, "error_code": None, "hint": None}
        why = f"proven absent: {evidence}"
        outbox.move(tx, write, write.when_absent, actor=SYSTEM, now=now, why=why, facts=facts)
        lanes.clear(tx, write.connection, write.kind)
        return True

    def _later(self, tx: Tx, *, write: StoredWrite, at: datetime, why: str) -> bool:
        outbox.note(tx, write, next_at=at, error=f"Not found yet ({why}); that proves nothing so soon.")
        return False

    def _unknown(self, tx: Tx, *, write: StoredWrite, result: Inconclusive, now: datetime) -> bool:
        asked = write.asked + 1
        usual = now + timedelta(seconds=self._policy.ask_s(asked))
        hint = f"Look at the vendor, then `servicedesk writes resolve {write.id}`."
        outbox.note(
            tx,
            write,
            asked=asked,
            next_at=max(usual, result.ask_again_at or usual),
            candidates=result.candidates,
            error=result.reason,
            hint=hint,
        )
        return False


def _taken(tx: Tx, write: StoredWrite) -> frozenset[str]:
    """Return the ids that are other writes' own; a record that is changed belongs to every write that changes it."""
    return outbox.taken_refs(tx, write) if write.target is None else frozenset()


def _as_sent(found: Found) -> Sent:
    """Return what was found as if the vendor had answered."""
    revision = found.record.revision if found.record else None
    return Sent(found.ref, record=found.record, refused=found.refused, revision=revision)
