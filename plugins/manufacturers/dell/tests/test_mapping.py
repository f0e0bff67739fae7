"""What rows mean: days, kinds, what is no hardware cover, and anything odd."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from servicedesk_core.domain.warranty import (
    Delivery,
    DeviceRef,
    EntitlementKind,
    EntitlementResult,
    LookupOutcome,
)
from servicedesk_dell.meaning.days import first_day, instant, last_day
from servicedesk_dell.meaning.devices import recognise, tag_of_express_code
from servicedesk_dell.meaning.entitlements import result_for, tag_of
from servicedesk_dell.meaning.service_levels import ServiceLevels
from servicedesk_dell.meaning.statuses import STATUSES, status_of

TAG = DeviceRef(manufacturer="Dell", serial_number="AB12CD3")
CENTRAL = ZoneInfo("America/Chicago")
LEVELS = ServiceLevels(hardware={"ND", "XY"}, not_hardware={"D", "DL", "PJ", "PR"})
TODAY = date(2026, 1, 15)


def row(*covers, **more):
    return {"serviceTag": "AB12CD3", "invalid": False, "duplicated": False, "entitlements": list(covers)} | more


def cover(**more):
    given = {"startDate": "2023-02-24T06:00:00Z", "endDate": "2026-02-25T05:59:59.14Z"}
    given |= {"entitlementType": "INITIAL", "serviceLevelCode": "ND", "serviceLevelDescription": "Next Business Day"}
    return given | more


def mapped(*covers, **more):
    return result_for(TAG, [row(*covers, **more)], LEVELS, TODAY)


@pytest.mark.parametrize("fraction", ["", ".1", ".14", ".123", ".000001", ".9999999"])
def test_fractions_of_any_length_are_read(fraction):
    assert last_day(f"2026-02-25T05:59:59{fraction}Z") == date(2026, 2, 24)


@pytest.mark.parametrize(
    ("end", "day"),
    [
        ("2025-11-11T05:59:59Z", date(2025, 11, 10)),
        ("2025-07-11T04:59:59Z", date(2025, 7, 10)),  # summer time
        ("2025-11-11T06:00:00Z", date(2025, 11, 10)),  # midnight sharp is the end of the day before
        ("2025-11-10T23:59:59-06:00", date(2025, 11, 10)),
        ("2025-11-11T05:59:59", date(2025, 11, 10)),
        ("2025-11-10", date(2025, 11, 10)),
        ("9999-12-31T23:59:59Z", date(9999, 12, 31)),
        ("2108-01-01T05:59:59Z", date(2107, 12, 31)),
        ("0001-01-01T00:00:00", None),
        ("soon", None),
        ("", None),
        (None, None),
        (20260225, None),
    ],
)
def test_last_day_is_the_day_in_us_central_time(end, day):
    assert last_day(end) == day


def test_start_and_shipment_are_days_in_us_central_time_too():
    assert first_day("2023-02-24T06:00:00Z") == date(2023, 2, 24)
    assert mapped(shipDate="2023-02-24T05:59:59Z").shipped_on == date(2023, 2, 23)


@given(
    day=st.dates(date(1990, 1, 1), date(2150, 12, 31)),
    micros=st.integers(0, 999_999),
    digits=st.integers(0, 6),
)
def test_end_of_any_day_in_central_time_is_that_day(day, micros, digits):
    end = datetime(day.year, day.month, day.day, 23, 59, 59, micros, CENTRAL).astimezone(UTC)
    fraction = f".{micros:06d}"[: digits + 1] if digits else ""
    assert last_day(f"{end:%Y-%m-%dT%H:%M:%S}{fraction}Z") == day
    start = datetime(day.year, day.month, day.day, tzinfo=CENTRAL).astimezone(UTC)
    assert first_day(f"{start:%Y-%m-%dT%H:%M:%S}Z") == day
    assert last_day((start + timedelta(days=1)).isoformat()) is not None


def test_password_dates_without_a_zone_are_utc():
    assert instant("2026-12-31T00:00:00") == datetime(2026, 12, 31, tzinfo=UTC)


def test_what_is_no_hardware_cover_says_so_and_every_row_is_kept():
    result = mapped(
        cover(),
        cover(serviceLevelCode="DL", serviceLevelDescription="Digital Delivery", endDate="2031-01-01T05:59:59Z"),
    )
    assert [one.covers_hardware for one in result.entitlements] == [True, False]
    assert result.covered_on(date(2026, 2, 24)) is True
    assert result.covered_on(date(2026, 2, 25)) is False


@pytest.mark.parametrize(
    ("description", "code", "covers"),
    [
        ("Onsite Service After Remote Diagnosis (Consumer Customer)/ Next Business Day Onsite", "Q1", True),
        ("Collect and Return Support", "Q1", True),
        ("ProSupport", "Q1", True),
        ("Basic", "Q1", True),
        ("Dell Limited Hardware Warranty", "Q1", True),
        ("4 Hour Mission Critical", "Q1", True),
        ("Keep Your Hard Drive", "Q1", False),
        ("KEEP YOUR HARD DRIVE FOR ENTERPRISE", "Q1", False),
        ("Keep Your Hard Drive", "ND", False),
        ("Complete Care / Accidental Damage", "Q1", False),
        ("Accidental Damage Service", "Q1", False),
        ("Extended Battery Warranty", "Q1", False),
        ("Onsite Diagnosis", "Q1", False),
        ("Certified Data Destruction", "Q1", False),
        ("Installation", "Q1", False),
        ("ProDeploy Plus", "Q1", False),
        ("Hard Drive Deletion", "Q1", False),
        ("7x24 Telephone Technical Support", "Q1", False),
        ("Next Business Day Onsite", "PJ", False),
        ("Extended Battery Service, Next Business Day Onsite", "Q1", None),
        ("Extended Battery Service, Next Business Day Onsite", "XY", True),
        ("Something new", "Q1", None),
        ("Something new", "XY", True),
        (None, "nd", True),
        (None, "Q1", None),
        (None, None, None),
    ],
)
def test_a_service_level_covers_the_machine_if_its_words_or_its_code_say_so(description, code, covers):
    (one,) = mapped(cover(serviceLevelDescription=description, serviceLevelCode=code)).entitlements
    assert one.covers_hardware is covers


def test_a_level_that_nobody_knows_makes_no_expired_device_covered():
    later = cover(serviceLevelCode="Q1", serviceLevelDescription="Something new", endDate="2031-01-01T05:59:59Z")
    assert mapped(cover(), later).covered_on(date(2026, 3, 1)) is None
    keep = later | {"serviceLevelDescription": "Keep Your Hard Drive"}
    assert mapped(cover(), keep).covered_on(date(2026, 3, 1)) is False


def test_a_cover_that_dell_calls_expired_is_none_whatever_its_end():
    result = mapped(cover(entitlementType="EXPIRED"))
    assert result.covered_on(TODAY) is None
    assert result.entitlements[0].ends_on == date(2026, 2, 24)


@pytest.mark.parametrize(
    ("start", "day"),
    [
        ("2025-10-30T00:00:00Z", date(2025, 10, 30)),
        ("2025-10-30T00:00:00.098Z", date(2025, 10, 30)),
        ("2025-10-30T00:00:00+02:00", date(2025, 10, 30)),
        ("2025-10-30T05:00:00Z", date(2025, 10, 30)),
        ("2025-10-30T04:00:00Z", date(2025, 10, 29)),
        ("2025-10-18T23:00:00Z", date(2025, 10, 18)),
    ],
)
def test_a_beginning_at_midnight_is_that_day_in_the_zone_it_is_written_in(start, day):
    assert first_day(start) == day
    assert mapped(shipDate=start).shipped_on == day


def test_last_days_of_devices_outside_america_are_days_of_utc():
    assert last_day("2028-10-30T23:59:59.099Z") == date(2028, 10, 30)
    assert last_day("2028-10-30T00:00:00Z") == date(2028, 10, 30)
    assert last_day("2024-10-23T22:59:59.000001Z") == date(2024, 10, 23)


@pytest.mark.parametrize(
    ("word", "kind"),
    [("INITIAL", EntitlementKind.BASE), ("EXTENDED", EntitlementKind.EXTENDED), ("EXPIRED", EntitlementKind.OTHER),
     ("Brand new", EntitlementKind.OTHER), (None, EntitlementKind.OTHER)],
)  # fmt: skip
def test_kind_follows_the_word_and_the_word_is_kept(word, kind):
    (one,) = mapped(cover(entitlementType=word)).entitlements
    assert (one.kind, one.vendor_status) == (kind, word)


@pytest.mark.parametrize(
    ("description", "delivery"),
    [
        ("Next Business Day Onsite After Remote Diagnosis", Delivery.ON_SITE),
        ("Parts Only Warranty", Delivery.PARTS_ONLY),
        ("Mail In Service", Delivery.MAIL_IN),
        ("Carry-In Service", Delivery.CARRY_IN),
        ("Advanced Exchange", Delivery.ADVANCE_EXCHANGE),
        ("Return to Depot", Delivery.DEPOT),
        ("Collect and Return Support", Delivery.MAIL_IN),
        ("Onsite Diagnosis", None),
        ("ProSupport", None),
        (None, None),
    ],
)
def test_delivery_is_told_by_the_description_or_not_at_all(description, delivery):
    assert mapped(cover(serviceLevelDescription=description)).entitlements[0].delivery is delivery


def test_null_dates_and_descriptions_are_kept_as_not_said():
    result = mapped(cover(startDate=None, endDate=None, serviceLevelDescription=None, serviceLevelCode=None))
    (one,) = result.entitlements
    assert (one.starts_on, one.ends_on, one.description, one.code, one.covers_hardware) == (None,) * 5
    assert result.covered_on(date(2026, 1, 1)) is None


def test_lifetime_cover_decades_away_is_kept_and_known_as_one():
    (one,) = mapped(cover(endDate="2108-01-31T05:59:59Z")).entitlements
    assert one.is_lifetime


def test_no_cover_at_all_is_found_and_tells_nothing():
    for covers in (None, [], "none"):
        result = result_for(TAG, [row() | {"entitlements": covers}], LEVELS, TODAY)
        assert (result.outcome, result.entitlements) == (LookupOutcome.FOUND, ())
        assert result.covered_on(date(2026, 1, 1)) is None


def test_invalid_tag_is_not_found_whatever_else_stands_there():
    bare = result_for(TAG, [{"serviceTag": "AB12CD3", "invalid": True}], LEVELS, TODAY)
    full = mapped(cover(), invalid=True)
    assert (bare.outcome, full.outcome) == (LookupOutcome.NOT_FOUND, LookupOutcome.NOT_FOUND)
    assert full.entitlements == ()


def test_two_devices_of_one_tag_are_told_apart_by_country():
    rows = [row(cover(), countryCode="US", id=1), row(countryCode="DE", id=2)]
    result = result_for(TAG, rows, LEVELS, TODAY)
    assert (result.outcome, result.supply) == (LookupOutcome.AMBIGUOUS, ("country",))
    clear = result_for(TAG.model_copy(update={"country": "DE"}), rows, LEVELS, TODAY)
    assert (clear.outcome, clear.raw["id"]) == (LookupOutcome.FOUND, 2)


def test_a_blank_row_beside_one_that_tells_takes_nothing_away():
    blank = {"serviceTag": "AB12CD3", "invalid": None, "id": None, "shipDate": None, "entitlements": []}
    for rows in ([row(cover()), blank], [blank, row(cover())]):
        assert result_for(TAG, rows, LEVELS, TODAY).covered_on(TODAY) is True
    assert result_for(TAG, [blank, blank | {"duplicated": False}], LEVELS, TODAY).outcome is LookupOutcome.FOUND


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=12) | st.just("2026-02-25T05:59:59.14Z"),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=6,
)
_NAMES = ("serviceTag", "invalid", "duplicated", "shipDate", "productLineDescription", "countryCode", "entitlements")
_COVER_NAMES = ("startDate", "endDate", "entitlementType", "serviceLevelCode", "serviceLevelDescription")


@given(
    st.lists(
        st.fixed_dictionaries(
            {},
            optional=dict.fromkeys(_NAMES[:-1], _JSON)
            | {
                "entitlements": _JSON
                | st.lists(st.fixed_dictionaries({}, optional=dict.fromkeys(_COVER_NAMES, _JSON)), max_size=3)
            },
        ),
        max_size=3,
    )
)
def test_no_row_however_odd_breaks_the_mapping(rows):
    result = result_for(TAG, rows, LEVELS, TODAY)
    assert isinstance(result, EntitlementResult)
    assert result.device is TAG
    assert all(isinstance(tag_of(one), str) for one in rows)


@pytest.mark.parametrize(
    ("maker", "serial", "tag"),
    [
        ("Dell Inc.", " ab12cd3 ", "AB12CD3"),
        ("DELL", "12345", "12345"),
        ("Dell Computer Corp.", "ABCDE", "ABCDE"),
        ("", "AB12CD3", "AB12CD3"),
        ("Dell", "22453156899", "ABC12QR"),
    ],
)
def test_devices_are_recognised_as_people_write_them(maker, serial, tag):
    known = recognise(DeviceRef(manufacturer=maker, serial_number=serial))
    assert (known.manufacturer, known.serial_number) == ("Dell", tag)


@pytest.mark.parametrize(
    ("maker", "serial"),
    [
        ("HP", "AB12CD3"),
        ("Adell", "AB12CD3"),
        ("Dell", "AB12CD34"),
        ("Dell", "AB-2CD3"),
        ("Dell", "UNKNOWN"),
        ("Dell", "DEFAULT"),
        ("Dell", "0000000"),
        ("", "1234567"),
        ("", "PF0ABC12"),
        ("", "22453156899"),
    ],
)
def test_foreign_devices_and_placeholders_are_not(maker, serial):
    assert recognise(DeviceRef(manufacturer=maker, serial_number=serial)) is None


@given(st.text("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=7, max_size=7).filter(lambda tag: tag[0] != "0"))
def test_express_service_code_is_the_tag_to_base_36(tag):
    code = str(int(tag, 36))
    assert tag_of_express_code(code) == (tag if len(code) >= 10 else None)


def test_every_known_status_word_has_a_meaning_and_no_other_is_guessed():
    assert len(STATUSES) == 35
    assert status_of(" shipped  PARTS ") is STATUSES["shipped parts"]
    for word in (None, "", "Shipped", "Awaiting Planetary Alignment"):
        assert status_of(word) is None
