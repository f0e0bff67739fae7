"""What the faces read: lists page by page, one ticket, the desk page, completeness."""

from datetime import UTC, date, datetime, timedelta
from functools import partial

import pytest

from servicedesk_core.domain import (
    Asset,
    Company,
    Contact,
    EventSource,
    EventType,
    Note,
    Priority,
    Queue,
    StatusCategory,
    Technician,
    TicketEvent,
    TimeEntry,
)
from servicedesk_core.errors import CursorError, NotFoundLocallyError
from servicedesk_core.features.report.tables import desk_numbers
from servicedesk_core.features.tickets.kpis import WATCHED
from servicedesk_core.features.tickets.model import TicketFilter
from servicedesk_core.features.tickets.tables import detail
from servicedesk_core.features.tickets.tables import listing as tickets
from servicedesk_core.features.tickets.tables.around import with_whom_and_what
from servicedesk_core.hooks import VendorIdentity
from servicedesk_core.store import passes, records, runs, sources
from servicedesk_core.store.passes import PassKey
from servicedesk_core.store.queries.completeness import completeness
from servicedesk_core.store.records import Incoming

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
DAY = timedelta(days=1)
C = StatusCategory


@pytest.fixture
def ids(store):
    def ids(**chosen):
        wanted = TicketFilter(**{"everything": True} | chosen)
        page = store.read_blocking(lambda tx: tickets.ticket_page(tx, wanted, limit=1000))
        assert store.read_blocking(lambda tx: tickets.count(tx, wanted)) == len(page)
        return [row.external_id for row in page]

    return ids


@pytest.fixture
def desk(put, ticket, store, source):
    """A small desk."""
    put(Company(external_id="5", name="Example Ltd"))
    put(Queue(external_id="7", name="Helpdesk"))
    put(Technician(external_id="9", name="Robin"))
    identity = VendorIdentity("autotask", "1", "x", {"tickets": "https://psa.example.com/t/{external_id}"})
    store.write_blocking(lambda tx: sources.remember_identity(tx, source, identity))
    put(
        ticket("1", number="T1", title="Printer 100%", created_at=NOW - 5 * DAY, status_category=C.NEW, queue_ref="7"),
        ticket(
            "2",
            title="Mail",
            created_at=NOW - DAY / 2,
            assignee_ref="9",
            priority=Priority.P1,
            company_ref="5",
            status_category=C.WAITING_CUSTOMER,
            last_activity_at=NOW - 3 * DAY,
            estimated_s=3600,
        ),
        ticket("3", created_at=NOW - 100 * DAY, status_category=C.ON_HOLD, due_at=NOW - DAY, assignee_ref="404"),
        ticket("4", created_at=NOW - 2 * DAY, status_category=C.CLOSED, assignee_ref="9", queue_ref="7"),
        ticket("5", status="Odd", assignee_ref="9", estimated_s=60),
        ticket("6", created_at=NOW - 2 * DAY, status_category=C.WAITING_PARTS, last_activity_at=NOW - DAY),
        now=NOW,
    )
    put(ticket("gone", created_at=NOW))
    store.write_blocking(
        lambda tx: records.mark_gone(tx, source.id, "tickets", ["gone"], reason="deleted", mode="x", now=NOW)
    )
    put(
        TimeEntry(external_id="1", ticket_ref="2", worked_s=3000, technician_ref="9", start_at=NOW),
        TimeEntry(external_id="2", ticket_ref="2", worked_s=601, start_at=NOW - DAY),
        TimeEntry(external_id="3", ticket_ref="5", worked_s=60),
    )
    put(
        Note(external_id="1", ticket_ref="2", body="b", created_at=NOW),
        Note(external_id="2", ticket_ref="2", created_at=NOW - DAY),
    )
    put(
        TicketEvent(
            external_id="1", ticket_ref="2", type=EventType.CREATED, source=EventSource.OBSERVED, effective_at=NOW
        )
    )


def test_lists_are_newest_first_and_without_what_is_gone(desk, ids):
    assert ids() == ["2", "6", "4", "1", "3", "5"]


@pytest.mark.parametrize(
    ("chosen", "expected"),
    [
        ({"everything": False}, "2 6 1 3 5"),
        ({"connection": "psa", "categories": (C.NEW, C.CLOSED)}, "4 1"),
        ({"categories": ("",)}, "5"),
        ({"categories": (C.NEW, "")}, "1 5"),
        ({"queue": ("7",)}, "4 1"),
        ({"queue": ("helpdesk",)}, "4 1"),
        ({"queue": ("",)}, "2 6 3 5"),
        ({"assignee": ("Robin",), "everything": False}, "2 5"),
        ({"assignee": ("404",)}, "3"),
        ({"assignee": ("",)}, "6 1"),
        ({"company": ("example ltd",)}, "2"),
        ({"priority": (Priority.P1,)}, "2"),
        ({"priority": ("P2",)}, ""),
        ({"priority": ("",)}, "6 4 1 3 5"),
        ({"created_since": NOW - 2 * DAY}, "2 6 4"),
        ({"created_before": NOW - 2 * DAY}, "1 3"),
        ({"updated_since": NOW + DAY}, ""),
        ({"updated_since": NOW}, "2 6 4 1 3 5"),
        ({"last_activity_before": NOW - 2 * DAY}, "2"),
        ({"due_before": NOW}, "3"),
        ({"over_estimate": True}, "2"),
        ({"text": "PRINT"}, "1"),
        ({"text": "100%"}, "1"),
        ({"text": "%"}, "1"),
        ({"text": "T1"}, "1"),
    ],
)
def test_filters(desk, ids, chosen, expected):
    assert ids(**chosen) == expected.split()


def test_a_word_finds_what_the_vendor_calls_so_and_what_it_means(put, ticket, ids):
    put(
        ticket("theirs", status="Closed", status_category=C.IN_PROGRESS, priority_name="Hoch", priority=Priority.P2),
        ticket("ours", status="Fertig", status_category=C.CLOSED, priority_name="P2 Ärger", priority=Priority.P4),
        ticket("begins", status="Closing % soon", status_category=C.NEW, priority=Priority.P2),
        ticket("waits", status="Ärger", status_category=C.WAITING_PARTS),
        ticket("unmapped", status="Odd"),
        now=NOW,
    )
    words = {
        "Closed": ["ours", "theirs"],
        "closed": ["ours", "theirs"],
        "Clos": ["begins", "ours", "theirs"],
        "Closing %": ["begins"],
        "%": [],
        "Ärg": ["waits"],
        "Waiting-Parts": ["waits"],
        "wait": ["waits"],
        "odd": ["unmapped"],
        "": ["unmapped"],
    }
    assert {word: sorted(ids(status=(word,))) for word in words} == words
    assert sorted(ids(status=("odd", "Fertig"))) == ["ours", "unmapped"]
    ranks = {"hoch": ["theirs"], "p2": ["begins", "theirs"], "P2 Ä": ["ours"], "": ["unmapped", "waits"]}
    assert {word: sorted(ids(priority=(word,))) for word in ranks} == ranks


def test_pages_follow_each_other_without_gap_or_repeat(store, put, ticket):
    put(*(ticket(i, created_at=NOW - (i // 7) * DAY if i % 5 else None) for i in range(100)))
    found, after = [], None
    while True:
        page = store.read_blocking(lambda tx: tickets.ticket_page(tx, after=after, limit=9))
        found += [row.external_id for row in page]
        assert len(page) <= 9
        if (after := page.next) is None:
            break
    whole = store.read_blocking(lambda tx: tickets.ticket_page(tx, limit=1000))
    assert found == [row.external_id for row in whole]
    assert len(set(found)) == 100


@pytest.mark.parametrize("after", ["", "x", "1:", ":x", "1:2:3"])
def test_a_position_that_is_not_understood_is_refused(store, after):
    with pytest.raises(CursorError):
        store.read_blocking(lambda tx: tickets.ticket_page(tx, after=after))


def test_an_unknown_connection_is_named(store):
    with pytest.raises(NotFoundLocallyError, match="nope"):
        store.read_blocking(lambda tx: tickets.ticket_page(tx, TicketFilter(connection="nope")))


def test_a_row_carries_names_and_its_page_at_the_vendor(desk, store):
    [row] = store.read_blocking(lambda tx: tickets.ticket_page(tx, TicketFilter(text="Mail")))
    assert (row.company, row.assignee, row.queue, row.connection) == ("Example Ltd", "Robin", None, "psa")
    assert (row.url, row.is_open, row.created_at) == ("https://psa.example.com/t/2", True, NOW - DAY / 2)


@pytest.mark.parametrize("ref", ["1", "T1"])
def test_a_ticket_is_found_by_id_and_number(desk, store, ref):
    assert store.read_blocking(lambda tx: detail.ticket_of(tx, "psa", ref)).row.external_id == "1"


def test_a_ticket_comes_with_everything_that_hangs_on_it(desk, store):
    found = store.read_blocking(lambda tx: detail.ticket_of(tx, None, "2"))
    assert (found.ticket.title, found.ticket.estimated_s) == ("Mail", 3600)
    assert [n.external_id for n in found.notes] == ["2", "1"]
    assert [t.external_id for t in found.time_entries] == ["2", "1"]
    assert [e.type for e in found.events] == [EventType.CREATED]
    assert found.names["technicians"] == {"9": "Robin"}
    assert found.names["companies"] == {"5": "Example Ltd"}
    assert found.gone_at is None


def test_names_of_what_a_change_was_about_come_along(desk, store, put):
    moved = TicketEvent(
        external_id="2:moved",
        source=EventSource.OBSERVED,
        ticket_ref="2",
        type=EventType.QUEUE_CHANGED,
        effective_at=NOW,
        before={"queue_ref": "7", "queue_name": "x"},
        after={"queue_ref": None},
    )
    put(moved)
    found = store.read_blocking(lambda tx: detail.ticket_of(tx, None, "2"))
    assert found.names["queues"] == {"7": "Helpdesk"}


def test_a_gone_ticket_can_still_be_looked_at(desk, store):
    found = store.read_blocking(lambda tx: detail.ticket_of(tx, "psa", "gone"))
    assert (found.gone_at, found.gone_reason) == (NOW, "deleted")


def test_a_ticket_that_is_not_there_is_named(desk, store):
    with pytest.raises(NotFoundLocallyError, match="'99'"):
        store.read_blocking(lambda tx: detail.ticket_of(tx, None, "99"))


def test_the_desk_page(desk, store):
    page = store.read_blocking(lambda tx: desk_numbers(tx, NOW))
    shown = lambda figures: {f.label: f.count for f in figures}  # noqa: E731
    assert page.open.count == 5
    assert shown(page.by_queue) == {"no queue": 4, "Helpdesk": 1}
    assert shown(page.by_status) == {
        "new": 1,
        "waiting_customer": 1,
        "waiting_parts": 1,
        "on_hold": 1,
        "unmapped status": 1,
    }
    assert shown(page.by_technician) == {"Robin": 2, "unassigned": 2, "404": 1}
    assert shown(page.by_priority) == {"P1": 1, "no priority": 4}
    assert {k: v for k, v in shown(page.by_age).items() if v} == {
        "under 1 day": 1,
        "1 to 3 days": 1,
        "3 to 7 days": 1,
        "over 90 days": 1,
        "age unknown": 1,
    }
    names = ("new", "waiting", "hold-overdue", "unassigned", "over-estimate")
    assert [page.watched[name].count for name in names] == [1, 1, 1, 2, 1]
    assert page.overloaded == ()


def test_every_number_opens_exactly_its_tickets(desk, store, put, ticket):
    put(
        *(
            ticket(f"x{i}", assignee_ref="9", created_at=NOW - i * DAY, queue_ref="7", company_ref=str(i % 3),
                   due_at=NOW + (i - 5) * DAY, first_response_due_at=NOW + (i - 12) * DAY / 12)
            for i in range(25)
        )
    )  # fmt: skip
    page = store.read_blocking(lambda tx: desk_numbers(tx, NOW, "psa"))
    figures = [*page.by_queue, *page.by_status, *page.by_technician, *page.by_age, *page.by_priority, page.open]
    figures += [*page.by_company, *page.by_sla, *page.watched.values(), *page.overloaded]
    opened = [f for f in figures if f.tickets is not None]
    assert len(opened) >= len(figures) - 1
    for figure in opened:
        assert store.read_blocking(lambda tx: tickets.count(tx, figure.tickets)) == figure.count, figure.label  # noqa: B023
    assert [(f.label, f.count) for f in page.overloaded] == [("Robin", 27)]


@pytest.mark.parametrize("kpi", WATCHED, ids=lambda kpi: kpi.name)
def test_a_kpi_alone_counts_what_the_page_counts_and_its_list_lists(desk, store, kpi):
    measured = store.read_blocking(lambda tx: kpi.measure(tx, NOW))
    listed = store.read_blocking(lambda tx: tickets.ticket_page(tx, measured.records))
    on_page = store.read_blocking(lambda tx: desk_numbers(tx, NOW)).watched[kpi.name]
    assert measured.value == measured.sample == len(listed) == on_page.count
    assert on_page.label == kpi.title


def test_an_empty_desk(store, source):
    page = store.read_blocking(lambda tx: desk_numbers(tx, NOW))
    assert (page.open.count, page.by_queue, page.completeness) == (0, (), ())
    assert all(figure.count == 0 for figure in page.by_age)


@pytest.fixture
def read(store, source):
    def read(piece, since, until, *, mode="backfill", complete=True):
        key = PassKey(source.id, "tickets", "scope", mode, piece)
        begun = store.write_blocking(lambda tx: passes.start(tx, key, NOW, since=since, until=until))
        if complete:
            store.write_blocking(lambda tx: passes.finish(tx, begun.pass_id, watermark=None, now=NOW))

    return read


def reach(store):
    [row] = store.read_blocking(completeness)
    return row.complete_since, row.is_complete


def test_completeness_follows_the_pieces_without_a_gap(store, read):
    read("open", None, None)
    assert reach(store) == (None, False)
    read("older-1", NOW - 400 * DAY, NOW - 90 * DAY)
    assert reach(store) == (None, False)
    read("recent", NOW - 90 * DAY, None, complete=False)
    assert reach(store) == (None, False)
    read("recent", NOW - 90 * DAY, None)
    assert reach(store) == (NOW - 400 * DAY, False)
    read("rest", None, NOW - 400 * DAY)
    assert reach(store) == (None, True)


def test_completeness_knows_how_far_back_is_wanted(store, read):
    read("", NOW - 90 * DAY, None, mode="plan")
    read("recent", NOW - 90 * DAY, None)
    assert reach(store) == (NOW - 90 * DAY, True)


def test_a_stream_that_is_swept_is_complete(store, read):
    read("done", None, None, mode="sweep", complete=False)
    assert reach(store) == (None, False)
    read("done", None, None, mode="sweep")
    assert reach(store) == (None, True)


def test_completeness_counts_rows_and_says_how_old_they_are(desk, store, source):
    row_id = store.write_blocking(lambda tx: runs.start(tx, "r", source.id, "tickets", mode="x", now=NOW))
    store.write_blocking(lambda tx: runs.finish(tx, row_id, runs.RunCounts(), outcome="ok", now=NOW + DAY))
    found = {row.stream: row for row in store.read_blocking(lambda tx: completeness(tx, "psa"))}
    assert set(found) == {"companies", "queues", "technicians", "tickets", "notes", "time_entries", "ticket_events"}
    of = found["tickets"]
    assert (of.rows, of.gone, of.oldest_created_at, of.last_success_at) == (6, 1, NOW - 100 * DAY, NOW + DAY)
    assert (of.quarantined, of.connection, found["notes"].last_success_at) == (0, "psa", None)


def test_completeness_counts_what_each_connection_has(store, source, put, ticket):
    put(*(ticket(number) for number in range(4)))
    others = [
        store.write_blocking(lambda tx, name=name: sources.ensure(tx, name, "autotask", "live", NOW))
        for name in ("other", "third")
    ]
    for number, other in enumerate(others, start=1):
        rows = [Incoming(ticket(at), None, None, "1") for at in range(number)]
        store.write_blocking(lambda tx, to=other, of=rows: records.apply(tx, to.id, "tickets", of, mode="x", now=NOW))
    gone = partial(records.mark_gone, source_id=source.id, stream="tickets", reason="deleted", mode="x", now=NOW)
    store.write_blocking(lambda tx: gone(tx, external_ids=["1"]))
    found = {row.connection: (row.rows, row.gone) for row in store.read_blocking(completeness)}
    assert found == {"psa": (3, 1), "other": (1, 0), "third": (2, 0)}


def test_a_ticket_is_one_full_look(put, ticket, store, source, clock):
    put(Contact(external_id="3", first_name="Jo", last_name="Ray", phone="555-1"))
    put(
        Asset(external_id="4", name="PC4", serial_number="AC4", manufacturer="dell", warranty_until=date(2026, 5, 1)),
        Asset(external_id="5", name="4", serial_number="AC5"),
    )
    put(ticket("8", contact_ref="3", asset_ref="4"), ticket("9", contact_ref="gone", asset_ref="5"))

    def look(ref):
        return store.read_blocking(lambda tx: with_whom_and_what(tx, detail.ticket_of(tx, None, ref), date(2026, 3, 2)))

    found = look("8")
    assert found.contact.phone == "555-1"
    device = found.device
    assert (device.name, device.manufacturer, device.state, device.until) == (
        "PC4",
        "Dell",
        "covered",
        date(2026, 5, 1),
    )
    assert (look("9").contact, look("9").device.state) == (None, "not_asked")
