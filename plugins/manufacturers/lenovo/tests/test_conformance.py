"""What every connector of the family must do."""

from datetime import UTC, datetime

import pytest

from servicedesk_core.domain.warranty import DeviceRef
from servicedesk_core.testing import hooks_of, make_context
from servicedesk_core.testing.suites.warranty_claims import ClaimVendor, WarrantyClaimsSuite
from servicedesk_core.testing.suites.warranty_lookup import Misbehaviour, WarrantyLookupSuite
from servicedesk_lenovo import Lenovo, LenovoSettings

TODAY = datetime.now(UTC).date()


def of(serial, **more):
    return DeviceRef(manufacturer="LENOVO", serial_number=serial, **more)


class TestLookup(WarrantyLookupSuite):
    covered = of("PF000TST")
    covered_on = TODAY
    expired = of("PF000EXP")
    expired_on = TODAY
    unknown = of("ZZ000NIX")
    ambiguous = of("PF000DUP")
    clear = of("PF000DUP", machine_type="20YG")
    spellings = ("Lenovo", "LENOVO", "Lenovo Group Ltd.", "Lenovo (Beijing) Limited", "LNVO")

    @pytest.fixture
    async def connector(self, lenovo):
        return lenovo

    @pytest.fixture
    async def rejected(self, stand):
        async with stand.connector(client_id="not-this-one") as lenovo:
            yield lenovo

    @pytest.fixture
    def misbehave(self, stand):
        async def script(fault):
            if fault is not Misbehaviour.SHUFFLED:  # it always shuffles
                stand.sandbox.faults([{"kind": f"{fault}_row", "match": {"method": "POST", "path": "/warranty$"}}])

        return script

    def devices(self, count):
        return [of(f"PF1{number:05d}") for number in range(count)]


class Vendor(ClaimVendor):
    def __init__(self, stand):
        self._stand = stand

    async def claims(self):
        return len(self._stand.sandbox.vendor.cases.cases)

    async def lose_next_answer(self):
        self._stand.sandbox.faults([{"kind": "drop_after", "match": {"method": "POST", "path": "/case$"}}])

    async def refuse_next_in_a_success(self):
        body = {"Error": {"Code": 102, "Message": "Case cannot be created"}}
        entry = {"kind": "status", "status": 200, "body": body, "match": {"method": "POST", "path": "/case$"}}
        self._stand.sandbox.faults([entry])

    async def refuse_next(self):
        body = {"Message": "The request is invalid."}
        entry = {"kind": "status", "status": 400, "body": body, "match": {"method": "POST", "path": "/case$"}}
        self._stand.sandbox.faults([entry])

    async def say(self, ref, word):
        vendor = self._stand.sandbox.vendor
        assert vendor.cases.set_status(ref, word, vendor.clock.now())

    async def settle(self):
        self._stand.sandbox.vendor.cases.show_all()


class TestClaims(WarrantyClaimsSuite):
    unknown_ref = "4999999999"
    secrets = ("sandbox-client-id",)

    @pytest.fixture
    async def connector(self, stand):
        async with stand.connector(grants=("claims.submit",)) as lenovo:
            yield lenovo

    @pytest.fixture
    async def unreachable_connector(self, stand):
        async with stand.connector(grants=("claims.submit",), url="http://127.0.0.1:9") as lenovo:
            yield lenovo

    @pytest.fixture
    def claim(self, good_claim):
        return good_claim

    @pytest.fixture
    def vendor(self, stand):
        return Vendor(stand)


def test_core_accepts_the_connector_and_its_hooks():
    hooks = hooks_of(Lenovo, title="servicedesk-lenovo")
    assert {"find_entitlements", "submit_claim", "find_claim", "fetch_claims", "find_service_parts"} <= hooks
    assert not {"cancel_claim", "resubmit_claim", "attach_to_claim", "add_claim_note"} & hooks


def test_requirements_are_filled_in_before_there_are_settings():
    described = Lenovo(make_context(LenovoSettings.model_construct())).describe_capabilities()
    assert described.access
    assert described.approved_by
    assert described.lead_time == "unknown"
    assert described.write("claims.submit").visible_to == "customer"
    assert described.warranty.claim_rules.max_attachments == 0
