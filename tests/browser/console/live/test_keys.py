"""Single keys lead around, outside fields only, and can be switched off."""

import pytest

pytestmark = pytest.mark.browser


def focused(tab):
    return tab.evaluate("document.activeElement.closest('[data-row]')?.id ?? document.activeElement.tagName")


def test_rows_are_walked_opened_and_selected(tab, desk):
    for key, row in (("j", "T1"), ("j", "T2"), ("j", "T3"), ("k", "T2")):
        tab.keyboard.press(key)
        assert focused(tab) == row
    tab.keyboard.press("x")
    assert tab.is_checked("#T2 input")
    assert tab.inner_text("output") == "1 of 5 selected"
    tab.keyboard.press("x")
    tab.keyboard.press("j")
    tab.keyboard.press("o")
    tab.wait_for_url("**/desk?ticket=T3")
    tab.keyboard.press("j")
    tab.keyboard.press("Enter")
    tab.wait_for_url("**/desk?ticket=T1")


@pytest.mark.parametrize(
    ("keys", "leads"),
    [
        ("g t", "/desk?at=tickets"),
        ("g l", "/desk?at=sla"),
        ("j j a", "/desk?assign=T2"),
        ("j n", "/desk?note=T1"),
        ("j x a", "/bulk?select=T1"),
        ("j x j a", "/bulk?select=T1"),
        ("j j e", "/bulk?done=acknowledged&select=T2"),
    ],
)
def test_keys_lead_where_links_and_buttons_do(tab, keys, leads):
    for key in keys.split():
        tab.keyboard.press(key)
    tab.wait_for_url(f"**{leads}")


def test_search_filters_and_help_are_a_key_away(tab):
    tab.keyboard.press("/")
    tab.keyboard.type("g t / j ?")
    assert tab.input_value("[type=search]") == "g t / j ?"
    tab.evaluate("document.activeElement.blur()")
    tab.keyboard.press("f")
    tab.keyboard.type("Harbor")
    assert tab.input_value("[aria-label=Client]") == "Harbor"
    tab.evaluate("document.activeElement.blur()")
    tab.keyboard.press("?")
    assert tab.locator("dialog").inner_text().startswith("j")
    assert tab.get_by_role("dialog", name="Keys").is_visible()
    tab.keyboard.press("j")
    assert focused(tab) != "T1"
    tab.keyboard.press("Escape")
    assert not tab.locator("dialog").is_visible()


@pytest.mark.parametrize("key", ["Control+j", "Alt+j", "Meta+j", "z"])
def test_other_keys_are_left_alone(tab, key):
    tab.evaluate("addEventListener('keydown', (event) => (window.taken = event.defaultPrevented))")
    tab.keyboard.press(key)
    assert tab.evaluate("window.taken") is False
    assert focused(tab) == "BODY"


def test_a_page_is_read_again_by_a_full_stop(tab):
    with tab.expect_navigation():
        tab.keyboard.press(".")


def test_they_can_be_switched_off(desk, tab):
    desk.keys = "off"
    tab.reload()
    for key in ("j", "/", "g", "t", "?"):
        tab.keyboard.press(key)
    assert focused(tab) == "BODY"
    assert tab.locator("dialog").count() == 0
    assert tab.url == desk.address


def test_a_link_is_copied(tab):
    tab.context.grant_permissions(["clipboard-read", "clipboard-write"])
    tab.goto(tab.url + "?client=Harbor%20Ltd")
    tab.click("text=Copy link")
    tab.wait_for_selector("#copied")
    assert tab.evaluate("navigator.clipboard.readText()") == tab.url
