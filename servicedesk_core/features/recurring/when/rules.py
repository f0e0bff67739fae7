"""When the occurrences of a plan are: moved to working days, in local time, and which are due now. Pure.

The business-day rule is applied after the rhythm and never fed back. Local times become instants last, so that nine
o'clock stays nine o'clock across a change to summer time: a time that does not exist moves forward by the gap, one that
exists twice is the first.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from servicedesk_core.features.recurring.when.rhythm import Rhythm

FARTHEST: Final = 31
"""So many days at most an occurrence is moved: where all of these are holidays, there is none."""
DAY: Final = timedelta(days=1)

NO_WORKING_DAY: Final = f"there is no working day within {FARTHEST} days"
PAST_END: Final = "holidays move it past the end of the plan"
_EARLIEST: Final = date.min + timedelta(days=366)
_FINAL: Final = date.max - timedelta(days=366)
SHARED_DAY: Final = "holidays move it to the day of another one"


class BusinessDays(StrEnum):
    """Where an occurrence goes that falls on a day without hours."""

    NONE = "none"
    """It stays."""
    FOLLOWING = "following"
    """To the next working day."""
    PRECEDING = "preceding"
    """To the working day before."""
    MODIFIED_FOLLOWING = "modified_following"
    """To the next working day, or to the one before where the next is in another month."""


class CatchUp(StrEnum):
    """What becomes of occurrences whose time passed while nothing generated."""

    LATEST = "latest"
    """Only the newest is made."""
    ALL = "all"
    NONE = "none"
    """None is made whose day is over."""


@dataclass(frozen=True, slots=True)
class Timing:
    """When the occurrences of a plan are.

    Attributes:
        rhythm: On which days.
        zone: In whose local time.
        at: When the work is to begin.
        due: Until when it is to be done, on the last day of its window.
        end: Last day, inclusive; ``None`` = without end.
        lead_days: So many days before, its ticket is made.
        days_after: So many days later it may be done.
        business_days: Where an occurrence goes that falls on a day without hours.
        is_working: Whether a day has hours.
    """

    rhythm: Rhythm
    zone: ZoneInfo
    at: time
    due: time
    end: date | None = None
    lead_days: int = 0
    days_after: int = 0
    business_days: BusinessDays = BusinessDays.NONE
    is_working: Callable[[date], bool] = lambda _day: True


class Occurrence(NamedTuple):
    """A time at which a plan is due.

    Attributes:
        on: The day that the rule says: what it is known by, wherever holidays move it.
        day: The day on which it is.
        opens_at: When its ticket is made.
        at: When its work is to begin.
        due_at: Until when it is to be done.
        why: Why there is none after all; empty = there is one.
    """

    on: date
    day: date
    opens_at: datetime
    at: datetime
    due_at: datetime
    why: str = ""


def instant(day: date, at: time, zone: ZoneInfo) -> datetime:
    """Return a local time as an instant in UTC."""
    return datetime.combine(day, at, zone).astimezone(UTC)


def occurrences(timing: Timing, first: date, last: date) -> Iterator[Occurrence]:
    """Yield the occurrences on some days, both ends included, by their days.

    Which there are does not depend on the days that are asked for. None is at either end of what a calendar can write.
    """
    first, last = max(first, _EARLIEST), min(last, _FINAL)
    if timing.business_days is BusinessDays.NONE:
        until = last if timing.end is None else min(last, timing.end)
        for on in timing.rhythm.days(first, until):
            yield _at(timing, on, on)
        return
    margin = timedelta(days=FARTHEST)
    until = last + margin if timing.end is None else min(last + margin, timing.end)
    placed = [
        (day, moved(day, timing.business_days, timing.is_working)) for day in timing.rhythm.days(first - margin, until)
    ]
    chosen: dict[date, date] = {}
    for on, day in placed:
        if day is not None and (on == day or day not in chosen):
            chosen[day] = on
    found = []
    for on, day in placed:
        here = day or on
        if first <= here <= last:
            why = NO_WORKING_DAY if day is None else "" if chosen[day] == on else SHARED_DAY
            if timing.end is not None and here > timing.end:
                why = PAST_END
            found.append(_at(timing, on, here, why))
    yield from sorted(found, key=lambda one: (one.day, one.on))


def _at(timing: Timing, on: date, day: date, why: str = "") -> Occurrence:
    zone = timing.zone
    at = instant(day, timing.at, zone)
    opens_at = at if not timing.lead_days else instant(day - timedelta(days=timing.lead_days), timing.at, zone)
    return Occurrence(on, day, opens_at, at, instant(day + timedelta(days=timing.days_after), timing.due, zone), why)


def moved(day: date, how: BusinessDays, is_working: Callable[[date], bool]) -> date | None:
    """Return the day to which one goes; ``None`` = there is no working day near it."""
    if how is BusinessDays.NONE or is_working(day):
        return day
    after, before = _nearest(day, DAY, is_working), _nearest(day, -DAY, is_working)
    if how is BusinessDays.FOLLOWING:
        return after
    if how is BusinessDays.PRECEDING or after is None or after.month != day.month:
        return before
    return after


def _nearest(day: date, step: timedelta, is_working: Callable[[date], bool]) -> date | None:
    return next((one for ahead in range(1, FARTHEST + 1) if is_working(one := day + ahead * step)), None)


class Due(NamedTuple):
    """What is due of a plan.

    Attributes:
        made: Occurrences whose tickets are to be made.
        missed: Those that were missed, and are not made any more.
    """

    made: tuple[Occurrence, ...]
    missed: tuple[Occurrence, ...]


def due(open_ones: Iterable[Occurrence], catch_up: CatchUp, now: datetime, zone: ZoneInfo) -> Due:
    """Return which occurrences are to be made now, of those that are open and whose ticket was to be made by now.

    Args:
        open_ones: Those about which nothing was decided, in order.
        catch_up: What becomes of those whose time passed.
        now: The present.
        zone: In whose local time days end.
    """
    some = [one for one in open_ones if one.opens_at <= now]
    passed = [one for one in some if one.at <= now]
    if catch_up is CatchUp.ALL:
        missed: Collection[Occurrence] = ()
    elif catch_up is CatchUp.LATEST:
        missed = passed[:-1]
    else:
        today = now.astimezone(zone).date()
        missed = [one for one in passed if one.day < today]
    return Due(tuple(one for one in some if one not in missed), tuple(missed))


def since(versions: Sequence[tuple[datetime, object]]) -> datetime:
    """Return since when a plan has the rhythm that it has now.

    Args:
        versions: When each version of it was applied, with its rhythm, ``None`` = there was no plan; oldest first, at
            least one.
    """
    *_, (at, newest) = versions
    for earlier, rhythm in reversed(versions):
        if rhythm != newest:
            break
        at = earlier
    return at
