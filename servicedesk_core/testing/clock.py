"""Clocks for tests: one that only moves when told, and one that nobody has to wait for."""

import asyncio
from datetime import UTC, datetime, timedelta

from servicedesk_core.clock import SystemClock


class FakeClock:
    """Stands still until somebody sleeps on it or advances it.

    Args:
        start: The instant it shows first.
    """

    def __init__(self, start: datetime = datetime(2026, 3, 2, 14, 0, tzinfo=UTC)) -> None:
        self._now = start
        self._elapsed_s = 0.0
        self.slept_s: list[float] = []

    def now(self) -> datetime:
        """Return the instant that the clock shows."""
        return self._now

    def monotonic(self) -> float:
        """Return the seconds that the clock was advanced by."""
        return self._elapsed_s

    def advance(self, seconds: float) -> None:
        """Move the clock; a negative number sets the wall clock back, as an operator might."""
        self._now += timedelta(seconds=seconds)
        self._elapsed_s += max(0.0, seconds)

    async def sleep(self, seconds: float) -> None:
        """Advance the clock at once, and let other tasks run."""
        self.slept_s.append(seconds)
        self.advance(max(0.0, seconds))
        await asyncio.sleep(0)


class ImpatientClock(SystemClock):
    """The machine's time, but whoever sleeps on it has slept at once: for retries and rate limits against a stand-in.

    Its ``monotonic`` moves with every sleep, so that deadlines and quotas see the waiting; ``now`` stays true, because
    the stand-in lives by the machine's time too.

    Args:
        instant: What ``now`` shows, for a stand-in that stands still; ``None`` = the machine's time.
    """

    def __init__(self, instant: datetime | None = None) -> None:
        self.instant = instant
        self.slept_s: list[float] = []

    def now(self) -> datetime:
        """Return the instant that it stands at, else the machine's."""
        return self.instant or super().now()

    def monotonic(self) -> float:
        """Return seconds that never go backwards, with what was slept."""
        return super().monotonic() + sum(self.slept_s)

    async def sleep(self, seconds: float) -> None:
        """Note the waiting, and let other tasks run."""
        self.slept_s.append(max(seconds, 0.0))
        await super().sleep(0)
