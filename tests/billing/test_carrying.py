"""What a person does with documents: send what was previewed, follow it, and reconcile."""

from datetime import date

import pytest

from servicedesk_core import SyncMode
from servicedesk_core.domain import (
    Company,
    Ticket,
)
from servicedesk_core.errors import AnotherPersonError, NotFoundLocallyError, NotPermittedError, WriteError
from servicedesk_core.features.billing.sending import tables
from servicedesk_core.people import Actor, Way
from servicedesk_core.store import records, sources
from tests.billing.books import NOW
from tests.billing.carrying import (
    desk,
    digest,
    entry,
    invoiced,
    ledger,
    opened,
    put,
    send,
    status,
    told,
)

pytestmark = pytest.mark.slow

__all__ = ["desk", "ledger", "opened"]


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
