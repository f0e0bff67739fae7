"""How many pieces of an item can be taken, where they lie, and what they cost; pure."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

from servicedesk_core.domain.parts import decimal_of, plain_number, same_number
from servicedesk_inventree.meaning.values import amount, count, text

Row = Mapping[str, Any]
_DESTROYED, _REJECTED, _LOST, _QUARANTINED = 60, 65, 70, 75
_UNUSABLE: Final = frozenset({_DESTROYED, _REJECTED, _LOST, _QUARANTINED})
"""States of items that the server still counts as in stock, and nobody can use."""
_GONE: Final = frozenset({_DESTROYED, _LOST})
_CURRENCY: Final = 3


def on_hand(item: Row) -> Decimal | None:
    """Return how many pieces of an item are here; those that a customer has are not, nor those that are lost."""
    if item.get("in_stock") is False or item.get("status") in _GONE:
        return Decimal(0)
    return count(item.get("quantity"))


def available(item: Row) -> Decimal | None:
    """Return how many pieces can be taken now: what is reserved for an order cannot."""
    here = on_hand(item)
    if here is None or item.get("status") in _UNUSABLE:
        return None if here is None else Decimal(0)
    return max(here - (count(item.get("allocated")) or Decimal(0)), Decimal(0))


def place_of(item: Row) -> str | None:
    """Return where an item lies, from the outermost place inwards."""
    detail = item.get("location_detail")
    return (text(detail.get("pathstring")) or text(detail.get("name"))) if isinstance(detail, Mapping) else None


def paid(item: Row) -> tuple[Decimal, str] | None:
    """Return what one piece cost, with the currency; ``None`` when the server does not know both."""
    price, currency = amount(item.get("purchase_price")), text(item.get("purchase_price_currency"))
    return None if price is None or currency is None or len(currency) != _CURRENCY else (price, currency.upper())


def average_paid(items: object) -> tuple[Decimal, str] | None:
    """Return what a piece of those that lie here cost on average, with the currency.

    Args:
        items: Rows of stock items.

    Returns:
        The average over the pieces whose price is known; ``None`` where none is, or they were paid in several
        currencies.
    """
    rows = [row for row in items if isinstance(row, Mapping)] if isinstance(items, list) else []
    known = [(pieces, *cost) for row in rows if (pieces := on_hand(row)) and (cost := paid(row))]
    if len({currency for _, _, currency in known}) != 1:
        return None
    total = sum((pieces * price for pieces, price, _ in known), Decimal(0))
    return decimal_of(total / sum((pieces for pieces, _, _ in known), Decimal(0))), known[0][2]


def maker_of(makers: object, number: str | None = None) -> tuple[str | None, str | None]:
    """Return who makes a part and the maker's number of it: of several the one with that number, else the first.

    Args:
        makers: Rows of manufacturer parts.
        number: A number that somebody looks for.
    """
    rows = [row for row in makers if isinstance(row, Mapping)] if isinstance(makers, list) else []
    wanted = plain_number(number)
    rows.sort(
        key=lambda row: (
            plain_number(text(row.get("MPN"))) != wanted,
            not same_number(text(row.get("MPN")), number),
            row.get("pk") if isinstance(row.get("pk"), int) else 0,
        )
    )
    if not rows:
        return None, None
    detail = rows[0].get("manufacturer_detail")
    return text(detail.get("name")) if isinstance(detail, Mapping) else None, text(rows[0].get("MPN"))
