"""What everybody was rung for, and nobody has taken on, stands on top of every page until somebody acts."""

import pytest

from servicedesk_core.features.paging import open_page, tables
from tests.web.console.acting.conftest import opened

LINK = 'href="/acts/paging/acknowledge?number='


@pytest.fixture
async def page(desk):
    now = desk.clock.now()

    def ring(tx):
        open_page(tx, "p1/1", "P1 T1 Mail <b>is down</b>", "Look.", now, ticket_id=1)
        open_page(tx, "p1/2", "P1 T5 No power", "Look.", now, ticket_id=5)
        for number, rung in ((1, 10), (2, 9)):
            tables.change(tx, number, rung=rung)

    await desk.store.write(ring)


async def test_it_is_told_on_every_page_with_where_it_is_taken_on(page, browser):
    ana = await browser()
    for path in ("/lists/tickets/list", "/me", "/approvals", "/desks/service/sla"):
        shown = (await ana.get(path)).text
        assert "Nobody has taken on page 1</b>: P1 T1 Mail &lt;b&gt;is down" in shown, path
        assert f"{LINK}1" in shown, path
        assert "page 2" not in shown, "its rounds go on"
    _, action = await opened(ana, "/acts/paging/acknowledge?number=1")
    await ana.post(action, {"number": "1", "_do": "do"})
    assert "Nobody has taken on" not in (await ana.get("/me")).text


async def test_who_is_no_colleague_is_told_nothing_of_it(page, browser):
    assert "Nobody has taken on" not in (await (await browser("eve")).get("/lists/tickets/list")).text


async def test_the_page_of_escalation_has_what_rings_and_what_is_decided_in_advance(page, browser):
    shown = (await (await browser()).get("/desks/service/escalation")).text
    for title in ("Rings, or is taken on", "Alert rules", "Standing approvals", "Next steps on promises"):
        assert title in shown
    assert "P1 T5 No power" in shown
