"""Busy times out of calendars of RFC 5545: recurrences, whole days, zones, what is cancelled or takes no time. Pure.

Servers can expand recurrences themselves, but do not do it alike: Radicale 3.9 leaves exceptions out of account and
expands in UTC, so that what is at nine in winter is at ten in summer. So that is done here.
"""

from collections.abc import Iterable, Iterator
from datetime import MAXYEAR, UTC, date, datetime, time, timedelta, tzinfo
from importlib import import_module
from typing import Any, Final, NamedTuple

from icalendar import Calendar

_RULES: Final[Any] = import_module("dateutil.rrule")  # comes with icalendar, and says nothing of its types
_DAY: Final = timedelta(days=1)
_SHORT: Final = 80
_TIMES: Final = frozenset({"DTSTART", "DTEND", "DURATION", "RRULE", "RDATE", "EXDATE", "RECURRENCE-ID"})
_FREE: Final = frozenset({"TRANSPARENT"})
_NOT: Final = frozenset({"CANCELLED"})
_MOST: Final = 5_000
"""So many times an event is repeated within what is looked at, at most."""
_STEPS: Final = 500_000
"""So many repetitions are walked to come there: each hour of 57 years."""
_SAME_AGAIN: Final = 400
"""After so many years the calendar is the same again, weekdays and leap years too. So what is repeated is looked for as
late as there are years: a rule that never comes true is followed to the last of them, which is 9999."""
_TOO_OFTEN: Final = frozenset({"FREQ=SECONDLY", "FREQ=MINUTELY", "INTERVAL=0"})
_FIRST: Final = datetime.min.replace(tzinfo=UTC)
_LAST: Final = datetime.max.replace(tzinfo=UTC)


class Busy(NamedTuple):
    """Time that an event takes.

    Attributes:
        uid: The event's id, the same in all calendars.
        at: When this one of its repetitions was to begin; tells them apart.
        start: When it begins.
        end: When it ends.
    """

    uid: str
    at: datetime
    start: datetime
    end: datetime


class Within(NamedTuple):
    """What is looked at.

    Attributes:
        start: Begin of the span.
        end: End of it.
        zone: In which whole days lie, and times that name no zone.
    """

    start: datetime
    end: datetime
    zone: tzinfo


class UnreadableCalendarError(ValueError):
    """What a calendar holds cannot be read; says where, and never a word of an event."""


def busy_in(text: str, within: Within) -> Iterator[Busy]:
    """Yield the times that the events of one calendar object take within a span.

    Args:
        text: The object: an event with all its exceptions.
        within: The span.

    Raises:
        UnreadableCalendarError: It is no calendar, or an event has no time that can be read.
    """
    try:
        events = Calendar.from_ical(text.encode()).walk("VEVENT")  # a text can be taken for the name of a file
    except (ValueError, IndexError, KeyError) as error:
        msg = f"holds what is no calendar of RFC 5545 ({type(error).__name__})"
        raise UnreadableCalendarError(msg) from None
    by_uid: dict[str, list[Any]] = {}
    for event in events:
        by_uid.setdefault(str(event.get("UID", "")), []).append(event)
    for uid, several in by_uid.items():
        try:
            found = [*_of(uid, several, within)]
        except UnreadableCalendarError as error:
            msg = f"has an event {uid[:_SHORT] or 'without UID'} that {error}"
            raise UnreadableCalendarError(msg) from None
        except (KeyError, ValueError, TypeError, AttributeError, OverflowError) as error:
            msg = f"has an event {uid[:_SHORT] or 'without UID'} whose time cannot be read ({type(error).__name__})"
            raise UnreadableCalendarError(msg) from None
        yield from found


def first_of(event: Any, zone: tzinfo) -> tuple[datetime, datetime]:
    """Return when an event begins and ends, the first time where it is repeated.

    Raises:
        UnreadableCalendarError: It has no time that can be read.
    """
    try:
        begins, lasts = _when(event)
        return _instant(begins, zone), _instant(begins + lasts, zone)
    except (KeyError, ValueError, TypeError, AttributeError, OverflowError) as error:
        msg = f"has an event whose time cannot be read ({type(error).__name__})"
        raise UnreadableCalendarError(msg) from None


def _of(uid: str, events: Iterable[Any], within: Within) -> Iterator[Busy]:
    zone = within.zone
    moved = {_instant(one.decoded("RECURRENCE-ID"), zone): one for one in events if "RECURRENCE-ID" in one}
    for event in events:
        begins, lasts = _when(event)
        if "RECURRENCE-ID" in event:
            if str(event["RECURRENCE-ID"].params.get("RANGE", "")).upper() == "THISANDFUTURE":
                msg = "has an exception for all that follows; make it a repeated event of its own"
                raise UnreadableCalendarError(msg)
            at = _instant(event.decoded("RECURRENCE-ID"), zone)
            times: Iterable[tuple[datetime, Any, timedelta]] = ((at, begins, lasts),)
        else:
            repeated = _repeated(event, begins, lasts, within)
            times = ((at, *each) for each in repeated if (at := _instant(each[0], zone)) not in moved)
        if not _takes_time(event):
            continue
        for at, one, length in times:
            first = _instant(one, zone)
            if isinstance(one, datetime):
                last = first + min(length, _LAST - first)
            else:
                last = _instant(one + min(length, date.max - one), zone)
            if first < within.end and last > within.start and first < last:
                yield Busy(uid, at, first, last)


def _takes_time(event: Any) -> bool:
    return str(event.get("STATUS", "")).upper() not in _NOT and str(event.get("TRANSP", "OPAQUE")).upper() not in _FREE


def _when(event: Any) -> tuple[date, timedelta]:
    """Return when an event begins, and how long it lasts.

    Raises:
        UnreadableCalendarError: A time of it was left out, because it cannot be read.
    """
    if not _TIMES.isdisjoint(str(name).upper() for name, _ in event.errors):
        msg = "has a time that cannot be read"
        raise UnreadableCalendarError(msg)
    begins = event.decoded("DTSTART")
    if "DTEND" in event:
        ends = event.decoded("DTEND")
        if isinstance(begins, datetime) and isinstance(ends, datetime) and begins.tzinfo and ends.tzinfo:
            return begins, _instant(ends, UTC) - _instant(begins, UTC)
        return begins, ends - begins
    usual = timedelta() if isinstance(begins, datetime) else _DAY
    return begins, event.decoded("DURATION") if "DURATION" in event else usual


def _repeated(event: Any, begins: date, lasts: timedelta, within: Within) -> Iterator[tuple[date, timedelta]]:
    """Yield when an event begins, by the clock of its own zone (nine stays nine), and how long it lasts."""
    zone = within.zone
    without = {_instant(one, zone) for one, _ in _dates(event, "EXDATE", lasts)}
    added = list(_dates(event, "RDATE", lasts))
    if "RRULE" not in event:
        yield from (one for one in ((begins, lasts), *added) if _instant(one[0], zone) not in without)
        return
    own = begins.tzinfo if isinstance(begins, datetime) else None
    local = begins.replace(tzinfo=None) if isinstance(begins, datetime) else datetime.combine(begins, time())
    first = (within.start - _DAY).astimezone(own or zone).replace(tzinfo=None)
    last = (within.end + _DAY).astimezone(own or zone).replace(tzinfo=None)
    rules = event["RRULE"] if isinstance(event["RRULE"], list) else [event["RRULE"]]
    if local > last:
        yield from (one for one in added if _instant(one[0], zone) not in without)
        return
    years = (MAXYEAR - last.year) // _SAME_AGAIN * _SAME_AGAIN
    for rule in rules:
        seen = 0
        for step, then in enumerate(_RULES.rrulestr(_local(rule, own or zone, years), dtstart=_later(local, years))):
            at = _later(then, -years)
            if at > last:
                break
            if first - at > lasts and step < _STEPS:
                continue
            if (seen := seen + 1) > _MOST or step >= _STEPS:
                msg = "is repeated too often"
                raise UnreadableCalendarError(msg)
            one = at.replace(tzinfo=own) if isinstance(begins, datetime) else at.date()
            if _instant(one, zone) not in without:
                yield one, lasts
    yield from (one for one in added if _instant(one[0], zone) not in without)


def _later(at: datetime, years: int) -> datetime:
    return at.replace(year=at.year + years)


def _local(rule: Any, zone: tzinfo, years: int) -> str:
    """Return a rule whose end is by the clock of the event, as the rule's other parts are, so many years later.

    Raises:
        UnreadableCalendarError: It is repeated so often that nobody is meant to be busy by it.
    """
    parts = []
    if not _TOO_OFTEN.isdisjoint(rule.to_ical().decode().upper().split(";")):
        msg = "is repeated by the minute, the second, or without an interval"
        raise UnreadableCalendarError(msg)
    for part in rule.to_ical().decode().split(";"):
        name, _, value = part.partition("=")
        if name.upper() == "UNTIL" and value.endswith("Z"):
            until = datetime.strptime(value, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
            value = f"{until.astimezone(zone):%Y%m%dT%H%M%S}"
        if name.upper() == "UNTIL":
            if (year := int(value[:4]) + years) > MAXYEAR:
                continue
            part = f"UNTIL={year:04}{value[4:]}"  # noqa: PLW2901  # the one that is kept
        parts.append(part)
    return ";".join(parts)


def _dates(event: Any, name: str, lasts: timedelta) -> Iterator[tuple[date, timedelta]]:
    said = event.get(name, [])
    for each in said if isinstance(said, list) else [said]:
        for one in each.dts:
            if isinstance(one.dt, tuple):  # a period: its end, or how long it lasts
                start, end = one.dt
                yield start, end if isinstance(end, timedelta) else _instant(end, UTC) - _instant(start, UTC)
            else:
                yield one.dt, lasts


def _instant(at: date, zone: tzinfo) -> datetime:
    """Return an instant in UTC; a day begins at midnight in the desk's zone."""
    if not isinstance(at, datetime):
        return datetime.combine(at, time(), zone).astimezone(UTC)
    try:
        return (at if at.tzinfo is not None else at.replace(tzinfo=zone)).astimezone(UTC)
    except OverflowError:  # the last hours of the year 9999 are later by UTC
        return _LAST if at.year == MAXYEAR else _FIRST
