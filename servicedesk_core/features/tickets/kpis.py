"""What somebody should look at: each figure with the filter that lists its tickets."""

from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection as Tx

from servicedesk_core.domain import StatusCategory
from servicedesk_core.faces import Goal, Kpi, Measure
from servicedesk_core.features.tickets.model import TicketFilter
from servicedesk_core.features.tickets.tables import listing
from servicedesk_core.store.queries.scope import Scope

WAITING: Final = tuple(category for category in StatusCategory if category.is_waiting)
WAITING_TOO_LONG: Final = timedelta(days=2)
MANY_TICKETS: Final = 20
"""Open tickets of one technician; more are too many."""

_NOTHING: Final = TicketFilter()
_NONE_WANTED: Final = Goal.of("<= 0")


@dataclass(frozen=True, slots=True)
class CountOf:
    """Counts the open tickets that a filter lets through.

    Attributes:
        of: Returns the filter at an instant.
    """

    of: Callable[[datetime], TicketFilter]

    def filter(self, at: datetime, among: TicketFilter | None = None) -> TicketFilter:
        """Return the filter at an instant, on top of another one."""
        own = self.of(at)
        return replace(
            among or _NOTHING,
            **{one.name: value for one in fields(own) if (value := getattr(own, one.name)) != one.default},
        )

    def __call__(self, tx: Tx, at: datetime, among: TicketFilter | None = None, scope: Scope | None = None) -> Measure:
        """Count them."""
        chosen = self.filter(at, among)
        count = listing.count(tx, chosen, scope=scope, at=at)
        return Measure(count, count, sample=count, records=chosen)


WATCHED: Final = (
    Kpi(
        "overdue",
        "Overdue",
        "The due date has passed.",
        CountOf(lambda now: TicketFilter(due_before=now)),
        goal=_NONE_WANTED,
        example="3 open tickets were due yesterday: 3.",
    ),
    Kpi(
        "sla-late",
        "SLA late",
        "A due time of the vendor's agreement has passed unfulfilled.",
        CountOf(lambda now: TicketFilter(sla_due_before=now)),
        goal=_NONE_WANTED,
        example="The first response to 2 open tickets was due an hour ago and did not come: 2.",
    ),
    Kpi(
        "new",
        "New",
        "Their status is still one that means new.",
        CountOf(lambda _: TicketFilter(categories=(StatusCategory.NEW,))),
        closer="to-triage",
        example="4 open tickets were not looked at yet: 4.",
    ),
    Kpi(
        "unassigned",
        "Unassigned",
        "No technician owns them.",
        CountOf(lambda _: TicketFilter(assignee=("",))),
        closer="nobody-has-it",
        example="4 new tickets and 1 triaged one have nobody: 5.",
    ),
    Kpi(
        "waiting",
        f"Waiting more than {WAITING_TOO_LONG.days} days",
        "Waiting for somebody, and nothing happened since.",
        CountOf(lambda now: TicketFilter(categories=WAITING, last_activity_before=now - WAITING_TOO_LONG)),
        closer="waiting-stale",
        example="Of 6 waiting tickets nothing happened with 2 for three days: 2.",
    ),
    Kpi(
        "hold-overdue",
        "On hold past due",
        "Parked, and the due date has passed.",
        CountOf(lambda now: TicketFilter(categories=(StatusCategory.ON_HOLD,), due_before=now)),
        closer="on-hold-past-due",
        example="One parked ticket was to be taken up yesterday, one is tomorrow: 1.",
    ),
    Kpi(
        "over-estimate",
        "Worked more than estimated",
        "Recorded time exceeds the plan.",
        CountOf(lambda _: TicketFilter(over_estimate=True)),
        closer="worked-by-estimate",
        example="1.5 hours were worked of 1 planned, and 2 of 3: 1.",
    ),
)
"""What the desk page counts and ``tickets list --watch`` lists."""


def _overloaded(tx: Tx, at: datetime, among: TicketFilter | None = None, scope: Scope | None = None) -> Measure:
    held = listing.count_by_technician(tx, among, scope=scope, at=at)
    count = sum(one > MANY_TICKETS for one in held)
    return Measure(count, count, denominator=len(held), sample=sum(held))


OVERLOADED: Final = Kpi(
    "overloaded",
    f"Technicians with more than {MANY_TICKETS} open tickets",
    "Of the technicians with open tickets.",
    _overloaded,
    unit="technicians",
    closer="open-per-technician",
    example="Of 8 technicians 2 have 21 open tickets or more: 2.",
)

KPIS: Final = (*WATCHED, OVERLOADED)
"""All figures of tickets."""
