"""What tests of orders share: where the shop is, what is on order, and an order of several parts."""

from decimal import Decimal
from pathlib import Path

from servicedesk_core.features.parts.ordering import tables
from servicedesk_core.features.parts.ordering.rules import Cost
from servicedesk_core.store import outbox, schema

SHOP = Path(__file__).with_name("shop.py")
GRANTS = ["purchase_orders.place", "purchase_orders.cancel", "goods_receipts.create"]


async def lines(desk, **asked):
    return (await desk.parts.orders(**asked)).items


def add_line(tx, number, part):
    """Give an order a second line, as one of several parts has."""
    write = outbox.get(tx, number)
    second = write.values["lines"][0] | {"number": 2, "part_number": part}
    values = write.values | {"lines": [*write.values["lines"], second]}
    table = schema.outbox
    tx.execute(table.update().where(table.c.id == number).values(new_values=values))
    tables.keep_costs(tx, number, {2: Cost(Decimal(5), Decimal(5), "EUR")})
