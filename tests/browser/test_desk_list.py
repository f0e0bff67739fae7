"""The list of the desk page: its numbers open their tickets, combine, and stand in the address."""

import pytest

from servicedesk_core.features.report.facets import Counted, facets_of
from servicedesk_core.printing import printable
from tests.browser.conftest import TICKETS, _ticket

pytestmark = pytest.mark.browser


@pytest.fixture(scope="session")
def expected(report):
    """Numbers of the tickets that the figures of each kind and value count."""
    counted = Counted(facets_of(report))
    places = {row.number: {(facet.kind, facet.value) for facet in counted.by(row)} for row in report.tickets}
    return lambda *wanted: [number for number, found in places.items() if set(wanted) <= found]


@pytest.mark.parametrize("script", [True, False])
def test_every_number_opens_exactly_its_tickets(visit, report, script):
    page = visit(script=script)
    assert len(page.rows) == report.numbers.open.count == TICKETS
    page.evaluate("for (const one of document.querySelectorAll('.card details')) one.open = true")
    for facet in facets_of(report):
        link = page.locator(f'a[href^="#"][data-filter="{facet.mark}"]').first
        assert link.inner_text().split()[0] == str(facet.count)
        link.click()
        notes = page.locator(".filter").filter(visible=True).all_inner_texts()
        told = printable(f"{facet.group}: {facet.label}".removeprefix(": "))
        assert [note.startswith(f"{told}: {facet.count} open ticket") for note in notes] == [True]
        assert len(page.rows) == facet.count, facet
        if script:
            page.get_by_text("Remove this filter").filter(visible=True).click()
    page.get_by_role("link", name="Show all").click()
    assert len(page.rows) == TICKETS


def test_filters_combine_and_the_address_keeps_them(visit, expected):
    page = visit()
    page.figure("list", "overdue").click()
    assert page.rows == expected(("list", "overdue"))
    page.figure("queue", "Queue & 1").click()
    both = expected(("list", "overdue"), ("queue", "Queue & 1"))
    assert page.rows == both
    page.figure("queue", "Queue & 3").click()
    either = sorted(both + expected(("list", "overdue"), ("queue", "Queue & 3")), reverse=True)
    assert page.rows == either
    page.figure("list", "unassigned").click()
    fewer = [number for number in either if number in expected(("list", "unassigned"))]
    assert page.rows == fewer
    assert page.status == f"{len(fewer)} of {TICKETS} rows"
    assert page.locator('.card a[aria-current="true"]').all_inner_texts() != []

    linked = visit(fragment=page.evaluate("location.hash"))
    assert linked.rows == fewer
    page.go_back()
    assert page.rows == either
    page.get_by_role("link", name="Show all").click()
    assert len(page.rows) == TICKETS


def test_an_address_that_asks_for_what_is_not_counted_today_shows_nothing_and_says_so(visit):
    page = visit(fragment="#technician=Gone+Person")
    assert page.rows == []
    assert "does not count" in page.status


def test_search_looks_into_all_columns_and_stands_in_the_address(visit):
    page = visit()
    page.get_by_label("Search").fill("mailbox client 4")
    assert page.rows
    assert all("Mailbox" in row.inner_text() for row in page.locator(".listing tbody tr").filter(visible=True).all())
    found = page.rows
    assert visit(fragment=page.evaluate("location.hash")).rows == found
    page.get_by_label("Search").fill("")
    assert len(page.rows) == TICKETS


def test_a_heading_sorts_up_down_and_not_at_all(visit):
    page = visit()
    unsorted, heading = page.rows, page.get_by_role("button", name="Priority")
    column = ".listing tbody tr td:nth-child(7)"
    heading.click()
    up = page.locator(column).all_inner_texts()
    assert up == sorted(up, key=lambda word: (word == "", word))
    assert page.locator("th[aria-sort=ascending]").inner_text().strip() == "Priority"
    heading.click()
    down = page.locator(column).all_inner_texts()
    assert down == sorted(up, key=lambda word: (word != "", word), reverse=True)[: len(down)]
    heading.click()
    assert page.rows == unsorted
    page.get_by_role("button", name="Due").click()
    with_due = [n for n in range(TICKETS) if n % 4]
    assert page.rows[: len(with_due)] == [_ticket(n).number for n in sorted(with_due, reverse=True)]


def test_everything_can_be_done_with_the_keyboard(visit, expected):
    page = visit()
    page.figure("list", "overdue").focus()
    page.keyboard.press("Enter")
    assert page.rows == expected(("list", "overdue"))
    assert page.evaluate("document.activeElement.innerText") == "Remove this filter"
    page.keyboard.press("Enter")
    assert len(page.rows) == TICKETS
    assert page.evaluate("document.activeElement.type") == "search"
    page.keyboard.type("printer")
    assert 0 < len(page.rows) < TICKETS
    for _ in range(3):  # the region of the list, then its headings
        page.keyboard.press("Tab")
    page.keyboard.press("Space")
    assert page.locator("th[aria-sort]").count() == 1


def test_without_script_all_tickets_are_there_and_nothing_that_needs_it(visit):
    page = visit(script=False)
    assert len(page.rows) == TICKETS
    assert not page.locator(".tools").is_visible()
    assert page.locator(".listing thead button").count() == 0


def test_a_clients_devices_open_from_their_figures(visit):
    page = visit("client")
    assert len(page.rows) == 20
    page.figure("cover", "expired").click()
    states = page.locator(".listing tbody tr").filter(visible=True).locator("td:nth-child(5)").all_inner_texts()
    assert set(states) == {"expired"}
    assert len(states) == int(page.figure("cover", "expired").inner_text().split()[0])
