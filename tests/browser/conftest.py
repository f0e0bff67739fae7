"""The pages of a desk as files, and a browser that opens them as people do."""

import shutil
import sys
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest

from servicedesk_core.config import parse_settings
from servicedesk_core.domain import Asset, Company, Priority, Queue, StatusCategory, Technician, Ticket, TimeEntry
from servicedesk_core.faces import boards
from servicedesk_core.faces.kpi import Figure
from servicedesk_core.faces.measure import Verdict
from servicedesk_core.faces.shown import Board, Point, Shown
from servicedesk_core.features.claims.drafting.pack import Section, as_html
from servicedesk_core.features.report import pages as report_pages
from servicedesk_core.features.report import queries
from servicedesk_core.features.report.morning import building as morning
from servicedesk_core.features.report.morning import pages as morning_pages
from servicedesk_core.features.warranty import html as warranty_html
from servicedesk_core.features.warranty.tables import report as warranty
from servicedesk_core.hooks import VendorIdentity
from servicedesk_core.store import Store, records, sources
from servicedesk_core.store.records import Incoming
from servicedesk_core.testing import FakeClock

NOW = datetime(2026, 3, 11, 14, 0, tzinfo=UTC)
EVIL = "<img src=x onerror=document.title='owned'><script>document.title='owned'</script> & \"quotes\" \u202e"
LONG = "Averyveryverylongwordthatnobodycanbreak" * 4
CATEGORIES = [category for category in StatusCategory if category.is_open]
PICTURES = Path("build/pages")
TICKETS = 100


def _ticket(n):
    return Ticket(
        external_id=str(n),
        number=f"T20260311.{n:04}",
        title={0: EVIL, 1: LONG}.get(n, f"Printer {n} prints nothing" if n % 3 else f"Mailbox {n} is full"),
        status=CATEGORIES[n % len(CATEGORIES)].value.replace("_", " ").title() if n % 17 else "Galloping",
        status_category=CATEGORIES[n % len(CATEGORIES)] if n % 17 else None,
        priority=[*Priority, None][n % (len(Priority) + 1)],
        queue_ref=str(n % 4) if n % 11 else None,
        assignee_ref=str(n % 6) if n % 5 else None,
        company_ref=str(n % 19) if n % 13 else None,
        created_at=NOW - timedelta(hours=n * 9),
        due_at=NOW + timedelta(hours=40 - n) if n % 4 else None,
        first_response_due_at=NOW + timedelta(hours=30 - n) if n % 3 else None,
        first_response_at=NOW - timedelta(hours=n) if n % 2 else None,
        resolution_due_at=NOW + timedelta(hours=60 - n) if n % 3 else None,
        last_activity_at=NOW - timedelta(hours=n),
        estimated_s=1800 if n % 7 == 0 else None,
    )


def _asset(n):
    days = timedelta(days=n * 30 - 200)
    return Asset(external_id=str(n), name=f"PC{n}" if n else EVIL, serial_number=f"SN{n:05}", manufacturer="Acme",
                 model="Laptop 3000", company_ref="1", warranty_until=NOW.date() + days if n % 5 else None)  # fmt: skip


def _fill(tx):
    source = sources.ensure(tx, "psa", "autotask", "sandbox", NOW)
    sources.remember_identity(
        tx, source, VendorIdentity("autotask", "1", "Example", {"tickets": "https://psa.example.com/{external_id}"})
    )
    rows = [
        *(Company(external_id=str(n), name=f"Client {n}" if n else EVIL) for n in range(19)),
        *(Queue(external_id=str(n), name=f"Queue & {n}") for n in range(4)),
        *(Technician(external_id=str(n), name=f"Technician {n}") for n in range(6)),
        *(_ticket(n) for n in range(TICKETS)),
        *(TimeEntry(external_id=str(n), ticket_ref=str(n), worked_s=n * 60) for n in range(TICKETS)),
        *(_asset(n) for n in range(20)),
    ]
    for stream in dict.fromkeys(row.stream for row in rows):
        incoming = [Incoming(row, None, None, "1") for row in rows if row.stream == stream]
        records.apply(tx, source.id, stream, incoming, mode="backfill", now=NOW)


def _board():
    """One block of each kind."""
    figures = tuple(
        Figure(f"figure-{n}", f"Figure {n}", value, "tickets", 1, None, {}, 1, None, Verdict.NO_GOAL, "less", EVIL)
        for n, value in enumerate((1.5, 0, None))
    )
    rows = tuple(SimpleNamespace(client=name, tickets=len(name)) for name in (EVIL, LONG, "Harbor"))
    points = tuple(Point(label, n) for n, label in enumerate(("week to 2026-03-08", "week to 2026-03-01", LONG, EVIL)))
    blocks = (
        Shown("figures", "Now", figures=figures),
        Shown("table", "Clients", columns={"client": "Client", "tickets": "Tickets"}, rows=rows),
        Shown("series", "By week", points=points),
    )
    return Board("Noisy clients", "Example desk", "Europe/Berlin", NOW, blocks)


@pytest.fixture(scope="session")
def store(tmp_path_factory):
    with Store.open(f"sqlite:///{tmp_path_factory.mktemp('desk')}/desk.db", clock=FakeClock(NOW)) as store:
        store.write_blocking(_fill)
        yield store


@pytest.fixture(scope="session")
def report(store):
    return store.read_blocking(lambda tx: queries.build(tx, desk="Example desk", timezone="Europe/Berlin", now=NOW))


@pytest.fixture(scope="session")
def pages(store, report, tmp_path_factory):
    """Address of each page."""
    folder = tmp_path_factory.mktemp("pages")

    def covers(company):
        return store.read_blocking(
            lambda tx: warranty.build(tx, desk="Example desk", timezone="Europe/Berlin", now=NOW, day=date(2026, 3, 11),
                                      hardware=("hardware",), company=company)
        )  # fmt: skip

    settings = parse_settings({"desk": {"name": "Example desk", "timezone": "Europe/Berlin"}})
    page = store.read_blocking(lambda tx: morning.build(tx, settings, morning.Wanted(NOW)))
    written = {
        "desk": report_pages.html(report),
        "morning": morning_pages.html(page),
        "client": warranty_html.render(covers("1"), with_missed=True),
        "warranty": warranty_html.render(covers(None)),
        "dashboard": boards.html(_board()),
        "claim": as_html("SD-1", [Section("Fault", (("Symptom", EVIL), ("Troubleshooting", f"One\ntwo\n{LONG}")))]),
    }
    for name, html in written.items():
        (folder / f"{name}.html").write_text(html, encoding="utf-8")
    return {name: (folder / f"{name}.html").as_uri() for name in written}


@pytest.fixture(scope="session")
def chromium():
    playwright = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed: make test-browser")
    names = ("chromium", "chromium-browser", "google-chrome")
    program = next(filter(None, map(shutil.which, names)), None)
    if program is None:
        pytest.skip("There is no Chromium on this machine: apt-get install chromium")
    quiet = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update",
             "--disable-sync", "--no-first-run", "--host-resolver-rules=MAP console.test 127.0.0.1"]  # fmt: skip
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=program, args=quiet)
        yield browser
        browser.close()


@dataclass
class Visit:
    """A page that is open, with what it asked for and complained about."""

    page: object
    said: list = field(default_factory=list)
    asked: list = field(default_factory=list)

    def __getattr__(self, name):
        return getattr(self.page, name)

    @property
    def rows(self):
        """Numbers of the listed tickets that are seen, in their order."""
        return self.page.eval_on_selector_all(
            ".listing tbody tr", "rows => rows.filter(r => r.checkVisibility()).map(r => r.cells[0].innerText.trim())"
        )

    @property
    def status(self):
        return self.page.inner_text(".tools output")

    def figure(self, kind, value):
        """Return the link of a figure."""
        return self.page.locator("a.figure[data-filter], .card a[data-filter]").and_(
            self.page.locator(f'[data-filter="{self.mark(kind, value)}"]')
        ).first  # fmt: skip

    def mark(self, kind, value):
        return self.page.evaluate(
            """([kind, value]) => [...document.querySelectorAll(".filter")].find(
                 (one) => new URLSearchParams(one.id).get(kind) === value).dataset.mark""",
            [kind, value],
        )


@pytest.fixture
def visit(chromium, pages):
    """Open a page; at the end nothing may have been asked of any host, nor blocked, nor failed."""
    visits, contexts = [], []

    def visit(name="desk", *, fragment="", width=1400, scheme="light", script=True):
        context = chromium.new_context(
            viewport={"width": width, "height": 900}, color_scheme=scheme, java_script_enabled=script, locale="en-GB"
        )
        contexts.append(context)
        opened = Visit(context.new_page())
        opened.page.on("console", lambda message: opened.said.append(message.text))
        opened.page.on("pageerror", lambda error: opened.said.append(str(error)))
        opened.page.on("request", lambda request: opened.asked.append(request.url))
        opened.page.goto(pages[name] + fragment)
        visits.append(opened)
        return opened

    yield visit
    for opened in visits:
        assert opened.said == []
        assert {url.partition(":")[0] for url in opened.asked} == {"file"}
    for context in contexts:
        context.close()


@pytest.fixture(scope="session")
def axe():
    """The text of axe-core."""
    file = Path(sys.prefix) / "axe.min.js"
    if not file.exists():
        pytest.skip("axe-core is not here: make test-browser")
    return file.read_text(encoding="utf-8")
