"""What is covered: batches, odd answers, dates, codes."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from servicedesk_core.domain.warranty import Delivery, DeviceRef, EntitlementKind, LookupOutcome
from servicedesk_core.errors import NetworkError, ProtocolError, RateLimitedError, VendorUnavailableError
from servicedesk_core.testing.memory import MemoryState
from servicedesk_lenovo.devices import asked_as, recognise
from servicedesk_lenovo.lookup.match import rows_by_device
from servicedesk_lenovo.lookup.rows import day

TODAY = datetime.now(UTC).date()
FOUND, MISSING, FAILED = LookupOutcome.FOUND, LookupOutcome.NOT_FOUND, LookupOutcome.FAILED


def outcomes(results):
    return {asked_as(device): result.outcome for device, result in results.items()}


async def one(ask, connector, serial):
    (result,) = (await ask(connector, serial)).values()
    return result


# batches


async def test_one_device_is_an_object_and_several_are_a_list_by_form(stand, lenovo, ask):
    assert (await one(ask, lenovo, "PF000TST")).outcome is FOUND
    assert stand.requests["GET warranty"] == 2  # the device, and what its codes mean
    results = await ask(lenovo, "PF000TST", "PF000EXP", "ZZ000NIX")
    assert outcomes(results) == {"PF000TST": FOUND, "PF000EXP": FOUND, "ZZ000NIX": MISSING}
    assert stand.requests["POST warranty"] == 1
    assert stand.requests["GET warranty"] == 2


async def test_addresses_stay_short_whatever_the_batch(stand, lenovo, ask):
    results = await ask(lenovo, *(f"PF1{number:05d}" for number in range(120)))
    assert set(outcomes(results).values()) == {FOUND}
    assert stand.requests["POST warranty"] == 3


async def test_no_more_questions_are_in_flight_than_allowed(stand_with, ask):
    with stand_with(latency_s=0.02, any_serial=True) as stand:
        async with stand.connector(parallel=2) as lenovo:
            batches = [[f"PF{letter}{number:05d}" for number in range(5)] for letter in "BCDF"]
            await asyncio.gather(*(ask(lenovo, *batch) for batch in batches))
        assert stand.requests["POST warranty"] == 4
        assert stand.sandbox.most_at_once == 2


@pytest.mark.parametrize("way", ["row", "bare", "omit", "whole"])
async def test_unknown_devices_are_found_out_however_the_list_tells_it(stand_with, ask, way):
    with stand_with(unknown_in_batch=way) as stand:
        async with stand.connector() as lenovo:
            results = await ask(lenovo, "PF000TST", "ZZ000NIX", "PF100001", "PF000DUP")
    assert outcomes(results) == {
        "PF000TST": FOUND,
        "ZZ000NIX": MISSING,
        "PF100001": FOUND,
        "PF000DUP": LookupOutcome.AMBIGUOUS,
    }


async def test_questions_for_left_out_devices_are_limited(stand_with, ask):
    with stand_with(unknown_in_batch="omit") as stand:
        async with stand.connector(questions_again=2) as lenovo:
            results = await ask(lenovo, "PF000TST", *(f"ZZ00{number:04d}" for number in range(5)))
    assert sorted(outcomes(results).values()) == sorted([FOUND, MISSING, MISSING, FAILED, FAILED, FAILED])


async def test_missing_doubled_and_added_rows_change_nothing_for_the_others(stand, lenovo, ask):
    serials = [f"PF1{number:05d}" for number in range(8)]
    expected = await ask(lenovo, *serials)
    for kind in ("missing_row", "doubled_row", "added_row"):
        stand.sandbox.faults([{"kind": kind, "match": {"method": "POST", "path": "warranty"}}])
        assert await ask(lenovo, *serials) == expected


async def test_two_different_rows_for_one_device_are_not_chosen_from(stand, lenovo, ask):
    rows = [{"Serial": "PF000TST", "Product": "12XX000TUS", "Country": country} for country in ("US", "DE")]
    rows += [{"Serial": "PF100001", "Product": "21HDCTO1WW"}]
    script = {"kind": "status", "status": 200, "body": rows, "match": {"method": "POST"}}
    stand.sandbox.faults([script])
    assert outcomes(await ask(lenovo, "PF000TST", "PF100001")) == {"PF000TST": FAILED, "PF100001": FOUND}
    for product in ("20YG004JGE", ["20YG004JGE"], {"name": "20YG004JGE"}):
        rows[1]["Product"] = product
        stand.sandbox.faults([script])
        results = await ask(lenovo, "PF000TST", "PF100001")
        assert outcomes(results) == {"PF000TST": LookupOutcome.AMBIGUOUS, "PF100001": FOUND}


async def test_a_blank_row_takes_nothing_away(stand, lenovo, ask):
    full = {"Serial": "PF000TST", "Product": "12XX000TUS", "InWarranty": True, "Warranty": [span(-9, 90, ID="36Y")]}
    for rows in ([full, {"Serial": "PF000TST"}], [{"Serial": "PF000TST", "Warranty": None}, full]):
        stand.sandbox.faults([{"kind": "status", "status": 200, "body": rows, "match": {"path": "warranty"}}])
        assert (await one(ask, lenovo, "PF000TST")).covered_on(TODAY) is True


async def test_a_blank_record_of_a_code_takes_nothing_away(stand, lenovo, ask):
    codes = [{"ID": "36Y", "Delivery": "ON_SITE", "Category": "MACHINE"}, {"ID": "36Y", "Delivery": None}]
    stand.sandbox.faults([{"kind": "status", "status": 200, "body": codes, "nth": 2, "match": {"method": "GET"}}])
    machine, *_ = (await one(ask, lenovo, "PF000EXP")).entitlements
    assert (machine.delivery, machine.covers_hardware) == (Delivery.ON_SITE, True)


async def test_machine_types_tell_machines_with_one_serial_number_apart(lenovo, ask):
    shared = [DeviceRef(manufacturer="Lenovo", serial_number="PF000DUP", machine_type=mt) for mt in ("12XX", "20YG")]
    results = await ask(lenovo, *shared, "PF000DUP", "PF000TST.12XX")
    assert {asked_as(device): result.product for device, result in results.items()} == {
        "PF000DUP.12XX": "12XX000TUS",
        "PF000DUP.20YG": "20YG004JGE",
        "PF000DUP": None,
        "PF000TST.12XX": "12XX000TUS",
    }
    (unclear,) = [result for result in results.values() if result.outcome is LookupOutcome.AMBIGUOUS]
    assert unclear.supply == ("machine_type",)


async def test_the_machine_type_comes_from_the_model_too(lenovo, ask):
    model = DeviceRef(manufacturer="Lenovo", serial_number="PF000DUP", product_number="20yg004jge")
    assert outcomes(await ask(lenovo, model)) == {"PF000DUP.20YG": FOUND}


@given(st.permutations(range(6)), st.sets(st.integers(0, 5)), st.sets(st.integers(0, 5)))
def test_rows_find_their_devices_in_any_order(order, left_out, doubled):
    devices = [recognise(DeviceRef(manufacturer="Lenovo", serial_number=f"PF00AB{n}9")) for n in range(6)]
    rows = [{"Serial": devices[n].serial_number.lower(), "n": n} for n in order if n not in left_out]
    rows += [row for row in rows if row["n"] in doubled] + [{"Serial": "PF9STRAY"}, {"Serial": None}, {}]
    found = rows_by_device(devices, rows)
    assert {n: [row["n"] for row in found[device]] for n, device in enumerate(devices)} == {
        n: [] if n in left_out else [n] for n in range(6)
    }


# what an answer says


async def test_covers_carry_kind_delivery_and_inclusive_days(lenovo, ask):
    result = await one(ask, lenovo, "PF000TST")
    machine, battery, contract = result.entitlements
    assert (machine.kind, machine.delivery, machine.covers_hardware) == (EntitlementKind.BASE, Delivery.ON_SITE, True)
    assert (battery.delivery, battery.covers_hardware) == (Delivery.CUSTOMER_REPLACEABLE, False)
    assert (contract.kind, contract.contract_number, contract.vendor_status) == (
        EntitlementKind.CONTRACT,
        "C123",
        "Active",
    )
    assert machine.ends_on.isoformat() == result.raw["Warranty"][0]["End"][:10]
    assert result.covered_on(machine.ends_on) is True
    assert machine.covers_on(machine.ends_on + timedelta(days=1)) is False
    assert result.purchased_on == result.shipped_on == machine.starts_on


async def test_service_that_is_later_but_remote_does_not_cover_the_hardware(lenovo, ask):
    result = await one(ask, lenovo, "PF000TEC")
    assert max(cover.ends_on for cover in result.entitlements) > TODAY
    assert result.covered_on(TODAY) is False


async def test_a_contract_that_is_not_active_covers_nothing(lenovo, ask):
    result = await one(ask, lenovo, "PF000CON")
    assert result.entitlements[-1].vendor_status == "Terminated"
    assert result.covered_on(TODAY) is False


async def test_null_dates_and_texts_are_no_dates(lenovo, ask):
    result = await one(ask, lenovo, "PF000NUL")
    (cover,) = result.entitlements
    assert (cover.kind, cover.starts_on, cover.ends_on, cover.description) == (EntitlementKind.OTHER, None, None, None)
    assert result.covered_on(TODAY) is None
    assert result.shipped_on is None


async def test_lifetime_cover_ends_when_the_vendor_says(lenovo, ask):
    (cover,) = (await one(ask, lenovo, "PF000LIF")).entitlements
    assert cover.ends_on.year == 2108
    assert cover.is_lifetime
    assert cover.delivery is Delivery.ADVANCE_EXCHANGE


async def test_words_that_are_new_are_kept_and_tell_nothing(lenovo, ask):
    result = await one(ask, lenovo, "PF000NEW")
    (cover,) = result.entitlements
    assert (cover.kind, cover.vendor_status) == (EntitlementKind.OTHER, "LOYALTY")
    assert (cover.delivery, cover.covers_hardware) == (None, None)
    assert result.covered_on(TODAY) is None


async def test_a_machine_without_any_cover_is_found(lenovo, ask):
    result = await one(ask, lenovo, "PF000EMP")
    assert (result.outcome, result.entitlements) == (FOUND, ())
    assert result.covered_on(TODAY) is None


async def test_dates_come_in_several_forms_and_the_ambiguous_is_dropped(stand, lenovo, ask):
    today = stand.sandbox.vendor.clock.now().date()
    clear, unclear = (await one(ask, lenovo, "PF000ODD")).entitlements
    assert clear.starts_on == today - timedelta(days=365)
    assert clear.ends_on == today + timedelta(days=365)
    assert unclear.ends_on is None


@pytest.mark.parametrize("text", ["12/11/2027", "2027", "2027-13-01", "", "soon", None, 20270101, ["2027-01-01"]])
def test_what_is_no_plain_day_is_none(text):
    assert day(text) is None


@given(st.dates())
def test_every_day_survives_its_forms(value):
    for form in ("{}", "{}T00:00:00Z", "{}T23:59", " {} 00:00:00 ", "{}T00:00:00+08:00"):
        assert day(form.format(value.isoformat())) == value


# codes


async def test_codes_are_asked_once_and_remembered(stand, ask):
    state = MemoryState()
    async with stand.connector(state=state) as lenovo:
        await ask(lenovo, "PF000TST", "PF000EXP")
        await ask(lenovo, "PF000TST", "PF000EXP")
    async with stand.connector(state=state) as later:
        results = await ask(later, "PF000TST", "PF000EXP")
    assert {result.entitlements[0].delivery for result in results.values()} == {Delivery.ON_SITE}
    assert stand.requests == {"POST warranty": 3, "GET warranty": 1}


async def test_without_the_codes_nothing_is_guessed(stand, lenovo, ask):
    stand.sandbox.faults([{"kind": "status", "status": 500, "times": None, "match": {"method": "GET"}}])
    results = (await ask(lenovo, "PF000TST", "PF000EXP")).values()
    covered, expired = sorted(results, key=lambda one: one.device.serial_number, reverse=True)
    machine, battery, _ = covered.entitlements
    assert (machine.covers_hardware, battery.covers_hardware) == (True, True)  # Lenovo says that it is in warranty
    assert expired.entitlements[0].covers_hardware is None
    assert expired.covered_on(TODAY) is False


# the vendor's own verdict


async def test_how_a_machine_is_served_is_no_question_of_its_cover(lenovo, ask):
    result = await one(ask, lenovo, "PF000ANY")
    (cover,) = result.entitlements
    assert (cover.delivery, cover.covers_hardware) == (None, True)
    assert result.covered_on(TODAY) is True


def span(first, last, **more):
    """A row of a cover from so many days from now to so many."""
    days = {name: (TODAY + timedelta(days=n)).isoformat() for name, n in (("Start", first), ("End", last))}
    return {"ID": "NIX", "Type": "BASE", "Name": "3Y"} | days | more


@pytest.mark.parametrize(
    ("said", "covered"),
    [
        # In warranty, but nothing that is shown covers the machine: not known until when.
        ((True, [span(-900, -30)], []), None),
        ((True, [span(-900, -30, ID="36Y")], []), None),
        ((True, [span(-900, -30, ID="36Y"), span(-9, 90, ID="1BT")], []), None),
        ((True, [span(-900, -30, ID="36Y"), span(-9, 90, ID="5TS")], []), None),
        ((True, [], []), None),
        # In warranty, and of the one cover that runs nothing is known: it is the one.
        ((True, [span(-9, 90)], []), True),
        ((True, [span(-9, 90, Type="INSTANT")], []), True),
        ((True, [span(-900, -30, ID="36Y"), span(-9, 90, Type="EXTENDED")], []), True),
        ((True, [span(-9, 90, Type="LOYALTY")], []), None),
        # Not in warranty, but a cover of the machine runs.
        ((False, [span(-9, 90, ID="36Y")], []), None),
        ((False, [span(-900, -30, ID="36Y")], []), False),
        ((None, [span(-900, -30, ID="36Y")], []), False),
        ((None, [span(-9, 90, ID="36Y")], []), True),
        ((None, [span(-9, 90)], []), None),
        # A contract is called active after its end.
        ((False, [span(-900, -30, ID="36Y")], [span(-900, -30, Status="Active")]), None),
        ((False, [span(-900, -30, ID="36Y")], [span(9, 90, Status="Active")]), False),
    ],
)
async def test_nothing_is_concluded_against_lenovos_own_verdict(stand, lenovo, ask, said, covered):
    in_warranty, warranty, contract = said
    row = {"Serial": "PF000TST", "Product": "12XX000TUS", "Warranty": warranty, "Contract": contract}
    if in_warranty is not None:
        row["InWarranty"] = in_warranty
    body = {"kind": "status", "status": 200, "body": row, "nth": 1, "match": {"method": "GET"}}
    stand.sandbox.faults([body])
    result = await one(ask, lenovo, "PF000TST")
    assert result.covered_on(TODAY) is covered


# trouble


async def test_success_that_is_an_error_is_an_outcome(stand, lenovo, ask):
    for code, outcome in ((100, MISSING), (101, LookupOutcome.AMBIGUOUS), (999, FAILED), ("100", MISSING)):
        body = {"Error": {"Code": code, "Message": "…"}}
        stand.sandbox.faults([{"kind": "status", "status": 200, "body": body}])
        assert (await one(ask, lenovo, "PF000TST")).outcome is outcome


@pytest.mark.parametrize("status", [429, 403])
async def test_throttling_is_a_rate_limit_whatever_its_status(stand_with, ask, status):
    with stand_with(requests_allowed=1, throttle_status=status) as stand:
        async with stand.connector() as lenovo:
            await ask(lenovo, "PF000EMP")
            with pytest.raises(RateLimitedError):
                await ask(lenovo, "PF000TST")


async def test_a_throttled_batch_costs_only_its_own_devices(stand_with, ask):
    with stand_with(requests_allowed=2, devices=60) as stand:
        async with stand.connector(devices_per_request=20) as lenovo:
            results = await ask(lenovo, *(f"PF1{number:05d}" for number in range(40)))
    assert sorted(outcomes(results).values()).count(FOUND) == 20
    assert sorted(outcomes(results).values()).count(FAILED) == 20


@pytest.mark.parametrize("kind", ["truncate", "drop_after"])
async def test_answers_that_are_cut_off_are_asked_for_again(stand, lenovo, ask, kind):
    stand.sandbox.faults([{"kind": kind, "match": {"method": "POST"}}])
    assert set(outcomes(await ask(lenovo, "PF000TST", "PF000EXP")).values()) == {FOUND}


async def test_a_vendor_that_stays_away_is_an_error_and_no_outcome(stand, lenovo, ask):
    stand.sandbox.faults([{"kind": "drop_before", "times": None}])
    with pytest.raises(NetworkError):
        await ask(lenovo, "PF000TST")
    stand.sandbox.faults([{"kind": "status", "status": 503, "times": None}])
    with pytest.raises(VendorUnavailableError):
        await ask(lenovo, "PF000TST")


@pytest.mark.parametrize("body", ['[{"Serial": "PF000TST"', "[1, 2]", '"fine"', "null", ""])
async def test_strange_successes_fail_each_device_and_say_nothing_about_cover(stand, lenovo, ask, body):
    stand.sandbox.faults([{"kind": "status", "status": 200, "body": body, "times": None}])
    assert set(outcomes(await ask(lenovo, "PF000TST", "PF000EXP")).values()) == {FAILED}


async def test_a_page_where_json_was_promised_fails_each_device(stand, lenovo, ask):
    stand.sandbox.faults([{"kind": "html", "status": 200, "times": None}])
    (result,) = (await ask(lenovo, "PF000TST")).values()
    assert result.outcome is FAILED
    assert "PF000TST" not in result.reason
    assert ProtocolError.__name__ not in result.reason


# recognition


@pytest.mark.parametrize(
    ("maker", "serial", "asked"),
    [
        ("Lenovo", " pf0abc12 ", "PF0ABC12"),
        ("lenovo", "PF0ABC12.20YG", "PF0ABC12.20YG"),
        ("", "PF0ABC12", "PF0ABC12"),
        ("", "7BC3DE1", "7BC3DE1"),
        ("", "CZ2D4107XY", "CZ2D4107XY"),
        ("", "A B", None),
        ("Dell Inc.", "PF0ABC12", None),
        ("Lenovo", "PF0,ABC", None),
        ("Lenovo", "VMware-56 4d", None),
    ],
)
def test_devices_are_recognised_by_maker_and_without_one_whatever_they_are_called(maker, serial, asked):
    found = recognise(DeviceRef(manufacturer=maker, serial_number=serial))
    assert (found and asked_as(found)) == asked
