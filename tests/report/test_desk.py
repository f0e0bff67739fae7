import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from servicedesk_core.domain import Company, Entity, Priority, Queue, StatusCategory, Technician, Ticket, TimeEntry
from servicedesk_core.features.report import pages
from servicedesk_core.features.report.facets import Counted, facets_of
from servicedesk_core.features.report.model import DeskReport
from servicedesk_core.features.report.queries import build
from servicedesk_core.features.report.wording import dimensions, due, span, summary
from servicedesk_core.hooks import VendorIdentity
from servicedesk_core.store import Store, records, sources
from servicedesk_core.store.records import Incoming
from servicedesk_core.testing import FakeClock

NOW = datetime(2026, 3, 11, 14, 0, tzinfo=UTC)
EVIL = "<script>alert('x')</script> & \"quotes\" \u202e\x9b"


def ticket(number: int, category: StatusCategory | None, **fields: object) -> Ticket:
    age = timedelta(days=number)
    values: dict[str, object] = {
        "number": f"T{number:04}",
        "title": f"Ticket {number}",
        "status": category.value if category else "Galloping",
        "status_category": category,
        "created_at": NOW - age,
        "last_activity_at": NOW - timedelta(hours=1),
    }
    return Ticket(external_id=str(number), **{**values, **fields})


TICKETS = [
    ticket(1, StatusCategory.NEW, title=EVIL, company_ref="c1"),
    ticket(2, StatusCategory.IN_PROGRESS, assignee_ref="ana", queue_ref="q1", priority=Priority.P1, estimated_s=3600,
           first_response_due_at=NOW - timedelta(hours=1), resolution_due_at=NOW + timedelta(hours=30)),
    ticket(3, StatusCategory.WAITING_CUSTOMER, assignee_ref="ana", last_activity_at=NOW - timedelta(hours=49),
           first_response_due_at=NOW - timedelta(days=2), first_response_at=NOW - timedelta(days=1),
           resolution_due_at=NOW - timedelta(minutes=1)),
    ticket(4, StatusCategory.WAITING_CUSTOMER, assignee_ref="ana", last_activity_at=NOW - timedelta(hours=48),
           first_response_due_at=NOW - timedelta(days=2), first_response_at=NOW - timedelta(days=1),
           resolution_due_at=NOW + timedelta(hours=3)),
    ticket(5, StatusCategory.ON_HOLD, assignee_ref="ben", due_at=NOW - timedelta(hours=2)),
    ticket(6, StatusCategory.ON_HOLD, assignee_ref="ben", due_at=NOW + timedelta(hours=20)),
    ticket(7, None, assignee_ref="ben"),
    ticket(8, StatusCategory.CLOSED, assignee_ref="ben"),
    *(ticket(100 + n, StatusCategory.IN_PROGRESS, assignee_ref="cho") for n in range(21)),
]  # fmt: skip


@pytest.fixture
def store(sqlite_url: str) -> Iterator[Store]:
    store = Store.open(sqlite_url, clock=FakeClock(NOW))
    rows: list[Entity] = [
        Company(external_id="c1", name="Acme & Sons"),
        Queue(external_id="q1", name="Help desk"),
        *(Technician(external_id=name, name=name.title()) for name in ("ana", "ben", "cho")),
        *TICKETS,
        TimeEntry(external_id="1", ticket_ref="2", worked_s=5400),
    ]

    def fill(tx: object) -> None:
        source = sources.ensure(tx, "psa", "autotask", "sandbox", NOW)
        identity = VendorIdentity("autotask", "1", "Example", {"tickets": "https://psa.example.com/{external_id}"})
        sources.remember_identity(tx, source, identity)
        for stream in dict.fromkeys(row.stream for row in rows):
            incoming = [Incoming(row, {"id": row.external_id}, None, "1") for row in rows if row.stream == stream]
            records.apply(tx, source.id, stream, incoming, mode="backfill", now=NOW)

    store.write_blocking(fill)
    yield store
    store.close()


@pytest.fixture
def report(store: Store) -> DeskReport:
    return store.read_blocking(lambda tx: build(tx, desk=EVIL, timezone="America/New_York", now=NOW))


def test_the_lists_hold_exactly_what_their_definitions_say(report: DeskReport) -> None:
    found = {entry.id: [row.external_id for row in entry.tickets] for entry in report.watch}
    assert found == {
        "overdue": ["5"],
        "sla-late": ["3", "2"],
        "new": ["1"],
        "unassigned": ["1"],
        "waiting": ["3"],
        "hold-overdue": ["5"],
        "over-estimate": ["2"],
    }
    assert [(f.label, f.count) for f in report.numbers.overloaded] == [("Cho", 21)]
    assert report.unmapped == 1


def test_every_figure_counts_exactly_the_listed_tickets_that_carry_its_mark(report: DeskReport) -> None:
    facets = facets_of(report)
    counted = Counted(facets)
    marked = Counter(facet for row in report.tickets for facet in counted.by(row))
    assert {facet: facet.count for facet in facets if facet.count} == marked
    assert {facet.kind for facet in facets} == {"list", *dimensions(report.numbers)}
    assert len(report.tickets) == report.numbers.open.count == len(TICKETS) - 1


def test_clients_of_one_name_are_told_apart(store: Store) -> None:
    rows = [Company(external_id="c2", name="Acme & Sons"), ticket(9, StatusCategory.NEW, company_ref="c2")]

    def more(tx: object) -> None:
        for row in rows:
            records.apply(tx, 1, row.stream, [Incoming(row, None, None, "1")], mode="backfill", now=NOW)

    store.write_blocking(more)
    report = store.read_blocking(lambda tx: build(tx, desk="Desk", timezone="Etc/UTC", now=NOW))
    labels = [f.label for f in report.numbers.by_company]
    assert labels == ["no client", "Acme & Sons (c1)", "Acme & Sons (c2)"]


def test_the_sla_figures_follow_the_earliest_due_time_of_the_vendor_that_is_not_fulfilled(report: DeskReport) -> None:
    assert {f.label: f.count for f in report.numbers.by_sla} == {
        "late": 2,
        "due within 4 hours": 1,
        "due within 24 hours": 0,
        "due later": 0,
        "no SLA due time": 25,
    }


class Page(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.rows: list[set[str]] = []
        self.figures: dict[str, int] = {}
        self.links: list[str] = []
        self.ids: list[str] = []
        self.attributes: set[str] = set()
        self.tags: Counter[str] = Counter()
        self._opened = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.tags[tag] += 1
        self.attributes |= set(given)
        self.ids += [given["id"]] if "id" in given else []
        if tag == "tr" and given.get("class", "").startswith("f"):
            self.rows.append(set(given["class"].split()))
        if tag == "a":
            self.links.append(given["href"])
            self._opened = given.get("data-filter", "")

    def handle_endtag(self, tag: str) -> None:
        self._opened = "" if tag == "a" else self._opened

    def handle_data(self, data: str) -> None:
        if self._opened and data.replace(",", "").isdecimal():
            self.figures[self._opened] = int(data.replace(",", ""))


def test_neither_page_nor_terminal_is_given_what_turns_a_line_round_or_steers(report: DeskReport) -> None:
    for shown in (pages.html(report), pages.text(report)):
        assert "\u202e" not in shown
        assert "\x9b" not in shown


def test_the_page_escapes_record_text_and_loads_nothing(report: DeskReport) -> None:
    html = pages.html(report)
    assert "alert(" not in re.sub(r"&lt;script&gt;.*?&lt;/script&gt;", "", html)
    assert not re.search(r"\b(src|href)\s*=\s*[\"']?(http:|//)", html)
    page = Page(html)
    assert "https://psa.example.com/1" in page.links
    assert (page.tags["script"], page.tags["style"]) == (1, 1)
    assert not [name for name in page.attributes if name == "style" or name.startswith("on")]


def test_each_figure_leads_to_a_filter_on_the_page_that_leaves_as_many_rows(report: DeskReport) -> None:
    page = Page(pages.html(report))
    assert len(page.rows) == report.numbers.open.count
    assert page.figures == {mark: sum(mark in row for row in page.rows) for mark in page.figures}
    assert set(page.figures) == {facet.mark for facet in facets_of(report)}
    assert {link.removeprefix("#") for link in page.links if link.startswith("#")} <= set(page.ids)
    assert len(page.ids) == len(set(page.ids))


def test_a_link_that_is_no_web_address_is_not_a_link(store: Store) -> None:
    identity = VendorIdentity("autotask", "1", "Example", {"tickets": "javascript:alert({external_id})"})
    store.write_blocking(lambda tx: sources.remember_identity(tx, sources.get(tx, "psa"), identity))
    report = store.read_blocking(lambda tx: build(tx, desk="Desk", timezone="Etc/UTC", now=NOW))
    assert "javascript:" not in pages.html(report)


def test_the_terminal_shows_the_same_numbers_in_narrow_lines(report: DeskReport) -> None:
    text = pages.text(report)
    assert max(map(len, text.splitlines())) <= 120
    assert f"Open tickets: {report.numbers.open.count}" in text
    for entry in report.watch:
        assert f"{entry.title}: {entry.count}" in text


@pytest.mark.slow
def test_an_empty_desk_says_that_nothing_was_read(tmp_path: Path) -> None:
    store = Store.open(f"sqlite:///{tmp_path}/empty.db", clock=FakeClock(NOW))
    try:
        report = store.read_blocking(lambda tx: build(tx, desk="Desk", timezone="Etc/UTC", now=NOW))
    finally:
        store.close()
    assert "Nothing was read yet." in pages.text(report)
    assert "Nothing was read yet." in pages.html(report)


def test_one_sentence_names_when_tickets_were_read_and_what_was_read_longest_ago(report: DeskReport) -> None:
    zone = ZoneInfo("America/New_York")

    def said(**ages_min: float | None) -> str:
        streams = tuple(
            replace(
                report.numbers.completeness[0],
                stream=name,
                is_read=True,
                is_complete=age is not None,
                last_success_at=None if age is None else NOW - timedelta(minutes=age),
            )
            for name, age in ages_min.items()
        )
        return summary(replace(report.numbers, completeness=streams), zone)

    complete, at = "Everything asked for is here.", "Tickets were read just now (2026-03-11 10:00)."
    assert said(tickets=0, notes=0.5) == f"{complete} {at}"
    assert (
        said(tickets=0, time_entries=6_150)
        == f"{complete} {at} The oldest data are time entries, read 4 d 6 h ago (2026-03-07 02:30)."
    )
    assert said(ticket_events=5) == f"{complete} It was read 5 min ago (2026-03-11 09:55)."
    assert said(tickets=None) == "Not complete yet: tickets."


def test_the_terminal_has_a_line_for_each_stream_that_is_not_complete(report: DeskReport) -> None:
    [one, *_] = report.numbers.completeness
    one = replace(one, is_read=True)
    streams = (replace(one, stream="notes", is_complete=True), replace(one, stream="surveys", is_complete=False))
    text = pages.text(replace(report, numbers=replace(report.numbers, completeness=streams)))
    assert "psa surveys" in text
    assert "psa notes" not in text


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(None, "-"), (0, "0 min"), (59, "0 min"), (3600, "1 h"), (90_000, "1 d 1 h"), (10 * 86_400 + 3600, "10 d")],
)
def test_spans_are_said_in_their_two_largest_units(seconds: float | None, said: str) -> None:
    assert span(seconds) == said


@pytest.mark.parametrize(
    ("hours", "said"), [(None, ""), (2, "in 2 h"), (0, "in 0 min"), (-50, "2 d 2 h late"), (-0.5, "30 min late")]
)
def test_due_times_say_how_far_away_they_are_or_how_long_ago_they_passed(hours: float | None, said: str) -> None:
    assert due(None if hours is None else NOW + timedelta(hours=hours), NOW) == said
