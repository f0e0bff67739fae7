"""Who is on shift, for how long, and who is out. Pure."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from servicedesk_core.business_time import hours

_DAY = timedelta(days=1)
_NO_TIME = timedelta()


class Span(NamedTuple):
    """Time in ``[start, end)``, in UTC."""

    start: datetime
    end: datetime

    @property
    def length(self) -> timedelta:
        """How long it is."""
        return self.end - self.start


class Worked(NamedTuple):
    """Time that a technician recorded, of which it is known when it was.

    Attributes:
        technician: Their name in the definitions.
        span: When.
        source_id: The desk's number of the connection.
        ticket_ref: The vendor's id of the ticket; ``None`` = it was on none.
        technician_ref: The vendor's id of the technician: their name may mean several.
    """

    technician: str
    span: Span
    source_id: int = 0
    ticket_ref: str | None = None
    technician_ref: str = ""

    @property
    def key(self) -> tuple[int, str]:
        """Who worked: the source, and the vendor's id."""
        return self.source_id, self.technician_ref

    @property
    def place(self) -> tuple[str, Span, int, str, str]:
        """Where it stands among others: by technician, and then by time."""
        return self.technician, self.span, self.source_id, self.technician_ref, self.ticket_ref or ""


@dataclass(frozen=True, slots=True)
class Planned:
    """A shift.

    Attributes:
        name: Its name.
        technicians: Whose it is.
        hours_of: The hours of a day.
        zone: In whose local time those are.
        since: From when on it holds; ``None`` = since ever.
        until: Until when; ``None`` = for ever.
    """

    name: str
    technicians: frozenset[str]
    hours_of: Callable[[date], tuple[hours.Span, ...]]
    zone: ZoneInfo
    since: datetime | None = None
    until: datetime | None = None

    def on(self, day: date) -> Iterator[Span]:
        """Yield the spans that belong to a local day; one that goes on into the next day is whole."""
        for span in self.hours_of(day):
            start, end = (self._instant(day, minute) for minute in span)
            if start < end and (self.since or start) <= start < (self.until or end):
                yield Span(start, end)

    def _instant(self, day: date, minute: int) -> datetime:
        more, minute = divmod(minute, hours.DAY_MIN)
        return datetime.combine(day + more * _DAY, time(minute // 60, minute % 60), self.zone).astimezone(UTC)


@dataclass(frozen=True, slots=True)
class Away:
    """Time in which a technician is out.

    Attributes:
        technician: Who.
        start: From when on.
        end: Until when.
        reason: Why, for those who may know.
    """

    technician: str
    start: datetime
    end: datetime
    reason: str = ""


class Rota:
    """Shifts and leave. Whoever has two shifts at a time works once.

    Args:
        shifts: The shifts.
        away: Who is out.
        zone: Where days begin.
        usual: When whoever has no shift works; ``None`` = nobody knows it.
        rests: Who rests after work at night: they do not work then, and are not out.
    """

    def __init__(
        self,
        shifts: Iterable[Planned],
        away: Iterable[Away],
        zone: ZoneInfo,
        usual: Planned | None = None,
        rests: Iterable[Away] = (),
    ) -> None:
        self.zone = zone
        self._usual = () if usual is None else (usual,)
        self.away: Sequence[Away] = sorted(away, key=lambda one: (one.start, one.technician))
        self._shifts: dict[str, list[Planned]] = defaultdict(list)
        for shift in shifts:
            for technician in sorted(shift.technicians):
                self._shifts[technician].append(shift)
        self._away: dict[str, list[Span]] = defaultdict(list)
        for one in self.away:
            self._away[one.technician].append(Span(one.start, one.end))
        self.rests: Sequence[Away] = sorted(rests, key=lambda one: (one.start, one.technician))
        self._off: dict[str, list[Span]] = defaultdict(list)
        for one in (*self.away, *self.rests):
            self._off[one.technician].append(Span(one.start, one.end))

    @property
    def technicians(self) -> tuple[str, ...]:
        """Everybody who ever has a shift."""
        return tuple(sorted(self._shifts))

    def knows(self, technician: str) -> bool:
        """Whether a technician ever has a shift: of nobody else it is known when they work."""
        return technician in self._shifts

    def on_shift(self, at: datetime) -> tuple[str, ...]:
        """Return who is on shift at an instant and not out, by name."""
        return tuple(one for one in self.technicians if self.works(one, at, at + timedelta.resolution))

    def works(self, technician: str, start: datetime, end: datetime) -> tuple[Span, ...]:
        """Return when a technician works in ``[start, end)``: on shift, not out, and not resting; earliest first."""
        return tuple(without(self.planned(technician, start, end), self._off.get(technician, ())))

    def planned(self, technician: str, start: datetime, end: datetime) -> tuple[Span, ...]:
        """Return when a technician has a shift in ``[start, end)``, out or not; earliest first."""
        found = (span for shift in self._of(technician) for span in _in(shift, start, end))
        return tuple(cut(joined(found), start, end))

    def hours(self, technician: str, start: datetime, end: datetime) -> timedelta:
        """Return for how long a technician works in ``[start, end)``."""
        return sum((span.length for span in self.works(technician, start, end)), _NO_TIME)

    def left(self, technician: str, at: datetime) -> timedelta:
        """Return how much of a technician's shifts of this day is left, without breaks and time out.

        A night shift belongs to the day on which it begins.
        """
        return sum((span.length for span in self.remaining(technician, at)), _NO_TIME)

    def remaining(self, technician: str, at: datetime) -> tuple[Span, ...]:
        """Return when a technician still works in shifts of this day; see :meth:`left`."""
        today, shifts = at.astimezone(self.zone).date(), self._of(technician)
        running = [span for shift in shifts for span in shift.on(today - _DAY) if span.start <= at < span.end]
        spans = running or [span for shift in shifts for span in shift.on(today)]
        left = cut(joined(spans), at, datetime.max.replace(tzinfo=UTC))
        return tuple(without(left, self._off.get(technician, ())))

    def _of(self, technician: str) -> Sequence[Planned]:
        return self._shifts.get(technician) or self._usual

    def out(self, start: datetime, end: datetime) -> tuple[Away, ...]:
        """Return who is out at some time in ``[start, end)``, and why: not everybody may know that."""
        return tuple(one for one in self.away if one.start < end and start < one.end)

    def is_out(self, technician: str, at: datetime) -> bool:
        """Whether a technician is out at an instant, on shift or not."""
        return any(span.start <= at < span.end for span in self._away.get(technician, ()))

    def rests_until(self, technician: str, at: datetime) -> datetime | None:
        """Return until when a technician rests who rests at an instant; ``None`` = they do not."""
        mine = (one for one in self.rests if one.technician == technician and one.start <= at < one.end)
        return max((one.end for one in mine), default=None)

    def doubled(self, start: datetime, end: datetime) -> Iterator[tuple[str, str, str, Span]]:
        """Yield whose shifts overlap in ``[start, end)``: the technician, both shifts, and the first time of it."""
        for technician, shifts in sorted(self._shifts.items()):
            seen: dict[tuple[str, str], Span] = {}
            placed = sorted((*span, shift.name) for shift in shifts for span in _in(shift, start, end))
            before: list[tuple[datetime, str]] = []
            for starts, ends, one in placed:
                before = [each for each in before if starts < each[0]]
                for other_ends, other in before:
                    if one != other:
                        seen.setdefault((min(one, other), max(one, other)), Span(starts, min(ends, other_ends)))
                before.append((ends, one))
            yield from ((technician, *names, span) for names, span in seen.items())


def _in(shift: Planned, start: datetime, end: datetime) -> Iterator[Span]:
    """Yield the spans of a shift that lie in a time, or partly."""
    if start >= end:
        return
    day, last = start.astimezone(shift.zone).date() - _DAY, end.astimezone(shift.zone).date()
    while day <= last:
        yield from (span for span in shift.on(day) if span.start < end and start < span.end)
        day += _DAY


def joined(spans: Iterable[Span]) -> Iterator[Span]:
    """Yield spans in order, those that touch or overlap as one."""
    held: Span | None = None
    for span in sorted(spans):
        if held is not None and span.start <= held.end:
            held = Span(held.start, max(held.end, span.end))
        else:
            if held is not None:
                yield held
            held = span
    if held is not None:
        yield held


def cut(spans: Iterable[Span], start: datetime, end: datetime) -> Iterator[Span]:
    """Yield what of spans lies in ``[start, end)``."""
    for span in spans:
        inside = Span(max(span.start, start), min(span.end, end))
        if inside.start < inside.end:
            yield inside


def without(spans: Iterable[Span], away: Iterable[Span]) -> Iterator[Span]:
    """Yield what is left of spans, in order, without other ones."""
    out = [*joined(away)]
    for span in spans:
        start = span.start
        for one in out:
            if one.end <= start or one.start >= span.end:
                continue
            if start < one.start:
                yield Span(start, one.start)
            start = one.end
        if start < span.end:
            yield Span(start, span.end)


def by_day(spans: Iterable[Span], zone: ZoneInfo) -> Mapping[date, list[Span]]:
    """Return spans by the local day on which each begins."""
    found: dict[date, list[Span]] = defaultdict(list)
    for span in spans:
        found[span.start.astimezone(zone).date()].append(span)
    return found
