"""How open tickets came to stand as they do, from the store: all versions of each since an instant."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any, Final, NamedTuple

import orjson
from sqlalchemy import and_, select

from servicedesk_core.config.people import Colleague
from servicedesk_core.domain import EventType, Priority, StatusCategory
from servicedesk_core.features.attention import (
    NOBODY,
    Booked,
    Queues,
    Staff,
    Standing,
    Visit,
    acts_between,
    booked,
    newest_acts,
    staff,
)
from servicedesk_core.features.kpi.now.coordinator import READY, OpenTicket
from servicedesk_core.features.kpi.now.course import Version
from servicedesk_core.features.kpi.now.opened import pulls
from servicedesk_core.features.kpi.now.quiet import quiet
from servicedesk_core.features.kpi.now.taken import Session, is_taken, of_visits, sessions
from servicedesk_core.features.sla import Promise, promises, waited_for
from servicedesk_core.features.tickets import TicketChoice, TicketFilter, conditions
from servicedesk_core.store import Tx, bulk, sources
from servicedesk_core.store.fields import optional_instant, to_us
from servicedesk_core.store.queries.scope import Scope
from servicedesk_core.store.schema import RECORDS

_T = RECORDS["tickets"].c
_FIELDS: Final = ("status_category", "priority", "assignee_ref", "queue_ref")
_CATEGORIES: Final = {one.value: one for one in StatusCategory}
_PRIORITIES: Final = {one.value: one for one in Priority}
_CHANGING: Final = (EventType.STATUS_CHANGED, EventType.PRIORITY_CHANGED, EventType.ASSIGNED, EventType.QUEUE_CHANGED)

_COLUMNS: Final = (
    "local_id", "source_id", "external_id", "number", "created_at", "due_at", "last_activity_at", "estimated_s",
    "is_open", *_FIELDS,
)  # fmt: skip
Local = tuple[int, str]
"""Number of the source, and the vendor's id."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Some tickets, and what stands around them.

    Attributes:
        tickets: The desk's own numbers of those that are open, or ended in the span.
        people: Who cannot act.
        visits: The appointments for them that were not over when the span began, the earliest first.
    """

    tickets: Sequence[int]
    people: Staff
    visits: Sequence[Booked]


@dataclass(frozen=True, slots=True)
class Lives:
    """The tickets that were open at some time since an instant.

    Attributes:
        versions: Of each ticket, in order.
        tickets: The desk's own numbers of them.
        unknown: How many ended since then and nobody can say how they stood before: their history is not known.
    """

    versions: Sequence[Sequence[Version]]
    tickets: Sequence[int]
    unknown: int


class _Fields(NamedTuple):
    status_category: str | None
    priority: str | None
    assignee_ref: str | None
    queue_ref: str | None

    @property
    def category(self) -> StatusCategory | None:
        return _CATEGORIES.get(self.status_category or "")

    @property
    def is_open(self) -> bool:
        return self.category is None or self.category.is_open


@dataclass(slots=True)
class _Told:
    """What the store tells of a ticket."""

    local_id: int
    source_id: int
    ref: str
    record: str
    created_at: datetime | None
    due_at: datetime | None
    remote_at: datetime | None
    estimated_s: int | None
    fields: Sequence[tuple[datetime, _Fields]] = ()
    acts: Sequence[tuple[datetime, bool]] = ()
    """Those of people in order; whether one is the client's."""
    work: Sequence[tuple[datetime, int]] = ()
    visits: Sequence[Booked] = ()
    promises: Sequence[Promise] = ()
    going_on: Sequence[Session] = ()
    """Work while it was done."""

    def instants(self) -> Iterator[datetime]:
        """Yield when something happened to it, or came to be known of it."""
        yield from (at for at, _ in (*self.fields, *self.acts, *self.work))
        for one in self.visits:
            yield from filter(None, (one.created_at, one.visit.end_at or one.visit.start_at))
        for session in self.going_on:
            yield from (session.start, session.end)
        for promise in self.promises:
            yield from filter(None, (promise.started_at, promise.stopped_at))


def lives_since(
    tx: Tx,
    start: datetime,
    now: datetime,
    zone: tzinfo,
    scope: Scope | None = None,
    *,
    persons: Mapping[str, Colleague] = NOBODY,
    current: Sequence[OpenTicket] = (),
    among: TicketChoice | None = None,
    around: Surroundings | None = None,
) -> Lives:
    """Return all versions of the tickets that were open at some time since an instant.

    Due times, and who is away, are those that hold today.

    Args:
        tx: A transaction.
        start: From when on.
        now: The present instant.
        zone: Where days begin.
        scope: Only what it lets through.
        persons: The people of the desk: they say whom a name in the rota means.
        current: How all of them that are open stand now, where that was read already: one to which nothing happened
            stood so before.
        among: Only tickets that are these now; ``None`` = all.
        around: Which tickets alone are meant, and what stands around them, where that was read already.
    """
    queues, only = Queues(tx), None if around is None else around.tickets
    if around is None:
        people, visits = staff(tx, now, zone, persons, scope=scope), list(booked(tx, start))
    else:
        people, visits = around.people, list(around.visits)
    names = {one.id: one.name for one in sources.all(tx)}
    same = () if queues.changed(start, now) else current
    still = quiet(tx, same, visits, start, now)
    moved = [one.local_id for one in same if one.local_id not in still] if same else None
    if only is not None:
        moved = [one for one in only if one not in still]
    tickets, unknown = _tickets(tx, start, now, scope, among, moved, has_all=only is None)
    _add_acts(tx, tickets, start, now)
    _add_work(tx, tickets)
    _add_going_on(tx, tickets, start, now)
    for one in visits:
        for ref in one.tickets:
            if (told := tickets.get((one.source_id, ref))) is not None:
                told.visits = (*told.visits, one)
                told.going_on = (*told.going_on, *(session for _, about, session in of_visits([one]) if about == ref))
    _add_promises(tx, tickets, start, now)
    pulled = pulls(tx, now)
    found = [
        *([Version(max(start, one.standing.created_at or start), one)] for one in still.values()),
        *(
            _versions(told, start, now, people, queues, names[told.source_id], pulled=pulled)
            for told in tickets.values()
        ),
    ]
    return Lives(found, [*still, *(told.local_id for told in tickets.values())], unknown)


def _tickets(  # noqa: PLR0917  # which tickets
    tx: Tx,
    start: datetime,
    now: datetime,
    scope: Scope | None,
    among: TicketChoice | None,
    moved: Sequence[int] | None,
    *,
    has_all: bool,
) -> tuple[dict[Local, _Told], int]:
    """Return the tickets with what their fields were, and of how many that ended nobody can say it.

    Of those that are open only some are meant, where that is said: those to which something may have happened; else
    than with all others, those that ended are among them too.
    """
    select_them = f"SELECT {', '.join(_COLUMNS)} FROM tickets WHERE local_id IN {{values}}"  # noqa: S608
    rows: list[Any] = []
    for where in _since(tx, start, now, scope, among, is_open=moved is None) if has_all else ():
        rows += tx.execute(select(*(_T[name] for name in _COLUMNS)).where(*where))
    rows += bulk.select_in(tx, f"{select_them} AND created_at <= {to_us(now)}", None, moved or ())
    refs: dict[int, list[str]] = defaultdict(list)
    for row in rows:
        refs[row[1]].append(row[2])
    changes = _changes(tx, refs, start, now)
    found, unknown = dict[Local, _Told](), 0
    for local_id, source, ref, number, created, due, remote, estimated, is_open, *values in rows:
        undone = changes.get((source, ref), ())
        if not is_open and not any("status_category" in before for _, before in undone):
            unknown += 1
            continue
        told = _Told(
            local_id, source, ref, number or ref, optional_instant(created), optional_instant(due),
            optional_instant(remote), estimated,
        )  # fmt: skip
        told.fields = _fields(_Fields(*values), undone, start)
        found[source, ref] = told
    return found, unknown


def _since(
    tx: Tx, start: datetime, now: datetime, scope: Scope | None, among: TicketChoice | None, *, is_open: bool
) -> Iterator[list[Any]]:
    """Yield the conditions of those that are open, and of those that ended in the span.

    Each first says which few they are, by an index, and then whose: a scope has one of all tickets of its clients.
    """
    since = to_us(start)
    everything = conditions(tx, TicketFilter.of(among, everything=True), scope, at=now)
    if is_open:
        yield [_among(*conditions(tx, TicketFilter.of(among), scope, at=now), _T.created_at <= to_us(now))]
    for ended in (_T.resolved_at > since, and_(_T.resolved_at.is_(None), _T.closed_at > since)):
        yield [*everything, _among(_T.gone_at.is_(None), ~_T.is_open, ended)]


def _among(*where: Any) -> Any:
    return _T.local_id.in_(select(_T.local_id).where(*where).correlate(None))


def _changes(
    tx: Tx, refs: Mapping[int, Sequence[str]], start: datetime, now: datetime
) -> dict[Local, list[tuple[datetime, Mapping[str, Any]]]]:
    """Return what fields were before each change, the newest change first."""
    kinds = ", ".join(f"'{kind.value}'" for kind in _CHANGING)
    query = (
        "SELECT ticket_ref, effective_at, source_seq, before, after FROM ticket_events "  # noqa: S608  # our own words
        "WHERE source_id = {source} AND ticket_ref IN {values} AND gone_at IS NULL "
        f"AND effective_at > {to_us(start)} AND effective_at <= {to_us(now)} AND type IN ({kinds})"
    )
    found: dict[Local, list[tuple[datetime, Mapping[str, Any]]]] = defaultdict(list)
    for source, wanted in refs.items():
        rows = sorted(bulk.select_in(tx, query, source, wanted), key=lambda row: (row[1], row[2]), reverse=True)
        for ref, at, _, before, after in rows:
            then, since = orjson.loads(before), orjson.loads(after)
            known = {name: then.get(name) for name in _FIELDS if name in then or name in since}
            found[source, ref].append((optional_instant(at) or start, known))
    return found


def _fields(
    now: _Fields, undone: Sequence[tuple[datetime, Mapping[str, Any]]], start: datetime
) -> list[tuple[datetime, _Fields]]:
    found = []
    for at, before in undone:
        found.append((at, now))
        now = now._replace(**before)
    return [(start, now), *reversed(found)]


def _add_acts(tx: Tx, tickets: Mapping[Local, _Told], start: datetime, now: datetime) -> None:
    """Add the acts of people to those that were waited for at some time: of no other they are asked."""
    refs: dict[int, list[str]] = defaultdict(list)
    for (source, ref), told in tickets.items():
        if any((category := fields.category) is not None and category.is_waiting for _, fields in told.fields):
            refs[source].append(ref)
    for source, wanted in refs.items():
        before = newest_acts(tx, source, wanted, start)
        since = acts_between(tx, source, wanted, start, now)
        for ref in wanted:
            client, desk = before.get(ref, (None, None))
            first = [(at, is_client) for at, is_client in ((client, True), (desk, False)) if at is not None]
            tickets[source, ref].acts = sorted((*first, *since.get(ref, ())))


def _add_work(tx: Tx, tickets: Mapping[Local, _Told]) -> None:
    refs: dict[int, list[str]] = defaultdict(list)
    for (source, ref), told in tickets.items():
        if told.estimated_s:
            refs[source].append(ref)
    query = (
        "SELECT ticket_ref, COALESCE(end_at, start_at, created_at), worked_s FROM time_entries "
        "WHERE source_id = {source} AND ticket_ref IN {values} AND gone_at IS NULL AND worked_s IS NOT NULL"
    )
    for source, wanted in refs.items():
        work: dict[str, list[tuple[datetime, int]]] = defaultdict(list)
        for ref, at, seconds in bulk.select_in(tx, query, source, wanted):
            told = tickets[source, ref]
            work[ref].append((optional_instant(at) or told.fields[0][0], int(seconds)))
        for ref, entries in work.items():
            tickets[source, ref].work = sorted(entries)


def _add_going_on(tx: Tx, tickets: Mapping[Local, _Told], start: datetime, now: datetime) -> None:
    """Add when somebody worked on those that somebody could begin at some time: of no other it is asked."""
    refs: dict[int, list[str]] = defaultdict(list)
    for (source, ref), told in tickets.items():
        if any(fields.category in READY for _, fields in told.fields):
            refs[source].append(ref)
    for source, wanted in refs.items():
        for ref, several in sessions(tx, source, wanted, start, now).items():
            tickets[source, ref].going_on = several


def _add_promises(tx: Tx, tickets: Mapping[Local, _Told], start: datetime, now: datetime) -> None:
    found = promises(tx, [told.local_id for told in tickets.values()], now, since=start)
    for told in tickets.values():
        told.promises = found.get(told.local_id, ())


def _versions(  # noqa: PLR0917  # what stands around all tickets
    told: _Told,
    start: datetime,
    now: datetime,
    people: Staff,
    queues: Queues,
    connection: str,
    *,
    pulled: bool,
) -> list[Version]:
    """Return a ticket from each instant on at which something happened to it."""
    first = max(start, told.created_at or start)
    instants = sorted({first, *(at for at in told.instants() if first < at <= now)})
    found: list[Version] = []
    for at in instants:
        fields = told.fields[max(0, bisect_right(told.fields, at, key=lambda one: one[0]) - 1)][1]
        ticket = _ticket(told, fields, at, people, queues, connection, pulled=pulled) if fields.is_open else None
        if not found or found[-1].ticket != ticket:
            found.append(Version(at, ticket))
    return found


def _ticket(  # noqa: PLR0917
    told: _Told,
    fields: _Fields,
    at: datetime,
    people: Staff,
    queues: Queues,
    connection: str,
    *,
    pulled: bool,
) -> OpenTicket:
    category, holder = fields.category, (told.source_id, fields.assignee_ref or "")
    acted: dict[bool, datetime] = {is_client: when for when, is_client in told.acts if when <= at}
    absence = people.away.get(holder)
    promise = waited_for(told.promises, at)
    return OpenTicket(
        record=told.record,
        standing=Standing(
            created_at=told.created_at,
            category=category,
            priority=_PRIORITIES.get(fields.priority or ""),
            queue_kind=queues.kind(told.source_id, fields.queue_ref, at),
            is_assigned=fields.assignee_ref is not None,
            is_left=holder in people.left,
            back_at=None if absence is None else absence.back_at,
            due_at=told.due_at,
            client_at=acted.get(True),
            desk_at=acted.get(False),
            remote_at=told.remote_at,
            visit=_visit(told.visits, at),
        ),
        technician=fields.assignee_ref,
        clock=None if promise is None else promise.clock,
        due_at=None if promise is None else promise.due(at, category),
        estimated_s=told.estimated_s,
        worked_s=sum(seconds for when, seconds in told.work if when <= at),
        connection=connection,
        is_taken=is_taken(told.going_on, fields.assignee_ref, at),
        queue=fields.queue_ref if pulled else None,
        ref=told.ref,
    )


def _visit(visits: Sequence[Booked], at: datetime) -> Visit | None:
    for one in visits:
        is_over = (one.visit.end_at or one.visit.start_at) <= at
        if not is_over and (one.created_at is None or one.created_at <= at):
            return one.visit
    return None
