"""What a person does with documents: send what was previewed, carry the PSA's, follow, reconcile and credit."""

from contextlib import AsyncExitStack
from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import insert

from servicedesk_core import ServiceDesk, SyncMode
from servicedesk_core.domain import (
    BillingCode,
    BillingItem,
    Company,
    Contract,
    Invoice,
    Role,
    Technician,
    Ticket,
    TimeEntry,
)
from servicedesk_core.domain.contracts import ContractKind
from servicedesk_core.errors import AnotherPersonError, NotFoundLocallyError, NotPermittedError, WriteError
from servicedesk_core.features.billing.drafts import digest_of
from servicedesk_core.features.billing.model import Stage
from servicedesk_core.features.billing.sending import tables
from servicedesk_core.outbox.policy import WritePolicy
from servicedesk_core.people import Actor, Way
from servicedesk_core.store import records, schema, sources
from servicedesk_core.testing import FakeClock
from tests import stored
from tests.billing.books import NOW, settings
from tests.billing.ledger import LedgerFile

CLIENTS = {"c1": "Acme", "c2": "Bolt"}


def psa():
    yield Technician(external_id="t1", name="Ann Ray")
    yield Role(external_id="r1", name="Engineer", hourly_price=Decimal(100))
    yield BillingCode(external_id="b1", name="Remote", is_active=True)
    for ref, name in CLIENTS.items():
        yield Company(external_id=ref, name=name)
        yield Contract(
            external_id=f"k-{ref}", name="By the hour", company_ref=ref, kind=ContractKind.TIME_AND_MATERIALS,
            is_active=True, start_on=date(2026, 1, 1), end_on=date(2026, 12, 31),
        )  # fmt: skip
        yield Ticket(external_id=f"t-{ref}", number=f"T-{ref}", company_ref=ref, contract_ref=f"k-{ref}")
        yield entry(f"e-{ref}", ref)


def entry(ref, company, hours=1, **more):
    values = {
        "ticket_ref": f"t-{company}", "technician_ref": "t1", "role_ref": "r1", "billing_code_ref": "b1",
        "summary": "Work", "worked_s": 3600 * hours, "billed_s": 3600 * hours, "approved_at": NOW,
        "work_date": date(2026, 10, 5), "contract_ref": f"k-{company}",
    }  # fmt: skip
    return TimeEntry(external_id=ref, **values | more)


@pytest.fixture
def ledger(tmp_path):
    ledger = LedgerFile(str(tmp_path / "books.db"))
    for ref, name in CLIENTS.items():
        ledger.put("customers", f"cust-{ref}", name=name)
    ledger.put("sales_items", "hour", name="Labour")
    ledger.put("sales_items", "rounding", name="Rounding")
    ledger.put("tax_codes", "vat", name="VAT", rate="20")
    return ledger


def link(tx):
    psa_id, books_id = (sources.get(tx, name).id for name in ("psa", "books"))
    links = [(psa_id, "companies", ref, "customers", f"cust-{ref}") for ref in CLIENTS]
    links += [(0, "default", one, "sales_items", "hour") for one in ("labour", "other", "part", "service")]
    links += [(0, "default", one, "tax_codes", "vat") for one in ("labour", "other", "part", "service")]
    links.append((0, "default", "rounding", "sales_items", "rounding"))
    names = ("source_id", "stream", "ref", "target", "target_ref")
    told = {"ledger_id": books_id, "target_name": "x", "at": NOW, "author": "ana"}
    tx.execute(insert(schema.billing_links), [dict(zip(names, one, strict=True)) | told for one in links])


@pytest.fixture
async def opened(tmp_path, store_url, ledger):
    """Open a desk whose ledger is of a kind, and whose policy says something besides."""
    async with AsyncExitStack() as stack:

        async def opening(kind="Books", policy='biller = "servicedesk"', **more):
            made = ServiceDesk(settings(ledger.path, kind, store=store_url) | more, clock=FakeClock(NOW))
            desk = await stack.enter_async_context(made)
            desk = desk.acting_as(Actor("user:max", Way.CLI)) if "people" in more else desk
            await desk.store.write(lambda tx: stored.put(tx, tuple(psa()), now=NOW))
            folder = tmp_path / "service"
            folder.mkdir(exist_ok=True)
            (folder / "billing.toml").write_text(f'[profit]\ncurrency = "EUR"\n[billing]\n{policy}\n')
            await desk.definitions.apply(folder=folder, reason="agreed")
            await desk.sync("books")
            await desk.store.write(link)
            desk.outbox.sending.policy = WritePolicy(shortest_settle_s=0)
            return desk

        yield opening


@pytest.fixture
async def desk(opened):
    return await opened()


async def put(desk, *rows):
    await desk.store.write(lambda tx: stored.put(tx, rows, now=NOW))


async def digest(desk, company=None):
    found = await desk.billing.preview(period="2026-10", company=company)
    return digest_of(one.digest for one in found.drafts)


async def send(desk, company=None, **more):
    more = {"send": True, "digest": await digest(desk, company)} | more
    return await desk.billing.send(period="2026-10", company=company, **more)


def told(found):
    return [(row.number, row.client, row.state.value, row.total) for row in found.documents]


async def status(desk, **asked):
    return {row.number: row for row in (await desk.billing.status(everything=True, **asked)).items}


async def test_what_was_previewed_is_proposed_shown_and_sent_once(desk, ledger):
    seen = await digest(desk, "Acme")
    found = await desk.billing.send(period="2026-10", company="Acme", digest=seen)
    assert told(found) == [("INV-000001", "Acme", "proposed", 120)]
    assert (str(found.documents[0].net), str(found.documents[0].total)) == ("100.00", "120.00"), "money has its cents"
    assert not ledger.all()
    for _ in range(2):
        found = await desk.billing.send(period="2026-10", company="Acme", digest=seen, send=True)
        assert told(found) == [("INV-000001", "Acme", "open", 120)]
    assert len(ledger.all()) == 1
    assert not (await desk.billing.preview(period="2026-10", company="Acme")).items
    with pytest.raises(WriteError, match="Nothing is to be billed"):
        await desk.billing.send(period="2026-10", company="Acme", digest="0123")


@pytest.mark.slow
async def test_what_is_not_as_it_was_looked_at_is_refused_and_says_what_it_is_now(desk, ledger):
    seen = await digest(desk, "Acme")
    await put(desk, entry("e9", "c1", 2))
    with pytest.raises(WriteError, match=r"not what was looked at: it is Acme, 1 line") as caught:
        await desk.billing.send(period="2026-10", company="Acme", digest=seen)
    assert await digest(desk, "Acme") in caught.value.hint
    assert not await status(desk)


async def test_the_first_goes_alone_and_without_drafts_each_by_itself_until_another_person_trusts(desk, ledger):
    with pytest.raises(WriteError, match="The first document that goes into books goes alone"):
        await send(desk)
    await send(desk, "Acme")
    await put(desk, entry("e9", "c1", 2))
    with pytest.raises(WriteError, match="books has no drafts"):
        await send(desk)
    for one in ("Acme", "Bolt"):
        await desk.billing.trust(one, reason="looked at")
    with pytest.raises(WriteError, match="books has no drafts"):  # one's own word is not another person's
        await send(desk)
    found = await send(desk.acting_as(Actor("eve")))
    assert [row.state for row in found.documents] == ["open", "open"]
    assert {one.client for one in (await desk.billing.trusts()).items} == {"Acme", "Bolt"}
    await desk.billing.distrust("Acme", reason="left")
    await put(desk, entry("e10", "c1"), entry("e11", "c2"))
    with pytest.raises(WriteError, match="books has no drafts"):
        await send(desk.acting_as(Actor("eve")))
    with pytest.raises(NotFoundLocallyError, match="Nobody trusts"):
        await desk.billing.distrust("Acme", reason="left")


async def test_of_a_client_that_nobody_trusts_none_is_sent_before_the_one_before_is_there(desk, ledger):
    await send(desk, "Acme")
    await send(desk, "Bolt", send=False)
    await put(desk, entry("e9", "c2"))
    with pytest.raises(WriteError, match="INV-000002 of the same client is not confirmed yet"):
        await send(desk, "Bolt")


async def test_where_the_ledger_has_drafts_it_gets_one_and_the_books_take_trust(opened, ledger):
    desk = await opened("Drafting")
    await send(desk, "Acme")
    assert ledger.all()[0]["status"] == "draft"
    assert (await status(desk))["INV-000001"].state == "draft"
    with pytest.raises(WriteError, match="not in the books yet: there is nothing to credit") as told:
        await desk.billing.credit("INV-000001", reason="x")
    assert told.value.hint.startswith("Delete it in books:")
    with pytest.raises(WriteError, match="takes trust"):
        await send(desk, "Bolt", post=True)
    await desk.acting_as(Actor("eve")).billing.trust("Bolt", reason="looked at")
    await send(desk, "Bolt", post=True)
    assert [one["status"] for one in ledger.all()] == ["draft", "open"]


async def test_above_an_amount_another_person_approves(opened, ledger):
    desk = await opened(policy='biller = "servicedesk"\nfour_eyes_above = 99.99')
    found = await send(desk, "Acme")
    assert [row.state for row in found.documents] == ["proposed"]
    assert found.needs_another == ("It is above 99.99: four_eyes_above of [billing].",)
    with pytest.raises(AnotherPersonError):
        await desk.writes.approve([found.writes[0].id])
    (view,) = await desk.acting_as(Actor("eve")).writes.approve([found.writes[0].id], send=True)
    assert view.state == "confirmed"


async def test_who_the_psa_bills_is_not_billed_from_here(opened):
    desk = await opened(policy='biller = "servicedesk"\nclient_biller = { "Acme" = "psa" }')
    with pytest.raises(WriteError, match="Nothing is to be billed"):
        await desk.billing.send(period="2026-10", company="Acme", digest="x")


async def test_what_is_not_linked_is_told_for_all_before_anything_is_proposed(desk):
    await send(desk, "Acme")
    for ref, name in (("c3", "Core"), ("c4", "Dune")):
        ticket = Ticket(external_id=f"t-{ref}", number=f"T-{ref}", company_ref=ref)
        await put(desk, Company(external_id=ref, name=name), ticket, entry(f"e-{ref}", ref, contract_ref=None))
    for one in ("Bolt", "Core"):
        await desk.billing.trust(one, reason="looked at")
    with pytest.raises(WriteError, match="Core") as caught:
        await send(desk.acting_as(Actor("eve")))
    assert 'billing link company "Core"' in caught.value.hint
    assert "Dune" in caught.value.message
    assert "billing map --state missing" in caught.value.hint, "where several are missing, the list of them"
    assert len(await status(desk)) == 1


def invoiced(number="7001", total="60.00", tax="10.00", **more):
    """Return an invoice of the PSA with its line."""
    ref = f"i-{number}"
    values = {"number": number, "company_ref": "c1", "invoiced_on": date(2026, 10, 31), "currency": "EUR"}
    yield Invoice(external_id=ref, total=Decimal(total), tax=Decimal(tax), **values | more)
    net = Decimal(total) - Decimal(tax)
    yield BillingItem(
        external_id=f"l-{number}", company_ref="c1", invoice_ref=ref, item_on=date(2026, 10, 5), price=net,
        currency="EUR", description="Work", quantity=Decimal(1), tax=Decimal(tax),
    )  # fmt: skip


async def test_invoices_of_the_psa_are_carried_by_their_number_and_date_once(opened, ledger):
    desk = await opened(policy="")
    await put(desk, *invoiced())
    shown = await desk.billing.transfer(period="2026-10")
    assert told(shown) == [("7001", "Acme", "proposed", 60)]
    for _ in range(2):
        await desk.billing.transfer(period="2026-10", send=True)
    (booked,) = ledger.all()
    assert (booked["number"], booked["issued_on"], booked["net"], booked["tax"]) == (
        "7001",
        "2026-10-31",
        "50.00",
        "10.00",
    )


@pytest.mark.slow
async def test_what_the_psa_voids_long_after_it_was_carried_is_credited(opened, ledger):
    desk = await opened(policy="")
    told_of = {"invoiced_on": date(2026, 6, 30)}
    await put(desk, *invoiced(**told_of), *invoiced("7002", **told_of, is_voided=True))
    await desk.billing.transfer(period="2026-06", send=True)
    await put(desk, *invoiced(**told_of, is_voided=True))
    for _ in range(2):
        await desk.billing.transfer(send=True)
    assert [(one["number"], one["credits"], one["net"]) for one in ledger.all("credit_notes")] == [
        ("CN-000001", "1", "50.00")
    ]
    assert not [row for row in (await desk.billing.stages()).items if row.amount < 0], "nobody is owed what is void"


@pytest.mark.slow
async def test_what_the_psa_voids_and_invoices_anew_is_credited_as_it_was_carried_and_carried_once_more(opened, ledger):
    """The PSA moves the lines of a voided invoice to the new one, so that the voided one has none."""
    desk = await opened(policy="")
    await put(desk, *invoiced())
    await desk.billing.transfer(period="2026-10", send=True)
    (voided, _), (anew, item) = invoiced(is_voided=True), invoiced("7002")
    await put(desk, voided, anew, item.model_copy(update={"external_id": "l-7001"}))
    for _ in range(3):
        await desk.billing.transfer(period="2026-10", send=True)
    assert [(one["number"], one["net"]) for one in ledger.all()] == [("7001", "50.00"), ("7002", "50.00")]
    assert [(one["credits"], one["net"], one["tax"]) for one in ledger.all("credit_notes")] == [("1", "50.00", "10.00")]


@pytest.mark.parametrize(("net", "problem"), [("50.00", None), ("49.99", "It comes to 59.99, not 60.00.")])
@pytest.mark.slow
async def test_what_the_ledger_has_under_the_number_is_compared_and_linked_and_not_made_again(
    opened, ledger, net, problem
):
    desk = await opened(policy="")
    await put(desk, *invoiced())
    ledger.add("sales_invoices", number="7001", customer="cust-c1", status="open", issued_on="2026-10-31",
               currency="EUR", lines=[], net=net, tax="10.00")  # fmt: skip
    ledger.change("1", lines=[{"description": "Work", "amount": "50.00", "item": "hour"}])
    await desk.sync("books", mode=SyncMode.FULL)
    (row,) = (await desk.billing.transfer(period="2026-10", send=True)).documents
    assert (row.number, row.ref, row.write, row.problem) == ("7001", "1", None, problem)
    assert len(ledger.all()) == 1
    assert not (await desk.billing.transfer(period="2026-10", send=True)).documents


async def staged(desk):
    rows = [
        row for stage in (None, Stage.PAID) for row in (await desk.billing.stages(stage=stage, client="Acme")).items
    ]
    return [(row.stage.value, row.what.value, str(row.amount)) for row in rows]


@pytest.mark.slow
async def test_what_is_billed_from_here_stands_where_its_document_does(desk, ledger):
    assert await staged(desk) == [("approved", "labour", "100.00")]
    await send(desk, "Acme", send=False)
    assert await staged(desk) == [("invoiced", "labour", "100.00")]
    await desk.writes.approve([one.id for one in await desk.writes.list()], send=True)
    assert await staged(desk) == [("transferred", "labour", "100.00")]
    ledger.change("1", paid_on="2026-11-08", status="paid")
    await desk.sync("books", mode=SyncMode.FULL)
    assert await staged(desk) == [("paid", "labour", "100.00")]


async def test_what_the_psa_invoiced_is_transferred_once_the_ledger_has_it(opened, ledger):
    desk = await opened(policy="")
    await put(desk, *invoiced())
    assert ("invoiced", "other", "50.00") in await staged(desk)
    await desk.billing.transfer(period="2026-10", send=True)
    assert ("transferred", "other", "50.00") in await staged(desk)
    ledger.change("1", paid_on="2026-11-08", status="paid")
    await desk.sync("books", mode=SyncMode.FULL)
    assert ("paid", "other", "50.00") in await staged(desk)


@pytest.mark.slow
async def test_what_another_customer_calls_by_that_number_is_another_document(opened, ledger):
    """A purchase order of somebody else has the number of the PSA's invoice: that one is not carried by it."""
    desk = await opened(policy="")
    await put(desk, *invoiced())
    book = {"status": "open", "issued_on": "2026-10-31", "currency": "EUR", "lines": [], "net": "5", "tax": "1"}
    ledger.add("sales_invoices", number="HAND-1", reference="7001", customer="cust-c2", **book)
    await desk.sync("books", mode=SyncMode.FULL)
    (row,) = (await desk.billing.transfer(period="2026-10", send=True)).documents
    assert (row.number, row.ref, row.state, row.problem) == ("7001", "2", "open", None)


async def test_a_credit_note_takes_lines_back_once_and_frees_what_they_billed(desk, ledger):
    await send(desk, "Acme")
    found = await desk.billing.credit("INV-000001", reason="wrong rate")
    assert told(found) == [("CN-000001", "Acme", "proposed", 120)]
    assert not (await desk.billing.preview(period="2026-10", company="Acme")).items, "not before the ledger has it"
    found = await desk.billing.credit("INV-000001", reason="wrong rate", send=True)
    assert [row.state for row in found.documents] == ["open"]
    (note,) = ledger.all("credit_notes")
    assert (note["number"], note["credits"], note["net"]) == ("CN-000001", "1", "100.00")
    assert (await status(desk))["INV-000001"].credited_by == ("CN-000001",)
    await desk.billing.credit("INV-000001", lines=(1,), reason="again", send=True)
    assert len(ledger.all("credit_notes")) == 1
    await send(desk, "Acme")
    assert [one["number"] for one in ledger.all()] == ["INV-000001", "INV-000002"]
    with pytest.raises(NotFoundLocallyError):
        await desk.billing.credit("INV-9", reason="x")


@pytest.mark.slow
async def test_single_lines_are_credited_with_their_tax_and_none_twice(opened, ledger):
    desk = await opened(policy='biller = "servicedesk"\nlabour_lines = "single"')
    await put(desk, entry("e9", "c1", 2))
    await send(desk, "Acme")
    found = await desk.billing.credit("INV-000001", lines=(2,), reason="not done", send=True)
    assert [(row.net, row.total) for row in found.documents] == [(200, 240)]
    assert {one.ref for one in await desk.store.read(tables.billed_sources)} == {"e-c1"}
    with pytest.raises(WriteError, match="Nothing is credited twice: line 2 of INV-000001 is credited by CN-000001"):
        await desk.billing.credit("INV-000001", reason="all of it")
    with pytest.raises(WriteError, match="has no line 3"):
        await desk.billing.credit("INV-000001", lines=(3,), reason="x")


@pytest.mark.slow
async def test_a_credit_note_goes_where_its_invoice_is_whatever_ledger_new_ones_go_into(opened, ledger, tmp_path):
    """Ids of customers and items are those of the ledger that has the invoice: in another they are other people's."""
    connections = settings(ledger.path)["connections"]
    newer = LedgerFile(str(tmp_path / "newer.db"))
    connections["newer"] = connections["books"] | {"path": newer.path}
    said = 'biller = "servicedesk"\nledger = "{}"\n'
    desk = await opened(policy=said.format("books"), connections=connections)
    await send(desk, "Acme")
    await desk.sync("newer")
    (tmp_path / "service" / "billing.toml").write_text(f'[profit]\ncurrency = "EUR"\n[billing]\n{said.format("newer")}')
    desk.clock.advance(60)
    await desk.definitions.apply(folder=tmp_path / "service", reason="moved")
    await desk.billing.credit("INV-000001", reason="wrong rate", send=True)
    assert not newer.all("credit_notes")
    assert [one["credits"] for one in ledger.all("credit_notes")] == ["1"]


@pytest.mark.slow
async def test_a_document_that_the_ledger_does_not_have_is_not_credited(desk):
    await send(desk, "Acme", send=False)
    with pytest.raises(WriteError, match="INV-000001 is proposed: there is nothing to credit"):
        await desk.billing.credit("INV-000001", reason="x")


async def test_an_invoice_that_the_ledger_voids_meanwhile_is_not_credited_besides(desk, ledger):
    await send(desk, "Acme")
    found = await desk.billing.credit("INV-000001", reason="wrong rate")
    ledger.change("1", status="void")
    await desk.sync("books", mode=SyncMode.FULL)
    (view,) = await desk.writes.approve([found.writes[0].id], send=True)
    assert (view.state, "stands for nothing in books" in view.error) == ("rejected", True)
    assert not ledger.all("credit_notes")


async def parted(desk):
    return {row.number: row.parting.value for row in (await desk.billing.reconcile()).items}


async def gone(desk, *refs):
    """Have the ledger lack what it had."""

    def work(tx):
        source = sources.get(tx, "books").id
        records.mark_gone(tx, source, "sales_invoices", list(refs), reason="deleted", mode="full", now=NOW)

    await desk.store.write(work)


async def test_reconciling_finds_what_only_one_side_has_and_what_changed(desk, ledger):
    await send(desk, "Acme")
    await send(desk, "Bolt")
    assert await parted(desk) == {}
    ledger.change("1", net="90.00")
    ledger.change("2", customer="cust-c1")
    book = {"customer": "cust-c1", "status": "open", "issued_on": "2026-11-09", "currency": "EUR", "lines": []}
    ledger.put("sales_invoices", "8", number="HAND-1", net="5", tax="1", **book)
    await desk.sync("books", mode=SyncMode.FULL)
    assert await parted(desk) == {"INV-000001": "another total", "INV-000002": "another customer", "HAND-1": "not ours"}
    ledger.change("1", net="100.00", status="void")
    ledger.put("sales_invoices", "9", number="INV-000002", net="100", tax="20", **book)
    await desk.sync("books", mode=SyncMode.FULL)
    await gone(desk, "8")
    assert await parted(desk) == {"INV-000001": "voided", "INV-000002": "twice"}
    await gone(desk, "9", "2")
    await put(desk, *invoiced("7009", invoiced_on=date(2026, 11, 9)))
    assert await parted(desk) == {"INV-000001": "voided", "INV-000002": "deleted", "7009": "not sent"}
    assert {one.ref for one in await desk.store.read(tables.billed_sources)} == {"e-c2"}, "void is free, gone is asked"


async def test_only_who_may_bill_proposes_and_whoever_may_not_see_money_sees_none(opened):
    people = {
        "sam": {"roles": ["coordinator"]},
        "fay": {"roles": ["finance"]},
        "max": {"roles": ["admin", "service-manager"]},
    }
    desk = await opened(people=people)
    seen = await digest(desk, "Acme")
    sam, fay = (desk.acting_as(Actor(f"user:{one}", Way.CLI)) for one in ("sam", "fay"))
    with pytest.raises(NotPermittedError):
        await sam.billing.send(period="2026-10", digest=seen)
    with pytest.raises(NotPermittedError):
        await sam.billing.status()
    assert (await fay.billing.send(period="2026-10", digest=seen)).documents[0].total == 120
    with pytest.raises(NotPermittedError):  # who proposes is not always who approves
        await fay.billing.send(period="2026-10", digest=seen, send=True)
