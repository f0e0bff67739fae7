"""A desk with the tickets of three technicians that were resolved in October, and its people."""

from datetime import UTC, datetime

import pytest

from servicedesk_core import Actor, ServiceDesk, Way
from servicedesk_core.domain import Company, Contact, StatusCategory, Survey, Technician, Ticket, TicketKind, TimeEntry
from servicedesk_core.testing import FakeClock
from tests import stored

NOW = datetime(2026, 11, 9, 12, tzinfo=UTC)

DEFINITIONS = """\
[checklists.ticket]
items = ["The cause is written down", "The client knows", "The device is named"]

[samples.weekly]
checklist = "ticket"
percent = 20
per_technician = 2
reviewers = ["rita", "tom"]

[surveys."How did we do?"]

[surveys.nps]
asks = "recommendation"
lowest = 0
highest = 10

[surveys.team]
asks = "staff"
lowest = 0
highest = 10
"""

PEOPLE = {
    "una": {"roles": ["admin"]},
    "rita": {"roles": ["quality-reviewer"]},
    "tom": {"roles": ["technician", "quality-reviewer"], "technician": "tom"},
    "ana": {"roles": ["technician"], "technician": "ana"},
    "cora": {"roles": ["coordinator"]},
    "max": {"roles": ["service-manager"]},
}


def october(day, hour=9):
    return datetime(2026, 10, day, hour, tzinfo=UTC)


def _ticket(number, who, **more):
    values = {"kind": TicketKind.INCIDENT, "status_category": StatusCategory.RESOLVED, "company_ref": "1"}
    resolved = october(1 + number % 28, 17)
    values |= {"created_at": october(1 + number % 28), "resolved_at": resolved, "title": "Printer", "contact_ref": "c"}
    return Ticket(external_id=str(number), number=f"T{number}", assignee_ref=who, **values | more)


def _survey(number, rating, **more):
    values = {"survey_name": "How did we do?", "ticket_ref": str(number), "contact_ref": "c", "company_ref": "1"}
    values |= {"sent_at": october(20), "completed_at": None if rating is None else october(21)}
    return Survey(external_id=f"s{number}", rating=rating, **values | more)


RECORDS = (
    Company(external_id="0", name="Us", is_own=True),
    Company(external_id="1", name="Mill & Sons"),
    Company(external_id="2", name="Quay"),
    Contact(external_id="c", first_name="Nina", last_name="Winter", email="nina@mill.example"),
    Contact(external_id="d", first_name="Otto", last_name="Quill", email="otto@quay.example"),
    *(Technician(external_id=who, name=who.title()) for who in ("ana", "ben", "tom")),
    *(_ticket(number, "ana") for number in range(1, 13)),
    *(_ticket(number, "ben", company_ref="2") for number in range(21, 24)),
    *(_ticket(number, "tom") for number in range(31, 33)),
    _ticket(41, None),
    _ticket(42, "ana", company_ref="0"),
    *(TimeEntry(external_id=f"e{number}", ticket_ref=str(number), technician_ref="tom") for number in (21, 22, 23)),
    *(_survey(number, rating) for number, rating in ((1, 5), (2, 5), (3, 4), (4, 5), (5, 5), (6, None), (7, 9))),
)


@pytest.fixture
async def desk(request, tmp_path):
    """The desk; Max acts on it, who is its service manager."""
    url = request.getfixturevalue(getattr(request, "param", "sqlite_url"))
    folder = tmp_path / "service"
    folder.mkdir()
    (folder / "quality.toml").write_text(DEFINITIONS)
    settings = {
        "desk": {"name": "X", "timezone": "UTC", "store": url},
        "connections": {"psa": {"connector": "tabular"}},
        "people": PEOPLE,
    }
    async with ServiceDesk(settings, clock=FakeClock(NOW), actor=Actor("user:max", Way.CLI)) as opened:
        await opened.store.write(lambda tx: stored.put(tx, RECORDS, now=NOW))
        await opened.definitions.apply(reason="the first rules", folder=folder)
        yield opened
