"""Everybody who might take tickets, as they stand, with each ticket that was given away meanwhile. Pure."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta, tzinfo

from servicedesk_core.domain import QueueKind
from servicedesk_core.features.assign.rules import Candidate, Demand, Limits, Ranking, rank
from servicedesk_core.features.rota import FreeTime, Span
from servicedesk_core.features.skills import Certification, Key, Skill

AHEAD = timedelta(days=7)
"""Nobody is looked for behind it who can begin."""

_LEAST = timedelta(minutes=15)
"""Shorter free time is no beginning."""
_NO_TIME = timedelta()


@dataclass(frozen=True, slots=True)
class Person:
    """A technician of a connection.

    Attributes:
        key: The source, and the vendor's id.
        name: Their name in the definitions, else one of their own.
        shown: What people call them.
        is_active: Whether they work here.
        queues: Kinds of queues that their job works.
        skills: Their skills.
        certifications: What they have proved.
        languages: What they speak.
        territories: Where they go.
        is_out: Whether they are out now.
        rests_until: Until when they rest after work at night; ``None`` = they do not rest now.
        assigned_at: When they were given a ticket last.
        doubt: What is not certain about their time; empty = nothing.
    """

    key: Key
    name: str
    shown: str
    is_active: bool = True
    queues: tuple[QueueKind, ...] = ()
    skills: Mapping[str, Skill] = field(default_factory=dict)
    certifications: Mapping[str, Certification] = field(default_factory=dict)
    languages: tuple[str, ...] = ()
    territories: tuple[str, ...] = ()
    is_out: bool = False
    rests_until: datetime | None = None
    assigned_at: datetime | None = None
    doubt: str = ""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A ticket that somebody shall take.

    Attributes:
        source_id: The number of its source.
        demand: What it requires.
        limits: What decides for its queue.
        had_by: The vendor's ids of who had it, or one of its family.
        known_to: Those of who worked for the client lately.
        company: The vendor's id of the client.
        site: That of its site.
    """

    source_id: int
    demand: Demand
    limits: Limits = field(default_factory=Limits)
    had_by: frozenset[str] = frozenset()
    known_to: frozenset[str] = frozenset()
    company: str | None = None
    site: str | None = None


@dataclass(frozen=True, slots=True)
class _Time:
    """The time of somebody, as it was at the beginning."""

    left: timedelta
    starts_at: datetime | None
    booked: timedelta
    available: timedelta


class Bench:
    """Everybody who might take tickets.

    Args:
        people: Everybody.
        free: Their time.
        open_tickets: How many open tickets each has.
        now: The present instant.
        zone: Where days begin.
        project: How much of a span the projects of somebody take.
        way: How long somebody needs to where a ticket is when they set out at an instant; ``None`` = nobody knows.
    """

    def __init__(
        self,
        people: Sequence[Person],
        free: FreeTime,
        open_tickets: Mapping[Key, int],
        now: datetime,
        zone: tzinfo,
        *,
        project: Callable[[Key, Span], timedelta] = lambda _, __: _NO_TIME,
        way: Callable[[Person, Wanted, datetime], timedelta | None] = lambda *_: None,
    ) -> None:
        self.people = {one.key: one for one in people}
        self.free, self.now, self.zone = free, now, zone
        self._project, self._way = project, way
        self._open = Counter(open_tickets)
        self._given: dict[Key, datetime] = {}
        self._times: dict[tuple[Key, timedelta], _Time] = {}

    def ranking(self, wanted: Wanted) -> Ranking:
        """Return who can take a ticket, the best first, and who cannot."""
        return rank(wanted.demand, self._candidates(wanted), wanted.limits, self.now, self.zone)

    def person(self, wanted: Wanted, who: Candidate) -> Person:
        """Return whom a ranking means."""
        return self.people[wanted.source_id, who.id]

    def give(self, key: Key, work: timedelta) -> None:
        """Take into account that somebody was given a ticket: they have more to do, and it is not their turn again."""
        self._open[key] += 1
        self._given[key] = self.now + timedelta(microseconds=len(self._given) + 1)
        self.free.give(self.people[key].name, work)

    def _candidates(self, wanted: Wanted) -> Iterator[Candidate]:
        until = max(self.now + wanted.limits.window, wanted.demand.due_at or self.now)
        for key, one in self.people.items():
            if key[0] != wanted.source_id:
                continue
            time = self._time(one, wanted.limits.window)
            starts_at = time.starts_at if time.starts_at is not None and time.starts_at < until else None
            committed = time.booked + self.free.work(one.name)
            yield Candidate(
                id=key[1],
                name=one.name,
                shown=one.shown,
                is_active=one.is_active,
                queues=one.queues,
                skills=one.skills,
                certifications=one.certifications,
                languages=one.languages,
                territories=one.territories,
                is_out=one.is_out,
                rests_until=one.rests_until,
                left=time.left,
                starts_at=starts_at,
                load=committed / time.available if time.available else 1.0,
                open_tickets=self._open[key],
                travel=self._way(one, wanted, starts_at or self.now) if wanted.demand.is_onsite else None,
                continuity=1.0 if key[1] in wanted.had_by else 0.5 if key[1] in wanted.known_to else 0.0,
                assigned_at=self._given.get(key, one.assigned_at),
            )

    def _time(self, one: Person, window: timedelta) -> _Time:
        if (one.key, window) not in self._times:
            now, free, name = self.now, self.free, one.name
            load, work = free.load(name, now, now + window), free.work(name)
            self._times[one.key, window] = _Time(
                free.left(name, now),
                free.can_start(name, now, now + AHEAD, at_least=_LEAST),
                max(_NO_TIME, load.committed - work) + self._project(one.key, Span(now, now + window)),
                load.available,
            )
        return self._times[one.key, window]
