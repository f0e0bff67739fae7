"""How a coordinator's figures went: from what happened to tickets, and not from looking now and then. Pure.

A ticket counts from one instant to another; between them nothing changes but the time, and that changes a figure only
at instants that are known beforehand, as a due time. So a figure is known at every instant, and exactly so.
"""

from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from fractions import Fraction
from heapq import heappop, heappush
from itertools import pairwise
from typing import Final, NamedTuple, Self

from servicedesk_core.business_time import Calendar
from servicedesk_core.business_time.table import duration_us, instant, micros
from servicedesk_core.faces import Goal, Verdict
from servicedesk_core.features.kpi.cases.facts import Key
from servicedesk_core.features.kpi.now import coordinator
from servicedesk_core.features.kpi.now.adding import Added
from servicedesk_core.features.kpi.now.coordinator import BEFORE_A_VISIT, HORIZON, OLD, STALE, OpenTicket, When

COUNTED: Final[Mapping[str, Callable[[OpenTicket, When], bool]]] = {
    "to-triage": coordinator.is_new,
    "next-due-overdue": coordinator.is_overdue,
    "triage-coming": coordinator.is_triage_coming,
    "engagement-coming": coordinator.is_engagement_coming,
    "completion-coming": coordinator.is_completion_coming,
    "waiting-stale": coordinator.is_stale,
    "on-hold-past-due": coordinator.is_held_too_long,
    "needs-scheduling": coordinator.is_unscheduled,
    "nobody-has-it": coordinator.is_unassigned,
    "left-lying": coordinator.is_left_lying,
}
"""Figures to which a ticket adds one while this is true of it."""

OF_PEOPLE: Final = ("worked-by-estimate", "not-kept-up", "open-per-technician")
"""The other figures."""

OF_CLOCKS: Final = ("next-due-overdue", "triage-coming", "engagement-coming", "completion-coming")
"""Figures that mean nothing where nothing was promised."""

_COUNTS: Final = tuple(COUNTED.values())
_AFTER: Final = timedelta.resolution
_WEEK_US: Final = duration_us(timedelta(weeks=1))
_LONGEST_US: Final = duration_us(timedelta(days=366))


Value = Fraction | int | None


class Version(NamedTuple):
    """A ticket from an instant on.

    Attributes:
        at: The instant.
        ticket: How it is then; ``None`` = it is not open.
    """

    at: datetime
    ticket: OpenTicket | None


class Step(NamedTuple):
    """A value from an instant on.

    Attributes:
        at: The instant.
        value: The value; ``None`` = there is nothing to measure.
    """

    at: datetime
    value: Value


class Instant(NamedTuple):
    """An instant at which tickets are looked at, and until when what is due then is coming up."""

    now: datetime
    soon: datetime


class Marks(NamedTuple):
    """What a ticket adds to the figures.

    Attributes:
        counts: Whether it adds one, for each of :data:`COUNTED`.
        ratio: Recorded work by planned work; ``None`` = none was planned.
        who: Who has it.
        is_away: Whether they are away, or work here no more.
        is_ready: Whether it can be begun now.
        holder: In whose list of what can be begun it is.
        is_of_team: Whether that is a team.
    """

    counts: tuple[bool, ...]
    ratio: Fraction | None
    who: Key | None
    is_away: bool
    is_ready: bool
    holder: Key | None = None
    is_of_team: bool = False


NOTHING: Final = Marks((False,) * len(COUNTED), None, None, is_away=False, is_ready=False)
_UNASSIGNED, _LYING = (tuple(COUNTED).index(name) for name in ("nobody-has-it", "left-lying"))


def courses(
    lives: Iterable[Sequence[Version]], start: datetime, end: datetime, calendar: Calendar | None
) -> Mapping[str, Sequence[Step]]:
    """Return the values of all figures over a span, by their names.

    Args:
        lives: The versions of each ticket, in order; a ticket is not open before the first one.
        start: The first instant.
        end: The first one after the span.
        calendar: In whose hours something is coming up; ``None`` = every hour counts.
    """
    coming = Coming(end, calendar)
    return courses_from([list(changes_of(life, start, end, coming)) for life in lives], start, end)


def courses_from(
    tickets: Iterable[Sequence[tuple[datetime, Marks]]], start: datetime, end: datetime, tally: "Tally | None" = None
) -> Mapping[str, Sequence[Step]]:
    """Return the same from what each ticket adds from which instants on.

    Args:
        tickets: Of each the instants, in order, and what it adds from then on; before the first one it adds nothing.
        start: The first instant.
        end: The first one after the span.
        tally: What others add all the time, and takes these in; ``None`` = there are no others.
    """
    moves: Counter[tuple[datetime, int, int]] = Counter()
    known, lives = {id(NOTHING): NOTHING}, [*tickets]
    alike = {id(life): life for life in lives}  # of many tickets they are the same object, and so are marks
    for life_id, many in Counter(map(id, lives)).items():
        before = NOTHING
        for (at, marks), (until, _) in pairwise((*alike[life_id], (end, NOTHING))):
            if until > start and at < end:
                moves[max(at, start), id(before), id(marks)] += many
                known[id(marks)] = before = marks
    tally = tally or Tally()
    steps = {name: [Step(start, value)] for name, value in tally.values().items()}
    ordered = sorted(moves.items(), key=lambda one: one[0][0])
    for ((at, before_id, after_id), number), ((following, *_), _) in pairwise((*ordered, ((end, 0, 0), 0))):
        tally.move(known[before_id], known[after_id], number)
        if at == following:
            continue
        for name, value in tally.values().items():
            course = steps[name]
            if course[-1].at == at:
                course.pop()
            if not course or course[-1].value != value:
                course.append(Step(at, value))
    return steps


def value_at(course: Sequence[Step], at: datetime) -> Value:
    """Return the value at an instant of the span."""
    return course[max(0, bisect_right(course, at, key=lambda step: step.at) - 1)].value


def outside(
    course: Sequence[Step], goal: Goal, start: datetime, end: datetime, calendar: Calendar | None = None
) -> timedelta:
    """Return how long a figure was not what is wanted; while there is nothing to measure, it is neither.

    Args:
        course: Its values, in order.
        goal: What is wanted.
        start: From when.
        end: Until when.
        calendar: In whose hours it counts; ``None`` = every hour counts.
    """
    total = timedelta()
    begun = max(bisect_right(course, start, key=lambda step: step.at) - 1, 0)
    until_end = course[begun : bisect_right(course, end, key=lambda step: step.at)]
    for (at, value), (until, _) in pairwise((*until_end, Step(end, None))):
        first, last = max(at, start), min(until, end)
        if first < last and goal.judge(value) is Verdict.MISSED:
            total += last - first if calendar is None else calendar.between(first, last)
    return total


class Tally:
    """The figures while tickets come, change and go."""

    def __init__(self) -> None:
        self._counts = [0] * len(COUNTED)
        self._ratios: Counter[Fraction] = Counter()
        self._largest: list[Fraction] = []
        self._open: Counter[Key] = Counter()
        self._ready: Counter[Key] = Counter()
        self._lying: Counter[Key] = Counter()
        self._away: Counter[Key] = Counter()
        self._lists: Counter[tuple[Key, bool]] = Counter()
        self._behind: set[tuple[Key, bool]] = set()
        self._moved: set[tuple[Key, bool]] = set()
        self._was_waiting = False

    @classmethod
    def of(cls, added: Added) -> Self:
        """Return the figures of tickets that stay as they are, to which others come."""
        self = cls()
        self._counts = [added.counts[name] for name in COUNTED]
        if added.work:
            self._put_ratio(max(Fraction(worked, planned) for worked, planned in added.work), 1)
        self._open.update(added.held)
        for (holder, is_of_team), one in added.lists.items():
            self._lists[holder, is_of_team] = one.many
            self._ready[holder] += one.ready
            self._lying[holder] += one.lying
            self._away[holder] += 0 if is_of_team else one.away
        self._moved = {*self._lists}
        return self

    def move(self, before: Marks, after: Marks, number: int) -> None:
        """Let so many tickets add something else than before."""
        self._add(before, -number)
        self._add(after, number)

    def _add(self, marks: Marks, number: int) -> None:
        for index, is_so in enumerate(marks.counts):
            if is_so:
                self._counts[index] += number
        if marks.ratio is not None:
            self._put_ratio(marks.ratio, number)
        if marks.who is not None:
            self._open[marks.who] += number
        if marks.holder is not None:
            self._lists[marks.holder, marks.is_of_team] += number
            self._ready[marks.holder] += number * marks.is_ready
            self._lying[marks.holder] += number * marks.counts[_LYING]
            self._away[marks.holder] += number * (marks.is_away and not marks.is_of_team)
            self._moved |= {(marks.holder, False), (marks.holder, True)}

    def values(self) -> dict[str, Value]:
        """Return the figures."""
        values: dict[str, Value] = dict(zip(COUNTED, self._counts, strict=True))
        most = max(self._open.values(), default=0) or None
        return values | dict(zip(OF_PEOPLE, (self._most_worked, self._many_behind, most), strict=True))

    @property
    def _many_behind(self) -> int:
        """How many lists are not kept up: only those are looked at again that have changed."""
        waiting = self._counts[_UNASSIGNED] > 0
        changed = self._lists if waiting is not self._was_waiting else self._moved
        for one in changed:
            holder, of_team = one
            is_behind = (
                self._lists[one] > 0
                and not self._away[holder]
                and (self._lying[holder] > 0 or (waiting and not of_team and not self._ready[holder]))
            )
            (self._behind.add if is_behind else self._behind.discard)(one)
        self._moved, self._was_waiting = set(), waiting
        return len(self._behind)

    @property
    def _most_worked(self) -> Fraction | None:
        while self._largest and self._ratios[-self._largest[0]] <= 0:
            heappop(self._largest)  # no ticket has that ratio by now
        return -self._largest[0] if self._largest else None

    def _put_ratio(self, ratio: Fraction, number: int) -> None:
        if self._ratios[ratio] <= 0 < number:
            heappush(self._largest, -ratio)
        self._ratios[ratio] += number


class Coming:
    """When something that is due is coming up.

    Args:
        end: The first instant after the span.
        calendar: In whose hours it comes up; ``None`` = every hour counts.
    """

    def __init__(self, end: datetime, calendar: Calendar | None) -> None:
        self._calendar = calendar
        self._until: dict[datetime, datetime] = {}
        self._latest = self.until(end)

    def until(self, at: datetime) -> datetime:
        """Return until when what is due is coming up at an instant; most tickets are looked at at the same one."""
        if at not in self._until:
            self._until[at] = at + HORIZON if self._calendar is None else self._calendar.add(at, HORIZON)
        return self._until[at]

    def begins(self, due: datetime, first: datetime) -> Iterator[datetime]:
        """Yield when something that is due may begin to be coming up between an instant and the end of the span.

        That is at a closing time, or when it opens again.
        """
        if not first < due <= self._latest:
            return
        if self._calendar is None:
            yield due - HORIZON
            return
        table, since_us = self._calendar.table, micros(due)
        wanted, earliest_us = table.total(since_us) - duration_us(HORIZON), since_us - _LONGEST_US
        while table.total(since_us) >= wanted and since_us > earliest_us:
            since_us -= _WEEK_US
        closing_us = table.reached(wanted, since_us) if table.total(since_us) < wanted else since_us
        yield from (instant(closing_us), instant(table.opening(closing_us)))


def changes_of(
    life: Sequence[Version], start: datetime, end: datetime, coming: Coming
) -> Iterator[tuple[datetime, Marks]]:
    """Yield from when on a ticket adds what, where that changes."""
    before = NOTHING
    for (at, ticket), (until, _) in pairwise((*life, Version(end, None))):
        first, last = max(at, start), min(until, end)
        if first >= last:
            continue
        if ticket is None:
            instants = [first]
        else:
            instants = sorted({first, *(one for one in thresholds(ticket, first, coming) if first < one < last)})
        for now in instants:
            marks = NOTHING if ticket is None else marks_of(ticket, Instant(now, coming.until(now)))
            if marks != before:
                yield now, marks
                before = marks


def thresholds(ticket: OpenTicket, first: datetime, coming: Coming) -> Iterator[datetime]:
    """Yield the instants at which a ticket may begin or cease to count, though nothing happens to it."""
    standing, due = ticket.standing, ticket.due_at
    if due is not None:
        yield due + _AFTER
        yield due + OLD + _AFTER
        yield from (one + _AFTER for one in coming.begins(due, first))
    if standing.category is not None and standing.category.is_waiting and standing.acted_at is not None:
        yield standing.acted_at + STALE + _AFTER
    if standing.due_at is not None:
        yield standing.due_at + _AFTER
    if standing.visit is not None:
        yield from (standing.visit.start_at - BEFORE_A_VISIT, standing.visit.start_at)


def marks_of(ticket: OpenTicket, when: When) -> Marks:
    """Return what a ticket adds to the figures at an instant."""
    worked, estimated = ticket.worked_s or 0, ticket.estimated_s
    return Marks(
        counts=tuple([is_so(ticket, when) for is_so in _COUNTS]),
        ratio=Fraction(worked, estimated) if estimated else None,
        who=ticket.who,
        is_away=ticket.is_away,
        is_ready=coordinator.is_ready(ticket, when),
        holder=ticket.holder,
        is_of_team=ticket.queue is not None,
    )
