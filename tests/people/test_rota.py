"""The rota: who is on shift when, for how long, and who is out. Worked out without a store."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from servicedesk_core.business_time.hours import spans
from servicedesk_core.features.rota import Away, Planned, Rota

BERLIN = ZoneInfo("Europe/Berlin")
LONG = {"day": "08:00-20:00", "early": "09:00-10:00", "late": "18:00-19:00"}
DAY, NIGHT, NONE = spans("08:00-12:00, 13:00-17:00"), spans("22:00-06:00"), ()
HOUR = timedelta(hours=1)


def at(text):
    """An instant of local time."""
    return datetime.fromisoformat(text).replace(tzinfo=BERLIN).astimezone(UTC)


def weekly(name, technicians, hours, **more):
    return Planned(name, frozenset(technicians), lambda day: hours if day.weekday() < 5 else NONE, BERLIN, **more)


ROTA = Rota(
    [
        weekly("day", ["ana", "ben"], DAY),
        weekly("night", ["cho"], NIGHT),
        weekly("also", ["ben"], spans("15:00-18:00")),
    ],
    [Away("ana", at("2026-11-10 13:00"), at("2026-11-11 00:00"), "dentist")],
    BERLIN,
)


@pytest.mark.parametrize(
    ("when", "who", "left"),
    [
        ("2026-11-10 07:00", [], {"ana": 4, "ben": 9, "cho": 8}),
        ("2026-11-10 08:00", ["ana", "ben"], {"ana": 4, "ben": 9}),
        ("2026-11-10 12:30", [], {"ana": 0, "ben": 5}),
        ("2026-11-10 16:00", ["ben"], {"ana": 0, "ben": 2, "cho": 8}),
        ("2026-11-10 18:00", [], {"ben": 0}),
        ("2026-11-11 03:00", ["cho"], {"cho": 3, "ana": 8}),
        ("2026-11-11 06:00", [], {"cho": 8}),
        ("2026-11-14 03:00", ["cho"], {"cho": 3, "ana": 0}),  # Friday's night goes on into Saturday
        ("2026-11-14 12:00", [], {"cho": 0, "dee": 0}),
    ],
)
def test_who_is_on_shift_and_for_how_long_yet(when, who, left):
    assert list(ROTA.on_shift(at(when))) == who
    assert {name: ROTA.left(name, at(when)) / HOUR for name in left} == left


def test_hours_of_two_shifts_at_a_time_count_once_and_time_out_not_at_all():
    start, end = at("2026-11-09 00:00"), at("2026-11-16 00:00")
    assert {one: ROTA.hours(one, start, end) / HOUR for one in ROTA.technicians} == {"ana": 36, "ben": 45, "cho": 40}
    assert [(who, one, other) for who, one, other, _ in ROTA.doubled(start, end)] == [("ben", "also", "day")]
    assert [one.reason for one in ROTA.out(at("2026-11-10 23:59"), end)] == ["dentist"]
    assert ROTA.out(at("2026-11-11 00:00"), end) == ()
    assert ROTA.is_out("ana", at("2026-11-10 13:00"))
    assert not ROTA.is_out("ana", at("2026-11-11 00:00"))
    assert ROTA.hours("dee", start, end) == timedelta()
    assert not ROTA.knows("dee")


def test_every_shift_that_lies_within_a_longer_one_is_told():
    rota = Rota([weekly(name, ["ana"], spans(each)) for name, each in LONG.items()], [], BERLIN)
    found = rota.doubled(at("2026-11-09 00:00"), at("2026-11-10 00:00"))
    assert [names for _, *names, _ in found] == [["day", "early"], ["day", "late"]]


def test_a_night_in_which_the_clock_changes_is_as_long_as_it_is():
    night = Rota([Planned("night", frozenset(["cho"]), lambda _: NIGHT, BERLIN)], [], BERLIN)
    for evening, hours in (("2026-03-28 12:00", 7), ("2026-10-24 12:00", 9), ("2026-11-01 12:00", 8)):
        start = at(evening)
        assert night.hours("cho", start, start + 24 * HOUR) / HOUR == hours


def test_a_changed_shift_holds_from_its_instant_on_and_leaves_the_past():
    change = at("2026-11-11 00:00")
    rota = Rota(
        [weekly("day", ["ana"], DAY, until=change), weekly("day", ["ana"], spans("10:00-12:00"), since=change)],
        [],
        BERLIN,
    )
    worked = [rota.hours("ana", at(f"2026-11-{day} 00:00"), at(f"2026-11-{day + 1} 00:00")) / HOUR for day in (10, 11)]
    assert worked == [8, 2]
    assert date(2026, 11, 11) == rota.works("ana", change, at("2026-11-12 00:00"))[0].start.date()
