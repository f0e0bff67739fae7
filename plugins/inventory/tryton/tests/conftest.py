"""The connector over real HTTP against the sandbox."""

from datetime import UTC, datetime

import pytest

from servicedesk_core.testing import ImpatientClock, Stand, stand_fixtures
from servicedesk_tryton import Tryton
from servicedesk_tryton.sandbox import Sandbox, SandboxOptions

NOW = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)


class Store(Stand[Tryton]):
    """A served sandbox and ways to connect to it; its time stands still."""

    connector_class = Tryton
    grants = ("stock_moves.take", "stock_moves.return", "purchase_orders.place", "goods_receipts.create")

    def clock(self):
        return ImpatientClock(NOW)

    def lies(self, place, product, lot=None):
        """Return how many lie at a place, whatever is assigned."""
        context = {"locations": [place], "with_childs": False}
        what = ("product", product) if lot is None else ("lot", lot)
        return self.sandbox.models.counting.of(*what, context)

    def ordered(self, product, quantity):
        """Order by hand; return the ids of the purchase and of its line."""
        price = {"__class__": "Decimal", "decimal": "10.5"}
        line = {"type": "line", "product": product, "unit": 1, "quantity": quantity, "unit_price": price}
        head = {"company": 1, "party": 2, "currency": 1, "warehouse": 5, "invoice_address": 2, "reference": "by hand"}
        room, records = self.sandbox.purchasing, self.sandbox.records
        (ref,) = room.create_purchases([[{**head, "lines": [["create", [line]]]}]])
        for act in ("quote", "confirm"):
            room.act("purchase.purchase", act, records.get("purchase.purchase", ref))
        room.done -= 1
        return ref, records.one("purchase.line", purchase=ref)["id"]

    def shipments(self):
        return self.sandbox.records.all("stock.shipment.internal")


def serving(**options):
    return Store.serving(Sandbox(SandboxOptions(**{"now": NOW, **options})))


shared_stand, stand, stand_with = stand_fixtures(serving)


@pytest.fixture
async def tryton(stand):
    async with stand.connector() as connector:
        yield connector
