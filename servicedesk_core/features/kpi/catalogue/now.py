"""The nine figures of a coordinator, which tell of the present."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, Final

from servicedesk_core.config.configured import ConfiguredDesk
from servicedesk_core.config.people import Colleague
from servicedesk_core.faces import Case, Kpi, Measure, Sum
from servicedesk_core.features.kpi.now import coordinator
from servicedesk_core.features.kpi.now.coordinator import OpenDesk, Those
from servicedesk_core.store.queries.scope import Scope

NO_CLOCKS: Final = "clocks of open tickets: define policies in [sla]"


@dataclass(frozen=True, slots=True)
class Now:
    """A figure of the open tickets.

    Attributes:
        cases: Returns what it is made of.
        how: How that is summed.
        clocks: Whether it needs clocks.
        people: The people of the desk: they say whom a name in the definitions means.
    """

    cases: Callable[[OpenDesk], Iterable[Case]]
    how: Sum = Sum.TOTAL
    clocks: bool = False
    people: Mapping[str, Colleague] = field(default_factory=dict, compare=False)

    def on(self, desk: ConfiguredDesk) -> "Now":
        """Return it as a desk measures it, with its people."""
        return replace(self, people=desk.roster)

    def of(self, desk: OpenDesk) -> Measure:
        """Measure it from what is open, which many figures may share."""
        if self.clocks and desk.tickets and all(one.clock is None for one in desk.tickets):
            return Measure.missing(NO_CLOCKS)
        return Measure.of(self.cases(desk), self.how)

    def __call__(self, tx: Any, at: datetime, among: Any = None, scope: Scope | None = None) -> Measure:
        """Measure it from the store; days begin in the zone of the instant."""
        from servicedesk_core.features.kpi.now.opened import open_desk  # noqa: PLC0415  # reads the store; the rest is pure

        del among
        return self.of(open_desk(tx, at, at.tzinfo or UTC, scope, people=self.people))


KPIS: Final = (
    Kpi(
        "to-triage", "To be triaged", "New tickets, but for those in queues of alerts and of the network.",
        Now(Those(coordinator.is_new)), code="K19", leads=True,
        example="4 new tickets, 1 of them in a queue of alerts: 3.",
    ),
    Kpi(
        "next-due-overdue", "Next promise overdue", "Tickets whose next clock (triage, engagement or completion) is "
        "late.",
        Now(Those(coordinator.is_overdue), clocks=True), code="K20", leads=True,
        example="The next clock of 4 open tickets is late: 4.",
    ),
    Kpi(
        "triage-coming", "Triage coming up", "Tickets to be triaged within the next 4 business hours.",
        Now(Those(coordinator.is_triage_coming), clocks=True), code="K20a", leads=True,
        example="Triage of one ticket is due in a quarter of an hour, of another one tomorrow: 1.",
    ),
    Kpi(
        "engagement-coming", "Engagement coming up", "Tickets to be worked on within the next 4 business hours.",
        Now(Those(coordinator.is_engagement_coming), clocks=True), code="K20b", leads=True,
        example="Two tickets are to be begun in one and in two hours: 2.",
    ),
    Kpi(
        "completion-coming", "Completion coming up", "Tickets to be resolved within the next 4 business hours.",
        Now(Those(coordinator.is_completion_coming), clocks=True), code="K20c", leads=True,
        example="One ticket is to be done in 3.5 hours, one in 30: 1.",
    ),
    Kpi(
        "waiting-stale", "Waiting, and nobody asked",
        "Tickets that wait for somebody, and on which no person acted for more than 48 hours.",
        Now(Those(coordinator.is_stale)), code="K21", leads=True,
        example="Nobody acted for 49 hours on one, for exactly 48 on another, and for 100 on a third: 2.",
    ),
    Kpi(
        "on-hold-past-due", "On hold past its date",
        "Parked tickets whose due date has passed; those without one are left out.",
        Now(coordinator.held), code="K22", leads=True,
        example="Parked until two hours ago, until tomorrow, and without a date: 1, and 1 left out.",
    ),
    Kpi(
        "needs-scheduling", "Without an appointment", "Tickets that need an appointment, and none is booked.",
        Now(Those(coordinator.is_unscheduled)), code="K23", leads=True,
        example="Of 3 tickets to be scheduled one has an appointment tomorrow: 2.",
    ),
    Kpi(
        "nobody-has-it", "Past triage, and nobody has it",
        "Tickets past triage without a technician, but for those in queues for triage, alerts and the network.",
        Now(Those(coordinator.is_unassigned)), code="K24", leads=True,
        example="A triaged ticket of the helpdesk without a technician: 1; one of the network does not count.",
    ),
    Kpi(
        "worked-by-estimate", "Worked by estimate, at most",
        "The largest of recorded work by planned work; tickets with work and without an estimate are left out.",
        Now(coordinator.over_estimate, Sum.LARGEST), unit="times", code="K25", leads=True,
        example="1.5 hours of 1 planned, and 4.5 of 2: 2.25.",
    ),
    Kpi(
        "not-kept-up", "Technicians who do not keep up",
        "Technicians whose tickets that they could begin now hold one that is late for more than 24 hours; or who "
        "could begin nothing while past triage there are tickets that nobody has. Who is away is left out.",
        Now(coordinator.not_kept_up), unit="technicians", code="K26a", leads=True, of_people=True,
        example="One of two technicians holds a ticket that could be begun and is late for 26 hours: 1.",
    ),
    Kpi(
        "left-lying", "Ready, and late for a day",
        "Tickets that their technician could begin now, late for more than 24 hours.",
        Now(Those(coordinator.is_left_lying)), code="K26b", leads=True,
        example="A ticket that could be begun is late for 26 hours, another one for one: 1.",
    ),
    Kpi(
        "open-per-technician", "Open per technician, at most", "The most open tickets of one technician.",
        Now(coordinator.open_each, Sum.LARGEST), code="K27", leads=True,
        of_people=True,
        example="Two technicians have 7 and 5 open tickets: 7.",
    ),
)  # fmt: skip
"""What a coordinator keeps up."""
