"""Opening hours as people write them: days such as ``mon-fri``, hours such as ``08:00-12:00, 13:00-18:00``."""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from itertools import pairwise
from typing import Final, NamedTuple

DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
DAY_MIN: Final = 24 * 60
WEEK_MIN: Final = 7 * DAY_MIN

_SPAN = re.compile(r"(\d{2}):([0-5]\d)\s*-\s*(\d{2}):([0-5]\d)")


class Span(NamedTuple):
    """Minutes of a day, from its local midnight, in which somebody is there; beyond 1440 for a night shift."""

    start_min: int
    end_min: int

    def __str__(self) -> str:
        edges = (f"{minute // 60 % 24:02}:{minute % 60:02}" for minute in self)
        return "-".join(edges) if self.end_min != DAY_MIN else f"{next(edges)}-24:00"


def spans(text: str) -> tuple[Span, ...]:
    """Read the hours of a day, in order.

    Args:
        text: Spans with commas between; nothing = closed. ``24:00`` is midnight at its end; a span that ends before it
            begins ends on the next day, and belongs to the one on which it begins.

    Raises:
        ValueError: It cannot be read, or two spans overlap.
    """
    found = sorted(_span(part.strip()) for part in text.split(",") if part.strip())
    for one, other in pairwise(found):
        if other.start_min < one.end_min:
            msg = f'"{text}": {one} and {other} overlap'
            raise ValueError(msg)
    return tuple(found)


def _span(text: str) -> Span:
    match = _SPAN.fullmatch(text)
    if match is None:
        msg = f'"{text}" is no span of hours; write it as 08:00-17:30'
        raise ValueError(msg)
    hour, minute, end_hour, end_minute = map(int, match.groups())
    start, end = hour * 60 + minute, end_hour * 60 + end_minute
    if start >= DAY_MIN or end > DAY_MIN:
        msg = f'"{text}": a day ends at 24:00'
        raise ValueError(msg)
    if start == end:
        msg = f'"{text}" is no time; a whole day is 00:00-24:00'
        raise ValueError(msg)
    return Span(start, end if end > start else end + DAY_MIN)


def single_days(hours: Mapping[date, str]) -> dict[date, tuple[Span, ...]]:
    """Read the hours of single days.

    Args:
        hours: Hours by day.

    Raises:
        ValueError: With everything that cannot be read.
    """
    problems, read = [], {}
    for day, text in hours.items():
        try:
            read[day] = spans(text)
        except ValueError as problem:
            problems.append(f"{day}: {problem}")
    if problems:
        raise ValueError("; ".join(problems))
    return read


def days(text: str) -> Iterator[int]:
    """Yield the weekdays that a text names, Monday 0.

    Args:
        text: Days and ranges of days with commas between, such as ``mon-thu, sat``; a range may pass Sunday.

    Raises:
        ValueError: It names no day.
    """
    for part in text.split(","):
        names = [name.strip().lower() for name in part.split("-")]
        if len(names) not in {1, 2} or not set(names) <= set(DAYS):
            msg = f'"{part.strip()}" is no day; there are {", ".join(DAYS)}, and ranges such as mon-fri'
            raise ValueError(msg)
        first, last = DAYS.index(names[0]), DAYS.index(names[-1])
        yield from (day % 7 for day in range(first, last + 1 if last >= first else last + 8))


def week(hours: Mapping[str, str]) -> tuple[tuple[Span, ...], ...]:
    """Read the hours of a week, Monday first.

    Args:
        hours: Hours by days.

    Raises:
        ValueError: With everything that is wrong: what cannot be read, a day that is named twice, hours that run into
            those of the next day.
    """
    problems: list[str] = []
    read: dict[int, tuple[Span, ...]] = {}
    for key, text in hours.items():
        try:
            named, opened = [*days(key)], spans(text)
        except ValueError as problem:
            problems.append(f"{key}: {problem}")
            continue
        problems += [f"{DAYS[day]} is named twice" for day in named if day in read]
        read |= dict.fromkeys(named, opened)
    found = tuple(read.get(day, ()) for day in range(7))
    problems += _overruns(found)
    if problems:
        raise ValueError("; ".join(problems))
    return found


def _overruns(found: Iterable[tuple[Span, ...]]) -> Iterator[str]:
    placed = [
        (day * DAY_MIN + span.start_min, day * DAY_MIN + span.end_min, f"{DAYS[day]} {span}")
        for day, opened in enumerate(found)
        for span in opened
    ]
    first = [(start + WEEK_MIN, end + WEEK_MIN, name) for start, end, name in placed[:1]]
    for (_, end, name), (start, _, other) in pairwise(placed + first):
        if start < end:
            yield f"{name} runs into {other}"
