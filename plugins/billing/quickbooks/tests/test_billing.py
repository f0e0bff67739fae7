"""From approved work to an invoice in these books, through the desk: linked, previewed, sent, credited and followed."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from servicedesk_core import ServiceDesk
from servicedesk_core.domain import BillingCode, Company, Contract, Role, Technician, Ticket, TimeEntry
from servicedesk_core.domain.contracts import ContractKind
from servicedesk_core.features.billing.drafts import digest_of
from servicedesk_core.features.billing.mapping.links import Linkable, Target
from servicedesk_core.outbox.policy import WritePolicy
from servicedesk_core.store import Store, records, sources
from servicedesk_core.store.records import Incoming
from servicedesk_core.testing import FakeClock

pytestmark = pytest.mark.slow

NOW = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
WRITES = ["sales_invoices.create", "credit_notes.create"]
POLICY = '[profit]\ncurrency = "GBP"\n[billing]\nbiller = "servicedesk"\n'


def worked():
    """Yield two hours for a client of the PSA whose name the books have too."""
    yield Technician(external_id="t1", name="Technician")
    yield Role(external_id="r1", name="Engineer", hourly_price=Decimal("66.67"))
    yield BillingCode(external_id="b1", name="Remote", is_active=True)
    yield Company(external_id="c1", name="Harbor Dental")
    yield Contract(
        external_id="k1", name="By the hour", company_ref="c1", kind=ContractKind.TIME_AND_MATERIALS, is_active=True,
        start_on=date(2026, 1, 1), end_on=date(2026, 12, 31),
    )  # fmt: skip
    yield Ticket(external_id="7", number="T7", title="Slow notebook", company_ref="c1", contract_ref="k1")
    yield TimeEntry(
        external_id="e1", ticket_ref="7", technician_ref="t1", role_ref="r1", billing_code_ref="b1", contract_ref="k1",
        summary="Work", worked_s=5400, billed_s=5400, approved_at=NOW, work_date=date(2026, 10, 5),
    )  # fmt: skip


@pytest.fixture
async def desk(stand_with, tmp_path):
    clock = FakeClock(NOW)
    with (
        stand_with(country="GB", currency="GBP") as stand,
        Store.open(f"sqlite:///{tmp_path / 'desk.db'}", clock=clock) as store,
    ):

        def fill(tx):
            source = sources.ensure(tx, "psa", "tabular", "sandbox", clock.now()).id
            for one in worked():
                incoming = [Incoming(one, None, None, "1")]
                records.apply(tx, source, one.stream, incoming, mode="incremental", now=clock.now())

        store.write_blocking(fill)
        told = {**stand.sandbox.told(stand.url), "connector": "quickbooks", "tax_rounding": "document"}
        books = {**told, "environment": "sandbox", "writes": WRITES}
        connections = {"psa": {"connector": "tabular", "environment": "sandbox"}, "books": books}
        async with ServiceDesk({"desk": {"name": "X"}, "connections": connections}, store=store, clock=clock) as one:
            yield one, stand.sandbox, clock


@pytest.fixture
async def linked(desk, allowed, tmp_path):
    one, sandbox, clock = desk
    await allowed(one)
    (tmp_path / "billing.toml").write_text(POLICY)
    await one.definitions.apply(folder=tmp_path, reason="agreed")
    await one.sync("books")
    await one.billing.link(Linkable.COMPANY, "Harbor Dental", "Harbor Dental")
    await one.billing.link(Linkable.DEFAULT, "labour", "LAB-ON")
    await one.billing.link(Linkable.DEFAULT, "labour", "20.0% S", target=Target.TAX_CODE)
    await one.billing.link(Linkable.DEFAULT, "rounding", "ROUND")
    one.outbox.sending.policy = WritePolicy(shortest_settle_s=0)
    return one, sandbox, clock


async def sent(one):
    found = await one.billing.preview(period="2026-10")
    return await one.billing.send(period="2026-10", digest=digest_of(each.digest for each in found.drafts), send=True)


async def test_approved_work_becomes_an_invoice_that_is_paid(linked):
    one, sandbox, clock = linked
    await sent(one)
    (row,) = sandbox.records.all("Invoice")
    assert (row["TotalAmt"], row["TxnTaxDetail"]["TotalTax"]) == (120.01, 20.0)  # 1.5 hours at 66.67, and a fifth of it
    (shown,) = await one.billing.status(everything=True)
    assert (shown.number, shown.state, shown.total) == (row["DocNumber"], "open", Decimal("120.01"))
    clock.advance(3600)
    sandbox.clock.move(timedelta(hours=1))
    link = [{"Amount": 120.01, "LinkedTxn": [{"TxnId": row["Id"], "TxnType": "Invoice"}]}]
    sandbox.books.act("Payment", {"CustomerRef": {"value": "1"}, "TotalAmt": 120.01, "Line": link})
    await one.sync("books")
    (shown,) = await one.billing.status(everything=True)
    assert (shown.state, shown.balance) == ("paid", 0)


async def test_a_lost_answer_is_found_and_a_wrong_total_is_refused(linked):
    one, sandbox, _ = linked
    sandbox.books.engine.shift_next(Decimal("0.50"))
    await sent(one)
    assert sandbox.records.all("Invoice") == []
    assert [each.state for each in await one.billing.status(everything=True)] == ["refused"]
    sandbox.faults([{"kind": "drop_after", "match": {"method": "POST", "path": "/invoice$"}}])
    await sent(one)
    await one.writes.run("books")
    (row,) = sandbox.records.all("Invoice")
    assert [each.state for each in await one.billing.status(everything=True) if each.number == row["DocNumber"]] == [
        "open"
    ]
