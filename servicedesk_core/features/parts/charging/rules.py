"""What a charge of a part says. Pure."""

from datetime import date
from decimal import Decimal
from typing import Any

from servicedesk_core.config.parts import PartsSection
from servicedesk_core.domain import Charge
from servicedesk_core.domain.currencies import in_cents
from servicedesk_core.domain.writing import Intent
from servicedesk_core.errors import SettingsError, WriteError
from servicedesk_core.outbox.values import known
from servicedesk_core.store.queries.taken import CHARGE, Taken

LONGEST_NAME = 100
"""Characters of a charge's name that PSAs take."""
_HUNDRED = Decimal(100)


def price_of(
    settings: PartsSection, said: Decimal | None, cost: Decimal | None, currency: str | None
) -> Decimal | None:
    """Return what a client pays for one: what was said, else what it cost with what the desk adds; else nothing.

    Args:
        settings: Who bills, and what is added.
        said: The price that somebody said.
        cost: What one cost.
        currency: Of the cost.
    """
    if said is not None:
        return said
    if cost is None or settings.markup_percent is None or not _is_own(settings, currency):
        return None
    return in_cents(cost * (_HUNDRED + settings.markup_percent) / _HUNDRED, currency)


def charge_of(
    values: dict[str, Any],
    quantity: Decimal,
    settings: PartsSection,
    *,
    cost: Decimal | None,
    currency: str | None,
    price: Decimal | None,
    on: date,
    product: str | None = None,
    **by: Any,
) -> Intent:
    """Return the charge of a part on its ticket.

    Args:
        values: What the write that takes it says: the part, the piece, the ticket.
        quantity: How many; below 0 = so many were charged too much.
        settings: Who bills, and what is added.
        cost: What one cost.
        currency: Of the cost.
        price: What the client pays for one, where somebody said so.
        on: The day.
        product: The PSA's id of the part, where its own stock has it: then it knows the price too.
        **by: Reason and request id of the act.

    Raises:
        SettingsError: The price is below 0.
        WriteError: The ticket is in no PSA, or nobody says what the client pays.
    """
    if price is not None and price and price.is_signed():
        raise SettingsError("A price is not below 0.", hint="What was given back is credited by itself.")
    connection, ticket = values.get("ticket_connection"), values.get("ticket_id")
    if not (connection and ticket):
        raise WriteError("The ticket of the part is not known any more.", hint="Charge it in the PSA.")
    unit_price = price_of(settings, price, cost, currency)
    if unit_price is None and product is None:
        hint = "Say it with --price, or what is added to the cost: markup_percent in [parts]."
        raise WriteError("Nobody says what the client pays for it.", hint=hint)
    name = str(values.get("part_name") or "Part")
    serial = values.get("serial_number")
    said = {
        "name": name[:LONGEST_NAME],
        "description": f"{name}, serial number {serial}" if serial else None,
        "quantity": quantity,
        "unit_cost": cost if _is_own(settings, currency) else None,
        "unit_price": unit_price,
        "is_billable": True,
        "bought_on": on,
        "product_ref": product,
    }
    told = known({field: value for field, value in said.items() if value is not None}, Charge)
    label = f"{name} for {values.get('ticket_number') or ticket}"
    return Intent(connection, CHARGE, f"tickets:{ticket}", label, told, parent=ticket, visibility="public", **by)


def last_price(part: Taken) -> Decimal | None:
    """Return the price at which a part was charged last."""
    prices = (one.values.get("unit_price") for one in reversed(part.charges))
    return next((Decimal(price) for price in prices if price is not None), None)


def _is_own(settings: PartsSection, currency: str | None) -> bool:
    return settings.currency is None or settings.currency == currency
