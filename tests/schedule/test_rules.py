"""What an hour shows, and what a day needs; by hand."""

from datetime import UTC, datetime, timedelta

import pytest

from servicedesk_core.features.rota import Span
from servicedesk_core.features.schedule.model import Mark, Verdict
from servicedesk_core.features.schedule.rules import mark_of, verdict_of

HOUR = timedelta(hours=1)


def span(start, end):
    at = datetime(2026, 3, 11, tzinfo=UTC)
    return Span(at + start * HOUR, at + end * HOUR)


@pytest.mark.parametrize(
    ("booked", "works", "out", "on_call", "mark"),
    [
        ([span(9, 11)], [span(8, 16)], [], False, Mark.VISIT),
        ([span(9, 11), span(9.5, 10)], [span(8, 16)], [], False, Mark.TWO),
        ([span(9, 9.5), span(9.5, 10)], [span(8, 16)], [], False, Mark.VISIT),  # one after the other
        ([span(9, 10)], [], [span(8, 16)], False, Mark.VISIT),  # booked although away: that is to be seen
        ([span(10, 11)], [span(8, 16)], [], False, Mark.FREE),
        ([], [], [span(8, 16)], True, Mark.OUT),
        ([], [], [], True, Mark.ON_CALL),
        ([], [], [], False, None),
    ],
)
def test_an_hour_shows_what_says_most(booked, works, out, on_call, mark):
    assert mark_of(span(9, 10), booked=booked, works=works, out=out, is_on_call=on_call) is mark


@pytest.mark.parametrize(
    ("committed", "available", "gap", "verdict"),
    [
        (9, 8, 0, Verdict.OVERLOADED),
        (8, 8, 0, None),
        (4, 8, 2, Verdict.GAP),
        (4, 8, 1.5, None),
        (7, 8, 4, None),  # what looks free is for projects
        (0, 0, 0, None),
        (1, 0, 0, Verdict.OVERLOADED),
    ],
)
def test_a_day_is_overloaded_has_a_gap_or_neither(committed, available, gap, verdict):
    assert verdict_of(committed * HOUR, available * HOUR, gap * HOUR) is verdict
