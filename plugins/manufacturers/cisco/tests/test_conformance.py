"""What every connector of the family must do."""

from datetime import UTC, datetime

import pytest

from servicedesk_cisco import Cisco, CiscoSettings
from servicedesk_cisco.sandbox import fleet
from servicedesk_core.domain.warranty import DeviceRef
from servicedesk_core.testing import hooks_of, make_context
from servicedesk_core.testing.suites.warranty_claims import ClaimVendor, WarrantyClaimsSuite
from servicedesk_core.testing.suites.warranty_lookup import Misbehaviour, WarrantyLookupSuite

TODAY = datetime.now(UTC).date()


def of(serial, **more):
    return DeviceRef(manufacturer="CISCO", serial_number=serial, **more)


class TestLookup(WarrantyLookupSuite):
    covered = of(fleet.COVERED)
    covered_on = TODAY
    expired = of(fleet.EXPIRED)
    expired_on = TODAY
    unknown = of("ZZZ0000NIX1")
    ambiguous = of(fleet.TWO_PRODUCTS)
    clear = of(fleet.TWO_PRODUCTS, product_number="C9300-NM-8X")
    spellings = ("Cisco", "CISCO SYSTEMS", "Cisco Systems, Inc.", "Cisco Systems Inc", "Cisco-Systems")

    @pytest.fixture
    async def connector(self, cisco):
        return cisco

    @pytest.fixture
    async def rejected(self, stand):
        async with stand.connector(client_secret="not-this-one") as cisco:
            yield cisco

    @pytest.fixture
    def misbehave(self, stand):
        async def script(fault):
            if fault is not Misbehaviour.SHUFFLED:  # it always shuffles
                stand.sandbox.faults([{"kind": fault.value, "match": {"path": "/summary/"}}])

        return script

    def devices(self, count):
        return [of(f"FOC25{number // 100:02d}A{number % 100:03d}") for number in range(count)]


class Vendor(ClaimVendor):
    def __init__(self, stand):
        self._stand = stand

    def opened_by_hand(self):
        return self._stand.sandbox.orders.open(fleet.COVERED, TODAY)["rma"]

    async def say(self, ref, word):
        assert self._stand.sandbox.orders.say(ref, word)


class TestClaims(WarrantyClaimsSuite):
    """Only what follows: Cisco takes no claims through its public interfaces."""

    unknown_ref = "899999999"
    secrets = ("sandbox-client-secret",)

    @pytest.fixture
    async def connector(self, cisco):
        return cisco

    @pytest.fixture
    def claim(self):
        """Nobody sends it; the suite wants to know which one it follows."""
        return

    @pytest.fixture
    def vendor(self, stand):
        return Vendor(stand)

    async def _existing(self, connector, claim, vendor):
        del connector, claim
        return vendor.opened_by_hand()


def test_core_accepts_the_connector_and_its_hooks():
    hooks = hooks_of(Cisco, title="servicedesk-cisco")
    assert {"find_entitlements", "fetch_claims", "find_service_parts"} <= hooks
    assert not {"submit_claim", "resubmit_claim", "cancel_claim", "attach_to_claim", "add_claim_note"} & hooks


def test_requirements_are_filled_in_before_there_are_settings():
    described = Cisco(make_context(CiscoSettings.model_construct())).describe_capabilities()
    assert described.access
    assert described.approved_by
    assert described.lead_time == "unknown"
    assert described.writes == ()
