"""Pages of the console by script, scheme, width, keyboard and paper; with no fault that axe-core knows."""

import pytest

from tests.web.console import every

PAGES = {
    "every": every.ADDRESS,
    "service": "/desks/service",
    "sla": "/desks/service/sla",
    "tickets": "/desks/service/tickets",
    "escalation": "/desks/service/escalation",
    "warranty": "/desks/service/warranty",
    "parts": "/desks/service/parts",
    "billing": "/desks/service/billing",
    "reports": "/desks/service/reports",
    "schedule": "/desks/schedule/show",
    "account": "/account",
    "approvals": "/approvals",
    "form": "/acts/tickets/update?ticket=T-ALL&connection=psa",
    "ticket": "/tickets/T-ALL",
    "search": "/search?q=printer",
    "list": "/lists/tickets/list",
    "record": "/records/status",
    "problem": "/nowhere",
    "keys": "/keys",
}
WIDTHS = (390, 768, 1280)
FOCUSED = """() => {
  const one = document.activeElement, style = getComputedStyle(one), { width } = one.getBoundingClientRect();
  const isOutlined = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
  return one === document.body ? null : [one.outerHTML.split(">")[0], one.checkVisibility() && width > 1 && isOutlined];
}"""

OFFERED = """() => [...document.querySelectorAll("main :is(a[href], button, summary, input, select, textarea)")]
  .filter((one) => one.type !== "hidden" && !one.hidden && one.checkVisibility())
  .map((one) => one.ariaLabel || one.innerText || one.id)"""
UNREACHED = """() => [...document.querySelectorAll("a[href], button, summary, input, select, textarea")]
  .filter((one) => one.type !== "hidden" && one.type !== "radio" && one.checkVisibility())
  .filter((one) => !one.hasAttribute("data-reached"))
  .map((one) => one.outerHTML.slice(0, 120))"""
"""What a form or a link offers, and what the keyboard has not come to; of a group of radio buttons it comes to one."""


@pytest.mark.browser
@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
def test_every_block_at_every_width_in_both_schemes(look, faults, width, scheme, script):
    page = look(path=every.ADDRESS, width=width, scheme=scheme, script=script)
    assert not page.is_wide
    assert page.locator("section.block").count() == 10
    assert page.locator("a.n, .tile a, .sentence a").count() > 20
    if script:
        assert faults(page) == []


@pytest.mark.browser
@pytest.mark.parametrize(("width", "scheme"), [(390, "dark"), (1280, "light")])
@pytest.mark.parametrize("name", [name for name in PAGES if name != "every"])
def test_each_page_on_a_phone_in_the_dark_and_on_a_screen(look, faults, name, width, scheme):
    page = look(path=PAGES[name], width=width, scheme=scheme)
    assert not page.is_wide
    assert faults(page) == []


@pytest.mark.browser
def test_all_that_can_be_reached_is_reached_by_keyboard_and_seen(look):
    page = look(path=every.ADDRESS)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    seen, unseen = set(), []
    for _ in range(200):
        told = page.evaluate(FOCUSED)
        if told is None:
            break
        seen.add(told[0])
        if not told[1]:
            unseen.append(told[0])
        page.keyboard.press("Tab")
    assert unseen == []
    links = page.eval_on_selector_all("a[href]", "all => all.filter(one => one.checkVisibility()).length")
    assert len(seen) >= links * 0.5  # the same link stands behind several numbers
    page.to(every.ADDRESS)
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "content"


@pytest.mark.browser
def test_on_paper_there_is_what_it_is_and_nothing_to_click(look):
    page = look(path=f"{every.ADDRESS}?about=printers")
    page.emulate_media(media="print")
    text = page.inner_text("body")
    for said in (f"{every.ADDRESS}?about=printers", "America/New_York", "As of", "About: printers"):
        assert said in text, said
    for gone in ("nav", "form", "button", ".takeaway", ".skip"):
        assert page.locator(gone).evaluate_all("all => all.filter(one => one.checkVisibility()).length") == 0, gone
    paper = page.pdf(format="A4")
    assert paper.startswith(b"%PDF-")


@pytest.mark.browser
@pytest.mark.parametrize("name", [name for name in PAGES if name != "every"])
def test_each_page_is_walked_by_keyboard_and_loses_nothing_without_script(look, name):
    page = look(path=PAGES[name])
    with_script = page.evaluate(OFFERED)
    for _ in range(1_000):
        page.keyboard.press("Tab")
        if (told := page.evaluate(FOCUSED)) is None:
            if page.evaluate(UNREACHED) == []:
                break
            continue  # a form begins at its first field, and the frame comes after its end
        assert told[1] or "data-reached" in told[0], told[0]  # the parts of a field of a day are one field
        page.evaluate("document.activeElement.setAttribute('data-reached', '')")
    assert page.evaluate(UNREACHED) == []
    without = look(path=PAGES[name], script=False).evaluate(OFFERED)
    assert set(with_script) - set(without) <= {"Print", "Copy link", "Select all"}


@pytest.mark.browser
@pytest.mark.parametrize("name", ["service", "sla", "tickets", "warranty", "parts", "billing", "reports", "ticket"])
def test_each_page_of_the_desk_is_printed(look, name):
    page = look(path=PAGES[name])
    page.emulate_media(media="print")
    text = page.inner_text("body")
    assert PAGES[name] in text
    assert "America/New_York" in text
    for gone in ("nav", "input", "button", ".takeaway", ".skip"):
        assert page.locator(gone).evaluate_all("all => all.filter(one => one.checkVisibility()).length") == 0, gone
    assert page.pdf(format="A4").startswith(b"%PDF-")


@pytest.mark.browser
def test_texts_of_others_stay_texts(look):
    page = look(path="/lists/tickets/list?limit=200")
    assert "<script>alert('x')</script>" in page.inner_text("main")
    assert page.title().endswith("Küche & Söhne <MSP>")
    assert page.locator("main script, main img").count() == 0


@pytest.mark.browser
def test_a_first_visit_is_small_and_asks_nobody_else(look, served):
    page = look(path="/desks/service")
    sizes = []
    client = page.context.new_cdp_session(page.page)
    client.send("Network.enable")
    client.send("Network.setCacheDisabled", {"cacheDisabled": True})
    client.on("Network.loadingFinished", lambda told: sizes.append(told["encodedDataLength"]))
    page.to("/desks/service")
    page.wait_for_load_state("networkidle")
    assert len(sizes) <= 7
    assert sum(sizes) <= 60_000
    client.send("Network.setCacheDisabled", {"cacheDisabled": False})
    page.to("/desks/service")
    sizes.clear()
    page.to("/lists/tickets/list")
    assert sum(sizes) <= 25_000
