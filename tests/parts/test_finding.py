"""Sources are asked side by side; what one of them does spoils nothing of the others."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from servicedesk_core import Actor
from servicedesk_core.domain import Asset, Ticket
from servicedesk_core.errors import NotFoundLocallyError, SettingsError
from servicedesk_core.features.parts import pages
from servicedesk_core.features.parts.model import Answered

AT = datetime(2026, 6, 1, 9, tzinfo=UTC)


def told(found):
    return {one.connection: one.answer for one in found.asked}


async def test_offers_of_one_part_stand_together_the_shelf_first(desk_with):
    async with desk_with(shelf="Shelf", shop="Distributor") as desk:
        found = await desk.parts.find("WD19S")
    rows = [(row.part, row.connection, row.unit_price, row.available) for row in found.offers]
    assert rows == [
        (1, "shelf", Decimal("189.50"), 3),
        (1, "shop", Decimal("150.10"), 9),
        (2, "shop", None, None),
    ]
    assert (found.parts, found.currency) == (2, "USD")
    assert found.offers[0].places == ("Van 2 1", "Store 2")
    assert [row.note for row in found.offers] == [None, "replaced by WD22TB4", "discontinued"]
    assert told(found) == {"shelf": Answered.ANSWERED, "shop": Answered.ANSWERED}


@pytest.mark.slow
async def test_a_slow_a_failing_and_a_lying_source_are_named_and_spoil_nothing(desk_with):
    async with desk_with(shelf="Shelf", slow="Slow", broken="Broken", garbage="Garbage") as desk:
        found = await desk.parts.find("WD19S", limit_seconds=3)
    assert [row.connection for row in found.offers] == ["shelf"]
    assert told(found) == {
        "shelf": Answered.ANSWERED,
        "slow": Answered.LATE,
        "broken": Answered.FAILED,
        "garbage": Answered.FAILED,
    }
    problems = {one.connection: (one.problem or "", one.hint) for one in found.asked}
    assert problems["broken"] == ("The gateway is down.", "Wait.")
    assert "within 3 s" in problems["slow"][0]
    assert "find_parts" in problems["garbage"][0]


async def test_a_source_is_asked_by_what_it_can_look_by(desk_with):
    async with desk_with(shelf="Shelf", shop="Distributor") as desk:

        async def asked(*args, **kwargs):
            found = await desk.parts.find(*args, **kwargs)
            seen = {}
            for name in told(found):
                connector = type(desk.host._open[name][0].calls._caller._hooks["find_parts"].function.__self__)
                fields = [query.model_dump(exclude_none=True, exclude={"quantity"}) for query in connector.asked]
                seen[name] = fields
                connector.asked.clear()
            return seen, told(found)

        one_word = await asked("WD19S")
        assert one_word[0] == {"shelf": [{"words": "WD19S"}], "shop": [{"part_number": "WD19S"}]}
        code = await asked("96385074")
        assert code[0] == {
            "shelf": [{"upc": "96385074"}, {"words": "96385074"}],
            "shop": [{"upc": "96385074"}, {"part_number": "96385074"}],
        }, "it has a bar code's check digit, and may be a part number all the same"
        words = await asked("dock for laptops")
        assert words[0] == {"shelf": [{"words": "dock for laptops"}], "shop": []}
        assert words[1]["shop"] is Answered.CANNOT


async def test_prices_are_for_those_who_may_see_costs(desk_with, people):
    async with desk_with(people=people, shelf="Shelf") as desk:
        seen = {
            name: (await desk.acting_as(Actor(f"user:{name}")).parts.find("WD19S")).offers[0] for name in ("tia", "sam")
        }
    assert (seen["sam"].unit_price, seen["sam"].currency) == (Decimal("189.50"), "USD")
    assert (seen["tia"].unit_price, seen["tia"].currency, seen["tia"].available) == (None, None, 3)


async def test_a_device_asks_its_maker_what_fits(desk_with, given):
    given(Asset(external_id="1", name="WS-1", serial_number="AC1", manufacturer="Acme"))
    given(Ticket(external_id="7", number="T7", title="No fan", asset_ref="1", created_at=AT))
    given(Ticket(external_id="8", number="T8", title="No device", created_at=AT))
    async with desk_with(acme="Acme", shop="Distributor") as desk:
        for kwargs in ({"for_asset": "WS-1"}, {"for_ticket": "T7"}):
            found = await desk.parts.find(**kwargs)
            assert [(row.number, row.name, row.source) for row in found.offers] == [
                ("P-1", "System board", "maker"),
                ("P-2", "Fan", "maker"),
            ]
            assert found.device == "AC1"
            assert told(found) == {"acme": Answered.ANSWERED}, "a distributor is asked for a part, not for a device"
        found = await desk.parts.find("fan", for_ticket="T7")
        assert [row.number for row in found.offers if row.source == "maker"] == ["P-2"]
        with pytest.raises(NotFoundLocallyError, match="names no device"):
            await desk.parts.find(for_ticket="T8")
        with pytest.raises(NotFoundLocallyError, match="No device"):
            await desk.parts.find(for_asset="nothing")


class Told:
    """A terminal that keeps what it is told."""

    def __init__(self):
        self.lines = []

    def rows(self, row, found, *, title=None, empty=""):
        self.lines += [title, *(one.answer for one in found)] if title else [] if tuple(found) else [empty]

    def say(self, text):
        self.lines.append(text)


async def test_a_device_of_no_maker_that_is_connected_is_told_so_and_not_that_it_has_no_parts(desk_with, given):
    given(Asset(external_id="2", name="WS-2", serial_number="OT1", manufacturer="Others"))
    async with desk_with(acme="Acme") as desk:
        found = await desk.parts.find(for_asset="WS-2")
    pages.found(told_to := Told(), found)
    assert told_to.lines == [
        "Nobody answered.", "Not answered", Answered.NOT_THEIRS, "0 offers of 0 parts; answered: nobody.",
    ]  # fmt: skip


async def test_nothing_to_look_for_and_nobody_to_ask_are_told(desk_with):
    async with desk_with(shelf="Shelf") as desk:
        with pytest.raises(SettingsError, match="Nothing was said"):
            await desk.parts.find(" ")
        with pytest.raises(SettingsError, match='There is no connection "shelv"') as caught:
            await desk.parts.find("x", connections=("shelf", "shelv"))
        assert "shelf" in caught.value.hint
        with pytest.raises(SettingsError, match='"XXXX" is no currency'):
            await desk.parts.find("x", currency="XXXX")
        for wrong in (0, Decimal("NaN"), Decimal("0.0000001"), 10**9):
            with pytest.raises(SettingsError, match="is no quantity"):
                await desk.parts.find("x", quantity=wrong)
    async with desk_with(acme="Acme", shelf="Shelf") as desk:
        with pytest.raises(SettingsError, match="name one with --for-asset"):
            await desk.parts.find("x", connections=("acme",))
    async with desk_with() as desk:
        with pytest.raises(SettingsError, match="No connection finds parts"):
            await desk.parts.find("x")
