"""The nine figures of a coordinator, which tell of the present."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, Final

from servicedesk_core.config.configured import ConfiguredDesk
from servicedesk_core.config.people import PersonSection
from servicedesk_core.faces import Case, Kpi, Measure, Sum
from servicedesk_core.features.kpi import coordinator
from servicedesk_core.features.kpi.coordinator import OpenDesk, Those
from servicedesk_core.store.queries.scope import Scope

NO_CLOCKS: Final = "clocks of open tickets: define policies in [sla]"


@dataclass(frozen=True, slots=True)
class Now:
    """A figure of the open tickets.

    Attributes:
        cases: Returns what it is made of.
        how: How that is summed.
        clocks: Whether it needs clocks.
        people: The people of the configuration: they say whom a name in the definitions means.
    """

    cases: Callable[[OpenDesk], Iterable[Case]]
    how: Sum = Sum.TOTAL
    clocks: bool = False
    people: Mapping[str, PersonSection] = field(default_factory=dict, compare=False)

    def on(self, desk: ConfiguredDesk) -> "Now":
        """Return it as a desk measures it, with its people."""
        return replace(self, people=desk.settings.people)

    def of(self, desk: OpenDesk) -> Measure:
        """Measure it from what is open, which many figures may share."""
        if self.clocks and desk.tickets and all(one.clock is None for one in desk.tickets):
            return Measure.missing(NO_CLOCKS)
        return Measure.of(self.cases(desk), self.how)

    def __call__(self, tx: Any, at: datetime, among: Any = None, scope: Scope | None = None) -> Measure:
        """Measure it from the store; days begin in the zone of the instant."""
        from servicedesk_core.features.kpi.opened import open_desk  # noqa: PLC0415  # reads the store; the rest is pure

        del among
        return self.of(open_desk(tx, at, at.tzinfo or UTC, scope, people=self.people))


KPIS: Final = (
    Kpi(
        "to-triage", "To be triaged", "New tickets, but for those in queues of alerts and of the network.",
        Now(Those(coordinator.is_new)), code="K19", leads=True,
    ),
    Kpi(
        "next-due-overdue", "Next promise overdue", "Tickets whose next clock (triage, engagement or completion) is "
        "late.",
        Now(Those(coordinator.is_overdue), clocks=True), code="K20", leads=True,
    ),
    Kpi(
        "triage-coming", "Triage coming up", "Tickets to be triaged within the next 4 business hours.",
        Now(Those(coordinator.is_triage_coming), clocks=True), code="K20a", leads=True,
    ),
    Kpi(
        "engagement-coming", "Engagement coming up", "Tickets to be worked on within the next 4 business hours.",
        Now(Those(coordinator.is_engagement_coming), clocks=True), code="K20b", leads=True,
    ),
    Kpi(
        "completion-coming", "Completion coming up", "Tickets to be resolved within the next 4 business hours.",
        Now(Those(coordinator.is_completion_coming), clocks=True), code="K20c", leads=True,
    ),
    Kpi(
        "waiting-stale", "Waiting, and nobody asked",
        "Tickets that wait for somebody, and on which no person acted for more than 48 hours.",
        Now(Those(coordinator.is_stale)), code="K21", leads=True,
    ),
    Kpi(
        "on-hold-past-due", "On hold past its date",
        "Parked tickets whose due date has passed; those without one are left out.",
        Now(coordinator.held), code="K22", leads=True,
    ),
    Kpi(
        "needs-scheduling", "Without an appointment", "Tickets that need an appointment, and none is booked.",
        Now(Those(coordinator.is_unscheduled)), code="K23", leads=True,
    ),
    Kpi(
        "nobody-has-it", "Past triage, and nobody has it",
        "Tickets past triage without a technician, but for those in queues for triage, alerts and the network.",
        Now(Those(coordinator.is_unassigned)), code="K24", leads=True,
    ),
    Kpi(
        "worked-by-estimate", "Worked by estimate, at most",
        "The largest of recorded work by planned work; tickets with work and without an estimate are left out.",
        Now(coordinator.over_estimate, Sum.LARGEST), unit="times", code="K25", leads=True,
    ),
    Kpi(
        "not-kept-up", "Technicians who do not keep up",
        "Technicians whose tickets that they could begin now hold one that is late for more than 24 hours; or who "
        "could begin nothing while past triage there are tickets that nobody has. Who is away is left out.",
        Now(coordinator.not_kept_up), unit="technicians", code="K26a", leads=True, of_people=True,
    ),
    Kpi(
        "left-lying", "Ready, and late for a day",
        "Tickets that their technician could begin now, late for more than 24 hours.",
        Now(Those(coordinator.is_left_lying)), code="K26b", leads=True,
    ),
    Kpi(
        "open-per-technician", "Open per technician, at most", "The most open tickets of one technician.",
        Now(coordinator.open_each, Sum.LARGEST), code="K27", leads=True,
        of_people=True,
    ),
)  # fmt: skip
"""What a coordinator keeps up."""
