"""Series in a history of days: which rule they follow, if any. Pure."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from itertools import pairwise
from statistics import median
from typing import Final, NamedTuple

from servicedesk_core.domain import plain_name
from servicedesk_core.features.recurring.when.rhythm import Rhythm

LEAST: Final = 3
"""So many days at least are a series."""
_LEAST_SHARE: Final = 0.8
_DAYS: Final = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_WORKDAYS: Final = 5
_MONTH: Final = 30.4
_NAMES: Final = """
    january february march april may june july august september october november december
    jan feb mar apr jun jul aug sep sept oct nov dec monday tuesday wednesday thursday friday
"""
_MONTHS: Final = frozenset(_NAMES.split())
_WORD: Final = re.compile(r"[^\W\d_]+")


class Series(NamedTuple):
    """A rule that days follow.

    Attributes:
        rule: As RFC 5545 writes it.
        start: Its first day.
        last: Its newest day.
        many: How many days there are.
        share: How well the rule fits, 1 = all of its days are there, and no other.
        interval: From one to the next, usually.
    """

    rule: str
    start: date
    last: date
    many: int
    share: float
    interval: timedelta

    def goes_on(self, today: date) -> bool:
        """Whether the next one can still come: it is not overdue by half of what lies between two."""
        return today <= self.last + self.interval * 1.5 + timedelta(days=3)


def title_key(title: str) -> str:
    """Return a title without what differs from one ticket of a series to the next: numbers, months, days."""
    words = (word for word in _WORD.findall(plain_name(title).casefold()) if word not in _MONTHS)
    return " ".join(words)


def series_of(days: Iterable[date]) -> Series | None:
    """Return the rule that days follow; ``None`` = they are too few, or follow none."""
    several = sorted(set(days))
    if len(several) < LEAST:
        return None
    gap = median((after - before).days for before, after in pairwise(several))
    fits = [(_fit(rule, several), rule) for rule in _candidates(several, gap)]
    share, rule = max(fits, key=lambda one: one[0], default=(0.0, ""))
    if share < _LEAST_SHARE:
        return None
    return Series(rule, several[0], several[-1], len(several), share, timedelta(days=float(gap)))


def _candidates(days: Sequence[date], gap: float) -> Iterator[str]:
    """Yield rules that may fit, what people would rather say first."""
    weekdays = Counter(day.weekday() for day in days)
    usual = _DAYS[weekdays.most_common(1)[0][0]]
    if gap <= _WORKDAYS:
        named = ",".join(_DAYS[day] for day in sorted(weekdays))
        yield "FREQ=DAILY" if len(weekdays) > _WORKDAYS else f"FREQ=WEEKLY;BYDAY={named}"
    weeks = round(gap / 7)
    if weeks and len(weekdays) < _WORKDAYS:
        yield f"FREQ=WEEKLY{_every(weeks)};BYDAY={usual}"
    months = round(gap / _MONTH)
    if months:
        month_days = Counter(day.day for day in days)
        for day, _ in month_days.most_common(2):
            yield f"FREQ=MONTHLY{_every(months)};BYMONTHDAY={max(month_days) if day > 28 else day}"  # noqa: PLR2004
        nth = Counter((day.day - 1) // 7 + 1 for day in days).most_common(1)[0][0]
        yield f"FREQ=MONTHLY{_every(months)};BYDAY={nth}{usual}"
        yield f"FREQ=MONTHLY{_every(months)};BYDAY=-1{usual}"


def _every(many: int) -> str:
    return "" if many == 1 else f";INTERVAL={many}"


def _fit(rule: str, days: Sequence[date]) -> float:
    """Return how well a rule fits: the smaller one of the shares of its days that are there, and of days that fit."""
    wanted = set(Rhythm.of(rule, days[0]).days(days[0], days[-1]))
    both = len(wanted & set(days))
    return min(both / len(wanted), both / len(days)) if wanted else 0.0
