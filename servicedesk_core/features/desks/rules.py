"""What a page says first. Pure."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from servicedesk_core.faces import Opens, Period, Piece, Told
from servicedesk_core.wording import about, counted

NEVER: Final = "Unknown: tickets were never read."


def verdict(
    counts: Sequence[tuple[int, str, str, Opens | None]], read_at: datetime | None, now: datetime, *, is_stale: bool
) -> Told:
    """Return the first sentence, with the age of the data; of data that are too old it judges nothing.

    Args:
        counts: What would be wrong: how much, what one of it is called, and several, and where it is listed.
        read_at: When tickets were last read; ``None`` = never.
        now: The instant.
        is_stale: Whether that is too long ago.
    """
    if read_at is None:
        return Told([Piece(NEVER)], None)
    age = about((now - read_at).total_seconds())
    pieces = [Piece(f"Unknown: tickets were last read {age} ago. By then: ")] if is_stale else []
    for place, (count, one, many, opens) in enumerate(counts):
        pieces += [Piece(", ")] if place else []
        pieces.append(Piece(counted(count, one, many), opens))
    pieces.append(Piece("." if is_stale else f". Tickets were read {age} ago."))
    return Told(pieces, None if is_stale else not any(count for count, *_ in counts))


def quarter_of(at: datetime, timezone: str) -> Period:
    """Return the quarter of an instant, up to its last day, in the days of a zone."""
    zone = ZoneInfo(timezone)
    day = at.astimezone(zone).date()
    first = date(day.year, (day.month - 1) // 3 * 3 + 1, 1)
    end = date(first.year + first.month // 10, (first.month + 2) % 12 + 1, 1)
    begins, ends = (datetime.combine(one, time(), zone) for one in (first, end))
    return Period(begins, ends, at.astimezone(zone))


def month_before(day: date) -> str:
    """Return the month before that of a day, as ``2026-10``."""
    return f"{day.replace(day=1) - timedelta(days=1):%Y-%m}"
