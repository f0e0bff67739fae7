"""Filters that take several values: any of them, and "none" among them."""

from datetime import UTC, datetime

import pytest

from servicedesk_core import TicketFilter
from servicedesk_core.domain import Company, Priority, Site, TicketKind
from servicedesk_core.errors import NotFoundLocallyError
from servicedesk_core.features.clients import Regions
from servicedesk_core.features.tickets.tables import listing, naming
from servicedesk_core.store.schema import RECORDS

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)


@pytest.fixture
def ids(store, put, ticket):
    put(
        Company(external_id="n", name="Nord", region="North"),
        Company(external_id="s", name="Sued", region="South"),
        Company(external_id="?", name="Somewhere"),
    )
    put(
        Site(external_id="far", name="Far", company_ref="n", region="South"),
        Site(external_id="near", name="Near", company_ref="n", region="North"),
    )
    put(
        ticket("1", company_ref="n", kind=TicketKind.INCIDENT, priority=Priority.P1, queue_ref="a", assignee_ref="x"),
        ticket("2", company_ref="s", kind=TicketKind.CHANGE, priority=Priority.P2, queue_ref="b", assignee_ref="y"),
        ticket("3", company_ref="n", site_ref="far", kind_name="Umbau", queue_ref="c"),
        ticket("4", company_ref="n", site_ref="near"),
        ticket("5", company_ref="?", site_ref="gone"),
        ticket("6"),
    )

    def ids(**chosen):
        wanted = TicketFilter(**chosen)
        page = store.read_blocking(lambda tx: listing.ticket_page(tx, wanted, limit=100, at=NOW))
        assert store.read_blocking(lambda tx: listing.count(tx, wanted, at=NOW)) == len(page)
        return " ".join(sorted(row.external_id for row in page))

    return ids


@pytest.mark.parametrize(
    ("chosen", "expected"),
    [
        ({"company": ("Nord", "s")}, "1 2 3 4"),
        ({"company": ("Sued", "")}, "2 6"),
        ({"queue": ("a", "b")}, "1 2"),
        ({"queue": ("", "c")}, "3 4 5 6"),
        ({"assignee": ("x", "")}, "1 3 4 5 6"),
        ({"priority": ("P1", "P2")}, "1 2"),
        ({"priority": ("P2", "")}, "2 3 4 5 6"),
        ({"kind": ("incident", "Umb")}, "1 3"),
        ({"kind": ("change", "")}, "2 3 4 5 6"),
        ({"region": ("North",)}, "1 4"),
        ({"region": ("sou",)}, "2 3"),
        ({"region": ("North", "South")}, "1 2 3 4"),
        ({"region": ("",)}, "5 6"),
        ({"region": ("", "South")}, "2 3 5 6"),
        ({"region": ("nowhere",)}, ""),
        ({"region": ("South",), "company": ("Nord",)}, "3"),
    ],
)
def test_any_of_several_values(ids, chosen, expected):
    assert ids(**chosen) == expected


def test_a_region_in_sql_is_the_one_that_is_told_of_each_ticket(ids, store):
    t = RECORDS["tickets"].c

    def told(tx):
        regions, table = Regions(tx, NOW), RECORDS["tickets"]
        rows = tx.execute(table.select().with_only_columns(t.external_id, t.source_id, t.company_ref, t.site_ref))
        return {ref: regions.of(source, company, site) for ref, source, company, site in rows}

    by_hand = store.read_blocking(told)
    for region in {*by_hand.values()}:
        assert ids(region=(region or "",)) == " ".join(sorted(ref for ref, it in by_hand.items() if it == region))


def test_a_region_that_nobody_is_in_is_named_with_the_nearest(ids, store):
    chosen = TicketFilter(region=("North", "Suoth"))
    with pytest.raises(NotFoundLocallyError, match='Did you mean "South"'):
        store.read_blocking(lambda tx: naming.check_filter(tx, chosen, at=NOW))


def test_one_text_is_not_taken_for_its_letters():
    with pytest.raises(TypeError, match=r'write company=\("Acme",\)'):
        TicketFilter(company="Acme")
