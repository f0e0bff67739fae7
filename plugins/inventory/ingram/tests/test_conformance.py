"""What every connector of the family must do."""

import pytest

from servicedesk_core.testing import PartsSuite, hooks_of, make_context
from servicedesk_core.testing.suites.warranty_claims import ClaimVendor, WarrantyClaimsSuite
from servicedesk_ingram import Ingram, IngramSettings

CREATE = {"method": "POST", "path": "/create$"}


class Vendor(ClaimVendor):
    def __init__(self, stand):
        self._stand = stand

    async def claims(self):
        return len(self._stand.sandbox.returns.by_number)

    async def lose_next_answer(self):
        self._stand.sandbox.faults([{"kind": "drop_after", "match": CREATE}])

    async def refuse_next(self):
        body = {"errors": [{"type": "/errors/validation-failed", "fields": [{"field": "x", "message": "Invalid"}]}]}
        self._stand.sandbox.faults([{"kind": "status", "status": 400, "body": body, "match": CREATE}])

    async def refuse_next_in_a_success(self):
        body = {"errors": [{"type": "/errors/validation-failed", "fields": [{"field": "x", "message": "Invalid"}]}]}
        self._stand.sandbox.faults([{"kind": "status", "status": 200, "body": body, "match": CREATE}])

    async def say(self, ref, word):
        assert self._stand.sandbox.returns.say(ref, word)


class TestClaims(WarrantyClaimsSuite):
    unknown_ref = "CAS-99999-X1X1X1-1"
    secrets = ("sandbox-client-secret",)

    @pytest.fixture
    async def connector(self, ingram):
        return ingram

    @pytest.fixture
    async def unreachable_connector(self, stand):
        async with stand.connector(url="http://127.0.0.1:9", token_url=f"{stand.url}/oauth/oauth20/token") as ingram:
            yield ingram

    @pytest.fixture
    def claim(self, good_claim):
        return good_claim

    @pytest.fixture
    def vendor(self, stand):
        return Vendor(stand)


class TestParts(PartsSuite):
    known = {"part_number": "EX-990-1T", "words": "ssd nvme", "upc": "4006381333931"}  # noqa: RUF012

    @pytest.fixture
    async def connector(self, ingram):
        return ingram

    @pytest.fixture
    async def rejected(self, stand):
        async with stand.connector(client_secret="wrong") as ingram:
            yield ingram

    @pytest.fixture
    async def break_down(self, stand):
        async def down():
            stand.sandbox.faults([{"kind": "html", "status": 503, "times": None}])

        return down


def test_core_accepts_the_connector_and_its_hooks():
    hooks = hooks_of(Ingram, title="servicedesk-ingram")
    assert {"find_parts", "submit_claim", "find_claim", "fetch_claims", "check_claim"} <= hooks
    assert not {"recognise", "find_entitlements", "cancel_claim", "resubmit_claim"} & hooks


def test_requirements_are_filled_in_before_there_are_settings():
    described = Ingram(make_context(IngramSettings.model_construct())).describe_capabilities()
    assert described.access
    assert described.approved_by
    assert described.write("claims.submit").settle_s == 600
