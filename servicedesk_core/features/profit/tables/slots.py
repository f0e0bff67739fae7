"""A period in slots: the days between which nothing that figures depend on changes."""

from collections.abc import Iterable, Sequence
from datetime import date, tzinfo
from typing import Any

from sqlalchemy import ColumnElement, and_, case, literal, or_

from servicedesk_core.features.profit.months import Month, midnight
from servicedesk_core.store.fields import to_us


class Slots:
    """The months of a period, cut once more wherever something begins to hold.

    A record's day is its own, or, where it has none, the day of an instant in the desk's zone.

    Attributes:
        days: The first day of each slot.

    Args:
        months: The months, one after the other.
        changes: Days on which something begins to hold.
        zone: The desk's zone.
    """

    def __init__(self, months: Sequence[Month], changes: Iterable[date], zone: tzinfo) -> None:
        self._end = months[-1].next.first
        inside = {day for day in changes if months[0].first < day < self._end}
        self.days = sorted({month.first for month in months} | inside)
        self._zone = zone

    @property
    def span(self) -> tuple[date, date]:
        """The first day, and the day after the last one."""
        return self.days[0], self._end

    def month(self, number: int) -> Month:
        """Return the month of a slot."""
        return Month.of(self.days[number])

    def number(self, day: ColumnElement[Any], at: ColumnElement[Any] | None = None) -> ColumnElement[int]:
        """Return the slot of a record that lies within.

        Args:
            day: Its day.
            at: An instant for records that have no day.
        """
        found: ColumnElement[int] = literal(0)
        for one in self.days[1:]:
            found = found + case((self._reached(one, day, at), 1), else_=0)
        return found.label("slot")

    def within(self, day: ColumnElement[Any], at: ColumnElement[Any] | None = None) -> ColumnElement[bool]:
        """Return that a record lies in one of the slots."""
        return self.between(self.days[0], self._end, day, at)

    def within_slot(self, number: int, day: ColumnElement[Any], at: ColumnElement[Any]) -> ColumnElement[bool]:
        """Return that a record lies in one slot."""
        ends = [*self.days[1:], self._end]
        return self.between(self.days[number], ends[number], day, at)

    def between(
        self, first: date, end: date, day: ColumnElement[Any], at: ColumnElement[Any] | None
    ) -> ColumnElement[bool]:
        """Return that a record lies on or after a day and before another one."""
        own = and_(day >= first.isoformat(), day < end.isoformat())
        if at is None:
            return own
        since, until = (to_us(midnight(one, self._zone)) for one in (first, end))
        return or_(own, and_(day.is_(None), at >= since, at < until))

    def _reached(self, first: date, day: ColumnElement[Any], at: ColumnElement[Any] | None) -> ColumnElement[bool]:
        if at is None:
            return day >= first.isoformat()
        return or_(day >= first.isoformat(), and_(day.is_(None), at >= to_us(midnight(first, self._zone))))
