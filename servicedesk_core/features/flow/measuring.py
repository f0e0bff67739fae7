"""What the steps of a ticket tell: how long it took, whose hands it went through, and whether it came back. Pure."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import groupby, pairwise
from typing import Final, Self

from servicedesk_core.domain import DONE, StatusCategory

_HOUR: Final = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Step:
    """Something that happened to a ticket.

    Attributes:
        at: When.
        word: What the source calls it.
        category: The status that it states; ``None`` = none.
        person: Who did it.
        team: Whose the ticket was then.
        state: What else was true of the ticket then, by field.
    """

    at: datetime
    word: str
    category: StatusCategory | None = None
    person: str | None = None
    team: str | None = None
    state: Mapping[str, str | None] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Course:
    """A ticket with its steps in order.

    Attributes:
        ticket: Its id.
        steps: Its steps; at least one.
        of: What it belongs to in the end, by dimension.
    """

    ticket: str
    steps: Sequence[Step]
    of: Mapping[str, str | None] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Meaning:
    """Which steps mean what: words of the source in any case, or status categories.

    Attributes:
        take: Somebody takes it.
        resolve: It is resolved.
        wait: It waits, until the next step.
        done: What may follow a resolution without opening the ticket again.
        reopen_within: A ticket that is opened again later counts as new work; ``None`` = however late.
    """

    take: frozenset[str] = frozenset({StatusCategory.IN_PROGRESS.value})
    resolve: frozenset[str] = frozenset({StatusCategory.RESOLVED.value})
    wait: frozenset[str] = frozenset(one.value for one in StatusCategory if one.is_waiting)
    done: frozenset[str] = frozenset(one.value for one in DONE)
    reopen_within: timedelta | None = None

    @classmethod
    def of(
        cls,
        courses: Iterable[Course],
        *,
        take: Iterable[str] = (),
        resolve: Iterable[str] = (),
        wait: Iterable[str] = (),
        reopen_within: timedelta | None = None,
    ) -> Self:
        """Return what steps mean; where nobody says and no step states "resolved", what ends a ticket resolves it.

        The tickets are gone through only where nobody says, and only until a step states it.
        """
        plain = cls()
        named = _words(resolve)
        is_stated = not named and any(step.category is StatusCategory.RESOLVED for one in courses for step in one.steps)
        return cls(
            take=_words(take) or plain.take,
            resolve=named or (plain.resolve if is_stated else plain.done),
            wait=_words(wait) or plain.wait,
            reopen_within=reopen_within,
        )


def _words(words: Iterable[str]) -> frozenset[str]:
    return frozenset(word.casefold() for word in words)


def means(step: Step, words: frozenset[str]) -> bool:
    """Whether a step is one of those that are meant."""
    return step.word.casefold() in words or (step.category is not None and step.category.value in words)


@dataclass(frozen=True, slots=True)
class Passage:
    """How one ticket went.

    Attributes:
        take_h: Hours from its first step until somebody took it; ``None`` = nobody did.
        first_resolve_h: Until it was first resolved.
        resolve_h: Until it was last resolved.
        cycle_h: From its first step to its last.
        resolver: Who resolved it last.
        is_reopened: Whether it was opened again after it was first resolved.
        waits: How often it waited.
        wait_h: How long.
        team_hand_overs: How often it went to another team.
        person_hand_overs: How often somebody else did the next step.
        is_ping_pong: Whether a team had it again after another one.
        repetitions: Steps that repeat another one exactly.
    """

    take_h: float | None
    first_resolve_h: float | None
    resolve_h: float | None
    cycle_h: float
    resolver: str | None
    is_reopened: bool
    waits: int
    wait_h: float
    team_hand_overs: int
    person_hand_overs: int
    is_ping_pong: bool
    repetitions: int


def passage(course: Course, meaning: Meaning) -> Passage:
    """Return how a ticket went."""
    steps = course.steps
    first = steps[0].at
    took = next((one for one in steps if means(one, meaning.take)), None)
    resolved = [at for at, one in enumerate(steps) if means(one, meaning.resolve)]
    waiting = [(one, following) for one, following in pairwise(steps) if means(one, meaning.wait)]
    teams = [team for team, _ in groupby(one.team for one in steps)]
    return Passage(
        take_h=None if took is None else _hours(first, took.at),
        first_resolve_h=_hours(first, steps[resolved[0]].at) if resolved else None,
        resolve_h=_hours(first, steps[resolved[-1]].at) if resolved else None,
        cycle_h=_hours(first, steps[-1].at),
        resolver=steps[resolved[-1]].person if resolved else None,
        is_reopened=bool(resolved) and _is_reopened(steps, resolved[0], meaning),
        waits=sum(means(one, meaning.wait) for one in steps),
        wait_h=sum(_hours(one.at, following.at) for one, following in waiting),
        team_hand_overs=len(teams) - 1,
        person_hand_overs=sum(one.person != following.person for one, following in pairwise(steps)),
        is_ping_pong=len(set(teams)) < len(teams),
        repetitions=len(steps) - len({(one.at, one.word, one.person) for one in steps}),
    )


def dwell(course: Course) -> Iterator[tuple[Step, float | None]]:
    """Yield the steps with the hours until the next one; ``None`` of the last."""
    following = (*(one.at for one in course.steps[1:]), None)
    for step, until in zip(course.steps, following, strict=True):
        yield step, None if until is None else _hours(step.at, until)


def _is_reopened(steps: Sequence[Step], resolved: int, meaning: Meaning) -> bool:
    done = meaning.done | meaning.resolve
    since = steps[resolved].at
    for one in steps[resolved + 1 :]:
        if means(one, meaning.resolve):
            since = one.at
        elif not means(one, done) and (meaning.reopen_within is None or one.at - since <= meaning.reopen_within):
            return True
    return False


def _hours(start: datetime, end: datetime) -> float:
    return (end - start) / _HOUR
