"""Of what time a report is where nobody says it. Pure."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated

from servicedesk_core.faces import Help
from servicedesk_core.features.kpi import month_of, quarter_of, week_of

Period = Annotated[
    str | None,
    Help("Of a month such as 2026-10, a week such as 2026-W41, 2026-Q3, a year or a day.", metavar="PERIOD"),
]


def week_before(day: date) -> str:
    """Return the name of the week before a day's."""
    return week_of(day - timedelta(weeks=1))


def month_before(day: date) -> str:
    """Return the name of the month before a day's."""
    return month_of(day.replace(day=1) - timedelta(days=1))


def quarter_before(day: date) -> str:
    """Return the name of the quarter before a day's."""
    first = day.replace(month=(day.month + 2) // 3 * 3 - 2, day=1)
    return quarter_of(first - timedelta(days=1))


@dataclass(frozen=True, slots=True)
class OfPeriod:
    """What a report is about. Each kind says of which period it is where nobody does."""

    period: Period = None

    @staticmethod
    def usual(day: date) -> str:
        """Return the name of the period that is meant on a day where nobody names one."""
        return day.isoformat()


class OfDay(OfPeriod):
    """A report of a day: of today, up to now."""


class OfWeek(OfPeriod):
    """A report of a week: of the last that is over."""

    usual = staticmethod(week_before)


class OfThisWeek(OfPeriod):
    """A report of a week: of the present one, up to now."""

    usual = staticmethod(week_of)


class OfMonth(OfPeriod):
    """A report of a month: of the last that is over."""

    usual = staticmethod(month_before)


class OfQuarter(OfPeriod):
    """A report of a quarter: of the last that is over."""

    usual = staticmethod(quarter_before)
