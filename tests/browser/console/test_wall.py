"""A wall screen in a real browser: read from across the room, current by itself, dark when it is taken off."""

from urllib.parse import urlsplit

import pytest

from servicedesk_core.domain import Priority, StatusCategory, Ticket
from servicedesk_core.people import Actor, Way
from servicedesk_core.store import records, sources
from servicedesk_core.store.records import Incoming
from tests.web.console.filled import NOW

pytestmark = pytest.mark.browser


@pytest.fixture
def walls(served):
    return served.desk.acting_as(Actor("user:ana", Way.CONSOLE)).walls


@pytest.fixture
def screen(served, walls, look):
    """Return a function that hangs up a page, and returns the screen and the number of its wall."""

    def hung(page="desks.service", **given):
        made = served.run(walls.new(page, name="Hall"))
        one = look(None, urlsplit(made.link).path, **given)
        assert urlsplit(one.url).path == "/wall"
        return one, made.id

    return hung


@pytest.mark.parametrize(("width", "scheme"), [(1920, "light"), (1920, "dark"), (390, "light")])
@pytest.mark.parametrize("page", ["desks.service", "desks.sla"])
def test_it_has_no_faults_and_opens_nothing(screen, faults, page, width, scheme):
    one, _ = screen(page, width=width, scheme=scheme)
    assert not one.is_wide
    assert faults(one) == []
    assert one.locator("main a[href]").count() == 0
    assert one.locator("main").get_by_role("button").count() == 0


def test_it_changes_while_nobody_touches_it_and_ends_when_it_is_taken_off(served, walls, screen):
    one, number = screen()
    emergencies = one.locator(".tile", has_text="emergencies that nobody has touched")
    before = int(emergencies.locator("b").inner_text())
    row = Ticket(external_id="wall", number="T20260311.8888", title="All is dead", status_category=StatusCategory.NEW,
                 priority=Priority.P1, company_ref="c1", created_at=NOW)  # fmt: skip

    def work(tx):
        source = sources.ensure(tx, "psa", "tabular", "live", NOW)
        records.apply(tx, source.id, "tickets", [Incoming(row, {}, None, "1")], mode="incremental", now=NOW)

    served.run(served.desk.store.write(work))
    emergencies.locator(f"b:text-is('{before + 1}')").wait_for()
    assert "All is dead" not in one.inner_text("body"), "whoever passes reads no titles"
    served.run(walls.revoke(number))
    one.wait_for_selector("text=took it off")
    assert one.locator(".tile").count() == 0
