"""What records mean, and lists that change while they are read."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from servicedesk_core.domain.billing import DocumentKind, DocumentStatus
from servicedesk_core.errors import MappingError
from servicedesk_core.hooks import FetchStatus, PullMode, PullRequest
from servicedesk_xero.meaning.values import day, instant, rate_of, worth
from servicedesk_xero.sandbox.seed import id_of

BAKERY, MILL = id_of("Contacts", "Harbor Bakery"), id_of("Contacts", "Old Mill")


async def raws(xero, stream, mode=PullMode.BACKFILL, **more):
    return [record.raw async for page in xero.pull(PullRequest(stream, mode, **more)) for record in page.records]


async def read(xero, stream):
    found = [xero.map_record(stream, raw) for raw in await raws(xero, stream)]
    return {one.entity.external_id: one for one in found}


async def test_an_invoice_says_what_is_still_due_and_what_settled_it(xero):
    invoices = await read(xero, "sales_invoices")
    one = invoices[id_of("Invoices", "INV-0001")].entity
    assert (one.number, one.customer_ref, one.status, one.status_text) == (
        "INV-0001", BAKERY, DocumentStatus.OPEN, "AUTHORISED",
    )  # fmt: skip
    assert (one.net, one.tax, one.total) == (Decimal("695.5"), Decimal("104.33"), Decimal("799.83"))
    assert (one.paid, one.credited, one.balance) == (Decimal(100), Decimal(20), Decimal("679.83"))
    assert (one.issued_on, one.due_on, one.currency) == (date(2026, 10, 11), date(2026, 11, 10), "NZD")
    assert invoices[id_of("Invoices", "INV-0002")].entity.paid_on == date(2026, 11, 20)
    assert {one.entity.status for one in invoices.values()} == {
        DocumentStatus.OPEN, DocumentStatus.PAID, DocumentStatus.DRAFT,
    }  # fmt: skip


async def test_bills_and_invoices_come_from_one_list_and_are_kept_apart(xero):
    bills, invoices = await read(xero, "bills"), await read(xero, "sales_invoices")
    (bill,) = [one.entity for one in bills.values()]
    assert (bill.number, bill.supplier, bill.total) == ("B-77", "Example Distribution", Decimal(874))
    assert not bills.keys() & invoices.keys()
    (outcome,) = [one async for one in xero.fetch_records("sales_invoices", [bill.external_id])]
    assert outcome.status is FetchStatus.MISSING


async def test_a_payment_settles_the_invoice_that_it_names_until_it_is_deleted(stand, books, xero):
    payments = (await read(xero, "payments")).values()
    of = {one.also[0].sales_invoice_ref: one for one in payments}
    one = of[id_of("Invoices", "INV-0001")]
    assert (one.entity.amount, one.entity.customer_ref, one.entity.reference) == (Decimal(100), BAKERY, "R1")
    assert one.also[0].amount == Decimal(100)
    stand.sandbox.first.settling.taken_back(one.entity.external_id, {"Status": "DELETED"})
    gone = (await read(xero, "payments"))[one.entity.external_id]
    assert (gone.entity.is_void, gone.also) == (True, ())


async def test_a_credit_note_says_what_is_left_of_it(xero):
    (one,) = (await read(xero, "credit_notes")).values()
    assert (one.entity.number, one.entity.total, one.entity.remaining) == ("CN-0001", Decimal("57.5"), Decimal("37.5"))


async def test_archived_and_merged_contacts_come_too(stand, xero):
    stand.sandbox.first.catalogue.merge(BAKERY, id_of("Contacts", "Example Clinic"))
    customers = await read(xero, "customers")
    assert [customers[ref].entity.is_active for ref in (BAKERY, MILL, id_of("Contacts", "Example Clinic"))] == [
        False, False, True,
    ]  # fmt: skip
    (outcome,) = [one async for one in xero.fetch_records("customers", [MILL])]
    assert outcome.status is FetchStatus.FOUND


async def test_items_taxes_and_accounts_say_what_lines_name_them_by(xero):
    dock = (await read(xero, "sales_items"))[id_of("Items", "DOCK-150")].entity
    assert (dock.code, dock.unit_price, dock.unit_cost, dock.tax_code_ref) == (
        "DOCK-150", Decimal("245.5"), Decimal(100), "OUTPUT2",
    )  # fmt: skip
    tax = (await read(xero, "tax_codes"))["OUTPUT2"].entity
    assert (tax.rate, tax.is_for_sales, tax.is_active) == (Decimal(15), True, True)
    accounts = {one.entity.code: one.entity for one in (await read(xero, "ledger_accounts")).values()}
    assert (accounts["200"].is_for_sales, accounts["090"].is_for_sales) == (True, False)


async def test_documents_come_with_their_lines(stand, xero):
    listed = await raws(xero, "sales_invoices")
    assert all(raw["LineItems"] for raw in listed)
    shown = await xero.read_document(DocumentKind.INVOICE, id_of("Invoices", "INV-0001"))
    assert [line.description for line in shown.lines] == ["Onsite labour", "Docking station"]


async def test_only_what_was_changed_is_asked_for(stand, books, xero):
    stand.sandbox.advance(hours=1)
    books.put("Invoices", books.get("Invoices", id_of("Invoices", "INV-0003")))
    since = stand.sandbox.clock.now() - timedelta(minutes=1)
    (raw,) = await raws(xero, "sales_invoices", PullMode.INCREMENTAL, since=since)
    assert raw["InvoiceNumber"] == "INV-0003"


async def test_a_page_that_shifts_loses_no_record(stand, books, xero):
    pages = xero.pull(PullRequest("sales_invoices", PullMode.BACKFILL, page_size=1))
    seen = [record.external_id for record in (await anext(pages)).records]
    new = {**books.get("Invoices", id_of("Invoices", "INV-0003")), "InvoiceID": "0" * 8 + "-0000-4000-8000-" + "0" * 12}
    before = {row["InvoiceID"] for row in books.all("Invoices") if row["Type"] == "ACCREC"}
    books.put("Invoices", {**new, "InvoiceNumber": "NEW"})  # by its id the first of all
    books.put("Invoices", {**books.get("Invoices", seen[0]), "Reference": "changed meanwhile"})
    async for page in pages:
        seen += [record.external_id for record in page.records]
    assert before <= set(seen)


async def test_a_short_page_is_not_the_last(stand, xero):
    stand.sandbox.most_a_page = 2
    pages = [page async for page in xero.pull(PullRequest("sales_invoices", PullMode.BACKFILL, page_size=50))]
    assert [(len(page.records), page.last) for page in pages] == [(2, False), (1, True)]


async def test_a_reconciliation_reads_little(stand, xero):
    request = PullRequest("sales_invoices", PullMode.RECONCILE)
    records = [record async for page in xero.pull(request) for record in page.records]
    assert len(records) == 3
    assert all(record.raw is None and "modified_at" in record.stamps for record in records)


@pytest.mark.parametrize(
    ("told", "meant"),
    [
        ("/Date(1541116800000+0000)/", datetime(2018, 11, 2, tzinfo=UTC)),
        ("/Date(1541116800123)/", datetime(2018, 11, 2, 0, 0, 0, 123_000, tzinfo=UTC)),
        ("/Date(1541116800000+1300)/", datetime(2018, 11, 2, tzinfo=UTC)),
        ("2018-11-02T00:00:00", datetime(2018, 11, 2, tzinfo=UTC)),
        ("2018-11-02T13:00:00+13:00", datetime(2018, 11, 2, tzinfo=UTC)),
        ("/Date(99999999999999999999)/", None),
        ("soon", None),
        (None, None),
    ],
)
def test_instants_are_ticks_or_texts(told, meant):
    assert instant(told) == meant
    assert day(told) == (meant and meant.date())


def test_a_rate_is_how_many_one_of_ours_buys():
    assert worth(0.625) == Decimal("1.6")
    assert rate_of(Decimal("1.6")) == Decimal("0.625")
    assert worth(0) is None


@pytest.mark.parametrize("stream", ["sales_invoices", "credit_notes", "payments", "bills", "customers", "tax_codes"])
def test_what_has_no_id_is_no_record(xero, stream):
    with pytest.raises(MappingError):
        xero.map_record(stream, {"InvoiceID": "7", "ContactID": 7, "Name": "x"})
