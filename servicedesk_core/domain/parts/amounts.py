"""Amounts as vendors write them, without a float's noise."""

from decimal import ROUND_HALF_EVEN, Decimal, InvalidOperation
from typing import Any, Final

SMALLEST: Final = Decimal("0.000001")
"""The finest amount that is kept."""

_LARGEST: Final = Decimal(10) ** 12


def decimal_of(value: Any) -> Decimal:
    """Return a number of a vendor's JSON as the amount that was meant, to six decimals.

    A JSON number has been a binary fraction on its way: 0.30000000000000004 means 0.3, and 19.99 is 19.99.

    Args:
        value: A JSON number, or a text that is a plain number with a point.

    Raises:
        ValueError: It is no such number, not finite, or beyond any amount.
    """
    if isinstance(value, bool) or not isinstance(value, int | float | str | Decimal):
        msg = f"{type(value).__name__} is no amount"
        raise ValueError(msg)  # noqa: TRY004  # whatever is wrong with a vendor's value is one kind of error
    try:
        number = Decimal(value.strip() if isinstance(value, str) else str(value))
    except InvalidOperation:
        msg = "it is no number"
        raise ValueError(msg) from None
    if not number.is_finite() or abs(number) >= _LARGEST:
        msg = "it is beyond any amount"
        raise ValueError(msg)
    plain = number.quantize(SMALLEST, rounding=ROUND_HALF_EVEN)
    return plain.normalize() + 0 if plain else Decimal(0)
