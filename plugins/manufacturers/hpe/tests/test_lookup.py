"""What is covered: one device a question, odd answers, tokens."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from servicedesk_core.domain.warranty import DeviceRef, EntitlementKind, LookupOutcome
from servicedesk_core.errors import AuthenticationError, NetworkError, ProtocolError, RateLimitedError
from servicedesk_core.http import MemoryTokenStore
from servicedesk_core.redaction import Redactor
from servicedesk_hpe import HpeSettings
from servicedesk_hpe.devices import recognise
from servicedesk_hpe.lookup.rows import LIST, result_for

TODAY = datetime.now(UTC).date()
FOUND, MISSING, FAILED = LookupOutcome.FOUND, LookupOutcome.NOT_FOUND, LookupOutcome.FAILED
CHECK = {"path": "warrantyCheck"}


def of(serial, product=None, maker="HPE"):
    return DeviceRef(manufacturer=maker, serial_number=serial, product_number=product)


def answer(*rows):
    return {
        LIST: [{"serialNumber": "CZJ635566T", "productNumber": "868703-B21", "supportLevels": []} | r for r in rows]
    }


# getting in


async def test_one_token_serves_many_questions_and_the_next_run(stand, ask):
    tokens = MemoryTokenStore()
    async with stand.connector(tokens=tokens) as hpe:
        await ask(hpe, "CZJ635566T", "CZJ6EXPIRD")
    async with stand.connector(tokens=tokens) as hpe:
        await ask(hpe, "CZJ635566T")
    assert stand.requests == {"token": 1, "warrantyCheck": 3}


async def test_a_token_that_ends_on_the_way_is_replaced_once(stand, hpe, ask):
    stand.sandbox.faults([{"kind": "expired_token", "nth": 2, "match": CHECK}])
    results = await ask(hpe, "CZJ635566T", "CZJ6EXPIRD", "CZJ6CONTRA")
    assert [result.outcome for result in results] == [FOUND] * 3
    assert stand.requests == {"token": 2, "warrantyCheck": 4}


async def test_a_token_that_is_refused_again_stops_the_connection(stand, hpe, ask):
    stand.sandbox.faults([{"kind": "expired_token", "times": None, "match": CHECK}])
    for _ in range(2):
        with pytest.raises(AuthenticationError):
            await ask(hpe, "CZJ635566T")
    assert stand.requests["warrantyCheck"] == 2


async def test_a_wrong_secret_is_refused_once(stand, ask):
    async with stand.connector(client_secret="not-this-one") as hpe:
        for _ in range(2):
            with pytest.raises(AuthenticationError):
                await hpe.vendor_identity()
    assert stand.requests == {"token": 1}


async def test_an_unknown_device_proves_that_the_credentials_are_good(stand, hpe):
    identity = await hpe.vendor_identity()
    assert (identity.vendor, identity.account) == ("hpe", "sandbox-client")


async def test_neither_secret_nor_token_stand_in_errors(stand, ask):
    tokens = MemoryTokenStore()
    async with stand.connector(tokens=tokens, redactor=Redactor()) as hpe:
        await ask(hpe, "CZJ635566T")
        token = tokens.token.access
        body = {"message": f"no way with {token} and {stand.sandbox.options.client_secret}"}
        stand.sandbox.faults([{"kind": "status", "status": 400, "body": body, "match": CHECK}])
        (result,) = await ask(hpe, "CZJ635566T")
    assert "no way" in result.reason
    assert token not in result.reason
    assert stand.sandbox.options.client_secret not in result.reason


@pytest.mark.parametrize(
    "changes", [{"url": "http://gateway.example"}, {"url": "gateway"}, {"client_secret": " "}, {"typo": 1}]
)
def test_unsafe_or_empty_settings_are_refused(changes):
    with pytest.raises(ValueError, match=r"https|absolute|empty|Extra"):
        HpeSettings(**{"client_id": "x", "client_secret": "y"} | changes)


# answers


async def test_every_question_is_about_one_device(stand, hpe, ask):
    results = await ask(hpe, *(f"CZJ6{number:06d}" for number in range(12)))
    assert [result.outcome for result in results] == [FOUND] * 12
    assert stand.requests["warrantyCheck"] == 12


async def test_lifetime_cover_ends_when_the_vendor_says(hpe, ask):
    for serial, year in (("CN18BYV0G7", 2115), ("CN19LIFE01", 2108)):
        ((cover,),) = [result.entitlements for result in await ask(hpe, serial)]
        assert cover.ends_on.year == year
        assert cover.is_lifetime


async def test_null_dates_and_levels_are_unknown(hpe, ask):
    (result,) = await ask(hpe, "CZJ6NULLS0")
    (cover,) = result.entitlements
    assert (cover.starts_on, cover.ends_on, cover.description, cover.covers_hardware) == (None, None, None, None)
    assert result.covered_on(TODAY) is None


async def test_a_cover_that_ended_long_ago_is_gone_and_the_device_is_still_found(hpe, ask):
    (result,) = await ask(hpe, "CZJ6LONGAG")
    assert (result.outcome, result.entitlements) == (FOUND, ())
    assert result.covered_on(TODAY) is None


async def test_a_contracts_name_proves_no_hardware_cover_unless_the_operator_says_so(stand, hpe, ask):
    (result,) = await ask(hpe, "CZJ6CONTRA")
    assert [cover.kind for cover in result.entitlements] == [EntitlementKind.BASE, EntitlementKind.CONTRACT]
    assert result.covered_on(TODAY) is None
    async with stand.connector(hardware_levels=("Warranty", "complete care")) as told:
        assert (await ask(told, "CZJ6CONTRA"))[0].covered_on(TODAY) is True


def test_a_blank_row_beside_one_that_tells_takes_nothing_away():
    level = {"serviceLevel": "Warranty", "startDate": "2020-01-01", "endDate": "2099-12-31"}
    for rows in ([{"supportLevels": [level]}, {}], [{}, {"supportLevels": [level]}]):
        assert result_for(of("CZJ635566T"), answer(*rows), ("Warranty",), TODAY).covered_on(TODAY) is True


def test_nothing_is_concluded_against_a_support_level_that_hpe_calls_current():
    ended = {"serviceLevel": "Warranty", "startDate": "2020-01-01", "endDate": "2022-12-31"}
    for current, covered in (
        ({"serviceLevel": "Complete Care", "contractLevel": "HPE Pointnext Complete Care"}, None),
        ({"serviceLevel": None, "contractLevel": ""}, False),
        (None, False),
    ):
        row = {"supportLevels": [ended], "currentHighestSupportLevel": current}
        result = result_for(of("CZJ635566T"), answer(row), ("Warranty",), TODAY)
        assert result.covered_on(TODAY) is covered


async def test_devices_with_one_serial_number_are_told_apart_by_product(hpe, ask):
    unclear, clear = await ask(hpe, "CZJ6SHARED", of("CZJ6SHARED", "p19766-b21#ABA"))
    assert (unclear.outcome, unclear.supply) == (LookupOutcome.AMBIGUOUS, ("product_number",))
    assert (clear.outcome, clear.product) == (FOUND, "P19766-B21")


@given(st.permutations(range(4)))
def test_rows_are_matched_by_serial_number_in_any_order(order):
    rows = [
        {},
        {"log_tracking_id": "another"},
        {"serialNumber": "CZJSTRAY01"},
        {"serialNumber": None, "productNumber": None},
    ]
    result = result_for(of("CZJ635566T"), answer(*(rows[n] for n in order)), ("Warranty",), TODAY)
    assert (result.outcome, result.product) == (FOUND, "868703-B21")


@pytest.mark.parametrize(
    ("rows", "outcome"),
    [
        ([], MISSING),
        ([{"serialNumber": "CZJSTRAY01"}], FAILED),
        ([{"productNumber": "P19766-B21"}], FAILED),
        ([{"countryCode": "US"}, {"countryCode": "DE"}], FAILED),
    ],
)
def test_answers_that_are_not_about_the_device_are_no_cover(rows, outcome):
    result = result_for(of("CZJ635566T", "868703-B21"), answer(*rows), ("Warranty",), TODAY)
    assert (result.outcome, result.entitlements) == (outcome, ())


@pytest.mark.parametrize("body", [None, [], {}, {LIST: None}, {LIST: ["x"]}, answer({"supportLevels": None})])
def test_what_the_contract_does_not_know_is_an_error(body):
    with pytest.raises(ProtocolError):
        result_for(of("CZJ635566T"), body, ("Warranty",), TODAY)


@given(st.dates(min_value=date(1990, 1, 1)))
def test_days_are_kept_as_written(day):
    level = {"serviceLevel": "Warranty", "startDate": day.isoformat(), "endDate": f"{day.isoformat()}T00:00:00"}
    (cover,) = result_for(of("CZJ635566T"), answer({"supportLevels": [level]}), ("Warranty",), TODAY).entitlements
    assert (cover.starts_on, cover.ends_on, cover.covers_on(day)) == (day, day, True)


# trouble


async def test_not_found_of_the_gateway_is_no_word_about_a_device(stand, ask):
    async with stand.connector() as hpe:
        stand.sandbox.faults([{"kind": "status", "status": 404, "body": {"message": "no Route"}, "match": CHECK}])
        (result,) = await ask(hpe, "CZJ635566T")
    assert result.outcome is FAILED
    assert "address" in result.reason


async def test_a_rate_limit_is_tried_again_and_then_an_error(stand, ask):
    async with stand.connector() as hpe:
        body = {"id": "429", "idClass": "tooManyRequests", "message": "Too Many Requests"}
        stand.sandbox.faults([{"kind": "status", "status": 429, "body": body, "match": CHECK}])
        assert (await ask(hpe, "CZJ635566T"))[0].outcome is FOUND
        stand.sandbox.faults([{"kind": "status", "status": 429, "body": body, "times": None, "match": CHECK}])
        with pytest.raises(RateLimitedError):
            await ask(hpe, "CZJ635566T")


async def test_403_is_a_rate_limit_or_a_device_that_may_not_be_seen(stand, hpe, ask):
    body = {"message": "Too Many Requests"}
    stand.sandbox.faults([{"kind": "status", "status": 403, "body": body, "match": CHECK}])
    assert (await ask(hpe, "CZJ635566T"))[0].outcome is FOUND
    stand.sandbox.faults([{"kind": "status", "status": 403, "body": {"message": "Forbidden"}, "match": CHECK}])
    outcomes = [result.outcome for result in await ask(hpe, "CZJ635566T", "CZJ6EXPIRD")]
    assert outcomes == [LookupOutcome.DENIED, FOUND]


async def test_an_outage_in_the_middle_costs_only_its_own_device(stand, hpe, ask):
    body = {"message": "Internal server error", "trackingId": "59a4731f"}
    fault = {"kind": "status", "status": 500, "body": body, "times": None, "match": {"path": "CZJ6EXPIRD"}}
    stand.sandbox.faults([fault])
    outcomes = [result.outcome for result in await ask(hpe, "CZJ635566T", "CZJ6EXPIRD", "CZJ6CONTRA")]
    assert outcomes == [FOUND, FAILED, FOUND]


async def test_a_vendor_that_stays_away_is_an_error_and_no_outcome(stand, hpe, ask):
    stand.sandbox.faults([{"kind": "drop_before", "times": None}])
    with pytest.raises(NetworkError):
        await ask(hpe, "CZJ635566T")


@pytest.mark.parametrize("kind", ["truncate", "drop_after"])
async def test_answers_that_are_cut_off_are_asked_for_again(stand, hpe, ask, kind):
    stand.sandbox.faults([{"kind": kind, "match": CHECK}])
    assert (await ask(hpe, "CZJ635566T"))[0].outcome is FOUND


async def test_a_page_where_json_was_promised_fails_the_device(stand, hpe, ask):
    stand.sandbox.faults([{"kind": "html", "status": 200, "match": CHECK}])
    outcomes = [result.outcome for result in await ask(hpe, "CZJ635566T", "CZJ6EXPIRD")]
    assert outcomes == [FAILED, FOUND]


# recognition


@pytest.mark.parametrize(
    ("maker", "serial", "known"),
    [
        ("HPE", " czj635566t ", True),
        ("Hewlett Packard Enterprise", "CZJ635566T", True),
        ("Aruba, a Hewlett Packard Enterprise Company", "CN18BYV0G7", True),
        ("HP", "CZJ635566T", False),
        ("HP Inc.", "5CG1234ABC", False),
        ("Hewlett-Packard", "CZJ635566T", False),
        ("", "CZJ635566T", True),
        ("", "CZ2D4107XY", True),
        ("", "5CG1234ABC", True),
        ("", "A B", False),
        ("HPE", "CZJ/35566T", False),
    ],
)
def test_devices_are_recognised_by_maker_and_without_one_whatever_they_are_called(maker, serial, known):
    assert (recognise(of(serial, maker=maker)) is not None) is known


def test_old_servers_named_hp_are_taken_when_the_operator_says_so():
    assert recognise(of("CZJ635566T", maker="hp"), ("HP",)).manufacturer == "HPE"


def test_product_numbers_lose_their_localisation_and_odd_ones_are_left_out():
    assert recognise(of("CZJ635566T", "868703-B21#ABA")).product_number == "868703-B21"
    assert recognise(of("CZJ635566T", "ProLiant DL360 / Gen10")).product_number is None
