"""What is held of a ticket: what it counts in, and until when nothing but a change of the store can alter that."""

from collections import defaultdict
from collections.abc import Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from typing import Any, Final, NamedTuple

from sqlalchemy import ColumnElement, and_, or_, select

from servicedesk_core.business_time import Calendar
from servicedesk_core.config.people import Colleague
from servicedesk_core.domain import StatusCategory
from servicedesk_core.features.attention import (
    Booked,
    Found,
    Placed,
    Staff,
    acts_between,
    lacks_cover,
    next_actor,
    reason_of,
    standings,
    turns,
)
from servicedesk_core.features.kpi import (
    COUNTED,
    LONGEST,
    UNDATED,
    UNPLANNED,
    Coming,
    Marks,
    OpenDesk,
    OpenTicket,
    Surroundings,
    changes_of,
    lives_since,
    marks_of,
    open_desk,
    sessions,
    thresholds,
)
from servicedesk_core.features.report.morning.rules import due_state
from servicedesk_core.features.sla import promises, stands_of
from servicedesk_core.features.tickets import OPEN, reopened
from servicedesk_core.store import Tx, bulk
from servicedesk_core.store.fields import from_us, to_us
from servicedesk_core.store.schema import RECORDS

DAY: Final = timedelta(days=1)
_AFTER: Final = timedelta.resolution
_T = RECORDS["tickets"].c

OPEN_NOW, MOVED, PROMISED, PROMISED_ONCE, PLANNED, READY, AWAY = (
    "open", "moved", "promised", "promised once", "planned", "ready", "away",
)  # fmt: skip
NEEDS_SOMEBODY, BLACK_HOLE, CLIENT_REPLIED, UNCOVERED = "needs somebody", "black hole", "client replied", "uncovered"
REOPENED, BOOKED = "reopened", "booked"
REASON, FIGURE, WHO, LIST, STAND = "reason", "figure", "who", "list", "stand"
ACTOR, DUE_STATE, JUDGED_BY = "actor", "due state", "judged by"
"""What may be true of a ticket; the latter name what in particular, as a tuple."""

Ref = tuple[int, str]
"""Source, and the vendor's id."""


class Held(NamedTuple):
    """What is held of a ticket that is open, or ended in the span that is looked back over.

    Attributes:
        local_id: The desk's own number.
        ref: Source, and the vendor's id.
        again_at: When the time alone may change any of it.
        steps: What it added to the figures of a coordinator, and from when on.
        placed: Its place in the list of what somebody has to look at; ``None`` = it is not open.
        due_at: When it becomes late; ``None`` = not as it stands.
        has_cover: Whether somebody who is there has it.
        work: Recorded and planned work, in seconds.
        reopened_at: When it was last opened again, as far as that is told.
        names: All that is true of it.
    """

    local_id: int
    ref: Ref
    again_at: datetime
    steps: tuple[tuple[datetime, Marks], ...]
    placed: Placed | None = None
    due_at: datetime | None = None
    has_cover: bool = False
    work: tuple[int, int] = (0, 0)
    reopened_at: datetime | None = None
    names: frozenset[Hashable] = frozenset()

    @property
    def holders(self) -> Iterator[Ref]:
        """Who had it since, by source and the vendor's id."""
        return ((self.ref[0], marks.who[1]) for _, marks in self.steps if marks.who is not None)


@dataclass(frozen=True, slots=True)
class Looking:
    """How tickets are looked at.

    Attributes:
        at: The present instant.
        since: From when on it is told how figures went.
        back_to: From when on it is told which tickets were opened again; not after the former.
        zone: Where days begin.
        people: Who cannot act.
        persons: The people of the desk: they say whom a name in the rota means.
        calendar: In whose hours something is coming up; ``None`` = every hour counts.
        every: Appointments that were not over at the beginning, the earliest first.
        visits: The same by their tickets.
        theirs: The same by the technicians who are booked.
    """

    at: datetime
    since: datetime
    back_to: datetime
    zone: tzinfo
    people: Staff
    persons: Mapping[str, Colleague]
    calendar: Calendar | None
    every: Sequence[Booked]
    visits: Mapping[Ref, Sequence[Booked]]
    theirs: Mapping[Ref, Sequence[Booked]]

    def booked(self, refs: Iterable[Ref]) -> list[Booked]:
        """Return the appointments for some tickets, each once, the earliest first."""
        found = {one.turn: one for ref in refs for one in self.visits.get(ref, ())}
        return [found[turn] for turn in sorted(found)]


def held(tx: Tx, look: Looking, tickets: Sequence[int], alike: dict[Hashable, Any]) -> Iterator[Held]:
    """Yield what is to be held of tickets; one that neither is open nor ended lately is left out.

    Args:
        tx: A transaction.
        look: How they are looked at.
        tickets: The desk's own numbers of them: a few thousand at most.
        alike: What is true of other tickets: what is the same need be in memory once only.
    """
    refs = {local_id: (source, ref) for local_id, source, ref in bulk.select_in(tx, _REFS, None, tickets)}
    every = look.booked(refs.values())
    visits = [one for one in every if one.ends_at >= look.at]
    found = list(standings(tx, look.at, look.people, [*OPEN, _T.local_id.in_(refs)], visits=visits))
    opened = open_desk(tx, look.at, look.zone, known=found, people=look.persons, visits=visits, is_named=False)
    ended = tx.execute(select(_T.local_id).where(_T.local_id.in_(refs), has_ended(look.back_to))).scalars()
    around = Surroundings([*(one.state.local_id for one in found), *ended], look.people, every)
    told = lives_since(tx, look.since, look.at, look.zone, persons=look.persons, current=opened.tickets, around=around)
    coming = Coming(look.at + DAY, look.calendar)
    open_ones = {one.local_id: (each, one) for each, one in zip(found, opened.tickets, strict=True)}
    again = _again(tx, look, refs, around.tickets)
    again_open = reopened(tx, around.tickets, look.back_to)
    stands = _stands(tx, look.at, list(open_ones), again)
    versions = dict(zip(told.tickets, told.versions, strict=True))
    for local_id in (*open_ones, *(one for one in versions if one not in open_ones)):
        life = versions.get(local_id, ())
        reopened_at = again_open.get(local_id)
        added = changes_of(life, look.since, look.at + _AFTER, coming)
        steps = tuple((at, alike.setdefault(marks, marks)) for at, marks in added)
        steps = alike.setdefault(tuple((at, id(marks)) for at, marks in steps), steps)
        once = {PROMISED_ONCE} if any(one.ticket is not None and one.ticket.clock for one in life) else set()
        if local_id in open_ones:
            standing, ticket = open_ones[local_id]
            names = {*once, *stands.get(local_id, ())}
            one = _held(look, standing, ticket, opened, steps, coming, again[local_id], names)
        else:
            one = Held(local_id, refs[local_id], min(again[local_id]), steps, names=frozenset({*once, MOVED}))
        true_of = one.names if reopened_at is None else one.names | {REOPENED}
        yield one._replace(reopened_at=reopened_at, names=alike.setdefault(true_of, true_of))


def has_ended(since: datetime) -> ColumnElement[bool]:
    """Return the condition that a ticket is done since an instant."""
    ended = or_(_T.resolved_at > to_us(since), and_(_T.resolved_at.is_(None), _T.closed_at > to_us(since)))
    return and_(_T.gone_at.is_(None), ~_T.is_open, ended)


def _held(  # noqa: PLR0917  # what was read of one ticket
    look: Looking,
    found: Found,
    ticket: OpenTicket,
    when: OpenDesk,
    steps: tuple[tuple[datetime, Marks], ...],
    coming: Coming,
    again: set[datetime],
    names: set[Hashable],
) -> Held:
    state, standing, now = found.state, found.standing, look.at
    decision = next_actor(standing, now)
    reason = reason_of(standing, decision, now)
    is_uncovered = lacks_cover(standing, decision)
    again |= {one for one in (*turns(standing, now), *thresholds(ticket, now, coming)) if one > now}
    marks = marks_of(ticket, when)
    names |= {OPEN_NOW, *_true_of(ticket, marks)}
    names |= {BLACK_HOLE if decision.actor is None else (ACTOR, decision.actor), (DUE_STATE, due_state(standing, now))}
    if reason is not None:
        names |= {NEEDS_SOMEBODY, (REASON, reason)}
    if standing.judged_by is not None:
        names.add((JUDGED_BY, standing.judged_by))
    names |= {BOOKED} if look.visits.get((state.source_id, state.external_id)) else set()
    names |= {CLIENT_REPLIED} if standing.is_unanswered else set()
    names |= {UNCOVERED} if is_uncovered else set()
    if [one for _, one in steps] != [marks] or steps[0][0] > look.since:
        names.add(MOVED)
    return Held(
        local_id=state.local_id,
        ref=(state.source_id, state.external_id),
        again_at=min(again),
        steps=steps,
        placed=Placed.of(state.local_id, standing, decision, reason),
        due_at=standing.late_from,
        has_cover=standing.is_assigned and not is_uncovered,
        work=(ticket.worked_s or 0, ticket.estimated_s or 0),
        names=frozenset(names),
    )


def _true_of(ticket: OpenTicket, marks: Marks) -> Iterator[Hashable]:
    """Yield what the figures of a coordinator, and lists of technicians, are counted from."""
    yield from ((FIGURE, name) for name, is_so in zip(COUNTED, marks.counts, strict=True) if is_so)
    told = {
        PROMISED: ticket.clock is not None,
        UNDATED: ticket.standing.category is StatusCategory.ON_HOLD and ticket.standing.due_at is None,
        PLANNED: bool(ticket.estimated_s),
        UNPLANNED: bool(ticket.worked_s) and not ticket.estimated_s,
        READY: marks.is_ready,
        AWAY: marks.is_away,
    }
    yield from (name for name, is_so in told.items() if is_so)
    if marks.who is not None:
        yield WHO, marks.who
    if marks.holder is not None:
        yield LIST, marks.holder, marks.is_of_team


def _stands(
    tx: Tx, now: datetime, tickets: Sequence[int], again: Mapping[int, set[datetime]]
) -> Mapping[int, list[Hashable]]:
    """Return how the promises on tickets stand, each with its place among those of the same ticket."""
    found: dict[int, list[Hashable]] = defaultdict(list)
    for ticket, clock, stand, turns_at in stands_of(tx, now, tickets):
        found[ticket].append((STAND, clock, stand, len(found[ticket])))
        if turns_at is not None:
            again[ticket].add(turns_at)
    return found


def _again(tx: Tx, look: Looking, refs: Mapping[int, Ref], tickets: Collection[int]) -> dict[int, set[datetime]]:
    """Return when the time alone brings something to tickets, as far as their records tell; each is looked at daily."""
    now, ids = look.at, {ref: local_id for local_id, ref in refs.items()}
    again = {one: {now + DAY} for one in tickets}
    by_source: dict[int, list[str]] = defaultdict(list)
    for one in tickets:
        by_source[refs[one][0]].append(refs[one][1])
    for source, wanted in by_source.items():
        for ref, acts in acts_between(tx, source, wanted, now, now + DAY).items():
            again[ids[source, ref]].update(at for at, _ in acts)
        for ref, work in sessions(tx, source, wanted, now, now + DAY).items():
            again[ids[source, ref]].update(at for one in work for at in (one.start, one.end) if at > now)
    for visit in look.booked(refs[each] for each in tickets):
        start, over = visit.visit.start_at, visit.ends_at
        ahead = {at for at in (start, over, over + _AFTER, start + LONGEST) if at > now}
        for about in visit.tickets:
            if (local_id := ids.get((visit.source_id, about))) is not None and local_id in again:
                again[local_id] |= ahead
    for ticket, several in promises(tx, list(tickets), now, since=look.since).items():
        times = (at for one in several for at in (one.started_at, one.stopped_at, one.due_at and one.due_at + _AFTER))
        again[ticket].update(at for at in times if at is not None and at > now)
    for ticket, at_us in bulk.select_in(tx, _JUDGED_AGAIN, None, tickets):
        again[ticket].add(max(from_us(at_us), now + _AFTER))
    return again


_REFS: Final = "SELECT local_id, source_id, external_id FROM tickets WHERE local_id IN {values}"
_JUDGED_AGAIN: Final = (
    "SELECT ticket_id, again_at FROM sla_tickets WHERE ticket_id IN {values} AND again_at IS NOT NULL"
)
