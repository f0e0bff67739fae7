"""What every connector of the families must do."""

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
    make_context,
)
from servicedesk_core.testing.suites.warranty_claims import ClaimVendor, WarrantyClaimsSuite
from servicedesk_ingram import Ingram, IngramSettings
from servicedesk_ingram.sandbox.orders import line_of

CREATE = {"method": "POST", "path": "/create$"}


class Vendor(ClaimVendor):
    def __init__(self, stand):
        self._stand = stand

    async def claims(self):
        return len(self._stand.sandbox.returns.by_number)

    async def lose_next_answer(self):
        self._stand.sandbox.faults([{"kind": "drop_after", "match": CREATE}])

    async def refuse_next(self):
        body = {"errors": [{"type": "/errors/validation-failed", "fields": [{"field": "x", "message": "Invalid"}]}]}
        self._stand.sandbox.faults([{"kind": "status", "status": 400, "body": body, "match": CREATE}])

    async def refuse_next_in_a_success(self):
        body = {"errors": [{"type": "/errors/validation-failed", "fields": [{"field": "x", "message": "Invalid"}]}]}
        self._stand.sandbox.faults([{"kind": "status", "status": 200, "body": body, "match": CREATE}])

    async def say(self, ref, word):
        assert self._stand.sandbox.returns.say(ref, word)


class TestClaims(WarrantyClaimsSuite):
    unknown_ref = "CAS-99999-X1X1X1-1"
    secrets = ("sandbox-client-secret",)

    @pytest.fixture
    async def connector(self, ingram):
        return ingram

    @pytest.fixture
    async def unreachable_connector(self, stand):
        async with stand.connector(url="http://127.0.0.1:9", token_url=f"{stand.url}/oauth/oauth20/token") as ingram:
            yield ingram

    @pytest.fixture
    def claim(self, good_claim):
        return good_claim

    @pytest.fixture
    def vendor(self, stand):
        return Vendor(stand)


class TestParts(PartsSuite):
    known = {"part_number": "EX-990-1T", "words": "ssd nvme", "upc": "4006381333931"}  # noqa: RUF012

    @pytest.fixture
    async def connector(self, ingram):
        return ingram

    @pytest.fixture
    async def rejected(self, stand):
        async with stand.connector(client_secret="wrong") as ingram:
            yield ingram

    @pytest.fixture
    async def break_down(self, stand):
        async def down():
            stand.sandbox.faults([{"kind": "html", "status": 503, "times": None}])

        return down


FAULTS = {
    WriteFault.LOST_ANSWER: {"kind": "drop_after"},
    WriteFault.CUT_OFF_ANSWER: {"kind": "truncate"},
    WriteFault.LATE_ANSWER: {"kind": "timeout_after_commit", "seconds": 0.05},
    WriteFault.LOST_REQUEST: {"kind": "drop_before"},
    WriteFault.BUSY: {"kind": "status", "status": 429, "body": {}},
    WriteFault.BROKEN: {"kind": "html", "status": 503},
    WriteFault.REFUSED: {"kind": "status", "status": 400, "body": {"errors": [{"fields": [{"field": "x"}]}]}},
}


class Orders(WriteVendor):
    """Orders on hold, so that they can be cancelled."""

    def __init__(self, stand, clock):
        self._stand = stand
        self._clock = clock
        self._done = 0

    async def example(self, kind, number):
        if kind == "purchase_orders.place":
            lines = [{"number": 1, "part_number": "4SP114", "quantity": str(number)}]
            return Write("", kind, values={"lines": lines, "note": f"Order {number}"})
        orders, now = self._stand.sandbox.orders, self._stand.sandbox.clock.now()
        held = next((order for order in orders.all() if order.is_held), None)
        if held is None:
            held = orders.open(now, {"customerOrderNumber": f"by hand {number}"}, [], is_held=True)
            self._done += 1
        return Write("", kind, target=held.number, values={"status": "cancelled"}, base={"status": "pending"})

    async def writes_done(self):
        orders = self._stand.sandbox.orders.all()
        return len(orders) - self._done + sum(order.is_cancelled for order in orders)

    async def fail_next_write(self, fault):
        match = {"method": "POST|DELETE", "path": "/orders"}
        self._stand.sandbox.faults([{**FAULTS[fault], "match": match}])

    async def ignore_searches(self):
        nothing = {"kind": "status", "status": 204, "times": None, "body": ""}
        self._stand.sandbox.faults([{**nothing, "match": {"path": "/orders/search$"}}])

    async def customer_reads(self, kind, ref):
        return ""  # no customer reads anything of Ingram Micro

    async def settle(self, seconds):
        self._clock.instant += timedelta(seconds=seconds)


class TestOrders(WriteSuite):
    @pytest.fixture
    def clock(self, stand):
        clock = stand.clock()
        clock.instant = stand.sandbox.clock.now()
        return clock

    @pytest.fixture
    async def connector(self, stand, clock):
        async with stand.connector(clock=clock) as ingram:
            yield ingram

    @pytest.fixture
    async def ungranted(self, stand, clock):
        async with stand.connector(grants=(), clock=clock) as ingram:
            yield ingram

    @pytest.fixture
    def vendor(self, stand, clock):
        return Orders(stand, clock)


class Ordered(OrderVendor):
    """What the stand-in was ordered."""

    def __init__(self, stand):
        self._stand = stand

    async def placed(self):
        return [
            (order.customer_number, {line.part: Decimal(line.quantity) for line in order.lines})
            for order in self._stand.sandbox.orders.all()
        ]

    async def lose_next_answer(self):
        self._stand.sandbox.faults([{"kind": "drop_after", "match": {"method": "POST", "path": "/orders$"}}])

    async def reject(self, part_number):
        products = self._stand.sandbox.products
        product = products.get(part_number)
        product.is_authorised = False
        products.put(product)


class TestOrdersOfParts(OrdersSuite):
    parts = {"4SP114": "74.34", "7RM032": "0.30"}  # noqa: RUF012

    @pytest.fixture
    async def connector(self, ingram):
        return ingram

    @pytest.fixture
    def vendor(self, stand):
        return Ordered(stand)


class TestStreams(TicketSyncSuite):
    page_size = 2

    @pytest.fixture
    async def connector(self, stand, ingram):
        sandbox = stand.sandbox
        line = line_of({"customerLineNumber": "1", "quantity": 1}, sandbox.products.get("4SP114"), confirmed=1)
        for number in range(5):
            sandbox.orders.open(sandbox.clock.now(), {"customerOrderNumber": f"PO-{number}"}, [line], is_held=False)
        return ingram

    @pytest.fixture
    async def cut_pages(self, stand):
        async def cut():
            stand.sandbox.most_orders_a_page = 2

        return cut


def test_core_accepts_the_connector_and_its_hooks():
    hooks = hooks_of(Ingram, title="servicedesk-ingram")
    assert {"find_parts", "submit_claim", "find_claim", "fetch_claims", "check_claim"} <= hooks
    assert not {"recognise", "find_entitlements", "cancel_claim", "resubmit_claim"} & hooks


def test_requirements_are_filled_in_before_there_are_settings():
    described = Ingram(make_context(IngramSettings.model_construct())).describe_capabilities()
    assert described.access
    assert described.approved_by
    assert described.write("claims.submit").settle_s == 600
