"""What single values of the wire become; pure."""

from decimal import Decimal

import pytest

from servicedesk_autotask.meaning import values


@pytest.mark.parametrize(
    ("hours", "seconds"), [(1.1, 3960), (0.1, 360), (2.675, 9630), (33.84, 121_824), (1e-7, 0), ("1.5", 5400), (0, 0)]
)
def test_hours_become_whole_seconds_without_binary_error(hours, seconds):
    assert values.seconds(hours, "worked_s", []) == seconds


def test_half_a_second_is_rounded_up():
    assert values.seconds("0.000138889", "worked_s", []) == 1  # 0.5000004 s
    assert values.seconds(Decimal("1.5") / 3600, "worked_s", []) == 2


def test_negative_hours_are_left_out_and_reported():
    issues = []
    assert values.seconds(-3.5, "estimated_s", issues) is None
    assert [issue.kind for issue in issues] == ["negative_duration"]


@pytest.mark.parametrize("wire", ["many", float("nan"), float("inf")])
def test_number_that_is_none_is_refused(wire):
    with pytest.raises(ValueError, match="no number"):
        values.seconds(wire, "worked_s", [])
