"""When technicians are free, and how full their days are. Worked out without a store."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from servicedesk_core.business_time.hours import spans
from servicedesk_core.features.rota import Away, FreeTime, Planned, Rota, Span

BERLIN, NEW_YORK = ZoneInfo("Europe/Berlin"), ZoneInfo("America/New_York")
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


def at(text, zone=BERLIN):
    """An instant of local time."""
    return datetime.fromisoformat(text).replace(tzinfo=zone).astimezone(UTC)


def daily(name, technician, hours, zone=BERLIN):
    return Planned(name, frozenset([technician]), lambda _: spans(hours), zone)


def told(free):
    return [tuple(f"{one.astimezone(BERLIN):%d %H:%M}" for one in span) for span in free]


def span(start, end):
    return Span(at(start), at(end))


ROTA = Rota(
    [
        daily("day", "ana", "08:00-12:00, 13:00-17:00"),
        daily("night", "cho", "22:00-06:00"),
        daily("west", "dee", "08:00-16:00", NEW_YORK),
    ],
    [Away("ana", at("2026-11-11 08:00"), at("2026-11-11 10:00"))],
    BERLIN,
    daily("usual", "", "09:00-17:00"),
)
BOOKED = {
    "ana": [
        span("2026-11-10 09:00", "2026-11-10 10:30"),
        span("2026-11-10 10:00", "2026-11-10 11:00"),
        span("2026-11-10 18:00", "2026-11-10 19:00"),
    ],
    "cho": [span("2026-11-10 23:00", "2026-11-11 01:00")],
}


@pytest.mark.parametrize(
    ("who", "start", "end", "free"),
    [
        ("ana", "2026-11-10 08:00", "2026-11-10 12:30", [("10 08:00", "10 09:00"), ("10 11:00", "10 12:00")]),
        ("ana", "2026-11-10 09:15", "2026-11-10 13:30", [("10 11:00", "10 12:00"), ("10 13:00", "10 13:30")]),
        ("ana", "2026-11-11 00:00", "2026-11-11 12:00", [("11 10:00", "11 12:00")]),
        ("cho", "2026-11-10 12:00", "2026-11-11 12:00", [("10 22:00", "10 23:00"), ("11 01:00", "11 06:00")]),
        ("dee", "2026-11-10 00:00", "2026-11-11 00:00", [("10 14:00", "10 22:00")]),
        ("new", "2026-11-10 00:00", "2026-11-11 00:00", [("10 09:00", "10 17:00")]),
    ],
)  # fmt: skip
def test_free_is_who_works_and_has_no_appointment(who, start, end, free):
    assert told(FreeTime(ROTA, BOOKED).slots(who, at(start), at(end))) == free


def test_work_takes_the_first_free_time_and_short_pieces_are_no_slots():
    free = FreeTime(ROTA, BOOKED, {"ana": 90 * MINUTE})
    day = at("2026-11-10 00:00"), at("2026-11-11 00:00")
    assert told(free.slots("ana", *day, behind_work=True)) == [("10 11:30", "10 12:00"), ("10 13:00", "10 17:00")]
    assert told(free.slots("ana", *day, at_least=2 * HOUR)) == [("10 13:00", "10 17:00")]
    free.give("ana", -3 * HOUR)
    assert free.work("ana") == timedelta()


@pytest.mark.parametrize(
    ("who", "when", "left", "start"),
    [
        ("ana", "2026-11-10 08:30", 5.5, "10 08:30"),
        ("ana", "2026-11-10 09:30", 5, "10 11:00"),
        ("ana", "2026-11-10 12:30", 4, "10 13:00"),
        ("ana", "2026-11-10 17:00", 0, "11 10:00"),
        ("cho", "2026-11-11 00:30", 5, "11 01:00"),  # the night belongs to the day on which it began
        ("cho", "2026-11-11 07:00", 8, "11 22:00"),
        ("new", "2026-11-10 16:00", 1, "10 16:00"),
    ],
)
def test_how_much_of_a_shift_is_left_and_when_something_can_begin(who, when, left, start):
    free, now = FreeTime(ROTA, BOOKED), at(when)
    assert free.left(who, now) / HOUR == left
    assert told([(free.can_start(who, now, now + 24 * HOUR),)]) == [(start,)]


def test_load_is_appointments_and_work_by_the_hours_of_shifts():
    free, day = FreeTime(ROTA, BOOKED, {"ana": 3 * HOUR}), (at("2026-11-10 00:00"), at("2026-11-11 00:00"))
    load = free.load("ana", *day)
    assert (load.committed / HOUR, load.available / HOUR, load.share) == (5, 8, 0.625)
    assert free.load("cho", at("2026-11-10 08:00"), at("2026-11-10 09:00")).share == 1
    assert free.can_start("cho", at("2026-11-10 08:00"), at("2026-11-10 20:00")) is None
    assert free.doubled("ana", span("2026-11-10 10:45", "2026-11-10 12:00"))
    late = span("2026-11-10 11:00", "2026-11-10 12:00")
    assert (free.doubled("ana", late), free.is_free("ana", late)) == (False, True)
    assert not free.is_free("ana", span("2026-11-10 11:30", "2026-11-10 12:30"))
    free.book("ana", late)
    assert (free.doubled("ana", late), free.is_free("ana", late)) == (True, False)


@pytest.mark.parametrize(("evening", "hours"), [("2026-03-28 20:00", 5), ("2026-10-24 20:00", 7)])
def test_a_night_in_which_the_clock_changes_is_as_long_as_it_is(evening, hours):
    start = at(evening)
    booked = {"cho": [Span(start + 3 * HOUR, start + 5 * HOUR)]}
    load = FreeTime(ROTA, booked).load("cho", start, start + 12 * HOUR)
    assert ((load.available - load.committed) / HOUR, load.committed / HOUR) == (hours, 2)
