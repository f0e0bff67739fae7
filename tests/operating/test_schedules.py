"""When a job is due: the same answer for every process, across daylight saving, and as cron means it."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from servicedesk_core.config import parse_settings
from servicedesk_core.errors import SettingsError
from servicedesk_core.jobs import registry
from servicedesk_core.jobs.schedule import interval_of, last_due, next_due

NEW_YORK = "America/New_York"


def at(text, zone=UTC):
    return datetime.fromisoformat(text).replace(tzinfo=zone).astimezone(UTC)


def test_every_so_often_counts_from_a_fixed_instant():
    now = at("2026-03-02T09:07:11")
    assert last_due("every 15 minutes", timezone="UTC", now=now) == at("2026-03-02T09:00")
    assert next_due("every 15 minutes", timezone="UTC", now=now) == at("2026-03-02T09:15")
    assert last_due("every hour", timezone="Asia/Kolkata", now=now) == at("2026-03-02T09:00")
    assert last_due("never", timezone="UTC", now=now) is None


@given(
    st.integers(0, 5 * 366 * 86_400).map(lambda s: datetime(2024, 1, 1, tzinfo=UTC) + timedelta(seconds=s)),
    st.sampled_from(["every 7 minutes", "every 2 hours", "*/10 * * * *", "30 2 * * *", "0 6 * * 1-5", "15 3 1 * *"]),
    st.sampled_from(["UTC", NEW_YORK, "Australia/Lord_Howe", "Africa/Cairo", "Antarctica/Troll"]),
)
def test_between_the_last_and_the_next_due_time_nothing_is_due(now, schedule, zone):
    last, following = (f(schedule, timezone=zone, now=now) for f in (last_due, next_due))
    assert last <= now < following
    assert next_due(schedule, timezone=zone, now=last) == following
    assert last_due(schedule, timezone=zone, now=following - timedelta(microseconds=1)) == last


@pytest.mark.parametrize(
    ("field", "day"),
    [("0", "2026-03-08"), ("7", "2026-03-08"), ("1", "2026-03-09"), ("6", "2026-03-07"), ("sun", "2026-03-08"),
     ("0-2", "2026-03-08"), ("5-7", "2026-03-06")],
)  # fmt: skip
def test_days_of_the_week_are_counted_from_sunday_as_cron_does(field, day):
    now = at("2026-03-05T12:00")  # a Thursday
    assert next_due(f"0 9 * * {field}", timezone="UTC", now=now) == at(f"{day}T09:00")


def test_an_hour_that_daylight_saving_skips_does_not_lose_the_day():
    due = [at("2026-03-07T12:00")]
    for _ in range(3):
        due.append(next_due("30 2 * * *", timezone=NEW_YORK, now=due[-1]))
    assert [one.astimezone(ZoneInfo(NEW_YORK)).day for one in due[1:]] == [8, 9, 10]


def test_midnight_is_due_on_the_day_on_which_daylight_saving_begins():
    now = at("2027-03-14T05:00")  # midnight in New York, and two hours before the change
    assert next_due("0 0 * * *", timezone=NEW_YORK, now=now) == at("2027-03-15T04:00")
    for hours in range(23):
        assert last_due("0 0 * * *", timezone=NEW_YORK, now=now + timedelta(hours=hours)) == now


def changes(zone, year):
    """Return the days of a year at whose end a zone's clocks show something else."""
    days = [datetime(year, 1, 1, tzinfo=UTC) + timedelta(days=n) for n in range(366)]
    return tuple(a for a, b in pairwise(days) if a.astimezone(zone).utcoffset() != b.astimezone(zone).utcoffset())


def shown(zone, day, hour, minute):
    """Return the instants at which a clock on the wall shows a time of a day; one that it skips comes after it."""
    first, second = (
        datetime(day.year, day.month, day.day, hour, minute, tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1)
    )
    return {first, max(first, second)}


def zones_of(year):
    """Return a zone for each way of changing the clocks in a year."""
    found = {}
    for name in sorted(available_timezones() - {"localtime"}):
        zone = ZoneInfo(name)
        days = changes(zone, year)
        if days:
            around = (days[0] + timedelta(hours=n) for n in range(-24, 72))
            found.setdefault((days, tuple(one.astimezone(zone).utcoffset() for one in around)), name)
    return list(found.values())


@pytest.mark.slow
@pytest.mark.parametrize("hour", [0, 1, 2, 23])
@pytest.mark.parametrize("year", [2011, 2027])  # in 2011 Samoa left out a whole day
def test_a_daily_time_is_due_whenever_the_wall_shows_it_in_every_zone_around_both_changes(year, hour):
    for name in zones_of(year):
        zone = ZoneInfo(name)
        for change in changes(zone, year):
            days = [(change + timedelta(days=n)).date() for n in range(-4, 6)]
            wanted = sorted({one for day in days for one in shown(zone, day, hour, 30)})
            now = wanted[0]
            for due in wanted[1:-2]:
                assert next_due(f"30 {hour} * * *", timezone=name, now=now) == due, (name, now)
                assert last_due(f"30 {hour} * * *", timezone=name, now=due - timedelta(microseconds=1)) == now, name
                assert last_due(f"30 {hour} * * *", timezone=name, now=due) == due, (name, due)
                now = due


def test_a_rare_due_time_is_found_years_back():
    assert last_due("0 0 29 2 *", timezone="UTC", now=at("2026-03-02T09:00")) == at("2024-02-29T00:00")
    assert interval_of("0 6 * * *", timezone="UTC", now=at("2026-03-02T09:00")) == timedelta(days=1)


@pytest.mark.parametrize("schedule", ["61 2 * * *", "0 25 * * *", "0 0 * * 9"])
def test_a_cron_line_that_cannot_be_says_what_to_write(schedule):
    with pytest.raises(SettingsError) as caught:
        next_due(schedule, timezone="UTC", now=at("2026-03-02T09:00"))
    assert "five fields" in caught.value.hint


@pytest.mark.parametrize("schedule", ["0 12 31 2 *", "* * 31 4,6,9,11 *", "0 0 30 feb mon"])
def test_a_cron_line_that_is_never_due_is_refused(schedule):
    for due in (last_due, next_due):
        with pytest.raises(SettingsError, match="is never due"):
            due(schedule, timezone="UTC", now=at("2026-03-02T09:00"))


@pytest.mark.parametrize("weekday", range(7))
def test_a_leap_day_on_a_day_of_the_week_is_due(weekday):
    due = next_due(f"0 0 29 2 {weekday}", timezone="UTC", now=at("2026-03-02T09:00"))
    assert (due.month, due.day, due.isoweekday() % 7) == (2, 29, weekday)


@pytest.mark.parametrize("schedule", ["evry 5 minutes", "every 0 minutes", "1 2 3", "every fortnight", ""])
def test_a_schedule_that_is_none_is_refused_when_the_configuration_is_read(schedule):
    with pytest.raises(SettingsError, match=r"schedules\.sync"):
        parse_settings({"schedules": {"sync": schedule}})


def test_without_the_extra_the_message_names_it(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "apscheduler.triggers.cron", None)
    with pytest.raises(SettingsError) as caught:
        next_due("30 2 * * *", timezone="UTC", now=at("2026-03-02T09:00"))
    assert "servicedesk-core[serve]" in caught.value.hint


def test_a_connection_may_have_a_schedule_of_its_own():
    settings = parse_settings(
        {
            "schedules": {"sync": "every hour", "sync:b": "every 5 minutes"},
            "connections": {name: {"connector": "tabular"} for name in "ab"},
        }
    )
    schedules = {name: job.schedule for name, job in registry.jobs_of(settings, ()).items()}
    assert (schedules["sync:a"], schedules["sync:b"]) == ("every hour", "every 5 minutes")


def test_a_schedule_for_no_job_names_the_nearest():
    settings = parse_settings({"schedules": {"snc": "every hour"}, "connections": {"a": {"connector": "tabular"}}})
    with pytest.raises(SettingsError, match='Did you mean "sync"'):
        registry.jobs_of(settings, ())
