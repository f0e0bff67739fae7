"""The vendor's own time."""

import time
from datetime import UTC, datetime, timedelta


class VendorClock:
    """Runs, or stands still when it was set.

    Args:
        start: Instant to begin at, one of UTC where it names no zone; ``None`` takes the machine's time and lets the
            clock run.
    """

    def __init__(self, start: datetime | None = None) -> None:
        self._running = start is None
        self._base = datetime.now(UTC) if start is None else _in_utc(start)
        self._origin = time.monotonic()

    def now(self) -> datetime:
        """Return the present instant."""
        elapsed_s = time.monotonic() - self._origin if self._running else 0.0
        return self._base + timedelta(seconds=elapsed_s)

    def move(self, by: timedelta) -> None:
        """Move the clock forward."""
        self._base += by


def _in_utc(at: datetime) -> datetime:
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
