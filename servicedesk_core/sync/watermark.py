"""Where the next incremental pass of a stream begins."""

from datetime import datetime, timedelta
from typing import Final

OVERLAP: Final = timedelta(seconds=120)
"""How far a pass reaches back behind the last one: vendors commit late, and their clocks differ from ours."""

CLOCK_DOUBT: Final = timedelta(hours=1)
"""How far our own clock may be ahead of the vendor's without a loss. It is all there is to go by while no stamp of the
vendor was seen; a wider margin would read a mass edit again and again for that long."""


def first_watermark(now: datetime) -> datetime:
    """Return where incremental passes begin, before any stamp of the vendor was seen."""
    return now - CLOCK_DOUBT


def next_watermark(
    *, pass_started_at: datetime, max_seen: datetime | None, previous: datetime | None = None
) -> datetime:
    """Return the watermark that a complete pass earns.

    ``min(pass start, newest stamp seen) - OVERLAP``. The newest stamp alone would lose a record that changed behind
    the page pointer; the pass start caps stamps from the future; an empty pass moves to its own start, less what
    our clock may be ahead.

    Args:
        pass_started_at: When the pass began, by our clock.
        max_seen: Newest modification stamp on any page, or ``None`` when the pass was empty.
        previous: The watermark before the pass. The new one is older only when our own clock went backwards: then the
            earlier of the two readings of the clock is the safe one.
    """
    earned = first_watermark(pass_started_at) if max_seen is None else min(pass_started_at, max_seen) - OVERLAP
    if previous is None:
        return earned
    return max(earned, min(previous, pass_started_at - OVERLAP))


def lower_bound(watermark: datetime, *, pass_started_at: datetime) -> datetime:
    """Return from where an incremental pass reads; a watermark ahead of our clock is not believed."""
    return min(watermark, pass_started_at - OVERLAP)
