"""Lists in any order: all pages follow each other, whatever changes meanwhile."""

from datetime import UTC, datetime, timedelta
from functools import partial

import pytest

from servicedesk_core import Actor, ServiceDesk
from servicedesk_core.capabilities import Role
from servicedesk_core.domain import Company, Priority, StatusCategory, TimeEntry
from servicedesk_core.errors import CursorError, SettingsError
from servicedesk_core.features import FEATURES, own
from servicedesk_core.features.tickets.model import TicketFilter
from servicedesk_core.features.tickets.tables.listing import ticket_page
from servicedesk_core.features.tickets.tables.sorting import COLUMNS

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture
def desk(put, ticket):
    """Tickets that differ in some columns, are equal in others, and have nothing in many."""
    put(Company(external_id="c0", name="alder: Fish & Co"), Company(external_id="c1", name="Ärger=1"))
    put(Company(external_id="c2", name="birch"))
    put(
        *(
            ticket(
                i,
                number=f"T{i % 9}" if i % 5 else "",
                title=("same", "Same", "a:b=c", "%", "")[i % 5],
                created_at=NOW - (i // 7) * DAY if i % 4 else None,
                due_at=NOW + (i % 3) * DAY if i % 2 else None,
                priority=(Priority.P1, Priority.P3, None)[i % 3],
                company_ref=f"c{i % 4}",
            )
            for i in range(40)
        ),
        now=NOW,
    )
    put(*(TimeEntry(external_id=str(i), ticket_ref=str(i), worked_s=60 * (i % 3) or None) for i in range(20)))


def pages(store, sort, limit=7, between=lambda page: None):
    """All rows, page by page, by their ids."""
    found, after = [], None
    while True:
        page = store.read_blocking(lambda tx: ticket_page(tx, sort=sort, after=after, limit=limit))
        found += [row.external_id for row in page]
        assert len(page) <= limit
        if (after := page.next) is None:
            return found
        between(page)


@pytest.mark.parametrize("column", COLUMNS)
@pytest.mark.parametrize("sign", ["", "-"])
def test_every_column_orders_all_pages_with_nothing_last(store, desk, column, sign):
    rows = store.read_blocking(lambda tx: ticket_page(tx, sort=sign + column, limit=1_000)).items
    values = [getattr(row, column) for row in rows]
    known = [value.lower() if isinstance(value, str) else value for value in values if value is not None]
    assert values[len(known) :] == [None] * (len(values) - len(known))
    if column != "company" or store.dialect == "sqlite":  # PostgreSQL has its own opinion of where Ä belongs
        assert known == sorted(known, reverse=sign == "-")
    assert pages(store, sign + column) == [row.external_id for row in rows]
    assert len(rows) == 40


@pytest.mark.parametrize("sort", ["priority,-due_at", "-title,company", "-priority,created_at,-local_id"])
def test_the_next_column_decides_between_equal_rows(store, desk, sort):
    rows = store.read_blocking(lambda tx: ticket_page(tx, sort=sort, limit=1_000)).items
    assert pages(store, sort, limit=3) == [row.external_id for row in rows]
    last = rows[-1]
    for name in reversed([word.removeprefix("-") for word in sort.split(",")]):
        falls = f"-{name}" in sort
        values = [getattr(row, name) for row in rows]
        plain = [v.lower() if isinstance(v, str) else v for v in values]
        known = sorted({v for v in plain if v is not None}, reverse=falls)
        ranks = {
            row.external_id: known.index(v) if v is not None else len(known) for row, v in zip(rows, plain, strict=True)
        }
        rows = sorted(rows, key=lambda row: ranks[row.external_id])
    assert rows[-1] == last


def test_rows_that_stay_come_once_while_others_come_move_and_go(store, desk, put, ticket):
    changed = set()

    def between(page):
        n = len(changed)
        first, last = page.items[0].external_id, page.items[-1].external_id
        put(ticket(f"new-{n}", due_at=NOW - DAY, title="zz"), ticket(f"late-{n}", title="aa"))
        put(ticket(last, title=f"moved {n}", due_at=NOW + n * DAY), now=NOW + n * DAY)
        put(ticket(first, title="done", status_category=StatusCategory.CLOSED), now=NOW + n * DAY)
        changed.update({first, last})

    found = pages(store, "-title", limit=4, between=between)
    stayed = {str(i) for i in range(40)} - changed
    assert len(stayed) > 10
    assert {one: found.count(one) for one in stayed} == dict.fromkeys(stayed, 1)


def test_a_position_holds_for_its_own_order_only(store, desk):
    following = store.read_blocking(lambda tx: ticket_page(tx, sort="-due_at", limit=3)).next
    for sort in (None, "due_at", "-created_at", "-due_at,title"):
        with pytest.raises(CursorError):
            store.read_blocking(partial(ticket_page, sort=sort, after=following))
    for wrong in ("-due_at=.a:.b:1", "-due_at=1:2", "-due_at=1:2:", "-due_at=nan:1:2", "-due_at=1:2:" + "9" * 30):
        with pytest.raises(CursorError):
            store.read_blocking(partial(ticket_page, sort="-due_at", after=wrong))


def test_a_position_with_a_character_that_no_store_holds_is_refused(store, desk):
    with pytest.raises(CursorError):
        store.read_blocking(partial(ticket_page, sort="title", after="title=.%00:1:2"))


def test_a_page_without_rows_is_refused(store, desk):
    with pytest.raises(SettingsError, match="at least 1"):
        store.read_blocking(partial(ticket_page, limit=0))


def test_a_column_that_is_not_there_is_named_with_the_nearest(store):
    with pytest.raises(SettingsError, match=r'"du_at" is no column to sort by\. Did you mean "due_at"'):
        store.read_blocking(lambda tx: ticket_page(tx, sort="-du_at"))
    with pytest.raises(SettingsError, match="url"):
        store.read_blocking(lambda tx: ticket_page(tx, TicketFilter(), sort="url"))


@pytest.mark.slow
async def test_every_list_can_be_ordered_by_every_column_that_it_offers(store_url, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "service").mkdir()  # the definitions that some of them look at
    (tmp_path / "service" / "profit.toml").write_text('[profit]\ncurrency = "EUR"\n')
    everything = {"roles": [*{*Role} - {Role.CLIENT_CONTACT}], "technician": "7"}  # some lists are about whoever asks
    settings = {"desk": {"name": "X"}, "connections": {"psa": {"connector": "tabular"}}, "people": {"ana": everything}}
    async with ServiceDesk(settings, store=store_url) as whole:
        desk = whole.acting_as(Actor("user:ana"))
        await desk.definitions.apply(reason="margins are asked for too")
        for offer in (
            offer
            for name in FEATURES
            for offer in own(name).offers().values()
            if offer.sorts and not any(one.required for one in offer.parameters)
        ):
            for column in offer.sorts:
                assert (await desk.call(offer, sort=f"-{column}")).next is None
