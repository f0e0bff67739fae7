"""How many technicians tickets take, and whether the rota has them. Pure.

Workload is tickets by what each takes. Of a shift counts what is left without leave and absence (shrinkage), and of
that what goes into tickets (occupancy).
"""

from collections import Counter, deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal
from typing import NamedTuple


@dataclass(frozen=True, slots=True)
class Basis:
    """What is reckoned with.

    Attributes:
        handle_s: What a ticket takes, in seconds.
        shift_s: How long a shift is.
        occupancy: How much of the time that technicians are there goes into tickets.
        shrinkage: How much of their shifts they are away.
    """

    handle_s: Decimal
    shift_s: Decimal
    occupancy: Decimal
    shrinkage: Decimal

    @property
    def _there_s(self) -> Decimal:
        """What of a shift somebody is there, in the mean."""
        return self.shift_s * (1 - self.shrinkage)

    def workload_s(self, tickets: Decimal) -> Decimal:
        """Return what tickets take."""
        return tickets * self.handle_s

    def needed_s(self, tickets: Decimal) -> Decimal:
        """Return for how long technicians have to be there for it."""
        return self.workload_s(tickets) / self.occupancy

    def technicians(self, needed_s: Decimal) -> int:
        """Return how many shifts it takes until somebody was there for so long."""
        return int((needed_s / self._there_s).to_integral_value(ROUND_CEILING))

    def present(self, people: Iterable["OnRota"]) -> Decimal:
        """Return how much of the time that technicians are not known to be out they will be there: at most all.

        Known leave is part of what is away anyway: it counts where it is more than usual.
        """
        everybody = [*people]
        planned_s, there_s = sum(one.planned_s for one in everybody), sum(one.there_s for one in everybody)
        return min(Decimal(1), planned_s * (1 - self.shrinkage) / there_s) if there_s else Decimal(0)


class OnRota(NamedTuple):
    """A technician on a day.

    Attributes:
        groups: What they work; ``None`` = everything.
        planned_s: Their shifts.
        there_s: What is left of these without known leave.
    """

    groups: frozenset[str] | None
    planned_s: int
    there_s: int


def missing_s(wanted: Mapping[str, Decimal], people: Iterable[OnRota], share: Decimal) -> dict[str, Decimal]:
    """Return for how long somebody is missing, by group: as little in all as people can be put to groups.

    Whoever works few groups is put to these first, and moved on where somebody else works only what they took.

    Args:
        wanted: For how long somebody has to be there, by group.
        people: Who is on the rota.
        share: How much of the time that they are not known to be out they will be there.
    """
    left, free = dict(wanted), Counter[frozenset[str]]()
    for one in people:
        free[frozenset(wanted) if one.groups is None else one.groups.intersection(wanted)] += one.there_s
    put = {(team, group): Decimal(0) for team in free for group in team}
    for team, there_s in sorted(free.items(), key=lambda one: (len(one[0]), sorted(one[0]))):
        rest = there_s * share
        while rest and (steps := _way(team, left, put)):
            moved = min(rest, left[steps[-1].to], *(put[each.by, each.of] for each in steps if each.of is not None))
            for each in steps:
                put[each.by, each.to] += moved
                if each.of is not None:
                    put[each.by, each.of] -= moved
            left[steps[-1].to] -= moved
            rest -= moved
    return left


class _Step(NamedTuple):
    """Some who work the same groups turn to another one of them.

    Attributes:
        by: What they work.
        of: The group that they leave; ``None`` = they were free.
        to: The group that they turn to.
    """

    by: frozenset[str]
    of: str | None
    to: str


def _way(
    team: frozenset[str], left: Mapping[str, Decimal], put: Mapping[tuple[frozenset[str], str], Decimal]
) -> list[_Step]:
    """Return the fewest steps by which free time of a team comes to where somebody is missing; none = it is not wanted.

    This is a shortest augmenting path of the maximum flow from teams to groups (Edmonds and Karp, 1972).
    """
    ahead = deque([_Step(team, None, group) for group in _neediest(team, left)])
    before: dict[str, _Step] = {}
    while ahead:
        step = ahead.popleft()
        if step.to in before:
            continue
        before[step.to] = step
        if left[step.to] > 0:
            steps = [step]
            while (of := steps[-1].of) is not None:
                steps.append(before[of])
            return steps[::-1]
        for (other, group), taken_s in put.items():
            if group == step.to and taken_s > 0:
                ahead.extend(_Step(other, group, to) for to in _neediest(other, left) if to not in before)
    return []


def _neediest(team: frozenset[str], left: Mapping[str, Decimal]) -> list[str]:
    return sorted(team, key=lambda group: (-left[group], group))
