"""On which days a rule of RFC 5545 falls, with what people expect of it at the end of a month. Pure.

dateutil knows the rules; it skips a month that lacks the day, as the RFC says, so such days are worked out here. All
days are worked out from the anchor, never from the day before, so that none drifts.
"""

import calendar
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from importlib import import_module
from itertools import islice
from typing import Any, Final, Self

_RULES: Final[Any] = import_module("dateutil.rrule")  # it says nothing of its types
_DAYS: Final = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_DAY: Final = re.compile(r"(?P<nth>[+-]?\d{1,2})?(?P<day>MO|TU|WE|TH|FR|SA|SU)")
_LONGEST_YEARS: Final = 40
"""For so long at most nothing may happen: a fifth Friday in February comes every 28 years, with a century's end 40."""
SURE: Final = 28
"""The last day that every month has."""
_MOST: Final = 1_000


class Frequency(StrEnum):
    """How often, at most."""

    DAILY = "DAILY"
    WEEKLY = "WEEKLY"
    MONTHLY = "MONTHLY"
    YEARLY = "YEARLY"


class ShortMonth(StrEnum):
    """What becomes of a day that a month does not have."""

    CLAMP = "clamp"
    """Its last day."""
    SKIP = "skip"
    """None in that month, as RFC 5545 says."""
    LAST_DAY = "last_day"
    """The last day of every month, whichever of 29, 30 and 31 is said."""


def _whole(key: str, lowest: int, highest: int) -> Callable[[str], int]:
    def read(text: str) -> int:
        try:
            number = int(text)
        except ValueError:
            number = lowest - 1
        if not lowest <= number <= highest or not number:
            msg = f"{key}={text} is no whole number from {lowest} to {highest}"
            raise ValueError(msg)
        return number

    return read


def _weekday(text: str) -> tuple[int, int | None]:
    found = _DAY.fullmatch(text)
    nth = int(found["nth"]) if found is not None and found["nth"] else None
    if found is None or nth == 0 or abs(nth or 0) > 53:  # noqa: PLR2004  # weeks of a year
        msg = f"BYDAY={text} is no day; write MO, or 2TU for the second Tuesday, -1FR for the last Friday"
        raise ValueError(msg)
    return _DAYS.index(found["day"]), nth


_PARTS: Final[Mapping[str, Callable[[str], Any]]] = {
    "FREQ": Frequency,
    "INTERVAL": _whole("INTERVAL", 1, _MOST),
    "COUNT": _whole("COUNT", 1, 10_000),
    "BYDAY": _weekday,
    "BYMONTHDAY": _whole("BYMONTHDAY", -31, 31),
    "BYMONTH": _whole("BYMONTH", 1, 12),
    "BYSETPOS": _whole("BYSETPOS", -366, 366),
    "WKST": _weekday,
}
_ONE: Final = frozenset({"FREQ", "INTERVAL", "COUNT", "WKST"})


@dataclass(frozen=True, slots=True)
class Rhythm:
    """A rule with its anchor.

    Attributes:
        frequency: How often, at most.
        start: The anchor: the rule counts from it, and nothing is before it.
        interval: Every so many days, weeks, months or years.
        count: So many times at most; ``None`` = without end.
        weekdays: Days of the week, Monday 0, each with which one of the month or year.
        month_days: Days of the month, from its end where negative.
        months: Months of the year.
        positions: Which of those of a period.
        week_start: On which day weeks begin, Monday 0.
        short: What becomes of a day that a month does not have.
    """

    frequency: Frequency
    start: date
    interval: int = 1
    count: int | None = None
    weekdays: tuple[tuple[int, int | None], ...] = ()
    month_days: tuple[int, ...] = ()
    months: tuple[int, ...] = ()
    positions: tuple[int, ...] = ()
    week_start: int = 0
    short: ShortMonth = ShortMonth.CLAMP

    @classmethod
    def of(cls, rule: str, start: date, short: ShortMonth = ShortMonth.CLAMP) -> Self:
        """Read a rule, with what its anchor says where it says nothing.

        Args:
            rule: As RFC 5545 writes it, without the name: ``FREQ=MONTHLY;BYDAY=2TU``.
            start: The anchor.
            short: What becomes of a day that a month does not have.

        Raises:
            ValueError: It cannot be read, or never happens.
        """
        said = _said(rule)
        frequency: Frequency = said["FREQ"]
        weekdays, month_days = said.get("BYDAY", ()), said.get("BYMONTHDAY", ())
        months = said.get("BYMONTH", ())
        if frequency is Frequency.WEEKLY and not weekdays:
            weekdays = ((start.weekday(), None),)
        if frequency in {Frequency.MONTHLY, Frequency.YEARLY} and not weekdays and not month_days:
            month_days = (start.day,)
            if frequency is Frequency.YEARLY and not months:
                months = (start.month,)
        week_start = said["WKST"][0] if "WKST" in said else 0
        one = cls(
            frequency, start, said.get("INTERVAL", 1), said.get("COUNT"), weekdays, month_days, months,
            said.get("BYSETPOS", ()), week_start, short,
        )  # fmt: skip
        one._ensure_fit()
        return one

    def days(self, first: date, last: date) -> Iterator[date]:
        """Yield the days on which it falls, both ends included, in order."""
        if last < max(first, self.start):
            return
        found = (day for day in self._all(first, last) if day >= self.start)
        for day in islice(found, self.count):
            if first <= day <= last:
                yield day

    def _ensure_fit(self) -> None:
        rare = self.frequency in {Frequency.DAILY, Frequency.WEEKLY}
        if rare and (self.month_days or self.positions or any(nth for _, nth in self.weekdays)):
            msg = "BYMONTHDAY, BYSETPOS and days such as 2TU need FREQ=MONTHLY or FREQ=YEARLY"
            raise ValueError(msg)
        if self.weekdays and self.month_days and self._bends:
            msg = "BYDAY beside a BYMONTHDAY over 28 needs short_months = skip: nothing else says which day is meant"
            raise ValueError(msg)
        if self.positions and self._bends:
            msg = "BYSETPOS beside a BYMONTHDAY over 28 needs short_months = skip: nothing else says which day is meant"
            raise ValueError(msg)
        last = self.start.replace(month=12, day=31, year=min(self.start.year + _LONGEST_YEARS * self.interval, 9_000))
        if next(self.days(self.start, last), None) is None:
            msg = "it never happens; look at BYMONTH and BYMONTHDAY"
            raise ValueError(msg)

    @property
    def _bends(self) -> bool:
        """Whether it names days that some months do not have, and is to mean something then."""
        return self.short is not ShortMonth.SKIP and any(day > SURE for day in self.month_days)

    def _all(self, first: date, last: date) -> Iterator[date]:
        """Yield its days up to the last one; those before the first one only where they are counted."""
        begins = self._period(self.start if self.count is not None else max(first, self.start))
        until = datetime.combine(last, time.max)
        fixed = {"interval": self.interval, "wkst": self.week_start, "bymonth": self.months or None, "until": until}
        kind = getattr(_RULES, self.frequency.value)
        start = datetime.combine(begins, time())
        if self._bends:
            for month in _RULES.rrule(kind, start, bymonthday=1, **fixed):
                yield from self._in_month(month.year, month.month)
            return
        weekdays = [_RULES.weekday(day, nth) for day, nth in self.weekdays] or None
        days, positions = self.month_days or None, self.positions or None
        for each in _RULES.rrule(kind, start, byweekday=weekdays, bymonthday=days, bysetpos=positions, **fixed):
            yield each.date()

    def _in_month(self, year: int, month: int) -> Iterator[date]:
        last = calendar.monthrange(year, month)[1]
        ends = self.short is ShortMonth.LAST_DAY
        days = {
            (last if ends and day > SURE else min(day, last)) if day > 0 else last + 1 + day for day in self.month_days
        }
        yield from (date(year, month, day) for day in sorted(days) if day >= 1)

    def _period(self, day: date) -> date:
        """Return a day from which the rule goes on as from its anchor, at or before a day: nobody walks years."""
        if self.frequency is Frequency.DAILY or self.frequency is Frequency.WEEKLY:
            step = self.interval * (7 if self.frequency is Frequency.WEEKLY else 1)
            return self.start + timedelta(days=(day - self.start).days // step * step)
        if self.frequency is Frequency.MONTHLY:
            months = (day.year - self.start.year) * 12 + day.month - self.start.month
            ahead = self.start.month - 1 + months // self.interval * self.interval
            return date(self.start.year + ahead // 12, ahead % 12 + 1, 1)
        years = (day.year - self.start.year) // self.interval * self.interval
        return date(self.start.year + years, 1, 1)


def _said(rule: str) -> dict[str, Any]:
    """Return the parts of a rule by their names.

    Raises:
        ValueError: It cannot be read.
    """
    said: dict[str, Any] = {}
    for part in rule.strip().rstrip(";").split(";"):
        key, equals, text = part.strip().partition("=")
        key = key.upper()
        if key == "UNTIL":
            msg = "UNTIL is said as end"
            raise ValueError(msg)
        if key not in _PARTS or not equals:
            msg = f'"{part.strip()}" is no part of a rule; there are {", ".join(_PARTS)}'
            raise ValueError(msg)
        if key in said:
            msg = f"{key} is said twice"
            raise ValueError(msg)
        said[key] = _value(key, text.strip().upper())
    if "FREQ" not in said:
        msg = "FREQ is missing: FREQ=DAILY, FREQ=WEEKLY, FREQ=MONTHLY or FREQ=YEARLY"
        raise ValueError(msg)
    return said


def _value(key: str, text: str) -> Any:
    try:
        if key in _ONE:
            return _PARTS[key](text)
        return tuple(dict.fromkeys(_PARTS[key](one.strip()) for one in text.split(",")))
    except ValueError as error:
        if key != "FREQ":
            raise
        msg = f"FREQ={text} is none of {', '.join(Frequency)}"
        raise ValueError(msg) from error
