"""A whole desk with this stock: synced, taken from, given back, and what became of a lost answer."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from servicedesk_core import ServiceDesk
from servicedesk_core.domain import Asset, Company, Contract, Role, Ticket, TimeEntry
from servicedesk_core.domain.contracts import ContractKind
from servicedesk_core.features.billing.mapping.links import Linkable, Target
from servicedesk_core.store import Store, records, sources
from servicedesk_core.store.records import Incoming
from servicedesk_core.testing import FakeClock

pytestmark = pytest.mark.slow

KINDS = ["stock_moves.take", "stock_moves.return", "purchase_orders.place", "goods_receipts.create"]


@pytest.fixture
def clock():
    return FakeClock(datetime(2026, 11, 20, 9, 30, tzinfo=UTC))


@pytest.fixture
def desk(stand, clock, tmp_path):
    """Opens a desk of one store, as a process after the other does."""
    with Store.open(f"sqlite:///{tmp_path / 'desk.db'}", clock=clock) as store:

        def fill(tx):
            source = sources.ensure(tx, "psa", "tabular", "sandbox", clock.now()).id
            device = Asset(external_id="9", name="NB-01", serial_number="5CG1234XYZ", manufacturer="HP")
            ticket = Ticket(external_id="7", number="T7", title="Slow notebook", asset_ref="9")
            for one in (device, ticket):
                incoming = [Incoming(one, None, None, "1")]
                records.apply(tx, source, one.stream, incoming, mode="incremental", now=clock.now())

        store.write_blocking(fill)

        def opened(writes=KINDS):
            erp = {**stand.sandbox.told(stand.url), "connector": "tryton"}
            connections = {"erp": {**erp, "environment": "sandbox", "writes": writes}}
            return ServiceDesk({"desk": {"name": "X"}, "connections": connections}, store=store, clock=clock)

        yield opened


async def test_a_part_goes_from_the_shelf_onto_a_ticket_and_back(desk, stand):
    async with desk() as one:
        await one.sync("erp")
        (row,) = [row for row in await one.parts.stock() if row.name.startswith("SSD")]
        assert (row.available, row.unit_cost) == (8, Decimal("79.9583"))
        proposed = await one.parts.take("T7", "ex-990-1t", quantity=2, place="Van 1")
        assert (proposed.state, stand.sandbox.shipping.done) == ("proposed", 0)
        (done,) = await one.writes.approve([proposed.id], send=True)
        assert done.state == "confirmed"
        (shipment,) = stand.shipments()
        assert shipment["reference"].startswith("ticket T7, device 5CG1234XYZ [ref:")
        (taken,) = await one.parts.taken(ticket="T7")
        assert (taken.quantity, taken.cost, taken.currency) == (2, Decimal("159.92"), "USD")
        assert (await one.parts.give_back(taken.write, quantity=1, send=True)).state == "confirmed"
        assert (await one.parts.taken(held=True)).items[0].returned == 1
    assert stand.lies(10, 1) == 1


async def test_the_last_piece_leaves_its_place_and_comes_back_to_it(desk, stand):
    async with desk() as one:
        await one.sync("erp")
        assert (await one.parts.take("T7", "DK-0002", serial="DK-0002", send=True)).state == "confirmed"
        await one.sync("erp")
        (taken,) = await one.parts.taken()
        assert (await one.parts.give_back(taken.write, send=True)).state == "confirmed"
        await one.sync("erp")
        (row,) = [row for row in await one.parts.stock() if row.name.startswith("Docking")]
    assert (row.available, stand.lies(9, 3, 2)) == (2, 1)


async def test_a_part_is_ordered_for_a_ticket_and_comes_in_parts(desk, stand):
    async with desk() as one:
        await one.sync("erp")
        found = await one.parts.order("T7", "SSD-1T", source="erp", quantity=3, send=True)
        assert (found.write.state, found.total, found.currency) == ("confirmed", Decimal("239.87"), "USD")
        (purchase,) = stand.sandbox.records.all("purchase.purchase")
        assert (purchase["reference"], purchase["state"]) == (found.number, "processing")
        assert stand.sandbox.records.one("purchase.line", purchase=1)["note"] == "ticket T7"
        assert (
            await one.parts.receive(found.number, quantity=2, place="Shelf A", send=True)
        ).write.state == "confirmed"
        (row,) = (await one.parts.orders()).items
        assert (row.state, row.received, row.outstanding) == ("partly_received", 2, 1)
        assert (await one.parts.receive(found.number, send=True)).write.state == "confirmed"
        (row,) = (await one.parts.orders()).items
        assert (row.state, row.outstanding) == ("received", 0)
    assert (stand.lies(9, 1), stand.lies(3, 1)) == (8, 1)


async def test_what_was_done_before_a_process_died_is_found_and_not_repeated(desk, stand, clock):
    async with desk() as one:
        await one.sync("erp")
        down = {"kind": "html", "status": 503, "times": None, "path": r"internal\.search_read"}
        stand.sandbox.faults([{"kind": "drop_after", "path": r"internal\.create"}, {**down, "nth": 2}])
        assert (await one.parts.take("T7", "RAM-16-D4", send=True)).state == "in_doubt"
    stand.sandbox.faults([])
    clock.advance(3600)
    async with desk() as one:
        await one.outbox.run()
        await one.outbox.run()
        (taken,) = await one.parts.taken()
    assert (taken.state, stand.sandbox.shipping.done, len(stand.shipments())) == ("confirmed", 1, 1)


BOOKS = ["sales_invoices.create", "credit_notes.create"]


def billed():
    """A client with approved work by the hour, in October."""
    yield Role(external_id="r1", name="Engineer", hourly_price=Decimal("85.10"))
    yield Company(external_id="c1", name="Example Client")
    yield Contract(
        external_id="k1", name="By the hour", company_ref="c1", kind=ContractKind.TIME_AND_MATERIALS, is_active=True,
        start_on=date(2026, 1, 1), end_on=date(2026, 12, 31),
    )  # fmt: skip
    yield Ticket(external_id="7", number="T7", title="Slow notebook", company_ref="c1", contract_ref="k1")
    yield TimeEntry(
        external_id="e1", ticket_ref="7", role_ref="r1", contract_ref="k1", summary="Onsite", worked_s=1800,
        billed_s=1800, approved_at=datetime(2026, 11, 2, 9, tzinfo=UTC), work_date=date(2026, 10, 5),
    )  # fmt: skip


async def test_the_work_of_a_month_becomes_a_draft_and_then_an_invoice_that_is_paid(desk, stand, clock, tmp_path):
    policy = '[profit]\ncurrency = "USD"\n[billing]\nbiller = "servicedesk"\n'
    (tmp_path / "service").mkdir()
    (tmp_path / "service" / "billing.toml").write_text(policy)

    def fill(tx):
        source = sources.ensure(tx, "psa", "tabular", "sandbox", clock.now()).id
        for one in billed():
            incoming = [Incoming(one, None, None, "1")]
            records.apply(tx, source, one.stream, incoming, mode="incremental", now=clock.now())

    async with desk(BOOKS) as one:
        await one.store.write(fill)
        await one.definitions.apply(folder=tmp_path / "service", reason="agreed")
        await one.sync("erp")
        await one.billing.link_certain()  # the client is called alike there
        for sold in ("labour", "rounding"):
            await one.billing.link(Linkable.DEFAULT, sold, "HOUR")
        await one.billing.link(Linkable.DEFAULT, "labour", "Tax 0.10", target=Target.TAX_CODE)
        (draft,) = (await one.billing.preview(period="2026-10")).drafts
        sent = await one.billing.send(period="2026-10", digest=draft.digest, send=True)
        assert [(row.client, row.state.value, row.total) for row in sent.documents] == [
            ("Example Client", "draft", Decimal("46.81")),
        ]  # fmt: skip
        (made,) = [row for row in stand.sandbox.records.all("account.invoice") if row["id"] > 2]
        assert (made["state"], made["reference"]) == ("draft", sent.documents[0].number)
        stand.sandbox.invoicing.act("post", made, lambda *_: None)
        stand.sandbox.invoicing.pay(made["id"], Decimal("46.81"))
        clock.advance(3600)
        await one.sync("erp")
        (row,) = (await one.billing.status(everything=True)).items
        assert (row.state, row.balance) == ("paid", 0)
