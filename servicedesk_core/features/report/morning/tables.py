"""What the morning page counts: one pass over the open tickets, and a few queries beside it."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from heapq import nsmallest
from typing import Final, Self

from sqlalchemy import ColumnElement, and_, case, func, or_, select, true

from servicedesk_core.business_time import Calendar
from servicedesk_core.domain import Priority
from servicedesk_core.features.attention import (
    HORIZON,
    Booked,
    DueBy,
    Found,
    NextActor,
    Placed,
    Reason,
    Staff,
    lacks_cover,
    next_actor,
    reason_of,
    rows_of,
)
from servicedesk_core.features.definitions import in_force
from servicedesk_core.features.kpi import USUAL_HOURS, working_hours
from servicedesk_core.features.report.morning.model import Absent, Due, DueTimes, Flow, Listed, Night, Nights
from servicedesk_core.features.report.morning.rules import due_state
from servicedesk_core.features.sla import CALENDARS
from servicedesk_core.features.tickets import TicketFilter, conditions, rows_by_id
from servicedesk_core.store import Tx, bulk, sources
from servicedesk_core.store.fields import to_us
from servicedesk_core.store.queries.names import Names
from servicedesk_core.store.queries.population import is_merged
from servicedesk_core.store.queries.scope import Scope
from servicedesk_core.store.schema import RECORDS, ticket_source

LISTED: Final = 12
"""Rows of a list on the page."""

NIGHTS: Final = 50
"""Tickets since the last working day that are on the page."""

FLOW: Final = timedelta(days=7)
"""What came and went is counted over it."""

CLIENTS: Final = 10
"""Clients whose tickets are counted apart."""

_T = RECORDS["tickets"].c
_KEPT: Final = 1_000

Person = tuple[int, str]
"""Source, and the vendor's id."""

Refs = frozenset[tuple[str, str]]
"""Tickets: the connection and the vendor's id of each."""


class Top:
    """The gravest of many tickets: memory does not grow with their number."""

    def __init__(self, count: int = 0, gravest: Iterable[Placed] = ()) -> None:
        self.count = count
        self._kept = list(gravest)

    def add(self, placed: Placed) -> None:
        """Count one, and keep it if it is among the gravest."""
        self.count += 1
        self._kept.append(placed)
        if len(self._kept) > _KEPT:
            self._kept = self.gravest

    @property
    def gravest(self) -> list[Placed]:
        """Those that are listed."""
        return nsmallest(LISTED, self._kept, key=lambda one: one.key)

    def listed(self, tx: Tx) -> Listed:
        """Return them with titles and names."""
        return Listed(self.count, rows_of(tx, self.gravest))


@dataclass(slots=True)
class Pass:
    """What is counted of the open tickets.

    Attributes:
        attention: Those that somebody has to look at.
        black_hole: Those on which nobody has to act next.
        client_replied: Those whose newest act is the client's.
        reasons: Why somebody has to look at how many.
        actors: Who has to act next on how many.
        due_states: How their due times stand: see :func:`~servicedesk_core.features.report.morning.rules.due_state`.
        judged: By whose due times they are judged.
        soon: Due times of the next hours, with the desk's own number of the ticket, and whether somebody who is there
            has it.
        uncovered: Of each who is away, those that need somebody meanwhile.
        held: How many each has.
        by_client: How many each client has, by the source and the vendor's id.
    """

    attention: Top = field(default_factory=Top)
    black_hole: Top = field(default_factory=Top)
    client_replied: Top = field(default_factory=Top)
    reasons: Counter[Reason] = field(default_factory=Counter)
    actors: Counter[NextActor] = field(default_factory=Counter)
    due_states: Counter[str] = field(default_factory=Counter)
    judged: Counter[DueBy] = field(default_factory=Counter)
    soon: list[tuple[datetime, int, bool]] = field(default_factory=list)
    uncovered: dict[Person, Top] = field(default_factory=dict)
    held: Counter[Person] = field(default_factory=Counter)
    by_client: Counter[tuple[int, str | None]] = field(default_factory=Counter)

    @classmethod
    def over(cls, found: Iterable[Found], people: Staff, now: datetime) -> Self:
        """Pass over open tickets once.

        Args:
            found: How they stand.
            people: Who is away.
            now: The instant.
        """
        self = cls(uncovered={person: Top() for person in people.away})
        for one in found:
            self._add(one, now)
        return self

    def _add(self, found: Found, now: datetime) -> None:
        state, ticket = found.state, found.standing
        decision = next_actor(ticket, now)
        reason = reason_of(ticket, decision, now)
        placed, is_uncovered = Placed.of(state.local_id, ticket, decision, reason), lacks_cover(ticket, decision)
        self.by_client[state.source_id, state.company_ref] += 1
        if state.assignee_ref is not None:
            holder = state.source_id, state.assignee_ref
            self.held[holder] += 1
            if is_uncovered and holder in self.uncovered:
                self.uncovered[holder].add(placed)
        if reason is not None:
            self.reasons[reason] += 1
            self.attention.add(placed)
        if ticket.is_unanswered:
            self.client_replied.add(placed)
        if decision.actor is None:
            self.black_hole.add(placed)
        else:
            self.actors[decision.actor] += 1
        if ticket.judged_by is not None:
            self.judged[ticket.judged_by] += 1
        self.due_states[due_state(ticket, now)] += 1
        due = ticket.late_from
        if due is not None and now <= due <= now + HORIZON:
            self.soon.append((due, state.local_id, ticket.is_assigned and not is_uncovered))

    @property
    def due_times(self) -> DueTimes:
        """Due times by how they stand."""
        stands = {name: self.due_states[name] for name in ("late", "soon", "later", "paused", "none")}
        return DueTimes(**stands, by_clock=self.judged[DueBy.CLOCK], by_vendor=self.judged[DueBy.VENDOR])

    def dues(self, tx: Tx, limit: int | None = LISTED) -> Iterator[tuple[Refs, Due]]:
        """Yield the due times that pass next, each with its ticket; at most so many, ``None`` = all."""
        return due_rows(tx, sorted(self.soon)[:limit])


def due_rows(tx: Tx, soonest: Sequence[tuple[datetime, int, bool]]) -> Iterator[tuple[Refs, Due]]:
    """Yield due times, each with its ticket.

    Args:
        tx: Any transaction.
        soonest: When, the desk's own number of the ticket, and whether somebody who is there has it.
    """
    rows = rows_by_id(tx, [local_id for _, local_id, _ in soonest])
    for at, local_id, has_cover in soonest:
        row = rows[local_id]
        due = Due(at, "due", row.ticket, row.title, row.assignee or "", has_cover)
        yield frozenset({(row.connection, row.external_id)}), due


def once(dues: Iterable[tuple[Refs, Due]]) -> tuple[Due, ...]:
    """Return what happens next, earliest first, with one row for a ticket: what else happens to it is named there."""
    return tuple(due for _, due in by_ticket(dues))


def by_ticket(dues: Iterable[tuple[Refs, Due]]) -> Sequence[tuple[Refs, Due]]:
    """Return the same, each with its tickets."""
    rows: list[tuple[Refs, Due]] = []
    for refs, due in sorted(dues, key=lambda one: one[1].at):
        known = next((at for at, (others, _) in enumerate(rows) if others & refs), None)
        if known is None:
            rows.append((refs, due))
            continue
        others, first = rows[known]
        kinds = dict.fromkeys((*first.kind.split(" and "), due.kind))
        both = replace(first, kind=" and ".join(kinds), has_cover=first.has_cover and due.has_cover)
        rows[known] = others | refs, both
    return rows


def calendar_of(tx: Tx, name: str | None, timezone: str, at: datetime) -> tuple[Calendar, str]:
    """Return the calendar by which the desk works, and what it is called.

    Args:
        tx: Any transaction.
        name: Its name; ``None`` = that of the policies, else the only one there is, else the usual hours of a week.
        timezone: Zone of the usual hours.
        at: The instant at which it has to hold.
    """
    calendars = in_force(tx, CALENDARS, at)
    found = working_hours(tx, at) if name is None else next((one for one in calendars if one.name == name), None)
    if found is not None:
        return found, found.name
    why = f'there is no calendar "{name}"' if name else "several calendars" if calendars else "no calendar is defined"
    return Calendar(name="usual", zone=timezone, hours=USUAL_HOURS), f"Monday to Friday, 08:00 to 18:00 ({why})"


def nights(
    tx: Tx, calendar: Calendar, span: tuple[datetime, datetime], connection: str | None, scope: Scope | None
) -> Nights:
    """Return the tickets of a span that came while nobody was there, and the emergencies, which come first."""
    chosen = TicketFilter(connection=connection, created_since=span[0], created_before=span[1], everything=True)
    open_times = calendar.table.intervals(*map(to_us, span))
    is_after_hours = and_(
        true(), *(or_(_T.created_at < opens, _T.created_at >= closes) for opens, closes in open_times)
    )
    is_emergency = _T.priority == Priority.P1.value
    where = (*conditions(tx, chosen, scope), or_(is_emergency, is_after_hours))
    count = tx.execute(select(func.count()).select_from(RECORDS["tickets"]).where(*where)).scalar_one()
    order = case((is_emergency, 0), else_=1), _T.created_at.desc(), _T.local_id.desc()
    query = select(_T.local_id, is_emergency, is_after_hours).where(*where).order_by(*order).limit(NIGHTS)
    found = tx.execute(query).all()
    rows = rows_by_id(tx, [local_id for local_id, *_ in found])
    return Nights(count, tuple(Night(rows[local_id], bool(one), bool(other)) for local_id, one, other in found))


class _Visits:
    """Appointments with the names of what they are for, and of whom they book."""

    def __init__(self, tx: Tx, found: Iterable[Booked], people: Staff) -> None:
        self.all, self.names = list(found), Names(tx)
        self._connections = {one.id: one.name for one in sources.all(tx)}
        for one in self.all:
            for ref in one.technicians:
                self.names.want(one.source_id, "technicians", ref)
            for ref in one.tickets:
                self.names.want(one.source_id, "tickets", ref)
        for source_id, ref in people.away:
            self.names.want(source_id, "technicians", ref)
        self._numbers = _numbers(tx, self.all)
        self.cannot = people.left | people.away.keys()

    def due(self, one: Booked) -> Due:
        """Return an appointment as something that happens next."""
        who = (self.names.of(one.source_id, "technicians", ref) or ref for ref in one.technicians)
        tickets = ", ".join(self._numbers.get((one.source_id, ref), ref) for ref in one.tickets)
        has_cover = any((one.source_id, ref) not in self.cannot for ref in one.technicians)
        title = one.title or next((self.names.of(one.source_id, "tickets", ref) or "" for ref in one.tickets), "")
        return Due(one.visit.start_at, "appointment", tickets, title, ", ".join(who), has_cover)

    def refs(self, one: Booked) -> Refs:
        """Return its tickets."""
        return frozenset((self._connections[one.source_id], ref) for ref in one.tickets)

    def upcoming(self, now: datetime) -> tuple[tuple[Refs, Due], ...]:
        """Return those that begin within the next hours."""
        return tuple((self.refs(one), self.due(one)) for one in self.all if _is_upcoming(one, now))


def _is_upcoming(one: Booked, now: datetime) -> bool:
    return now <= one.visit.start_at <= now + HORIZON


def upcoming(tx: Tx, found: Iterable[Booked], people: Staff, now: datetime) -> tuple[tuple[Refs, Due], ...]:
    """Return the appointments that begin next, each with its tickets."""
    return _Visits(tx, [one for one in found if _is_upcoming(one, now)], people).upcoming(now)


def appointments(
    tx: Tx, found: Iterable[Booked], people: Staff, passed: Pass, now: datetime
) -> tuple[tuple[tuple[Refs, Due], ...], tuple[Absent, ...]]:
    """Return the appointments that begin next with their tickets, and who is away with what lacks cover."""
    visits = _Visits(tx, found, people)
    lacking: dict[Person, list[Booked]] = {}
    for one in visits.all:
        holders = [(one.source_id, ref) for ref in one.technicians]
        first = next((holder for holder in holders if holder in people.away), None)
        if first is not None and all(holder in visits.cannot for holder in holders):
            lacking.setdefault(first, []).append(one)
    absent = []
    for (source_id, ref), absence in people.away.items():
        theirs = [one for one in lacking.get((source_id, ref), ()) if one.visit.start_at < absence.back_at]
        told = frozenset[tuple[str, str]]().union(*map(visits.refs, theirs))
        top, name = passed.uncovered[source_id, ref], visits.names.of(source_id, "technicians", ref) or ref
        tickets = tuple(row for row in rows_of(tx, top.gravest) if (row.connection, row.external_id) not in told)
        visits_of = once((visits.refs(one), visits.due(one)) for one in theirs)
        absent.append(Absent(name, absence.kind, absence.back_at, passed.held[source_id, ref], tickets, visits_of))
    return visits.upcoming(now), tuple(sorted(absent, key=lambda one: (-len(one.uncovered), one.name)))


def _numbers(tx: Tx, visits: Iterable[Booked]) -> dict[Person, str]:
    refs: dict[int, set[str]] = {}
    for one in visits:
        refs.setdefault(one.source_id, set()).update(one.tickets)
    query = "SELECT external_id, number FROM tickets WHERE source_id = {source} AND external_id IN {values}"
    return {
        (source_id, ref): number or ref
        for source_id, wanted in refs.items()
        for ref, number in bulk.select_in(tx, query, source_id, wanted)
    }


def flow(
    tx: Tx,
    now: datetime,
    still_open: Counter[tuple[int, str | None]] | None,
    connection: str | None,
    scope: Scope | None,
) -> tuple[Flow, ...]:
    """Return what came and went in the last days and what is open: of all, then of the clients with most of it.

    Args:
        tx: Any transaction.
        now: The instant.
        still_open: How many open tickets each client has; ``None`` = nobody counted them.
        connection: Only of this connection.
        scope: Only what it lets through.
    """
    since, until = to_us(now - FLOW), to_us(now)
    among = conditions(tx, TicketFilter(connection=connection, everything=True), scope)

    def counted(*where: ColumnElement[bool]) -> Counter[tuple[int, str | None]]:
        query = select(ticket_source, _T.company_ref, func.count()).where(*where)
        found = tx.execute(query.group_by(ticket_source, _T.company_ref))
        return Counter({(source_id, ref): number for source_id, ref, number in found})

    created = counted(*among, _T.created_at >= since, _T.created_at <= until)
    is_resolved, is_closed = _T.resolved_at.between(since, until), _T.closed_at.between(since, until)
    closed = counted(*among, or_(is_resolved, and_(_T.resolved_at.is_(None), is_closed)), ~_T.is_open, ~is_merged())
    if still_open is None:
        still_open = counted(*conditions(tx, TicketFilter(connection=connection), scope))
    busiest = (created + closed + still_open).most_common(CLIENTS)
    names = Names(tx)
    for (source_id, ref), _ in busiest:
        names.want(source_id, "companies", ref)
    whole = Flow("", created.total(), closed.total(), still_open.total())
    return whole, *(
        Flow(names.of(source_id, "companies", ref) or ref or "no client", created[key], closed[key], still_open[key])
        for (key, _) in busiest
        for source_id, ref in (key,)
    )
