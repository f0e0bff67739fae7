"""Every list can be sorted, cut into pages and narrowed to columns; one that was made as a whole, too."""

from dataclasses import dataclass
from datetime import date
from typing import Annotated

import pytest

from servicedesk_core.errors import CursorError, SettingsError
from servicedesk_core.faces import Column, Page, piece
from servicedesk_core.faces.column import columns_of, sortable
from servicedesk_core.features import FEATURES, own

LISTS = [offer for name in FEATURES for offer in own(name).offers().values() if offer.row is not None]


@pytest.mark.parametrize("offer", LISTS, ids=lambda offer: offer.name)
def test_every_list_of_ours_can_be_sorted_and_goes_on(offer):
    names = {parameter.name for parameter in offer.parameters}
    assert "sort" in names
    assert offer.sorts
    assert set(offer.sorts) <= columns_of(offer.row).keys()
    if not offer.name.endswith(".kpis"):  # a handful
        assert {"limit", "after"} <= names


@dataclass(frozen=True, slots=True)
class Site:
    """A place."""

    name: Annotated[str, Column("Its name.")]
    since: Annotated[date | None, Column("Since when.")] = None
    size: Annotated[float, Column("How large.")] = 1.5
    is_open: Annotated[bool, Column("Whether people are let in.")] = True
    tags: Annotated[tuple[str, ...], Column("Words.")] = ()


SITES = [
    Site("Mill", date(2026, 1, 1), 0.5),
    Site("harbor", None, 2.0),
    Site("Airport: new", date(2025, 1, 1), 2.0),
    Site("docks=1", date(2026, 1, 1), -1.0),
]


def walk(sort, limit, sites=SITES):
    found, after = [], None
    while True:
        page = piece(Page(tuple(sites)), Site, by="name", sort=sort, after=after, limit=limit)
        found += [site.name for site in page]
        if (after := page.next) is None:
            return found


@pytest.mark.parametrize("limit", [1, 2, 3, None])
def test_a_whole_list_is_sorted_before_it_is_cut(limit):
    assert walk(None, limit) == ["Airport: new", "docks=1", "harbor", "Mill"]
    assert walk("-name", limit) == ["Mill", "harbor", "docks=1", "Airport: new"]
    assert walk("since", limit) == ["Airport: new", "docks=1", "Mill", "harbor"]
    assert walk("-since,-name", limit) == ["Mill", "docks=1", "Airport: new", "harbor"]
    assert walk("-size", limit) == ["Airport: new", "harbor", "Mill", "docks=1"]


def test_a_whole_list_goes_on_where_it_stood_when_rows_come_and_go():
    first = piece(Page(tuple(SITES)), Site, by="name", sort=None, after=None, limit=2)
    changed = [Site("Aaa"), *(site for site in SITES if site not in first.items)]
    rest = piece(Page(tuple(changed)), Site, by="name", sort=None, after=first.next, limit=9)
    assert [site.name for site in rest] == ["harbor", "Mill"]


def test_only_columns_with_one_plain_value_are_offered():
    assert sortable(Site) == ("name", "since", "size", "is_open")
    with pytest.raises(SettingsError, match=r'"naem" is no column to sort by\. Did you mean "name"'):
        piece(Page(tuple(SITES)), Site, by="name", sort="size,naem", after=None, limit=9)


def test_a_beginning_names_a_column():
    assert walk("-siz", 9) == walk("-size", 9)


@pytest.mark.parametrize("after", ["", "size=", "1", ".%FF", "x", "since=:1", "=.a", ".a:.b"])
def test_what_is_no_position_is_refused(after):
    with pytest.raises(CursorError):
        piece(Page(tuple(SITES)), Site, by="name", sort="size", after=after, limit=9)


@pytest.mark.parametrize("limit", [1, 2])
@pytest.mark.parametrize("sort", [None, "is_open", "-is_open,size"])
def test_rows_that_are_equal_in_every_column_all_come(sort, limit):
    sites = [Site("Mill"), Site("MILL"), Site("Mill", is_open=False), Site("Mill"), Site("Quay")]
    assert sorted(walk(sort, limit, sites)) == ["MILL", "Mill", "Mill", "Mill", "Quay"]


@pytest.mark.parametrize("limit", [0, -1])
def test_a_page_without_rows_is_refused(limit):
    with pytest.raises(SettingsError, match="at least 1"):
        walk(None, limit)
