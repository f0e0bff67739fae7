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
from servicedesk_inventree import InvenTree
from servicedesk_inventree.sandbox.fields import cleaned

MOVES = {"method": "POST", "path": "/api/(stock/(remove|add|assign|return)|order/po/.*/(issue|cancel|receive))/$"}
SEARCHED = "/api/(stock/track|order/po)/$"
FAULTS = {
    WriteFault.LOST_ANSWER: {"kind": "drop_after"},
    WriteFault.CUT_OFF_ANSWER: {"kind": "truncate"},
    WriteFault.LATE_ANSWER: {"kind": "timeout_after_commit", "seconds": 0.05},
    WriteFault.LOST_REQUEST: {"kind": "drop_before"},
    WriteFault.BUSY: {"kind": "status", "status": 429, "body": {"detail": "Request was throttled."}},
    WriteFault.BROKEN: {"kind": "html", "status": 503},
    WriteFault.REFUSED: {"kind": "status", "status": 400, "body": {"items": [{"pk": ["Stock item is not in stock"]}]}},
}


class TestParts(PartsSuite):
    known = {"part_number": "EX-990-1T", "words": "ssd nvme", "upc": "4006381333931", "serial": "DK-0002"}  # noqa: RUF012

    @pytest.fixture
    async def connector(self, shop):
        return shop


class TestStreams(TicketSyncSuite):
    page_size = 2

    @pytest.fixture
    async def connector(self, shop):
        return shop

    @pytest.fixture
    async def cut_pages(self, stand):
        async def cut():
            stand.sandbox.most_a_page = 2

        return cut


class Vendor(WriteVendor):
    def __init__(self, stand, clock):
        self._stand = stand
        self._clock = clock
        self._reference = 0

    async def example(self, kind, number):
        values = {"quantity": "0.5", "ticket_number": f"T-{number}", "note": f"Take {number}"}
        if kind == "stock_moves.take":
            return Write("", kind, parent="7", values=values)
        if kind == "purchase_orders.place":
            line = {"number": 1, "part_number": "RAM-16-D4", "quantity": "2", "unit_cost": "38.2", "currency": "EUR"}
            return Write("", kind, values={"lines": [line], "note": f"Order {number}"})
        if kind != "stock_moves.return":
            order, line = self._order(number, anew=kind == "goods_receipts.create")
            if kind == "purchase_orders.cancel":
                return Write("", kind, target=order, values={"status": "cancelled"}, base={"status": "placed"})
            values = {"lines": [{"line": line, "quantity": "1"}], "place": "1", "note": f"Came {number}"}
            return Write("", kind, parent=order, values=values)
        room = self._stand.sandbox.room
        moves = room.moves
        room.act("remove", {"items": [{"pk": 7, "quantity": "1"}], "notes": f"by hand {number}"})
        room.moves = moves
        taken = self._stand.sandbox.records.all("track", item=7)[-1]["pk"]
        return Write("", kind, parent="7", values={**values, "move_ref": str(taken)})

    def _order(self, number, *, anew):
        """Return an order that somebody placed by hand and its line: the same one each time, unless a new one."""
        orders, records = self._stand.sandbox.orders, self._stand.sandbox.records
        done, reference = orders.done, f"PO-{9000 + number * anew:04d}"
        order = next(iter(records.all("order", reference=reference)), None)
        if order is None:
            order = orders.create(cleaned(records, "order", {"supplier": 1, "reference": reference}))
            line = orders.add_line(cleaned(records, "order_line", {"order": order["pk"], "part": 1, "quantity": 5}))
            orders.act("issue", order["pk"], {})
            orders.done = done
        else:
            records.save("order", {**order, "status": 20})
            line = orders.lines_of(order)[0]
        return str(order["pk"]), str(line["pk"])

    async def writes_done(self):
        return self._stand.sandbox.room.moves + self._stand.sandbox.orders.done

    async def fail_next_write(self, fault):
        self._stand.sandbox.faults([{**FAULTS[fault], "match": MOVES}])

    async def ignore_searches(self):
        nothing = {"count": 0, "next": None, "previous": None, "results": []}
        answer = {"kind": "status", "status": 200, "body": nothing, "times": None}
        self._stand.sandbox.faults([{**answer, "match": {"method": "GET", "path": SEARCHED}}])

    async def customer_reads(self, kind, ref):
        return ""  # no customer reads anything of InvenTree

    async def settle(self, seconds):
        self._clock.instant += timedelta(seconds=seconds)


class TestWrites(WriteSuite):
    @pytest.fixture
    def clock(self, stand):
        return stand.clock()

    @pytest.fixture
    async def connector(self, stand, clock):
        async with stand.connector(clock=clock) as shop:
            yield shop

    @pytest.fixture
    async def ungranted(self, stand, clock):
        async with stand.connector(grants=(), clock=clock) as shop:
            yield shop

    @pytest.fixture
    def vendor(self, stand, clock):
        return Vendor(stand, clock)


class Behind(OrderVendor):
    def __init__(self, stand):
        self._sandbox = stand.sandbox

    async def placed(self):
        records, found = self._sandbox.records, []
        for order in records.all("order"):
            lines = {}
            for line in records.all("order_line", order=order["pk"]):
                source = records.known("supplier_part", line["part"])
                lines[records.known("part", source["part"])["IPN"]] = Decimal(line["quantity"])
            if order["issue_date"]:
                found.append((order["supplier_reference"], lines))
        return found

    async def lose_next_answer(self):
        self._sandbox.faults([{"kind": "drop_after", "match": {"method": "POST", "path": "/issue/$"}}])


class TestOrders(OrdersSuite):
    parts = {"RAM-16-D4": "38.2", "SSD-1T": "84.901"}  # noqa: RUF012
    currency = "EUR"

    @pytest.fixture
    async def connector(self, shop):
        return shop

    @pytest.fixture
    def vendor(self, stand):
        return Behind(stand)


def test_core_accepts_the_connector_and_its_hooks():
    hooks = hooks_of(InvenTree, title="servicedesk-inventree")
    assert {"pull", "fetch_records", "count", "describe_fields", "find_parts", "send_write", "find_write"} <= hooks
