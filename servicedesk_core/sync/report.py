"""What a run did, for people and for programs."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class StreamState(StrEnum):
    """How a stream's part of a run ended."""

    COMPLETE = "complete"
    RUNNING = "running"
    INTERRUPTED = "interrupted"
    """Stopped on request; the next run goes on from there."""
    FAILED = "failed"
    """The next run goes on from the last committed page."""
    HELD = "held"
    """Read completely; deletions wait for a decision (mass-change guard)."""
    SKIPPED = "skipped"
    """Nothing was due."""


@dataclass(slots=True)
class StreamReport:
    """One stream in one run.

    Attributes:
        stream: Name of the stream.
        modes: Passes it took, in order: ``backfill``, ``incremental``, ``reconcile`` …
        read: Records read.
        new: Records that the store did not have.
        changed: Records whose content changed.
        unchanged: Records that brought nothing new.
        quarantined: Records that could not be understood.
        gone: Records marked as gone.
        requests: Requests that the HTTP kit sent for it: pages, look-ups, counts, retries, tokens.
        seconds: Time from the first request to the last commit.
        state: How it ended.
        error_code: Code of the error that stopped it.
        error: Its message for people.
        hint: What to do about it.
        expected: Records that the vendor counted before, if it could.
        complete_back_to: From which creation date on the stream is complete; ``None`` = not known, or everything.
        backfilled: Whether everything that was wanted has been read.
        parents_left: Of records that are read below their parents: parents that are still to be asked for them.
    """

    stream: str
    modes: list[str] = field(default_factory=list)
    read: int = 0
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    quarantined: int = 0
    gone: int = 0
    requests: int = 0
    seconds: float = 0.0
    state: StreamState = StreamState.RUNNING
    error_code: str | None = None
    error: str | None = None
    hint: str | None = None
    expected: int | None = None
    complete_back_to: datetime | None = None
    backfilled: bool = False
    parents_left: int | None = None

    @property
    def records_per_s(self) -> float:
        """Records read in a second."""
        return self.read / self.seconds if self.seconds > 0 else 0.0


@dataclass(frozen=True, slots=True)
class SyncReport:
    """One run of one connection.

    Attributes:
        run_id: Id of the run in the store.
        connection: Name of the connection.
        started_at: When it began.
        finished_at: When it ended.
        streams: One report for each stream, in the order they were read.
        dry_run: Whether nothing was written.
        clock_ahead_s: Seconds that our clock is ahead of the vendor's, negative when it is behind; ``None`` = the
            vendor does not tell its time.
    """

    run_id: str
    connection: str
    started_at: datetime
    finished_at: datetime
    streams: tuple[StreamReport, ...]
    dry_run: bool = False
    clock_ahead_s: float | None = None

    @property
    def failed(self) -> tuple[str, ...]:
        """Streams that did not complete."""
        return tuple(s.stream for s in self.streams if s.state in {StreamState.FAILED, StreamState.HELD})

    @property
    def ok(self) -> bool:
        """Whether every stream completed."""
        return all(s.state in {StreamState.COMPLETE, StreamState.SKIPPED} for s in self.streams)

    def stream(self, name: str) -> StreamReport:
        """Return one stream's report.

        Raises:
            KeyError: The stream did not take part.
        """
        for report in self.streams:
            if report.stream == name:
                return report
        raise KeyError(name)


ProgressCallback = Callable[[str, StreamReport], None]
"""Told the connection and the stream's report after every commit; must be quick and must not change it."""
