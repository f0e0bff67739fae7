"""What every connector of the family must do."""

from datetime import UTC, datetime

import pytest

from servicedesk_core.domain.warranty import DeviceRef
from servicedesk_core.testing import hooks_of, make_context
from servicedesk_core.testing.suites.warranty_lookup import Misbehaviour, WarrantyLookupSuite
from servicedesk_hpe import Hpe, HpeSettings

TODAY = datetime.now(UTC).date()


def of(serial, **more):
    return DeviceRef(manufacturer="HPE", serial_number=serial, **more)


class TestLookup(WarrantyLookupSuite):
    covered = of("CZJ635566T", product_number="868703-B21#ABA")
    covered_on = TODAY
    expired = of("CZJ6EXPIRD")
    expired_on = TODAY
    unknown = of("ZZJ6000000")
    ambiguous = of("CZJ6SHARED")
    clear = of("CZJ6SHARED", product_number="P19766-B21")
    spellings = ("Hewlett Packard Enterprise", "Hewlett-Packard Enterprise Company", "HPE Aruba", "hpe")

    @pytest.fixture
    async def connector(self, hpe):
        return hpe

    @pytest.fixture
    async def rejected(self, stand):
        async with stand.connector(client_secret="not-this-one") as hpe:
            yield hpe

    @pytest.fixture
    def misbehave(self, stand):
        async def script(fault):
            if fault is not Misbehaviour.SHUFFLED:  # there is one device in an answer
                stand.sandbox.faults([{"kind": f"{fault}_row", "match": {"path": "warrantyCheck"}}])

        return script

    def devices(self, count):
        return [of(f"CZJ6{number:06d}") for number in range(count)]


def test_core_accepts_the_connector_and_its_hooks():
    hooks = hooks_of(Hpe, title="servicedesk-hpe")
    assert "find_entitlements" in hooks
    assert not {"submit_claim", "fetch_claims", "find_service_parts"} & hooks


def test_requirements_are_filled_in_before_there_are_settings():
    described = Hpe(make_context(HpeSettings.model_construct())).describe_capabilities()
    assert described.access
    assert described.approved_by
    assert described.lead_time == "unknown"
    assert described.writes == ()
