"""A desk on each database with a client whose month is the worked example, and a folder of definitions."""

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
    ContractUnits,
    Role,
    Technician,
    Ticket,
    TimeEntry,
)
from servicedesk_core.domain.contracts import ContractKind
from servicedesk_core.store import sources
from servicedesk_core.testing import FakeClock
from tests import stored

NOW = datetime(2026, 11, 9, 12, tzinfo=UTC)
HOUR = 3600

DEFINITIONS = """\
[profit]
currency = "EUR"

[cost_rates.engineer]
roles = ["Engineer"]
hour = 42.00
currency = "EUR"

[cost_rates.senior]
technicians = ["Cho Park"]
hour = 55.00
currency = "EUR"
multipliers = { "After hours" = 1.5 }

[cost_rates.dana]
technicians = ["t3"]
roles = ["Maintainer"]
hour = 38.50
currency = "EUR"
"""


@pytest.fixture
def clock():
    return FakeClock(NOW)


@pytest.fixture
def settings(store_url, tmp_path):
    return {
        "desk": {"name": "Example MSP", "timezone": "America/New_York", "store": store_url},
        "connections": {"psa": {"connector": "tabular"}},
    }


@pytest.fixture
async def desk(settings, clock):
    async with ServiceDesk(settings, clock=clock) as opened:
        await opened.store.write(lambda tx: sources.ensure(tx, "psa", "tabular", "live", NOW))
        yield opened


@pytest.fixture
def folder(tmp_path):
    made = tmp_path / "service"
    made.mkdir()
    (made / "profit.toml").write_text(DEFINITIONS)
    return made


@pytest.fixture
def put(desk):
    """Return a coroutine function that stores records of the connection."""

    async def work(*rows):
        await desk.store.write(lambda tx: stored.put(tx, rows, now=NOW))

    return work


def entry(ref, ticket, hours, technician="t1", role="r1", *, day=date(2026, 10, 14), **more):
    """Return a time entry."""
    values = {"ticket_ref": ticket, "technician_ref": technician, "role_ref": role, "work_date": day} | more
    return TimeEntry(external_id=ref, worked_s=round(hours * HOUR), **values)


def example(year=2026):
    """Return the records of the worked example; the recovery is no record of a vendor."""
    yield Company(external_id="c1", name="Acme")
    yield from (
        Technician(external_id=ref, name=name)
        for ref, name in (("t1", "Ann Ray"), ("t2", "Cho Park"), ("t3", "Dana Wolf"))
    )
    yield from (Role(external_id=ref, name=name) for ref, name in (("r1", "Engineer"), ("r3", "Maintainer")))
    yield BillingCode(external_id="b9", name="After hours")
    yield Contract(
        external_id="k1",
        name="Care",
        company_ref="c1",
        kind=ContractKind.RECURRING,
        excluded_role_refs=(),
        excluded_billing_code_refs=(),
    )
    kinds = {"1": "incident", "2": "service_request", "3": "recurring"}
    yield from (
        Ticket(external_id=ref, number=f"T{ref}", company_ref="c1", contract_ref="k1", kind=kind)
        for ref, kind in kinds.items()
    )
    yield entry("e1", "1", 10, day=date(year, 10, 14))
    yield entry("e2", "1", 2, "t2", billing_code_ref="b9", day=date(year, 10, 14))
    yield entry("e3", "2", 4, day=date(year, 10, 14))
    yield entry("e4", "3", 6, "t3", "r3", day=date(year, 10, 14))
    yield ContractUnits(
        external_id="u1",
        contract_ref="k1",
        contract_service_ref="s1",
        start_on=date(year, 10, 1),
        end_on=date(year, 10, 31),
        units=60,
        own_price=Decimal("3000.00"),
        cost=Decimal(0),
    )
    yield Charge(
        external_id="g1",
        name="Disk",
        ticket_ref="1",
        cost=Decimal("180.00"),
        own_price=Decimal("240.00"),
        is_billable=True,
        bought_on=date(year, 10, 15),
    )
    yield BillingItem(
        external_id="i1",
        company_ref="c1",
        ticket_ref="1",
        charge_ref="g1",
        item_on=date(year, 10, 15),
        own_price=Decimal("240.00"),
    )
    yield BillingItem(
        external_id="i2",
        company_ref="c1",
        contract_ref="k1",
        contract_service_ref="s1",
        item_on=date(year, 10, 1),
        own_price=Decimal("3000.00"),
    )
