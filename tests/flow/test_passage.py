"""How a ticket went, from its steps alone."""

from datetime import UTC, datetime, timedelta

from servicedesk_core.domain import StatusCategory
from servicedesk_core.features.flow import Course, Meaning, Step, passage

START = datetime(2026, 3, 2, 9, tzinfo=UTC)


def course(*steps):
    """Return a ticket of steps: hours since the first, word, category, person, team."""
    return Course(
        "T",
        [
            Step(START + timedelta(hours=hours), word, category and StatusCategory(category), person, team)
            for hours, word, category, person, team in steps
        ],
    )


WHOLE = course(
    (0, "Open", "new", "ana", "1st"),
    (1, "Take", "in_progress", "ana", "1st"),
    (2, "Wait", "waiting_customer", "ana", "1st"),
    (5, "Work", "in_progress", "ben", "2nd"),
    (6, "Fix", "resolved", "ben", "2nd"),
    (30, "Question", None, "ana", "1st"),
    (31, "Fix", "resolved", "ana", "1st"),
    (31, "Fix", "resolved", "ana", "1st"),
    (40, "Close", "closed", None, "1st"),
)


def test_times_waits_hand_overs_and_what_came_back():
    found = passage(WHOLE, Meaning())
    assert (found.take_h, found.first_resolve_h, found.resolve_h, found.cycle_h) == (1, 6, 31, 40)
    assert (found.resolver, found.waits, found.wait_h, found.repetitions) == ("ana", 1, 3, 1)
    assert (found.team_hand_overs, found.person_hand_overs, found.is_ping_pong) == (2, 3, True)
    assert found.is_reopened


def test_a_window_makes_a_late_return_new_work():
    assert passage(WHOLE, Meaning(reopen_within=timedelta(hours=24))).is_reopened
    assert not passage(WHOLE, Meaning(reopen_within=timedelta(hours=23))).is_reopened


def test_words_of_the_log_may_say_what_steps_mean():
    meaning = Meaning.of([WHOLE], take=["work"], resolve=["close"], wait=["question"])
    found = passage(WHOLE, meaning)
    assert (found.take_h, found.resolve_h, found.wait_h, found.is_reopened) == (5, 40, 1, False)


def test_a_log_without_resolutions_is_resolved_by_what_ends_a_ticket():
    ended = course((0, "Open", "new", None, None), (3, "Closed", "closed", None, None))
    assert passage(ended, Meaning.of([ended])).resolve_h == 3
    assert passage(ended, Meaning()).resolve_h is None
