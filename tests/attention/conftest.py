"""A small desk on which somebody has to act."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest

from servicedesk_core.domain import (
    ActorType,
    Appointment,
    Company,
    Entity,
    Note,
    Priority,
    Queue,
    QueueKind,
    StatusCategory,
    Technician,
    Ticket,
    TimeEntry,
    TimeOff,
    TimeOffState,
)
from servicedesk_core.store import Store
from servicedesk_core.testing import FakeClock
from tests import stored

NOW = datetime(2026, 3, 11, 14, 0, tzinfo=UTC)  # a Wednesday


def ticket(number: int, category: StatusCategory | None, **fields: object) -> Ticket:
    values: dict[str, object] = {
        "number": f"T{number}",
        "title": f"Ticket {number}",
        "status": "Word",
        "status_category": category,
        "priority": Priority.P3,
        "company_ref": "c1",
        "assignee_ref": "ana",
        "created_at": NOW - timedelta(days=3, minutes=number),
        "last_activity_at": NOW - timedelta(hours=1),
    }
    return Ticket(external_id=str(number), **{**values, **fields})


def note(number: int, author: ActorType, hours: float, ref: str | None = None, *, system: bool = False) -> Note:
    return Note(
        external_id=f"{number}-{author}-{hours}", ticket_ref=str(number), author_type=author, author_ref=ref,
        is_system=system, created_at=NOW - timedelta(hours=hours),
    )  # fmt: skip


ROWS: list[Entity] = [
    Company(external_id="c1", name="Acme & Sons"),
    Company(external_id="c2", name="Globex"),
    Queue(external_id="noc", name="NOC", kind=QueueKind.NOC),
    Technician(external_id="ana", name="Ana"),
    Technician(external_id="ben", name="Ben"),
    Technician(external_id="cho", name="Cho", is_active=False),
    Technician(external_id="api", name="API", is_system=True),
    ticket(1, StatusCategory.NEW, priority=Priority.P1, assignee_ref=None),
    ticket(2, StatusCategory.WAITING_CUSTOMER),
    ticket(3, StatusCategory.IN_PROGRESS, due_at=NOW - timedelta(hours=1)),
    ticket(4, StatusCategory.IN_PROGRESS),
    ticket(5, StatusCategory.SCHEDULED),
    ticket(6, StatusCategory.IN_PROGRESS, assignee_ref="ben", due_at=NOW + timedelta(hours=8)),
    ticket(7, StatusCategory.IN_PROGRESS, assignee_ref="cho", due_at=NOW + timedelta(days=9)),
    ticket(8, StatusCategory.CLOSED),
    ticket(9, StatusCategory.TRIAGED, assignee_ref=None, queue_ref="noc", company_ref="c2"),
    note(2, ActorType.TECHNICIAN, 5, "ana"),
    note(2, ActorType.CUSTOMER, 2),
    note(2, ActorType.TECHNICIAN, 1, "ana", system=True),
    note(2, ActorType.TECHNICIAN, 0.5, "api"),
    note(3, ActorType.CUSTOMER, 4),
    TimeEntry(external_id="t3", ticket_ref="3", technician_ref="ana", end_at=NOW - timedelta(hours=3)),
    note(4, ActorType.TECHNICIAN, 60, "ana"),
    Appointment(
        external_id="a5", ticket_refs=("5",), technician_refs=("ben",), company_ref="c1", title="Visit",
        start_at=NOW + timedelta(hours=2), end_at=NOW + timedelta(hours=3),
    ),
    TimeOff(external_id="o1", technician_ref="ben", day=date(2026, 3, 11), state=TimeOffState.APPROVED, kind="Sick"),
    TimeOff(external_id="o2", technician_ref="ben", day=date(2026, 3, 12), state=TimeOffState.APPROVED, kind="Sick"),
    TimeOff(external_id="o3", technician_ref="ana", day=date(2026, 3, 11), state=TimeOffState.REQUESTED),
]  # fmt: skip


def fill(store: Store, rows: list[Entity], connection: str = "psa") -> None:
    """Put records into a store."""
    source = {"connection": connection, "connector": "autotask", "environment": "sandbox"}
    store.write_blocking(lambda tx: stored.put(tx, rows, now=NOW, mode="backfill", **source))


@pytest.fixture
def store(sqlite_url: str) -> Iterator[Store]:
    with Store.open(sqlite_url, clock=FakeClock(NOW)) as store:
        fill(store, ROWS)
        yield store
