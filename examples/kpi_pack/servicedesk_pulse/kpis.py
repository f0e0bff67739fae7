"""When clients call, and how many of them are helped on the same day."""

from collections.abc import Iterator

from servicedesk_core.faces import Case, Goal, Kpi, Sum
from servicedesk_core.features.kpi import Facts, Of

OPENS, CLOSES = 8, 18
SATURDAY = 5


def after_hours(facts: Facts) -> Iterator[Case]:
    """Yield the tickets that were created in the period, and which of them in the evening, at night or at a weekend."""
    for one in facts.tickets:
        if one.created_at is not None and facts.period.holds(one.created_at):
            at = one.created_at.astimezone(facts.period.zone)
            yield one.case(at.weekday() >= SATURDAY or not OPENS <= at.hour < CLOSES, 1)


def same_day(facts: Facts) -> Iterator[Case]:
    """Yield the tickets that were resolved in the period, and which of them on the day on which they were created."""
    for one in facts.tickets:
        at = one.resolved_in(facts.period)
        if at is not None and one.created_at is not None:
            days = {moment.astimezone(facts.period.zone).date() for moment in (at, one.created_at)}
            yield one.case(len(days) == 1, 1)


KPIS = (
    Kpi(
        "pulse-after-hours",
        "Calls after hours",
        f"Of the tickets created in the period, those before {OPENS}, from {CLOSES} on or at a weekend.",
        Of(after_hours, Sum.RATIO, 100, needs=("tickets",)),
        unit="%",
        goal=Goal.of("<= 25 %"),
        over="period",
        code="P01",
        leads=True,
    ),
    Kpi(
        "pulse-same-day",
        "Helped on the same day",
        "Of the tickets resolved in the period, those resolved on the day on which they were created.",
        Of(same_day, Sum.RATIO, 100, needs=("tickets",)),
        unit="%",
        better="more",
        over="period",
        code="P02",
    ),
)
