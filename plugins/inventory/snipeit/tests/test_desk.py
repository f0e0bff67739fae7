"""A whole desk with a stock: synced, taken from, given back, and what became of a lost answer."""

from decimal import Decimal

import pytest

from servicedesk_core import Actor, ServiceDesk
from servicedesk_core.domain import Asset, Ticket
from servicedesk_core.errors import WriteError, WriteNotGrantedError
from servicedesk_core.features.parts.kpis import BELOW
from servicedesk_core.store import Store, records, sources
from servicedesk_core.store.records import Incoming
from servicedesk_snipeit.profile import RETURN, TAKE

pytestmark = pytest.mark.slow


@pytest.fixture
async def desk_with(stand, clock, tmp_path):
    with Store.open(f"sqlite:///{tmp_path / 'desk.db'}", clock=clock) as store:

        def fill(tx):
            source = sources.ensure(tx, "psa", "tabular", "sandbox", clock.now()).id
            asset = Asset(external_id="9", name="SRV-01", serial_number="CZJ635566T", manufacturer="HPE")
            ticket = Ticket(external_id="7", number="T7", title="No dock", asset_ref="9")
            for one in (asset, ticket):
                incoming = [Incoming(one, None, None, "1")]
                records.apply(tx, source, one.stream, incoming, mode="incremental", now=clock.now())

        store.write_blocking(fill)

        def opening(writes=(TAKE, RETURN), **more):
            stock = {"connector": "snipeit", "url": stand.url, "token": "sandbox-token", "currency": "USD"}
            connections = {"stock": stock | {"holder": "user:1", "writes": list(writes), "environment": "sandbox"}}
            return ServiceDesk({"desk": {"name": "X"}, "connections": connections, **more}, store=store, clock=clock)

        yield opening


async def test_a_part_goes_from_the_shelf_onto_a_ticket_and_back(desk_with, stand):
    async with desk_with() as desk:
        await desk.sync("stock")
        row = next(iter(await desk.parts.stock(search="wd19s")))
        assert (row.ref, row.available, row.unit_cost) == ("components/1", 5, Decimal("189.50"))
        with pytest.raises(WriteError, match="quantity takes whole numbers only"):
            await desk.parts.take("T7", "WD19S-130W", quantity=Decimal("0.5"))
        proposed = await desk.parts.take("T7", "WD19S-130W", quantity=2)
        assert proposed.state == "proposed"
        assert stand.sandbox.acts == 0, "nothing leaves before somebody agrees"
        assert "189.5" not in repr(proposed), "what it cost is not for everybody who may see a write"
        (done,) = await desk.writes.approve([proposed.id], send=True)
        assert (done.state, done.ref) == ("confirmed", "components/1/1")
        (held,) = stand.sandbox.stock.rows["components"].values()
        assert held["target"] == ("asset", 5), "into the ticket's device"
        (taken,) = await desk.parts.taken(ticket="T7")
        assert (taken.name, taken.quantity, taken.cost, taken.currency) == (row.name, 2, Decimal("379.00"), "USD")
        back = await desk.parts.give_back(taken.write, quantity=1, send=True)
        assert back.state == "confirmed"
        (taken,) = await desk.parts.taken()
        assert (taken.returned, taken.cost) == (1, Decimal("189.50"))
        with pytest.raises(WriteError, match="1 of them are left"):
            await desk.parts.give_back(taken.write, quantity=2)
        assert next(iter(await desk.parts.stock(search="wd19s"))).available == 4, "also before the next sync"
        assert (await desk.call(BELOW)).value == 2, "toner and boards"


async def test_what_was_done_before_this_process_died_is_found_and_not_repeated(desk_with, stand, clock):
    async with desk_with() as desk:
        await desk.sync("stock")
        down = {"kind": "html", "status": 503, "times": None, "match": {"path": "reports/activity"}}
        stand.sandbox.faults([{"kind": "drop_after", "match": {"method": "POST"}}, down])
        view = await desk.parts.take("T7", "components/1", send=True)
        assert view.state == "in_doubt"
    stand.sandbox.faults([])
    clock.advance(3600)
    async with desk_with() as desk:
        await desk.outbox.run()
        (taken,) = await desk.parts.taken()
        assert taken.state == "confirmed"
    assert stand.sandbox.acts == 1


async def test_of_two_who_take_the_last_one_the_second_is_told(desk_with, stand):
    async with desk_with() as desk:
        await desk.sync("stock")
        await desk.parts.take("T7", "ThinkPad T14", serial="PF1SPARE1", holder="user:2", send=True)
        assert (await desk.parts.take("T7", "5B21H21548")).state == "proposed"
        with pytest.raises(WriteError, match="1 of them being taken"):
            await desk.parts.take("T7", "5B21H21548")
        assert next(iter(await desk.parts.stock(search="ThinkPad"))).available == 1
        stand.sandbox.stock.check_out("components", 2, {"assigned_to": 5, "assigned_qty": 10})
        late = await desk.parts.take("T7", "MZ-V9P1T0", send=True)
        assert (late.state, late.error) == (
            "rejected",
            "Not sent: There are 0 of components/2 left, and 1 are wanted. (quantity)",
        )
    assert stand.sandbox.acts == 1


async def test_one_request_is_one_act_and_nothing_is_taken_without_its_grant(desk_with):
    async with desk_with() as desk:
        await desk.sync("stock")
        one = await desk.parts.take("T7", "components/1", request_id="r1")
        assert (await desk.parts.take("T7", "components/1", request_id="r1")).id == one.id
    async with desk_with(writes=[]) as desk:
        with pytest.raises(WriteNotGrantedError):
            await desk.parts.take("T7", "components/1")


async def test_costs_of_what_was_taken_are_for_those_who_may_see_them(desk_with):
    people = {"tia": {"roles": ["technician"]}}
    async with desk_with() as desk:
        await desk.sync("stock")
        await desk.parts.take("T7", "components/1")
    async with desk_with(people=people) as desk:
        tia = desk.acting_as(Actor("user:tia"))
        (row,) = await tia.parts.taken()
        assert (row.name, row.cost, row.currency) == ("Dock WD19S 130W & cable", None, None)
        assert "189.5" not in repr(await tia.writes.list())
