"""Times as people read them."""

import pytest

from servicedesk_core.people import actor_in_words
from servicedesk_core.wording import field_name, field_value, hours, kind_in_words, rounded, worked


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (None, "unknown"), (0, "0 h"), (900, "15 min"), (2_700, "45 min"), (3_600, "1 h"), (1_229, "20 min"),
        (300, "5 min"), (1, "1 s"), (59, "59 s"), (50_631, "14 h 4 min"), (4_500_900, "1,250 h 15 min"),
        (3_599, "1 h"), (-5_400, "-1 h 30 min"),
    ],
)  # fmt: skip
def test_time_is_said_in_hours_and_minutes(seconds, said):
    assert hours(seconds) == said


def test_recorded_time_says_when_it_is_not_all():
    assert [worked(None, 2), worked(900, 1), worked(900, 0), worked(0, 0)] == [
        "unknown", "≥ 15 min", "15 min", "0 h",
    ]  # fmt: skip


def test_durations_are_named_and_shown_as_time():
    assert (field_name("worked_s"), field_value("worked_s", 900)) == ("time worked", "15 min")
    assert field_value("estimated_s", 5_400) == "1 h 30 min"
    assert field_value("title", "x") == "x"


def test_figures_are_whole_or_have_two_decimals():
    assert [rounded(figure) for figure in (3, 12_345_678, 2.0, 2.68817, 1_234.5)] == [
        "3", "12,345,678", "2", "2.69", "1,234.50",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("tickets.update", "Update of a ticket"),
        ("assets.update", "Update of an asset"),
        ("time_entries.create", "New time entry"),
        ("notes.create_public", "New note for the client"),
        ("parts.take", "Parts: take"),
    ],
)
def test_a_kind_of_write_is_said_in_words(kind, words):
    assert kind_in_words(kind) == words


@pytest.mark.parametrize(
    ("actor", "words"),
    [
        ("user:hugo via cli", "hugo, command line"),
        ("user:ana via console by user:bob", "bob for ana, console"),
        ("system:jobs via job", "the desk (jobs), job"),
        ("system:writes", "the desk (writes)"),
        ("rule quiet v2, enabled by user:mia", "rule quiet v2, enabled by user:mia"),
        ("user:eve via elsewhere", "eve, elsewhere"),
    ],
)
def test_who_acted_is_said_in_words(actor, words):
    assert actor_in_words(actor) == words
