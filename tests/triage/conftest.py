"""A desk whose tickets wait for triage, with questions that are asked about printers."""

from datetime import UTC, datetime, timedelta

import pytest

from servicedesk_core import ServiceDesk
from servicedesk_core.domain import Asset, Company, Note, Priority, Queue, QueueKind, StatusCategory, Technician, Ticket
from servicedesk_core.testing import FakeClock
from tests import stored

NOW = datetime(2026, 3, 11, 14, tzinfo=UTC)
RULES = """\
[intake.printer]
issue = ["Printer"]

[intake.printer.questions]
which = "Which printer is it?"
since = "Since when?"
"""


def ticket(number: int, title: str, hours: float, **fields: object) -> Ticket:
    values: dict[str, object] = {
        "number": f"T{number}",
        "title": title,
        "status": "New",
        "status_category": StatusCategory.NEW,
        "company_ref": "c1",
        "created_at": NOW - timedelta(hours=hours),
    }
    return Ticket(external_id=str(number), **{**values, **fields})


ROWS = [
    Company(external_id="c1", name="Acme & Sons"),
    Company(external_id="c2", name="Globex"),
    Queue(external_id="in", name="Incoming", kind=QueueKind.TRIAGE),
    Queue(external_id="noc", name="NOC", kind=QueueKind.NOC),
    Technician(external_id="ana", name="Ana"),
    Asset(external_id="d1", name="PRN1", manufacturer="Brother", model="HL-1", company_ref="c1"),
    ticket(1, "Printer in room 4 prints nothing", 1, issue="Printer", asset_ref="d1"),
    ticket(2, "Printer prints nothing", 2, issue="Printer", asset_ref="d1", assignee_ref="ana"),
    ticket(3, "VPN is slow", 0.5, priority=Priority.P1, due_at=NOW + timedelta(hours=1)),
    ticket(4, "New laptop", 30, status_category=StatusCategory.TRIAGED, queue_ref="in", assignee_ref="ana"),
    ticket(5, "Backup failed", 3, queue_ref="noc"),
    ticket(6, "Password", 40, status_category=StatusCategory.IN_PROGRESS, company_ref="c2"),
    ticket(7, "Mail", 40, status_category=StatusCategory.IN_PROGRESS, assignee_ref="ana", company_ref="c2"),
    ticket(
        8, "Printer prints nothing", 900, status_category=StatusCategory.CLOSED, company_ref="c2", issue="Printer",
        resolution="Replaced the drum.",
    ),
    Note(external_id="n1", ticket_ref="2", title="Intake", body="Since when?\nMonday", created_at=NOW),
]  # fmt: skip


@pytest.fixture
async def desk(store_url, tmp_path):
    (tmp_path / "service").mkdir()
    (tmp_path / "service" / "triage.toml").write_text(RULES)
    settings = {"desk": {"name": "Example MSP", "store": store_url}, "connections": {"psa": {"connector": "tabular"}}}
    async with ServiceDesk(settings, clock=FakeClock(NOW)) as opened:
        await opened.store.write(lambda tx: stored.put(tx, ROWS, now=NOW))
        await opened.definitions.apply(folder=tmp_path / "service", reason="begin")
        yield opened
