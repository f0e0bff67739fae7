"""Charging what tickets took: once, by one system, for nobody while a claim is open, and taken back with the part."""

import json
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import update

from servicedesk_core import Actor, Scope, ServiceDesk
from servicedesk_core.domain import Charge, Company, Part, StockLevel, Ticket
from servicedesk_core.domain.warranty import DeviceRef
from servicedesk_core.errors import (
    NotFoundLocallyError,
    NotPermittedError,
    SettingsError,
    WriteError,
    WriteNotGrantedError,
    WriteStateError,
)
from servicedesk_core.features.parts.charging.model import CostOf
from servicedesk_core.features.parts.kpis import UNCHARGED
from servicedesk_core.store.schema import claims

pytestmark = pytest.mark.slow

AT = datetime(2026, 6, 1, 9, tzinfo=UTC)
DAY_S = 86_400
SHOP = Path(__file__).parent / "till.py"
MOVES = ["stock_moves.take", "stock_moves.return"]
PARTS = {"billed_by": "psa", "markup_percent": "25", "currency": "EUR"}


@pytest.fixture
def desk(tmp_path, store, clock, given, people):
    """Return a function that opens a desk with a stock and a PSA that bills parts."""
    given(
        Company(external_id="c1", name="Acme"),
        Ticket(external_id="7", number="T7", title="No dock", company_ref="c1", created_at=AT),
        connector=f"{SHOP}:Psa",
    )
    given(
        Part(external_id="1", name="Dock", unit_cost=Decimal("79.96"), currency="EUR"),
        Part(external_id="2", name="Cable", unit_cost=Decimal("1.50"), currency="USD"),
        StockLevel(external_id="1a", part_ref="1", place="Store", available=9),
        StockLevel(external_id="2a", part_ref="2", place="Drum", available=9),
        connection="stock",
        connector=f"{SHOP}:Stock",
    )
    (tmp_path / "shop").mkdir()

    def opening(*, charges=("charges.create",), parts=PARTS, **more):
        own = {"folder": str(tmp_path / "shop")}
        connections = {
            "psa": {"connector": f"{SHOP}:Psa", "writes": list(charges), **own},
            "stock": {"connector": f"{SHOP}:Stock", "writes": MOVES, **own},
        }
        settings = {"desk": {"name": "Example MSP", "timezone": "UTC"}, "connections": connections, "parts": parts}
        return ServiceDesk(settings | more, store=store, clock=clock)

    return opening


@pytest.fixture
def sent(tmp_path):
    """Return what a connection was sent, by the field that matters."""

    def of(who, field="quantity"):
        path = tmp_path / "shop" / f"{who}.jsonl"
        return [json.loads(line).get(field) for line in path.read_text().splitlines()] if path.exists() else []

    return of


@pytest.fixture
def fault(tmp_path):
    return lambda kind, said: (tmp_path / "shop" / f"{kind}.fault").write_text(said)


async def claimed(desk, store, state="under_review"):
    """Draft a claim, and have it stand somewhere."""
    found = await desk.claims.new(device=DeviceRef(manufacturer="Acme", serial_number="AC1"), by_hand=True)
    stand(store, state)
    return found.claim.claim_id


def stand(store, state):
    store.write_blocking(lambda tx: tx.execute(update(claims).values(state=state)))


async def test_a_taken_part_is_charged_once_after_the_stock_has_confirmed_it(desk, sent, clock):
    async with desk() as one:
        proposed = await one.parts.take("T7", "Dock", quantity=2)
        (number,) = proposed.followed_by
        charge = (await one.writes.show(number)).write
        assert (charge.kind, charge.connection, charge.parent, charge.waits_for) == (
            "charges.create",
            "psa",
            "7",
            proposed.id,
        )
        said = {change.field: change.after for change in charge.changes}
        assert (said["unit_cost"], said["unit_price"], said["quantity"]) == ("79.96", "99.95", "2")
        await one.outbox.approve([number], send=True)
        assert sent("Psa") == [], "the stock has not confirmed it"
        await one.outbox.approve([proposed.id], send=True)
        await one.outbox.run()
        assert (sent("Stock"), sent("Psa")) == (["2"], ["2"])
        clock.advance(30 * DAY_S)
        assert len(await one.parts.uncharged()) == 0
        with pytest.raises(WriteError, match="charged already"):
            await one.parts.charge(proposed.id)


async def test_with_yes_both_go_and_a_lost_answer_charges_nothing_twice(desk, sent, fault):
    async with desk() as one:
        fault("charges.create", "lost")
        taken = await one.parts.take("T7", "Dock", send=True)
        await one.outbox.run()
        assert (await one.writes.show(taken.followed_by[0])).write.state == "confirmed"
        assert (sent("Stock"), sent("Psa")) == (["1"], ["1"])


async def test_what_was_proposed_before_is_sent_without_the_charge_that_somebody_discarded(desk, sent):
    async with desk() as one:
        part = await one.parts.take("T7", "Dock", request_id="r1")
        await one.outbox.discard(part.followed_by)
        again = await one.parts.take("T7", "Dock", request_id="r1", send=True)
        assert (again.id, again.state, sent("Stock"), sent("Psa")) == (part.id, "confirmed", ["1"], [])


async def test_a_take_that_failed_sends_no_charge(desk, sent, fault):
    async with desk() as one:
        fault("stock_moves.take", "refused")
        taken = await one.parts.take("T7", "Dock", send=True)
        await one.outbox.run()
        assert (taken.state, sent("Psa")) == ("rejected", [])
        await one.outbox.discard([taken.id])
        assert (await one.writes.show(taken.followed_by[0])).write.state == "discarded"


async def test_what_may_not_be_charged_or_has_no_price_is_not_taken_by_halves(desk, sent):
    async with desk(charges=()) as one:
        with pytest.raises(WriteNotGrantedError, match=r"charges\.create"):
            await one.parts.take("T7", "Dock")
        assert len(await one.parts.taken()) == 0
        taken = await one.parts.take("T7", "Dock", no_charge=True)
        assert taken.followed_by == ()
    async with desk() as one:
        with pytest.raises(WriteError, match="Nobody says what the client pays"):
            await one.parts.take("T7", "Cable")  # its cost is in another currency than the PSA's
        with pytest.raises(SettingsError, match="not below 0"):
            await one.parts.take("T7", "Cable", price=Decimal("-3.20"))
        cable = await one.parts.take("T7", "Cable", price=Decimal("3.20"))
        said = {c.field: c.after for c in (await one.writes.show(cable.followed_by[0])).write.changes}
        assert (said["unit_price"], "unit_cost" in said) == ("3.20", False)
    async with desk(parts={}) as one:
        assert (await one.parts.take("T7", "Dock")).followed_by == (), "another system bills"
        with pytest.raises(SettingsError, match="bills no parts"):
            await one.parts.charge(taken.id)


async def test_what_was_refused_is_listed_with_its_reason_and_charged_later(desk, sent, fault, clock):
    async with desk() as one:
        fault("charges.create", "refused")
        taken = await one.parts.take("T7", "Dock", send=True)
        clock.advance(2 * DAY_S)
        assert len(await one.parts.uncharged()) == 0, "three days are given"
        clock.advance(2 * DAY_S)
        (row,) = await one.parts.uncharged()
        assert (row.write, row.due, row.cost) == (taken.id, 1, Decimal("79.96"))
        assert (await one.call(UNCHARGED)).value == 1
        assert row.why == "its charge was refused: The ticket is closed for charges."
        await one.parts.charge(taken.id, send=True)
        assert (sent("Psa"), len(await one.parts.uncharged())) == (["1"], 0)
        with pytest.raises(WriteStateError):
            await one.outbox.retry(taken.followed_by, send=True)
        assert sent("Psa") == ["1"], "what was refused cannot be tried again beside the new one"


async def test_a_charge_that_nobody_approves_is_listed_as_not_charged(desk, clock):
    async with desk() as one:
        part = await one.parts.take("T7", "Dock", quantity=2)
        await one.outbox.approve([part.id], send=True)
        clock.advance(4 * DAY_S)
        (row,) = await one.parts.uncharged()
        assert (row.due, row.why) == (2, f"its charge, write {part.followed_by[0]}, is proposed")
        assert (await one.call(UNCHARGED)).value == 1
        await one.outbox.approve(part.followed_by, send=True)
        assert len(await one.parts.uncharged()) == 0


async def test_a_return_takes_its_charge_back_and_a_billed_one_only_with_a_persons_approval(desk, sent, given, store):
    async with desk() as one:
        taken = await one.parts.take("T7", "Dock", quantity=3, send=True)
        back = await one.parts.give_back(taken.id, quantity=1, send=True)
        assert (back.state, sent("Psa")) == ("confirmed", ["3", "-1"])
        given(Charge(external_id="Psa-1", ticket_ref="7", is_billed=True), connector=f"{SHOP}:Psa")
        again = await one.parts.give_back(taken.id, quantity=1, send=True)
        (credit,) = again.followed_by
        shown = (await one.writes.show(credit)).write
        assert (again.state, shown.state, sent("Psa")) == ("confirmed", "proposed", ["3", "-1"])
        assert any("credit" in warning for warning in shown.warnings)
        await one.outbox.approve([credit], send=True)
        assert (sent("Psa"), sent("Psa", "unit_price")) == (["3", "-1", "-1"], ["99.95"] * 3)
        assert [row.due for row in await one.parts.uncharged(days=0)] == []


async def test_a_billed_credit_waits_also_where_the_act_was_proposed_before_it_is_sent(desk, sent, given):
    async with desk() as one:
        taken = await one.parts.take("T7", "Dock", send=True)
        given(Charge(external_id="Psa-1", ticket_ref="7", is_billed=True), connector=f"{SHOP}:Psa")
        await one.parts.give_back(taken.id, request_id="r1")  # as the command line does: shown first, then sent
        back = await one.parts.give_back(taken.id, request_id="r1", send=True)
        credit = (await one.writes.show(back.followed_by[0])).write
        assert (back.state, credit.state, sent("Psa")) == ("confirmed", "proposed", ["1"])


async def test_a_return_before_its_charge_was_sent_charges_only_what_stays(desk, sent, fault, clock):
    async with desk() as one:
        taken = await one.parts.take("T7", "Dock", quantity=3)
        (charge,) = taken.followed_by
        await one.outbox.approve([taken.id], send=True)
        await one.parts.give_back(taken.id, quantity=1, send=True)
        assert (await one.writes.show(charge)).write.state == "discarded"
        assert sent("Psa") == ["2"], "no charge of 3 and credit of 1"
        assert sent("Psa", "unit_price") == ["99.95"]
        taken = await one.parts.take("T7", "Dock")
        await one.outbox.approve([taken.id], send=True)
        back = await one.parts.give_back(taken.id, send=True)
        assert (back.followed_by, sent("Psa")) == ((), ["2"]), "what nobody was charged for is no credit"
        assert len(await one.parts.uncharged(days=0)) == 0


async def test_a_return_is_no_credit_while_nobody_knows_whether_it_was_charged(desk, sent, fault):
    async with desk() as one:
        taken = await one.parts.take("T7", "Dock")
        await one.outbox.approve([taken.id], send=True)
        fault("charges.create", "vanished")
        await one.outbox.approve(taken.followed_by, send=True)
        assert (await one.writes.show(taken.followed_by[0])).write.state == "in_doubt"
        with pytest.raises(WriteError, match="is in doubt"):
            await one.parts.give_back(taken.id, send=True)


async def test_a_part_of_an_open_claim_is_invoiced_to_nobody(desk, sent, store, clock):
    async with desk() as one:
        claim = await claimed(one, store)
        taken = await one.parts.take("T7", "Dock", claim=claim, send=True)
        clock.advance(30 * DAY_S)
        assert (taken.followed_by, sent("Psa"), len(await one.parts.uncharged())) == ((), [], 0)
        for state in ("under_review", "approved", "closed"):
            stand(store, state)
            with pytest.raises(WriteError, match="nobody is invoiced"):
                await one.parts.charge(taken.id, reason="we want it")
        stand(store, "rejected")
        assert len(await one.parts.uncharged()) == 0, "a rejection alone charges nobody"
        with pytest.raises(WriteError, match="which was refused"):
            await one.parts.charge(taken.id)
        await one.parts.charge(taken.id, reason="The client dropped it.", send=True)
        assert sent("Psa") == ["1"]
        stand(store, "under_review")
        (row,) = await one.parts.uncharged()
        assert (row.due, row.why) == (-1, f"charged, and claim {claim} is under review again")
        await one.parts.charge(taken.id, send=True)
        assert (sent("Psa"), len(await one.parts.uncharged())) == (["1", "-1"], 0)


async def test_naming_a_claim_drops_a_charge_that_was_not_sent(desk, sent, store):
    async with desk() as one:
        part = await one.parts.take("T7", "Dock")
        await one.outbox.approve([part.id], send=True)
        found = await one.parts.claim(part.id, await claimed(one, store))
        charge = await one.writes.show(part.followed_by[0])
        assert (found.due, charge.write.state) == (0, "discarded")
        assert found.claim in charge.history[-1].why


async def test_a_claim_can_be_named_later_and_unnamed_only_with_a_reason(desk, store):
    async with desk() as one:
        claim = await claimed(one, store)
        taken = await one.parts.take("T7", "Dock", no_charge=True, send=True)
        linked = await one.parts.claim(taken.id, claim)
        assert (linked.claim, linked.due) == (claim, 0)
        with pytest.raises(WriteError, match="the client's to pay"):
            await one.parts.claim(taken.id, "")
        assert (await one.parts.claim(taken.id, "", reason="Another device.")).due == 1


async def test_costs_are_added_up_by_ticket_and_client_and_hidden_from_who_may_not_see_them(desk, store, people):
    async with desk() as one:
        taken = await one.parts.take("T7", "Dock", quantity=2, send=True)
        await one.parts.take("T7", "Cable", price=Decimal(3), send=True)
        by_ticket = await one.parts.costs()
        assert [(row.name, row.currency, row.cost) for row in by_ticket] == [
            ("T7", "EUR", Decimal("159.92")),
            ("T7", "USD", Decimal("1.50")),
        ]
        (first, _) = await one.parts.costs(by=CostOf.CLIENT)
        assert (first.name, first.cost, first.charged) == ("Acme", Decimal("159.92"), 2)
    async with desk(people=people) as one:
        tia = one.acting_as(Actor("user:tia"))
        with pytest.raises(NotPermittedError):
            await tia.parts.costs()
        shown = (await tia.writes.show(taken.followed_by[0])).write
        hidden = {change.field: change.after for change in shown.changes if change.after_name == "hidden"}
        assert hidden == {"unit_cost": None, "unit_price": None}


async def test_who_sees_some_clients_sees_what_their_tickets_cost_and_owe(desk, store, given):
    given(Ticket(external_id="8", number="T8", title="x", company_ref="c2", created_at=AT), connector=f"{SHOP}:Psa")
    async with desk() as one:
        for ticket in ("T7", "T8"):
            await one.parts.take(ticket, "Dock", no_charge=True, send=True)
        scope = Scope("psa", companies=("c2",))
        assert [row.name for row in await one.parts.costs(scope=scope)] == ["T8"]
        assert [row.ticket for row in await one.parts.uncharged(days=0, scope=scope)] == ["T8"]
        with pytest.raises(NotFoundLocallyError):
            await one.parts.charge(1, scope=scope)


async def test_where_the_psa_keeps_the_stock_its_charge_is_all_that_is_written(desk, sent, given):
    part = Part(external_id="p9", name="Fan", unit_cost=Decimal("8.00"), currency="EUR")
    level = StockLevel(external_id="9a", part_ref="p9", place="Van", available=2)
    given(part, level, connector=f"{SHOP}:Psa")
    async with desk() as one:
        taken = await one.parts.take("T7", "Fan", send=True)
        assert (taken.kind, taken.connection, taken.followed_by) == ("charges.create", "psa", ())
        assert (sent("Psa", "product_ref"), sent("Stock")) == (["p9"], [])
