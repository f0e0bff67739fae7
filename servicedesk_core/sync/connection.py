"""What the engine needs to know of a connection, and to call on it."""

from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol

from servicedesk_core.hooks.announced import Change, SyncFinished
from servicedesk_core.hooks.capabilities import Capabilities, VendorIdentity
from servicedesk_core.hooks.pulling import FetchOutcome, Mapped, Page, PullRequest
from servicedesk_core.http.vendor_time import VendorTime
from servicedesk_core.ports import KEEP_ALL_RAW, BudgetUse, RawPolicy
from servicedesk_core.sync.exclusions import NOTHING, Exclusions

Mapper = Callable[[Mapping[str, Any]], Mapped]
"""Turns a raw record into a domain record; pure."""


class Calls(Protocol):
    """The façade over one connector's hooks: typed, timed, with an error boundary that names the connection."""

    def implements(self, hook: str) -> bool:
        """Whether the connector implements a hook."""

    def describe_capabilities(self) -> Capabilities:
        """See the hook of the same name."""

    async def vendor_identity(self) -> VendorIdentity:
        """See the hook of the same name."""

    async def usage(self) -> BudgetUse | None:
        """See the hook of the same name."""

    async def plan_partitions(self, request: PullRequest) -> tuple[str, ...]:
        """See the hook of the same name; empty when the connector does not implement it."""

    async def count(self, request: PullRequest) -> int | None:
        """See the hook of the same name; ``None`` when the connector does not implement it."""

    def pull(self, request: PullRequest) -> AsyncGenerator[Page, None]:
        """See the hook of the same name."""

    def pull_children(self, stream: str, parent: str) -> AsyncGenerator[Page, None]:
        """See the hook of the same name."""

    def fetch_records(self, stream: str, refs: Sequence[str]) -> AsyncGenerator[FetchOutcome, None]:
        """See the hook of the same name."""

    def fetch_history(self, ticket_refs: Sequence[str]) -> AsyncGenerator[FetchOutcome, None]:
        """See the hook of the same name."""

    def mapper(self, stream: str) -> Mapper:
        """Return ``map_record`` of one stream behind the error boundary; anything it raises is a MappingError."""

    def mapping_version(self, stream: str) -> str:
        """See the hook of the same name."""


class Announcer(Protocol):
    """Tells connectors and extensions what happened."""

    def on_changes(self, changes: Sequence[Change]) -> None:
        """See the hook of the same name."""

    def on_sync_finished(self, run: SyncFinished) -> None:
        """See the hook of the same name."""


@dataclass(frozen=True, slots=True)
class Connection:
    """One connection as the engine sees it.

    Attributes:
        name: Name in the configuration.
        connector: Connector id.
        environment: ``live`` or ``sandbox``.
        calls: The façade over its hooks.
        streams: Streams that are wanted; empty = all that the connector offers.
        since: How far back sliced streams are read; ``None`` = everything.
        filters: Whatever else of the configuration decides which records there are; a change means a new backfill.
        exclusions: What must never be stored of it.
        raw: Which payloads are kept.
        history_requests: Requests that one run may spend on the vendor's own ticket history; 0 = none.
        children_requests: Requests that one run may spend on each stream that is read below its parents.
        sweep_every: How often streams without a modification stamp are read as a whole.
        reconcile_every: How often all ids of a stream are compared with the vendor's.
        vendor_time: The vendor's time as its answers tell it; ``None`` = nobody listens to them.
    """

    name: str
    connector: str
    environment: str
    calls: Calls
    streams: tuple[str, ...] = ()
    since: datetime | None = None
    filters: Mapping[str, Any] = field(default_factory=dict)
    exclusions: Exclusions = NOTHING
    raw: RawPolicy = KEEP_ALL_RAW
    history_requests: int = 0
    children_requests: int = 1_000
    sweep_every: timedelta = timedelta(days=1)
    reconcile_every: timedelta = timedelta(days=7)
    vendor_time: VendorTime | None = None

    @property
    def clock_ahead_s(self) -> float | None:
        """Seconds that our clock is ahead of the vendor's; ``None`` while the vendor has not told it in this run."""
        return None if self.vendor_time is None else self.vendor_time.ahead_s()

    def compare_clocks_anew(self) -> None:
        """Begin a run: what earlier runs were told of the vendor's clock may not be so any more."""
        if self.vendor_time is not None:
            self.vendor_time.compare_anew()
