"""Lists with a filter that people keep: whose they are, and what they lead to."""

from datetime import UTC, datetime

import pytest

from servicedesk_core import ServiceDesk
from servicedesk_core.domain import Company, Priority, StatusCategory, Ticket
from servicedesk_core.errors import NotFoundLocallyError, NotPermittedError, SettingsError
from servicedesk_core.people import Actor, Way
from servicedesk_core.testing import FakeClock
from tests import stored

NOW = datetime(2026, 11, 9, 12, tzinfo=UTC)
PEOPLE = {
    "ana": {"roles": ["service-manager"]},
    "ben": {"roles": ["technician"]},
    "eve": {"roles": ["client-contact"], "companies": ["1"], "connection": "psa"},
}


@pytest.fixture
async def desk(store_url):
    settings = {
        "desk": {"name": "Example", "store": store_url},
        "connections": {"psa": {"connector": "tabular"}},
        "people": PEOPLE,
    }
    async with ServiceDesk(settings, clock=FakeClock(NOW), actor=Actor("user:ana", Way.CONSOLE)) as opened:
        records = [Company(external_id="1", name="Example One")]
        for number in range(5):
            priority, client = Priority.P1 if number < 2 else Priority.P3, "1" if number == 1 else None
            records.append(
                Ticket(
                    external_id=str(number),
                    number=f"T{number}",
                    title="Printer",
                    priority=priority,
                    company_ref=client,
                    status_category=StatusCategory.NEW,
                )
            )
        await opened.store.write(lambda tx: stored.put(tx, records, now=NOW))
        yield opened


def of(desk, name):
    return desk.acting_as(Actor(f"user:{name}", Way.CONSOLE))


async def test_a_view_is_whose_it_is_until_it_is_shared(desk):
    await desk.views.save("Urgent", "tickets.list", given=("priority=P1", "priority=P2", "columns=title"), shared=True)
    await desk.views.save("Mine", "tickets.list", given=("technician=me",))
    await of(desk, "ben").views.save("Urgent", "sla.breached", pinned=True)
    seen = {name: [(one.owner, one.name) for one in await of(desk, name).views.list()] for name in PEOPLE}
    assert seen == {
        "ana": [("ana", "Mine"), ("ana", "Urgent")],
        "ben": [("ana", "Urgent"), ("ben", "Urgent")],
        "eve": [],
    }
    (shared, own) = (await of(desk, "ben").views.list()).items
    assert shared.command == "servicedesk tickets list --priority P1 --priority P2 --columns title"
    assert (own.is_pinned, own.opens.call) == (True, "sla.breached")
    assert [one.name for one in await of(desk, "ben").views.list(of="tickets.list")] == ["Urgent"]
    with pytest.raises(NotFoundLocallyError, match='no view "Mine"'):
        await of(desk, "ben").views.remove("Mine")
    await desk.views.remove("Mine")
    await desk.views.save("Urgent", "tickets.list", given=("priority=P1",))
    assert [(one.name, one.is_shared) for one in await desk.views.list()] == [("Urgent", False)]


async def test_a_pinned_view_counts_what_its_owner_sees(desk):
    for name in ("ana", "eve"):
        await of(desk, name).views.save("Urgent", "tickets.list", given=("priority=P1", "limit=1"), pinned=True)
    await desk.views.save("Gone", "tickets.list", given=("connection=gone",), pinned=True)
    counted = {name: [(one.label, one.count) for one in await of(desk, name).views.pinned()] for name in ("ana", "eve")}
    assert counted == {"ana": [("Urgent", 2)], "eve": [("Urgent", 1)]}


@pytest.mark.parametrize(
    ("name", "of_", "given", "said"),
    [
        (" ", "tickets.list", (), "no name"),
        ("x" * 81, "tickets.list", (), "too long"),
        ("x", "tickets.list", ("text=" + "x" * 8_000,), "too long"),
        ("x", "tickets.lst", (), 'Did you mean "tickets.list"'),
        ("x", "tickets.list", ("prioriti=P1",), "There is no parameter"),
        ("x", "tickets.list", ("priority",), "NAME=VALUE"),
        ("x", "tickets.list", ("all=perhaps",), 'is no "perhaps"'),
        ("x", "tickets.list", ("columns=weight",), "is no column"),
    ],
)
async def test_what_could_not_be_opened_is_not_kept(desk, name, of_, given, said):
    with pytest.raises(SettingsError, match=said):
        await desk.views.save(name, of_, given=given)
    assert not (await desk.views.list()).items


async def test_whoever_sees_a_part_of_the_desk_shares_nothing_with_the_others(desk):
    with pytest.raises(NotPermittedError, match="sees a part of the desk"):
        await of(desk, "eve").views.save("Call this number", "tickets.list", shared=True)
    await of(desk, "eve").views.save("Ours", "tickets.list")
    assert [one.name for one in (await of(desk, "ben").views.list()).items] == []
