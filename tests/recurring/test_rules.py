"""On which days plans are due, and what is made of these: ends of months, holidays, summer time, downtime."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from servicedesk_core.business_time import Calendar
from servicedesk_core.features.recurring.kinds import Maker, RecurringPlan
from servicedesk_core.features.recurring.when.rhythm import Rhythm, ShortMonth
from servicedesk_core.features.recurring.when.rules import (
    NO_WORKING_DAY,
    PAST_END,
    SHARED_DAY,
    BusinessDays,
    CatchUp,
    Timing,
    due,
    occurrences,
    since,
)

NEW_YORK = ZoneInfo("America/New_York")
JAN = date(2026, 1, 31)
WEEK = Calendar(name="office", zone="America/New_York", hours={"mon-fri": "08:00-18:00"})


def timing(rule="FREQ=MONTHLY", start=JAN, short=ShortMonth.CLAMP, calendar=WEEK, **more):
    rhythm = Rhythm.of(rule, start, short)
    known = {"zone": NEW_YORK, "at": time(9), "due": time(17), "is_working": lambda day: bool(calendar.hours_of(day))}
    return Timing(rhythm, **known | more)


def days(first, last, **said):
    return [f"{one.day:%m-%d}" for one in occurrences(timing(**said), first, last) if not one.why]


@pytest.mark.parametrize(
    ("said", "six"),
    [
        ({}, "01-31 02-28 03-31 04-30 05-31 06-30"),
        ({"business_days": BusinessDays.FOLLOWING}, "02-02 03-02 03-31 04-30 06-01 06-30"),
        ({"business_days": BusinessDays.MODIFIED_FOLLOWING}, "01-30 02-27 03-31 04-30 05-29 06-30"),
        ({"business_days": BusinessDays.PRECEDING}, "01-30 02-27 03-31 04-30 05-29 06-30"),
        ({"short": ShortMonth.SKIP}, "01-31 03-31 05-31 07-31 08-31 10-31"),
        ({"rule": "FREQ=MONTHLY;BYMONTHDAY=30", "short": ShortMonth.LAST_DAY}, "01-31 02-28 03-31 04-30 05-31 06-30"),
        ({"rule": "FREQ=MONTHLY;BYMONTHDAY=30", "start": date(2026, 1, 1)}, "01-30 02-28 03-30 04-30 05-30 06-30"),
        ({"rule": "FREQ=MONTHLY;BYDAY=2TU", "start": date(2026, 1, 1)}, "01-13 02-10 03-10 04-14 05-12 06-09"),
        ({"rule": "FREQ=MONTHLY;BYDAY=-1FR", "start": date(2026, 1, 1)}, "01-30 02-27 03-27 04-24 05-29 06-26"),
        ({"rule": "FREQ=MONTHLY;BYMONTHDAY=-1,15", "start": date(2026, 1, 1)}, "01-15 01-31 02-15 02-28 03-15 03-31"),
        ({"rule": "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO", "start": date(2016, 1, 4)}, "01-05 01-19 02-02 02-16 03-02 03-16"),
        ({"rule": "FREQ=MONTHLY;COUNT=3", "start": date(2025, 12, 31)}, "01-31 02-28"),
        ({"rule": "FREQ=DAILY;INTERVAL=50", "start": date(2025, 12, 31)}, "02-19 04-10 05-30 07-19 09-07 10-27"),
    ],
)
def test_days_are_those_that_people_expect(said, six):
    assert days(date(2026, 1, 1), date(2026, 12, 31), **said)[:6] == six.split()


def test_the_29_of_february_is_the_28_in_other_years():
    leap = timing("FREQ=YEARLY", date(2024, 2, 29))
    found = [str(one.day) for one in occurrences(leap, date(2024, 1, 1), date(2028, 12, 31))]
    assert found == ["2024-02-29", "2025-02-28", "2026-02-28", "2027-02-28", "2028-02-29"]


@pytest.mark.parametrize(
    ("day", "at", "utc"),
    [
        (date(2026, 3, 2), time(9), "2026-03-02T14:00"),
        (date(2026, 3, 9), time(9), "2026-03-09T13:00"),
        (date(2026, 3, 8), time(2, 30), "2026-03-08T07:30"),
        (date(2026, 11, 1), time(1, 30), "2026-11-01T05:30"),
    ],
)
def test_local_times_stay_across_changes_of_the_clocks(day, at, utc):
    (one,) = occurrences(timing("FREQ=DAILY", date(2026, 1, 1), at=at), day, day)
    assert f"{one.at:%Y-%m-%dT%H:%M}" == utc


CHRISTMAS = Calendar(
    name="closed",
    zone="America/New_York",
    hours={"mon-fri": "08:00-18:00"},
    holidays={date(2026, 12, 21) + timedelta(days=n): "Closed" for n in range(14)},
)


def test_a_chain_of_holidays_makes_one_of_several_and_says_why():
    said = {"rule": "FREQ=DAILY", "start": date(2026, 12, 14), "calendar": CHRISTMAS}
    found = [*occurrences(timing(business_days=BusinessDays.FOLLOWING, **said), date(2026, 12, 18), date(2027, 1, 5))]
    assert [str(one.day) for one in found if not one.why] == ["2026-12-18", "2027-01-04", "2027-01-05"]
    assert {one.why for one in found if one.why} == {SHARED_DAY}
    made = next(one for one in found if str(one.day) == "2027-01-04" and not one.why)
    assert made.on == made.day  # the one that is on that day by itself


def test_where_everything_is_closed_there_is_none_and_it_says_why():
    holidays = {date(2026, 5, 1) + timedelta(days=n): "Closed" for n in range(100)}
    shut = WEEK.model_copy(update={"holidays": holidays})
    one = timing("FREQ=MONTHLY", date(2026, 6, 15), calendar=shut, business_days=BusinessDays.MODIFIED_FOLLOWING)
    (found,) = occurrences(one, date(2026, 6, 1), date(2026, 6, 30))
    assert (found.day, found.why) == (date(2026, 6, 15), NO_WORKING_DAY)


@settings(max_examples=40)
@given(
    st.sampled_from(["FREQ=MONTHLY", "FREQ=MONTHLY;BYDAY=2TU", "FREQ=WEEKLY;INTERVAL=3", "FREQ=DAILY", "FREQ=YEARLY"]),
    st.dates(date(2015, 1, 1), date(2026, 6, 1)),
    st.sampled_from(BusinessDays),
    st.integers(0, 300),
    st.integers(0, 60),
)
def test_which_days_there_are_does_not_depend_on_when_one_asks(rule, start, business_days, ahead, span):
    one = timing(rule, start, calendar=CHRISTMAS, business_days=business_days)
    first = date(2026, 6, 1) + timedelta(days=ahead)
    last = first + timedelta(days=span)
    whole = occurrences(one, date(2026, 1, 1), date(2027, 12, 31))
    assert [*occurrences(one, first, last)] == [each for each in whole if first <= each.day <= last]


@pytest.mark.parametrize(
    ("rule", "problem"),
    [
        ("", "no part of a rule"),
        ("FREQ=HOURLY", "none of DAILY"),
        ("INTERVAL=2", "FREQ is missing"),
        ("FREQ=DAILY;INTERVAL=0", "INTERVAL=0"),
        ("FREQ=DAILY;FREQ=DAILY", "twice"),
        ("FREQ=DAILY;UNTIL=20300101", "said as end"),
        ("FREQ=WEEKLY;BYDAY=2TU", "need FREQ=MONTHLY"),
        ("FREQ=MONTHLY;BYDAY=XX", "no day"),
        ("FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=31", "short_months = skip"),
        ("FREQ=MONTHLY;INTERVAL=1000;BYMONTH=2", "never happens"),
        ("FREQ=YEARLY;BYHOUR=3", "no part of a rule"),
    ],
)
def test_a_rule_that_cannot_be_says_what_is_wrong(rule, problem):
    with pytest.raises(ValueError, match=problem):
        Rhythm.of(rule, JAN)


@pytest.mark.parametrize(
    ("catch_up", "made", "missed"),
    [
        (CatchUp.LATEST, ["09"], ["02", "03", "04", "05", "06"]),
        (CatchUp.ALL, ["02", "03", "04", "05", "06", "09"], []),
        (CatchUp.NONE, ["09"], ["02", "03", "04", "05", "06"]),
    ],
)
def test_after_a_week_without_generation_the_plan_says_what_is_made(catch_up, made, missed):
    plan = timing("FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR", date(2026, 1, 1))
    now = datetime(2026, 3, 9, 15, tzinfo=UTC)
    found = due(occurrences(plan, date(2026, 3, 2), date(2026, 3, 15)), catch_up, now, NEW_YORK)
    assert [f"{one.day:%d}" for one in found.made] == made
    assert [f"{one.day:%d}" for one in found.missed] == missed


def test_none_makes_what_opened_late_as_long_as_its_day_is_not_over():
    plan = timing("FREQ=WEEKLY;BYDAY=MO", date(2026, 1, 5), lead_days=14)
    found = due(
        occurrences(plan, date(2026, 3, 2), date(2026, 3, 30)),
        CatchUp.NONE,
        datetime(2026, 3, 9, 22, tzinfo=UTC),
        NEW_YORK,
    )
    assert [f"{one.day:%d}" for one in found.made] == ["09", "16", "23"]
    assert [f"{one.day:%d}" for one in found.missed] == ["02"]


def test_a_plan_holds_since_its_rhythm_is_what_it_is_now():
    at = [datetime(2026, 1, day, tzinfo=UTC) for day in range(1, 6)]
    assert since([(at[0], "a")]) == at[0]
    assert since([(at[0], "a"), (at[1], "b"), (at[2], "b")]) == at[1]
    assert since([(at[0], "a"), (at[1], None), (at[2], "a")]) == at[2]


def test_what_the_psa_made_is_not_made_again_when_the_desk_makes_a_plan():
    psa, desk = (
        RecurringPlan(
            name="b", title="Backup check", client="c", rule="FREQ=MONTHLY", start=date(2026, 2, 10), made_by=one
        )
        for one in (Maker.PSA, Maker.DESK)
    )
    agreed, over = datetime(2026, 2, 1, tzinfo=UTC), datetime(2026, 6, 20, tzinfo=UTC)
    assert since([(agreed, psa.when), (over, desk.when)]) == over


def test_nothing_is_moved_past_the_end():
    said = {"rule": "FREQ=DAILY", "start": date(2026, 1, 9), "end": date(2026, 1, 10)}
    found = occurrences(timing(business_days=BusinessDays.FOLLOWING, **said), date(2026, 1, 1), date(2026, 1, 31))
    assert [(str(one.on), one.why) for one in found] == [("2026-01-09", ""), ("2026-01-10", PAST_END)]


@pytest.mark.parametrize(("first", "last"), [(date.min, date(2, 1, 1)), (date(9999, 6, 1), date.max)])
@pytest.mark.parametrize("how", BusinessDays)
def test_the_ends_of_the_calendar_have_none(first, last, how):
    daily = timing("FREQ=DAILY", date(1, 1, 1), lead_days=90, days_after=90, business_days=how)
    assert len([*occurrences(daily, first, last)]) < 2
