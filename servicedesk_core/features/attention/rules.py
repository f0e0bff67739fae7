"""Who has to act next, and why somebody has to look at a ticket. Pure: the first rule that fits decides."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from servicedesk_core.domain import Priority, QueueKind, StatusCategory
from servicedesk_core.features.attention.model import Decision, NextActor, Reason, Standing

PATIENCE: Final = timedelta(days=2)
"""So long nobody need do anything where no date is set: a ticket that waits is asked about then, one without a due
time has been looked at."""

HORIZON: Final = timedelta(hours=4)
"""What passes within it is due soon."""

_AFTER: Final = timedelta.resolution
_WATCHED: Final = frozenset({QueueKind.ALERT, QueueKind.NOC})
_URGENT: Final = frozenset({Priority.P1, Priority.P2})
_READY: Final = frozenset(
    {StatusCategory.NEW, StatusCategory.TRIAGED, StatusCategory.IN_PROGRESS, StatusCategory.CUSTOMER_REPLIED}
)
_TO_SCHEDULE: Final = frozenset({StatusCategory.NEEDS_SCHEDULING, StatusCategory.SCHEDULED})
_VENDORS: Final = frozenset({StatusCategory.WAITING_VENDOR, StatusCategory.WAITING_PARTS})

Answer = tuple[NextActor | None, datetime | None, str]


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule that decides who has to act next, where it fits.

    Attributes:
        name: Its name.
        about: When it fits.
        answer: Returns who, when and why; ``None`` = it does not fit.
    """

    name: str
    about: str
    answer: Callable[[Standing, datetime], Answer | None]


def next_actor(ticket: Standing, now: datetime) -> Decision:
    """Return who has to act next on an open ticket.

    Args:
        ticket: How it stands.
        now: The instant.
    """
    return next(Decision(rule.name, *answer) for rule in RULES if (answer := rule.answer(ticket, now)) is not None)


def reason_of(ticket: Standing, decision: Decision, now: datetime) -> Reason | None:
    """Return why somebody has to look at an open ticket; ``None`` = nobody has to.

    A due time counts unless it stands still, as the vendor's do while the client is waited for or it is parked.

    Args:
        ticket: How it stands.
        decision: Who has to act next on it.
        now: The instant.
    """
    due = ticket.late_from
    is_late = due is not None and due < now
    is_soon = any(at is not None and at <= now + HORIZON for at in (due, ticket.client_due_at))
    is_coordinators = decision.actor is NextActor.COORDINATOR
    holds = (
        (Reason.EMERGENCY, ticket.priority is Priority.P1 and ticket.desk_at is None),
        (Reason.LATE_URGENT, is_late and ticket.priority in _URGENT),
        (Reason.CLIENT_REPLIED, ticket.is_unanswered),
        (Reason.PROMISE_BROKEN, ticket.client_due_at is not None and ticket.client_due_at < now),
        (Reason.BLACK_HOLE, decision.actor is None),
        (Reason.LATE, is_late),
        (Reason.DUE_SOON, is_soon),
        (Reason.NO_COVER, lacks_cover(ticket, decision)),
        (_BY_RULE.get(decision.rule), is_coordinators),
    )
    return next((reason for reason, is_true in holds if is_true), None)


def is_snoozed(ticket: Standing, now: datetime) -> bool:
    """Whether a ticket is put off, so that nobody need look at it.

    It is not once a due time or a promise to the client is near, or has passed, nor while the client waits for an
    answer.
    """
    until, due = ticket.snoozed_until, (ticket.late_from, ticket.client_due_at)
    if until is None or now >= until or ticket.is_unanswered:
        return False
    return all(at is None or at > now + HORIZON for at in due)


def turns(ticket: Standing, now: datetime) -> Iterator[datetime]:
    """Yield the instants after the present at which the time alone may lead to another decision or reason.

    Args:
        ticket: How it stands.
        now: The instant.
    """
    visit, acted = ticket.visit, ticket.acted_at
    dues = [due for due in (ticket.promised_at, ticket.client_due_at) if due is not None]
    found = (
        *(due - HORIZON for due in dues),
        *(due + _AFTER for due in dues),
        None if visit is None else visit.start_at,
        None if ticket.due_at is None else ticket.due_at + _AFTER,
        ticket.part_at,
        ticket.snoozed_until,
        None if acted is None else acted + PATIENCE + _AFTER,
    )
    return (at for at in found if at is not None and at > now)


def lacks_cover(ticket: Standing, decision: Decision) -> bool:
    """Whether a ticket is the coordinator's only because its technician is away, or works here no more."""
    is_taken_over = decision.actor is NextActor.COORDINATOR and decision.rule in _OF_TECHNICIANS
    return ticket.is_assigned and is_taken_over


def _theirs(ticket: Standing, at: datetime | None, why: str) -> Answer:
    """Return that the technician acts, or the coordinator where there is none who can."""
    if not ticket.is_assigned:
        return NextActor.COORDINATOR, at, f"{why}, and nobody has the ticket."
    if ticket.is_left:
        return NextActor.COORDINATOR, at, f"{why}, and its technician works here no more."
    if ticket.back_at is not None and (at is None or at < ticket.back_at):
        return NextActor.COORDINATOR, at, f"{why}, and its technician is away."
    return NextActor.TECHNICIAN, at, f"{why}."


def _meaningless(ticket: Standing, _: datetime) -> Answer | None:
    if ticket.category is not None:
        return None
    return None, None, "Its status has no meaning here, so nobody knows whose turn it is."


def _replied(ticket: Standing, _: datetime) -> Answer | None:
    if not ticket.is_unanswered:
        return None
    written_at = (
        ticket.client_at or ticket.remote_at or ticket.created_at
    )  # the status may tell of a note that is not here
    return _theirs(ticket, written_at, "The client wrote last")


def _awaited(ticket: Standing, _: datetime) -> Answer | None:
    at, due = ticket.client_due_at, ticket.promised_at
    if at is None or (due is not None and due < at):
        return None
    return _theirs(ticket, at, "The client was promised to hear by then")


def _snoozed(ticket: Standing, now: datetime) -> Answer | None:
    if not is_snoozed(ticket, now):
        return None
    return NextActor.CALENDAR, ticket.snoozed_until, "Somebody put it off until then."


def _watched(ticket: Standing, _: datetime) -> Answer | None:
    if ticket.is_assigned or ticket.queue_kind not in _WATCHED or ticket.category not in _READY:
        return None
    at = ticket.promised_at or ticket.created_at
    return NextActor.TECHNICIAN, at, "It is in a queue that its team watches."


def _new(ticket: Standing, _: datetime) -> Answer | None:
    if ticket.category is not StatusCategory.NEW:
        return None
    return NextActor.COORDINATOR, ticket.promised_at or ticket.created_at, "It is new, and has to be triaged."


def _booked(ticket: Standing, now: datetime) -> Answer | None:
    visit = ticket.visit
    if visit is None:
        return None
    if visit.start_at <= now:
        return _theirs(ticket, visit.end_at or visit.start_at, "Its appointment is under way")
    return NextActor.CALENDAR, visit.start_at, "An appointment is booked."


def _unscheduled(ticket: Standing, _: datetime) -> Answer | None:
    if ticket.category not in _TO_SCHEDULE:
        return None
    return NextActor.COORDINATOR, ticket.promised_at or ticket.acted_at, "It needs an appointment, and none is booked."


def _parked(ticket: Standing, now: datetime) -> Answer | None:
    if ticket.category is not StatusCategory.ON_HOLD:
        return None
    if ticket.due_at is None:
        return None, None, "It is on hold, and nobody said until when."
    if ticket.due_at < now:
        return NextActor.COORDINATOR, ticket.due_at, "It was on hold until a date that has passed."
    return NextActor.CALENDAR, ticket.due_at, "It is on hold until then."


def _ordered(ticket: Standing, now: datetime) -> Answer | None:
    if ticket.category is not StatusCategory.WAITING_PARTS or ticket.part_at is None:
        return None
    if ticket.part_at <= now:
        return NextActor.COORDINATOR, ticket.part_at, "The part that is ordered for it should have been here."
    return NextActor.VENDOR, ticket.part_at, "The part that is ordered for it shall be here by then."


def _waiting(ticket: Standing, now: datetime) -> Answer | None:
    if ticket.category is None or not ticket.category.is_waiting:
        return None
    actor = NextActor.VENDOR if ticket.category in _VENDORS else NextActor.CLIENT
    at = ticket.acted_at and ticket.acted_at + PATIENCE
    if at is None or at < now:
        return NextActor.COORDINATOR, at, f"The {actor} has been waited for too long, and has to be asked again."
    return actor, at, f"The {actor} is waited for, until then."


def _promised(ticket: Standing, _: datetime) -> Answer | None:
    if ticket.promised_at is None:
        return None
    return _theirs(ticket, ticket.promised_at, "A due time is set")


def _undated(ticket: Standing, now: datetime) -> Answer | None:
    at = ticket.acted_at and ticket.acted_at + PATIENCE
    if not ticket.is_assigned:
        return NextActor.COORDINATOR, at, "Nobody has the ticket."
    if at is None or at < now:
        return None, None, "No date is set, and nothing has happened for days."
    return _theirs(ticket, at, "Somebody works on it")


RULES: Final = (
    Rule("meaningless", "The status has no meaning in the configuration.", _meaningless),
    Rule("replied", "The newest act is the client's.", _replied),
    Rule("awaited", "The client was promised to hear, and nothing is due before.", _awaited),
    Rule("snoozed", "Somebody put it off, and no due time is near.", _snoozed),
    Rule("watched", "It is ready, nobody has it, and it is in a queue for alerts or of the NOC.", _watched),
    Rule("new", "It is new.", _new),
    Rule("booked", "An appointment is booked that is not over.", _booked),
    Rule("unscheduled", "It needs an appointment.", _unscheduled),
    Rule("parked", "It is on hold.", _parked),
    Rule("ordered", "It waits for a part that is ordered, and whose day is known.", _ordered),
    Rule("waiting", "It waits for somebody outside of the desk.", _waiting),
    Rule("promised", "It has a due time.", _promised),
    Rule("undated", "Nothing else is known.", _undated),
)
"""In the order in which they are tried; the last one always fits."""

_OF_TECHNICIANS: Final = frozenset({"replied", "awaited", "booked", "promised", "undated"})
"""Rules by which a technician acts who has the ticket."""

_BY_RULE: Final = {
    "ordered": Reason.WAITING_TOO_LONG,
    "waiting": Reason.WAITING_TOO_LONG,
    "parked": Reason.HOLD_OVER,
    "unscheduled": Reason.UNSCHEDULED,
    "promised": Reason.UNASSIGNED,
    "undated": Reason.UNASSIGNED,
}
"""Why somebody has to look at what is the coordinator's by a rule."""
