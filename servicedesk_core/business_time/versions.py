"""Versions of a calendar, counted as one: each for the time in which it holds."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from itertools import pairwise

from servicedesk_core.business_time.calendar import Calendar


class CalendarVersions:
    """All versions of one calendar, in the microseconds of their tables.

    Args:
        calendars: The versions, earliest first; before all of them the first counts.
        since_us: From when each of them holds.
    """

    __slots__ = ("_calendars", "_changes", "_changes_us", "_shifts", "name")

    def __init__(self, calendars: Sequence[Calendar], since_us: Sequence[int]) -> None:
        self.name = calendars[0].name
        self._calendars = tuple(calendars)
        self._changes_us = since_us[1:]
        self._changes: list[int] = []  # the open time up to each change
        self._shifts = [0]  # how far each version lags behind what was counted before it
        for at_us, (before, after) in zip(self._changes_us, pairwise(calendars), strict=True):
            total = before.table.total(at_us) + self._shifts[-1]
            self._changes.append(total)
            self._shifts.append(total - after.table.total(at_us))

    def at(self, at_us: int) -> Calendar:
        """Return the version that holds at an instant."""
        return self._calendars[bisect_right(self._changes_us, at_us)]

    def between(self, start_us: int, end_us: int) -> int:
        """Return the open time from one instant to another; none where that is not later."""
        return max(0, self.total(end_us) - self.total(start_us))

    def total(self, at_us: int) -> int:
        """Return the open time between the origin and an instant; only differences mean anything."""
        version = bisect_right(self._changes_us, at_us)
        return self._calendars[version].table.total(at_us) + self._shifts[version]

    def totals(self, instants: Sequence[int]) -> tuple[int, ...]:
        """Return the open time between the origin and each of several instants in a row, earliest first."""
        return tuple(map(self.total, instants)) if self._changes else self._calendars[0].table.totals(instants)

    def reached(self, total: int, from_us: int) -> int:
        """Return the first instant at which so much open time has passed since the origin.

        Args:
            total: Open time; more than has passed at ``from_us``.
            from_us: Where the search begins.

        Raises:
            CalendarHasNoOpenTimeError: It is not reached, and for ten years nothing is open.
        """
        version = bisect_left(self._changes, total)
        if version:
            from_us = max(from_us, self._changes_us[version - 1])
        return self._calendars[version].table.reached(total - self._shifts[version], from_us)
