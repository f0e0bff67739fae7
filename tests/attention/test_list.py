"""The list of attention, from the store."""

from datetime import UTC, datetime, timedelta

import pytest

from servicedesk_core.desk.stored import StoredDesk
from servicedesk_core.errors import NotFoundLocallyError
from servicedesk_core.features.attention.model import NextActor, Reason
from servicedesk_core.features.tickets import TicketChoice
from servicedesk_core.people import Actor, Way
from servicedesk_core.store.queries.scope import Scope
from servicedesk_core.testing import FakeClock
from tests.attention.conftest import NOW


@pytest.fixture
async def desk(store):
    async with StoredDesk({"desk": {"name": "Acme Desk"}}, store=store, clock=FakeClock(NOW)) as desk:
        yield desk


async def test_what_somebody_has_to_look_at_comes_with_the_gravest_first(desk):
    found = await desk.attention.list()
    assert [(row.number, row.reason, row.next_actor) for row in found] == [
        ("T1", Reason.EMERGENCY, NextActor.COORDINATOR),
        ("T2", Reason.CLIENT_REPLIED, NextActor.TECHNICIAN),
        ("T4", Reason.BLACK_HOLE, None),
        ("T3", Reason.LATE, NextActor.TECHNICIAN),
        ("T6", Reason.NO_COVER, NextActor.COORDINATOR),
        ("T7", Reason.NO_COVER, NextActor.COORDINATOR),
    ]
    assert (found.items[1].company, found.items[1].assignee) == ("Acme & Sons", "Ana")


async def test_every_open_ticket_has_one_who_acts_next_and_the_list_goes_on_page_by_page(desk):
    seen, after = {}, None
    while True:
        page = await desk.attention.list(everything=True, limit=2, after=after)
        seen |= {row.number: (row.rule, row.next_actor) for row in page}
        if (after := page.next) is None:
            break
    assert sorted(seen) == ["T1", "T2", "T3", "T4", "T5", "T6", "T7", "T9"]
    assert seen["T5"] == ("booked", NextActor.CALENDAR)
    assert seen["T9"] == ("watched", NextActor.TECHNICIAN)


async def test_the_list_narrows_and_keeps_to_a_scope(desk):
    async def numbers(*chosen, **more):
        return [row.number for row in await desk.attention.list(*chosen, **more)]

    assert await numbers(reason=Reason.BLACK_HOLE) == ["T4"]
    assert await numbers(actor=NextActor.COORDINATOR) == ["T1", "T6", "T7"]
    assert await numbers(TicketChoice(assignee=("Ben", "none"))) == ["T6"]
    assert await numbers(TicketChoice(company=("Globex",))) == []
    assert await numbers(everything=True, scope=Scope("psa", companies="c2")) == ["T9"]
    assert await numbers(sort="-next_at,local_id", limit=2) == ["T7", "T6"]
    with pytest.raises(NotFoundLocallyError):
        await numbers(TicketChoice(connection="other"))


async def test_who_is_not_of_the_staff_learns_neither_who_is_away_nor_of_internal_notes(store):
    settings = {"connections": {"psa": {"connector": "tabular"}},
                "people": {"kim": {"roles": ["client-contact"], "companies": ["c1"]},
                           "bob": {"roles": ["technician"]}, "ana": {"roles": ["coordinator"]}}}  # fmt: skip
    own = Scope("psa", companies="c1")
    async with StoredDesk(settings, store=store, clock=FakeClock(NOW)) as desk:
        kim, ana = (desk.acting_as(Actor(f"user:{name}", Way.SDK)) for name in ("kim", "ana"))
        assert [(row.number, row.reason) for row in await kim.attention.list()] == [
            ("T1", Reason.EMERGENCY),
            ("T3", Reason.LATE),
        ]
        for reader, client_h in ((kim, None), (ana, 2)):
            away, noted = [(await reader.explain(number, scope=own)).standing for number in ("T6", "T2")]
            assert (away.back_at, away.is_left) == (None, False)
            assert noted.client_at == (client_h and NOW - timedelta(hours=client_h))
        bob = desk.acting_as(Actor("user:bob", Way.SDK))
        told = [(await bob.explain(number)).standing for number in ("T6", "T7")]
        assert [(one.back_at, one.is_left) for one in told] == [(None, False), (None, True)]
        assert (await bob.report.morning()).absent == ()
        told = await ana.explain("T6")
        assert (told.standing.back_at, told.reason) == (datetime(2026, 3, 13, tzinfo=UTC), Reason.NO_COVER)
        page = await kim.report.morning()
        assert (page.absent, Reason.NO_COVER in page.reasons, page.client_replied.count) == ((), False, 0)
