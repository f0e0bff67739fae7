"""The suite passes a connector that reads children as core relies on it, and fails one that loses or confuses them."""

import pytest
import small_psa

from servicedesk_core import hookimpl
from servicedesk_core.errors import ConnectorError
from servicedesk_core.hooks import FetchOutcome, FetchStatus, Page, source_record
from servicedesk_core.testing import ImpatientClock, TicketSyncSuite, opened

pytestmark = pytest.mark.slow


@pytest.fixture
def psa(psa):
    psa.company("c1", *(f"s{n}" for n in range(7)))
    for ref in ("1", "2"):
        psa.ticket(ref)
        for n in range(7):
            psa.act(ref, f"text {n}", hours=n % 2)
    return psa


class ChildrenSuite(TicketSyncSuite):
    known_children = {"notes": {"1": 7}, "sites": {"c1": 7}}  # noqa: RUF012
    internal_note = "1:1"
    connector_class = small_psa.Small

    @pytest.fixture
    async def connector(self, psa_url):
        settings = small_psa.SmallSettings(url=psa_url)
        async with opened(self.connector_class, settings, clock=ImpatientClock()) as small:
            yield small

    @pytest.fixture
    def break_pages(self, psa):
        async def break_off():
            psa.requests.clear()
            psa.fails_behind = 1

        return break_off


class TestSmall(ChildrenSuite):
    pass


async def first_page_only(self, stream, parent):
    async for page in small_psa.Small.pull_children(self, stream, parent):
        yield Page(page.records, None, last=True)
        return


async def complete_whatever_happens(self, stream, parent):
    try:
        async for page in small_psa.Small.pull_children(self, stream, parent):
            yield page
    except ConnectorError:
        yield Page((), None, last=True)


async def missing_when_composed(self, stream, refs):
    for ref in refs:
        yield FetchOutcome(ref, FetchStatus.MISSING)


def keyed_by_number(self, parent, row):
    return source_record(row)


MUTANTS = {
    "a lost child": ({"pull_children": hookimpl(first_page_only)}, "test_no_child_is_lost", "3 of 7 came"),
    "never the end": ({"ends": lambda self, last: False}, "test_no_child_is_lost", "notes of 1"),
    "below another": (
        {"ticket_of": lambda self, raw: "2"},
        "test_children_are_those_of_their_parent",
        "came below 1, and names 2",
    ),
    "numbers instead of keys": (
        {"key": keyed_by_number},
        "test_children_are_those_of_their_parent",
        "is mapped to another record",
    ),
    "a key that is not taken apart": (
        {"fetch_records": hookimpl(missing_when_composed)},
        "test_ids_of_children_can_be_taken_apart",
        "sites: s0",
    ),
    "complete whatever happens": (
        {"pull_children": hookimpl(complete_whatever_happens)},
        "test_a_read_that_broke_off_is_not_called_complete",
        "is called complete",
    ),
}


@pytest.mark.parametrize("mutant", list(MUTANTS))
async def test_a_connector_that_loses_or_confuses_children_fails_the_suite(mutant, psa, psa_url):
    changes, test, message = MUTANTS[mutant]
    broken = type("Broken", (small_psa.Small,), changes)

    async def break_off():
        psa.requests.clear()
        psa.fails_behind = 1

    more = {"break_pages": break_off} if "broke_off" in test else {}
    async with opened(broken, small_psa.SmallSettings(url=psa_url), clock=ImpatientClock()) as connector:
        with pytest.raises(AssertionError, match=message):
            await getattr(ChildrenSuite(), test)(connector, **more)
