"""An office in New York, what it promises, and the words in which its tickets are told."""

from datetime import date, datetime, timedelta
from itertools import count
from zoneinfo import ZoneInfo

from servicedesk_core.business_time import Calendar
from servicedesk_core.domain import ActorType, EventSource, EventType, Priority, TicketEvent
from servicedesk_core.features.sla import Clock, ClockResult, Policy, PolicySet, Targets, evaluate

NEW_YORK = ZoneInfo("America/New_York")
OFFICE = Calendar(
    name="office",
    zone="America/New_York",
    hours={"mon-fri": "08:00-18:00"},
    holidays={date(2026, 5, 25): "Memorial Day"},
)
ALWAYS = Calendar(name="always", zone="America/New_York", hours={"mon-sun": "00:00-24:00"})
CALENDARS = (OFFICE, ALWAYS)


def minutes(number):
    return timedelta(minutes=number)


def hours(number):
    return timedelta(hours=number)


def row(triage, engagement, completion, calendar=None):
    return Targets(
        triage=minutes(triage), engagement=minutes(engagement), completion=minutes(completion), calendar=calendar
    )


TARGETS = {
    Priority.P1: row(15, 60, 240, "always"),
    Priority.P2: row(30, 120, 480),
    Priority.P3: row(60, 240, 1440),
    Priority.P4: row(120, 480, 2400),
}


def policies(**changes):
    """What is promised: by default the same to everybody, by priority."""
    return (PolicySet(policies=(Policy(name="std", **{"targets": TARGETS} | changes),), calendar="office"),)


STANDARD = policies()


def at(text, zone=NEW_YORK):
    """An instant of 2026 (or of the year that is said) in the office's time: ``03-02 16:30``."""
    text = text if len(text) > len("03-02 16:30") else f"2026-{text}"
    return datetime.fromisoformat(text).replace(tzinfo=zone)


_numbers = count(1)


def event(when, kind="status_changed", /, *, actor="technician", ticket="1", **after):
    """Something that happens to a ticket; ``actor=None`` = nobody knows by whom."""
    number = next(_numbers)
    return TicketEvent(
        external_id=f"{number:06}",
        source_seq=number,
        ticket_ref=ticket,
        type=EventType(kind),
        source=EventSource.HISTORY,
        effective_at=at(when) if isinstance(when, str) else when,
        actor_type=actor and ActorType(actor),
        after=after,
    )


def created(when, priority="P3", *, actor="customer", **after):
    """A new ticket."""
    return event(when, "created", actor=actor, status_category="new", priority=priority, **after)


def status(when, category, /, **more):
    """A change of status."""
    return event(when, status_category=category, **more)


def judged(events, now, *, under=STANDARD, calendars=CALENDARS, known=None) -> dict[tuple[Clock, int], ClockResult]:
    """The clocks of the ticket by name and cycle."""
    when = at(now) if isinstance(now, str) else now
    found = evaluate(events, under, calendars, when, known={"1": known or {}})
    return {(one.clock, one.cycle): one for one in found}


def completion(events, now, *, cycle=1, **more) -> ClockResult:
    """The clock that most of it is about."""
    return judged(events, now, **more)[Clock.COMPLETION, cycle]


TRIAGE, ENGAGEMENT, COMPLETION = (Clock.TRIAGE, 1), (Clock.ENGAGEMENT, 1), (Clock.COMPLETION, 1)

REOPENED = [
    created("03-02 09:00", "P2"),
    status("03-02 13:00", "resolved"),
    status("03-03 09:00", "in_progress"),
]
