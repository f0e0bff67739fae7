"""A desk on each database with agreements that end, and a folder of definitions."""

from datetime import UTC, date, datetime

import pytest

from servicedesk_core import ServiceDesk
from servicedesk_core.domain import Asset, Company, Contract
from servicedesk_core.domain.contracts import ContractKind
from servicedesk_core.testing import FakeClock
from tests import stored

NOW = datetime(2026, 12, 1, 12, tzinfo=UTC)

DEFINITIONS = """\
[profit]
currency = "EUR"

[cost_rates.engineer]
roles = ["Engineer"]
hour = 42.00
currency = "EUR"

[renewals]
notice_days = 30

[agreements.Care]
company = "Acme"
notice_days = 60

[agreements.Lines]
renews_months = 12
notice_days = 90

[vendor_agreements.mail]
vendor = "Example Cloud"
about = "Mailboxes"
client = "Acme"
ends_on = 2026-12-31
notice_days = 30
owner = "ana"
link = "https://papers.example.com/mail"

[vendor_agreements.lease]
vendor = "Example Leasing"
ends_on = 2027-05-31
notice_months = 3

[vendor_agreements.over]
vendor = "Example Leasing"
ends_on = 2026-10-31

[vendor_agreements.line]
vendor = "Example Telecom"
ends_on = 2026-12-01
renews_months = 12
notice_days = 30
"""


def records():
    """Return two clients with their contracts."""
    yield from (Company(external_id=ref, name=name) for ref, name in (("c1", "Acme"), ("c2", "Bolt")))
    yield Company(external_id="c9", name="Example MSP", is_own=True)
    kind = ContractKind.RECURRING
    yield from (
        Contract(external_id=ref, name=name, company_ref=company, kind=of, start_on=start, end_on=end)
        for ref, name, company, of, start, end in (
            ("k1", "Care", "c1", kind, date(2025, 2, 1), date(2027, 1, 31)),
            ("k2", "Care", "c2", kind, date(2025, 2, 1), date(2027, 4, 30)),
            ("k3", "Lines", "c2", ContractKind.FIXED_PRICE, date(2020, 3, 1), date(2021, 2, 28)),
            ("k4", "Old hours", "c1", ContractKind.BLOCK_HOURS, date(2025, 1, 1), date(2026, 11, 20)),
            ("k5", "New hours", "c1", ContractKind.BLOCK_HOURS, date(2026, 11, 21), date(2027, 11, 20)),
            ("k6", "House", "c9", kind, date(2025, 1, 1), date(2026, 12, 31)),
            ("k7", "Building", "c1", ContractKind.FIXED_PRICE, date(2026, 1, 1), date(2026, 12, 31)),
            ("k8", "Endless", "c2", kind, date(2025, 1, 1), None),
            ("k9", "Long gone", "c2", kind, date(2024, 1, 1), date(2025, 1, 1)),
        )
    )
    yield from (Asset(external_id=f"a{n}", name=f"PC {n}", company_ref="c1", is_active=True) for n in range(4))


@pytest.fixture
def clock():
    return FakeClock(NOW)


@pytest.fixture
def folder(tmp_path):
    made = tmp_path / "service"
    made.mkdir()
    (made / "agreements.toml").write_text(DEFINITIONS)
    return made


@pytest.fixture
async def desk(store_url, clock, folder):
    settings = {
        "desk": {"name": "Example MSP", "timezone": "Europe/Berlin", "store": store_url},
        "connections": {"psa": {"connector": "tabular"}},
    }
    async with ServiceDesk(settings, clock=clock) as opened:
        await opened.store.write(lambda tx: stored.put(tx, records(), now=NOW))
        await opened.definitions.apply(reason="what we agreed", folder=folder)
        yield opened
