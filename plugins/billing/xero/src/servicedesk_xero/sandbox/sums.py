"""What a document comes to: amounts and tax of each line rounded for itself, then added up."""

from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any

from servicedesk_xero.sandbox.books import Invalid
from servicedesk_xero.sandbox.wire.answers import Row, day_of

_LARGEST = Decimal("1e13")
INCLUSIVE, NO_TAX = "Inclusive", "NoTax"


def number(value: Any, field: str = "Amount") -> Decimal:
    """Return a number as the digits that were sent, in XML as a text.

    Raises:
        Invalid: It is none.
    """
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise Invalid(f"{field} must be a number")
    try:
        found = Decimal(str(value))
    except InvalidOperation:
        raise Invalid(f"{field} must be a number") from None
    if not found.is_finite() or abs(found) >= _LARGEST:
        raise Invalid(f"{field} is out of range")
    return found


def day(value: Any, field: str = "Date") -> str:
    """Return a day as it is kept.

    Raises:
        Invalid: It is none.
    """
    found = day_of(value)
    if found is None:
        raise Invalid(f"{field} is not a valid date")
    return found.isoformat()


def rounded(value: Decimal, places: int = 2) -> Decimal:
    """Return a number with so many decimal places, halves away from nought."""
    return value.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)


def priced(line: Mapping[str, Any], rate: Decimal, mode: str, places: int) -> Row:
    """Return a line with its amount and its tax.

    Args:
        line: As it was sent, its defaults filled in.
        rate: Of its tax, in percent.
        mode: ``Exclusive``, ``Inclusive`` or ``NoTax``.
        places: Decimal places of unit prices.

    Raises:
        Invalid: The amount that was sent is another one.
    """
    quantity = rounded(number(line.get("Quantity", 1), "Quantity"), 4)
    unit = rounded(number(line.get("UnitAmount", 0), "UnitAmount"), places)
    gross = quantity * unit
    told: Row = {**line, "Quantity": f"{quantity:f}", "UnitAmount": f"{unit:f}"}
    if (percent := line.get("DiscountRate")) is not None:
        told["DiscountRate"] = f"{number(percent, 'DiscountRate'):f}"
        gross -= gross * number(percent, "DiscountRate") / 100
    elif (off := line.get("DiscountAmount")) is not None:
        told["DiscountAmount"] = f"{number(off, 'DiscountAmount'):f}"
        gross -= number(off, "DiscountAmount")
    amount = rounded(gross)
    if (sent := line.get("LineAmount")) is not None and rounded(number(sent, "LineAmount")) != amount:
        raise Invalid(f"The line total {number(sent):.2f} does not match the expected line total {amount:.2f}")
    tax = amount * rate / (100 + rate) if mode == INCLUSIVE else amount * rate / 100
    if mode == NO_TAX:
        tax = Decimal(0)
    elif (sent := line.get("TaxAmount")) is not None:
        tax = number(sent, "TaxAmount")
    return {**told, "LineAmount": f"{amount:.2f}", "TaxAmount": f"{rounded(tax):.2f}"}


def totals(lines: list[Row], mode: str) -> dict[str, str]:
    """Return the sums of a document."""
    amount = sum((Decimal(line["LineAmount"]) for line in lines), Decimal(0))
    tax = sum((Decimal(line["TaxAmount"]) for line in lines), Decimal(0))
    net = amount - tax if mode == INCLUSIVE else amount
    return {"SubTotal": f"{net:.2f}", "TotalTax": f"{tax:.2f}", "Total": f"{net + tax:.2f}"}
