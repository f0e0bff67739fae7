"""Business time against a library that walks from opening to opening.

The library is asked for what it promises only. Of a night shift it forgets the part after midnight; it takes every
holiday for 24 hours; of an hour that is repeated it takes the second; fractions of a second it drops. So hours here lie
between 04:00 and 23:00, no holiday is a Sunday, on which summer time changes, and instants are whole seconds.
"""

from datetime import UTC, date, datetime, time, timedelta
from random import Random

import businesstimedelta
import pytest
import pytz

from servicedesk_core.business_time import Calendar
from servicedesk_core.business_time.hours import DAYS

CALENDARS, INSTANTS = 500, 20
ZONES = ("UTC", "America/New_York", "Europe/Berlin", "Australia/Sydney", "America/Santiago", "Asia/Kolkata")
FIRST = date(2024, 1, 1)


def drawn(random):
    """The same hours, once ours and once the library's."""
    zone = random.choice(ZONES)
    names = random.sample(DAYS, random.randint(2, 7))
    cut = random.randint(1, len(names) - 1)
    week = {}
    for group in (names[:cut], names[cut:]):
        edges = sorted(random.sample(range(4 * 60, 23 * 60), random.choice((2, 4))))
        spans = [(time(*divmod(a, 60)), time(*divmod(b, 60))) for a, b in zip(edges[::2], edges[1::2], strict=True)]
        week[",".join(group)] = spans
    days = (FIRST + timedelta(days=ahead) for ahead in range(0, 3 * 366, 5))
    closed = [day for day in days if day.weekday() != 6 and random.random() < 0.3]
    ours = Calendar(
        name="drawn",
        zone=zone,
        hours={group: ", ".join(f"{a:%H:%M}-{b:%H:%M}" for a, b in spans) for group, spans in week.items()},
        holidays=dict.fromkeys(closed, ""),
    )
    tz = pytz.timezone(zone)
    rules = [
        businesstimedelta.WorkDayRule(
            start_time=a, end_time=b, working_days=[*map(DAYS.index, group.split(","))], tz=tz
        )
        for group, spans in week.items()
        for a, b in spans
    ]
    theirs = businesstimedelta.Rules([*rules, businesstimedelta.HolidayRule(closed, tz=tz)])
    return ours, theirs


@pytest.mark.slow
@pytest.mark.parametrize("part", range(5))
def test_ten_thousand_times_a_slow_library_says_the_same(part):
    random = Random(part)
    for _ in range(CALENDARS // 5):
        ours, theirs = drawn(random)
        for _ in range(INSTANTS):
            start = datetime(2024, 3, 1, tzinfo=UTC) + timedelta(seconds=random.randrange(365 * 86_400))
            wanted = timedelta(seconds=random.randint(1, 20 * 3600))
            due = start + businesstimedelta.BusinessTimeDelta(theirs, timedelta=wanted)
            assert ours.add(start, wanted) == due, (ours, start, wanted)
            end = start + timedelta(seconds=random.randrange(5 * 86_400))
            assert ours.between(start, end) == theirs.difference(start, end).timedelta, (ours, start, end)
