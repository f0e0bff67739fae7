"""What lies between a ticket's milestones, and what was planned beforehand."""

from collections.abc import Iterator
from datetime import datetime
from itertools import pairwise
from typing import Final

from servicedesk_core.domain import TicketKind
from servicedesk_core.faces import Case, Kpi, Sum
from servicedesk_core.features.kpi.cases.facts import ClockFact, Facts, Hours, Key, TicketFact
from servicedesk_core.features.kpi.cases.measures import HOURS, PERCENT, Of
from servicedesk_core.features.sla import Clock

_STAGES: Final = ((Clock.TRIAGE, "until triaged"), (Clock.ENGAGEMENT, "until begun"), (Clock.COMPLETION, "until done"))
_SHIFT: Final = {
    Hours.IN: "owner on shift",
    Hours.ON_CALL: "owner on call",
    Hours.AFTER: "owner off shift",
    None: "owner's hours unknown",
}


def lags(facts: Facts) -> Iterator[Case]:
    """Yield the open time between a ticket's milestones, of stages that ended in the period."""
    stopped: dict[Key, dict[Clock, datetime]] = {}
    for one in facts.clocks:
        if one.is_stopped and one.stopped_at is not None:
            _first(stopped.setdefault(one.ticket, {}), one, one.stopped_at)
    open_s = facts.open_between_s
    for ticket in facts.tickets:
        ends = stopped.get(ticket.key)
        if not ends or ticket.created_at is None or open_s is None:
            continue
        reached = [(clock, name, ends[clock]) for clock, name in _STAGES if clock in ends]
        for (_, _, start), (_, stage, end) in pairwise(((None, "", ticket.created_at), *reached)):
            if facts.period.holds(end):
                lag = open_s(start, end)
                yield ticket.case(lag, 1, beside={"stage": stage, **_beside(facts, ticket, start)})


def _first(found: dict[Clock, datetime], one: ClockFact, at: datetime) -> None:
    found[one.clock] = min(at, found.get(one.clock, at))


def _beside(facts: Facts, ticket: TicketFact, at: datetime) -> dict[str, str | None]:
    """Return who was there when a stage began."""
    count = facts.on_shift(at)
    shift = "nobody has it" if ticket.assignee is None else _SHIFT[facts.when((ticket.connection, ticket.assignee), at)]
    return {"shift": shift, "on-shift": None if count is None else f"{count} on shift"}


def maintained(facts: Facts) -> Iterator[Case]:
    """Yield the recurring tickets whose due time came in the period, and which of them were done before."""
    for one in facts.tickets:
        due = one.due_at
        if one.kind is TicketKind.RECURRING and due is not None and facts.period.holds(due) and due <= facts.period.now:
            yield one.case(any(at <= due for at in one.resolutions), 1)


KPIS: Final = (
    Kpi(
        "stage-lag", "Lag between stages",
        "Time in the desk's hours between consecutive milestones (created, triaged, begun, done), of stages that ended "
        "in the period. By stage it says where time goes, by technician or team with whom, by shift whether whoever "
        "has the ticket was on shift when the stage began, and by on-shift how many were.",
        Of(lags, Sum.MEAN, HOURS, needs=("clocks",), opened=True), unit="hours", over="period", code="K32", leads=True,
        example="Triaged after half an hour of open time, begun 1.5 hours later: 1 hour; by stage it is 0.5 and 1.5.",
    ),
    Kpi(
        "preventive-maintenance", "Preventive maintenance done",
        "Of the tickets of the kind recurring whose due time came in the period, those that were done by then; the "
        "window of an occurrence is that from its creation to its due time. Cancelled ones are left out.",
        Of(maintained, Sum.RATIO, PERCENT, nothing="recurring tickets with a due time"),
        unit="%", better="more", over="period", code="K13", leads=True,
        example="Of 40 occurrences that were due 38 were done by then: 95 %; one that "
        "the client cancelled makes it 38 of 39.",
    ),
)  # fmt: skip
"""What is measured of stages and plans."""
