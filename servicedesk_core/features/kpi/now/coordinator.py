"""What a coordinator keeps up: nine figures of the open tickets, and what each technician can begin now. Pure."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Final, NamedTuple, Protocol

from servicedesk_core.domain import QueueKind, StatusCategory
from servicedesk_core.faces import Case
from servicedesk_core.features.attention import Standing, is_snoozed
from servicedesk_core.features.kpi.cases.facts import Key
from servicedesk_core.features.sla import Clock

STALE: Final = timedelta(hours=48)
OLD: Final = timedelta(hours=24)
UNDATED: Final = "on hold without a due date"
UNPLANNED: Final = "without an estimate"
NOT_JUDGED: Final = "not judged now"
"""Of a technician who is away: that they are is nothing for everybody who may see figures."""
HORIZON: Final = timedelta(hours=4)
"""Business time until when something is coming up."""

_WATCHED: Final = frozenset({QueueKind.ALERT, QueueKind.NOC})
_OF_NOBODY: Final = _WATCHED | {QueueKind.TRIAGE}
BEFORE_A_VISIT: Final = timedelta(hours=1)
"""A visit that begins so soon is what its technician does next."""

READY: Final = frozenset({StatusCategory.TRIAGED, StatusCategory.IN_PROGRESS, StatusCategory.CUSTOMER_REPLIED})
_TO_SCHEDULE: Final = frozenset({StatusCategory.NEEDS_SCHEDULING, StatusCategory.SCHEDULED})


class OpenTicket(NamedTuple):
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
        is_taken: Whether another technician works on it now.
        queue: The vendor's id of the queue whose team takes it from one list; ``None`` = its technician has a list.
        ref: The vendor's id of the ticket.
        local_id: The desk's own number of the ticket.
    """

    record: str
    standing: Standing
    technician: str | None = None
    clock: Clock | None = None
    due_at: datetime | None = None
    estimated_s: int | None = None
    worked_s: int | None = None
    of: Mapping[str, str | None] = MappingProxyType({})
    connection: str = ""
    is_taken: bool = False
    queue: str | None = None
    ref: str = ""
    local_id: int = 0

    @property
    def until_at(self) -> datetime | None:
        """Until when it shall be done: our promise, else the vendor's due time where no policy of ours is applied."""
        return self.due_at or self.standing.promised_at

    @property
    def holder(self) -> Key | None:
        """In whose list of what can be begun it is: that of its technician, or of a team."""
        return self.who if self.queue is None else (self.connection, self.queue)

    @property
    def list_of(self) -> str:
        """Whose list that is, by name, else by the vendor's id."""
        return self.of.get("technician" if self.queue is None else "queue") or (self.holder or ("", ""))[1]

    @property
    def who(self) -> Key | None:
        """Who has it; two people may have the same name."""
        return None if self.technician is None else (self.connection, self.technician)

    @property
    def is_triaged(self) -> bool:
        """Whether somebody has looked at it and put it where it belongs."""
        return self.standing.category not in (None, StatusCategory.NEW) and self.clock is not Clock.TRIAGE

    @property
    def is_away(self) -> bool:
        """Whether whoever has it is away, or works here no more."""
        return self.standing.back_at is not None or self.standing.is_left

    def case(self, numerator: float = 1, denominator: float | None = None, excluded: str = "") -> Case:
        """Return it as a figure counts it."""
        return Case(self.record, numerator, denominator, excluded, self.of, self.connection, self.technician or "")


class When(Protocol):
    """An instant at which tickets are looked at."""

    @property
    def now(self) -> datetime:
        """The instant."""
        ...

    @property
    def soon(self) -> datetime:
        """What is due until then is coming up."""
        ...


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


def is_new(one: OpenTicket, _: When) -> bool:
    """Whether nobody has triaged it; those of machines are watched elsewhere."""
    return one.standing.category is StatusCategory.NEW and one.standing.queue_kind not in _WATCHED


def is_overdue(one: OpenTicket, when: When) -> bool:
    """Whether its next promise is broken."""
    return one.due_at is not None and one.due_at < when.now


def _is_coming(one: OpenTicket, when: When, clock: Clock) -> bool:
    return one.clock is clock and one.due_at is not None and when.now <= one.due_at <= when.soon


def is_triage_coming(one: OpenTicket, when: When) -> bool:
    """Whether it has to be triaged soon."""
    return _is_coming(one, when, Clock.TRIAGE)


def is_engagement_coming(one: OpenTicket, when: When) -> bool:
    """Whether it has to be worked on soon."""
    return _is_coming(one, when, Clock.ENGAGEMENT)


def is_completion_coming(one: OpenTicket, when: When) -> bool:
    """Whether it has to be resolved soon."""
    return _is_coming(one, when, Clock.COMPLETION)


def is_stale(one: OpenTicket, when: When) -> bool:
    """Whether it waits for somebody, and nobody has asked for too long."""
    category, acted = one.standing.category, one.standing.acted_at
    return category is not None and category.is_waiting and acted is not None and when.now - acted > STALE


def is_held_too_long(one: OpenTicket, when: When) -> bool:
    """Whether it was parked until a date that has passed."""
    due = one.standing.due_at
    return one.standing.category is StatusCategory.ON_HOLD and due is not None and due < when.now


def is_unscheduled(one: OpenTicket, _: When) -> bool:
    """Whether it needs an appointment and has none."""
    return one.standing.category in _TO_SCHEDULE and one.standing.visit is None


def is_unassigned(one: OpenTicket, _: When) -> bool:
    """Whether it is past triage, and nobody has it."""
    past = one.standing.category not in (None, StatusCategory.NEW)
    return past and not one.standing.is_assigned and one.standing.queue_kind not in _OF_NOBODY


def is_ready(one: OpenTicket, when: When) -> bool:
    """Whether whoever takes it can begin it now, without anybody else, and nobody else does."""
    visit = one.standing.visit
    begins = visit is None or visit.start_at <= when.now + BEFORE_A_VISIT
    may_be = READY if visit is None else READY | {StatusCategory.SCHEDULED}
    is_free = one.holder is not None and not one.is_taken
    may_begin = is_free and one.is_triaged and begins and one.standing.category in may_be
    return may_begin and not is_snoozed(one.standing, when.now)


def is_left_lying(one: OpenTicket, when: When) -> bool:
    """Whether its technician could begin it, and its next promise was broken over a day ago."""
    return one.due_at is not None and when.now - one.due_at > OLD and is_ready(one, when)


@dataclass(frozen=True, slots=True)
class Those:
    """Yields the open tickets of which something is true.

    Attributes:
        are: What that is.
    """

    are: Callable[[OpenTicket, When], bool]

    def __call__(self, desk: OpenDesk) -> Iterator[Case]:
        """Yield them."""
        return (one.case() for one in desk.tickets if self.are(one, desk))


def held(desk: OpenDesk) -> Iterator[Case]:
    """Yield the tickets that were parked until a date that has passed; without one it is not known."""
    for one in desk.tickets:
        if is_held_too_long(one, desk):
            yield one.case()
        elif one.standing.category is StatusCategory.ON_HOLD and one.standing.due_at is None:
            yield one.case(excluded=UNDATED)


def over_estimate(desk: OpenDesk) -> Iterator[Case]:
    """Yield work by estimate; tickets with work and without an estimate are left out."""
    for one in desk.tickets:
        if one.estimated_s:
            yield one.case(one.worked_s or 0, one.estimated_s)
        elif one.worked_s:
            yield one.case(0, 0, UNPLANNED)


def ready(desk: OpenDesk) -> Mapping[Key, Sequence[OpenTicket]]:
    """Return what each technician, or team, with open tickets can begin now, in the order to take it."""
    found: dict[Key, list[OpenTicket]] = {one.holder: [] for one in desk.tickets if one.holder is not None}
    for one in desk.tickets:
        if one.holder is not None and is_ready(one, desk):
            found[one.holder].append(one)
    for several in found.values():
        several.sort(key=lambda one: in_order(one, desk.now))
    return found


def in_order(one: OpenTicket, now: datetime) -> tuple[bool, datetime, str, datetime]:
    """Return what tickets are taken by: what is due first, then the priority, then the age."""
    due_at = one.until_at
    return due_at is None, due_at or now, one.standing.priority or "P9", one.standing.created_at or now


def not_kept_up(desk: OpenDesk) -> Iterator[Case]:
    """Yield the technicians with such a ticket, or with nothing to begin while somebody should take unassigned work.

    A team that takes its tickets from one list is looked at in place of its technicians; what nobody has is in it.
    """
    waiting = any(is_unassigned(one, desk) for one in desk.tickets)
    away = {one.who for one in desk.tickets if one.is_away}
    names, teams = _names(desk), {one.holder: one.of.get("queue") for one in desk.tickets if one.queue is not None}
    for who, several in ready(desk).items():
        is_behind = any(is_left_lying(one, desk) for one in several)
        if who in teams and is_behind:
            team = teams[who] or who[1]
            yield Case(team, of={"queue": team}, connection=who[0])
        elif who not in teams and (is_behind or (not several and waiting)):
            yield _person(who, names, excluded=NOT_JUDGED if who in away else "")


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
    return Case(names[who], numerator, denominator, excluded, {"technician": names[who]}, *who)
