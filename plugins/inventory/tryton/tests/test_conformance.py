"""What every connector that is pulled and written to must do, whatever goes wrong on the way."""

from datetime import timedelta
from decimal import Decimal

import pytest

from servicedesk_core.hooks import Write
from servicedesk_core.testing import (
    OrdersSuite,
    OrderVendor,
    PartsSuite,
    TicketSyncSuite,
    WriteFault,
    WriteSuite,
    WriteVendor,
    hooks_of,
)
from servicedesk_tryton import Tryton

LAST = r"(internal\.do|purchase\.confirm|shipment\.in\.receive|invoice\.(post|cancel)|party\.create)$"
"""The act after which a movement, an order, a receipt or a document is done, or cannot be cancelled any more."""

ANSWER = {"id": "x", "error": ["UserError", ["A period is closed.", "", None]]}
FAULTS = {
    WriteFault.LOST_ANSWER: {"kind": "drop_after"},
    WriteFault.CUT_OFF_ANSWER: {"kind": "truncate"},
    WriteFault.LATE_ANSWER: {"kind": "timeout_after_commit", "seconds": 0.05},
    WriteFault.LOST_REQUEST: {"kind": "drop_before"},
    WriteFault.BUSY: {"kind": "status", "status": 429},
    WriteFault.BROKEN: {"kind": "html", "status": 503},
    WriteFault.REFUSED: {"kind": "status", "status": 200, "body": ANSWER},
}


class TestParts(PartsSuite):
    known = {"part_number": "EX-990-1T", "words": "ssd nvme", "upc": "4006381333931", "serial": "DK-0002"}  # noqa: RUF012

    @pytest.fixture
    async def connector(self, tryton):
        return tryton

    @pytest.fixture
    async def rejected(self, stand):
        async with stand.connector(password="wrong") as connector:
            yield connector

    @pytest.fixture
    async def break_down(self, stand):
        async def broken():
            stand.sandbox.faults([{"kind": "html", "status": 503, "times": None}])

        return broken


class TestStreams(TicketSyncSuite):
    page_size = 2

    @pytest.fixture
    async def connector(self, tryton):
        return tryton

    @pytest.fixture
    async def cut_pages(self, stand):
        async def cut():
            stand.sandbox.most_a_search = 2

        return cut


class Vendor(WriteVendor):
    def __init__(self, stand, clock, documents):
        self._stand = stand
        self._clock = clock
        self._documents = documents
        self._open = {}

    async def example(self, kind, number):
        if kind.partition(".")[0] in {"customers", "sales_invoices", "credit_notes"}:
            return self._booked(kind, number)
        if kind == "purchase_orders.place":
            line = {"number": 1, "part_number": "SSD-1T", "quantity": "2", "unit_cost": "79.95", "currency": "USD"}
            return Write("", kind, values={"lines": [line], "note": f"Order {number}"})
        if kind == "goods_receipts.create":
            order, line = self._stand.ordered(4, 3)
            return Write("", kind, parent=str(order), values={"lines": [{"line": str(line), "quantity": "1"}]})
        values = {"quantity": "0.5", "ticket_number": f"T-{number}", "note": f"Take {number}"}
        if kind == "stock_moves.take":
            return Write("", kind, parent="10-4", values=values)
        moved = {"company": 1, "from_location": 10, "to_location": 11}
        move = {**moved, "product": 4, "unit": 2, "quantity": 0.5}
        shipping = self._stand.sandbox.shipping
        (ref,) = shipping.create([{**moved, "reference": "by hand", "moves": [["create", [move]]]}])
        for act in ("wait", "assign_try", "do"):
            shipping.act(act, self._stand.sandbox.records.get("stock.shipment.internal", ref))
        shipping.done -= 1
        return Write("", kind, parent="10-4", values={**values, "move_ref": str(ref)})

    def _booked(self, kind, number):
        stream, _, act = kind.partition(".")
        if stream == "customers":
            return Write("", kind, values={"name": f"Client {number}", "email": "it@example.com"})
        if act == "create":
            asked = self._documents.document(f"SD-{number}", ("2", "10.00"), kind=stream)
            return self._documents.write_of(asked, id="")
        if stream not in self._open or self._stand.invoice(self._open[stream])["state"] != "posted":
            self._open[stream] = self._stand.posted((1.0 if stream == "sales_invoices" else -1.0, "10"))
        values = {"values": {"status": "void"}, "base": {"status": "open"}}
        return Write("", kind, target=str(self._open[stream]), **values)

    async def writes_done(self):
        sandbox = self._stand.sandbox
        return sandbox.shipping.done + sandbox.purchasing.done + sandbox.invoicing.done

    async def fail_next_write(self, fault):
        self._stand.sandbox.faults([{**FAULTS[fault], "path": LAST}])

    async def ignore_searches(self):
        nothing = {"kind": "status", "status": 200, "body": {"id": "read", "result": []}, "times": None}
        models = r"(internal|shipment\.in|purchase\.purchase|account\.invoice|party\.party)\.search_read$"
        self._stand.sandbox.faults([{**nothing, "path": models}])

    async def customer_reads(self, kind, ref):
        return ""  # no customer reads anything of Tryton

    async def settle(self, seconds):
        self._clock.instant += timedelta(seconds=seconds)


@pytest.mark.slow
class TestWrites(WriteSuite):
    @pytest.fixture
    def clock(self, stand):
        stand.sandbox.records.write("company.company", 1, cancel_invoice_out=1)
        return stand.clock()

    @pytest.fixture
    async def connector(self, stand, clock):
        async with stand.connector(clock=clock) as tryton:
            yield tryton

    @pytest.fixture
    async def ungranted(self, stand, clock):
        async with stand.connector(grants=(), clock=clock) as tryton:
            yield tryton

    @pytest.fixture
    def vendor(self, stand, clock, documents):
        return Vendor(stand, clock, documents)


class Behind(OrderVendor):
    def __init__(self, stand):
        self._sandbox = stand.sandbox

    async def placed(self):
        records, found = self._sandbox.records, []
        for order in records.all("purchase.purchase", state="processing"):
            lines = records.all("purchase.line", purchase=order["id"])
            codes = [records.get("product.product", line["product"])["code"] for line in lines]
            counts = {code: Decimal(str(line["quantity"])) for code, line in zip(codes, lines, strict=True)}
            found.append((order["reference"], counts))
        return found

    async def lose_next_answer(self):
        self._sandbox.faults([{"kind": "drop_after", "path": LAST}])


class TestOrders(OrdersSuite):
    parts = {"SSD-1T": "84.9013", "RAM-16-D4": "38.2"}  # noqa: RUF012

    @pytest.fixture
    async def connector(self, tryton, stand):
        records = stand.sandbox.records
        (sold,) = records.all("purchase.product_supplier")
        (memory,) = records.all("product.product", code="RAM-16-D4")
        records.add("purchase.product_supplier", **_copy(sold, template=memory["template"]))
        return tryton

    @pytest.fixture
    def vendor(self, stand):
        return Behind(stand)


def _copy(row, **changes):
    own = {name: value for name, value in row.items() if name not in {"id", "create_date", "write_date"}}
    return own | changes


def test_core_accepts_the_connector_and_its_hooks():
    hooks = hooks_of(Tryton, title="servicedesk-tryton")
    assert {"pull", "fetch_records", "count", "describe_fields", "find_parts", "send_write", "find_write"} <= hooks
