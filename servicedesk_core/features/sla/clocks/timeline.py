"""What happened to a ticket, as far as clocks are concerned. A pure fold over its events."""

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from servicedesk_core.business_time.table import instant, micros
from servicedesk_core.domain.folding import FINAL, INITIAL
from servicedesk_core.domain.status import StatusCategory
from servicedesk_core.domain.tickets import ActorType, EventSource, EventType
from servicedesk_core.features.sla.clocks.matching import FACTS, Book, Regime
from servicedesk_core.features.sla.clocks.model import DELETED
from servicedesk_core.features.sla.clocks.overrides import Override
from servicedesk_core.features.sla.clocks.policies import Act, Clock, ReopenMode
from servicedesk_core.features.sla.clocks.steps import Step, in_order

_SOLVED: Final = frozenset({StatusCategory.RESOLVED, StatusCategory.CLOSED})
GONE: Final = frozenset({StatusCategory.CANCELLED, StatusCategory.MERGED, StatusCategory.SPAM, DELETED})
_UNTOUCHED: Final = frozenset({None, StatusCategory.NEW})
_PERSON: Final = frozenset({None, ActorType.TECHNICIAN})
"""Who can do what is promised. Where nobody is named, a change is taken for a technician's."""

_ACTS: Final = {
    EventType.TIME_ENTRY: Act.TIME_ENTRY,
    EventType.TECH_NOTE_PUBLIC: Act.PUBLIC_NOTE,
    EventType.APPOINTMENT_BOOKED: Act.APPOINTMENT,
}
_TURNING: Final = frozenset({EventType.SLA_OVERRIDE, EventType.MERGED, EventType.DELETED, EventType.RESTORED})
_UNTRIAGED: Final = _UNTOUCHED | {StatusCategory.CUSTOMER_REPLIED} | _SOLVED | GONE
_ASKED: Final = frozenset({*FACTS, "calendar"})
_LOOKED_AT: Final = _ASKED | {"assignee_ref"}
_NOTHING_KNOWN: Final = dict.fromkeys(_LOOKED_AT)

State = tuple[str | None, str | None, str | None]
"""Status, or ``DELETED``; queue; assignee."""


@dataclass(slots=True)
class Cycle:
    """A life of a ticket, from its creation or from when it was opened again for good.

    Attributes:
        start: Index of its first boundary.
        stop: Index of the boundary at which the ticket was resolved.
        by_client: Whether the client did that.
    """

    start: int
    stop: int | None = None
    by_client: bool = False


@dataclass(slots=True)
class Timeline:
    """A ticket's life, cut at every instant at which something changed.

    Attributes:
        ticket_ref: The ticket.
        instants: The boundaries, in microseconds since 1970; the last is that of the evaluation.
        states: What holds from each boundary to the next.
        regimes: What was promised, each with the index of the boundary from which on.
        cycles: Its lives.
        unseen: Indices of the boundaries before which something happened that no event tells.
        triaged: Index of the boundary at which it was triaged.
        engaged: Index of the boundary at which somebody began to work on it.
        actors: Who did what ended a clock, by index of the boundary.
        overrides: What a person decided, by clock and number of the life.
    """

    ticket_ref: str
    instants: list[int]
    states: list[State]
    regimes: list[tuple[int, Regime]]
    cycles: list[Cycle]
    unseen: list[int]
    triaged: int | None = None
    engaged: int | None = None
    actors: dict[int, str | None] = field(default_factory=dict)
    overrides: dict[tuple[Clock, int], Override] = field(default_factory=dict)


def fold(events: Iterable[Step], known: Mapping[str, Any], book: Book, now: datetime) -> Timeline | None:
    """Fold the events of a ticket, in the order in which they happened, whenever they arrived.

    Args:
        events: Its events, without superseded ones.
        known: Fields of the ticket as it is now, for those that no event states.
        book: What was promised.
        now: Events after it have not happened yet.

    Returns:
        Its life until now; ``None`` when it is not created yet, or nothing is told of it.
    """
    steps = in_order(events)
    if not steps:
        return None
    first = steps[0]
    facts = _at_first(steps, known)
    created_us, now_us = _created_us(first, facts), micros(now)
    begun_us = first.at_us if created_us is None else created_us
    if begun_us > now_us:
        return None
    folding = _Folding(first.ticket_ref, begun_us, facts, book, unseen=[] if created_us is not None else [0])
    for step in steps:
        if step.at_us > now_us:
            break
        folding.take(step, step.at_us)
    return folding.until(now_us)


def _at_first(events: Sequence[Step], known: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields with which a ticket began: those of now, turned back by what each event says was before."""
    facts = {**_NOTHING_KNOWN, **known}
    status = None
    for event in reversed(events):
        if event.type is EventType.SNAPSHOT:
            status = None  # what came later does not tell how it was before the first sight
        if event.before:
            facts.update(event.before)
            status = event.before.get("status_category", status)
        for group in (FINAL, INITIAL):
            if group in event.after:
                facts.update(event.after[group])
    facts["status_category"] = status
    return facts


def _created_us(first: Step, facts: Mapping[str, Any]) -> int | None:
    """Return when a ticket was created; ``None`` when nobody tells."""
    stated = first.after.get("created_at") or facts.get("created_at")
    if stated is None:
        return first.at_us if first.type is EventType.CREATED or first.source is EventSource.IMPORTED else None
    try:
        return min(micros(stated if isinstance(stated, datetime) else datetime.fromisoformat(stated)), first.at_us)
    except (TypeError, ValueError) as error:
        msg = (
            f'ticket {first.ticket_ref}: created_at is "{stated}"; write it with its offset: 2026-03-02T09:00:00-05:00'
        )
        raise ValueError(msg) from error


class _Folding:
    """The fold itself: takes in one event after the other."""

    def __init__(self, ref: str, begun_us: int, facts: dict[str, Any], book: Book, *, unseen: list[int]) -> None:
        self._book = book
        self._facts = facts
        self._terms = book.in_force(begun_us)
        self._regime = book.regime(self._terms, facts)
        self._turns = book.turns[bisect_right(book.turns, begun_us) :]
        self._status: str | None = facts.get("status_category")
        self._is_deleted = False
        self._is_closed = False
        self._resolved_us: int | None = None
        self._reached: tuple[int | None, int | None] = (None, None)  # triage and engagement, before the resolution
        state = (self._status, facts["queue_ref"], facts["assignee_ref"])
        self._line = Timeline(ref, [begun_us], [state], [(0, self._regime)], [Cycle(0)], unseen)

    def until(self, now_us: int) -> Timeline:
        """End the life at an instant."""
        self._pass_turns(now_us)
        self._line.instants.append(now_us)
        return self._line

    def take(self, event: Step, at_us: int) -> None:
        """Take in an event that is not before the last."""
        if self._turns:
            self._pass_turns(at_us)
        line, kind, stated = self._line, event.type, None
        if after := event.after:
            stated = after.get("status_category")
            if not _LOOKED_AT.isdisjoint(after):
                self._facts.update(after)
                if not _ASKED.isdisjoint(after):
                    self._promise(at_us)
        if kind in _TURNING:
            stated = self._turn(event, stated)
        elif not after and line.engaged is not None:
            return
        if stated is not None and stated != self._status:
            self._move(event, stated, at_us)
        elif kind is EventType.RESTORED and self._status in _SOLVED and self._resolved_us is None:
            self._resolve(event, at_us)
        state = (DELETED if self._is_deleted else self._status, self._facts["queue_ref"], self._facts["assignee_ref"])
        if state != line.states[-1]:
            line.states[self._mark(at_us)] = state
        if line.engaged is None and len(line.cycles) == 1 and line.cycles[0].stop is None:
            self._reach(event, stated, at_us)

    def _mark(self, at_us: int) -> int:
        """Return the index of the boundary at an instant that is not before the last."""
        line = self._line
        if line.instants[-1] != at_us:
            line.instants.append(at_us)
            line.states.append(line.states[-1])
        return len(line.states) - 1

    def _pass_turns(self, until_us: int) -> None:
        """Let come to hold what does so by itself up to an instant."""
        while self._turns and self._turns[0] <= until_us:
            at_us = self._turns.pop(0)
            self._terms = self._book.reapplied(at_us) or self._terms
            self._promise(at_us)

    def _promise(self, at_us: int) -> None:
        """Let the policy hold that fits what is known now."""
        regime = self._book.regime(self._terms, self._facts)
        if regime is not self._regime:
            self._regime = regime
            index, regimes = self._mark(at_us), self._line.regimes
            if regimes[-1][0] == index:
                regimes.pop()
            regimes.append((index, regime))

    def _turn(self, event: Step, stated: str | None) -> str | None:
        """Take in what the kind of an event says, and return the status that it leads to."""
        if event.type is EventType.SLA_OVERRIDE:
            self._decide(Override.model_validate(event.after))
        elif event.type is EventType.MERGED:
            return StatusCategory.MERGED
        else:
            self._is_deleted = event.type is EventType.DELETED
        return stated

    def _move(self, event: Step, status: str, at_us: int) -> None:
        """Go on to another status."""
        line, before = self._line, self._status
        is_new = before in _UNTOUCHED and status == StatusCategory.NEW
        if event.type is EventType.SNAPSHOT and not is_new and at_us > line.instants[0]:
            line.unseen.append(self._mark(at_us))
        if before in GONE and status in _SOLVED:
            return  # it is put away, and nobody solved it
        self._status = status
        if status in _SOLVED:
            self._is_closed = self._is_closed or status == StatusCategory.CLOSED
            if before not in _SOLVED and not self._is_deleted:
                self._resolve(event, at_us)
        elif status == StatusCategory.MERGED:
            self._take_back(at_us)
        elif status not in GONE and self._resolved_us is not None:
            self._reopen(at_us, self._resolved_us)

    def _resolve(self, event: Step, at_us: int) -> None:
        line, cycle = self._line, self._line.cycles[-1]
        self._resolved_us = at_us
        if cycle.stop is not None:
            return
        cycle.stop = index = self._mark(at_us)
        cycle.by_client = event.actor_type is ActorType.CUSTOMER
        line.actors[index] = event.actor_ref
        self._reached = line.triaged, line.engaged
        if not cycle.by_client and len(line.cycles) == 1:
            line.engaged = index if line.engaged is None else line.engaged
            line.triaged = index if line.triaged is None else line.triaged

    def _take_back(self, at_us: int) -> None:
        """Take back a resolution, as long as it could be undone by reopening: a merge solves nothing."""
        line, cycle = self._line, self._line.cycles[-1]
        if cycle.stop is None or self._is_over(at_us, line.instants[cycle.stop]):
            return
        line.cycles[-1] = Cycle(cycle.start)
        line.triaged, line.engaged = self._reached
        self._is_closed, self._resolved_us = False, None

    def _is_over(self, at_us: int, resolved_us: int) -> bool:
        """Whether a ticket was resolved too long ago to go on."""
        days, calendar = self._regime.policy.reopen_days, self._regime.calendar.at(at_us)
        return days is not None and instant(at_us) > calendar.add_days(instant(resolved_us), days)

    def _reopen(self, at_us: int, resolved_us: int) -> None:
        line, policy = self._line, self._regime.policy
        if self._is_closed or self._is_over(at_us, resolved_us) or policy.reopen is ReopenMode.RESTART:
            line.cycles.append(Cycle(self._mark(at_us)))
            self._terms = self._book.in_force(at_us)
            self._promise(at_us)
        elif policy.reopen is ReopenMode.CONTINUE:
            line.cycles[-1] = Cycle(line.cycles[-1].start)
        self._is_closed, self._resolved_us = False, None

    def _reach(self, event: Step, stated: str | None, at_us: int) -> None:
        """Note what of triage and engagement a person reaches with an event."""
        if event.actor_type not in _PERSON or event.type is EventType.SNAPSHOT or self._line.states[-1][0] in GONE:
            return
        line, engaging = self._line, self._regime.policy.engaged_by
        if _ACTS.get(event.type) in engaging or (stated == StatusCategory.IN_PROGRESS and Act.IN_PROGRESS in engaging):
            line.engaged = index = self._mark(at_us)
            line.actors[index] = event.actor_ref
            line.triaged = index if line.triaged is None else line.triaged
        elif (
            line.triaged is None
            and self._status not in _UNTRIAGED
            and all(map(self._facts.get, self._regime.triaged_with))
        ):
            line.triaged = index = self._mark(at_us)
            line.actors[index] = event.actor_ref

    def _decide(self, override: Override) -> None:
        cycle = len(self._line.cycles) if override.clock is Clock.COMPLETION else 1
        key = (override.clock, override.cycle or cycle)
        if override.is_lifted:
            self._line.overrides.pop(key, None)
        else:
            self._line.overrides[key] = override
