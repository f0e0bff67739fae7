"""A desk on each database with work, charges and services of two clients at every stage."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from servicedesk_core import ServiceDesk
from servicedesk_core.domain import (
    BillingCode,
    BillingItem,
    Charge,
    Company,
    Contract,
    ContractRate,
    ContractUnits,
    Invoice,
    Role,
    StatusCategory,
    Technician,
    Ticket,
    TimeEntry,
)
from servicedesk_core.domain.contracts import ContractKind
from servicedesk_core.testing import FakeClock
from tests import stored

NOW = datetime(2026, 11, 9, 12, tzinfo=UTC)
HOUR = 3600


@pytest.fixture
def clock():
    return FakeClock(NOW)


@pytest.fixture
def settings(store_url):
    return {
        "desk": {"name": "Example MSP", "timezone": "America/New_York", "store": store_url},
        "connections": {"psa": {"connector": "tabular"}},
    }


@pytest.fixture
async def desk(settings, clock):
    async with ServiceDesk(settings, clock=clock) as opened:
        await opened.store.write(lambda tx: stored.put(tx, tuple(a_desk()), now=NOW))
        yield opened


@pytest.fixture
def put(desk):
    """Return a coroutine function that stores records of the connection."""

    async def work(*rows, connection="psa"):
        await desk.store.write(lambda tx: stored.put(tx, rows, now=NOW, connection=connection))

    return work


def entry(ref, ticket="1", hours=1, *, day=date(2026, 11, 5), **more):
    """Return a time entry that nothing is wrong with."""
    values = {
        "ticket_ref": ticket, "technician_ref": "t1", "role_ref": "r1", "work_date": day, "summary": "Swapped it.",
        "billing_code_ref": "b1", "worked_s": round(hours * HOUR), "billed_s": round(hours * HOUR),
    }  # fmt: skip
    return TimeEntry(external_id=ref, **values | more)


def line(ref, price, **more):
    """Return a posted line of the first client."""
    values = {"company_ref": "c1", "item_on": date(2026, 10, 1), "price": Decimal(price), "currency": "USD"}
    return BillingItem(external_id=ref, **values | more)


def a_desk():
    """Yield the records."""
    yield Company(external_id="c1", name="Acme")
    yield Company(external_id="c2", name="Bolt")
    yield Company(external_id="own", name="Example MSP", is_own=True)
    yield Technician(external_id="t1", name="Ann Ray")
    yield Role(external_id="r1", name="Engineer", hourly_price=Decimal(100))
    yield Role(external_id="r2", name="Architect")
    yield BillingCode(external_id="b1", name="Remote", is_active=True)
    yield BillingCode(external_id="b2", name="Nights", is_active=True)
    yield Contract(
        external_id="k1",
        name="Care",
        company_ref="c1",
        kind=ContractKind.RECURRING,
        excluded_role_refs=("r2",),
        excluded_billing_code_refs=(),
        is_active=True,
        start_on=date(2026, 1, 1),
        end_on=date(2026, 12, 31),
    )
    yield Contract(external_id="k2", name="By the hour", company_ref="c2", kind=ContractKind.TIME_AND_MATERIALS)
    yield ContractRate(
        external_id="x1", contract_ref="k2", role_ref="r1", hourly_price=Decimal("89.50"), currency="USD"
    )
    yield Ticket(external_id="1", number="T1", company_ref="c1", contract_ref="k1")
    yield Ticket(external_id="2", number="T2", company_ref="c2", contract_ref="k2")
    yield Ticket(external_id="3", number="T3", company_ref="own")
    yield Ticket(
        external_id="4",
        number="T4",
        company_ref="c2",
        assignee_ref="t1",
        status_category=StatusCategory.CLOSED,
        closed_at=datetime(2026, 11, 8, 12, tzinfo=UTC),
    )
    # Worked, approved: covered, by the hour, of a role without a price, our own, free, and posted already.
    yield entry("e1", "1", 2, contract_ref="k1")
    yield entry("e2", "2", 3, contract_ref="k2", day=date(2026, 10, 20))
    yield entry("e3", "1", 1, contract_ref="k1", role_ref="r2")
    yield entry("e4", "2", 1, contract_ref="k2", approved_at=NOW)
    yield entry("e5", "3", 1)
    yield entry("e6", "2", 1, is_billable=False)
    yield entry("e7", "1", 1, contract_ref="k1")
    # Charges: one that no line names, and one that a line names.
    yield Charge(external_id="h1", ticket_ref="1", price=Decimal("64.95"), currency="USD", bought_on=date(2026, 11, 2))
    yield Charge(external_id="h2", ticket_ref="1", price=Decimal(10), currency="USD", bought_on=date(2026, 10, 2))
    # Services: one period that has begun, one that is posted, one of the next month.
    for ref, month, posted in (("u1", 11, None), ("u2", 10, NOW), ("u3", 12, None)):
        yield ContractUnits(
            external_id=ref, contract_ref="k1", contract_service_ref="s1", start_on=date(2026, month, 1),
            end_on=date(2026, month, 28), units=3, price=Decimal(300), currency="USD", posted_at=posted,
        )  # fmt: skip
    yield Invoice(external_id="i1", number="I1", company_ref="c1", invoiced_on=date(2026, 10, 31))
    yield Invoice(
        external_id="i2", number="I2", company_ref="c1", invoiced_on=date(2026, 9, 30), paid_on=date(2026, 10, 9)
    )
    yield Invoice(external_id="i3", number="I3", company_ref="c1", invoiced_on=date(2026, 10, 31), is_voided=True)
    yield line("l1", "0", time_entry_ref="e7", quantity=Decimal(1), role_ref="r1", contract_ref="k1")
    yield line("l2", "10.00", charge_ref="h2", invoice_ref="i1", item_on=date(2026, 10, 2))
    yield line("l3", "300.00", contract_service_ref="s1", invoice_ref="i1")
    yield line(
        "l4",
        "150",
        time_entry_ref="gone",
        quantity=Decimal(2),
        role_ref="r1",
        invoice_ref="i1",
        item_on=date(2026, 10, 21),
    )
    yield line("l5", "12.345", invoice_ref="i2", item_on=date(2026, 9, 1))
    yield line("l6", "20", invoice_ref="i3", item_on=date(2026, 9, 2))
    yield line("l7", "99", is_billable=False)
    yield line("l8", "7", currency="CAD", own_price=Decimal("5.10"), company_ref="c2")
