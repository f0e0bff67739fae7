"""The system clock, the only place that reads it; and whether it agrees with a vendor's."""

import asyncio
import time
from datetime import UTC, datetime, timedelta
from typing import Final

TOLERATED: Final = timedelta(minutes=2)
"""Difference that is not worth a word."""

CLOCK_HINT: Final = "Let it follow a time server; until then a sync goes by the vendor's clock."


class SystemClock:
    """The machine's own time."""

    def now(self) -> datetime:
        """Return the current instant in UTC."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Return seconds that never go backwards."""
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        await asyncio.sleep(seconds)


def clock_problem(connection: str, ahead_s: float | None) -> str | None:
    """Return what is wrong with our clock by a vendor's; ``None`` when nothing is, or nobody knows.

    Args:
        connection: Whose vendor.
        ahead_s: Seconds that ours is ahead, negative when it is behind.
    """
    if ahead_s is None or abs(ahead_s) <= TOLERATED.total_seconds():
        return None
    minutes = round(abs(ahead_s) / 60)
    days, rest = divmod(minutes, 24 * 60)
    parts = ((days, "d"), (rest // 60, "h"), (rest % 60, "min"))
    span = " ".join(f"{number} {unit}" for number, unit in parts if number)
    where = "ahead of" if ahead_s > 0 else "behind"
    return f"This machine's clock is {span} {where} the vendor's ({connection})."
