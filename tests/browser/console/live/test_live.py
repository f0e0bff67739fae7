"""Open pages stay current, and say when they are not, without taking anything from whoever works in them."""

import pytest

from tests.browser.console.live.conftest import until

pytestmark = pytest.mark.browser

LOST = "#not-live"


def hide(tab, *, is_hidden):
    """Put the tab behind another one, or before all."""
    tab.evaluate(
        """(hidden) => { Object.defineProperty(document, "hidden", { value: hidden, configurable: true });
           document.dispatchEvent(new Event("visibilitychange")); }""",
        is_hidden,
    )


def count_of_streams(desk, tab, number):
    until(tab, lambda: len(desk.streams) == number)


def test_what_changed_arrives_and_the_rest_stays_as_it_is(desk, tab):
    tab.focus("#open")
    tab.evaluate("document.getElementById('open').mark = 1")
    tab.click("#more summary")
    tab.focus("#open")
    desk.act(rows=desk.rows | {"T6": "<b>Mailbox</b> full"})
    tab.wait_for_selector("#T6")
    assert tab.inner_text("#T6 a >> nth=0") == "<b>Mailbox</b> full"
    until(tab, lambda: tab.inner_text("#open") == "6 open")
    assert tab.evaluate("[document.activeElement.id, document.activeElement.mark]") == ["open", 1]
    assert tab.get_attribute("#more", "open") is not None
    assert tab.locator(LOST).count() == 0


def test_rows_being_selected_wait_until_they_are_asked_for(desk, tab):
    tab.check("#T2 input")
    assert tab.inner_text("output") == "1 of 5 selected"
    desk.act(rows={"T1": "Printer 1", "T2": "Printer two", "T3": "Printer 3", "T6": "Mailbox"}, note="later")
    tab.click("text=4 changes · show")
    tab.wait_for_selector("#T6")
    assert tab.inner_text("#T2 a >> nth=0") == "Printer two"
    assert tab.is_checked("#T2 input")
    assert tab.inner_text("output") == "1 of 4 selected"
    assert tab.locator(".held").count() == 0


def test_a_selection_stays_with_what_was_selected(desk, tab):
    desk.have_ids = False
    tab.reload()
    tab.check("[value=T2]")
    desk.act(rows={"T6": "Mailbox", "T7": "Monitor", "T2": "Printer two", "T1": "Printer one"})
    tab.click(".held")
    tab.wait_for_selector("[value=T6]")
    assert tab.eval_on_selector_all("[data-row] :checked", "boxes => boxes.map((box) => box.value)") == ["T2"]


def test_what_waits_comes_when_nothing_is_selected_any_more(desk, tab):
    tab.check("[data-all]")
    assert tab.inner_text("output") == "5 of 5 selected"
    desk.act(rows=desk.rows | {"T6": "Mailbox"})
    tab.wait_for_selector("text=1 change · show")
    tab.uncheck("[data-all]")
    tab.wait_for_selector("#T6")
    assert tab.locator(".held").count() == 0


def test_nobody_loses_what_they_type(desk, tab):
    tab.locator("textarea").press_sequentially("half a sen")
    desk.act(note="another one")
    tab.wait_for_selector("text=1 change · show")
    tab.keyboard.type("tence")
    assert tab.input_value("textarea") == "half a sentence"
    tab.wait_for_selector("#more p:text('another one')", state="attached")  # what nobody works in is current


def test_a_restarted_server_is_noticed_and_the_page_goes_on(desk, tab):
    count_of_streams(desk, tab, 1)
    tab.clock.install()
    desk.stop()
    tab.wait_for_selector(f"{LOST}:text('started anew')")
    assert tab.title() == "Not live · Desk"
    desk.rows = {"T9": "After the night"}
    desk.start()
    for _ in range(100):  # its attempts come ever later
        tab.clock.run_for(1_000)
        if tab.locator("#T9").count():
            break
        tab.wait_for_timeout(20)
    tab.wait_for_selector("#T9")
    until(tab, lambda: tab.title() == "Desk")
    assert tab.locator(LOST).count() == 0


def test_a_stream_that_falls_silent_is_lost_within_fifteen_seconds(desk, tab):
    desk.stop()
    desk.start(beat_s=3_600)
    tab.clock.install()
    tab.goto(desk.address)
    desk.act(rows=desk.rows | {"T6": "Mailbox"})
    tab.wait_for_selector("#T6")
    until(tab, lambda: tab.inner_text("#open") == "6 open")  # the last that is heard
    tab.clock.run_for(10_000)
    assert tab.title() == "Desk"
    titles = [tab.title() for _ in range(5) if tab.clock.run_for(1_000) is None]
    assert "Not live · Desk" in titles
    until(tab, lambda: tab.title() == "Desk")  # and found again


def test_a_hidden_tab_lets_go_and_comes_back(desk, tab):
    count_of_streams(desk, tab, 1)
    hide(tab, is_hidden=True)
    count_of_streams(desk, tab, 0)
    desk.act(rows=desk.rows | {"T6": "Mailbox"})
    hide(tab, is_hidden=False)
    tab.wait_for_selector("#T6")
    assert tab.locator(LOST).count() == 0


def test_a_page_too_many_says_that_it_is_not_live(desk, tab):
    desk.stop()
    desk.start(at_most=1)
    tab.goto(desk.address)
    count_of_streams(desk, tab, 1)
    other = tab.context.new_page()
    other.goto(desk.address)
    other.wait_for_selector(f"{LOST}:text('Too many pages')")
    assert other.title() == "Not live · Desk"
    assert tab.title() == "Desk"
    tab.close()
    until(other, lambda: other.title() == "Desk")  # it came back by itself


def test_who_is_signed_out_is_told_so_and_nothing_else(desk, tab):
    count_of_streams(desk, tab, 1)
    desk.is_signed_in = False
    desk.act(rows=desk.rows | {"T6": "Mailbox"})
    tab.wait_for_selector(f"{LOST}:text('signed out')")
    count_of_streams(desk, tab, 0)
    assert tab.locator("#T6").count() == 0


def test_times_go_on(tab):
    assert tab.inner_text("#soon") == "in 5 min · 03:04"
    assert tab.inner_text("#long") == "2020-05-06 09:08"
    tab.clock.install()
    tab.reload()
    tab.clock.run_for(5 * 60_000)
    assert tab.inner_text("#soon") == "in 0 min · 03:04"
    tab.clock.run_for(60_000)
    assert tab.inner_text("#soon") == "now"
    tab.clock.run_for(2 * 60_000)
    assert tab.inner_text("#soon") == "2 min ago"
