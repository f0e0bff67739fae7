"""A whole desk with these books: access allowed, synced, customers made, and what became of a lost answer."""

from datetime import timedelta

import httpx
import pytest

from servicedesk_core import ServiceDesk
from servicedesk_core.domain.writing import Intent
from servicedesk_core.store import Store
from servicedesk_core.testing import FakeClock
from servicedesk_xero.sandbox.seed import id_of

pytestmark = pytest.mark.slow

COUNTS = {"customers": 4, "sales_items": 3, "tax_codes": 4, "ledger_accounts": 6, "credit_notes": 1, "payments": 2,
          "payment_allocations": 2, "bills": 1}  # fmt: skip
KINDS = ["customers.create", "sales_invoices.void"]


@pytest.fixture
def clock(stand):
    return FakeClock(stand.sandbox.clock.now())


@pytest.fixture
def later(stand, clock):
    def move(seconds):
        clock.advance(seconds)
        stand.sandbox.clock.move(timedelta(seconds=seconds))

    return move


@pytest.fixture
def desk(stand, clock, tmp_path):
    """Opens a desk of one store, as a process after the other does."""
    with Store.open(f"sqlite:///{tmp_path / 'desk.db'}", clock=clock) as store:

        def opened(**more):
            books = {**stand.sandbox.told(stand.url), "connector": "xero", **more}
            connections = {"books": {**books, "environment": "sandbox", "writes": KINDS}}
            return ServiceDesk({"desk": {"name": "X"}, "connections": connections}, store=store, clock=clock)

        yield opened


async def rows(one, sql):
    return await one.store.read(lambda tx: [tuple(row) for row in tx.exec_driver_sql(sql).all()])


async def test_the_books_are_read_and_follow_what_happens_there(desk, stand, later):
    async with desk() as one:
        await one.sync("books")
        told = "SELECT number, status, total, balance FROM v_sales_invoices ORDER BY number"
        assert await rows(one, told) == [
            ("INV-0001", "open", "799.830000", "679.830000"),
            ("INV-0002", "paid", "517.500000", "0.000000"),
            ("INV-0003", "draft", "282.330000", "282.330000"),
        ]
        for view, count in COUNTS.items():
            assert await rows(one, f"SELECT count(*) FROM v_{view}") == [(count,)]
        later(3600)
        paid = {"Invoice": {"InvoiceID": id_of("Invoices", "INV-0001")}, "Account": {"Code": "090"}, "Amount": "679.83"}
        stand.sandbox.first.settling.paid(paid)
        stand.sandbox.bodies.clear()
        await one.sync("books")
        assert (await rows(one, told))[0] == ("INV-0001", "paid", "799.830000", "0.000000")
        assert await rows(one, "SELECT count(*) FROM v_payment_allocations") == [(3,)]


async def test_a_person_allows_the_access_of_a_web_app(desk, stand):
    async with desk(app="web") as one:
        request = await one.ask_access("books")
        async with httpx.AsyncClient() as browser:
            answer = (await browser.get(request.url)).headers["location"]
        await one.accept_access(request, answer, "books")
        await one.sync("books")
        assert await rows(one, "SELECT count(*) FROM v_sales_invoices") == [(3,)]


async def test_what_was_made_before_a_process_died_is_found_and_not_repeated(desk, stand, books, later):
    async with desk() as one:
        await one.sync("books")
        down = {"kind": "html", "status": 503, "times": None, "match": {"method": "GET", "path": "/Contacts"}}
        stand.sandbox.faults([{"kind": "drop_after", "match": {"method": "PUT", "path": "/Contacts$"}}, down])
        intent = Intent("books", "customers.create", "customers:new", "Quayside Clinic", {"name": "Quayside Clinic"})
        proposed = await one.outbox.propose(intent)
        (done,) = await one.writes.approve([proposed.id], send=True)
        assert done.state == "in_doubt"
    stand.sandbox.faults([])
    later(3600)
    async with desk() as one:
        await one.outbox.run()
        assert await rows(one, "SELECT state FROM v_writes") == [("confirmed",)]
        assert len([row for row in books.all("Contacts") if row["Name"] == "Quayside Clinic"]) == 1


async def test_what_a_write_made_is_stored_without_being_read_again(desk, stand):
    async with desk() as one:
        await one.sync("books")
        stand.sandbox.requests.clear()
        intent = Intent("books", "customers.create", "customers:new", "Quayside Clinic", {"name": "Quayside Clinic"})
        proposed = await one.outbox.propose(intent)
        (done,) = await one.writes.approve([proposed.id], send=True)
        assert done.state == "confirmed"
        assert await rows(one, "SELECT name FROM v_customers WHERE name LIKE 'Quay%'") == [("Quayside Clinic",)]
        assert {name: count for name, count in stand.requests.items() if "Contacts" in name} == {"PUT Contacts": 1}
