"""How many decimals amounts of money have. Pure."""

from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Final

_DECIMALS: Final = {
    **dict.fromkeys(("CLP", "ISK", "JPY", "KRW", "PYG", "UGX", "VND", "XAF", "XOF"), 0),
    **dict.fromkeys(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"), 3),
}
"""Decimals of the currencies of ISO 4217 that have not two."""

_FINEST: Final = Decimal("0.0001")


def cent(currency: str | None) -> Decimal:
    """Return the smallest amount of a currency; of one that nobody names, a hundredth."""
    return Decimal(1).scaleb(-_DECIMALS.get(currency or "", 2))


def in_cents(amount: Decimal | Fraction, currency: str | None) -> Decimal:
    """Return an amount in whole cents of its currency, half up (away from zero)."""
    unit = cent(currency)
    if isinstance(amount, Decimal):
        return amount.quantize(unit, ROUND_HALF_UP)
    cents = abs(amount) / Fraction(unit)
    whole = (2 * cents.numerator + cents.denominator) // (2 * cents.denominator)
    return whole * unit if amount >= 0 else -whole * unit


def unit_price(amount: Decimal, currency: str | None) -> Decimal:
    """Return what one costs: with the decimals of its currency, and with up to four where it is that exact."""
    fine, whole = amount.quantize(_FINEST, ROUND_HALF_UP).normalize(), cent(currency)
    return fine.quantize(whole) if fine == fine.quantize(whole, ROUND_HALF_UP) else fine
