"""Times as people read them."""

import pytest

from servicedesk_core.wording import field_name, field_value, hours, rounded, worked


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (None, "unknown"), (0, "0.00 h"), (900, "0.25 h"), (2_700, "0.75 h"), (3_600, "1.00 h"), (1_200, "0.3333 h"),
        (300, "0.0833 h"), (1, "0.0003 h"), (9, "0.0025 h"), (4_320, "1.20 h"), (4_500_900, "1,250.25 h"),
    ],
)  # fmt: skip
def test_hours_are_said_exactly_with_two_decimals_or_more(seconds, said):
    assert hours(seconds) == said


def test_recorded_time_says_when_it_is_not_all():
    assert [worked(None, 2), worked(900, 1), worked(900, 0), worked(0, 0)] == [
        "unknown", "≥ 0.25 h", "0.25 h", "0.00 h",
    ]  # fmt: skip


def test_durations_are_named_and_shown_as_time():
    assert (field_name("worked_s"), field_value("worked_s", 900)) == ("time worked", "0.25 h")
    assert field_value("estimated_s", 5_400) == "1.50 h"
    assert field_value("title", "x") == "x"


def test_figures_are_whole_or_have_two_decimals():
    assert [rounded(figure) for figure in (3, 12_345_678, 2.0, 2.68817, 1_234.5)] == [
        "3", "12,345,678", "2", "2.69", "1,234.50",
    ]  # fmt: skip
