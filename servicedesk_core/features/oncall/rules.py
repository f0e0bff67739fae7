"""Who is on call, and when nobody is. Pure."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from itertools import pairwise
from zoneinfo import ZoneInfo

from servicedesk_core.features.oncall.kinds import OnCall, Turn
from servicedesk_core.features.rota import Away, Span

Opened = Callable[[str, datetime, datetime], Sequence[Span]]

_DAY = timedelta(days=1)
_LONGEST = timedelta(days=100)
"""How far back the beginning of a turn is looked for."""


class Line(StrEnum):
    """In which order people are rung."""

    PRIMARY = "primary"
    SECONDARY = "secondary"
    MANAGER = "manager"


@dataclass(frozen=True, slots=True)
class Duty:
    """Somebody who is on call.

    Attributes:
        line: In which place.
        technician: Who.
        until: Until when, as far as it is known.
    """

    line: Line
    technician: str
    until: datetime | None


@dataclass(frozen=True, slots=True)
class Gap:
    """Time in which nobody would answer first.

    Attributes:
        list_name: Of which list.
        start: From when on.
        end: Until when.
        primary: Who would have to, and is out; ``None`` = nobody is primary.
    """

    list_name: str
    start: datetime
    end: datetime
    primary: str | None


@dataclass(frozen=True, slots=True)
class Held:
    """Time in which somebody is on call.

    Attributes:
        list_name: On which list.
        line: In which place.
        start: From when on.
        end: Until when.
    """

    list_name: str
    line: Line
    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class Taken:
    """A turn of somebody, from when until when."""

    technician: str
    start: datetime
    end: datetime


class Listed:
    """One on-call list in all its versions.

    Args:
        name: Its name.
        versions: From when on each holds, ``None`` = since ever, and what it says; ``None`` = nothing any more.
        zone: In whose local time turns begin.
        opened: The open time of a calendar, by its name, that lies in a time or partly.
        overrides: Turns that somebody decided about in place of all others, in the order in which they did.
    """

    def __init__(
        self,
        name: str,
        versions: Sequence[tuple[datetime | None, OnCall | None]],
        zone: ZoneInfo,
        opened: Opened = lambda _, __, ___: (),
        overrides: Sequence[Turn] = (),
    ) -> None:
        self.name = name
        self._versions = versions
        self._zone = zone
        self._opened = opened
        self._overrides = (*overrides,)

    def at(self, at: datetime) -> tuple[Duty, ...]:
        """Return who is on call at an instant, in the order in which they are rung; nobody in the hours of the day."""
        said = self._said(at)
        return self._duties(said, at) if said is not None and self._is_needed(said, at) else ()

    def changes(self, start: datetime, end: datetime) -> Iterator[datetime]:
        """Yield the beginning of a time, and when in it others may come on call: between, the same people are."""
        return (begins for begins, _ in self._pieces(start, end))

    def turn(self, line: Line, at: datetime) -> "Taken | None":
        """Return whose turn it is at an instant; ``None`` = nobody's, or one without a beginning or an end."""
        said = self._said(at)
        if said is None:
            return None
        who, ends = self._of(said, line, at)
        if who is None or ends is None:
            return None
        edges = sorted({at, *(one for one in self._cuts(at - _LONGEST, at) if at - _LONGEST < one <= at)})
        start = next((one for one in edges if self._of(said, line, one) == (who, ends)), at)
        return Taken(who, start, ends)

    def gaps(self, start: datetime, end: datetime, away: Iterable[Away]) -> Iterator[Gap]:
        """Yield when in ``[start, end)`` nobody would answer first.

        Args:
            start: From when on.
            end: Until when.
            away: Who is out.
        """
        out = [*away]
        held: Gap | None = None
        for begins, ends in self._pieces(start, end, (edge for one in out for edge in (one.start, one.end))):
            gap = self._gap(begins, ends, out)
            if held is not None and gap is not None and gap.primary == held.primary:
                held = Gap(self.name, held.start, ends, held.primary)
                continue
            if held is not None:
                yield held
            held = gap
        if held is not None:
            yield held

    def held(self, technician: str, start: datetime, end: datetime) -> Iterator[Held]:
        """Yield when in ``[start, end)`` somebody is on call, by place.

        Hours between two nights of one turn, in which nobody is rung, belong to it.

        Args:
            technician: Who.
            start: From when on.
            end: Until when.
        """
        for line in Line:
            held: Held | None = None
            for begins, ends in self._pieces(start, end):
                said = self._said(begins)
                if said is None or self._of(said, line, begins)[0] != technician:
                    if held is not None:
                        yield held
                    held = None
                elif self._is_needed(said, begins):
                    held = Held(self.name, line, begins if held is None else held.start, ends)
            if held is not None:
                yield held

    def others(self, technician: str, line: Line, at: datetime) -> tuple[str, ...]:
        """Return who else stands on the list, in the order in which they would take a place from somebody.

        Those of that place come first, whose turn is next before the others.

        Args:
            technician: From whom.
            line: Their place.
            at: When.
        """
        said = self._said(at)
        if said is None:
            return ()
        here: tuple[str, ...] = getattr(said, line.value)
        after = here.index(technician) + 1 if technician in here else 0
        places = [here[after:] + here[:after], *(getattr(said, one.value) for one in Line)]
        single = [(getattr(one, each.value),) for each in (line, *Line) for one in said.turns]
        names = dict.fromkeys(name for place in (*places, *single) for name in place if name)
        return tuple(name for name in names if name != technician)

    def _pieces(
        self, start: datetime, end: datetime, edges: Iterable[datetime] = ()
    ) -> Iterator[tuple[datetime, datetime]]:
        """Yield the pieces of a time in each of which the same people are on call."""
        cuts = (*self._cuts(start, end), *edges)
        return pairwise(sorted({start, end, *(one for one in cuts if start < one < end)}))

    def _gap(self, begins: datetime, ends: datetime, out: Iterable[Away]) -> Gap | None:
        said = self._said(begins)
        if said is None or not self._is_needed(said, begins):
            return None
        primary = self._of(said, Line.PRIMARY, begins)[0]
        is_there = primary is not None and not any(
            one.technician == primary and one.start <= begins < one.end for one in out
        )
        return None if is_there else Gap(self.name, begins, ends, primary)

    def _said(self, at: datetime) -> OnCall | None:
        return next((said for since, said in reversed(self._versions) if since is None or since <= at), None)

    def _is_needed(self, said: OnCall, at: datetime) -> bool:
        return said.outside is None or not self._opened(said.outside, at, at + timedelta.resolution)

    def _duties(self, said: OnCall, at: datetime) -> tuple[Duty, ...]:
        found = ((line, *self._of(said, line, at)) for line in Line)
        return tuple(Duty(line, who, until) for line, who, until in found if who is not None)

    def _of(self, said: OnCall, line: Line, at: datetime) -> tuple[str | None, datetime | None]:
        """Return who has a place at an instant, and until when."""
        single = [one for one in (*said.turns, *self._overrides) if getattr(one, line.value)]
        after: list[datetime] = []
        for one in reversed(single):
            if one.starts <= at < one.ends:
                return getattr(one, line.value), min((one.ends, *after))
            if at < one.starts:
                after.append(one.starts)
        people = getattr(said, line.value)
        following = min((one.starts for one in single if one.starts > at), default=None)
        if not people or (said.starts is not None and at < said.starts):
            return None, None
        if said.starts is None or len(people) == 1:
            return people[0], following
        number = self._number(said.starts, said.days, at)
        ends = self._begins(said.starts, said.days, number + 1)
        return people[number % len(people)], min(ends, following or ends)

    def _number(self, starts: datetime, days: int, at: datetime) -> int:
        """Return how many turns have ended by an instant; they begin at the same local time, in summer and winter."""
        number = (at.astimezone(self._zone).date() - starts.astimezone(self._zone).date()).days // days
        return number if self._begins(starts, days, number) <= at else number - 1

    def _begins(self, starts: datetime, days: int, number: int) -> datetime:
        local = starts.astimezone(self._zone)
        return datetime.combine(local.date() + number * days * _DAY, local.time(), self._zone).astimezone(UTC)

    def _cuts(self, start: datetime, end: datetime) -> Iterator[datetime]:
        """Yield the instants at which somebody else may be on call."""
        for since, said in self._versions:
            if since is not None:
                yield since
            if said is None:
                continue
            if said.outside is not None:
                yield from (edge for span in self._opened(said.outside, start, end) for edge in span)
            for one in (*said.turns, *self._overrides):
                yield from (one.starts, one.ends)
            if said.starts is not None:
                yield said.starts
                first = max(self._number(said.starts, said.days, start), 0)
                last = max(self._number(said.starts, said.days, end), 0)
                yield from (self._begins(said.starts, said.days, number) for number in range(first, last + 1))


def why(gap: Gap) -> str:
    """Return why nobody would answer, in words."""
    return "nobody is primary" if gap.primary is None else f"{gap.primary} is out"
