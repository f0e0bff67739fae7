"""A desk with a week of six technicians behind it, on a clock that is moved by hand."""

from datetime import UTC, datetime, timedelta

import pytest

from servicedesk_core import Actor, ServiceDesk, Way
from servicedesk_core.domain import Company, StatusCategory, Technician, Ticket, TicketKind, TimeEntry
from servicedesk_core.testing import FakeClock
from tests import stored

WEEK = "2026-W11"
MONDAY = datetime(2026, 3, 9, tzinfo=UTC)
FRIDAY = datetime(2026, 3, 13, 17, tzinfo=UTC)
SETTLED = datetime(2026, 3, 18, tzinfo=UTC)
NAMES = ("Ana", "Ben", "Cleo", "Dov", "Eva", "Finn")

PEOPLE = {
    "mia": {"roles": ["service-manager"]},
    "ana": {"roles": ["technician"], "technician": "ana"},
    "ben": {"roles": ["technician"], "technician": "ben", "queues": ["nowhere"]},
    "cora": {"roles": ["coordinator"]},
    "quinn": {"roles": ["quality-reviewer"]},
    "olaf": {"roles": ["client-contact"], "companies": ["1"]},
    "adam": {"roles": ["admin"]},
}

DEFINITIONS = """
[calendars.office]
zone = "UTC"
hours = { mon-fri = "09:00-17:00" }
[sla]
calendar = "office"
[[sla.policies]]
name = "all"
[goals.ours]
goals = { utilisation = ">= 80 %", real-time-entry = ">= 95 %", repeat-service = "< 5 %", resolved = ">= 5" }
[scorecards]
"""


def entry(who, day, number, hours, late=False):
    start = MONDAY + timedelta(days=day, hours=9 + number)
    end = start + timedelta(hours=hours)
    return TimeEntry(
        external_id=f"{who}-{day}-{number}",
        ticket_ref=f"{who}-{number}",
        technician_ref=who,
        worked_s=int(hours * 3600),
        work_date=start.date(),
        start_at=start,
        end_at=end,
        created_at=end + timedelta(hours=5 if late else 0),
        is_billable=True,
    )


def ticket(who, number, day=1):
    created = MONDAY + timedelta(days=day, hours=9)
    return Ticket(
        external_id=f"{who}-{number}",
        number=f"T-{who}-{number}",
        title=f"{who} {number}",
        kind=TicketKind.INCIDENT,
        company_ref="1",
        contact_ref=f"{who}-c" if number < 2 else None,
        issue="printer",
        sub_issue="paper",
        assignee_ref=who,
        status_category=StatusCategory.RESOLVED,
        created_at=created,
        resolved_at=created + timedelta(hours=number + 1),
    )


def week():
    """Yield the records of a week, in which each technician is a little later with entries than the one before."""
    yield Company(external_id="1", name="Mill & Sons")
    for place, name in enumerate(NAMES):
        who = name.casefold()
        yield Technician(external_id=who, name=name)
        for number in range(6):
            yield ticket(who, number)
            yield from (entry(who, day, number, 1, late=number < place) for day in range(4))
    yield Technician(external_id="idle", name="Idle")


@pytest.fixture
def put():
    """Return a function that puts records into a desk."""

    async def work(desk, rows):
        await desk.store.write(lambda tx: stored.put(tx, rows, now=MONDAY))

    return work


@pytest.fixture
async def desk(request, tmp_path, put):
    """The desk, on Friday at close, with people of all roles."""
    url = request.getfixturevalue(getattr(request, "param", "sqlite_url"))
    settings = {
        "desk": {"name": "X", "timezone": "UTC", "store": url},
        "connections": {"psa": {"connector": "tabular"}},
        "people": PEOPLE,
    }
    (tmp_path / "service").mkdir()
    (tmp_path / "service" / "service.toml").write_text(DEFINITIONS)
    async with ServiceDesk(settings, clock=FakeClock(FRIDAY), actor=as_("mia")) as opened:
        await put(opened, week())
        await opened.definitions.apply(reason="cards", folder=tmp_path / "service")
        yield opened


def as_(name):
    return Actor(f"user:{name}", Way.CLI)
