"""Where the next incremental pass of a stream begins: as far as possible by the vendor's stamps alone."""

from datetime import datetime, timedelta
from typing import Final

CLOCK_DOUBT: Final = timedelta(hours=1)
"""How far a clock may be ahead of the one that stamps records, without a loss, where no stamp was seen: the vendor's
servers differ, and a vendor that does not tell its time is taken to share ours."""


def first_watermark(now: datetime) -> datetime:
    """Return where incremental passes begin when no stamp was seen.

    Args:
        now: The present instant by the vendor's clock.
    """
    return now - CLOCK_DOUBT


def next_watermark(
    *, since: datetime, records: int, max_seen: datetime | None, pass_started_at: datetime, overlap: timedelta
) -> datetime:
    """Return the watermark that a complete pass earns.

    ``min(pass start, newest stamp seen) - overlap``. The newest stamp alone would lose a record that changed behind
    the page pointer; the pass start caps stamps from the future. An empty pass proves nothing about the vendor's time,
    so the next one reads from the same instant.

    Args:
        since: From when on the pass read.
        records: Records that it read.
        max_seen: Newest modification stamp on any page, or ``None`` when there was none.
        pass_started_at: When the pass began, by the vendor's clock.
        overlap: How far the next pass reaches back.
    """
    if not records:
        return since
    earned = first_watermark(pass_started_at) if max_seen is None else min(pass_started_at, max_seen) - overlap
    return max(earned, since)


def lower_bound(watermark: datetime, *, now: datetime, overlap: timedelta, before: datetime | None = None) -> datetime:
    """Return from where an incremental pass reads.

    Args:
        watermark: What the last pass earned.
        now: The present instant by the vendor's clock.
        overlap: How far a pass reaches back behind the last one.
        before: From when on the last pass read: what is left when its watermark turns out to be ahead of the vendor.
    """
    newest = now - overlap
    if watermark <= newest or before is None:
        return min(watermark, newest)
    return min(before, newest)
