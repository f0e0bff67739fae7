"""What work costs, how revenue is shared out, and what is left. Pure, and exact: no figure passes through a float."""

import math
from collections.abc import Hashable, Mapping
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Any, Final, TypeVar

from servicedesk_core.domain.currencies import cent, in_cents

K = TypeVar("K", bound=Hashable)

ZERO: Final = Decimal(0)

_HOUR_S: Final = 3600


def labour_cost(worked_s: int, hour: Decimal, *factors: Decimal) -> Fraction:
    """Return what work costs, exactly.

    Args:
        worked_s: The work.
        hour: What an hour costs.
        factors: How many times as much this type of work costs, and what a unit of the cost's currency is worth.
    """
    return math.prod(map(Fraction, factors), start=Fraction(worked_s, _HOUR_S) * Fraction(hour))


def allocated(amount: Decimal, weights: Mapping[K, int | Decimal | Fraction], currency: str) -> dict[K, Decimal]:
    """Return an amount shared out so that the shares are whole cents and add up to it, by the largest remainder.

    Cents that are equally near to several keys go to the first of them.

    Args:
        amount: Whole cents.
        weights: What each key has for its share, in the order of the keys; where nothing has any, nothing is shared.
        currency: Its currency.
    """
    whole = sum((Fraction(weight) for weight in weights.values()), Fraction(0))
    if not whole:
        return {}
    unit = cent(currency)
    cents, sign = abs(int(amount / unit)), -1 if amount < 0 else 1
    exact = {key: cents * Fraction(weight) / whole for key, weight in weights.items()}
    shares = {key: share.numerator // share.denominator for key, share in exact.items()}
    by_remainder = sorted(exact, key=lambda key: shares[key] - exact[key])
    for key in by_remainder[: cents - sum(shares.values())]:
        shares[key] += 1
    return {key: sign * share * unit for key, share in shares.items()}


def prorated(
    amount: Decimal, period: tuple[date, date], active: tuple[date, date], wanted: tuple[date, date], currency: str
) -> Decimal:
    """Return so much of the amount of a period as its active days within other days earn.

    Parts that lie side by side add up to the part of the days together, to the cent.

    Args:
        amount: Of the whole period, if it were active all the time.
        period: First and last day.
        active: First and last day on which it was in force.
        wanted: First and last day of what is asked for.
        currency: The currency.
    """
    days = _days(period)
    since, until = max(period[0], active[0]), min(period[1], active[1])
    first, last = max(since, wanted[0]), min(until, wanted[1])
    if first > last:
        return ZERO
    share = Fraction(amount) / days
    return in_cents(share * _days((since, last)), currency) - in_cents(share * (first - since).days, currency)


def margin_percent(revenue: Decimal, cost: Decimal) -> Decimal | None:
    """Return what is left of a revenue, in percent with two decimals; ``None`` = there is no revenue."""
    profit = revenue - cost
    return None if not revenue else (100 * profit / revenue).quantize(Decimal("0.01"), ROUND_HALF_UP)


def hourly(amount: Decimal, worked_s: int, currency: str) -> Decimal | None:
    """Return what an hour of work earned; ``None`` = nobody worked."""
    return in_cents(Fraction(amount) * _HOUR_S / worked_s, currency) if worked_s else None


def _days(span: tuple[Any, Any]) -> int:
    first, last = span
    return int((last - first).days) + 1
