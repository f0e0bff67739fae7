"""What the connector says about itself."""

from servicedesk_core.hooks.writing import ReconcilableBy
from servicedesk_dell.api.profile import WRITES


async def test_capabilities_say_how_access_is_obtained_and_what_a_claim_needs(dell):
    described = dell.describe_capabilities()
    assert described == dell.describe_capabilities()
    assert described.approved_by.startswith("Dell")
    assert "unknown" in described.lead_time
    said = " ".join(described.access)
    assert all(word in said for word in ("TechDirect", "Warranty", "Self-Dispatch", "certification", "sandbox"))
    assert {write.kind for write in described.writes} == set(WRITES.values())
    assert not any(write.reconcilable_by.may_prove_absence for write in described.writes)
    assert described.write("claims.submit").reconcilable_by is ReconcilableBy.NOTHING
    assert (described.warranty.devices_per_request, described.warranty.time_zone) == (100, "America/Chicago")


async def test_account_stays_the_same_when_the_operator_names_it(maker):
    async with maker.connector() as dell:
        identity = await dell.vendor_identity()
        assert (identity.account, identity.name) == ("sandbox-warranty-id", "North / Acme / Tier 1")
    async with maker.connector(account="Example MSP") as dell:
        assert (await dell.vendor_identity()).account == "Example MSP"
    assert not maker.requests


async def test_live_and_sandbox_addresses_are_dells_own(maker):
    from servicedesk_dell.api.profile import dispatch_path, dispatch_profile, gateway, warranty_profile

    async with maker.connector(gateway_url=None, environment="live") as dell:
        assert warranty_profile(dell.ctx).base_url == "https://apigtwb2c.us.dell.com/PROD/sbil/eapi/v5/"
        assert gateway(dell.ctx) + dispatch_path("live") == (
            "https://apigtwb2c.us.dell.com/PROD/support/dispatch/v3/service"
        )
    async with maker.connector(gateway_url=None) as dell:
        assert dispatch_profile(dell.ctx).base_url == "https://apigtwb2cnp.us.dell.com/"
        assert dispatch_path("sandbox") == "Sandbox/support/dispatch/v3/service"
