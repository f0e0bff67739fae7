"""How much of a day project work takes; by hand."""

from datetime import UTC, datetime, timedelta

import pytest

from servicedesk_core.features.appointments.rules import ProjectWork, committed
from servicedesk_core.features.rota import Span

HOUR = timedelta(hours=1)


def at(day, hour=0):
    return datetime(2026, 3, day, hour, tzinfo=UTC)


def works(start, end):
    """Monday the 9th to Friday the 13th, 8 to 16."""
    days = (Span(max(start, at(day, 8)), min(end, at(day, 16))) for day in range(9, 14))
    return [span for span in days if span.start < span.end]


@pytest.mark.parametrize(
    ("work", "day", "hours"),
    [
        (ProjectWork(at(9), at(14), 10 * HOUR), 10, 2),  # evenly over five days
        (ProjectWork(at(11), at(13), 8 * HOUR), 9, 0),  # not begun
        (ProjectWork(at(11), at(13), 8 * HOUR), 12, 4),
        (ProjectWork(at(2), at(5), 3 * HOUR), 9, 3),  # overdue: at once
        (ProjectWork(at(2), at(5), 3 * HOUR), 10, 0),
        (ProjectWork(None, None, 2 * HOUR), 9, 2),  # nobody said when
        (ProjectWork(at(14), at(15), 2 * HOUR), 14, 2),  # on a day on which nobody works: told all the same
    ],
)
def test_project_work_lies_evenly_over_the_time_until_it_is_due(work, day, hours):
    found = committed([work], works, Span(at(day), at(day + 1)), at(9))
    assert found == hours * HOUR


def test_what_is_left_counts_from_now_on():
    work = ProjectWork(at(9), at(11), 6 * HOUR)
    now = at(10, 12)
    assert committed([work], works, Span(at(10), at(11)), now) == 6 * HOUR
    assert committed([work], works, Span(at(9), at(10)), now) == timedelta()
