"""Credentials, the gateway, and where requests may go."""

import pytest

from servicedesk_cisco import CiscoSettings
from servicedesk_cisco.sandbox import fleet
from servicedesk_core.domain.warranty import LookupOutcome
from servicedesk_core.errors import (
    AuthenticationError,
    PermissionDeniedError,
    RateLimitedError,
    RejectedError,
    VendorUnavailableError,
)
from servicedesk_core.redaction import Redactor

SN2INFO = {"path": "/sn2info/"}


async def test_a_bad_client_is_answered_in_a_form_of_its_own_and_tried_once(stand):
    async with stand.connector(client_secret="wrong") as cisco:
        for _ in range(2):
            with pytest.raises(AuthenticationError):
                await cisco.vendor_identity()
    assert stand.sandbox.tokens.issued == 0
    assert stand.sandbox.requests["POST oauth2"] == 1


async def test_a_token_is_kept_and_renewed_when_the_vendor_ends_it(stand, cisco, ask):
    await ask(cisco, fleet.COVERED)
    await ask(cisco, fleet.EXPIRED)
    assert stand.sandbox.tokens.issued == 1
    stand.sandbox.tokens.expire_all()
    (result,) = await ask(cisco, fleet.COVERED)
    assert result.outcome is LookupOutcome.FOUND
    assert stand.sandbox.tokens.issued == 2


async def test_a_403_that_is_a_rate_limit_is_waited_for(stand, cisco, ask):
    headers = {"X-Mashery-Error-Code": "ERR_403_DEVELOPER_OVER_QPS"}
    stand.sandbox.faults([{"kind": "status", "status": 403, "headers": headers, "times": 2, "match": SN2INFO}])
    (result,) = await ask(cisco, fleet.COVERED)
    assert result.outcome is LookupOutcome.FOUND


async def test_a_rate_limit_that_stays_is_told_as_one(stand_with, ask):
    with stand_with(requests_allowed=0) as stand:
        async with stand.connector() as cisco:
            with pytest.raises(RateLimitedError):
                await ask(cisco, fleet.COVERED)


@pytest.mark.parametrize("code", ["ERR_403_NOT_AUTHORIZED", "ERR_403_DEVELOPER_INACTIVE", ""])
async def test_a_403_that_is_none_names_what_to_do(stand, cisco, ask, code):
    headers = {"X-Mashery-Error-Code": code} if code else {}
    stand.sandbox.faults([{"kind": "status", "status": 403, "headers": headers, "times": None, "match": SN2INFO}])
    with pytest.raises(PermissionDeniedError, match="API console"):
        await ask(cisco, fleet.COVERED)
    assert stand.sandbox.requests["GET sn2info"] == 1


async def test_an_address_that_the_gateway_does_not_know_is_refused_and_not_repeated(stand, cisco):
    stand.sandbox.faults([{"kind": "status", "status": 596, "times": None, "match": SN2INFO}])
    with pytest.raises(RejectedError, match="does not know this address"):
        await cisco.vendor_identity()
    assert stand.sandbox.requests["GET sn2info"] == 1


async def test_a_truncated_answer_is_asked_for_again(stand, cisco, ask):
    stand.sandbox.faults([{"kind": "truncate", "match": SN2INFO}])
    (result,) = await ask(cisco, fleet.COVERED)
    assert result.outcome is LookupOutcome.FOUND


async def test_a_vendor_that_is_down_ends_the_look_up(stand, cisco, ask):
    stand.sandbox.faults([{"kind": "status", "status": 500, "times": None, "match": SN2INFO}])
    with pytest.raises(VendorUnavailableError):
        await ask(cisco, fleet.COVERED)


async def test_secrets_and_serial_numbers_stay_out_of_errors(stand):
    body = fleet.error("API_INVALID_INPUT", "The value FXS0000TST1 of sandbox-client-secret is wrong.")
    stand.sandbox.faults([{"kind": "status", "status": 400, "body": body, "match": SN2INFO}])
    async with stand.connector(redactor=Redactor()) as cisco:
        with pytest.raises(RejectedError, match="API_INVALID_INPUT") as caught:
            await cisco.vendor_identity()
        assert "sandbox-client-secret" not in f"{caught.value} {caught.value.detail} {cisco.ctx.settings!r}"
    assert "FXS0000TST1" not in str(caught.value)


@pytest.mark.parametrize(
    "changes",
    [{"url": "http://apix.cisco.com"}, {"token_url": "id.cisco.com"}, {"client_secret": " "}, {"typo": 1}],
)
def test_unsafe_or_empty_settings_are_refused(changes):
    with pytest.raises(ValueError, match=r"https|absolute|empty|Extra"):
        CiscoSettings(**{"client_id": "x", "client_secret": "y"} | changes)


async def test_the_identity_is_the_application(cisco):
    assert (await cisco.vendor_identity()).account == "sandbox-client-id"
    assert await cisco.check_connection(()) == ()
