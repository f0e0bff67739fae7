"""Business time: adding to an instant, and measuring between two."""

from datetime import UTC, date, timedelta
from zoneinfo import ZoneInfo

import pytest
from pydantic import ValidationError

from servicedesk_core.business_time import Calendar, CalendarHasNoOpenTimeError, public_holidays
from servicedesk_core.business_time.table import duration_us, instant, micros
from tests.sla.office import ALWAYS, OFFICE, at, hours, minutes

LONDON = ZoneInfo("Europe/London")
NINE_TO_FIVE = OFFICE.model_copy(update={"hours": {"mon-fri": "09:00-17:00"}})
WITH_LUNCH = OFFICE.model_copy(update={"hours": {"mon-fri": "08:00-12:00, 13:00-18:00"}})
NIGHTS = Calendar(name="nights", zone="America/New_York", hours={"mon-sun": "22:00-06:00"})
CITY = Calendar(name="city", zone="Europe/London", hours={"mon-fri": "09:00-17:30"})
CHRISTMAS = OFFICE.model_copy(
    update={"holidays": {date(2026, 12, 25): "Christmas"}, "special": {date(2026, 12, 24): "08:00-12:00"}}
)


@pytest.mark.parametrize(
    ("calendar", "start", "duration", "end"),
    [
        (OFFICE, "03-02 10:00", hours(4), "03-02 14:00"),
        (OFFICE, "03-02 17:00", hours(4), "03-03 11:00"),
        (OFFICE, "03-02 17:00", hours(3), "03-03 10:00"),
        (NINE_TO_FIVE, "03-06 16:00", hours(8), "03-09 16:00"),
        (OFFICE, "03-07 10:00", hours(1), "03-09 09:00"),
        (OFFICE, "05-22 17:00", hours(4), "05-26 11:00"),
        (WITH_LUNCH, "03-03 11:30", hours(1), "03-03 13:30"),
        (WITH_LUNCH, "03-03 12:15", minutes(30), "03-03 13:30"),
        (ALWAYS, "03-07 22:00", hours(8), "03-08 07:00"),
        (ALWAYS, "10-31 22:00", hours(8), "11-01 05:00"),
        (ALWAYS, "03-03 23:30", hours(1), "03-04 00:30"),
        (OFFICE, "03-03 16:00", hours(2), "03-03 18:00"),
        (NIGHTS, "03-03 23:00", hours(8), "03-04 23:00"),
        (CHRISTMAS, "12-24 11:00", hours(4), "12-28 11:00"),
    ],
)
def test_adding_ends_at_the_earliest_instant_by_which_so_much_was_open(calendar, start, duration, end):
    assert calendar.add(at(start), duration) == at(end)
    assert calendar.between(at(start), at(end)) == duration


def test_a_change_of_summer_time_in_london_keeps_the_hours_of_the_wall_clock():
    assert CITY.add(at("03-27 17:00", LONDON), hours(4)) == at("03-30 12:30", LONDON)


def test_a_night_shift_is_an_hour_shorter_when_summer_time_begins():
    assert NIGHTS.between(at("03-07 22:00"), at("03-08 06:00")) == hours(7)
    assert NIGHTS.between(at("10-31 22:00"), at("11-01 06:00")) == hours(9)


def test_a_holiday_is_closed_and_a_night_shift_belongs_to_the_day_on_which_it_begins():
    closed = NIGHTS.model_copy(update={"holidays": {date(2026, 3, 4): "Founders' Day"}})
    assert OFFICE.between(at("05-22 17:00"), at("05-26 09:00")) == hours(2)
    assert closed.between(at("03-03 12:00"), at("03-05 12:00")) == hours(8)
    assert closed.is_open(at("03-04 05:59"))
    assert not closed.is_open(at("03-04 22:00"))


def test_the_first_instant_of_open_time_is_open_and_that_of_closing_is_not():
    assert OFFICE.is_open(at("03-03 08:00"))
    assert not OFFICE.is_open(at("03-03 18:00"))
    assert OFFICE.next_open(at("03-03 12:00")) == at("03-03 12:00")
    assert OFFICE.next_open(at("03-06 18:00")) == at("03-09 08:00")


def test_nothing_added_outside_hours_stays_where_it_is_and_less_than_nothing_is_refused():
    assert OFFICE.add(at("03-07 10:00"), timedelta()) == at("03-07 10:00")
    assert OFFICE.between(at("03-07 10:00"), at("03-02 10:00")) == timedelta()
    with pytest.raises(ValueError, match="must not be negative"):
        OFFICE.add(at("03-07 10:00"), -minutes(1))


def test_opening_in_the_hour_that_is_left_out_moves_on_by_it_and_of_a_repeated_one_the_first_counts():
    early = Calendar(name="early", zone="America/New_York", hours={"sun": "02:30-09:00"})
    assert early.next_open(at("03-08 00:00")) == at("03-08 03:30")
    again = Calendar(name="again", zone="America/New_York", hours={"sun": "01:30-09:00"})
    assert again.next_open(at("11-01 00:00")) == at("2026-11-01 05:30", UTC)
    assert again.between(at("11-01 00:00"), at("11-01 12:00")) == hours(8.5)


@pytest.mark.parametrize(
    "zone", ["America/Santiago", "Atlantic/Azores", "Asia/Beirut", "Pacific/Apia", "Asia/Kathmandu"]
)
def test_day_and_night_lose_no_minute_in_any_zone_or_year(zone):
    always = Calendar(name="always", zone=zone, hours={"mon-sun": "00:00-24:00"})
    start, end = at("2009-03-01 12:34", UTC), at("2013-11-30 23:59", UTC)
    assert always.between(start, end) == end - start
    assert always.add(start, end - start) == end


def test_far_years_are_worked_out_when_they_are_asked_for():
    calendar = OFFICE.model_copy()
    near = calendar.add(at("03-02 10:00"), hours(4))
    assert calendar.between(at("1999-03-01 00:00"), at("1999-03-08 00:00")) == hours(50)
    assert calendar.add(at("03-02 10:00"), hours(10 * 260 * 40)) > at("2065-01-01 00:00")
    assert calendar.add(at("03-02 10:00"), hours(4)) == near


def test_where_business_time_ends_is_found_in_a_table_of_other_years():
    start = micros(at("2010-03-05 15:00"))
    wanted = OFFICE.table.total(start) + duration_us(hours(2))
    other = OFFICE.model_copy().table  # as after another thread put its years in the place of those
    other.total(micros(at("03-02 10:00")))
    assert instant(other.reached(wanted, start)) == at("2010-03-05 17:00")


def test_open_time_is_told_as_intervals_also_those_that_lie_in_a_span_only_partly():
    def told(start, end):
        found = WITH_LUNCH.table.intervals(micros(at(start)), micros(at(end)))
        return [(instant(opens), instant(closes)) for opens, closes in found]

    friday, monday = (at("03-06 13:00"), at("03-06 18:00")), (at("03-09 08:00"), at("03-09 12:00"))
    assert told("03-06 17:00", "03-09 11:00") == [friday, monday]
    assert told("03-06 18:00", "03-09 08:00") == []


def test_working_days_keep_the_time_of_the_wall_clock():
    assert OFFICE.add_days(at("05-21 11:00"), 3) == at("05-27 11:00")
    assert OFFICE.add_days(at("03-06 16:00"), 1) == at("03-09 16:00")
    assert OFFICE.add_days(at("03-07 10:00"), 1, end_of_day=True) == at("03-09 18:00")
    assert ALWAYS.add_days(at("03-03 10:00"), 1, end_of_day=True) == at("03-05 00:00")
    with pytest.raises(ValueError, match="at least 1"):
        OFFICE.add_days(at("05-21 11:00"), 0)


def test_a_calendar_without_open_time_is_refused_when_it_is_made():
    with pytest.raises(ValidationError, match="no day of the week has open time"):
        Calendar(name="never", zone="UTC", hours={"mon-sun": ""})


def test_a_calendar_whose_holidays_leave_nothing_says_so_and_does_not_search_for_ever():
    every_day = {f"{month:02}-{day:02}": "" for month in range(1, 13) for day in range(1, 32)}
    never = Calendar(name="never", zone="UTC", hours={"mon": "08:00-09:00"}, yearly_holidays=every_day)
    for ask in (
        lambda: never.add(at("03-02 10:00"), hours(1)),
        lambda: never.next_open(at("03-02 10:00")),
        lambda: never.add_days(at("03-02 10:00"), 1),
    ):
        with pytest.raises(CalendarHasNoOpenTimeError, match='calendar "never" has no open time; give it hours'):
            ask()
    assert never.between(at("03-02 10:00"), at("04-02 10:00")) == timedelta()


def test_everything_wrong_in_the_hours_is_told_at_once():
    wrong = {"mon-fri": "08:00-08:00", "tu": "08:00-09:00", "sat": "25:00-26:00", "sun": "08:00-12:00, 11:00-13:00"}
    with pytest.raises(ValidationError) as refused:
        Calendar(name="x", zone="UTC", hours=wrong)
    (problem,) = refused.value.errors()
    assert problem["loc"] == ("hours",)
    for told in ("a whole day is 00:00-24:00", '"tu" is no day', "a day ends at 24:00", "08:00-12:00 and 11:00-13:00"):
        assert told in problem["msg"]


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"hours": {"mon": "22:00-06:00", "tue": "05:00-07:00"}}, "mon 22:00-06:00 runs into tue 05:00-07:00"),
        ({"hours": {"sun": "22:00-06:00", "mon": "05:00-07:00"}}, "sun 22:00-06:00 runs into mon 05:00-07:00"),
        ({"hours": {"mon-wed": "08:00-09:00", "tue": "05:00-07:00"}}, "tue is named twice"),
        ({"hours": {"mon": "from eight"}}, "write it as 08:00-17:30"),
        ({"zone": "Mars/Olympus"}, 'there is no time zone "Mars/Olympus"'),
        ({"special": {date(2026, 12, 24): "8-12"}}, "2026-12-24"),
        ({"yearly_holidays": {"25-12": "Christmas"}}, "25-12: a day of every year is written as 12-25"),
    ],
)
def test_a_calendar_that_cannot_be_says_what_is_wrong(changes, told):
    with pytest.raises(ValidationError, match=told):
        OFFICE.model_copy(update=changes)


def test_a_range_of_days_may_pass_sunday():
    weekend = OFFICE.model_copy(update={"hours": {"sat-mon": "08:00-18:00"}})
    assert weekend.between(at("03-02 00:00"), at("03-09 00:00")) == hours(30)


def test_public_holidays_are_days_that_the_calendar_keeps_and_that_can_be_left_out():
    found = dict(public_holidays("us", [2026], region="ny"))
    assert found[date(2026, 5, 25)] == "Memorial Day"
    worked = {day: name for day, name in found.items() if name != "Columbus Day"}
    calendar = OFFICE.model_copy(update={"holidays": worked})
    assert calendar.is_open(at("10-12 10:00"))
    assert not calendar.is_open(at("11-26 10:00"))
    with pytest.raises(ValueError, match="no public holidays are known of XX"):
        public_holidays("XX", [2026])
    with pytest.raises(ValueError, match="no public holidays are known of US, ZZ"):
        public_holidays("US", [2026], region="ZZ")


def test_calendars_are_values():
    assert OFFICE.between(at("03-02 10:00"), at("03-02 11:00")) == hours(1)
    assert OFFICE.model_copy() == OFFICE
    assert OFFICE.model_validate_json(OFFICE.model_dump_json()) == OFFICE
    with pytest.raises(ValidationError):
        OFFICE.name = "other"
