"""When a message goes out, how it reads, and whom a page rings. Worked out without a store."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from servicedesk_core.features.oncall import Duty, Line
from servicedesk_core.features.paging.rules import is_exhausted, whom
from servicedesk_core.outbox.staff.model import Attempt, Batch, Fate
from servicedesk_core.outbox.staff.rules import letter_of, next_at, not_before

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 11, 9, 22, tzinfo=UTC)
DUTIES = tuple(Duty(line, name, None) for line, name in zip(Line, ("ana", "ben", "dora"), strict=True))
EVERYBODY = {"ana", "ben", "dora"}


def attempts(*fates):
    return tuple(Attempt(number, "page 1", NOW, NOW, fate) for number, fate in enumerate(fates, 1))


@pytest.mark.parametrize(
    ("number", "channels", "minutes"),
    [(0, 2, None), (1, 2, None), (2, 2, 1), (3, 2, None), (4, 2, 2), (6, 2, 4), (40, 2, 10), (1, 1, 1)],
)
def test_channels_follow_each_other_at_once_and_rounds_after_a_pause(number, channels, minutes):
    wanted = None if minutes is None else NOW + timedelta(minutes=minutes)
    assert next_at(attempts(*[Fate.REFUSED] * number), channels) == wanted


def test_what_may_have_arrived_says_so_and_keeps_its_id():
    batch = Batch("abc", "ana", is_urgent=True, messages=(("P1 T1", "Mail is down."), ("P1 T2", "")), attempts=())
    first = letter_of(batch, "Desk")
    assert (first.subject, first.id) == ("[Desk] P1 T1 (and 1 more)", "abc")
    again = letter_of(
        Batch("abc", "ana", is_urgent=True, messages=batch.messages, attempts=attempts(Fate.IN_DOUBT)), ""
    )
    assert again.subject.startswith("[may be a repeat]")
    assert "Id: abc" in again.text
    refused = Batch("abc", "ana", is_urgent=True, messages=batch.messages, attempts=attempts(Fate.REFUSED))
    assert "repeat" not in letter_of(refused, "Desk").text


@pytest.mark.parametrize(
    ("at", "ends"),
    [
        ("2026-11-09T22:30+01:00", "2026-11-10T07:00+01:00"),
        ("2026-11-10T06:59+01:00", "2026-11-10T07:00+01:00"),
        ("2026-11-10T07:00+01:00", None),
        ("2026-10-24T23:00+02:00", "2026-10-25T07:00+01:00"),  # a night of nine hours
        ("2026-03-28T23:00+01:00", "2026-03-29T07:00+02:00"),  # and one of seven
    ],
)
def test_quiet_hours_end_by_the_persons_own_clock(at, ends):
    instant = datetime.fromisoformat(at).astimezone(UTC)
    wanted = instant if ends is None else datetime.fromisoformat(ends).astimezone(UTC)
    assert not_before(instant, "22:00-07:00", BERLIN) == wanted


def test_quiet_hours_that_end_in_a_gap_end_behind_it():
    at = datetime.fromisoformat("2026-03-29T01:30+01:00").astimezone(UTC)
    assert not_before(at, "01:00-02:30", BERLIN) == datetime.fromisoformat("2026-03-29T03:30+02:00").astimezone(UTC)


def test_three_rounds_and_then_everybody():
    rung = [whom(number, DUTIES, EVERYBODY) for number in range(11)]
    assert rung[:9] == [("ana",), ("ben",), ("dora",)] * 3
    assert rung[9:] == [("ana", "ben", "dora")] * 2
    assert [is_exhausted(number) for number in (8, 9)] == [False, True]


def test_whoever_cannot_be_reached_is_passed_over():
    assert [whom(number, DUTIES, {"dora"}) for number in range(3)] == [("dora",)] * 3
    assert whom(0, (), EVERYBODY) == ()
