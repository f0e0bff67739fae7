"""Rest after work at night, and absence patterns: pure."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from servicedesk_core.features.rota import Away, Planned, Rota, Span, Worked, at_night
from servicedesk_core.features.rota.kinds import Rest
from servicedesk_core.features.rota.resting import rests
from servicedesk_core.features.worktime.rules import night_s, patterns

BERLIN = ZoneInfo("Europe/Berlin")


def local(text):
    return datetime.fromisoformat(text).replace(tzinfo=BERLIN).astimezone(UTC)


def span(start, end):
    return Span(local(start), local(end))


def office(names, hours=((480, 1_020),)):
    return Planned("office", frozenset(names), lambda day: hours if day.weekday() < 5 else (), BERLIN)


def rested(*spans, hours=11, least_min=15, shifts=None):
    shifts = shifts or [office(["ana"])]
    worked = [Worked("ana", one) for one in spans]
    return [
        (one.start, one.end) for one in rests(Rota(shifts, (), BERLIN), worked, Rest(hours=hours, least_min=least_min))
    ]


@pytest.mark.parametrize(
    ("spans", "end"),
    [
        (
            [span("2026-03-10T23:00", "2026-03-10T23:30"), span("2026-03-11T02:00", "2026-03-11T02:30")],
            "2026-03-11T02:30",
        ),
        ([span("2026-03-11T05:30", "2026-03-11T06:30")], "2026-03-11T06:30"),
        ([span("2026-03-10T21:00", "2026-03-10T22:20")], "2026-03-10T22:20"),
    ],
    ids=["from the last one on", "over the end of the night", "from before the night"],
)
def test_rest_begins_when_the_last_work_of_the_night_ends(spans, end):
    assert rested(*spans)[-1:] == [(local(end), local(end) + timedelta(hours=11))]


def test_short_work_by_day_and_the_shift_of_the_night_need_no_rest():
    assert rested(span("2026-03-11T02:00", "2026-03-11T02:10")) == []
    assert rested(span("2026-03-11T18:00", "2026-03-11T21:00")) == []
    night = office(["ana"], hours=((1_320, 1_800),))
    assert rested(span("2026-03-11T02:00", "2026-03-11T04:00"), shifts=[night]) == []
    assert rested(*[span(f"2026-03-11T0{n}:00", f"2026-03-11T0{n}:06") for n in (1, 2, 3)]) != [], "together they do"


@pytest.mark.parametrize(("day", "hours"), [("2026-03-29", 7), ("2026-10-25", 9), ("2026-06-15", 8)])
def test_a_night_in_which_clocks_are_set_is_as_long_as_it_is(day, hours):
    noon = datetime.fromisoformat(f"{day}T12:00").replace(tzinfo=BERLIN).astimezone(UTC)
    whole = Span(noon - timedelta(hours=24), noon)
    ((piece, night),) = at_night([whole], "22:00-06:00", BERLIN)
    assert piece == (night[0].astimezone(UTC), night[1].astimezone(UTC))
    assert piece.length == timedelta(hours=hours)
    assert night_s([piece], "22:00-06:00", Rota((), (), BERLIN)) == hours * 3_600


def test_rest_over_the_change_of_clocks_is_eleven_hours_and_not_ten():
    ((start, end),) = rested(span("2026-03-29T01:00", "2026-03-29T01:45"))
    assert end.timestamp() - start.timestamp() == 11 * 3_600


def test_of_the_same_time_on_a_ticket_and_on_none_there_is_one_rest():
    night = span("2026-03-11T02:00", "2026-03-11T03:00")
    worked = [Worked("ana", night, 1, ticket) for ticket in ("7", None)]
    (one,) = rests(Rota([office(["ana"])], (), BERLIN), worked, Rest())
    assert one.start == night.end


def team(count, word, out=()):
    names = [f"{word}{number}" for number in range(count)]
    away = [Away(name, *span(f"{day}T00:00", f"{day}T23:59")) for name, day in out]
    return names, dict.fromkeys(names, word), away


def shown(*teams, first=date(2026, 3, 2), last=date(2026, 3, 15)):
    names = [name for one in teams for name in one[0]]
    members = {name: word for one in teams for name, word in one[1].items()}
    rota = Rota([office(names)], [each for one in teams for each in one[2]], BERLIN)
    return {
        (one.team, one.weekday): (one.people, str(one.away_percent)) for one in patterns(rota, members, first, last)
    }


def test_a_pattern_is_of_a_team_by_weekday_and_tells_how_much_it_was_away():
    found = shown(team(5, "net", out=[("net0", "2026-03-06"), ("net1", "2026-03-13"), ("net2", "2026-03-13")]))
    assert found["net", "Friday"] == (5, "30.0")
    assert found["net", "Monday"] == found["everybody", "Monday"] == (5, "0.0")
    assert ("net", "Saturday") not in found


def test_below_five_people_nothing_is_shown_and_nothing_can_be_worked_out():
    assert shown(team(4, "net")) == {}
    small = shown(team(6, "net"), team(4, "web", out=[("web0", "2026-03-06")]))
    assert {name for name, _ in small} == {"net"}, "everybody without the six would tell of the four"
    both = shown(team(6, "net"), team(3, "web"), team(2, "dba"))
    assert {name for name, _ in both} == {"net", "everybody"}
