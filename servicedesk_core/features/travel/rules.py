"""The shortest order of a day's visits. Pure: the same day gives the same order."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from servicedesk_core.domain.places import Point
from servicedesk_core.features.rota import Span

MOST: Final = 8
"""So many visits of a day are put in order; the others stay where they are."""

LEAST: Final = timedelta(minutes=1)
"""Less is not worth a call to a client."""

_GRID: Final = timedelta(minutes=5)
"""People agree on times of a clock, and not on 10:43:12."""

_NO_TIME: Final = timedelta()

Way = Callable[[Point, Point], timedelta]
"""Returns how long a way takes."""


@dataclass(frozen=True, slots=True)
class Stop:
    """An appointment of a day.

    Attributes:
        ref: What tells it from the others.
        start: When it begins.
        end: When it ends.
        place: Where it is; ``None`` = nobody said: whoever goes stays where they were before.
        is_fixed: Whether it keeps its time.
        due_at: When it is to be done at the latest, if it is in time now.
    """

    ref: str
    start: datetime
    end: datetime
    place: Point | None
    is_fixed: bool = False
    due_at: datetime | None = None

    @property
    def lasts(self) -> timedelta:
        """How long it takes."""
        return self.end - self.start


@dataclass(frozen=True, slots=True)
class Leg:
    """An appointment with the way to it.

    Attributes:
        stop: The appointment.
        begins: When it begins.
        way: How long the way there takes, from what comes before; ``None`` = nobody knows.
    """

    stop: Stop
    begins: datetime
    way: timedelta | None


@dataclass(frozen=True, slots=True)
class Tour:
    """A day's appointments in an order.

    Attributes:
        legs: The appointments.
        back: How long the way home takes.
    """

    legs: tuple[Leg, ...]
    back: timedelta

    @property
    def travel(self) -> timedelta:
        """How long all ways of the day take, the one home included."""
        return sum((one.way for one in self.legs if one.way is not None), self.back)


@dataclass(frozen=True, slots=True)
class Day:
    """What the order of a day depends on.

    Attributes:
        home: Where it begins and ends; ``None`` = nobody said, so that ways count between visits only.
        way: How long ways take.
        works: When whoever goes works.
    """

    home: Point | None
    way: Way
    works: Sequence[Span]

    def as_planned(self, stops: Sequence[Stop]) -> Tour:
        """Return the appointments as they are."""
        at, legs = self.home, list[Leg]()
        for stop in sorted(stops, key=lambda one: (one.start, one.ref)):
            legs.append(Leg(stop, stop.start, self.way_to(at, stop)))
            at = stop.place or at
        return Tour((*legs,), self.back(at))

    def shortest(self, stops: Sequence[Stop]) -> Tour:
        """Return the order in which all ways together are shortest; where none is shorter, that which stands.

        What is fixed keeps its time, and is reached in time. The slots of the day stay: what comes third begins no
        earlier than the third does now, and later where the way takes longer. Nothing leaves the hours of work, and
        what is in time stays so.

        Args:
            stops: The appointments.
        """
        planned = self.as_planned(stops)
        free = [one.stop for one in planned.legs if self._is_free(one.stop)][:MOST]
        fixed = [one.stop for one in planned.legs if one.stop not in free]
        search = _Search(self, planned, planned.travel - LEAST)
        search.go((), free, fixed, [one.start for one in free])
        return search.best

    def way_to(self, at: Point | None, stop: Stop) -> timedelta | None:
        """Return how long the way to an appointment takes; ``None`` = nobody knows."""
        return None if at is None or stop.place is None else self.way(at, stop.place)

    def back(self, at: Point | None) -> timedelta:
        """Return how long the way home takes."""
        return _NO_TIME if self.home is None or at is None else self.way(at, self.home)

    def moved(self, stop: Stop, earliest: datetime) -> datetime | None:
        """Return when an appointment begins that may not begin before an instant; ``None`` = it cannot be there."""
        fit = (max(earliest, span.start) for span in self.works if max(earliest, span.start) + stop.lasts <= span.end)
        begins = next(fit, None)
        is_late = begins is not None and stop.due_at is not None and stop.end <= stop.due_at < begins + stop.lasts
        return None if is_late else begins

    def _is_free(self, stop: Stop) -> bool:
        """Whether it may move; what somebody planned outside of the hours of work stays there."""
        fits = any(span.start <= stop.start and stop.end <= span.end for span in self.works)
        return fits and stop.place is not None and not stop.is_fixed


@dataclass(slots=True)
class _Search:
    """A search through the orders of a day.

    Attributes:
        day: The day.
        best: The shortest order that was found.
        most: Longer ones are not looked at.
    """

    day: Day
    best: Tour
    most: timedelta

    def go(
        self,
        legs: tuple[Leg, ...],
        free: Sequence[Stop],
        fixed: Sequence[Stop],
        slots: Sequence[datetime],
        travel: timedelta = _NO_TIME,
    ) -> None:
        """Look at all orders that begin with some legs.

        Args:
            legs: What comes first.
            free: What may come in any order.
            fixed: What keeps its time, the earliest first.
            slots: When what is free begins now, the earliest first.
            travel: How long the ways of the legs take.
        """
        at = next((one.stop.place for one in reversed(legs) if one.stop.place is not None), self.day.home)
        if travel > self.most:
            return
        if not free and not fixed:
            tour = Tour(legs, self.day.back(at))
            if tour.travel <= self.most:
                self.best, self.most = tour, tour.travel - timedelta.resolution
            return
        for stop in (*free, *fixed[:1]):
            way = self.day.way_to(at, stop)
            there = legs[-1].begins + legs[-1].stop.lasts + (way or _NO_TIME) if legs else None
            if stop in fixed:
                begins = stop.start if there is None or there <= stop.start else None
                rest = free, fixed[1:], slots
            else:
                begins = self.day.moved(stop, slots[0] if there is None else max(slots[0], _told(there)))
                rest = [one for one in free if one is not stop], fixed, slots[1:]
            if begins is not None:
                self.go((*legs, Leg(stop, begins, way)), *rest, travel + (way or _NO_TIME))


def _told(at: datetime) -> datetime:
    """Return the next instant that people agree on."""
    return at + (datetime.min.replace(tzinfo=at.tzinfo) - at) % _GRID
