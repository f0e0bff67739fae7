"""What every connector that is pulled, written to, hears its vendor, or bills must do, whatever goes wrong."""

import base64
import hashlib
import hmac
import json
from datetime import timedelta
from decimal import Decimal
from typing import ClassVar

import pytest

from servicedesk_core.errors import RejectedError
from servicedesk_core.hooks import Delivery, HintKind, Write
from servicedesk_core.testing import (
    BillingSuite,
    BillingVendor,
    TicketSyncSuite,
    WebhookSuite,
    WriteFault,
    WriteSuite,
    WriteVendor,
    hooks_of,
)
from servicedesk_quickbooks import QuickBooks
from servicedesk_quickbooks.sandbox.records import BY_PATH

pytestmark = pytest.mark.usefixtures("held_to_contract")

WRITES = {"method": "POST", "path": "/v3/company/.*/(invoice|creditmemo|payment|customer)$"}
REFUSED = {"Fault": {"Error": [{"Message": "Business Validation Error", "Detail": "no", "code": "6000"}]}}
FAULTS = {
    WriteFault.LOST_ANSWER: {"kind": "drop_after"},
    WriteFault.CUT_OFF_ANSWER: {"kind": "truncate"},
    WriteFault.LATE_ANSWER: {"kind": "timeout_after_commit", "seconds": 0.05},
    WriteFault.LOST_REQUEST: {"kind": "drop_before"},
    WriteFault.BUSY: {"kind": "status", "status": 429, "body": {"Fault": {"Error": [{"code": "3001"}]}}},
    WriteFault.BROKEN: {"kind": "html", "status": 503},
    WriteFault.REFUSED: {"kind": "status", "status": 400, "body": REFUSED},
}
SINGLE = {"number": 1, "description": "Onsite labour", "quantity": "2.5", "unit_price": "100", "amount": "250"}


def invoice(number, **changes):
    values = {
        "kind": "sales_invoices",
        "number": number,
        "customer": "1",
        "issue_on": "2026-11-20",
        "currency": "USD",
        "lines": [{**SINGLE, "item": "1"}],
        "net": "250",
    }
    return values | changes


class TestStreams(TicketSyncSuite):
    page_size = 2

    @pytest.fixture
    async def connector(self, stand):
        books = stand.sandbox.books
        for number in range(3):
            lines = [{"DetailType": "SalesItemLineDetail", "Amount": 10, "SalesItemLineDetail": {}}]
            made = books.act("Invoice", {"CustomerRef": {"value": "1"}, "DocNumber": f"I-{number}", "Line": lines})
            books.act("CreditMemo", {"CustomerRef": {"value": "1"}, "DocNumber": f"C-{number}", "Line": lines})
            link = [{"Amount": 4, "LinkedTxn": [{"TxnId": made["Invoice"]["Id"], "TxnType": "Invoice"}]}]
            books.act("Payment", {"CustomerRef": {"value": "1"}, "TotalAmt": 5, "Line": link})
            expense = {"DetailType": "AccountBasedExpenseLineDetail", "Amount": 7}
            books.act("Bill", {"VendorRef": {"value": "4"}, "Line": [expense]})
            stand.sandbox.clock.move(timedelta(seconds=number))
        async with stand.connector() as connector:
            yield connector

    @pytest.fixture
    async def cut_pages(self, stand):
        async def cut():
            stand.sandbox.most_a_page = 2

        return cut


class Vendor(WriteVendor):
    def __init__(self, stand, clock):
        self._stand = stand
        self._clock = clock

    async def example(self, kind, number):
        if kind == "customers.create":
            return Write("", kind, values={"name": f"Client {number}", "email": f"c{number}@example.com"})
        if kind == "credit_notes.create":
            return Write("", kind, values=invoice(f"CN-{number}", kind="credit_notes"))
        if kind == "sales_invoices.create":
            return Write("", kind, values=invoice(f"SD-{number}", memo=f"Thank you {number}"))
        books = self._stand.sandbox.books
        kept = next((one for one in self._stand.sandbox.records.all("Invoice") if one["DocNumber"] == "TO-VOID"), None)
        if kept is None or not kept["TotalAmt"]:
            lines = [{"DetailType": "SalesItemLineDetail", "Amount": 10, "SalesItemLineDetail": {}}]
            body = {"CustomerRef": {"value": "1"}, "DocNumber": "TO-VOID", "Line": lines, "PrivateNote": ""}
            token = {} if kept is None else {"Id": kept["Id"], "SyncToken": kept["SyncToken"]}
            done = books.done
            kept = books.act("Invoice", body | token)["Invoice"]
            books.done = done
        values, base = {"status": "void"}, {"status": "open"}
        return Write("", kind, target=kept["Id"], values=values, base=base, base_revision=kept["SyncToken"])

    async def writes_done(self):
        return self._stand.sandbox.books.done

    async def fail_next_write(self, fault):
        self._stand.sandbox.faults([{**FAULTS[fault], "match": WRITES}])

    async def ignore_searches(self):
        answer = {"kind": "status", "status": 200, "body": {"QueryResponse": {}}, "times": None}
        # Who the company is stays known.
        about = [{"kind": "slow", "seconds": 0, "times": None, "match": {"path": "/never"}}]
        self._stand.sandbox.faults([*about, {**answer, "match": {"method": "GET", "path": "/query$"}}])

    async def customer_reads(self, kind, ref):
        return ""  # nothing is mailed

    async def settle(self, seconds):
        self._clock.instant += timedelta(seconds=seconds)


class TestWrites(WriteSuite):
    @pytest.fixture
    def clock(self, stand):
        return stand.clock()

    @pytest.fixture
    async def connector(self, stand, clock):
        async with stand.connector(clock=clock) as books:
            yield books

    @pytest.fixture
    async def ungranted(self, stand, clock):
        async with stand.connector(grants=(), clock=clock) as books:
            yield books

    @pytest.fixture
    def vendor(self, stand, clock):
        return Vendor(stand, clock)

    async def test_two_equal_acts_are_two(self, connector, vendor):
        """Names of customers are unique: the second of two equal ones is refused, and the books have one."""
        write = await self._example(connector, vendor, "customers.create")
        await connector.send_write(write)
        with pytest.raises(RejectedError, match="name belongs to customer"):
            await connector.send_write(await self._again(write))
        assert await vendor.writes_done() == 1

    async def _again(self, write):
        return Write("another-id", write.kind, values=write.values)


class Ledger(BillingVendor):
    def __init__(self, stand):
        self._sandbox = stand.sandbox

    async def standing(self):
        rows = [row for kind in ("Invoice", "CreditMemo") for row in self._sandbox.records.all(kind)]
        standing = [row for row in rows if not row.get("PrivateNote", "").startswith("Voided")]
        return [(row["DocNumber"], Decimal(str(row["TotalAmt"]))) for row in standing]

    async def lose_next_answer(self):
        self._sandbox.faults([{"kind": "drop_after", "match": WRITES}])

    async def add_other(self, number):
        detail = {"ItemRef": {"value": "1"}, "TaxCodeRef": {"value": "1"}}
        line = {"DetailType": "SalesItemLineDetail", "Amount": 1, "SalesItemLineDetail": detail}
        if self._sandbox.options.country == "US":
            del detail["TaxCodeRef"]
        body = {"CustomerRef": {"value": "2"}, "DocNumber": number, "Line": [line]}
        return self._sandbox.books.act("Invoice", body)["Invoice"]["Id"]

    async def shift_next_total(self, amount):
        self._sandbox.books.engine.shift_next(amount)

    async def deactivate(self, customer):
        row = self._sandbox.records.known("Customer", customer)
        head = {"Id": customer, "SyncToken": row["SyncToken"], "sparse": True}
        self._sandbox.books.act("Customer", {**head, "Active": False})

    async def pay(self, ref, amount):
        customer = self._sandbox.records.known("Invoice", ref)["CustomerRef"]
        line = {"Amount": float(amount), "LinkedTxn": [{"TxnId": ref, "TxnType": "Invoice"}]}
        self._sandbox.books.act("Payment", {"CustomerRef": customer, "TotalAmt": float(amount), "Line": [line]})


class _Billing(BillingSuite):
    customer, item, rounding_item = "1", "1", "5"
    habits: ClassVar = {}
    more: ClassVar = {}

    @pytest.fixture
    def ledger(self, stand_with):
        with stand_with(**self.habits) as running:
            yield running

    @pytest.fixture
    async def connector(self, ledger):
        async with ledger.connector(**self.more) as books:
            yield books

    @pytest.fixture
    def vendor(self, ledger):
        return Ledger(ledger)

    @pytest.fixture
    async def rejected(self, ledger):
        async with ledger.connector(tokens=None) as books:
            yield books


@pytest.mark.slow
class TestBillingByCode(_Billing):
    habits: ClassVar = {"country": "GB", "currency": "GBP", "multi_currency": True}
    more: ClassVar = {"tax_rounding": "document"}
    tax_code, tax_rate, currency, unrated = "1", "20", "GBP", "CHF"


@pytest.mark.slow
class TestBillingWithTheTaxEngine(_Billing):
    tax_code, currency, unrated = "TAX", "USD", "EUR"


class TestWebhooks(WebhookSuite):
    known: ClassVar = ("customers", "1")
    uses_secret = False

    @pytest.fixture
    async def connector(self, books):
        return books

    def delivery(self, secret, kind, stream, ref):
        words = {HintKind.ADDED: "created", HintKind.CHANGED: "updated", HintKind.DELETED: "deleted"}
        entity = {"customers": "customer", "sales_invoices": "invoice"}[stream]
        assert entity in BY_PATH
        event = {
            "specversion": "1.0",
            "id": f"e-{kind}-{ref}",
            "source": "intuit.example",
            "type": f"qbo.{entity}.{words[kind]}.v1",
            "time": "2026-11-20T09:00:00Z",
            "intuitentityid": ref,
            "intuitaccountid": "9130350000000001",
            "data": {},
        }
        body = json.dumps([event], separators=(",", ":")).encode()
        signed = base64.b64encode(hmac.new(b"sandbox-verifier-token", body, hashlib.sha256).digest()).decode()
        return Delivery("POST", {"content-type": "application/json", "intuit-signature": signed}, (), body)


def test_core_accepts_the_connector_and_its_hooks():
    hooks = hooks_of(QuickBooks, title="servicedesk-quickbooks")
    expected = {"pull", "fetch_records", "count", "describe_fields", "read_document", "send_write", "find_write"}
    assert expected | {"authorization", "verify_webhook", "webhook_events"} <= hooks
