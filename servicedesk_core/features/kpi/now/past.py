"""How a coordinator's figures went since an instant, from the store."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta, tzinfo

from servicedesk_core.business_time import Calendar
from servicedesk_core.config.people import Colleague
from servicedesk_core.faces import Goal
from servicedesk_core.features.attention import NOBODY
from servicedesk_core.features.kpi.now.coordinator import OpenDesk, OpenTicket
from servicedesk_core.features.kpi.now.course import OF_CLOCKS, Step, Value, courses, outside, value_at
from servicedesk_core.features.kpi.now.lives import lives_since
from servicedesk_core.features.kpi.now.opened import USUAL_HOURS, working_hours
from servicedesk_core.features.tickets import TicketChoice
from servicedesk_core.store import Tx
from servicedesk_core.store.queries.scope import Scope


@dataclass(frozen=True, slots=True)
class Went:
    """How figures went over a span.

    Attributes:
        start: Its first instant.
        end: The first one after it.
        courses: Their values by their names; those of promises are missing where nothing is promised.
        calendar: The hours of the desk; where nobody defined any, those of a usual week.
        unknown: Tickets that ended in the span, and of which nobody knows how they stood before; they are left out.
    """

    start: datetime
    end: datetime
    courses: Mapping[str, Sequence[Step]]
    calendar: Calendar
    unknown: int

    def value(self, name: str, at: datetime) -> Value:
        """Return a figure at an instant; ``None`` = there is nothing to measure."""
        course = self.courses.get(name)
        return None if course is None or not self.start <= at <= self.end else value_at(course, at)

    def minutes_outside(self, name: str, goal: Goal, start: datetime, end: datetime) -> float | None:
        """Return how many minutes of the desk's hours a figure was not what is wanted.

        Args:
            name: The figure.
            goal: What is wanted.
            start: From when.
            end: Until when.

        Returns:
            The minutes; ``None`` = there is nothing to measure.
        """
        course = self.courses.get(name)
        if course is None:
            return None
        return outside(course, goal, start, min(end, self.end), self.calendar).total_seconds() / 60


def went(
    tx: Tx,
    start: datetime,
    now: datetime,
    zone: tzinfo,
    scope: Scope | None = None,
    *,
    people: Mapping[str, Colleague] = NOBODY,
    current: Sequence[OpenTicket] = (),
    among: TicketChoice | None = None,
) -> Went:
    """Return how the figures of a coordinator went since an instant.

    Due times, and who is away, are those that hold today.

    Args:
        tx: A transaction.
        start: From when on.
        now: The present instant.
        zone: Where days begin.
        scope: Only what it lets through.
        people: The people of the desk: they say whom a name in the rota means.
        current: How tickets stand now, where that was read already.
        among: Only tickets that are these now; ``None`` = all.
    """
    calendar = working_hours(tx, now)
    found = lives_since(tx, start, now, zone, scope, persons=people, current=current, among=among)
    told = courses(found.versions, start, now, calendar)
    tickets = [version.ticket for life in found.versions for version in life if version.ticket is not None]
    if tickets and all(one.clock is None for one in tickets):
        told = {name: course for name, course in told.items() if name not in OF_CLOCKS}
    usual = Calendar(name="usual", zone=getattr(zone, "key", "UTC"), hours=USUAL_HOURS)
    return Went(start, now, told, calendar or usual, found.unknown)


def today(
    tx: Tx,
    opened: OpenDesk,
    zone: tzinfo,
    scope: Scope | None = None,
    *,
    among: TicketChoice | None = None,
    people: Mapping[str, Colleague] = NOBODY,
) -> Went:
    """Return how the figures of a coordinator went since midnight, and at least in the last 24 hours.

    Args:
        tx: A transaction.
        opened: The open tickets now.
        zone: Where days begin.
        scope: Only what it lets through.
        among: Only tickets that are these now; ``None`` = all.
        people: The people of the configuration: they say whom a name in the rota means.
    """
    at = opened.now.astimezone(zone)
    since = min(at - timedelta(days=1), datetime.combine(at.date(), time(), zone))
    return went(tx, since, at, zone, scope, people=people, current=opened.tickets, among=among)
