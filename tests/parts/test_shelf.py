"""What the stocks have, what is missing there, and what it is worth."""

from decimal import Decimal

import pytest

from servicedesk_core import Actor
from servicedesk_core.domain import Part, StockLevel, Ticket
from servicedesk_core.errors import SettingsError
from servicedesk_core.features.parts.kpis import BELOW, VALUE, WAITING


def shelf():
    cost = {"currency": "USD"}
    return (
        Part(external_id="1", name="Dock", manufacturer="DELL", minimum=4, unit_cost=Decimal("189.50"), **cost),
        Part(external_id="2", name="Cable", unit_cost=Decimal("6.20"), minimum=2, **cost),
        Part(external_id="3", name="Toner", unit_cost=Decimal(50), currency="EUR"),
        Part(external_id="4", name="Unknown", minimum=1),
        StockLevel(external_id="1a", part_ref="1", place="Store", available=2, on_order=5),
        StockLevel(external_id="1b", part_ref="1", place="Van", available=1, serial_number="S1"),
        StockLevel(external_id="1c", part_ref="1", place="Van", available=0, serial_number="S2"),
        StockLevel(external_id="2a", part_ref="2", place="Store", available=4),
        StockLevel(external_id="3a", part_ref="3", available=1),
        StockLevel(external_id="4a", part_ref="4"),
    )


async def test_places_of_a_part_are_counted_together(desk_with, given):
    given(*shelf(), connection="stock")
    async with desk_with() as desk:
        rows = list(await desk.parts.stock())
        assert [row.name for row in rows] == ["Dock", "Cable", "Toner", "Unknown"], "what lacks most is first"
        dock = rows[0]
        assert (dock.available, dock.on_order, dock.lacking, dock.manufacturer) == (3, 5, 1, "Dell")
        assert dock.places == ("Store 2", "Van 1")
        assert (dock.serial_numbers, dock.value) == (("S1", "S2"), Decimal("568.50"))
        assert (rows[3].available, rows[3].lacking) == (None, 0), "what nobody counted is not judged"
        assert [row.name for row in await desk.parts.stock(below_minimum=True)] == ["Dock"]
        assert [row.name for row in await desk.parts.stock(search="dell do")] == ["Dock"]
        assert [row.name for row in await desk.parts.stock(search="s2")] == ["Dock"]


async def test_figures_can_be_opened_and_tell_what_they_leave_out(desk_with, given):
    given(*shelf(), connection="stock")
    given(Ticket(external_id="1", title="x", status_category="waiting_parts"), Ticket(external_id="2", title="y"))
    async with desk_with() as desk:
        below, value, waiting = [await desk.call(one) for one in (BELOW, VALUE, WAITING)]
    assert below.value == 1
    assert below.excluded == {"without a minimum": 1, "how many there are is not known": 1}
    assert (value.value, value.unit) == (Decimal("593.30"), "USD, beside 50.00 EUR")
    assert value.excluded == {"in EUR, not in USD": 1, "what it cost, or how many there are, is not known": 1}
    assert waiting.value == 1


async def test_costs_are_for_those_who_may_see_them(desk_with, people, given):
    given(*shelf(), connection="stock")
    async with desk_with(people=people) as desk:
        seen = desk.acting_as(Actor("user:tia"))
        assert {(row.unit_cost, row.value, row.currency) for row in await seen.parts.stock()} == {(None, None, None)}
        board = await seen.parts.report()
        assert "568" not in repr(board)
        assert "593" not in repr(board)


async def test_the_shelf_is_ordered_and_cut_into_pages_by_the_database(desk_with, given, people):
    parts = [
        Part(
            external_id=str(n),
            name=f"Kabel {n}",
            unit_cost=Decimal(n) / 3 // Decimal("0.000001") / 10**6,
            currency="EUR",
        )
        for n in range(7)
    ]
    huge = Part(external_id="8", name="Ähnlich%_", unit_cost=Decimal(10**11), currency="EUR", is_active=False)
    given(*parts, huge, StockLevel(external_id="h", part_ref="8", available=10**11), connection="stock")
    given(*(StockLevel(external_id=f"l{n}", part_ref=str(n), available=n) for n in range(7)), connection="stock")
    async with desk_with(people=people) as opened:
        desk = opened.acting_as(Actor("user:sam"))
        seen, after = [], None
        while True:
            page = await desk.parts.stock(sort="-value", limit=3, after=after)
            seen += [row.name for row in page]
            if (after := page.next) is None:
                break
        assert seen == [*(f"Kabel {n}" for n in reversed(range(7))), "Ähnlich%_"], "what is beyond any amount has none"
        rows = {row.name: row for row in await desk.parts.stock()}
        assert (str(rows["Kabel 2"].unit_cost), str(rows["Kabel 2"].value)) == ("0.6667", "1.33")
        assert [row.name for row in await desk.parts.stock(search="Ähn %_")] == ["Ähnlich%_"]
        assert [row.name for row in await desk.parts.stock(sort="-is_discontinued", limit=1)] == ["Ähnlich%_"]
        assert len(await desk.parts.stock(connection="stock")) == 8
        value = await desk.call(VALUE)
        assert value.value == Decimal("30.33")
        assert value.excluded == {"what it cost, or how many there are, is not known": 1}
        seen = opened.acting_as(Actor("user:tia"))
        with pytest.raises(SettingsError, match="unit_cost"):
            await seen.parts.stock(sort="unit_cost")
