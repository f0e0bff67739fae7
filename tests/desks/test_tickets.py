"""The tickets page: each number leads to a list that is just so long."""

from zoneinfo import ZoneInfo

import pytest

from servicedesk_core.errors import NotFoundLocallyError, SettingsError
from servicedesk_core.faces.asked import asked
from servicedesk_core.features.desks.lists import LISTS
from servicedesk_core.features.desks.tickets import ListChoice
from servicedesk_core.features.tickets import TicketChoice

ZONE = ZoneInfo("Europe/Berlin")


async def opened(desk, opens):
    """Return all rows of the list behind a number."""
    offer = next(one for feature in desk.features for one in feature.offers().values() if one.name == opens.call)
    pairs = [(name, word) for name, words in opens.given.items() for word in words]
    places, named = asked(offer, pairs, ZONE)
    rows, after = [], None
    while True:
        page = await desk.call(offer, *places, **named | {"limit": 2, "after": after})
        rows += page.items
        if (after := page.next) is None:
            return rows


@pytest.mark.parametrize(
    "chosen",
    [{}, {"assignee": ("Ana", "")}, {"company": ("Globex",)}, {"queue": ("",)}, {"priority": ("P1", "P3")}],
)
@pytest.mark.parametrize("who", ["ana", "eve"])
async def test_every_number_is_the_length_of_its_list(of, chosen, who):
    desk = of(who)
    board = await desk.desks.tickets(ListChoice(**chosen))
    numbers = [one for block in board.blocks for one in block.counts]
    assert len(numbers) >= len(LISTS)
    for one in numbers:
        assert len(await opened(desk, one.opens)) == one.count, one.label


async def test_the_lists_hold_what_they_say(of):
    desk = of("ana")

    async def numbers(name, **chosen):
        return [row.ticket for row in await desk.desks.list(name, TicketChoice(**chosen))]

    found = {name: await numbers(name) for name in LISTS}
    assert found["to-triage"] == ["T1"]
    assert found["triage"] == ["T1"]
    assert set(found["ready"]) == {"T3", "T4", "T6", "T7"}
    assert found["nobody-has-it"] == found["on-hold"] == []
    assert await numbers("ready", assignee=("Ben",)) == ["T6"]
    told = {one.name: (one.count, one.goal) for one in await desk.desks.lists()}
    assert {name: len(rows) for name, rows in found.items()} == {name: count for name, (count, _) in told.items()}


async def test_the_page_shows_the_list_that_was_chosen_with_the_same_tickets(of):
    desk = of("ana")
    board = await desk.desks.tickets(ListChoice(name="ready", assignee=("Ana",)))
    table = next(block for block in board.blocks if block.kind == "table")
    listed = await desk.desks.list("ready", TicketChoice(assignee=("Ana",)))
    assert [row.ticket for row in table.rows] == [row.ticket for row in listed] == ["T4", "T3"]
    assert table.opens[0].given == {"list": ("ready",), "technician": ("Ana",)}


async def test_a_list_that_is_none_is_refused(of):
    with pytest.raises(SettingsError, match="is no value of list"):
        await opened(of("ana"), type("Opens", (), {"call": "desks.list", "given": {"list": ("reddy",)}}))


async def test_whoever_sees_one_client_is_told_of_no_other(of):
    rows = [row for name in LISTS for row in await of("eve").desks.list(name)]
    assert {row.company for row in rows} <= {"Globex"}


async def test_tickets_clients_and_devices_are_found(of):
    async def names(words, who="ana"):
        return [(one.kind.value, one.name, one.is_exact) for one in await of(who).desks.find(words)]

    assert await names("T8") == [("ticket", "T8", True)]
    assert ("ticket", "T3", True) in await names(" t3 ")
    assert await names("acme") == [("client", "Acme & Sons", False)]
    assert (await names("ticket 4"))[0][1] == "T4"
    assert await names("acme", "eve") == []
    assert await names("T3", "eve") == []
    assert await names("  ") == []


async def test_a_technician_is_told_what_comes_next_and_why(of):
    day = await of("ann").desks.me()
    assert (day.technician, day.open, day.ready) == ("Ana", 4, 2)
    assert day.next.ticket == "T3"
    assert "was due before that of every other" in day.why
    assert day.visits == ()
    with pytest.raises(NotFoundLocallyError, match="does not say which one user:ana is"):
        await of("ana").desks.me()
