"""Busy times out of calendar objects: repetitions by their zone's clock, exceptions, days, and what takes no time."""

from datetime import MAXYEAR, UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from servicedesk_core.connectors.caldav import events
from servicedesk_core.connectors.caldav.events import UnreadableCalendarError, Within, busy_in

MARCH = Within(datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 4, 1, tzinfo=UTC), ZoneInfo("Europe/Berlin"))
NEW_YORK = "DTSTART;TZID=America/New_York:20260302T090000\nDTEND;TZID=America/New_York:20260302T100000\n"


def event(text, uid="one"):
    return f"BEGIN:VEVENT\nUID:{uid}\nDTSTAMP:20260101T000000Z\n{text.strip()}\nEND:VEVENT\n"


def told(*events, within=MARCH):
    text = "BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//x//y//EN\n" + "".join(events) + "END:VCALENDAR\n"
    return [(f"{one.start:%m-%d %H:%M}", f"{one.end:%m-%d %H:%M}") for one in sorted(busy_in(text, within))]


def test_what_is_at_nine_stays_at_nine_when_clocks_are_set_and_exceptions_hold():
    weekly = event(f"{NEW_YORK}RRULE:FREQ=WEEKLY;COUNT=5\nEXDATE;TZID=America/New_York:20260316T090000")
    moved = event(
        "RECURRENCE-ID;TZID=America/New_York:20260323T090000\nDTSTART;TZID=America/New_York:20260323T140000\nDURATION:PT30M"
    )
    dropped = event(f"RECURRENCE-ID;TZID=America/New_York:20260330T090000\nSTATUS:CANCELLED\n{NEW_YORK}")
    assert told(weekly, moved, dropped) == [
        ("03-02 14:00", "03-02 15:00"),
        ("03-09 13:00", "03-09 14:00"),  # New York's clocks were set on the 8th
        ("03-23 18:00", "03-23 18:30"),
    ]


@pytest.mark.parametrize(
    ("text", "times"),
    [
        ("DTSTART:20260305T230000Z\nDTEND:20260306T010000Z", [("03-05 23:00", "03-06 01:00")]),
        ("DTSTART;VALUE=DATE:20260305\nDTEND;VALUE=DATE:20260307", [("03-04 23:00", "03-06 23:00")]),
        ("DTSTART;VALUE=DATE:20260329", [("03-28 23:00", "03-29 22:00")]),
        ("DTSTART:20260305T090000\nDTEND:20260305T100000", [("03-05 08:00", "03-05 09:00")]),
        ("DTSTART:20260228T230000Z\nDURATION:P2D", [("02-28 23:00", "03-02 23:00")]),
        ("DTSTART:20260305T090000Z", []),
        ("DTSTART:20260305T090000Z\nDTEND:20260305T100000Z\nTRANSP:TRANSPARENT", []),
        ("DTSTART:20260305T090000Z\nDTEND:20260305T100000Z\nSTATUS:CANCELLED", []),
        ("DTSTART:20260405T090000Z\nDTEND:20260405T100000Z", []),
        ("DTSTART:20200101T090000Z\nDTEND:20200101T100000Z\nRRULE:FREQ=YEARLY;BYMONTH=3;BYMONTHDAY=5",
         [("03-05 09:00", "03-05 10:00")]),
        ("DTSTART:20260330T090000Z\nDTEND:20260330T100000Z\nRRULE:FREQ=DAILY;UNTIL=20260331T090000Z",
         [("03-30 09:00", "03-30 10:00"), ("03-31 09:00", "03-31 10:00")]),
        ("DTSTART;VALUE=DATE:20260330\nRRULE:FREQ=DAILY;COUNT=3",
         [("03-29 22:00", "03-30 22:00"), ("03-30 22:00", "03-31 22:00"), ("03-31 22:00", "04-01 22:00")]),
        ("DTSTART:20260305T090000Z\nDTEND:20260305T100000Z\nRDATE:20260306T090000Z,20260501T090000Z",
         [("03-05 09:00", "03-05 10:00"), ("03-06 09:00", "03-06 10:00")]),
        (("DTSTART:20260305T090000Z\nDTEND:20260305T100000Z\n"
         "RDATE;VALUE=PERIOD:20260306T090000Z/20260306T120000Z,20260307T090000Z/PT2H"),
         [("03-05 09:00", "03-05 10:00"), ("03-06 09:00", "03-06 12:00"), ("03-07 09:00", "03-07 11:00")]),
        ("DTSTART:20260305T090000Z\nDTEND;TZID=America/New_York:99991231T235959", [("03-05 09:00", "12-31 23:59")]),
        ("DTSTART;VALUE=DATE:20260306\nDTEND;VALUE=DATE:99991231\nRRULE:FREQ=DAILY;COUNT=1",
         [("03-05 23:00", "12-30 23:00")]),
    ],
    ids=["over-midnight", "days", "short-day", "no-zone", "duration", "no-length", "transparent", "cancelled", "later",
         "yearly", "until", "daily-days", "rdate", "periods", "for-ever", "for-ever-days"],
)  # fmt: skip
def test_what_takes_time_and_when(text, times):
    assert told(event(text)) == times


def test_what_cannot_be_read_is_said_and_never_passed_over():
    with pytest.raises(UnreadableCalendarError, match="no calendar"):
        list(busy_in("BEGIN:VCALENDAR\nrubbish", MARCH))
    follows = event("RECURRENCE-ID;RANGE=THISANDFUTURE:20260306T090000Z\nDTSTART:20260306T110000Z\nDURATION:PT1H")
    with pytest.raises(UnreadableCalendarError, match="exception for all that follows"):
        told(event("DTSTART:20260305T090000Z\nDURATION:PT1H\nRRULE:FREQ=DAILY;COUNT=3"), follows)
    with pytest.raises(UnreadableCalendarError, match="event bad whose time"):
        told(event("SUMMARY:no time", uid="bad"))


@pytest.mark.parametrize(
    "rule", ["FREQ=SECONDLY", "FREQ=MINUTELY;INTERVAL=5", "FREQ=DAILY;INTERVAL=0",
             "FREQ=DAILY;BYHOUR=0,1,2,3,4,5,6,7,8;BYMINUTE=0,10,20,30,40,50;BYSECOND=0,10,20,30,40,50"],
)  # fmt: skip
def test_a_repetition_that_would_be_walked_for_hours_is_refused(rule):
    with pytest.raises(UnreadableCalendarError, match="event one that is repeated"):
        told(event(f"DTSTART:20000101T000000Z\nDURATION:PT1S\nRRULE:{rule}"))


def test_a_repetition_that_never_comes_true_is_not_followed_through_eight_thousand_years(monkeypatch):
    begun, real = [], events._RULES.rrulestr

    def spied(rule, dtstart):
        begun.append(dtstart.year)
        return real(rule, dtstart=dtstart)

    monkeypatch.setattr(events._RULES, "rrulestr", spied)
    times = "DTSTART:20240229T090000Z\nDTEND:20240229T100000Z\nRRULE:FREQ="
    assert told(event(times + "MONTHLY;BYMONTH=2;BYMONTHDAY=30")) == []
    assert min(begun) > MAXYEAR - 800
    february = Within(datetime(2028, 2, 1, tzinfo=UTC), datetime(2028, 3, 1, tzinfo=UTC), UTC)
    assert told(event(times + "YEARLY"), within=february) == [("02-29 09:00", "02-29 10:00")]
    assert told(event(times + "YEARLY;UNTIL=20280228T090000Z"), within=february) == []
    assert told(event(times + "WEEKLY;UNTIL=20280210T090000Z"), within=february) == [
        ("02-03 09:00", "02-03 10:00"), ("02-10 09:00", "02-10 10:00")]  # fmt: skip
