"""Invoices of the PSA are carried into the ledger, once, and what it voids is credited."""

from datetime import date

import pytest

from servicedesk_core import SyncMode
from servicedesk_core.features.billing.model import Stage
from tests.billing.carrying import desk, invoiced, ledger, opened, put, send, told

__all__ = ["desk", "ledger", "opened"]


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
        row for stage in ((), (Stage.PAID,)) for row in (await desk.billing.stages(stage=stage, client="Acme")).items
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
