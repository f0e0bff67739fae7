"""A whole desk with these books: access allowed, synced, a customer made, and what became of a lost answer."""

from datetime import UTC, datetime, timedelta

import pytest

from servicedesk_core import ServiceDesk
from servicedesk_core.domain.writing import Intent
from servicedesk_core.store import Store
from servicedesk_core.testing import FakeClock

pytestmark = pytest.mark.slow

KINDS = ["customers.create", "sales_invoices.void"]
LINE = {"DetailType": "SalesItemLineDetail", "Amount": 100, "SalesItemLineDetail": {"ItemRef": {"value": "1"}}}


@pytest.fixture
def clock():
    return FakeClock(datetime(2026, 11, 20, 9, 30, tzinfo=UTC))


@pytest.fixture
def desk(stand, clock, tmp_path):
    """Opens a desk of one store, as a process after the other does."""
    with Store.open(f"sqlite:///{tmp_path / 'desk.db'}", clock=clock) as store:

        def opened():
            books = {**stand.sandbox.told(stand.url), "connector": "quickbooks"}
            connections = {"books": {**books, "environment": "sandbox", "writes": KINDS}}
            return ServiceDesk({"desk": {"name": "X"}, "connections": connections}, store=store, clock=clock)

        yield opened


async def rows(one, sql):
    return await one.store.read(lambda tx: tx.exec_driver_sql(sql).all())


async def test_the_books_are_read_and_follow_what_happens_there(desk, stand, clock, allowed):
    def later(seconds):
        clock.advance(seconds)
        stand.sandbox.clock.move(timedelta(seconds=seconds))

    books = stand.sandbox.books
    sold = books.act("Invoice", {"CustomerRef": {"value": "1"}, "DocNumber": "1001", "Line": [LINE]})["Invoice"]
    async with desk() as one:
        await allowed(one)
        assert {check.stream for check in (await one.check("books")).streams} >= {"customers", "payments"}
        await one.sync("books")
        assert await rows(one, "SELECT number, status, total FROM v_sales_invoices") == [("1001", "open", "100.000000")]
        later(3600)
        link = [{"Amount": 100, "LinkedTxn": [{"TxnId": sold["Id"], "TxnType": "Invoice"}]}]
        books.act("Payment", {"CustomerRef": {"value": "1"}, "TotalAmt": 100, "Line": link})
        await one.sync("books")
        assert await rows(one, "SELECT status, balance FROM v_sales_invoices") == [("paid", "0.000000")]
        assert await rows(one, "SELECT amount FROM v_payment_allocations") == [("100.000000",)]


async def test_what_was_made_before_a_process_died_is_found_and_not_repeated(desk, stand, clock, allowed):
    async with desk() as one:
        await allowed(one)
        await one.sync("books")
        down = {"kind": "html", "status": 503, "times": None, "match": {"method": "GET", "path": "/query"}}
        stand.sandbox.faults([{"kind": "drop_after", "match": {"method": "POST", "path": "/customer$"}}, down])
        intent = Intent("books", "customers.create", "customers:new", "Quayside Clinic", {"name": "Quayside Clinic"})
        proposed = await one.outbox.propose(intent)
        (done,) = await one.writes.approve([proposed.id], send=True)
        assert done.state == "in_doubt"
    stand.sandbox.faults([])
    clock.advance(3600)
    stand.sandbox.clock.move(timedelta(hours=1))
    async with desk() as one:
        await one.outbox.run()
        (row,) = await rows(one, "SELECT state FROM v_writes")
        assert row == ("confirmed",)
        names = [row for row in stand.sandbox.records.all("Customer") if row["DisplayName"] == "Quayside Clinic"]
        assert len(names) == 1
