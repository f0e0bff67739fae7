"""When our people are to work: by their shifts, else in the desk's hours, without leave and approved time off."""

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from itertools import accumulate
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import select

from servicedesk_core.domain import TimeOffState
from servicedesk_core.features.kpi.cases.facts import Hours, Key
from servicedesk_core.features.kpi.tables.lookup import Local, Lookup
from servicedesk_core.features.oncall import lists_of
from servicedesk_core.features.rota import Planned, Rota, Span, rota_of
from servicedesk_core.features.skills import crew
from servicedesk_core.store.schema import RECORDS

_DAY: Final = timedelta(days=1)
_SECOND: Final = timedelta(seconds=1)
_WHOLE_DAY_S: Final = _DAY // _SECOND


class Working:
    """When each of our people is to work.

    Args:
        lookup: What all facts share.
    """

    def __init__(self, lookup: Lookup) -> None:
        self._lookup = lookup
        self._names = crew(lookup.tx, lookup.people).names
        self._numbers = {name: number for number, name in lookup.connections.items()}
        self._zone = ZoneInfo(getattr(lookup.period.zone, "key", "UTC"))
        self._days: dict[Local, Mapping[date, int]] = {}
        self._spans: dict[tuple[str, date], Sequence[Span]] = {}
        self._counts: dict[date, tuple[Sequence[datetime], Sequence[int]]] = {}
        self._called: dict[date, tuple[Sequence[datetime], Sequence[frozenset[str]]]] = {}

    @cached_property
    def _rota(self) -> Rota:
        return rota_of(self._lookup.tx, crew(self._lookup.tx, self._lookup.people), self._zone)

    @cached_property
    def _usual(self) -> Rota:
        """The desk's hours, as those of everybody without a shift whom the definitions name."""
        calendar, names = self._lookup.calendar, frozenset(self._names.values())
        if calendar is None:
            return Rota((), (), self._zone)
        return Rota([Planned("", names, calendar.hours_of, ZoneInfo(calendar.zone))], self._rota.away, self._zone)

    @cached_property
    def scheduled(self) -> frozenset[Key]:
        """Those whose shifts are known."""
        return frozenset(
            (self._lookup.connections[source], ref)
            for (source, ref), name in self._names.items()
            if self._rota.knows(name)
        )

    @property
    def available_s(self) -> Callable[[Key, date], int | None] | None:
        """Says for how long somebody is to work on a day; ``None`` = nobody defined shifts or a calendar."""
        return self._available_s if self.scheduled or self._lookup.calendar is not None else None

    def local(self, who: Key) -> Local:
        """Return somebody by the number of their source."""
        return self._numbers[who[0]], who[1]

    def on_shift(self, at: datetime) -> int | None:
        """Return how many are on shift at an instant; ``None`` = nobody has shifts."""
        day = at.astimezone(UTC).date()
        if day not in self._counts:
            self._counts[day] = self._counted(day)
        edges, counts = self._counts[day]
        return counts[bisect_right(edges, at)] if counts else None

    def _counted(self, day: date) -> tuple[Sequence[datetime], Sequence[int]]:
        """Return when on a day of UTC shifts begin or end, and how many are on shift before and after each."""
        names = self._rota.technicians
        spans = [span for name in names for span in self._of_day(self._rota, name, day)]
        changes = Counter(start for start, _ in spans)
        changes.subtract(end for _, end in spans)
        edges = sorted(changes)
        return edges, [0, *accumulate(changes[one] for one in edges)] if names else []

    def _available_s(self, who: Key, day: date) -> int | None:
        key = self.local(who)
        rota = self._rota_of(key)
        if rota is None:
            calendar, off = self._lookup.calendar, self._off.get((key, day), (0, 0))
            open_s = None if calendar is None else sum(end - start for start, end in calendar.hours_of(day)) * 60
            return None if open_s is None else max(0, open_s - sum(off))
        return self._by_day(key, rota).get(day, 0)

    def _by_day(self, key: Local, rota: Rota) -> Mapping[date, int]:
        """Return the seconds of a technician's shifts by the day on which each begins."""
        if key not in self._days:
            period, name, found = (
                self._lookup.period,
                self._names[key],
                defaultdict[date, tuple[int, int]](lambda: (0, 0)),
            )
            for span in rota.planned(name, period.start - _DAY, period.end + _DAY):
                day = span.start.astimezone(self._zone).date()
                planned, works = found[day]
                found[day] = planned + span.length // _SECOND, works + rota.hours(name, *span) // _SECOND
            # Of time off without its hours the rota takes the whole day.
            partly = {day: off for (who, day), (_, off) in self._off.items() if who == key and off}
            self._days[key] = {
                day: max(0, planned - partly[day]) if day in partly else works
                for day, (planned, works) in found.items()
            }
        return self._days[key]

    def when(self, key: Local, at: datetime) -> Hours | None:
        """Return in which of somebody's hours an instant is; ``None`` = nobody said when they work."""
        rota, calendar, name = self._rota_of(key), self._lookup.calendar, self._names.get(key)
        if rota is not None and name is not None:
            is_in = any(start <= at < end for start, end in self._of_day(rota, name, at.astimezone(UTC).date()))
        elif calendar is not None:
            is_in = calendar.is_open(at)
        else:
            return None
        if is_in:
            return Hours.IN
        return Hours.ON_CALL if name is not None and name in self._on_call(at) else Hours.AFTER

    def _of_day(self, rota: Rota, name: str, day: date) -> Sequence[Span]:
        """Return when somebody works on a day of UTC."""
        if (name, day) not in self._spans:
            midnight = datetime.combine(day, time(), UTC)
            self._spans[name, day] = rota.works(name, midnight, midnight + _DAY)
        return self._spans[name, day]

    def _on_call(self, at: datetime) -> frozenset[str]:
        """Return who is on call at an instant."""
        day = at.astimezone(UTC).date()
        if day not in self._called:
            midnight = datetime.combine(day, time(), UTC)
            starts = sorted({begins for one in self._lists for begins in one.changes(midnight, midnight + _DAY)})
            called = [frozenset(duty.technician for one in self._lists for duty in one.at(each)) for each in starts]
            self._called[day] = starts, called
        instants, people = self._called[day]
        return people[bisect_right(instants, at) - 1] if instants else frozenset()

    def _rota_of(self, key: Local) -> Rota | None:
        name = self._names.get(key)
        if name is None:
            return None
        return self._rota if self._rota.knows(name) else self._usual if self._usual.technicians else None

    @cached_property
    def _lists(self) -> Any:
        return lists_of(self._lookup.tx, self._zone)

    @cached_property
    def _off(self) -> Mapping[tuple[Local, date], tuple[int, int]]:
        """Approved time off, in seconds: that with its hours, or of a whole day; and that of which only how long."""
        t = RECORDS["time_off"].c
        query = select(t.source_id, t.technician_ref, t.day, t.start_at, t.end_at, t.duration_s).where(
            t.gone_at.is_(None), t.state == TimeOffState.APPROVED.value, t.day.is_not(None)
        )
        found: dict[tuple[Local, date], tuple[int, int]] = defaultdict(lambda: (0, 0))
        for source, who, day, start, end, seconds in self._lookup.tx.execute(query):
            key = (source, who or ""), date.fromisoformat(day) if isinstance(day, str) else day
            placed, only = found[key]
            if seconds is None or (start is not None and end is not None):
                found[key] = placed + (_WHOLE_DAY_S if seconds is None else seconds), only
            else:
                found[key] = placed, only + seconds
        return found
