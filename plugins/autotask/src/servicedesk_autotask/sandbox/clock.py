"""The desk's own time."""

import time
from datetime import UTC, datetime, timedelta


class DeskClock:
    """Time of the desk: it runs, or stands still when it was set.

    Args:
        start: Instant to begin at; None takes the machine's time and lets the clock run.
    """

    def __init__(self, start: datetime | None) -> None:
        self._running = start is None
        self._base = datetime.now(UTC) if start is None else _utc(start)
        self._origin = time.monotonic()

    def now(self) -> datetime:
        """The desk's present instant, up to whole milliseconds: nothing is stamped earlier than it happened."""
        elapsed = time.monotonic() - self._origin if self._running else 0.0
        instant = self._base + timedelta(seconds=elapsed)
        return instant + timedelta(microseconds=-instant.microsecond % 1000)

    def tick(self) -> datetime:
        """The instant of one write; a clock that stands still moves by a second so that stamps differ."""
        if not self._running:
            self._base += timedelta(seconds=1)
        return self.now()

    def move(self, delta: timedelta) -> None:
        """Move the clock forward."""
        self._base += delta

    def catch_up(self, instant: datetime) -> None:
        """Never be earlier than a desk that was kept in a file."""
        behind = _utc(instant) - self.now()
        if behind > timedelta(0):
            self._base += behind


def _utc(instant: datetime) -> datetime:
    return instant.replace(tzinfo=UTC) if instant.tzinfo is None else instant.astimezone(UTC)
