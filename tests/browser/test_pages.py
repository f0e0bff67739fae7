"""Every page, in both schemes and at both widths: for everybody, on every screen, and safe."""

import re

import pytest

from tests.browser.conftest import PICTURES

pytestmark = pytest.mark.browser
PAGES = ["desk", "morning", "client", "warranty", "claim", "dashboard"]
WIDTHS = [1400, 390]
SCHEMES = ["light", "dark"]


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", PAGES)
def test_everybody_can_use_it(visit, axe, name, width, scheme):
    page = visit(name, width=width, scheme=scheme)
    found = page.evaluate(f"{axe}; axe.run()")
    assert [(one["id"], one["nodes"][0]["html"]) for one in found["violations"]] == []
    PICTURES.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=PICTURES / f"{name}-{width}-{scheme}.png", full_page=True)


def test_everybody_can_use_a_filtered_list(visit, axe):
    page = visit(fragment="#list=overdue&priority=P1&sort=-age&q=printer")
    found = page.evaluate(f"{axe}; axe.run()")
    assert [(one["id"], one["nodes"][0]["html"]) for one in found["violations"]] == []


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("script", [True, False])
def test_nothing_lies_beside_the_screen_of_a_telephone(visit, name, script):
    page = visit(name, width=390, script=script)
    assert page.evaluate("document.documentElement.scrollWidth") == 390


def test_a_telephone_shows_number_title_priority_and_age(visit):
    page = visit(width=390)
    heads = page.locator(".listing thead th").filter(visible=True).all_inner_texts()
    assert [head.strip() for head in heads] == ["Ticket", "Title", "Priority", "Age"]
    assert len(visit(width=1400).locator(".listing thead th").filter(visible=True).all()) == 12


def test_numbers_stand_below_each_other(visit):
    cells = visit("dashboard").locator("#block-2 tr > :last-child")
    assert cells.evaluate_all("all => all.map(one => getComputedStyle(one).textAlign)") == ["right"] * 4


@pytest.mark.parametrize("part", [".bars th", ".scroll"])
def test_a_telephone_cuts_nothing_of_a_dashboard_off(visit, part):
    parts = visit("dashboard", width=390).locator(part)
    assert parts.count() > 0
    assert parts.evaluate_all("all => all.filter(one => one.scrollWidth > one.clientWidth).length") == 0


@pytest.mark.parametrize("name", PAGES)
def test_dark_is_dark(visit, name):
    colours = [
        visit(name, scheme=scheme).evaluate("getComputedStyle(document.body).backgroundColor") for scheme in SCHEMES
    ]
    assert colours == ["rgb(255, 255, 255)", "rgb(13, 17, 23)"]


@pytest.mark.parametrize("name", PAGES)
def test_what_others_wrote_is_text(visit, name):
    page = visit(name)
    assert page.title() != "owned"
    assert page.locator("img").count() == 0
    assert page.locator("script").count() == (name in {"desk", "morning", "client"})


def test_what_is_not_the_pages_own_neither_runs_nor_applies(chromium, pages):
    page = chromium.new_page()
    blocked = []
    page.on("console", lambda message: blocked.append(message.text))
    page.goto(pages["desk"])
    page.evaluate(
        """() => {
          const script = document.createElement("script");
          script.textContent = "document.title = 'owned'";
          document.body.append(script);
          const text = "<b style='color: red' onclick='document.title = `owned`'>x</b>";
          document.body.insertAdjacentHTML("beforeend", text);
          document.querySelector("body > b").click();
        }"""
    )
    assert page.title() != "owned"
    assert page.evaluate("getComputedStyle(document.querySelector('body > b')).color") != "rgb(255, 0, 0)"
    assert len(blocked) == 3
    assert all("Content Security Policy" in one for one in blocked)
    page.close()


@pytest.mark.parametrize("fragment", ["", "#list=overdue"])
@pytest.mark.parametrize("paper", ["A4", "Letter"])
def test_the_desk_page_is_two_sheets(visit, paper, fragment):
    page = visit(fragment=fragment)
    margin = dict.fromkeys(("top", "right", "bottom", "left"), "10mm")
    pdf = page.pdf(format=paper, margin=margin)
    PICTURES.mkdir(parents=True, exist_ok=True)
    (PICTURES / f"desk-{paper}{fragment.replace('#', '-')}.pdf").write_bytes(pdf)
    assert len(re.findall(rb"/Type\s*/Page\b", pdf)) == 2
