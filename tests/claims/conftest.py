"""A desk with a ticket about a broken, covered device, a manufacturer and a PSA."""

import json
import shutil
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from servicedesk_core import ServiceDesk
from servicedesk_core.domain import Asset, Company, Contact, Site, Ticket, TicketKind
from servicedesk_core.ports import KEEP_ALL_RAW
from servicedesk_core.store import Store, location, records, sources
from servicedesk_core.store.records import Incoming
from servicedesk_core.testing import FakeClock

NOW = datetime(2026, 3, 2, 14, 0, tzinfo=UTC)
SETTINGS = """
[desk]
name = "Example MSP"
store = "{store}"

[claims]
ticket_notes = "send"

[connections.maker]
connector = "./maker.py:Maker"
environment = "sandbox"
folder = "{folder}"
writes = ["claims.submit", "claims.resubmit", "claims.cancel", "claims.note", "claims.attach"]
{maker}

[connections.psa]
connector = "./maker.py:Psa"
environment = "sandbox"
folder = "{folder}"
writes = ["notes.create_internal"]
"""


def records_of_a_client():
    return (
        Company(external_id="10", name="Example Client", address="1 Example Street", city="Exampletown",
                postal_code="12345", country="United States"),
        Site(external_id="20", name="Head office", company_ref="10", address="1 Example Street\nFloor 2",
             city="Exampletown", postal_code="12345", country="United States", timezone="America/New_York"),
        Contact(external_id="30", first_name="Pat", last_name="Example", company_ref="10", email="pat@example.com"),
        Asset(external_id="40", name="Notebook 7", serial_number="sn-0001", manufacturer="Maker Inc.",
              company_ref="10", warranty_until=date(2027, 1, 31)),
        Asset(external_id="41", name="Old one", serial_number="SN-0002", manufacturer="Maker Inc.",
              company_ref="10", warranty_until=date(2020, 1, 31)),
        Ticket(external_id="50", number="T50", title="Notebook does not start", description="Swapped the memory.",
               kind=TicketKind.INCIDENT, category="Hardware", company_ref="10", site_ref="20", contact_ref="30",
               asset_ref="40", created_at=NOW),
        Ticket(external_id="51", number="T51", title="Old notebook is dead", kind=TicketKind.INCIDENT,
               category="Hardware", company_ref="10", asset_ref="41", created_at=NOW),
        Ticket(external_id="52", number="T52", title="Mail is slow", kind=TicketKind.INCIDENT, category="Software",
               company_ref="10", asset_ref="40", created_at=NOW),
        Ticket(external_id="53", number="T53", title="New mouse", kind=TicketKind.SERVICE_REQUEST,
               category="Hardware", company_ref="10", asset_ref="40", created_at=NOW),
        Ticket(external_id="54", number="T54", title="Something", kind=TicketKind.INCIDENT, category="Hardware",
               company_ref="10", created_at=NOW),
    )  # fmt: skip


def fill(url, clock):
    """Put the records of one client into a store."""
    with Store.open(url, clock=clock) as store:
        psa = store.write_blocking(lambda tx: sources.ensure(tx, "psa", "./maker.py:Psa", "sandbox", NOW))
        for one in records_of_a_client():
            row = Incoming(one, {"id": one.external_id}, None, "1")
            store.write_blocking(
                lambda tx, row=row, one=one: records.apply(
                    tx, psa.id, one.stream, [row], mode="incremental", now=NOW, raw=KEEP_ALL_RAW
                )
            )


@pytest.fixture
def clock():
    return FakeClock(NOW)


@pytest.fixture(scope="session")
def filled_file(tmp_path_factory):
    """A filled SQLite store, to be copied."""
    path = tmp_path_factory.mktemp("filled") / "desk.db"
    fill(f"sqlite:///{path}", FakeClock(NOW))
    return path


@pytest.fixture(scope="session")
def filled_database(new_postgres_url):
    """Address of a filled PostgreSQL store, to be copied."""
    url = new_postgres_url()
    fill(url, FakeClock(NOW))
    return url


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def copied_url(request, tmp_path):
    """Address of a copy of a filled store."""
    if request.param == "sqlite":
        shutil.copy(request.getfixturevalue("filled_file"), tmp_path / "desk.db")
        return f"sqlite:///{tmp_path / 'desk.db'}"
    return request.getfixturevalue("new_postgres_url")(of=request.getfixturevalue("filled_database"))


@pytest.fixture
def new_home(tmp_path, copied_url):
    """Makes a folder with a configuration, the plugin and a filled store; returns the configuration."""

    def make(maker=""):
        url = copied_url
        with Store.open(url, clock=FakeClock(NOW)) as store:
            store.write_blocking(lambda tx: location.adopt(tx, store.url, actor="user:test", now=NOW))
        return make_home(tmp_path, url, maker)

    return make


@pytest.fixture
def home(new_home):
    return new_home()


def make_home(folder, url, maker=""):
    """Write a configuration and the plugin beside it; return the configuration."""
    vendor = folder / "vendor"
    vendor.mkdir()
    shutil.copy(Path(__file__).with_name("maker.py"), folder / "maker.py")
    path = folder / "servicedesk.toml"
    path.write_text(SETTINGS.format(store=url, folder=vendor, maker=maker), encoding="utf-8")
    return path


@pytest.fixture
async def desk(home, clock):
    async with ServiceDesk.open(home, clock=clock) as opened:
        yield opened


class Vendor:
    """What a test does behind the desk's back."""

    def __init__(self, folder):
        self.folder = folder

    def next(self, word):
        (self.folder / "script").write_text(word)

    def held(self):
        return [json.loads(path.read_text()) for path in sorted(self.folder.glob("claim-*.json"))]

    def say(self, ref, word, **report):
        path = self.folder / f"claim-{ref}.json"
        path.write_text(json.dumps(json.loads(path.read_text()) | {"status": word, "report": report}))

    def notes(self):
        return [json.loads(path.read_text()) for path in sorted(self.folder.glob("note-*.json"))]


@pytest.fixture
def vendor(home):
    return Vendor(home.parent / "vendor")


PART = {"lines": [{"number": 1, "part_number": "P1", "quantity": "1"}]}


def kinds(detail):
    """Return what happened to a claim, oldest first."""
    return [one.event.kind for one in detail.history]


@pytest.fixture
async def drafted(desk):
    """Our id of a claim that can be sent."""
    made = await desk.claims.new("T50", changes=PART)
    checked = await desk.claims.check(made.claim.claim_id)
    assert checked.can_be_sent, checked.problems
    return made.claim.claim_id
