"""What of recorded time is a call-out or overtime, what payroll needs, and when teams are away. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

from servicedesk_core.features.oncall import Held
from servicedesk_core.features.rota import Rota, Span, Worked, at_night, cut, joined, outside
from servicedesk_core.features.worktime.model import Pattern, Weekday

LEAST_PEOPLE: Final = 5
"""Of fewer people a pattern would tell of single ones."""

EVERYBODY: Final = "everybody"
_DAY: Final = timedelta(days=1)
_SECOND: Final = timedelta(seconds=1)
_NO_TIME: Final = timedelta()
_TENTH: Final = Decimal("0.1")


@dataclass(frozen=True, slots=True)
class Extra:
    """Recorded time outside of shifts.

    Attributes:
        worked: What was recorded.
        span: What of it lies outside.
        duty: The turn on call in which it was; ``None`` = it is overtime.
    """

    worked: Worked
    span: Span
    duty: Held | None


def extras(rota: Rota, worked: Iterable[Worked], duties: Mapping[str, Iterable[Held]], within: Span) -> Iterator[Extra]:
    """Yield recorded time outside of shifts, each piece with the turn on call in which it began.

    Args:
        rota: Who has a shift when.
        worked: What was recorded.
        duties: Turns on call, by technician.
        within: Only in it.
    """
    for one in sorted(worked, key=lambda one: one.place):
        for span in cut(outside(rota, one), *within):
            held = (each for each in duties.get(one.technician, ()) if each.start <= span.start < each.end)
            yield Extra(one, span, next(held, None))


def seconds(spans: Iterable[Span]) -> int:
    """Return how long spans are together; what they share counts once."""
    return sum((span.length for span in joined(spans)), _NO_TIME) // _SECOND


def night_s(spans: Iterable[Span], night: str, rota: Rota) -> int:
    """Return how much of spans was at night."""
    return seconds(piece for piece, _ in at_night(joined(spans), night, rota.zone))


def patterns(rota: Rota, teams: Mapping[str, str], first: date, last: date) -> Iterator[Pattern]:
    """Yield how much teams were away, by day of the week, and never of fewer than five people.

    Everybody together is left out where that would tell of a team that is left out.

    Args:
        rota: Who has a shift when, and who is out.
        teams: The team of each technician.
        first: The first day.
        last: The last one.
    """
    planned: dict[tuple[str, int], dict[str, timedelta]] = defaultdict(lambda: defaultdict(timedelta))
    away: dict[tuple[str, int], timedelta] = defaultdict(timedelta)
    day = first
    while day <= last:
        start, end = (datetime.combine(one, time(), rota.zone) for one in (day, day + _DAY))
        for technician, team in teams.items():
            hours = sum((span.length for span in rota.planned(technician, start, end)), _NO_TIME)
            if hours:
                missed = hours - rota.hours(technician, start, end)
                for name in (team, EVERYBODY):
                    planned[name, day.weekday()][technician] += hours
                    away[name, day.weekday()] += missed
        day += _DAY
    for weekday, word in enumerate(Weekday):
        names = sorted({name for name, number in planned if number == weekday} - {EVERYBODY})
        few = sum(len(planned[name, weekday]) for name in names if len(planned[name, weekday]) < LEAST_PEOPLE)
        shown = [name for name in names if len(planned[name, weekday]) >= LEAST_PEOPLE]
        is_safe = few == 0 or few >= LEAST_PEOPLE
        if (EVERYBODY, weekday) in planned and is_safe and len(planned[EVERYBODY, weekday]) >= LEAST_PEOPLE:
            shown.append(EVERYBODY)
        for name in shown:
            whole = sum(planned[name, weekday].values(), _NO_TIME)
            share = Decimal(100 * (away[name, weekday] // _SECOND)) / Decimal(whole // _SECOND)
            yield Pattern(
                team=name,
                weekday=word,
                people=len(planned[name, weekday]),
                shift_s=whole // _SECOND,
                away_percent=share.quantize(_TENTH, ROUND_HALF_UP),
            )
