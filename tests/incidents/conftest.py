"""A desk with tickets of three clients, and our own company, whose tickets no client reads."""

from datetime import timedelta

import pytest

from servicedesk_core.domain import Company, Entity, StatusCategory, Ticket
from tests import stored
from tests.assign.conftest import applied, clock, desk, pulled_database, pulled_store, store_url, vendor

__all__ = ["applied", "clock", "desk", "pulled_database", "pulled_store", "store_url", "vendor"]


@pytest.fixture
async def hit(desk, vendor, clock):
    """Tickets 1 and 2 of Bolt & Co, 3 of Globex GmbH, 4 of Initech; 5 is our own. All came 20 minutes ago."""
    companies = {"c2": "Globex GmbH", "c3": "Initech", "own": "Example MSP"}
    of = {"1": "c1", "2": "c1", "3": "c2", "4": "c3", "5": "own"}
    at = clock.now() - timedelta(minutes=20)
    rows: list[Entity] = [Company(external_id=ref, name=name, is_own=ref == "own") for ref, name in companies.items()]
    for number, ref in of.items():
        raw = vendor.put("tickets", number, company_ref=ref, created_at=at.isoformat())
        ticket = Ticket(
            external_id=number, number=f"T{number}", title=raw["title"], status="New", queue_ref="q1", company_ref=ref,
            status_category=StatusCategory.NEW, created_at=at,
        )  # fmt: skip
        rows.append(ticket)
    source = {"connector": desk.settings.connections["psa"].connector, "environment": "live"}
    await desk.store.write(lambda tx: stored.put(tx, rows, now=clock.now(), **source))
    return desk
