"""Sending what is approved, over every connection that has something to do."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Collection, Sequence
from functools import partial

from servicedesk_core.config import DeskSettings
from servicedesk_core.config.choosing import connection_of
from servicedesk_core.domain.writing import WriteState
from servicedesk_core.errors import LeaseHeldError, ServiceDeskError, SettingsError, StoreError
from servicedesk_core.outbox import lanes, limits
from servicedesk_core.outbox.grants import note_grants
from servicedesk_core.outbox.lanes import Permit
from servicedesk_core.outbox.outcomes import SendOutcome
from servicedesk_core.outbox.policy import WritePolicy
from servicedesk_core.outbox.progress import WriteConnection
from servicedesk_core.outbox.runner import OutboxRunner
from servicedesk_core.outbox.senders import Senders
from servicedesk_core.outbox.standing import StandingApprovals
from servicedesk_core.plugins.connection import OpenConnection
from servicedesk_core.ports import Clock
from servicedesk_core.problem import Problem
from servicedesk_core.store import Store, Tx, audit, outbox

LOOK_EVERY_S = 0.1
ANOTHER_SENDER_S = 60.0
"""How long somebody waits for another process that sends over the same connection."""


class Sending:
    """Sends the writes of a desk, one connection after the other.

    Args:
        store: The desk's store.
        clock: The time.
        settings: The configuration, which grants.
        opener: Opens a connection.
        senders: Who carries which kind.
        actor: Whose process it is.
        standing: The standing approvals of the desk.

    Attributes:
        policy: How much, how long, how often.
    """

    def __init__(
        self,
        store: Store,
        clock: Clock,
        settings: DeskSettings,
        opener: Callable[[str], Awaitable[OpenConnection]],
        senders: Senders,
        *,
        actor: str,
        standing: StandingApprovals,
    ) -> None:
        self._store = store
        self._clock = clock
        self._settings = settings
        self._opener = opener
        self._actor = actor
        self._standing = standing
        self.senders = senders
        self.policy = WritePolicy.of(settings.writes)

    async def run(
        self, connection: str | None = None, *, only: Collection[int] = (), allow: int = 0
    ) -> tuple[SendOutcome, ...]:
        """Settle doubts, send what is approved, and read back what was confirmed.

        What waited for a write that its vendor got meanwhile goes with it, whatever the order of the connections.

        Args:
            connection: Only over this one; ``None`` = over all that have something to do.
            only: Send only these.
            allow: Let so many more go after sending stopped and asked; counting begins anew.

        Raises:
            SettingsError: There is no such connection.
            StoreError: The store cannot be used.
        """
        if connection is None:
            names = await self._store.read(partial(outbox.connections_at_work, only=tuple(only)))
        else:
            connection_of(self._settings, connection)
            names = [connection]
        outcomes = []
        for name in names:
            if name not in self._settings.connections:
                problem = SettingsError(f'There is no connection "{name}" any more.', hint="Discard its writes.")
                outcomes.append(SendOutcome(name, error=Problem.of(problem)))
                continue
            if allow:
                await self._store.write(lambda tx, name=name: self._allow(tx, name, allow))  # type: ignore[misc]
            outcomes.append(await self._run_one(name, only))
        if connection is None:
            freed = await self._store.read(partial(outbox.connections_freed, only=tuple(only)))
            outcomes += [await self._run_one(name, only) for name in freed if name in self._settings.connections]
        return tuple(outcomes)

    async def send(self, numbers: Sequence[int], *, agreed: bool = False) -> None:
        """Send some writes, and keep with those that could not even begin why they could not.

        Args:
            numbers: Which.
            agreed: Whether somebody was shown all of them and agreed: then sending does not stop among them to ask.
        """
        if agreed:
            await self._store.write(partial(self._make_room, numbers))
        problems = {outcome.connection: outcome.error for outcome in await self.run(only=numbers)}

        def work(tx: Tx) -> None:
            for write in (outbox.get(tx, number) for number in numbers):
                problem = problems.get(write.connection)
                if problem is not None and write.state is WriteState.QUEUED:
                    outbox.note(tx, write, error_code=problem.code, error=problem.message, hint=problem.hint)

        if any(problems.values()):
            await self._store.write(work)

    async def _run_one(self, name: str, only: Collection[int]) -> SendOutcome:
        try:
            opened = await self._opener(name)
            grants = frozenset(connection_of(self._settings, name).writes)
            await self._store.write(lambda tx: note_grants(tx, name, grants, actor=self._actor, now=self._clock.now()))
            to = WriteConnection(name, opened.calls, grants)
            runner = OutboxRunner(self._store, self._clock, self.senders, to, self.policy, self._standing)
            return await self._patiently(runner, only)
        except StoreError:
            raise
        except ServiceDeskError as error:
            return SendOutcome(name, error=Problem.of(error))

    async def _patiently(self, runner: OutboxRunner, only: Collection[int]) -> SendOutcome:
        """Run; when another process sends already, wait until it has done what is wanted here."""
        for _ in range(round(ANOTHER_SENDER_S / LOOK_EVERY_S)):
            try:
                return await runner.run(only)
            except LeaseHeldError:
                if not only:
                    raise
                await asyncio.sleep(LOOK_EVERY_S)
        return await runner.run(only)

    def _make_room(self, numbers: Sequence[int], tx: Tx) -> None:
        """Let writes go of which there are more than may go before sending stops and asks."""
        for name, count in Counter(outbox.get(tx, number).connection for number in numbers).items():
            if limits.left(tx, name, self.policy, self._clock.now()) < count:
                self._allow(tx, name, count)

    def _allow(self, tx: Tx, connection: str, count: int) -> None:
        now = self._clock.now()
        lanes.allow(tx, connection, Permit(now, count, self._actor))
        audit.append(
            tx,
            at=now,
            actor=self._actor,
            action="writes.allowed",
            entity=f"connection:{connection}",
            after={"count": count},
        )
