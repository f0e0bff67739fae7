"""The pages of tickets in a browser: search by its key, a ticket's acts by theirs, a technician's telephone."""

import pytest


@pytest.mark.browser
def test_a_number_that_is_typed_opens_its_ticket_and_a_key_its_acts(look):
    page = look(path="/desks/service/tickets")
    page.keyboard.press("/")
    page.keyboard.type("T-ALL")
    page.keyboard.press("Enter")
    page.wait_for_url("**/tickets/T-ALL?connection=psa")
    page.locator("#content").focus()
    page.keyboard.press("n")
    page.wait_for_url("**/acts/tickets/note?ticket=T-ALL&connection=psa*")


@pytest.mark.browser
@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
def test_a_telephone_shows_what_comes_next_with_buttons_that_a_thumb_hits(look, faults, script):
    page = look("ben", "/me", width=390, scheme="dark", script=script)
    assert not page.is_wide
    buttons = page.locator(".steps a")
    assert [one.split()[0] for one in buttons.all_inner_texts()] == ["Start", "Note", "Log", "Done", "Cannot", "Snooze"]
    targets = [*buttons.all(), *page.locator("a.target").all()]
    assert min(one.bounding_box()["height"] for one in targets) >= 44
    if script:
        assert faults(page) == []
        assert page.evaluate("[localStorage.length, sessionStorage.length]") == [0, 0]
