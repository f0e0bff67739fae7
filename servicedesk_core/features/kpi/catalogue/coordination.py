"""What a coordinator achieves in a period: how soon tickets are triaged, and what is saved that began badly."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from servicedesk_core.faces import Case, Kpi, Sum
from servicedesk_core.features.kpi.cases.facts import Facts, Key
from servicedesk_core.features.kpi.cases.measures import HOURS, PERCENT, Of
from servicedesk_core.features.sla import Clock, Outcome


def triaged(facts: Facts) -> Iterator[Case]:
    """Yield how long the triage took, of the tickets that were triaged in the period."""
    for one in facts.clocks:
        ticket = facts.by_key.get(one.ticket)
        if one.clock is not Clock.TRIAGE or not one.is_stopped or not facts.period.holds(one.stopped_at):
            continue
        if ticket is not None and ticket.created_at is not None and one.stopped_at is not None:
            yield ticket.case((one.stopped_at - ticket.created_at) // timedelta(seconds=1), 1)


def rescued(facts: Facts) -> Iterator[Case]:
    """Yield the tickets resolved in the period that were late at first, and which of them were resolved in time."""
    late: set[Key] = {
        one.ticket for one in facts.clocks if one.clock is not Clock.COMPLETION and one.outcome is Outcome.MISSED
    }
    for one in facts.clocks:
        ticket = facts.by_key.get(one.ticket)
        ended = one.is_stopped and facts.period.holds(one.stopped_at)
        if one.clock is Clock.COMPLETION and ended and one.ticket in late and ticket is not None:
            why = "" if one.outcome in (Outcome.MET, Outcome.MISSED) else "nothing was decided about its resolution"
            yield ticket.case(one.outcome is Outcome.MET, 1, why)


KPIS: Final = (
    Kpi(
        "triage-time", "Time to triage",
        "Elapsed time from creation to triage, of the tickets that were triaged in the period.",
        Of(triaged, Sum.MEAN, HOURS, needs=("clocks",)), unit="hours", over="period", leads=True,
        example="Triaged after 10 and 50 minutes: 0.5 hours.",
    ),
    Kpi(
        "rescued", "Tickets rescued",
        "Of the tickets resolved in the period that were triaged or begun too late, those that were resolved in time.",
        Of(rescued, Sum.RATIO, PERCENT, needs=("clocks",)), unit="%", better="more", over="period", leads=False,
        example="Of 8 tickets that began late 6 were resolved in time: 75 %.",
    ),
)  # fmt: skip
"""What a coordinator achieves."""
