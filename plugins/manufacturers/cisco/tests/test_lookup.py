"""What is covered, as Cisco says it."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from servicedesk_cisco.api.errors import error_in
from servicedesk_cisco.devices import recognise
from servicedesk_cisco.meaning.cover import found
from servicedesk_cisco.sandbox import fleet
from servicedesk_core.domain.warranty import Delivery, DeviceRef, EntitlementKind, LookupOutcome
from servicedesk_core.errors import NotFoundError, PermissionDeniedError

TODAY = datetime.now(UTC).date()
SN2INFO = {"path": "/sn2info/"}
DEVICE = DeviceRef(manufacturer="Cisco", serial_number="FXS0000TST1")


def serials(count):
    return [f"FOC25{number // 100:02d}A{number % 100:03d}" for number in range(count)]


def row(**changes):
    return fleet._row("FXS0000TST1", "C9410R") | changes


async def test_contract_and_warranty_are_two_covers(cisco, ask):
    (result,) = await ask(cisco, fleet.COVERED)
    warranty, contract = result.entitlements
    assert (warranty.kind, warranty.code, warranty.ends_on) == (
        EntitlementKind.BASE,
        "WARR-ELTD-LIFE-HW",
        date(2029, 4, 9),
    )
    assert (contract.kind, contract.contract_number) == (EntitlementKind.CONTRACT, "200000001")
    assert contract.delivery is Delivery.ADVANCE_EXCHANGE
    assert contract.starts_on is None
    assert result.product == "C9410R"
    assert result.covered_on(TODAY) is True


async def test_not_covered_is_an_answer_and_not_an_empty_one(cisco, ask):
    for result in await ask(cisco, fleet.EXPIRED, fleet.NEVER_COVERED):
        assert result.outcome is LookupOutcome.FOUND
        assert [cover.vendor_status for cover in result.entitlements] == ["NO"]
        assert result.covered_on(TODAY) is False


async def test_unknown_foreign_and_broken_rows_stay_apart(cisco, ask):
    results = await ask(cisco, "ZZZ0000NIX1", fleet.FOREIGN, fleet.COVERED)
    assert [one.outcome for one in results] == [LookupOutcome.NOT_FOUND, LookupOutcome.DENIED, LookupOutcome.FOUND]
    assert not any(serial in (one.reason or "") for one in results for serial in ("ZZZ0000NIX1", fleet.FOREIGN))


async def test_one_unknown_alone_in_place_of_all_rows(stand, cisco, ask):
    stand.sandbox.faults(
        [{"kind": "status", "status": 200, "body": fleet.error("NO_RECORDS_FOUND", "No."), "match": SN2INFO}]
    )
    (result,) = await ask(cisco, fleet.COVERED)
    assert result.outcome is LookupOutcome.NOT_FOUND


async def test_a_full_page_costs_one_request(stand, cisco, ask):
    await ask(cisco, *serials(50))
    assert stand.sandbox.requests["GET sn2info"] == 1
    await ask(cisco, *serials(101))
    assert stand.sandbox.requests["GET sn2info"] == 1 + 3


async def test_further_pages_are_followed(stand_with, ask):
    with stand_with(page_records=20) as stand:
        async with stand.connector() as cisco:
            results = await ask(cisco, *serials(50))
        assert {one.outcome for one in results} == {LookupOutcome.FOUND}
        assert stand.sandbox.requests["GET sn2info"] == 3


@pytest.mark.parametrize("code", ["EXCEEDED_OUTPUT", "EXCEEDED_INPUTS"])
async def test_a_batch_that_is_too_large_is_halved(stand, cisco, ask, code):
    status = 200 if code == "EXCEEDED_OUTPUT" else 400
    stand.sandbox.faults(
        [{"kind": "status", "status": status, "body": fleet.error(code, "Too much."), "match": SN2INFO}]
    )
    results = await ask(cisco, *serials(4))
    assert {one.outcome for one in results} == {LookupOutcome.FOUND}
    assert stand.sandbox.requests["GET sn2info"] == 3


async def test_a_batch_refused_for_one_serial_number_spoils_only_that(stand, cisco, ask):
    bad = serials(4)[2]
    stand.sandbox.faults(
        [
            {
                "kind": "status",
                "status": 400,
                "body": fleet.error("API_INVALID_INPUT", "Bad."),
                "times": None,
                "match": {"path": bad},
            }
        ]
    )
    results = await ask(cisco, *serials(4))
    assert [one.outcome for one in results].count(LookupOutcome.FOUND) == 3
    assert results[2].outcome is LookupOutcome.FAILED


async def test_trouble_in_a_later_batch_keeps_the_earlier_ones(stand, cisco, ask):
    stand.sandbox.faults([{"kind": "status", "status": 500, "nth": 2, "times": None, "match": {"path": "/sn2info/"}}])
    results = await ask(cisco, *serials(60))
    assert {one.outcome for one in results[:50]} == {LookupOutcome.FOUND}
    assert {one.outcome for one in results[50:]} == {LookupOutcome.FAILED}


async def test_two_products_with_one_serial_number_need_the_product_id(cisco, ask):
    whole = DeviceRef(manufacturer="Cisco", serial_number=fleet.TWO_PRODUCTS, product_number="PWR-C1-715WAC")
    unclear, clear = await ask(cisco, fleet.TWO_PRODUCTS, whole)
    assert (unclear.outcome, unclear.supply) == (LookupOutcome.AMBIGUOUS, ("product_number",))
    assert clear.product == "PWR-C1-715WAC"


async def test_the_end_of_support_is_asked_for_only_where_wanted(stand, cisco, ask, caplog):
    (result,) = await ask(cisco, fleet.RETIRED)
    assert result.supported_until is None
    async with stand.connector(end_of_support=True) as wanting:
        retired, current = await ask(wanting, fleet.RETIRED, fleet.COVERED)
        assert (retired.supported_until, current.supported_until) == (date(2012, 6, 29), None)
        assert "EOXRecord" in retired.raw
        error = {"EOXError": {"ErrorID": "SSA_ERR_010", "ErrorDescription": "The value specified is invalid."}}
        stand.sandbox.faults([{"kind": "status", "status": 200, "body": error, "match": {"path": "/eox/"}}])
        (result,) = await ask(wanting, fleet.RETIRED)
        assert (result.outcome, result.supported_until) == (LookupOutcome.FOUND, None)
        stand.sandbox.faults([{"kind": "status", "status": 403, "times": None, "match": {"path": "/eox/"}}])
        (result,) = await ask(wanting, fleet.RETIRED)
        assert result.outcome is LookupOutcome.FOUND
        assert "end of support" in caplog.text
        with pytest.raises(PermissionDeniedError):
            await wanting.check_connection(())


@pytest.mark.parametrize(
    ("line", "covers", "delivery"),
    [
        ("CX LEVEL 2 8X5XNBD", True, Delivery.ADVANCE_EXCHANGE),
        ("SNTC-24X7X4", True, Delivery.ADVANCE_EXCHANGE),
        ("SNTC-24X7X4OS", True, Delivery.ON_SITE),
        ("SNTC-8X7XNCDOS", True, Delivery.ON_SITE),
        ("SNTC-NO RMA", False, None),
        ("8X5XNBD WITH SOFTWARE", True, Delivery.ADVANCE_EXCHANGE),
        ("SWSS UPGRADES NX-OS", False, None),
        ("SNTC 8X5XNBD ONSITE", True, Delivery.ON_SITE),
        ("Premium Parts & Labor - 4 Hour", True, Delivery.ON_SITE),
        ("SWSS UPGRADES", False, None),
        ("SMARTNET", True, None),
        ("SMART NET TOTAL CARE", True, None),
        ("SNTC SWSS", False, None),
        ("Something new", None, None),
    ],
)
def test_the_name_of_a_service_line_tells_what_it_covers(line, covers, delivery):
    result = found(
        DEVICE,
        TODAY,
        row(service_contract_number="2", service_line_descr=line, covered_product_line_end_date="2099-12-31"),
    )
    (cover,) = result.entitlements
    assert (cover.covers_hardware, cover.delivery) == (covers, delivery)


def test_a_contract_whose_number_is_hidden_is_a_cover_beside_the_warranty():
    warranty = {"warranty_type": "WARR-1YR-LTD-HW", "warranty_end_date": "2026-03-02"}
    covers = found(DEVICE, TODAY, row(**warranty, covered_product_line_end_date="2099-12-31")).entitlements
    assert [(cover.kind, cover.ends_on) for cover in covers] == [
        (EntitlementKind.BASE, date(2026, 3, 2)),
        (EntitlementKind.CONTRACT, date(2099, 12, 31)),
    ]


@pytest.mark.parametrize(
    ("changes", "covered"),
    [
        # A contract of somebody else: shown are the product, that it is covered, and the end of the warranty.
        ({"warranty_end_date": "2021-05-01"}, None),
        ({"warranty_end_date": "2021-05-01", "warranty_type": "WARR-1YR-LTD-HW"}, None),
        ({}, None),
        ({"warranty_end_date": "2099-05-01", "warranty_type": "WARR-1YR-LTD-HW"}, True),
        # The contract that is shown is over, and yet the device is covered.
        ({"service_line_descr": "8X5XNBD", "covered_product_line_end_date": "2021-05-01"}, None),
        ({"service_line_descr": "SMARTNET", "covered_product_line_end_date": "2099-05-01"}, True),
        # A contract that is shown says what the word means.
        ({"service_line_descr": "SWSS UPGRADES", "covered_product_line_end_date": "2099-05-01"}, False),
        # Not covered by a contract that should still run; a warranty holds all the same.
        ({"is_covered": "NO", "service_line_descr": "8X5XNBD", "covered_product_line_end_date": "2099-05-01"}, None),
        ({"is_covered": "NO", "service_line_descr": "8X5XNBD", "covered_product_line_end_date": "2021-05-01"}, False),
        ({"is_covered": "NO", "warranty_end_date": "2099-05-01", "warranty_type": "WARR-1YR-LTD-HW"}, True),
    ],
)
def test_nothing_is_concluded_against_ciscos_own_verdict(changes, covered):
    assert found(DEVICE, TODAY, row(**changes)).covered_on(TODAY) is covered


def test_one_contract_that_covers_is_enough():
    over = row(service_line_descr="8X5XNBD", covered_product_line_end_date="2021-05-01", is_covered="NO")
    runs = row(service_line_descr="8X5XNBD", covered_product_line_end_date="2099-05-01")
    for rows in ((over, runs), (runs, over)):
        result = found(DEVICE, TODAY, *rows)
        assert result.covered_on(TODAY) is True
        assert result.covered_on(date(2100, 1, 1)) is False


async def test_a_blank_row_takes_nothing_away(stand, cisco, ask):
    blank = dict.fromkeys(row(), "") | {
        "id": "2",
        "sr_no": "FXS0000TST1",
        "base_pid_list": [],
        "orderable_pid_list": [],
    }
    covered = row(service_line_descr="8X5XNBD", covered_product_line_end_date="2099-12-31")
    for rows in ([covered, blank], [blank, covered]):
        stand.sandbox.faults([{"kind": "status", "status": 200, "body": {"serial_numbers": rows}, "match": SN2INFO}])
        (result,) = await ask(cisco, "FXS0000TST1")
        assert (result.outcome, len(result.entitlements)) == (LookupOutcome.FOUND, 1)
        assert result.covered_on(date(2100, 1, 1)) is False


async def test_a_blank_announcement_erases_no_date_and_the_own_product_counts(stand, ask):
    def record(product, last):
        return {"EOLProductID": product, "EOXInputValue": fleet.RETIRED, "LastDateOfSupport": {"value": last}}

    own, other = record("CISCO1811W-AG-A/K9", "2012-06-29"), record("ANOTHER", "2019-01-01")
    async with stand.connector(end_of_support=True) as cisco:
        for records in ([own, record("", "")], [record("", ""), own], [other, own], [own, other]):
            body = {"EOXRecord": records}
            stand.sandbox.faults([{"kind": "status", "status": 200, "body": body, "match": {"path": "/eox/"}}])
            (result,) = await ask(cisco, fleet.RETIRED)
            assert result.supported_until == date(2012, 6, 29)


def test_a_warranty_without_a_name_has_no_code():
    (cover, *_) = found(DEVICE, TODAY, row(warranty_end_date="2026-03-02")).entitlements
    assert (cover.kind, cover.code, cover.ends_on) == (EntitlementKind.BASE, None, date(2026, 3, 2))


async def test_two_contracts_of_one_product_are_two_covers(stand, cisco, ask):
    rows = [
        row(service_contract_number=number, service_line_descr="8X5XNBD", covered_product_line_end_date="2099-12-31")
        for number in ("1", "2")
    ]
    body = {"serial_numbers": [*rows, {"sr_no": "FXS0000TST1", **fleet.error("API_ERROR_01", "Oops.")}]}
    stand.sandbox.faults([{"kind": "status", "status": 200, "body": body, "match": SN2INFO}])
    (result,) = await ask(cisco, "FXS0000TST1")
    assert result.outcome is LookupOutcome.FOUND
    assert [cover.contract_number for cover in result.entitlements] == ["1", "2"]


@pytest.mark.parametrize("value", ["", None, "31.12.2026", 0])
def test_dates_that_are_none_tell_nothing(value):
    (cover,) = found(DEVICE, TODAY, row(service_contract_number="2", covered_product_line_end_date=value)).entitlements
    assert cover.ends_on is None
    assert cover.covers_on(TODAY) is None


def test_cover_ends_with_its_last_day():
    (cover,) = found(
        DEVICE,
        date(2026, 3, 2),
        row(service_contract_number="2", service_line_descr="8X5XNBD", covered_product_line_end_date="2026-03-02"),
    ).entitlements
    assert cover.covers_on(date(2026, 3, 2)) is True
    assert cover.covers_on(date(2026, 3, 3)) is False


@pytest.mark.parametrize(
    ("name", "serial"),
    [
        ("Cisco Meraki", "Q2XX-AAAA-BBBB"),
        ("Cisco Meraki", "FOC2501A001"),
        ("Linksys by Cisco", "FOC2501A001"),
        ("Cisco", "A B"),
        ("Francisco Ltd.", "FOC2501A001"),
        ("", "7ABC.12"),
    ],
)
def test_what_is_not_ciscos_is_left_alone(name, serial):
    assert recognise(DeviceRef(manufacturer=name, serial_number=serial)) is None


def test_a_device_without_a_maker_may_be_ciscos_whatever_it_is_called():
    for serial in ("foc2501a001", "7abc123"):
        known = recognise(DeviceRef(manufacturer="", serial_number=serial))
        assert (known.manufacturer, known.serial_number) == ("Cisco", serial.upper())


async def test_orderable_products_stand_for_parts_each_once(cisco):
    parts = await cisco.find_service_parts(DEVICE)
    assert [part.number for part in parts] == ["C9410R"]
    with pytest.raises(NotFoundError):
        await cisco.find_service_parts(DeviceRef(manufacturer="Cisco", serial_number="ZZZ0000NIX1"))


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from(sorted(row())), anything))
def test_no_row_breaks_the_mapping(changes):
    result = found(DEVICE, TODAY, row(**changes))
    assert result.entitlements
    assert all(cover.covers_on(TODAY + timedelta(days=1)) in {True, False, None} for cover in result.entitlements)


@given(anything)
def test_no_body_breaks_the_search_for_errors(body):
    assert error_in({"ErrorResponse": body}) is None or error_in({"ErrorResponse": body}).code is not None
