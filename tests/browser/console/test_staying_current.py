"""The console's own pages stay current and are walked by keys, in a real browser under the strict policy."""

import pytest

from servicedesk_core.domain import Ticket
from servicedesk_core.store import records, sources
from servicedesk_core.store.records import Incoming
from tests.web.console.filled import NOW

pytestmark = pytest.mark.browser

NEW = Ticket(external_id="fresh", number="T20260311.9999", title="Line 0 is dead", company_ref="c1", created_at=NOW)


def land(served, title):
    """Let the PSA tell of a ticket."""
    row = NEW.model_copy(update={"title": title})

    def work(tx):
        source = sources.ensure(tx, "psa", "tabular", "live", NOW)
        records.apply(tx, source.id, "tickets", [Incoming(row, {}, None, "1")], mode="incremental", now=NOW)

    served.run(served.desk.store.write(work))


def test_a_list_changes_while_it_is_open_but_not_what_is_selected(served, look):
    page = look(path="/lists/tickets/list?sort=-created_at&search=Line")
    land(served, "Line 1 is dead")
    page.wait_for_selector("text=Line 1 is dead")
    row = page.locator("[data-row]", has_text="Line 1 is dead")
    row.locator("input[type=checkbox]").check()
    land(served, "Line 2 is dead")
    page.click("text=1 change · show")
    page.wait_for_selector("text=Line 2 is dead")
    assert page.locator("[data-row]", has_text="Line 2 is dead").locator("input[type=checkbox]").is_checked()
    assert page.inner_text("output[data-count]").startswith("1 of ")


def test_keys_lead_from_page_to_page_to_row(look):
    page = look(path="/desks/service")
    with page.expect_navigation():
        page.keyboard.press("g")
        page.keyboard.press("t")
    assert page.url.endswith("/desks/service/tickets")
    page.to("/lists/tickets/list")
    page.keyboard.press("j")
    page.keyboard.press("j")
    target = page.evaluate("document.activeElement.href")
    with page.expect_navigation():
        page.keyboard.press("o")
    assert page.url == target
    page.keyboard.press("/")
    page.keyboard.type("j?")
    assert page.input_value("[data-key='/']") == "j?"
    page.keyboard.press("Tab")
    page.keyboard.press("?")
    page.wait_for_selector("dialog[open] >> text=Next row")
