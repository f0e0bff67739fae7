"""How many technicians tickets take, and whether the rota has them. Pure.

Workload is tickets by what each takes. Of a shift counts what is left without leave and absence (shrinkage), and of
that what goes into tickets (occupancy).
"""

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
    """Return for how long somebody is missing, by group. Whoever works few groups is put to these first.

    Args:
        wanted: For how long somebody has to be there, by group.
        people: Who is on the rota.
        share: How much of the time that they are not known to be out they will be there.
    """
    left = dict(wanted)
    for one in sorted(people, key=lambda one: len(wanted if one.groups is None else one.groups)):
        free = one.there_s * share
        for group in sorted(left, key=lambda group: (-left[group], group)):
            if one.groups is None or group in one.groups:
                taken = min(free, left[group])
                left[group] -= taken
                free -= taken
    return left
