"""The sync engine: runs connections against the store."""

import logging
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Final
from uuid import uuid4

from servicedesk_core.errors import AuthenticationError, LeaseError, ServiceDeskError
from servicedesk_core.garbage import collecting_seldom
from servicedesk_core.hooks.announced import SyncFinished
from servicedesk_core.hooks.capabilities import StreamCapability
from servicedesk_core.ports import BudgetPolicy, Clock
from servicedesk_core.store import Fence, Store, Tx, erased_people, leases, quarantine, runs, sources, state
from servicedesk_core.store.cancellation import or_undone
from servicedesk_core.store.holding import held
from servicedesk_core.store.quarantine import QuarantinedRecord
from servicedesk_core.store.sources import Source
from servicedesk_core.sync.announcing import announce_changes
from servicedesk_core.sync.connection import Announcer, Connection
from servicedesk_core.sync.deciding.choosing import capabilities_of, chosen
from servicedesk_core.sync.deciding.estimate import Accounted, SyncPlan, estimate
from servicedesk_core.sync.deciding.plan import ordered
from servicedesk_core.sync.guard import DEFAULT_GUARD, MassChangeGuard
from servicedesk_core.sync.hinted import Reread, read_hinted
from servicedesk_core.sync.mending.excluded_rows import purge
from servicedesk_core.sync.mending.offline import remap, retry
from servicedesk_core.sync.names import EVENTS
from servicedesk_core.sync.options import DEFAULT_LIMITS, DEFAULT_OPTIONS, Limits, SyncOptions
from servicedesk_core.sync.past import PastPlan, PastReport, past_capabilities, plan_past, read_past
from servicedesk_core.sync.pruning import prune
from servicedesk_core.sync.recording import begin, end_all, finish, put_on_record
from servicedesk_core.sync.rehearsal import rehearse
from servicedesk_core.sync.report import ProgressCallback, StreamReport, StreamState, SyncReport
from servicedesk_core.sync.run import Run, StreamRun, blocked
from servicedesk_core.sync.session import Session

_log = logging.getLogger("servicedesk.sync")

UNLIMITED: Final = BudgetPolicy()

UNKNOWN_SOURCE: Final = 0
"""Stands for a connection that the store does not know yet; no source has this number."""


class SyncEngine:
    """Pulls connections into the store.

    Args:
        store: The desk's store.
        clock: The time.
        announcer: Tells connectors and extensions what happened; ``None`` = nobody listens.
        progress: Told after each commit.
        guard: The mass-change guard.
        limits: Sizes and spans.
        keep_changes: How long the changes feed and the rows of finished runs are kept.
    """

    def __init__(
        self,
        store: Store,
        *,
        clock: Clock,
        announcer: Announcer | None = None,
        progress: ProgressCallback | None = None,
        guard: MassChangeGuard = DEFAULT_GUARD,
        limits: Limits = DEFAULT_LIMITS,
        keep_changes: timedelta = timedelta(days=90),
    ) -> None:
        self._store = store
        self._clock = clock
        self._announcer = announcer
        self._progress = progress
        self._guard = guard
        self._limits = limits
        self._keep_changes = keep_changes

    async def run(self, connection: Connection, options: SyncOptions = DEFAULT_OPTIONS) -> SyncReport:
        """Bring the store up to date with a connection's vendor.

        A stream that fails is reported and the others go on. Cancelling leaves a clean checkpoint: what was committed
        is kept, and the next run goes on from there.

        Args:
            connection: What to read.
            options: How.

        Raises:
            LeaseHeldError: Another process pulls this connection now.
            LeaseLostError: Another process took over.
            AuthenticationError: The vendor rejected the credentials, now or before; the connection is stopped for
                every process until it is tested.
            TenantMismatchError: The connection points at another tenant than before.
            ConnectorError: The vendor could not be asked who it is.
            StoreError: The store cannot be used.
        """
        capabilities = capabilities_of(connection)
        names = chosen(connection, options.streams, capabilities)
        connection.compare_clocks_anew()
        if options.dry_run:
            return await self._rehearse(connection, capabilities, names, options)
        async with held(self._store, leases.pulls_of(connection.name), self._limits.lease_ttl_s) as fence:
            source = await self._admit(connection, fence)
            run = await self._knowing(self._open(connection, capabilities, source.id, options, fence))
            await purge(run)
            report = await self._record(run, Session(run, names))
        await self._announce(report)
        await prune(self._store, self._clock.now() - self._keep_changes)
        return report

    async def plan(
        self,
        connection: Connection,
        *,
        streams: tuple[str, ...] = (),
        policy: BudgetPolicy = UNLIMITED,
        accounted: Accounted | None = None,
    ) -> SyncPlan:
        """Say what a first sync would cost; counts, but pulls and writes nothing.

        Args:
            connection: What would be read.
            streams: Only these; empty = all that are wanted.
            policy: What the vendor allows, and our share of it.
            accounted: Knows which of the vendor's counted requests were ours.

        Raises:
            ConnectorError: The vendor could not count.
        """
        capabilities = capabilities_of(connection)
        run = self._open(connection, capabilities, await self._known_as(connection), SyncOptions(), None)
        order = ordered(capabilities[name] for name in chosen(connection, streams, capabilities))
        per_record = await self._store.read(lambda tx: _measured(tx, connection.name))
        return await estimate(
            [run.stream(c.stream) for c in order], self._clock, policy, accounted, per_record=per_record
        )

    async def read_past(self, connection: Connection, since: datetime) -> PastReport:
        """Read the vendor's own history of older tickets, beside the runs that keep the store up to date.

        It may be stopped at any time, and goes on where it was. What it needs of the vendor's quota is what is left
        for old records.

        Args:
            connection: What to read.
            since: Of tickets that are open, or that changed since then.

        Raises:
            UnsupportedError: The connector reads no history of tickets.
            PermissionDeniedError: The vendor lets nobody ask about the tickets.
            LeaseHeldError: Another process reads it now.
            ServiceDeskError: The connection cannot be used, as for :meth:`run`.
        """
        capabilities = past_capabilities(connection)
        connection.compare_clocks_anew()
        async with held(self._store, leases.histories_of(connection.name), self._limits.lease_ttl_s) as fence:
            source = await self._admit(connection, fence)
            run = await self._knowing(self._open(connection, capabilities, source.id, SyncOptions(), fence))
            try:
                return await read_past(run, since)
            except AuthenticationError as error:
                await self._block(source.id, error)
                raise

    async def plan_past(self, connection: Connection, since: datetime, policy: BudgetPolicy = UNLIMITED) -> PastPlan:
        """Say what :meth:`read_past` would take. Looks into the store alone.

        Raises:
            UnsupportedError: The connector reads no history of tickets.
        """
        capabilities = past_capabilities(connection)
        run = self._open(connection, capabilities, await self._known_as(connection), SyncOptions(), None)
        return await plan_past(run, since, policy)

    async def remap(self, connection: Connection, streams: tuple[str, ...] = ()) -> SyncReport:
        """Build stored rows again from their payloads by the present mapping, without network and notifications.

        Args:
            connection: Whose rows; its connector needs to be open for mapping only.
            streams: Only these; empty = all that are wanted.

        Raises:
            LeaseHeldError: The connection is being pulled now.
            NotFoundLocallyError: The store holds nothing of the connection.
            StoreError: The store cannot be used.
        """
        capabilities = capabilities_of(connection)
        if connection.calls.implements("fetch_history") and EVENTS not in connection.exclusions.streams:
            capabilities = {**capabilities, EVENTS: capabilities.get(EVENTS) or StreamCapability(EVENTS)}
        names = chosen(connection, streams, capabilities)
        async with self._offline(connection, capabilities) as run:
            return await self._record(run, Session(run, names, each=remap))

    async def retry_quarantine(self, connection: Connection, ids: Sequence[int] = ()) -> SyncReport:
        """Try quarantined records of a connection again, from the vendor or from their payloads.

        Args:
            connection: Whose records.
            ids: Numbers in the quarantine; empty = all of the connection.

        Raises:
            LeaseHeldError: The connection is being pulled now.
            NotFoundLocallyError: A number is not in the quarantine.
            ConnectorError: The vendor could not be asked.
        """
        capabilities = capabilities_of(connection)
        async with self._offline(connection, capabilities) as run:
            rows = await self._store.read(lambda tx: _quarantined(tx, run.source_id, connection.name, ids))
            names = tuple(dict.fromkeys(row.stream for row in rows if row.stream in capabilities))

            async def again(stream: StreamRun) -> None:
                await retry(stream, [row for row in rows if row.stream == stream.stream])

            return await self._record(run, Session(run, names, each=again))

    async def read_again(self, connection: Connection, hinted: Mapping[str, Mapping[str, bool]]) -> Reread:
        """Read single records that the vendor, or somebody, says are worth reading; the next run reads the rest.

        Args:
            connection: Whose records.
            hinted: By stream, the ids, and whether something else says already that the record is deleted.

        Raises:
            LeaseHeldError: The connection is being pulled now.
            ServiceDeskError: The connection cannot be used, as for :meth:`run`.
        """
        capabilities = capabilities_of(connection)
        connection.compare_clocks_anew()
        async with held(self._store, leases.pulls_of(connection.name), self._limits.lease_ttl_s) as fence:
            source = await self._admit(connection, fence)
            run = await self._knowing(self._open(connection, capabilities, source.id, SyncOptions(), fence))
            try:
                found = await read_hinted(run, hinted)
            except AuthenticationError as error:
                await self._block(source.id, error)
                raise
        if self._announcer is not None:
            await announce_changes(self._store, self._clock, self._announcer)
        return found

    @asynccontextmanager
    async def _offline(self, connection: Connection, capabilities: dict[str, StreamCapability]) -> AsyncIterator[Run]:
        connection.compare_clocks_anew()
        source = await self._store.read(lambda tx: sources.get(tx, connection.name))
        async with held(self._store, leases.pulls_of(connection.name), self._limits.lease_ttl_s) as fence:
            yield await self._knowing(self._open(connection, capabilities, source.id, SyncOptions(), fence))

    async def _rehearse(
        self,
        connection: Connection,
        capabilities: dict[str, StreamCapability],
        names: tuple[str, ...],
        options: SyncOptions,
    ) -> SyncReport:
        source_id = await self._known_as(connection)
        session = Session(self._open(connection, capabilities, source_id, options, None), names, each=rehearse)
        started_at = self._clock.now()
        await session.read()
        return SyncReport(
            "",
            connection.name,
            started_at,
            self._clock.now(),
            session.reports,
            dry_run=True,
            clock_ahead_s=connection.clock_ahead_s,
        )

    async def _known_as(self, connection: Connection) -> int:
        """Return the number of a connection in the store, as far as the store knows it."""
        known = await self._store.read(sources.all)
        return next((source.id for source in known if source.name == connection.name), UNKNOWN_SOURCE)

    async def _knowing(self, run: Run) -> Run:
        """Return a run that knows who was erased."""
        erased = await self._store.read(partial(erased_people.load, source_id=run.source_id))
        return replace(run, erased=erased)

    def _open(
        self,
        connection: Connection,
        capabilities: dict[str, StreamCapability],
        source_id: int,
        options: SyncOptions,
        fence: Fence | None,
    ) -> Run:
        return Run(
            store=self._store,
            clock=self._clock,
            connection=connection,
            capabilities=capabilities,
            source_id=source_id,
            fence=fence,
            options=options,
            limits=self._limits,
            guard=self._guard,
            progress=self._progress,
        )

    async def _admit(self, connection: Connection, fence: Fence) -> Source:
        """Make sure that the connection may be used and still points at the same tenant."""
        now = self._clock.now()
        source = await self._store.write(
            lambda tx: sources.ensure(tx, connection.name, connection.connector, connection.environment, now),
            fence=fence,
        )
        if source.blocked_reason is not None:
            raise blocked(connection.name, source.blocked_reason)
        try:
            identity = await connection.calls.vendor_identity()
        except AuthenticationError as error:
            await self._block(source.id, error)
            raise
        return await self._store.write(lambda tx: sources.remember_identity(tx, source, identity), fence=fence)

    async def _block(self, source_id: int, error: AuthenticationError) -> None:
        now = self._clock.now()
        await self._store.write(lambda tx: sources.block(tx, source_id, error.message, now))

    async def _record(self, run: Run, session: Session) -> SyncReport:
        """Run a session and leave a row for each stream, however it ends."""
        run_id, started_at = uuid4().hex, self._clock.now()

        async def stopped(rows: list[int]) -> None:
            end_all(session.reports, StreamState.INTERRUPTED)
            await self._finish_rows(rows, session.reports, run_id, run)

        beginning = run.write(lambda tx: begin(tx, run.source_id, run_id, session.reports, started_at))
        rows = await or_undone(beginning, stopped)
        try:
            with collecting_seldom:
                await session.read()
        except ServiceDeskError as error:
            end_all(session.reports, StreamState.FAILED, error)
            if isinstance(error, AuthenticationError):
                await self._block(run.source_id, error)
            raise
        except BaseException:
            end_all(session.reports, StreamState.INTERRUPTED)
            raise
        finally:
            await self._finish_rows(rows, session.reports, run_id, run)
        return SyncReport(
            run_id,
            run.connection.name,
            started_at,
            self._clock.now(),
            session.reports,
            clock_ahead_s=run.connection.clock_ahead_s,
        )

    async def _finish_rows(self, rows: list[int], reports: tuple[StreamReport, ...], run_id: str, run: Run) -> None:
        now, ahead_s = self._clock.now(), run.connection.clock_ahead_s

        def work(tx: Tx) -> None:
            finish(tx, rows, reports, now)
            put_on_record(tx, reports, run_id, run.connection.name, now)
            if ahead_s is not None:
                with suppress(LeaseError):  # whoever has overtaken this run notes its own
                    if run.fence is not None:
                        leases.verify(tx, run.fence)
                    state.put(tx, run.source_id, state.CLOCK_AHEAD, ahead_s, now)

        try:
            await self._store.write(work)
        except ServiceDeskError as error:  # a full disk must not hide what went wrong before
            _log.warning("the end of the run could not be noted: %s", error.code)

    async def _announce(self, report: SyncReport) -> None:
        if self._announcer is None:
            return
        await announce_changes(self._store, self._clock, self._announcer)
        self._announcer.on_sync_finished(
            SyncFinished(report.connection, tuple(s.stream for s in report.streams), report.failed, report.finished_at)
        )


def _measured(tx: Tx, connection: str) -> dict[str, float]:
    known = next((source.id for source in sources.all(tx) if source.name == connection), UNKNOWN_SOURCE)
    return runs.requests_per_record(tx, known)


def _quarantined(tx: Tx, source_id: int, connection: str, ids: Sequence[int]) -> list[QuarantinedRecord]:
    if not ids:
        return list(quarantine.each(tx, source_id))
    return [row for row in (quarantine.get(tx, number) for number in ids) if row.connection == connection]
