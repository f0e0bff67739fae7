"""What documents of ours earned: counted once, where its work was, and only while they stand."""

from datetime import date
from decimal import Decimal

import pytest

from servicedesk_core.domain import BillingItem, ContractService
from servicedesk_core.domain.billing import DocumentKind, DocumentStatus, SalesInvoice
from servicedesk_core.features.billing.drafts import Draft, DraftLine, Sold, Source
from servicedesk_core.features.billing.sending.tables import StoredDocument, keep
from servicedesk_core.features.profit.model import By
from tests import stored
from tests.profit.conftest import NOW, entry, example


@pytest.fixture
async def acme(desk, folder, put):
    """The desk with the worked example, and two entries that a document bills besides."""
    await desk.definitions.apply(reason="the first rates", folder=folder)
    await put(*example())
    await put(entry("x1", "1", 3, is_billable=True), entry("x2", "2", 1, is_billable=True))
    return desk


def line(sells, amount, stream, *refs):
    sources = tuple(Source(connection="psa", stream=stream, ref=ref) for ref in refs)
    return DraftLine(
        sells=sells, description="x", quantity=Decimal(1), unit_price=Decimal(amount), amount=Decimal(amount),
        sources=sources,
    )  # fmt: skip


OCTOBER, NOVEMBER = ((date(2026, 10, 1), date(2026, 10, 31)), (date(2026, 11, 1), date(2026, 11, 30)))


def document(*lines, number="SD-1", days=OCTOBER, kind=DocumentKind.INVOICE):
    """Return a document that is in the books."""
    draft = Draft(
        kind=kind, connection="psa", company_ref="c1", company="Acme", first=days[0], last=days[1], currency="EUR",
        lines=lines,
    )  # fmt: skip
    return StoredDocument(
        document_id=0, kind=kind, ledger="books", number=number, sequence=None, psa="psa",
        company_ref="c1", company="Acme", first_on=draft.first, last_on=draft.last, digest=draft.digest, batch="b",
        draft=draft.model_dump(mode="json"), request={}, net=draft.net, total=None, currency="EUR", credits=None,
        reason="", write_id=None, linked_ref="77", made_by="user:ana", made_at=NOW, shown_net=None, shown_tax=None,
        shown_total=None, differences=(), compared_at=None,
    )  # fmt: skip


WORK = line(Sold.LABOUR, "100.01", "time_entries", "x1", "x2")


async def by_kind(desk):
    return {
        one.name: (str(one.time), one.unknown)
        for one in await desk.profit.show(period="2026-10", by=By.TYPE)
        if one.name != "recurring"
    }


async def test_work_that_we_bill_earns_where_it_was_done_to_the_cent_and_is_known(acme):
    before = await by_kind(acme)
    assert {name: time for name, (time, _) in before.items()} == {"incident": "0.00", "service request": "0.00"}
    await acme.store.write(lambda tx: keep(tx, document(WORK), {}))
    after = await by_kind(acme)
    assert {name: time for name, (time, _) in after.items()} == {"incident": "75.01", "service request": "25.00"}
    assert all(before[name][1] - after[name][1] in {0, 1} for name in before)


async def test_what_the_psa_counts_as_revenue_itself_counts_once(acme, put):
    whole = (await acme.profit.show(period="2026-10")).total
    part, service = line(Sold.PART, "240.00", "charges", "g1"), line(Sold.SERVICE, "3000.00", "contract_units", "u1")
    await acme.store.write(lambda tx: keep(tx, document(WORK, part, service), {}))
    billed = (await acme.profit.show(period="2026-10")).total
    assert billed.revenue - whole.revenue == Decimal("100.01")
    posted = BillingItem(
        external_id="late", company_ref="c1", ticket_ref="1", time_entry_ref="x1", item_on=date(2026, 10, 14),
        own_price=Decimal("80.00"),
    )  # fmt: skip
    await put(posted)
    assert (await by_kind(acme))["incident"][0] == "80.00", "the PSA posted it after all"
    assert (await by_kind(acme))["service request"][0] == "25.00"


async def test_a_service_that_only_its_contract_names_is_recurring_revenue(acme, put):
    await put(ContractService(external_id="s9", contract_ref="k1", name="Watch"))
    before = (await acme.profit.show(period="2026-10")).total
    watch = line(Sold.SERVICE, "50.00", "contract_services", "s9")
    await acme.store.write(lambda tx: keep(tx, document(watch), {}))
    after = (await acme.profit.show(period="2026-10")).total
    assert after.recurring - before.recurring == Decimal("50.00")
    assert (await acme.profit.show(period="2026-11")).total.revenue == 0


async def test_a_document_that_is_void_in_the_books_earns_nothing(acme):
    await acme.store.write(lambda tx: keep(tx, document(WORK), {}))
    gone = SalesInvoice(external_id="77", number="SD-1", status=DocumentStatus.VOID)
    await acme.store.write(lambda tx: stored.put(tx, [gone], now=NOW, connection="books"))
    assert {time for time, _ in (await by_kind(acme)).values()} == {"0.00"}


async def test_work_that_came_after_its_month_was_locked_earns_where_it_was_done(acme):
    await acme.store.write(lambda tx: keep(tx, document(WORK, days=NOVEMBER), {}))
    assert {name: time for name, (time, _) in (await by_kind(acme)).items()} == {
        "incident": "75.01",
        "service request": "25.00",
    }
    assert (await acme.profit.show(period="2026-11")).total.revenue == 0


async def test_what_a_credit_note_gives_back_besides_its_work_leaves_that_work_earned(acme):
    """A month in which more was returned than worked: the work stands below zero on a credit note."""
    back = line(Sold.LABOUR, "-100.01", "time_entries", "x1", "x2")
    await acme.store.write(lambda tx: keep(tx, document(back, kind=DocumentKind.CREDIT_NOTE), {}))
    assert {name: time for name, (time, _) in (await by_kind(acme)).items()} == {
        "incident": "75.01",
        "service request": "25.00",
    }
