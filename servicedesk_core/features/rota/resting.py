"""Rest after work at night: who has to rest until when. Pure."""

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from itertools import groupby
from zoneinfo import ZoneInfo

from servicedesk_core.config.values import quiet_times
from servicedesk_core.features.rota.kinds import Rest
from servicedesk_core.features.rota.rules import Away, Rota, Span, Worked, cut, joined, without

WHY = "rests after work at night"

_DAY = timedelta(days=1)
_NO_TIME = timedelta()


def outside(rota: Rota, one: Worked) -> tuple[Span, ...]:
    """Return what of recorded time lies outside of all shifts of who worked, on leave or not; earliest first."""
    return tuple(without([one.span], rota.planned(one.technician, *one.span)))


def at_night(spans: Iterable[Span], night: str, zone: ZoneInfo) -> Iterator[tuple[Span, Span]]:
    """Yield what of spans lies in a night, each with that whole night; the earliest first.

    Args:
        spans: The spans.
        night: Hours of the night, ``22:00-06:00``.
        zone: In whose local time they are; a night in which clocks are set has an hour more, or less.
    """
    begins, ends = quiet_times(night)
    for span in joined(spans):
        day = span.start.astimezone(zone).date() - _DAY
        while day <= span.end.astimezone(zone).date():
            whole = Span(_instant(day, begins, zone), _instant(day if ends > begins else day + _DAY, ends, zone))
            yield from ((piece, whole) for piece in cut([span], *whole))
            day += _DAY


def _instant(day: date, at: time, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, at, zone).astimezone(UTC)


def rests(rota: Rota, worked: Iterable[Worked], rule: Rest) -> Iterator[Away]:
    """Yield who rests until when: from the end of their last work of a night outside of their shifts.

    Args:
        rota: Who has a shift when.
        worked: What was recorded.
        rule: From how much on, and for how long.
    """
    for technician, theirs in groupby(sorted(worked, key=lambda one: one.place), lambda one: one.technician):
        pieces = [span for one in theirs for span in outside(rota, one)]
        for whole, several in groupby(at_night(pieces, rule.night, rota.zone), lambda pair: pair[1]):
            spans = [span for span, _ in several]
            if sum((span.length for span in spans), _NO_TIME) >= timedelta(minutes=rule.least_min):
                last = max(span.end for span in spans)
                ended = max((span.end for span in joined(pieces) if span.start < whole.end <= span.end), default=last)
                yield Away(technician, ended, ended + timedelta(hours=rule.hours), WHY)
