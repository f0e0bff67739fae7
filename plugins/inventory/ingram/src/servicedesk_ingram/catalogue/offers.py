"""From a line about price and availability to an offer; pure.

What others wait for (``quantityBackordered``) is not on its way to us; what arrives stands in ``quantityOnOrder`` and
``backOrderInfo``.
"""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from servicedesk_core.domain.parts import PartOffer, Place
from servicedesk_ingram.values import Row, currency, day, key, number, price, row, rows, text, truth


def is_refused(line: Row) -> bool:
    """Return whether a line says that the product was not found or is not for us, instead of what it costs."""
    return (text(line.get("productStatusCode")) or "").upper() == "E"


def offer_of(ref: str, line: Row, product: Row, account_currency: str, today: date) -> PartOffer:
    """Return the offer of one product.

    Args:
        ref: Ingram Micro's number of it.
        line: Its price and availability; empty when they are not told.
        product: Its row in the catalogue; empty when it is not there.
        account_currency: Of the account, for prices without one.
        today: The present day; what was expected before it is expected no more.
    """
    stock = row(line.get("availability"))
    # Where lines were refused beside it, the definition's own example has the prices within the availability.
    prices = row(line.get("pricing")) or row(stock.get("pricing"))
    named = text(prices.get("currencyCode"))
    paid_in = (currency(named) if named else account_currency) if prices else None
    places = tuple(_places(stock, today))
    discontinued = truth(product.get("discontinued"))
    replacement = text(product.get("replacementSku"))
    return PartOffer(
        number=ref,
        name=_name(line.get("description")) or _name(product.get("description")),
        manufacturer=text(line.get("vendorName")) or text(product.get("vendorName")),
        manufacturer_part_number=text(line.get("vendorPartNumber")) or text(product.get("vendorPartNumber")),
        upc=key(line.get("upc")) or key(product.get("upcCode")),
        unit_price=price(prices.get("customerPrice")) if paid_in else None,
        list_price=price(prices.get("retailPrice")) if paid_in else None,
        map_price=price(prices.get("mapPrice")) if paid_in else None,
        currency=paid_in,
        available=_available(stock, places),
        arrives_on=min((place.arrives_on for place in places if place.arrives_on), default=None),
        places=places,
        takes_back_orders=truth(line.get("acceptBackOrder")),
        is_authorised=truth(line.get("productAuthorized")),
        is_orderable=False if is_refused(line) else None,
        is_active=None if discontinued is None else not discontinued,
        replaced_by=replacement if replacement != ref else None,
    )


def _available(stock: Row, places: tuple[Place, ...]) -> Decimal | None:
    total = number(stock.get("totalAvailability"))
    if total is not None:
        return total
    if truth(stock.get("available")) is False:
        return Decimal(0)
    told = [place.available for place in places if place.available is not None]
    return sum(told, Decimal(0)) if told and len(told) == len(places) else None


def _places(stock: Row, today: date) -> Iterator[Place]:
    for house in rows(stock.get("availabilityByWarehouse")):
        ref = key(house.get("warehouseId"))
        arriving = rows(house.get("backOrderInfo"))
        expected = [day(house.get("quantityBackorderedEta")), *(day(one.get("etaDate")) for one in arriving)]
        amounts = [amount for one in arriving if (amount := number(one.get("quantity"))) is not None]
        on_order = number(house.get("quantityOnOrder"))
        yield Place(
            name=text(house.get("location")) or f"Warehouse {ref or 'without a number'}",
            available=number(house.get("quantityAvailable")),
            on_order=sum(amounts, Decimal(0)) if on_order is None and amounts else on_order,
            arrives_on=min((one for one in expected if one is not None and one >= today), default=None),
            ref=ref,
        )


def _name(value: object) -> str:
    return " ".join((text(value) or "").split())
