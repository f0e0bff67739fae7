"""What every connector of the family must do."""

from datetime import date

import pytest

from servicedesk_core.domain.warranty import DeviceRef
from servicedesk_core.testing import ClaimVendor, WarrantyClaimsSuite, WarrantyLookupSuite, hooks_of
from servicedesk_dell import Dell

FAULTS = {"shuffled": "shuffle", "missing": "leave_out", "doubled": "double", "added": "add"}


class TestDellLookup(WarrantyLookupSuite):
    covered = DeviceRef(manufacturer="Dell Inc.", serial_number="AB12CD3")
    covered_on = date(2026, 11, 20)
    expired = DeviceRef(manufacturer="DELL", serial_number="EXP1RD2")
    expired_on = date(2026, 11, 20)
    unknown = DeviceRef(manufacturer="Dell", serial_number="ZZ99ZZ9")
    spellings = ("dell", "DELL", "Dell Inc.", "Dell Computer Corporation", "Dell EMC", "Dell Technologies", "Alienware")

    @pytest.fixture
    async def connector(self, maker):
        async with maker.connector(grants=frozenset()) as dell:
            yield dell

    @pytest.fixture
    async def rejected(self, maker):
        async with maker.connector(warranty_client_secret="wrong", grants=frozenset()) as dell:
            yield dell

    @pytest.fixture
    def misbehave(self, maker):
        async def next_batch(fault):
            maker.sandbox.faults([{"kind": FAULTS[fault], "path": "asset-entitlements"}])

        return next_batch

    def devices(self, count):
        return [DeviceRef(manufacturer="Dell", serial_number=f"A{number:05d}B") for number in range(count)]


class DellVendor(ClaimVendor):
    """What the tests may do behind the connector's back."""

    def __init__(self, sandbox):
        self.sandbox = sandbox

    async def claims(self):
        return self.sandbox.claims.count()

    async def lose_next_answer(self):
        self.sandbox.faults([{"kind": "drop_after", "action": "CreateDispatch"}])

    async def refuse_next_in_a_success(self):
        self.sandbox.faults([{"kind": "refuse", "action": "CreateDispatch"}])

    async def refuse_next(self):
        fault = "<s:Fault><faultcode>s:Client</faultcode><faultstring>Missing parameters: Track</faultstring></s:Fault>"
        soap = "http://schemas.xmlsoap.org/soap/envelope/"
        body = f'<s:Envelope xmlns:s="{soap}"><s:Body>{fault}</s:Body></s:Envelope>'
        self.sandbox.faults([{"kind": "status", "action": "CreateDispatch", "status": 500, "body": body}])

    async def say(self, ref, word):
        self.sandbox.say(ref, word)

    async def deny(self, ref):
        self.sandbox.deny(ref)


class TestDellClaims(WarrantyClaimsSuite):
    unknown_ref = "SR9999999999"
    secrets = ("sandbox-password", "sandbox-dispatch-secret", "sandbox-warranty-secret")

    @pytest.fixture
    async def connector(self, dell):
        return dell

    @pytest.fixture
    def claim(self, make_claim):
        return make_claim()

    @pytest.fixture
    def vendor(self, maker):
        return DellVendor(maker.sandbox)

    @pytest.fixture
    async def unreachable_connector(self, maker):
        async with maker.connector(gateway_url="http://127.0.0.1:9/") as dell:
            yield dell


def test_core_accepts_the_connector_and_its_hooks():
    hooks = hooks_of(Dell, title="servicedesk-dell")
    assert {"cancel_claim", "add_claim_note", "attach_to_claim"}.isdisjoint(hooks)
