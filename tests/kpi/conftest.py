"""A desk with a little of everything, on a clock that is moved by hand."""

from datetime import timedelta
from decimal import Decimal

import pytest

from servicedesk_core import ServiceDesk
from servicedesk_core.domain import (
    Company,
    Contract,
    ContractKind,
    EventSource,
    EventType,
    Queue,
    StatusCategory,
    Technician,
    Ticket,
    TicketEvent,
    TicketKind,
    TimeEntry,
)
from servicedesk_core.testing import FakeClock
from tests import stored
from tests.kpi.given import at

NOW = at(4, 15, 12)


def _entry(ref, ticket, who, start, minutes, **more):
    end = start + timedelta(minutes=minutes)
    values = {"worked_s": minutes * 60, "work_date": start.date(), "start_at": start, "end_at": end, "created_at": end}
    return TimeEntry(external_id=ref, ticket_ref=ticket, technician_ref=who, **values | more)


def _ticket(ref, created, resolved=None, **more):
    category = StatusCategory.RESOLVED if resolved else StatusCategory.IN_PROGRESS
    values = {"number": f"N{ref}", "kind": TicketKind.INCIDENT, "status_category": category, "company_ref": "1"}
    return Ticket(external_id=ref, created_at=created, resolved_at=resolved, **values | more)


RECORDS = (
    Company(external_id="0", name="Us", is_own=True),
    Company(external_id="1", name="Mill & Sons"),
    Company(external_id="2", name="Quay"),
    Technician(external_id="ana", name="Ana"),
    Technician(external_id="ben", name="Ben"),
    Queue(external_id="q", name="Helpdesk"),
    Contract(external_id="c", name="All in", kind=ContractKind.RECURRING, estimated_cost=Decimal(1)),
    _ticket("1", at(3, 2), at(3, 2, 11), contract_ref="c", queue_ref="q", assignee_ref="ana"),
    _ticket("2", at(3, 3), at(3, 4), company_ref="2", assignee_ref="ben"),
    _ticket("3", at(3, 5), at(3, 6), company_ref="0"),
    _ticket("4", at(3, 9), status_category=StatusCategory.NEW, company_ref="2"),
    _ticket("5", at(3, 9), at(3, 10), status_category=StatusCategory.MERGED, merged_into_ref="4"),
    _ticket("6", at(3, 10), company_ref="2", assignee_ref="ben"),
    _entry("a", "1", "ana", at(3, 2, 9), 60),
    _entry("b", "2", "ben", at(3, 3, 9), 30, is_billable=True),
    _entry("c", "2", "ben", at(3, 4, 8), 30, is_billable=False),
    _entry("d", None, "ana", at(3, 3, 9), 60),
)


def _state(ref, when, category):
    return TicketEvent(
        external_id=f"{ref}-{when:%m%d%H}",
        ticket_ref=ref,
        type=EventType.STATUS_CHANGED,
        source=EventSource.HISTORY,
        effective_at=when,
        after={"status_category": category},
    )


EVENTS = (
    _state("6", at(3, 12), "resolved"),
    _state("6", at(3, 15), "in_progress"),
    _state("2", at(3, 4, 8), "resolved"),
)


def fill(tx, rows=(*RECORDS, *EVENTS)):
    """Put records into a store."""
    stored.put(tx, rows, now=NOW)


@pytest.fixture
async def desk(store_url, tmp_path):
    """The desk, in New York's zone, with a calendar and goals of its own."""
    settings = {
        "desk": {"name": "X", "timezone": "UTC", "store": store_url},
        "connections": {"psa": {"connector": "tabular"}},
    }
    folder = tmp_path / "service"
    folder.mkdir()
    (folder / "service.toml").write_text(
        """
        [calendars.office]
        zone = "UTC"
        hours = { mon-fri = "09:00-17:00" }
        [sla]
        calendar = "office"
        [[sla.policies]]
        name = "all"
        [goals.ours]
        goals = { K07 = ">= 50 %", resolved = ">= 2" }
        [goals.later]
        effective_from = 2026-04-10T00:00:00Z
        goals = { created = "<= 1" }
        """
    )
    async with ServiceDesk(settings, clock=FakeClock(NOW)) as opened:
        await opened.store.write(fill)
        await opened.definitions.apply(reason="goals", folder=folder)
        yield opened
