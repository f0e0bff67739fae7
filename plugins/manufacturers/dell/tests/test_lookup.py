"""Looking up: what comes back for a batch, and what went wrong on the way."""

import asyncio

import pytest

from servicedesk_core.domain.warranty import LookupOutcome
from servicedesk_core.errors import (
    AuthenticationError,
    PermissionDeniedError,
    ProtocolError,
    RateLimitedError,
    UnsupportedError,
    VendorUnavailableError,
)
from servicedesk_core.http import MemoryTokenStore
from servicedesk_core.testing import MemoryState

ASSETS = "asset-entitlements"
QUOTA = {"fault": {"faultstring": "Rate limit quota violation. Quota limit exceeded."}}


def tags(device, count):
    return [device(f"A{number:05d}B") for number in range(count)]


async def test_a_hundred_devices_are_one_request(dell, maker, device, lookup):
    await lookup(dell, *tags(device, 250))
    assert maker.requests[ASSETS] == 3


async def test_no_more_than_two_questions_are_in_flight(maker_with, device, lookup):
    with maker_with(latency_s=0.02) as maker:
        async with maker.connector() as dell:
            await dell.vendor_identity()
            batches = [tags(device, 5), tags(device, 6), tags(device, 7), tags(device, 8)]
            await asyncio.gather(*(lookup(dell, *batch) for batch in batches))
        assert maker.requests[ASSETS] == 4
        assert maker.sandbox.most_at_once == 2


async def test_unknown_tag_among_known_ones_is_not_found_and_spoils_nothing(dell, maker, device, lookup):
    found = await lookup(dell, device("ZZ00001"), device("AB12CD3"), device("ZZ00002"))
    assert found["AB12CD3"].outcome is LookupOutcome.FOUND
    assert {found[tag].outcome for tag in ("ZZ00001", "ZZ00002")} == {LookupOutcome.NOT_FOUND}
    assert maker.requests[ASSETS] == 1


async def test_a_device_sold_in_europe_is_covered_by_what_repairs_it(dell, device, lookup):
    (result,) = (await lookup(dell, device("FR4NCE7"))).values()
    covers = {cover.code: cover for cover in result.entitlements}
    assert {code for code, cover in covers.items() if cover.covers_hardware} == {"NU", "CB"}
    assert {cover.starts_on for cover in covers.values()} == {result.shipped_on}


async def test_rows_are_matched_by_tag_and_never_by_position(dell, maker, device, lookup):
    maker.sandbox.faults([{"kind": "shuffle", "path": ASSETS}])
    for result in (await lookup(dell, *tags(device, 30))).values():
        assert result.raw["serviceTag"] == result.device.serial_number


async def test_tag_that_was_left_out_is_asked_for_once_more(dell, maker, device, lookup):
    maker.sandbox.faults([{"kind": "leave_out", "path": ASSETS}])
    found = await lookup(dell, *tags(device, 5))
    assert {result.outcome for result in found.values()} == {LookupOutcome.FOUND}
    assert maker.requests[ASSETS] == 2


async def test_tag_that_stays_left_out_is_not_found_and_says_so(dell, maker, device, lookup):
    maker.sandbox.faults([{"kind": "leave_out", "path": ASSETS, "times": None}])
    found = await lookup(dell, *tags(device, 2))
    missing = [result for result in found.values() if result.outcome is LookupOutcome.NOT_FOUND]
    assert [result.reason for result in missing] == ["Dell left this service tag out of its answer, twice."]
    assert maker.requests[ASSETS] == 2


async def test_doubled_rows_are_one_and_strangers_are_left_out(dell, maker, device, lookup):
    alone = (await lookup(dell, device()))["AB12CD3"]
    for kind in ("double", "add"):
        maker.sandbox.faults([{"kind": kind, "path": ASSETS}])
        assert (await lookup(dell, device()))["AB12CD3"] == alone


async def test_tag_of_two_devices_is_found_and_flagged(dell, device, lookup):
    result = (await lookup(dell, device("DUP1CT4")))["DUP1CT4"]
    assert result.outcome is LookupOutcome.FOUND
    assert "more than one device" in result.reason


async def test_two_spellings_of_one_device_get_one_result_each(dell, maker, device):
    devices = [device("AB12CD3"), device("AB12CD3", country="US")]
    results = [result async for result in dell.find_entitlements(devices)]
    assert [result.device for result in results] == devices
    assert maker.requests[ASSETS] == 1


async def test_token_that_expires_between_batches_is_renewed_once(dell, maker, device, lookup):
    maker.sandbox.faults([{"kind": "expired_token", "path": ASSETS, "nth": 2}])
    found = await lookup(dell, *tags(device, 250))
    assert {result.outcome for result in found.values()} == {LookupOutcome.FOUND}
    assert maker.sandbox.tokens.count == 2


async def test_token_that_stays_refused_stops_at_once(dell, maker, device, lookup):
    maker.sandbox.faults([{"kind": "expired_token", "path": ASSETS, "times": None}])
    with pytest.raises(AuthenticationError):
        await lookup(dell, device())
    with pytest.raises(AuthenticationError):
        await lookup(dell, device())
    assert maker.requests[ASSETS] == 2


@pytest.mark.parametrize("style", ["basic", "body"])
async def test_key_travels_in_a_header_or_in_the_form(maker, device, lookup, style):
    async with maker.connector(token_style=style) as dell:
        assert (await lookup(dell, device()))["AB12CD3"].outcome is LookupOutcome.FOUND
    async with maker.connector(token_style=style, warranty_client_secret="wrong-secret") as dell:
        with pytest.raises(AuthenticationError, match="invalid_client") as caught:
            await lookup(dell, device())
    assert "wrong-secret" not in f"{caught.value!r} {caught.value} {caught.value.detail}"


async def test_each_interface_has_a_token_of_its_own(maker, device, lookup):
    tokens = MemoryTokenStore()
    async with maker.connector(tokens=tokens) as dell:
        await lookup(dell, device())
        await dell.find_service_parts(device())
        await lookup(dell, device())
    assert maker.sandbox.tokens.count == 2
    assert maker.sandbox.statuses["401"] == 0
    async with maker.connector(tokens=tokens, state=MemoryState()) as dell:  # another process, the token kept
        await lookup(dell, device())
        await dell.find_service_parts(device())
    assert maker.sandbox.tokens.count == 3
    assert maker.sandbox.statuses["401"] == 0


@pytest.mark.parametrize(
    "answer",
    [
        {"status": 429, "headers": {"Retry-After": "2"}},
        {"status": 403, "headers": {"Retry-After": "2"}},
        {"status": 403, "body": QUOTA},
    ],
)
async def test_403_can_be_a_rate_limit_and_is_waited_for(dell, maker, device, lookup, answer):
    maker.sandbox.faults([{"kind": "status", "path": ASSETS} | answer])
    assert (await lookup(dell, device()))["AB12CD3"].outcome is LookupOutcome.FOUND
    assert sum(dell.ctx.clock.slept_s) >= 1.5
    maker.sandbox.faults([{"kind": "status", "path": ASSETS, "times": None} | answer])
    with pytest.raises(RateLimitedError):
        await lookup(dell, device())


async def test_403_without_a_word_of_limits_is_a_missing_right(dell, maker, device, lookup):
    body = {"Fault": {"faultcode": "403", "faultstring": "Access denied for this API", "faultactor": "x"}}
    maker.sandbox.faults([{"kind": "status", "path": ASSETS, "status": 403, "body": body, "times": None}])
    with pytest.raises(PermissionDeniedError, match="Access denied for this API"):
        await lookup(dell, device())
    assert maker.requests[ASSETS] == 1


async def test_refused_batch_is_halved_until_one_tag_stands_alone(dell, maker, device, lookup):
    # The batch of five, its half of three and that one's half of one are refused.
    maker.sandbox.faults(
        [{"kind": "status", "path": ASSETS, "status": 400, "nth": nth} for nth in (1, 3)]
        + [{"kind": "status", "path": ASSETS, "status": 400, "nth": 4}]
    )
    found = await lookup(dell, *tags(device, 5))
    outcomes = [result.outcome for result in found.values()]
    assert outcomes.count(LookupOutcome.FAILED) == 1
    assert outcomes.count(LookupOutcome.FOUND) == 4


async def test_batch_that_fails_later_fails_for_its_devices_only(dell, maker, device, lookup):
    maker.sandbox.faults([{"kind": "status", "path": ASSETS, "status": 503, "nth": 2, "times": 5}])
    results = list((await lookup(dell, *tags(device, 250))).values())
    assert {result.outcome for result in results[:100]} == {LookupOutcome.FOUND}
    assert {result.outcome for result in results[100:200]} == {LookupOutcome.FAILED}
    assert {result.outcome for result in results[200:]} == {LookupOutcome.FOUND}


async def test_nothing_more_is_asked_after_a_rate_limit_that_stays(dell, maker, device, lookup):
    answer = {"status": 429, "headers": {"Retry-After": "900"}}
    maker.sandbox.faults([{"kind": "status", "path": ASSETS, "nth": 2, "times": None} | answer])
    results = list((await lookup(dell, *tags(device, 350))).values())
    assert [result.outcome for result in results].count(LookupOutcome.FAILED) == 250
    assert maker.requests[ASSETS] == 2


async def test_outage_is_an_error_and_not_an_empty_answer(dell, maker, device, lookup):
    maker.sandbox.faults([{"kind": "status", "path": ASSETS, "status": 502, "body": "<html/>", "times": None}])
    with pytest.raises(VendorUnavailableError):
        await lookup(dell, device())


@pytest.mark.parametrize("body", ["{}", "null", '{"Fault": {"faultstring": "x"}}', "<html></html>", '[{"serviceTag":'])
async def test_success_that_is_no_list_is_an_error(dell, maker, device, lookup, body):
    maker.sandbox.faults([{"kind": "status", "path": ASSETS, "status": 200, "body": body, "times": None}])
    with pytest.raises(ProtocolError):
        await lookup(dell, device())


async def test_cut_off_answer_is_asked_for_again(dell, maker, device, lookup):
    maker.sandbox.faults([{"kind": "truncate", "path": ASSETS}])
    assert (await lookup(dell, device()))["AB12CD3"].outcome is LookupOutcome.FOUND


async def test_dell_has_no_sandbox_of_the_warranty_interface(maker, device, lookup):
    async with maker.connector(gateway_url=None) as dell:
        with pytest.raises(UnsupportedError, match="no sandbox"):
            await lookup(dell, device())


async def test_key_of_claims_alone_cannot_look_up(maker, device, lookup):
    async with maker.connector(warranty_client_id=None, warranty_client_secret=None) as dell:
        with pytest.raises(UnsupportedError, match="no key"):
            await lookup(dell, device())
        assert (await dell.vendor_identity()).account == "sandbox-dispatch-id"


async def test_limit_of_the_settings_is_kept_without_giving_up(maker, device, lookup):
    async with maker.connector(requests_per_minute=4) as dell:
        found = await lookup(dell, *tags(device, 700))
        waited_s = sum(dell.ctx.clock.slept_s)
    assert {result.outcome for result in found.values()} == {LookupOutcome.FOUND}
    assert maker.requests[ASSETS] == 7
    assert waited_s >= 60
