"""What all parts of one run share."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TypeVar

from servicedesk_core.domain.streams import reference_to
from servicedesk_core.errors import AuthenticationError
from servicedesk_core.hooks.capabilities import StreamCapability
from servicedesk_core.hooks.pulling import PullMode, PullRequest
from servicedesk_core.ports import Clock
from servicedesk_core.store import Fence, Store, sources
from servicedesk_core.store.children import Kinship
from servicedesk_core.store.erased_people import NOBODY, ErasedPeople
from servicedesk_core.store.passes import PassKey
from servicedesk_core.store.store import Work
from servicedesk_core.sync.connection import Connection
from servicedesk_core.sync.guard import DEFAULT_GUARD, MassChangeGuard
from servicedesk_core.sync.landing.prepared import Landed
from servicedesk_core.sync.landing.storing import Landing
from servicedesk_core.sync.options import DEFAULT_LIMITS, DEFAULT_OPTIONS, Limits, SyncOptions
from servicedesk_core.sync.report import ProgressCallback, StreamReport
from servicedesk_core.sync.scope_hash import scope_hash

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Run:
    """One run of one connection.

    Attributes:
        store: The desk's store.
        clock: The time.
        connection: What is read.
        capabilities: What its connector can do, by stream.
        source_id: The connection in the store.
        fence: The run's lease; verified in every transaction.
        options: What the run was asked to do.
        limits: Sizes and spans.
        guard: The mass-change guard.
        progress: Told after each commit.
        erased: People who were erased.
    """

    store: Store
    clock: Clock
    connection: Connection
    capabilities: dict[str, StreamCapability]
    source_id: int
    fence: Fence | None
    options: SyncOptions = DEFAULT_OPTIONS
    limits: Limits = DEFAULT_LIMITS
    guard: MassChangeGuard = DEFAULT_GUARD
    progress: ProgressCallback | None = None
    erased: ErasedPeople = NOBODY

    async def write(self, work: Work[T]) -> T:
        """Run a transaction that only the holder of the lease may commit."""
        return await self.store.write(work, fence=self.fence)

    def vendor_told(self) -> datetime | None:
        """Return the present instant by the vendor's clock; ``None`` while the vendor has not told it."""
        return None if self.connection.vendor_time is None else self.connection.vendor_time.now()

    def vendor_now(self) -> datetime:
        """Return the present instant by the vendor's clock, or by ours where the vendor does not tell it."""
        return self.vendor_told() or self.clock.now()

    def is_ahead(self, instant: datetime) -> bool:
        """Whether the vendor told that it has not reached an instant: nothing asked for since then is complete."""
        told = self.vendor_told()
        return told is not None and instant > told

    async def ensure_allowed(self) -> None:
        """Stop when another process was refused by the vendor meanwhile.

        Raises:
            AuthenticationError: The connection is blocked.
        """
        source = await self.store.read(lambda tx: sources.by_id(tx, self.source_id))
        if source.blocked_reason is not None:
            raise blocked(self.connection.name, source.blocked_reason)

    def stream(self, name: str) -> "StreamRun":
        """Return a new part of the run for one stream."""
        return StreamRun(self, self.capabilities[name], StreamReport(name))

    def landing(self, stream: str) -> Landing:
        """Return how the records of a stream are stored."""
        return Landing.of(
            self.source_id,
            stream,
            self.connection.calls,
            capabilities=self.capabilities.values(),
            exclusions=self.connection.exclusions,
            raw=self.connection.raw,
            erased=self.erased,
        )


@dataclass(slots=True)
class StreamRun:
    """One stream in one run.

    Attributes:
        run: The run.
        capability: What the connector can do with the stream.
        report: What was done so far.
        landing: How its records are stored.
        scope: Its scope hash.
    """

    run: Run
    capability: StreamCapability
    report: StreamReport
    landing: Landing = field(init=False)
    scope: str = field(init=False)

    def __post_init__(self) -> None:
        connection = self.run.connection
        self.landing = self.run.landing(self.stream)
        filters = {**connection.filters, **connection.exclusions.filters(self.stream)}
        self.scope = scope_hash(self.stream, since=self.since, filters=filters)

    @property
    def stream(self) -> str:
        """Name of the stream."""
        return self.capability.stream

    @property
    def since(self) -> datetime | None:
        """How far back the stream is wanted; only where the vendor can cut by creation."""
        return self.run.connection.since if self.capability.has_created else None

    @property
    def overlap(self) -> timedelta:
        """How far an incremental pass reaches back behind the last one."""
        return timedelta(seconds=self.capability.settle_s)

    def kinship(self) -> Kinship:
        """Return below which records those of the stream are read."""
        parents = self.capability.children_of or ""
        return Kinship(
            self.run.source_id,
            self.stream,
            parents,
            reference_to(self.stream, parents) or "",
            self.capability.moved_by,
            self.scope,
        )

    def key(self, mode: str, piece: str = "", partition: str = "") -> PassKey:
        """Return the key of one of the stream's passes."""
        return PassKey(self.run.source_id, self.stream, self.scope, mode, piece, partition)

    def request(self, mode: PullMode) -> PullRequest:
        """Return a request for everything that is wanted of the stream."""
        return PullRequest(self.stream, mode, since=self.since)

    def add(self, landed: Landed, *, read: int, gone: int = 0) -> None:
        """Count what was committed, and tell."""
        report = self.report
        report.read += read
        report.new += landed.new
        report.changed += landed.changed
        report.unchanged += landed.unchanged
        report.quarantined += landed.quarantined
        report.gone += gone
        if self.run.progress is not None:
            self.run.progress(self.run.connection.name, report)


def blocked(connection: str, reason: str) -> AuthenticationError:
    """Return the error of a connection that was stopped after an authentication failure."""
    return AuthenticationError(
        f"The connection is stopped since the vendor rejected its credentials ({reason}).",
        hint=f"Correct the credentials, then run `servicedesk connections test {connection}`.",
        connection=connection,
    )
