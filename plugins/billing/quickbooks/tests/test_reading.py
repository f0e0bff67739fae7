"""What is read, and what each record means."""

import asyncio
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from servicedesk_core.domain.billing import DocumentKind, DocumentStatus
from servicedesk_core.errors import CursorError, NotFoundError, RateLimitedError
from servicedesk_core.hooks import PullMode, PullRequest
from servicedesk_quickbooks.api.language import Query, equals
from servicedesk_quickbooks.reading.passes import Position, passed
from servicedesk_quickbooks.sandbox.queries import read
from servicedesk_quickbooks.settings import QuickBooksSettings

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("held_to_contract")]

LINE = {"DetailType": "SalesItemLineDetail", "Amount": 100, "SalesItemLineDetail": {"ItemRef": {"value": "1"}}}


def made(stand, entity="Invoice", **more):
    body = {"CustomerRef": {"value": "1"}, "Line": [LINE], **more}
    return stand.sandbox.books.act(entity, body)[entity]


async def pages(books, stream, mode=PullMode.BACKFILL, **more):
    return [page async for page in books.pull(PullRequest(stream, mode, **more))]


async def entities(books, stream, **more):
    found = [one for page in await pages(books, stream, **more) for one in page.records]
    return {one.external_id: books.map_record(stream, one.raw).entity for one in found}


@given(st.text(max_size=30))
def test_no_value_ends_its_quotation_marks(value):
    """What the stand-in reads is one condition with this very value, whatever it holds."""
    if "\n" in value or "\r" in value:
        return
    (condition,) = read(Query("Invoice", (equals("DocNumber", value),)).text()).conditions
    assert (condition.field, condition.op, condition.values) == ("DocNumber", "=", (value,))


async def test_inactive_customers_and_items_come_too(books, stand):
    head = {"Id": "2", "SyncToken": "0", "sparse": True}
    stand.sandbox.books.act("Customer", {**head, "Active": False})
    found = await entities(books, "customers")
    assert [found[ref].is_active for ref in ("1", "2")] == [True, False]
    assert (found["3"].name, found["3"].email, found["3"].currency) == (
        "O'Brien & Sons", "accounts@obrien.example.com", "USD",
    )  # fmt: skip
    (again,) = [one async for one in books.fetch_records("customers", ["2"])]
    assert again.status == "found"


async def test_items_and_accounts_say_where_they_are_booked(books):
    item = (await entities(books, "sales_items"))["4"]
    assert (item.name, item.code, item.kind, item.unit_price, item.income_account_ref) == (
        "SSD 1 TB", "SSD-1T", "NonInventory", Decimal("84.9"), "2",
    )  # fmt: skip
    accounts = await entities(books, "ledger_accounts")
    assert (accounts["1"].code, accounts["1"].is_for_sales, accounts["5"].is_for_sales) == ("4000", True, False)


async def test_a_tax_code_has_the_rate_of_its_parts_and_the_us_codes_are_two_words(stand, stand_with):
    async with stand.connector() as books:
        found = await entities(books, "tax_codes")
        assert (found["TAX"].rate, found["NON"].rate, found["1"].rate) == (None, 0, Decimal("8.25"))
    with stand_with(country="GB", currency="GBP") as other:
        async with other.connector() as books:
            found = await entities(books, "tax_codes")
            assert {one.name: one.rate for one in found.values()} == {"20.0% S": 20, "0.0% Z": 0}
    listed = {"TaxRateDetail": [{"TaxRateRef": {"value": "1"}, "TaxTypeApplicable": "TaxOnTax"}]}
    raw = {"Id": "9", "Name": "PST on GST", "SalesTaxRateList": listed, "_rates": [{"Id": "1", "RateValue": 5}]}
    assert books.map_record("tax_codes", raw).entity.rate is None


async def test_an_invoice_is_open_then_paid_then_void(books, stand):
    row = made(stand, DocNumber="T-1", TxnDate="2026-11-01", DueDate="2026-12-01", PrivateNote="ticket 7001")
    shown = (await entities(books, "sales_invoices"))[row["Id"]]
    assert (shown.number, shown.reference, shown.status) == ("T-1", "ticket 7001", DocumentStatus.OPEN)
    assert (shown.issued_on, shown.due_on) == (date(2026, 11, 1), date(2026, 12, 1))
    assert (shown.net, shown.tax, shown.total, shown.balance) == (100, 0, 100, 100)
    link = [{"Amount": 100, "LinkedTxn": [{"TxnId": row["Id"], "TxnType": "Invoice"}]}]
    paid = stand.sandbox.books.act("Payment", {"CustomerRef": {"value": "1"}, "TotalAmt": 150, "Line": link})
    assert (await entities(books, "sales_invoices"))[row["Id"]].status is DocumentStatus.PAID
    (page, _) = await pages(books, "payments")
    payment, (allocation,), _ = books.map_record("payments", page.records[0].raw)
    assert (payment.amount, payment.unapplied, payment.is_void) == (150, 50, False)
    assert (allocation.sales_invoice_ref, allocation.amount, allocation.payment_ref) == (
        row["Id"], 100, paid["Payment"]["Id"],
    )  # fmt: skip
    now = stand.sandbox.records.known("Invoice", row["Id"])
    stand.sandbox.books.act("Invoice", {"Id": row["Id"], "SyncToken": now["SyncToken"]}, operation="void")
    shown = (await entities(books, "sales_invoices"))[row["Id"]]
    assert (shown.status, shown.total, shown.status_text) == (DocumentStatus.VOID, 0, "Voided")


async def test_a_document_is_shown_without_the_line_that_the_server_adds(books, stand):
    row = made(stand)
    assert len(row["Line"]) == 2
    shown = await books.read_document(DocumentKind.INVOICE, row["Id"])
    assert [(line.amount, line.item) for line in shown.lines] == [(100, "1")]
    with pytest.raises(NotFoundError):
        await books.read_document(DocumentKind.CREDIT_NOTE, row["Id"])


async def test_times_with_an_offset_are_instants(books, stand):
    row = made(stand)
    assert row["MetaData"]["CreateTime"] == "2026-11-20T01:30:00-08:00"
    shown = (await entities(books, "sales_invoices"))[row["Id"]]
    assert shown.created_at == datetime(2026, 11, 20, 9, 30, tzinfo=UTC)


async def test_what_was_deleted_lately_is_told_and_older_deletions_are_left_to_comparison(books, stand):
    row = made(stand)
    stand.sandbox.books.act("Invoice", {"Id": row["Id"], "SyncToken": "0"}, operation="delete")
    since = stand.sandbox.clock.now() - timedelta(hours=1)
    changes = {"mode": PullMode.INCREMENTAL, "since": since}
    (page,) = await pages(books, "sales_invoices", **changes, deleted_since=since)
    assert (page.gone, page.last) == ([row["Id"]], True)
    asked = stand.requests.copy()
    (page,) = await pages(books, "sales_invoices", **changes, deleted_since=since - timedelta(days=40))
    assert page.gone == []
    (page,) = await pages(books, "customers", **{**changes, "since": since + timedelta(days=1)}, deleted_since=since)
    assert page.gone == []  # names are made inactive, never deleted
    assert [name for name in stand.requests - asked if "cdc" in name] == []


@pytest.mark.parametrize("stream", ["sales_invoices", "tax_codes"])
async def test_records_of_one_instant_come_page_by_page(books, stand, stream):
    for number in range(7):
        made(stand, DocNumber=f"T-{number}")
    whole = [one.external_id for page in await pages(books, stream) for one in page.records]
    for size in (1, 2, 3):
        cut = [one.external_id for page in await pages(books, stream, page_size=size) for one in page.records]
        assert sorted(cut) == sorted(whole)
        assert len(set(cut)) == len(whole)


async def test_a_deletion_between_two_pages_leaves_nothing_out(books, stand):
    rows = []
    for number in range(6):
        rows.append(made(stand, DocNumber=f"T-{number}"))
        stand.sandbox.clock.move(timedelta(seconds=1))
    came, reading = [], books.pull(PullRequest("sales_invoices", PullMode.BACKFILL, page_size=2))
    async for page in reading:
        came += [one.external_id for one in page.records]
        if len(came) == 2:
            for row in rows[:2]:
                stand.sandbox.books.act("Invoice", {"Id": row["Id"], "SyncToken": "0"}, operation="delete")
    assert set(came) == {row["Id"] for row in rows}


@given(st.lists(st.integers(1, 3), min_size=1, max_size=8), st.integers(4, 7), st.data())
def test_any_deletions_between_pages_leave_nothing_out(groups, size, data):
    """Up to three records an instant, and any of them are deleted while the pages are read."""
    start = datetime(2026, 1, 5, tzinfo=UTC)
    times = [start + timedelta(minutes=at) for at, many in enumerate(groups) for _ in range(many)]
    rows = {str(n): {"Id": str(n), "MetaData": {"CreateTime": time.isoformat()}} for n, time in enumerate(times)}

    async def ask(query):
        found = read(query.text())
        return found.rows(rows.values())[found.start - 1 :][: found.most]

    async def run():
        came = set()
        async for page, _ in passed(ask, "Invoice", by="CreateTime", since=None, size=size, start=Position()):
            came |= {row["Id"] for row in page}
            for ref in data.draw(st.sets(st.sampled_from(sorted(rows)), max_size=3)) if rows else ():
                del rows[ref]
        return came

    assert asyncio.run(run()) >= rows.keys()


async def test_a_position_of_another_version_is_refused(books):
    with pytest.raises(CursorError):
        await pages(books, "customers", resume="0|x")


async def test_a_throttled_company_is_asked_again_after_a_minute(stand):
    body = {"Fault": {"Error": [{"Message": "ThrottleExceeded", "code": "3001"}]}}
    clock = stand.clock()
    stand.sandbox.faults([{"kind": "status", "status": 429, "body": body, "match": {"path": "/query"}}])
    async with stand.connector(clock=clock) as books:
        assert len(await entities(books, "customers")) == 3
        assert max(clock.slept_s) >= 60
    many = {"kind": "status", "status": 429, "body": body, "times": None, "match": {"path": "/query"}}
    stand.sandbox.faults([many])
    async with stand.connector(clock=clock) as books:
        with pytest.raises(RateLimitedError):
            await entities(books, "customers")


async def test_the_check_tells_whether_documents_can_be_sent(books, stand_with):
    names = ("customers", "sales_invoices")
    assert [(one.readable, one.note) for one in await books.check_connection(names)] == [(True, "")] * 2
    with stand_with(custom_numbers=False, automated_tax=False) as other:
        async with other.connector() as numbered:
            _, invoices = await numbered.check_connection(names)
            assert "custom transaction numbers" in invoices.note
            assert 'tax_rounding = "document"' in invoices.note


def test_tokens_are_not_sent_in_the_clear():
    with pytest.raises(ValueError, match="https"):
        QuickBooksSettings(client_id="c", client_secret="s", realm_id="1", token_url="http://books.example.com")
    with pytest.raises(ValueError, match="realm_id"):
        QuickBooksSettings(client_id="c", client_secret="s", realm_id="1/../2")


async def test_fields_say_what_they_feed(books, stand):
    made(stand)
    told = {one.name: one.maps_to for one in await books.describe_fields("sales_invoices")}
    assert (told["DocNumber"], told["CustomerRef"], told["EmailStatus" if "EmailStatus" in told else "Line"]) == (
        "number", "customer_ref", None,
    )  # fmt: skip
