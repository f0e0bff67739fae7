"""What the vendor's clock says: every answer carries its ``Date``, so the vendor's time need not be taken from ours."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Final

from servicedesk_core.ports import Clock

RESOLUTION: Final = timedelta(seconds=1)
"""``Date`` has whole seconds."""
BELIEVED: Final = timedelta(days=3652)
"""How far the vendor's clock may be from ours, either way: what says more is no clock that anybody has set."""


class VendorTime:
    """The vendor's time by its latest answer, carried on by seconds that nobody can set.

    Args:
        clock: Ours.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._date: datetime | None = None
        self._received_s = 0.0
        self._ahead_s: float | None = None

    def note(self, headers: Mapping[str, str], elapsed_s: float) -> None:
        """Take note of an answer that has just arrived; one without a credible ``Date`` of its own says nothing.

        Args:
            headers: Its fields.
            elapsed_s: Seconds since the request was sent: the ``Date`` was written at some moment of them.
        """
        ours = self._clock.now()
        date = _instant(headers.get("date", ""), ours)
        if date is None or headers.get("age", "0").strip() != "0":  # somebody on the way had kept the answer
            return
        self._date = date
        self._received_s = self._clock.monotonic()
        most, least = ours - date, ours - (date + RESOLUTION + timedelta(seconds=elapsed_s))
        self._ahead_s = max(least, min(most, timedelta(0))).total_seconds()

    def now(self) -> datetime | None:
        """Return the vendor's present instant at the earliest; ``None`` when it never said."""
        if self._date is None:
            return None
        return self._date + timedelta(seconds=self._clock.monotonic() - self._received_s)

    def compare_anew(self) -> None:
        """Forget how far the clocks differed: what the next answers say counts."""
        self._ahead_s = None

    def ahead_s(self) -> float | None:
        """Return how many seconds our clock was ahead of the vendor's at least, negative when it was behind.

        It is compared when an answer arrives and not carried on: on Linux, :func:`time.monotonic` stands still while
        the machine sleeps. What whole seconds and the time on the way explain is no difference.

        Returns:
            The difference at the last answer; ``None`` when there was none since :meth:`compare_anew`.
        """
        return self._ahead_s


def _instant(date: str, ours: datetime) -> datetime | None:
    try:
        found = parsedate_to_datetime(date)
    except (ValueError, OverflowError, TypeError):
        return None
    if found.tzinfo is None:
        found = found.replace(tzinfo=UTC)
    return found.astimezone(UTC) if abs(found - ours) <= BELIEVED else None
