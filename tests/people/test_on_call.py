"""On call: whose turn it is, and when nobody would answer. Worked out without a store."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from servicedesk_core.features.oncall import Line, Listed, OnCall
from servicedesk_core.features.rota import Away, Span

BERLIN = ZoneInfo("Europe/Berlin")


def at(text):
    return datetime.fromisoformat(text).replace(tzinfo=BERLIN).astimezone(UTC)


def office(name, start, end):
    """Open from 08:00 to 17:00, every day."""
    assert name == "office"
    first = start.astimezone(BERLIN).replace(hour=8, minute=0, second=0, microsecond=0) - timedelta(days=1)
    days = (first + timedelta(days=number) for number in range((end - start).days + 3))
    found = [Span(one.astimezone(UTC), one.replace(hour=17).astimezone(UTC)) for one in days]
    return [one for one in found if one.start < end and start < one.end]


SAID = OnCall(
    name="desk",
    primary=("ana", "ben", "cho"),
    secondary=("ben", "cho", "ana"),
    manager=("dora",),
    starts=datetime(2026, 10, 19, 8, tzinfo=BERLIN),
    outside="office",
    turns=({"starts": at("2026-11-04 20:00"), "ends": at("2026-11-05 06:00"), "primary": "dora"},),
)
DESK = Listed("desk", [(None, SAID)], BERLIN, office)


@pytest.mark.parametrize(
    ("when", "who"),
    [
        ("2026-10-18 20:00", ""),  # before the first turn
        ("2026-10-19 20:00", "ana ben dora"),
        ("2026-10-20 12:00", ""),  # in the hours of the day
        ("2026-10-26 07:59", "ana ben dora"),  # an hour more: summer time has ended
        ("2026-10-26 20:00", "ben cho dora"),
        ("2026-11-03 20:00", "cho ana dora"),
        ("2026-11-04 20:00", "dora ana dora"),
        ("2026-11-05 06:00", "cho ana dora"),
        ("2026-11-09 20:00", "ana ben dora"),
    ],
)
def test_people_take_turns_at_the_same_time_of_day(when, who):
    assert " ".join(one.technician for one in DESK.at(at(when))) == who


def test_until_when_somebody_is_on_call_is_told():
    told = {one.line: one.until for one in DESK.at(at("2026-11-04 18:00"))}
    assert told == {Line.PRIMARY: at("2026-11-04 20:00"), Line.SECONDARY: at("2026-11-09 08:00"), Line.MANAGER: None}


def test_a_single_turn_lasts_until_one_that_comes_in_its_place():
    long = {"starts": at("2026-11-02 08:00"), "ends": at("2026-11-06 08:00"), "primary": "ana"}
    short = {"starts": at("2026-11-04 08:00"), "ends": at("2026-11-05 08:00"), "primary": "ben"}
    listed = Listed("desk", [(None, OnCall(name="desk", turns=(long, short)))], BERLIN)
    told = [(one.technician, one.until) for day in (3, 4, 5) for one in listed.at(at(f"2026-11-0{day} 20:00"))]
    assert told == [("ana", short["starts"]), ("ben", short["ends"]), ("ana", long["ends"])]


def test_a_gap_is_when_nobody_is_primary_or_whoever_is_is_out():
    away = [
        Away("ben", at("2026-10-27 19:00"), at("2026-10-28 09:00")),
        Away("ana", at("2026-10-28 00:00"), at("2026-10-29 00:00")),
    ]
    gaps = DESK.gaps(at("2026-10-17 00:00"), at("2026-11-03 00:00"), away)
    assert [(one.start, one.end, one.primary) for one in gaps] == [
        (at("2026-10-17 00:00"), at("2026-10-17 08:00"), None),
        (at("2026-10-17 17:00"), at("2026-10-18 08:00"), None),
        (at("2026-10-18 17:00"), at("2026-10-19 08:00"), None),
        (at("2026-10-27 19:00"), at("2026-10-28 08:00"), "ben"),
    ]


def test_what_was_changed_or_removed_holds_from_then_on():
    one = OnCall(name="desk", primary=("ana",))
    desk = Listed("desk", [(None, one), (at("2026-11-02 00:00"), None)], BERLIN)
    assert [duty.technician for duty in desk.at(at("2026-11-01 23:59"))] == ["ana"]
    assert desk.at(at("2026-11-02 00:00")) == ()
    assert [*desk.gaps(at("2026-11-01 00:00"), at("2026-11-09 00:00"), [])] == []


def test_turns_of_somebody_are_whole_by_place_and_cut_to_what_is_looked_at():
    held = [*DESK.held("ben", at("2026-10-24 12:00"), at("2026-11-01 12:00"))]
    assert [(one.line, one.start, one.end) for one in held] == [
        (Line.PRIMARY, at("2026-10-26 17:00"), at("2026-11-01 08:00")),
        (Line.SECONDARY, at("2026-10-24 17:00"), at("2026-10-26 08:00")),
    ]
    night = next(DESK.held("dora", at("2026-11-04 12:00"), at("2026-11-04 23:00")))
    assert (night.line, night.start, night.end) == (Line.PRIMARY, at("2026-11-04 20:00"), at("2026-11-04 23:00"))


def test_those_of_a_place_whose_turn_is_next_would_take_it_first():
    assert DESK.others("ben", Line.PRIMARY, at("2026-10-27 20:00")) == ("cho", "ana", "dora")
    assert DESK.others("dora", Line.MANAGER, at("2026-10-27 20:00")) == ("ana", "ben", "cho")
    assert Listed("none", [(None, None)], BERLIN).others("ben", Line.PRIMARY, at("2026-10-27 20:00")) == ()
