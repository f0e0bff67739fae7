"""A desk to open in a browser: odd records of every kind, promises, a client whom others must not see, and people."""

from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select

from servicedesk_core import ServiceDesk
from servicedesk_core.domain import (
    ActorType,
    Appointment,
    AppointmentState,
    Asset,
    Company,
    Contact,
    EventSource,
    EventType,
    Note,
    NoteVisibility,
    Priority,
    Queue,
    Site,
    StatusCategory,
    Ticket,
    TicketEvent,
    TimeEntry,
)
from servicedesk_core.features import own, signins
from servicedesk_core.people import Actor, Way
from servicedesk_core.store import records, sources
from servicedesk_core.store.records import Incoming
from servicedesk_core.store.schema import RECORDS
from servicedesk_core.testing import FakeClock
from tests.golden import hostile_desk
from tests.golden.fixing import NOW
from tests.golden.hostile_desk import PAGE
from tests.told import tell

HIDDEN = "Umbra"
"""A word that stands in every text of the client whom client-scoped people must not see, and nowhere else."""

TICKETS = 120

PEOPLE: dict[str, dict[str, Any]] = {
    "ana": {"roles": ["service-manager"]},
    "ben": {"roles": ["technician"], "connection": "psa", "technician": "t1"},
    "cora": {"roles": ["coordinator"]},
    "finn": {"roles": ["finance", "account-manager"]},
    "ada": {"roles": ["admin"]},
    "otto": {"roles": ["auditor", "quality-reviewer"]},
    "mia": {"roles": ["service-manager"], "companies": ["c1"], "connection": "psa"},
    "eve": {"roles": ["client-contact"], "companies": ["c1"], "connection": "psa"},
}

_BOOK = """\
[calendars.office]
zone = "America/New_York"
hours = { mon-fri = "08:00-18:00" }

[sla]
calendar = "office"

[[sla.policies]]
name = "std"
targets.P1 = { triage = "15 min", engagement = "1 h", completion = "4 h" }
otherwise = { triage = "1 h", engagement = "4 h", completion = "24 h" }
"""


def opened(folder: Path, empty_store: Path) -> ServiceDesk:
    """Write the odd desk into a folder, and return it with people and on a clock that stands still."""
    hostile_desk.make(folder, empty_store)
    settings = {
        "desk": {"name": "Küche & Söhne <MSP>", "timezone": "America/New_York", "store": f"sqlite:///{folder}/desk.db"},
        "connections": {"psa": {"connector": "tabular"}, "second": {"connector": "tabular"}},
        "people": PEOPLE,
    }
    return ServiceDesk(settings, clock=FakeClock(NOW), actor=Actor("user:ana", Way.CLI))


async def fill(desk: ServiceDesk, folder: Path) -> None:
    """Add plain tickets, the hidden client, and what is promised."""
    rows = [*_plain(), *_hidden()]

    def work(tx: Any) -> None:
        source = sources.ensure(tx, "psa", "tabular", "live", NOW)
        for stream in dict.fromkeys(row.stream for row in rows):
            coming = [Incoming(row, {"id": row.external_id}, None, "1") for row in rows if row.stream == stream]
            applied = records.apply(tx, source.id, stream, coming, mode="incremental", now=NOW - timedelta(minutes=5))
            assert not applied.rejected, applied.rejected
        of = RECORDS["tickets"].c
        for ref, word in (("h0", HIDDEN), ("plain1", PAGE)):
            ticket = tx.execute(select(of.local_id).where(of.external_id == ref)).scalar_one()
            tell(tx, ticket=ticket, source=source.id, ref=ref, word=word, technician="t1", at=NOW)

    await desk.store.write(work)
    promises = folder / "service"
    promises.mkdir()
    (promises / "sla.toml").write_text(_BOOK, encoding="utf-8")
    await desk.definitions.apply(reason="promised", folder=promises, over=None)
    for feature in desk.features:
        if (take_in := own(feature.name).takes_in) is not None:
            await take_in(desk)


async def cookie_of(desk: ServiceDesk, person: str) -> str:
    """Sign somebody in, and return the text of their cookie."""
    people, now = desk.settings.people, desk.clock.now()
    return await desk.store.write(lambda tx: signins.begin(tx, person, now, people, signins.Browser()))


def _plain() -> Any:
    categories = [category for category in StatusCategory if category.is_open]
    yield Queue(external_id="q3", name="Projects")
    for n in range(TICKETS):
        yield Ticket(
            external_id=f"plain{n}",
            number=f"T20260311.{n:04}",
            title=f"Printer {n} prints nothing" if n % 3 else f"Mailbox {n} is full",
            status=categories[n % len(categories)].value.title(),
            status_category=categories[n % len(categories)],
            priority=[*Priority, None][n % (len(Priority) + 1)],
            queue_ref=f"q{n % 3 + 1}" if n % 11 else None,
            assignee_ref=f"t{n % 2 + 1}" if n % 5 else None,
            company_ref="c1" if n % 4 else "c2",
            created_at=NOW - timedelta(hours=n * 3),
            due_at=NOW + timedelta(hours=20 - n) if n % 4 else None,
            last_activity_at=NOW - timedelta(hours=n),
        )
        yield TicketEvent(
            external_id=f"plain{n}", ticket_ref=f"plain{n}", type=EventType.CREATED, source=EventSource.HISTORY,
            effective_at=NOW - timedelta(hours=n * 3), actor_type=ActorType.CUSTOMER,
            after={"status_category": "new", "priority": ("P1", "P2", "P3")[n % 3]},
        )  # fmt: skip


def _hidden() -> Any:
    open_ = {"status": "New", "status_category": StatusCategory.NEW}
    yield Company(external_id="h1", name=f"{HIDDEN} Ltd")
    yield Site(external_id="hs", name=f"{HIDDEN} site", company_ref="h1")
    yield Contact(external_id="hp", first_name=HIDDEN, last_name=f"{HIDDEN}son", company_ref="h1")
    yield Asset(
        external_id="ha", name=f"{HIDDEN} device", serial_number=f"{HIDDEN}-1", manufacturer="Maker Inc.",
        company_ref="h1", warranty_until=NOW.date(),
    )  # fmt: skip
    for n, priority in enumerate((Priority.P1, Priority.P2, None)):
        yield Ticket(
            external_id=f"h{n}", number=f"{HIDDEN}-{n}", title=f"{HIDDEN} title", company_ref="h1", contact_ref="hp",
            asset_ref="ha", priority=priority, created_at=NOW - timedelta(days=n), due_at=NOW - timedelta(hours=n),
            queue_ref="q1", assignee_ref="t1", **open_,
        )  # fmt: skip
        yield Note(external_id=f"hn{n}", ticket_ref=f"h{n}", title=HIDDEN, body=f"{HIDDEN} note",
                   visibility=NoteVisibility.PUBLIC, created_at=NOW)  # fmt: skip
        yield TimeEntry(external_id=f"hw{n}", ticket_ref=f"h{n}", technician_ref="t1", worked_s=600, summary=HIDDEN)
        yield Appointment(
            external_id=f"hv{n}", title=f"{HIDDEN} visit", ticket_refs=(f"h{n}",), technician_refs=("t1", "t2"),
            company_ref="h1", start_at=NOW + timedelta(hours=n), end_at=NOW + timedelta(hours=n + 1),
            state=AppointmentState.BOOKED, created_at=NOW,
        )  # fmt: skip
