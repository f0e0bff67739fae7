"""Serial numbers, days, spans and which source is believed; all pure."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from servicedesk_core.domain.warranty import Entitlement, EntitlementKind, LookupOutcome, covered_on, heeding
from servicedesk_core.domain.warranty.days import day_at, last_day
from servicedesk_core.domain.warranty.facts import CoverFact, CoverSource, CoverState, best, good_for, is_fresh
from servicedesk_core.domain.warranty.serials import doubt_about, normalise_serial, why_no_serial
from servicedesk_core.domain.warranty.spans import Span, covered_until, gaps, hardware_end, hardware_spans

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
TODAY = NOW.date()


def cover(first=None, last=None, *, hardware=True):
    return Entitlement(kind=EntitlementKind.BASE, starts_on=first, ends_on=last, covers_hardware=hardware)


def fact(source=CoverSource.MAKER, *covers, outcome=LookupOutcome.FOUND, age=timedelta(days=1), origin="one"):
    at = NOW - age
    return CoverFact(
        source=source,
        origin=origin,
        outcome=outcome,
        entitlements=covers,
        asked_at=at,
        answered_at=at if outcome is LookupOutcome.FOUND else None,
    )


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        (" abc123\t", "ABC123"),
        ("'5CG1234XYZ'", "5CG1234XYZ"),
        ("\u200bPF\u00ad2ABC\ufeff", "PF2ABC"),
        ("ＰＦ２ＡＢＣ", "PF2ABC"),  # noqa: RUF001  # full-width, as East Asian keyboards write it
        ("S/N  12 34", "S/N 12 34"),
    ],
)
def test_serial_numbers_are_spelt_alike(written, meant):
    assert normalise_serial(written) == meant
    assert normalise_serial(meant) == meant


@pytest.mark.parametrize(
    "text",
    [
        None, "", "   ", "To be filled by O.E.M.", "to be filled by o.e.m", "Default string", "System Serial Number",
        "None", "N/A", "Not Specified", "0", "00000000", "XXXXXXXXXX", "-", "...", "123456789", "0123456789", "INVALID",
        "Chassis Serial Number", "VMware-56 4d 12 34 56 78 9a bc-de f0 12 34 56 78 9a bc", "Parallels-12 34",
        "0000-0013-9823-2398-8765-2310-42",
    ],
)  # fmt: skip
def test_placeholders_are_no_serial_numbers(text):
    assert why_no_serial(text)


@pytest.mark.parametrize("text", ["7XK2PL3", "PF2ABCDE", "FOC1922S6JU", "5CG1234XYZ", "C02XL0GTJGH5", "A1", "1234567A"])
def test_real_serial_numbers_are_no_placeholders(text):
    assert why_no_serial(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "1.23457E+11", "1,23457E+11", "2.19E+26", "8.93901e+18", "4.5E-05", "1E+11", "12.3E+12", " '1.23457E+11 ",
        "-1.5E+11", "1.23457E11", "1.23457 E+11", "\uff11.23457E+11", "4.5E\u221205", "123456789012.0", "12345678,00",
    ],
)  # fmt: skip
def test_a_number_is_no_serial_number_once_a_spreadsheet_rewrote_it(text):
    assert why_no_serial(text) == "has a serial number that a spreadsheet turned into a number"


@pytest.mark.parametrize(
    "text",
    ["5CG1E11", "1E23456", "219E24", "CN0E8R", "1E11", "123E456", "E+1234", "12345678.20E1", "PF2ABCDE.20XX", "1.234"],
)
def test_what_only_looks_like_a_number_is_a_serial_number(text):
    assert why_no_serial(text) is None


@pytest.mark.parametrize("text", ["#N/A", "#NV", "#REF!", "#NAME?", "#DIV/0!", "########"])
def test_an_error_of_a_cell_is_no_serial_number(text):
    assert why_no_serial(text)


@pytest.mark.parametrize(
    ("text", "is_doubtful"),
    [
        ("8939010102358470000", True),
        ("1234567890123450", True),
        (" '8939010102358470000", True),
        ("123456789012340", False),
        ("8939010102358470001", False),
        ("CN123456789012345000", False),
        (None, False),
    ],
)
def test_digits_that_end_in_zeros_after_the_fifteenth_are_doubted(text, is_doubtful):
    assert (doubt_about(text) is not None) is is_doubtful


@given(st.text())
def test_normalising_twice_changes_nothing(text):
    once = normalise_serial(text)
    assert normalise_serial(once) == once


@pytest.mark.parametrize(
    ("instant", "day"),
    [
        ("2025-11-11T05:59:59+00:00", date(2025, 11, 10)),
        ("2019-03-25T04:59:59.999+00:00", date(2019, 3, 24)),
        ("2016-03-24T05:00:00+00:00", date(2016, 3, 24)),
    ],
)
def test_an_instant_is_a_day_in_the_makers_zone(instant, day):
    assert day_at(datetime.fromisoformat(instant), "America/Chicago") == day


def test_an_instant_without_a_zone_is_refused():
    with pytest.raises(ValueError, match="time zone"):
        day_at(datetime(2026, 1, 1), "UTC")  # noqa: DTZ001


@pytest.mark.parametrize(
    ("first", "months", "last"),
    [
        (date(2023, 1, 31), 36, date(2026, 1, 30)),
        (date(2024, 2, 29), 12, date(2025, 2, 27)),
        (date(2023, 8, 31), 6, date(2024, 2, 28)),
        (date(2023, 12, 1), 1, date(2023, 12, 31)),
    ],
)
def test_months_end_on_the_day_before(first, months, last):
    assert last_day(first, months) == last


def test_covers_that_touch_leave_no_gap():
    rows = (
        cover(date(2023, 1, 1), date(2024, 12, 31)),
        cover(date(2025, 1, 1), date(2025, 12, 31)),
        cover(date(2026, 2, 1), date(2026, 12, 31)),
        cover(date(2020, 1, 1), date(2099, 1, 1), hardware=False),
        cover(date(2020, 1, 1), None),
    )
    assert hardware_spans(rows) == (
        Span(date(2023, 1, 1), date(2025, 12, 31)),
        Span(date(2026, 2, 1), date(2026, 12, 31)),
    )
    assert gaps(rows) == (Span(date(2026, 1, 1), date(2026, 1, 31)),)
    assert covered_until(rows, date(2023, 5, 5)) == date(2025, 12, 31)
    assert covered_until(rows, date(2026, 1, 5)) is None
    assert hardware_end(rows) == date(2026, 12, 31)


def test_lifetime_cover_and_odd_dates():
    forever = cover(None, date(9999, 12, 31))
    assert forever.is_lifetime
    assert cover(None, date(2108, 1, 1)).is_lifetime
    assert hardware_spans((forever, cover(date(2020, 1, 1), date(2021, 1, 1)))) == (Span(date.min, date.max),)
    assert hardware_spans((cover(date(2021, 1, 2), date(2021, 1, 1)),)) == ()
    one_day = cover(date(2021, 1, 1), date(2021, 1, 1))
    assert one_day.covers_on(date(2021, 1, 1)) is True


days = st.dates(date(2020, 1, 1), date(2022, 1, 1))
covers = st.lists(
    st.builds(cover, st.none() | days, st.none() | days, hardware=st.sampled_from([True, False, None])), max_size=6
)


@given(covers, days)
def test_spans_agree_with_the_verdict_of_the_day(rows, day):
    certain = any(span.first <= day <= span.last for span in hardware_spans(rows))
    assert certain == (covered_on(rows, day) is True)
    for gap in gaps(rows):
        assert gap.first <= gap.last
        assert covered_on(rows, gap.first) is not True


@given(covers)
def test_spans_are_apart_and_in_order(rows):
    spans = hardware_spans(rows)
    assert all(b.first - a.last > timedelta(days=1) for a, b in pairwise(spans))


def test_the_better_source_is_believed_whatever_its_date():
    maker = fact(CoverSource.MAKER, cover(date(2020, 1, 1), date(2023, 1, 1)), age=timedelta(days=300))
    sheet = fact(CoverSource.SPREADSHEET, cover(date(2020, 1, 1), date(2030, 1, 1)), age=timedelta(0))
    psa = fact(CoverSource.PSA, cover(None, date(2029, 1, 1)))
    assert best((sheet, psa, maker)) is maker
    assert best((sheet, psa)) is psa
    unknown = fact(CoverSource.MAKER, outcome=LookupOutcome.NOT_FOUND)
    assert best((unknown, sheet)) is sheet
    assert best(()) is None


def test_of_two_answers_of_one_rank_the_newer_is_believed():
    old = fact(CoverSource.MAKER, cover(None, date(2027, 1, 1)), age=timedelta(days=9), origin="a")
    new = fact(CoverSource.MAKER, cover(None, date(2026, 7, 1)), age=timedelta(days=1), origin="b")
    assert best((old, new)) is new


def test_of_makers_that_tell_no_cover_one_that_knows_the_device_is_believed():
    found, failed, missing = (
        fact(CoverSource.MAKER, outcome=outcome, origin=outcome.value, age=timedelta(days=days))
        for days, outcome in ((9, LookupOutcome.FOUND), (5, LookupOutcome.FAILED), (1, LookupOutcome.NOT_FOUND))
    )
    assert best((missing, failed, found)) is found
    assert best((missing, failed)) is failed
    covered = fact(
        CoverSource.MAKER, cover(None, TODAY), outcome=LookupOutcome.FAILED, origin="z", age=timedelta(days=8)
    )
    assert best((covered, found, failed)) is covered


@pytest.mark.parametrize(
    ("covers", "outcome", "state"),
    [
        ((cover(date(2026, 1, 1), date(2026, 6, 1)),), LookupOutcome.FOUND, CoverState.COVERED),
        ((cover(date(2025, 1, 1), date(2026, 5, 31)),), LookupOutcome.FOUND, CoverState.EXPIRED),
        ((cover(date(2026, 6, 2), date(2027, 5, 31)),), LookupOutcome.FOUND, CoverState.UPCOMING),
        ((cover(None, date(2030, 1, 1), hardware=False),), LookupOutcome.FOUND, CoverState.NO_HARDWARE_COVER),
        (
            (cover(None, date(2030, 1, 1), hardware=False), cover(date(2025, 1, 1), date(2026, 5, 31))),
            LookupOutcome.FOUND,
            CoverState.EXPIRED,
        ),
        ((cover(None, None),), LookupOutcome.FOUND, CoverState.UNKNOWN),
        ((), LookupOutcome.FOUND, CoverState.NO_HARDWARE_COVER),
        ((), LookupOutcome.NOT_FOUND, CoverState.NOT_FOUND),
        ((), LookupOutcome.AMBIGUOUS, CoverState.AMBIGUOUS),
        ((), LookupOutcome.DENIED, CoverState.DENIED),
        ((), LookupOutcome.FAILED, CoverState.ERROR),
        ((cover(None, date(2030, 1, 1)),), LookupOutcome.FAILED, CoverState.COVERED),
    ],
)
def test_a_device_has_one_state(covers, outcome, state):
    assert fact(CoverSource.MAKER, *covers, outcome=outcome).state_on(TODAY) is state


def test_a_spreadsheet_without_a_date_tells_nothing_of_a_device():
    assert fact(CoverSource.SPREADSHEET, outcome=LookupOutcome.FOUND).state_on(TODAY) is CoverState.UNKNOWN


ENDED, RUNS = cover(None, date(2026, 5, 31)), cover(None, date(2027, 5, 31))


@pytest.mark.parametrize(
    ("covers", "verdict", "covered"),
    [
        ((ENDED,), True, None),
        ((RUNS, ENDED), False, None),
        ((ENDED,), False, False),
        ((RUNS,), True, True),
        ((), True, None),
        ((ENDED,), None, False),
        ((RUNS,), None, True),
    ],
)
def test_nothing_is_concluded_against_a_makers_own_verdict(covers, verdict, covered):
    heeded = heeding(covers, TODAY, verdict=verdict)
    assert covered_on(heeded, TODAY) is covered
    assert {one.ends_on for one in covers} <= {one.ends_on for one in heeded}
    if ENDED in covers:
        assert covered_on(heeded, date(2026, 5, 1)) is True


def test_where_nobody_can_tell_whether_a_cover_holds_no_other_end_is_shown():
    open_end = fact(CoverSource.MAKER, ENDED, cover(None, None, hardware=None))
    assert (open_end.state_on(TODAY), open_end.until(TODAY)) == (CoverState.UNKNOWN, None)
    assert open_end.until(date(2026, 5, 1)) == date(2026, 5, 31)
    assert good_for(open_end, TODAY) == timedelta(days=7)


def test_answers_keep_the_longer_the_further_away_the_end_is():
    def kept(until):
        return good_for(fact(CoverSource.MAKER, cover(date(2020, 1, 1), until)), TODAY)

    assert kept(TODAY + timedelta(days=3)) == timedelta(days=7)
    assert kept(TODAY + timedelta(days=100)) == timedelta(days=25)
    assert kept(date(2108, 1, 1)) == timedelta(days=90)
    assert kept(TODAY - timedelta(days=1)) == timedelta(days=30)


def test_an_error_is_never_fresh_and_an_age_can_be_demanded():
    found = fact(CoverSource.MAKER, cover(date(2020, 1, 1), date(2030, 1, 1)), age=timedelta(days=20))
    assert is_fresh(found, NOW)
    assert not is_fresh(found, NOW, timedelta(days=10))
    assert not is_fresh(fact(outcome=LookupOutcome.FAILED, age=timedelta(0)), NOW, timedelta(days=10))
    assert not is_fresh(found, NOW, timedelta(0))
