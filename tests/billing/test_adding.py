"""Customers that the ledger does not have."""

from decimal import Decimal

import pytest

from servicedesk_core import ServiceDesk, SyncMode
from servicedesk_core.domain import Company, Role
from servicedesk_core.errors import NotFoundLocallyError, SettingsError, WriteError
from servicedesk_core.features.billing.mapping.links import Linkable
from servicedesk_core.outbox.policy import WritePolicy
from servicedesk_core.testing import FakeClock
from tests import stored
from tests.billing.books import NOW, settings, worked
from tests.billing.ledger import LedgerFile


@pytest.fixture
def ledger(tmp_path):
    return LedgerFile(str(tmp_path / "books.db"))


@pytest.fixture
async def desk(tmp_path, store_url, ledger):
    """Return a desk with two clients who are billed, of whom the ledger may have one, and one who is not."""
    ledger.put("customers", "C9", name="Bolt Limited")
    folder = tmp_path / "service"
    folder.mkdir()
    (folder / "billing.toml").write_text('[profit]\ncurrency = "EUR"\n')

    def work(tx):
        rows = [*worked("e1"), *worked("e2", company="c2"), Company(external_id="c3", name="Corner")]
        rows = [one.model_copy(update={"role_ref": "r1"}) if one.stream == "time_entries" else one for one in rows]
        acme = Company(external_id="c1", name="Acme", custom_fields={"VAT number": "GB1"})
        stored.put(tx, [Role(external_id="r1", name="Engineer", hourly_price=Decimal(100)), *rows, acme], now=NOW)

    async with ServiceDesk(settings(ledger.path, store=store_url), clock=FakeClock(NOW)) as opened:
        await opened.store.write(work)
        await opened.sync("books")
        await opened.definitions.apply(folder=folder, reason="said")
        opened.outbox.sending.policy = WritePolicy(shortest_settle_s=0)
        yield opened


async def linked(desk):
    return [(row.name, row.ledger_ref) for row in await desk.billing.map(what=Linkable.COMPANY, state="linked")]


async def test_whom_bills_name_and_no_customer_is_like_is_made_once_and_linked_by_the_ledgers_id(desk, ledger):
    first = await desk.billing.add_customers(period="2026-10")
    assert [(one.client, one.state, one.is_linked) for one in first.customers] == [("Acme", "proposed", False)]
    assert [one["name"] for one in ledger.all("customers")] == ["Bolt Limited"]
    done = await desk.billing.add_customers(period="2026-10", send=True)
    assert [(one.write, one.state, one.is_linked) for one in done.customers] == [
        (first.customers[0].write, "confirmed", True)
    ]
    (_, made) = ledger.all("customers")
    assert made == {"id": "2", "name": "Acme", "number": "c1", "tax_number": "GB1", "currency": "EUR"}
    assert await linked(desk) == [("Acme", "2")]
    assert (await desk.billing.add_customers(period="2026-10", send=True)).customers == ()


async def test_whom_somebody_else_approves_is_linked_by_the_next_look_whatever_the_ledger_calls_it(desk, ledger):
    (one,) = (await desk.billing.add_customers(client="Corner")).customers
    await desk.writes.approve([one.write], send=True)
    ledger.change("2", "customers", name="Another name")
    await desk.sync("books", mode=SyncMode.FULL)
    assert [(made.name, made.ledger_ref) for made in (await desk.billing.link_certain()).links] == [("Corner", "2")]
    with pytest.raises(WriteError, match="linked already"):
        await desk.billing.add_customers(client="Corner")


async def test_who_is_named_is_made_though_one_is_like_it_and_not_where_that_is_certainly_the_one(desk, ledger):
    ledger.put("customers", "C8", name="Corner")
    await desk.sync("books", mode=SyncMode.FULL)
    with pytest.raises(WriteError, match="books has Corner: same name"):
        await desk.billing.add_customers(client="Corner")
    assert [one.client for one in (await desk.billing.add_customers(client="Bolt")).customers] == ["Bolt"]


async def test_who_was_dropped_can_be_proposed_again_and_nobody_is_guessed(desk):
    (one,) = (await desk.billing.add_customers(client="Corner")).customers
    await desk.writes.discard([one.write], reason="No.")
    (again,) = (await desk.billing.add_customers(client="Corner")).customers
    assert again.write != one.write
    with pytest.raises(SettingsError, match="for whom"):
        await desk.billing.add_customers()
    with pytest.raises(NotFoundLocallyError):
        await desk.billing.add_customers(client="Nobody")
