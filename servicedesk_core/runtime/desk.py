"""The desk: puts configuration, store, plugins and sync together for a program."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Collection, Mapping
from contextlib import AsyncExitStack
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, Self, TypedDict, TypeVar, Unpack

from sqlalchemy import Connection as Tx

from servicedesk_core.clock import SystemClock
from servicedesk_core.config import (
    DEFAULT_FILE,
    DeskSettings,
    Secrets,
    SecretSource,
    load_settings,
    parse_settings,
    store_url,
)
from servicedesk_core.config.values import did_you_mean
from servicedesk_core.errors import ServiceDeskError, SettingsError, StoreError
from servicedesk_core.hooks import Change
from servicedesk_core.host import Host, OpenConnection
from servicedesk_core.ports import BudgetUse, Clock
from servicedesk_core.redaction import Redactor
from servicedesk_core.reports.desk import DeskReport
from servicedesk_core.reports.desk import build as build_desk_report
from servicedesk_core.runtime import exporting, status
from servicedesk_core.runtime.auditing import AuditTrail
from servicedesk_core.runtime.checking import ConnectionCheck, ConnectionInfo, checked
from servicedesk_core.runtime.claims import Claims
from servicedesk_core.runtime.feed import follow
from servicedesk_core.runtime.files import replacing
from servicedesk_core.runtime.health import Health, health
from servicedesk_core.runtime.jobs.running import JobOutcome, run_job
from servicedesk_core.runtime.jobs.standing import JobStanding, standing
from servicedesk_core.runtime.problem import Problem
from servicedesk_core.runtime.quarantine import Quarantine, RetryOutcome
from servicedesk_core.runtime.setup import WORDS, Vocabulary, vocabulary
from servicedesk_core.runtime.syncing import PlanOutcome, SyncArguments, SyncOutcome, engine_view, options_of
from servicedesk_core.runtime.ticket_acts import DeskTickets
from servicedesk_core.runtime.warranty import Warranty
from servicedesk_core.runtime.writes import Writes
from servicedesk_core.store import Store, changes
from servicedesk_core.store.budgets import StoreLedger
from servicedesk_core.store.queries.scope import Scope
from servicedesk_core.store.schema import SCHEMA_VERSION
from servicedesk_core.store.state import StoreState
from servicedesk_core.store.store import Migrate
from servicedesk_core.sync.connection import Connection
from servicedesk_core.sync.engine import SyncEngine
from servicedesk_core.sync.estimate import SyncPlan
from servicedesk_core.sync.report import ProgressCallback, SyncReport

T = TypeVar("T")


class DeskOptions(TypedDict, total=False):
    """What :class:`ServiceDesk` may be given beside its settings; explained there."""

    store: Store | str | None
    secrets: SecretSource | None
    redactor: Redactor | None
    clock: Clock | None
    read_only: bool
    migrate: Migrate


class ServiceDesk:
    """A desk. Use it as an async context manager.

    It keeps no global state, prints nothing and configures no logging: several desks can be open in one process. Every
    call can be cancelled; what was committed stays.

    Args:
        settings: The configuration, or a mapping with the keys of the file.
        store: An open store, which stays open, or the URL of one; ``None`` = the one that the settings name.
        secrets: Resolves secret references before anything else does: gets the whole reference, returns the value or
            ``None``.
        redactor: Learns the secrets, so that a program can redact its own logs.
        clock: Where the time comes from.
        read_only: Never write, create or migrate the store.
        migrate: What to do with a store of an older schema; see :meth:`servicedesk_core.store.Store.open`.
    """

    def __init__(
        self,
        settings: DeskSettings | Mapping[str, Any],
        *,
        store: Store | str | None = None,
        secrets: SecretSource | None = None,
        redactor: Redactor | None = None,
        clock: Clock | None = None,
        read_only: bool = False,
        migrate: Migrate = "auto",
    ) -> None:
        self.settings = settings if isinstance(settings, DeskSettings) else parse_settings(settings)
        self.redactor = redactor or Redactor()
        self._clock = clock or SystemClock()
        self._wanted = store
        self._secrets = Secrets(source=secrets, directory=self.settings.directory, on_resolved=self.redactor.register)
        self._read_only = read_only
        self._migrate: Migrate = migrate
        self._stack: AsyncExitStack | None = None

    @classmethod
    def open(cls, path: Path | str = DEFAULT_FILE, **options: Unpack[DeskOptions]) -> Self:
        """Return the desk that a configuration file describes, to be used as an async context manager.

        Args:
            path: The file.
            options: See the class.

        Raises:
            SettingsError: The file is missing or wrong; all problems at once.
        """
        return cls(load_settings(path), **options)

    @classmethod
    def migrate(cls, path: Path | str = DEFAULT_FILE, *, secrets: SecretSource | None = None) -> int:
        """Make the store, or bring it to this program's schema; one process does it at a time. Blocks.

        Call it once where a program is deployed, and open the desks of its workers with ``migrate="never"``.

        Args:
            path: The configuration.
            secrets: See the class.

        Returns:
            The version of the schema.

        Raises:
            StoreVersionError: The store is newer, or another process has it open.
            StoreFullError: There is no room for the backup.
        """
        settings = load_settings(path)
        url = store_url(settings, Secrets(source=secrets, directory=settings.directory))
        with Store.open(url, clock=SystemClock(), migrate="always"):
            return SCHEMA_VERSION

    async def __aenter__(self) -> Self:
        async with AsyncExitStack() as stack:
            self._store = await self._open_store(stack)
            ledger = StoreLedger(self._store)
            stack.push_async_callback(ledger.aclose)
            host = Host(
                self.settings,
                store=self._store,
                clock=self._clock,
                ledger=ledger,
                redactor=self.redactor,
                secrets=self._secrets,
            )
            self._host = await stack.enter_async_context(host)
            self.writes = Writes(self._store, self._clock, self.settings, host.open)
            self.claims = Claims(self._store, self._clock, self.settings, host, self.writes)
            self.tickets = DeskTickets(self._store, self.writes)
            self.warranty = Warranty(self._store, self._clock, self.settings, host, self.writes)
            self.audit = AuditTrail(self._store, self._clock)
            self.quarantine = Quarantine(self._store)
            self._stack = stack.pop_all()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Close connections and store; a second call does nothing."""
        stack, self._stack = self._stack, None
        if stack is not None:
            await stack.aclose()

    @property
    def store(self) -> Store:
        """The desk's own database; private to the core, like the room it belongs to."""
        return self._store

    @property
    def clock(self) -> Clock:
        """Where the time comes from."""
        return self._clock

    @property
    def secrets(self) -> Secrets:
        """Resolves secret references."""
        return self._secrets

    async def disconnect(self, connection: str) -> None:
        """Close a connection, if it is open; the next use opens it again, with secrets as they are then.

        Args:
            connection: Its name.
        """
        await self._host.close(connection)

    async def _open_store(self, stack: AsyncExitStack) -> Store:
        if isinstance(self._wanted, Store):
            return self._wanted
        url = self._wanted or store_url(self.settings, self._secrets)
        opening = partial(Store.open, url, clock=self._clock, migrate=self._migrate, read_only=self._read_only)
        store = await asyncio.to_thread(opening)
        stack.push_async_callback(store.aclose)
        return store

    async def sync(self, connection: str | None = None, **arguments: Unpack[SyncArguments]) -> SyncReport:
        """Bring the store up to date with one connection's vendor. Only reads there.

        A stream that fails is in the report, and the others go on. Cancelling leaves a clean checkpoint.

        Args:
            connection: Its name; may be left out when there is only one.
            arguments: See :class:`servicedesk_core.runtime.syncing.SyncArguments`.

        Raises:
            ConfigurationError: Settings, secrets or plugin of the connection cannot be used, or its tenant changed.
            AuthenticationError: The vendor rejected the credentials; the connection is stopped until it is tested.
            ConnectorError: The vendor could not be asked at all.
            LeaseError: Another process syncs this connection.
            StoreError: The store cannot be used.
        """
        opened = await self._host.open(self._one(connection))
        engine = self._engine(arguments.get("progress"))
        return await engine.run(await self._view(opened), options_of(arguments))

    async def sync_all(
        self, connections: Collection[str] = (), **arguments: Unpack[SyncArguments]
    ) -> tuple[SyncOutcome, ...]:
        """Sync several connections, one after the other; one that fails leaves the others alone.

        Args:
            connections: Their names; empty = all that hold records, which those of manufacturers do not.
            arguments: See :meth:`sync`.

        Raises:
            SettingsError: A name is no connection, or there is none with records.
            StoreError: The store cannot be used.
        """
        return tuple(
            [
                SyncOutcome(*one)
                async for one in self._each(self._synced(connections), lambda name: self.sync(name, **arguments))
            ]
        )

    async def plan(self, connection: str | None = None, *, streams: Collection[str] = ()) -> SyncPlan:
        """Say what a first sync would cost in requests, hours and disk. Counts only: nothing is pulled or stored.

        Args:
            connection: Its name; may be left out when there is only one.
            streams: Only these; empty = all that the configuration asks for.

        Raises:
            ServiceDeskError: The connection cannot be used, as for :meth:`sync`.
        """
        opened = await self._host.open(self._one(connection))
        view = await self._view(opened, remember=False)
        policy = opened.http.budget

        async def accounted(use: BudgetUse | None) -> BudgetUse | None:
            if use is None or not opened.http.accounts:
                return use
            key = opened.http.accounts[0]
            await self._host.ledger.correct(key, use)
            return await self._host.ledger.use(key, policy)

        return await self._engine().plan(view, streams=tuple(streams), policy=policy, accounted=accounted)

    async def plan_all(
        self, connections: Collection[str] = (), *, streams: Collection[str] = ()
    ) -> tuple[PlanOutcome, ...]:
        """Plan several connections; a failure is part of the answer.

        Args:
            connections: Their names; empty = all that hold records.
            streams: Only these; empty = all that the configuration asks for.
        """
        return tuple(
            [
                PlanOutcome(*one)
                async for one in self._each(self._synced(connections), lambda name: self.plan(name, streams=streams))
            ]
        )

    async def remap(
        self,
        connection: str | None = None,
        *,
        streams: Collection[str] = (),
        progress: ProgressCallback | None = None,
    ) -> SyncReport:
        """Map the stored payloads of a connection again, after a mapping or a plugin changed. Needs no network.

        Args:
            connection: Its name; may be left out when there is only one.
            streams: Only these; empty = all that the configuration asks for.
            progress: Told after each commit.

        Raises:
            ConfigurationError: Settings, secrets or plugin of the connection cannot be used.
            LeaseHeldError: The connection is being pulled now.
            NotFoundLocallyError: The store holds nothing of it.
        """
        name = self._one(connection)
        await self._host.close(name)
        opened = await self._host.open(name, offline=True)
        try:
            view = await self._view(opened)
            return await self._engine(progress).remap(view, tuple(streams))
        finally:
            await self._host.close(name)

    async def remap_all(
        self,
        connections: Collection[str] = (),
        *,
        streams: Collection[str] = (),
        progress: ProgressCallback | None = None,
    ) -> tuple[SyncOutcome, ...]:
        """Remap several connections; one that fails leaves the others alone.

        Args:
            connections: Their names; empty = all.
            streams: See :meth:`remap`.
            progress: See :meth:`remap`.
        """
        again = partial(self.remap, streams=streams, progress=progress)
        return tuple([SyncOutcome(*one) async for one in self._each(connections, again)])

    async def retry_quarantine(
        self, numbers: Collection[int] = (), *, connection: str | None = None, stream: str | None = None
    ) -> RetryOutcome:
        """Try quarantined records again: from the vendor where it gives single records, else from their payload.

        Args:
            numbers: Which; empty = all that match.
            connection: Only of this connection.
            stream: Only of this stream.

        Raises:
            NotFoundLocallyError: A number is not in the quarantine.
            ServiceDeskError: A connection cannot be used, as for :meth:`sync`.
        """
        chosen = await self.quarantine.chosen(numbers, connection=connection, stream=stream)
        for name, ids in chosen.items():
            opened = await self._host.open(self._one(name))
            await self._engine().retry_quarantine(await self._view(opened), ids)
        asked = {number for ids in chosen.values() for number in ids}
        kept = await self.quarantine.still_there(asked)
        return RetryOutcome(released=len(asked) - kept, kept=kept)

    async def _view(self, opened: OpenConnection, *, remember: bool = True) -> Connection:
        state = StoreState(self._store, opened.source.id)
        return await engine_view(opened, self.settings, self._clock, state, remember=remember)

    def _engine(self, progress: ProgressCallback | None = None) -> SyncEngine:
        return SyncEngine(
            self._store,
            clock=self._clock,
            announcer=self._host.announce,
            progress=progress,
            keep_changes=timedelta(days=self.settings.desk.keep_changes_days),
        )

    async def check(self, connection: str | None = None) -> ConnectionCheck:
        """Ask a vendor, harmlessly, what a connection can see; success frees a connection that was stopped.

        Args:
            connection: Its name; may be left out when there is only one.

        Raises:
            ServiceDeskError: The connection cannot be used, as for :meth:`sync`.
        """
        return checked(await self._host.test(self._one(connection)))

    async def check_all(self, connections: Collection[str] = ()) -> tuple[ConnectionCheck, ...]:
        """Test several connections; a failure is part of the answer.

        Args:
            connections: Their names; empty = all.
        """
        return tuple(
            [
                check or ConnectionCheck(name, error=problem)
                async for name, check, problem in self._each(connections, self.check)
            ]
        )

    async def jobs(self) -> tuple[JobStanding, ...]:
        """Return the jobs of the desk, when they are due and how they ended."""
        return await self._store.read(
            partial(standing, settings=self.settings, now=self._clock.now(), unread=self.unread)
        )

    @property
    def unread(self) -> tuple[str, ...]:
        """Names of the connections that hold no records, such as manufacturers: nothing is pulled from them."""
        return self._host.lacking("pull")

    async def run_jobs(self, name: str) -> tuple[JobOutcome, ...]:
        """Run a job now, or all jobs of a kind one after the other; what the schedule does is not affected.

        Args:
            name: ``sync:psa``, or ``sync`` for all connections.

        Raises:
            SettingsError: There is no such job.
            StoreError: The store cannot be used.
        """
        from servicedesk_core.runtime.jobs.registry import job_named  # noqa: PLC0415  # jobs stand on the desk

        return tuple([await run_job(self, job) for job in job_named(self.settings, name, self.unread)])

    async def health(self) -> Health:
        """Return how the desk is doing, without any text of a record: for monitoring."""
        return await self._store.read(partial(health, settings=self.settings, now=self._clock.now()))

    async def vocabulary(self, connection: str | None = None) -> Vocabulary:
        """Ask a vendor for the tenant's own words, and propose what they mean.

        Args:
            connection: Its name; may be left out when there is only one.

        Raises:
            ServiceDeskError: The connection cannot be used, as for :meth:`sync`.
        """
        opened = await self._host.open(self._one(connection))
        if not opened.calls.implements("describe_fields"):
            return Vocabulary()
        wanted = dict.fromkeys(stream for stream, _ in WORDS.values() if stream in opened.streams)
        return vocabulary({stream: await opened.calls.describe_fields(stream) for stream in wanted})

    async def connections(self, *, scope: Scope | None = None) -> tuple[ConnectionInfo, ...]:
        """Return the configured connections with what the store knows of them.

        Args:
            scope: Only its connection.
        """
        found = await self._store.read(partial(status.connections, settings=self.settings))
        return found if scope is None else tuple(one for one in found if one.name == scope.connection)

    async def status(self, *, scope: Scope | None = None) -> status.DeskStatus:
        """Return the state of the desk's data and jobs, from the store alone.

        Args:
            scope: Only how complete and fresh its own records are.
        """
        now = self._clock.now()

        def look(tx: Tx) -> status.DeskStatus:
            whole = status.status(tx, self.settings, store=self._store.name, now=now)
            return whole if scope is None else status.scoped(tx, whole, scope)

        return await self._store.read(look)

    def changes(
        self,
        since: int | None = None,
        *,
        consumer: str | None = None,
        entities: Collection[str] | None = None,
        include_backfill: bool = False,
        poll_s: float | None = None,
        scope: Scope | None = None,
    ) -> AsyncGenerator[Change, None]:
        """Iterate over what happened to records, in order: the durable changes feed.

        With ``consumer`` the position is kept in the store under that name and moves when the next change is asked
        for: after a crash changes come again, and none is lost.

        Args:
            since: Position to begin after; ``None`` = the consumer's own, or the beginning.
            consumer: Name that the position is kept under.
            entities: Only these streams.
            include_backfill: Also what a backfill or a remap brought.
            poll_s: Wait for more and look so often; ``None`` = end when there is nothing more.
            scope: Only changes of records that it lets through now.
        """
        return follow(
            self._store,
            self._clock,
            since=since,
            consumer=consumer,
            entities=entities,
            include_backfill=include_backfill,
            poll_s=poll_s,
            scope=scope,
        )

    async def forget_consumer(self, consumer: str) -> bool:
        """Forget a consumer of the changes feed, so that nothing is kept for it any more.

        Args:
            consumer: Its name; when it comes back it begins with the oldest entry that is still there.

        Returns:
            Whether there was one.
        """
        return await self._store.write(partial(changes.forget_consumer, consumer=consumer))

    async def report_desk(
        self, now: datetime | None = None, *, connection: str | None = None, scope: Scope | None = None
    ) -> DeskReport:
        """Build the desk page from the store: what is open, what needs a look, how far the data can be trusted.

        Args:
            now: The instant that ages and dues are measured against; ``None`` = the present.
            connection: Only this connection.
            scope: Only what it lets through.

        Raises:
            NotFoundLocallyError: The store knows no such connection.
        """
        chosen = partial(
            build_desk_report,
            scope=scope,
            desk=self.settings.desk.name,
            timezone=self.settings.desk.timezone,
            now=now or self._clock.now(),
            connection=connection,
        )
        return await self._store.read(chosen)

    async def export(
        self,
        stream: str,
        target: Path | BinaryIO,
        *,
        file_format: exporting.Format = "csv",
        connection: str | None = None,
        verbatim: bool = False,
        scope: Scope | None = None,
    ) -> int:
        """Write all live records of a stream, in one consistent snapshot.

        Args:
            stream: Name of the stream.
            target: A path, where the file appears when it is complete, or an open binary file.
            file_format: ``csv`` or ``jsonl``.
            connection: Only of this connection.
            verbatim: In CSV, leave text alone that a spreadsheet would run as a formula; by default it gets an
                apostrophe before it.
            scope: Only records that it lets through, without references that lead out of it.

        Returns:
            How many records were written.

        Raises:
            SettingsError: There is no such stream, or the file cannot be written.
            NotFoundLocallyError: The stream holds nothing that could belong to the scope.
        """
        exporting.check_stream(stream)

        def write(file: BinaryIO) -> Callable[[Any], int]:
            return lambda tx: exporting.export(
                tx, file, stream, file_format=file_format, connection=connection, verbatim=verbatim, scope=scope
            )

        if not isinstance(target, Path):
            return await self._store.read(write(target))
        with replacing(target) as file:
            return await self._store.read(write(file))

    async def _each(
        self, names: Collection[str], work: Callable[[str], Awaitable[T]]
    ) -> AsyncGenerator[tuple[str, T | None, Problem | None], None]:
        """Do something with several connections, one after the other; one that fails leaves the others alone."""
        for name in self._several(names):
            try:
                yield name, await work(name), None
            except StoreError:
                raise
            except ServiceDeskError as error:
                yield name, None, Problem.of(error)

    def _synced(self, names: Collection[str]) -> tuple[str, ...]:
        several = self._several(names)
        without = () if names else self.unread
        if left := tuple(name for name in several if name not in without):
            return left
        raise SettingsError(
            f"{self.settings.where} has no connection with records: manufacturers hold none.",
            hint="Add one of a PSA or of a file.",
        )

    def _several(self, names: Collection[str]) -> tuple[str, ...]:
        for name in names:
            self._one(name)
        if not self.settings.connections:
            raise SettingsError(
                f"{self.settings.where} has no connection.", hint='Add one, or make a new file with "servicedesk init".'
            )
        return tuple(names) or tuple(self.settings.connections)

    def _one(self, name: str | None) -> str:
        known = self.settings.connections
        if name is None:
            if len(known) == 1:
                return next(iter(known))
            listed = ", ".join(known) or "none"
            raise SettingsError(f"Which connection? Configured: {listed}.", hint="Name one of them.")
        if name not in known:
            raise SettingsError(
                f'There is no connection "{name}".{did_you_mean(name, known)} Configured: {", ".join(known)}.',
                hint="Name one of them, or add it to the configuration.",
            )
        return name
