"""A whole desk with this stock: synced, taken from, given back, and what became of a lost answer."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from servicedesk_core import ServiceDesk
from servicedesk_core.domain import Asset, Ticket
from servicedesk_core.store import Store, records, sources
from servicedesk_core.store.records import Incoming
from servicedesk_core.testing import FakeClock

pytestmark = pytest.mark.slow

KINDS = ["stock_moves.take", "stock_moves.return"]


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

        def opened():
            shelf = {**stand.sandbox.told(stand.url), "connector": "inventree", "customer": 2}
            connections = {"shelf": {**shelf, "environment": "sandbox", "writes": KINDS}}
            return ServiceDesk({"desk": {"name": "X"}, "connections": connections}, store=store, clock=clock)

        yield opened


async def test_a_part_goes_from_the_shelf_onto_a_ticket_and_back(desk, stand):
    async with desk() as one:
        await one.sync("shelf")
        (row,) = [row for row in await one.parts.stock() if row.name.startswith("SSD")]
        assert (row.available, row.unit_cost) == (8, Decimal("79.9583"))  # shown as prices of one piece are
        proposed = await one.parts.take("T7", "ex-990-1t", quantity=2, place="Van 1")
        assert (proposed.state, stand.sandbox.room.moves) == ("proposed", 0)
        (done,) = await one.writes.approve([proposed.id], send=True)
        assert done.state == "confirmed"
        (entry,) = stand.sandbox.records.all("track", item=2)[1:]
        assert entry["notes"].startswith("ticket T7, device 5CG1234XYZ\n\n[ref:")
        (taken,) = await one.parts.taken(ticket="T7")
        assert (taken.quantity, taken.cost, taken.currency) == (2, Decimal("159.92"), "EUR")
        assert (await one.parts.give_back(taken.write, quantity=1, send=True)).state == "confirmed"
        assert (await one.parts.taken(held=True)).items[0].returned == 1
    assert stand.sandbox.records.get("stock", 2)["quantity"] == "1"


async def test_a_piece_goes_by_its_serial_number(desk, stand):
    async with desk() as one:
        await one.sync("shelf")
        assert (await one.parts.take("T7", "DK-0002", serial="DK-0002", send=True)).state == "confirmed"
        assert (
            await one.parts.take("T7", "DOCK-130", serial="DK-0001", holder="company:1", send=True)
        ).state == "rejected"
    assert [stand.sandbox.records.get("stock", key)["customer"] for key in (4, 5)] == [None, 2]


async def test_what_was_done_before_a_process_died_is_found_and_not_repeated(desk, stand, clock):
    async with desk() as one:
        await one.sync("shelf")
        down = {"kind": "html", "status": 503, "times": None, "match": {"path": "/track/"}}
        stand.sandbox.faults([{"kind": "drop_after", "match": {"method": "POST", "path": "/remove/"}}, down])
        assert (await one.parts.take("T7", "RAM-16-D4", send=True)).state == "in_doubt"
    stand.sandbox.faults([])
    clock.advance(3600)
    async with desk() as one:
        await one.outbox.run()
        (taken,) = await one.parts.taken()
    assert (taken.state, stand.sandbox.room.moves) == ("confirmed", 1)
