"""The connector over real HTTP against the sandbox."""

from contextlib import asynccontextmanager, contextmanager
from datetime import date

import pytest
from hypothesis import settings

from servicedesk_core.domain.logistics import Address, Person
from servicedesk_core.domain.warranty import Claim, ClaimLine, ClaimService, DeviceRef
from servicedesk_core.http import HttpFactory, InMemoryLedger
from servicedesk_core.redaction import Redactor
from servicedesk_core.sandboxing import serve
from servicedesk_core.testing import ImpatientClock, opened
from servicedesk_ingram import Ingram, IngramSettings
from servicedesk_ingram.sandbox import Sandbox, SandboxOptions

GRANTS = ("claims.submit",)

# How long one example takes is the machine's affair.
settings.register_profile("servicedesk", deadline=None, max_examples=40)
settings.load_profile("servicedesk")


class Stand:
    """A served sandbox and ways to connect to it."""

    def __init__(self, url, sandbox):
        self.url = url
        self.sandbox = sandbox

    def settings(self, **changes):
        options = self.sandbox.options
        given = {
            "client_id": options.client_id,
            "client_secret": options.client_secret,
            "customer_number": options.customer_number,
            "country_code": options.country_code,
            "url": self.url,
            "primary_reason": "Item does not work",
            "secondary_reason": "Defective on arrival",
            "settle_s": 60.0,
        }
        return IngramSettings(**given | changes)

    @asynccontextmanager
    async def connector(self, *, grants=GRANTS, redactor=None, transport=None, **changes):
        clock = ImpatientClock()
        http = HttpFactory(
            connection="test",
            ledger=InMemoryLedger(clock),
            clock=clock,
            grants=frozenset(grants),
            redactor=redactor or Redactor(),
            transport=transport,
        )
        async with opened(Ingram, self.settings(**changes), clock=clock, http=http) as ingram:
            yield ingram


@contextmanager
def _served(**options):
    sandbox = Sandbox(SandboxOptions(**options))
    with serve(sandbox) as url:
        yield Stand(url, sandbox)


@pytest.fixture(scope="session")
def _shared():
    with _served() as stand:
        yield stand


@pytest.fixture
def stand(_shared):
    """A sandbox with returns, counters and faults of the test's own."""
    _shared.sandbox.reset()
    return _shared


@pytest.fixture
async def ingram(stand):
    async with stand.connector() as connector:
        yield connector


@pytest.fixture
def good_claim():
    return Claim(
        id="SD-TEST0001",
        device=DeviceRef(manufacturer="Example Maker", serial_number="EX12345"),
        service=ClaimService.RETURN_FOR_CREDIT,
        symptom="No power.",
        troubleshooting="Another adapter was tried.",
        invoice_number="40-NFERG-11",
        purchased_on=date(2026, 1, 5),
        contact=Person(name="Ada Example", email="ada@acme.example", phone="+15550100"),
        ship_to=Address(
            name="Acme", lines=("1 Example Way",), city="Town", region="KS", postal_code="66219", country="US"
        ),
        lines=(ClaimLine(number=1, part_number="A9W-12345", quantity=1),),
    )


@pytest.fixture
def claim(good_claim):
    """The suite has a fixture of this name, which would hide it there."""
    return good_claim


@pytest.fixture
def follow():
    async def run(connector, *refs):
        found = [outcome async for outcome in connector.fetch_claims(refs)]
        assert sorted(one.ref for one in found) == sorted(refs)
        return {one.ref: one for one in found}

    return run
