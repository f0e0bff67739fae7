"""Runs the sync engine over the connections of a desk; one that fails leaves the others alone."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TypedDict

from servicedesk_core.arguments import refuse_unknown
from servicedesk_core.config import DeskSettings, since_at
from servicedesk_core.errors import MassChangeError, SyncError
from servicedesk_core.plugins.connection import OpenConnection
from servicedesk_core.ports import Clock, StateStore
from servicedesk_core.problem import Problem
from servicedesk_core.sync.connection import Connection
from servicedesk_core.sync.deciding.estimate import SyncPlan
from servicedesk_core.sync.deciding.pace import allowance
from servicedesk_core.sync.exclusions import Exclusions
from servicedesk_core.sync.options import SyncMode, SyncOptions
from servicedesk_core.sync.past import PastPlan, PastReport
from servicedesk_core.sync.report import ProgressCallback, StreamState, SyncReport


class SyncArguments(TypedDict, total=False):
    """What a sync may be told.

    Attributes:
        mode: What to read; by default what each stream needs now.
        streams: Only these; empty = all that the configuration asks for.
        dry_run: Read and map, but store nothing.
        accept_mass_change: Apply deletions that the guard would hold back.
        progress: Told after each commit.
    """

    mode: SyncMode
    streams: Collection[str]
    dry_run: bool
    accept_mass_change: bool
    progress: ProgressCallback | None


@dataclass(frozen=True, slots=True)
class PlanOutcome:
    """What a first sync of one connection would cost.

    Attributes:
        connection: Name of the connection.
        plan: The cost; ``None`` when it could not be found out.
        error: Why not.
    """

    connection: str
    plan: SyncPlan | None = None
    error: Problem | None = None

    @property
    def exit_code(self) -> int:
        """What the command line returns for it."""
        return self.error.exit_code if self.error else 0


@dataclass(frozen=True, slots=True)
class SyncOutcome:
    """What a sync of one connection came to.

    Attributes:
        connection: Name of the connection.
        report: What it did; ``None`` when it could not begin.
        error: Why it could not begin, or had to stop.
    """

    connection: str
    report: SyncReport | None = None
    error: Problem | None = None

    @property
    def exit_code(self) -> int:
        """What the command line returns for it."""
        if self.error is not None:
            return self.error.exit_code
        if self.report is None or self.report.ok:
            return 0
        stopped = {stream.state for stream in self.report.streams} - {StreamState.COMPLETE, StreamState.SKIPPED}
        return MassChangeError.exit_code if stopped == {StreamState.HELD} else SyncError.exit_code


@dataclass(frozen=True, slots=True)
class PastPlanOutcome:
    """What reading the past of one connection's tickets would take.

    Attributes:
        connection: Name of the connection.
        plan: What it takes; ``None`` when it cannot be read.
        error: Why not.
    """

    connection: str
    plan: PastPlan | None = None
    error: Problem | None = None

    @property
    def exit_code(self) -> int:
        """What the command line returns for it."""
        return self.error.exit_code if self.error else 0


@dataclass(frozen=True, slots=True)
class PastOutcome:
    """What reading the past of one connection's tickets came to.

    Attributes:
        connection: Name of the connection.
        report: What was read; ``None`` when it could not begin, or had to stop.
        error: Why.
    """

    connection: str
    report: PastReport | None = None
    error: Problem | None = None

    @property
    def exit_code(self) -> int:
        """What the command line returns for it."""
        if self.error is not None:
            return self.error.exit_code
        return SyncError.exit_code if self.report is not None and self.report.failed else 0


async def engine_view(
    opened: OpenConnection, settings: DeskSettings, clock: Clock, state: StateStore, *, remember: bool = True
) -> Connection:
    """Return an open connection as the engine sees it.

    Args:
        opened: The connection.
        settings: The desk, whose time zone days are counted in.
        clock: The time.
        state: The connection's memory.
        remember: Whether a relative ``since`` may be written down.
    """
    own = opened.settings
    now = opened.http.vendor_time.now() or clock.now()
    return Connection(
        name=opened.name,
        connector=own.connector,
        environment=own.environment,
        calls=opened.calls,
        streams=own.streams,
        since=await _since(own.since, settings.desk.timezone, now, state, remember=remember),
        exclusions=Exclusions.of(own.exclude.streams, own.exclude.companies, own.exclude.fields),
        raw=own.raw,
        history_requests=own.history_requests,
        children_requests=allowance(opened.http.budget) if own.children_requests is None else own.children_requests,
        vendor_time=opened.http.vendor_time,
    )


SINCE = "core:since"


async def _since(
    setting: date | timedelta | None, timezone: str, now: datetime, state: StateStore, *, remember: bool
) -> datetime | None:
    """Return how far back to pull. "365d" counts from the first run: a bound that moved would begin anew every day."""
    if setting is None or isinstance(setting, date):
        return None if setting is None else since_at(setting, now=now, timezone=timezone)
    known = await state.get(SINCE)
    if known is not None and known["days"] == setting.days and known["timezone"] == timezone:
        return datetime.fromisoformat(known["since"])
    since = since_at(setting, now=now, timezone=timezone)
    if remember:
        await state.put(SINCE, {"days": setting.days, "timezone": timezone, "since": since.isoformat()})
    return since


def options_of(arguments: SyncArguments) -> SyncOptions:
    """Return a sync's arguments as the engine takes them.

    Raises:
        TypeError: One is not known.
    """
    refuse_unknown("sync", arguments, SyncArguments.__annotations__)
    return SyncOptions(
        mode=SyncMode(arguments.get("mode", SyncMode.AUTO)),
        streams=tuple(arguments.get("streams", ())),
        dry_run=arguments.get("dry_run", False),
        accept_mass_change=arguments.get("accept_mass_change", False),
    )
