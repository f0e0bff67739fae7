"""What a month would have to earn, and what would be left without a burden. Pure; money passes through no float."""

from collections.abc import Hashable, Iterable
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Final, Generic, TypeVar

from servicedesk_core.domain.currencies import cent
from servicedesk_core.features.company.model import Weigh

K = TypeVar("K", bound=Hashable)

_HOUR_S: Final = 3600


@dataclass(frozen=True, slots=True)
class TicketCost:
    """What a ticket took.

    Attributes:
        worked_s: The work.
        reactive_s: Of it, on incidents that a contract covers.
        cost: What work and goods cost, exactly.
        uncosted: Pieces of work and goods whose cost nobody knows.
    """

    worked_s: int
    reactive_s: int
    cost: Fraction
    uncosted: int


@dataclass(slots=True)
class Weight(Generic[K]):
    """What several tickets took together."""

    key: K
    tickets: int = 0
    worked_s: int = 0
    reactive_s: int = 0
    cost: Fraction = field(default_factory=Fraction)
    uncosted: int = 0

    def add(self, one: TicketCost) -> None:
        """Add a ticket."""
        self.tickets += 1
        self.worked_s += one.worked_s
        self.reactive_s += one.reactive_s
        self.cost += one.cost
        self.uncosted += one.uncosted


def price_at(cost: Decimal, other: Decimal, months: int, goal_percent: Decimal, currency: str) -> Decimal:
    """Return what an agreement must earn by itself in a month for its margin to reach a goal, in whole cents upwards.

    Args:
        cost: What it cost in all months.
        other: What else was billed on it in them.
        months: How many months.
        goal_percent: The margin, less than 100.
        currency: The currency.
    """
    needed = Fraction(cost) / (1 - Fraction(goal_percent) / 100) - Fraction(other)
    unit = Fraction(cent(currency))
    cents = -(-max(needed, Fraction(0)) / months // unit)
    return cents * cent(currency)


def rhem(reactive_s: int, device_months: Fraction) -> Decimal | None:
    """Return reactive hours per device and month, with four decimals; ``None`` = there are no devices."""
    if not device_months:
        return None
    exact = Fraction(reactive_s, _HOUR_S) / device_months
    return (Decimal(exact.numerator) / exact.denominator).quantize(Decimal("0.0001"), ROUND_HALF_UP)


def heaviest(tickets: Iterable[tuple[K | None, TicketCost]], by: Weigh, most: int) -> list[Weight[K]]:
    """Return what took most, the largest first; tickets of nothing that is known are left out.

    Args:
        tickets: Each with what it belongs to.
        by: What counts.
        most: At most so many.
    """
    found: dict[K, Weight[K]] = {}
    for key, one in tickets:
        if key is not None:
            found.setdefault(key, Weight(key)).add(one)
    order = {
        Weigh.COST: lambda one: (-one.cost, -one.worked_s, str(one.key)),
        Weigh.HOURS: lambda one: (-one.worked_s, -one.cost, str(one.key)),
        Weigh.RHEM: lambda one: (-one.reactive_s, -one.cost, str(one.key)),
    }[by]
    return sorted(found.values(), key=order)[:most]
