"""The connector over real HTTP against the sandbox."""

import importlib.util
from datetime import UTC, datetime
from pathlib import Path

import pytest

from servicedesk_core.testing import ImpatientClock, Stand, stand_fixtures
from servicedesk_tryton import Tryton
from servicedesk_tryton.sandbox import Sandbox, SandboxOptions

NOW = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)


class Store(Stand[Tryton]):
    """A served sandbox and ways to connect to it; its time stands still."""

    connector_class = Tryton
    grants = (
        "stock_moves.take", "stock_moves.return", "purchase_orders.place", "goods_receipts.create", "customers.create",
        "sales_invoices.create", "credit_notes.create", "sales_invoices.void", "credit_notes.void",
    )  # fmt: skip

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

    def invoiced(self, *lines, **more):
        """Enter an invoice to the client by hand, as a draft, and return its id; lines are a quantity and a price."""
        price = {"__class__": "Decimal"}
        rows = [
            {"type": "line", "account": 100, "quantity": quantity, "unit_price": {**price, "decimal": amount}}
            | {"taxes": [["add", [1]]], "description": "by hand"}
            for quantity, amount in lines
        ]
        day = {"__class__": "date", "year": NOW.year, "month": NOW.month, "day": NOW.day}
        head = {"company": 1, "type": "out", "party": 3, "invoice_address": 3, "account": 39, "journal": 1}
        told = {**head, "currency": 1, "reference": "by hand", "invoice_date": day, **more}
        (ref,) = self.sandbox.invoicing.create([{**told, "lines": [["create", rows]]}])
        return ref

    def posted(self, *lines, **more):
        """Enter an invoice to the client by hand, and post it."""
        ref = self.invoiced(*lines, **more)
        self.sandbox.invoicing.act("post", self.invoice(ref), lambda *_: None)
        self.sandbox.invoicing.done -= 1
        return ref

    def invoice(self, ref):
        return self.sandbox.records.get("account.invoice", int(ref))

    def shipments(self):
        return self.sandbox.records.all("stock.shipment.internal")


def serving(**options):
    return Store.serving(Sandbox(SandboxOptions(**{"now": NOW, **options})))


@pytest.fixture(scope="session")
def documents():
    """What the tests ask for, for the real server too."""
    spec = importlib.util.spec_from_file_location("tryton_documents", Path(__file__).parent / "documents.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


shared_stand, stand, stand_with = stand_fixtures(serving)


@pytest.fixture
async def tryton(stand):
    async with stand.connector() as connector:
        yield connector
