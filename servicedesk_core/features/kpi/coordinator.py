"""What a coordinator keeps up: nine figures of the open tickets, and what each technician can begin now. Pure."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from servicedesk_core.domain import QueueKind, StatusCategory
from servicedesk_core.faces import Case
from servicedesk_core.features.attention import Standing
from servicedesk_core.features.kpi.facts import Key
from servicedesk_core.features.sla import Clock

STALE: Final = timedelta(hours=48)
OLD: Final = timedelta(hours=24)

_WATCHED: Final = frozenset({QueueKind.ALERT, QueueKind.NOC})
_READY: Final = frozenset({StatusCategory.TRIAGED, StatusCategory.IN_PROGRESS})
_TO_SCHEDULE: Final = frozenset({StatusCategory.NEEDS_SCHEDULING, StatusCategory.SCHEDULED})


@dataclass(frozen=True, slots=True)
class OpenTicket:
    """An open ticket.

    Attributes:
        record: What people call it.
        standing: How it stands.
        technician: The vendor's id of who has it.
        clock: The promise that is to be kept next; ``None`` = none was made, or all were kept.
        due_at: When that is due; ``None`` while it is paused.
        estimated_s: Planned work.
        worked_s: Recorded work.
        of: What it belongs to, by dimension.
        connection: Where it comes from.
    """

    record: str
    standing: Standing
    technician: str | None = None
    clock: Clock | None = None
    due_at: datetime | None = None
    estimated_s: int | None = None
    worked_s: int | None = None
    of: Mapping[str, str | None] = field(default_factory=dict)
    connection: str = ""

    @property
    def who(self) -> Key | None:
        """Who has it; two people may have the same name."""
        return None if self.technician is None else (self.connection, self.technician)

    @property
    def is_triaged(self) -> bool:
        """Whether somebody has looked at it and put it where it belongs."""
        return self.standing.category not in (None, StatusCategory.NEW) and self.clock is not Clock.TRIAGE

    def case(self, numerator: float = 1, denominator: float | None = None, excluded: str = "") -> Case:
        """Return it as a figure counts it."""
        return Case(self.record, numerator, denominator, excluded, self.of, self.connection)


@dataclass(frozen=True, slots=True)
class OpenDesk:
    """The open tickets at an instant.

    Attributes:
        now: The instant.
        soon: What is due until then is coming up.
        tickets: The tickets.
    """

    now: datetime
    soon: datetime
    tickets: Sequence[OpenTicket]


def new(desk: OpenDesk) -> Iterator[Case]:
    """Yield the tickets that nobody has triaged; those of machines are watched elsewhere."""
    for one in desk.tickets:
        if one.standing.category is StatusCategory.NEW and one.standing.queue_kind not in _WATCHED:
            yield one.case()


def overdue(desk: OpenDesk) -> Iterator[Case]:
    """Yield the tickets whose next promise is broken."""
    yield from (one.case() for one in desk.tickets if one.due_at is not None and one.due_at < desk.now)


def _coming(desk: OpenDesk, clock: Clock) -> Iterator[Case]:
    for one in desk.tickets:
        if one.clock is clock and one.due_at is not None and desk.now <= one.due_at <= desk.soon:
            yield one.case()


def triage_coming(desk: OpenDesk) -> Iterator[Case]:
    """Yield the tickets that have to be triaged soon."""
    return _coming(desk, Clock.TRIAGE)


def engagement_coming(desk: OpenDesk) -> Iterator[Case]:
    """Yield the tickets that have to be worked on soon."""
    return _coming(desk, Clock.ENGAGEMENT)


def completion_coming(desk: OpenDesk) -> Iterator[Case]:
    """Yield the tickets that have to be resolved soon."""
    return _coming(desk, Clock.COMPLETION)


def stale(desk: OpenDesk) -> Iterator[Case]:
    """Yield the tickets that wait for somebody, and about which nobody has asked for too long."""
    for one in desk.tickets:
        category, acted = one.standing.category, one.standing.acted_at
        if category is not None and category.is_waiting and acted is not None and desk.now - acted > STALE:
            yield one.case()


def held(desk: OpenDesk) -> Iterator[Case]:
    """Yield the tickets that were parked until a date that has passed; without one it is not known."""
    for one in desk.tickets:
        if one.standing.category is StatusCategory.ON_HOLD:
            due = one.standing.due_at
            if due is None:
                yield one.case(excluded="on hold without a due date")
            elif due < desk.now:
                yield one.case()


def unscheduled(desk: OpenDesk) -> Iterator[Case]:
    """Yield the tickets that need an appointment and have none."""
    for one in desk.tickets:
        if one.standing.category in _TO_SCHEDULE and one.standing.visit is None:
            yield one.case()


def unassigned(desk: OpenDesk) -> Iterator[Case]:
    """Yield the tickets past triage that nobody has."""
    beside = _WATCHED | {QueueKind.TRIAGE}
    for one in desk.tickets:
        past = one.standing.category not in (None, StatusCategory.NEW)
        if past and not one.standing.is_assigned and one.standing.queue_kind not in beside:
            yield one.case()


def over_estimate(desk: OpenDesk) -> Iterator[Case]:
    """Yield work by estimate; tickets with work and without an estimate are left out."""
    for one in desk.tickets:
        if one.estimated_s:
            yield one.case(one.worked_s or 0, one.estimated_s)
        elif one.worked_s:
            yield one.case(0, 0, "without an estimate")


def ready(desk: OpenDesk) -> Mapping[Key, Sequence[OpenTicket]]:
    """Return what each technician with open tickets can begin now, without anybody else, in the order to take it."""
    found: dict[Key, list[OpenTicket]] = {one.who: [] for one in desk.tickets if one.who is not None}
    for one in desk.tickets:
        visit = one.standing.visit
        waits_for_a_visit = visit is not None and visit.start_at > desk.now
        if one.who and one.is_triaged and one.standing.category in _READY and not waits_for_a_visit:
            found[one.who].append(one)
    for several in found.values():
        several.sort(
            key=lambda one: (
                one.due_at is None,
                one.due_at or desk.now,
                one.standing.priority or "P9",
                one.standing.created_at or desk.now,
            )
        )
    return found


def left_lying(desk: OpenDesk) -> Iterator[Case]:
    """Yield the tickets that a technician could begin, and whose next promise was broken over a day ago."""
    yield from (one.case() for several in ready(desk).values() for one in several if _is_old(one, desk))


def not_kept_up(desk: OpenDesk) -> Iterator[Case]:
    """Yield the technicians with such a ticket, or with nothing to begin while somebody should take unassigned work."""
    waiting = any(True for _ in unassigned(desk))
    away = {one.who for one in desk.tickets if one.standing.back_at is not None or one.standing.is_left}
    names = _names(desk)
    for who, several in ready(desk).items():
        if any(_is_old(one, desk) for one in several) or (not several and waiting):
            yield _person(who, names, excluded="away" if who in away else "")


def open_each(desk: OpenDesk) -> Iterator[Case]:
    """Yield how many open tickets each technician has."""
    count = Counter(one.who for one in desk.tickets if one.who is not None)
    names = _names(desk)
    yield from (_person(who, names, many, 1) for who, many in count.items())


def _names(desk: OpenDesk) -> Mapping[Key, str]:
    return {one.who: one.of.get("technician") or one.who[1] for one in desk.tickets if one.who is not None}


def _person(
    who: Key, names: Mapping[Key, str], numerator: float = 1, denominator: float | None = None, excluded: str = ""
) -> Case:
    return Case(names[who], numerator, denominator, excluded, {"technician": names[who]}, who[0])


def _is_old(one: OpenTicket, desk: OpenDesk) -> bool:
    return one.due_at is not None and desk.now - one.due_at > OLD
