"""What the vendor's clock says: every answer carries its ``Date``, so the vendor's time need not be taken from ours."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Final

from servicedesk_core.ports import Clock

RESOLUTION: Final = timedelta(seconds=1)
"""``Date`` has whole seconds."""
_FIRST_YEAR, _BEYOND_YEAR = 2000, 3000
"""What no clock shows that anybody has set."""


class VendorTime:
    """The vendor's time by its latest answer, carried on by seconds that nobody can set.

    Args:
        clock: Ours.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._date: datetime | None = None
        self._sent_s = 0.0
        self._received_s = 0.0

    def note(self, headers: Mapping[str, str], elapsed_s: float) -> None:
        """Take note of an answer that has just arrived; one without a ``Date`` of its own says nothing.

        Args:
            headers: Its fields.
            elapsed_s: Seconds since the request was sent: the ``Date`` was written at some moment of them.
        """
        date = _instant(headers.get("date", ""))
        if date is None or headers.get("age", "0").strip() != "0":  # somebody on the way had kept the answer
            return
        self._date = date
        self._received_s = self._clock.monotonic()
        self._sent_s = self._received_s - elapsed_s

    def now(self) -> datetime | None:
        """Return the vendor's present instant at the earliest; ``None`` when it never said."""
        return None if self._date is None else self._date + self._since(self._received_s)

    def ahead_s(self) -> float | None:
        """Return how many seconds our clock is ahead of the vendor's at least, negative when it is behind.

        What whole seconds and the time on the way explain is no difference. ``None`` when the vendor never said.
        """
        if self._date is None:
            return None
        ours = self._clock.now()
        most = ours - (self._date + self._since(self._received_s))
        least = ours - (self._date + RESOLUTION + self._since(self._sent_s))
        return max(least, min(most, timedelta(0))).total_seconds()

    def _since(self, monotonic_s: float) -> timedelta:
        return timedelta(seconds=self._clock.monotonic() - monotonic_s)


def _instant(date: str) -> datetime | None:
    try:
        found = parsedate_to_datetime(date)
    except (ValueError, OverflowError, TypeError):
        return None
    if not _FIRST_YEAR <= found.year < _BEYOND_YEAR:
        return None
    return found.astimezone(UTC) if found.tzinfo is not None else found.replace(tzinfo=UTC)
