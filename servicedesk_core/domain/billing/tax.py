"""What lines come to and how they are taxed, to the cent and as ledgers do it. Pure, and exact."""

from collections.abc import Sequence
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from servicedesk_core.domain.currencies import cent, in_cents


class TaxRounding(StrEnum):
    """When a ledger rounds tax to cents."""

    LINE = "line"
    """Each line, then the sum (Xero)."""
    DOCUMENT = "document"
    """The sum of each rate once."""
    UNKNOWN = "unknown"
    """Only the ledger can say what the tax is (automated sales tax)."""


def line_net(quantity: Decimal, unit_price: Decimal, currency: str) -> Decimal:
    """Return what a line comes to: its quantity times its unit price, half up to a cent of the currency."""
    return in_cents(quantity * unit_price, currency)


def taxed(
    lines: Sequence[tuple[Decimal, Decimal]], rounding: TaxRounding, currency: str, *, inclusive: bool = False
) -> tuple[Decimal, ...] | None:
    """Return the tax of each line, in whole cents, so that they add up to the tax of the document.

    Of a ledger that rounds the document, cents left over go to the lines with the largest remainder.

    Args:
        lines: Amount and rate in percent of each.
        rounding: When the ledger rounds.
        currency: Of the amounts.
        inclusive: Whether the tax is in the amounts.

    Returns:
        One amount for each line; ``None`` when only the ledger can say.
    """
    if rounding is TaxRounding.UNKNOWN:
        return None
    exact = [_exact(amount, rate, inclusive=inclusive) for amount, rate in lines]
    if rounding is TaxRounding.LINE:
        return tuple(in_cents(tax, currency) for tax in exact)
    shares: dict[int, Decimal] = {}
    for rate in {rate for _, rate in lines}:
        of_rate = [index for index, (_, other) in enumerate(lines) if other == rate]
        shares |= _shared({index: exact[index] for index in of_rate}, currency)
    return tuple(shares[index] for index in range(len(lines)))


def _exact(amount: Decimal, rate: Decimal, *, inclusive: bool) -> Fraction:
    share = Fraction(rate) / 100
    return Fraction(amount) * share / (1 + share) if inclusive else Fraction(amount) * share


def _shared(exact: dict[int, Fraction], currency: str) -> dict[int, Decimal]:
    """Return amounts in whole cents whose sum is the rounded sum of the exact ones, by the largest remainder."""
    unit = cent(currency)
    floors = {index: (amount / Fraction(unit)).__floor__() for index, amount in exact.items()}
    left = int(in_cents(sum(exact.values(), Fraction(0)), currency) / unit) - sum(floors.values())
    by_remainder = sorted(exact, key=lambda index: floors[index] - exact[index] / Fraction(unit))
    for index in by_remainder[:left]:
        floors[index] += 1
    return {index: cents * unit for index, cents in floors.items()}
