"""What the store tells of tickets: their fields as they are now, and everything that happened to them."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple

import orjson
from sqlalchemy import Select, and_, func, or_, select

from servicedesk_core.domain import ActorType, EventSource, EventType
from servicedesk_core.domain.histories import HistoryState
from servicedesk_core.features.clients import Book, Client, clients_of
from servicedesk_core.features.sla.clocks.steps import Step
from servicedesk_core.features.sla.tables import decided
from servicedesk_core.store import Tx, bulk, histories
from servicedesk_core.store.fields import optional_instant
from servicedesk_core.store.schema import RECORDS

FACTS: Final = (
    "company_ref", "contract_ref", "site_ref", "queue_ref", "assignee_ref", "kind", "category", "priority", "source",
)  # fmt: skip
"""Fields of a ticket that clocks look at, as they are now."""

PLACES: Final = {"companies": "company_ref", "sites": "site_ref"}
"""Streams whose region and name decide over facts of their tickets, with the field of a ticket that names them."""

FOLLOWED: Final = ("tickets", "ticket_events", "notes", "time_entries", "appointments", *PLACES)
"""Streams whose changes touch clocks."""

DELETED: Final = "deleted"
"""Why a ticket is gone whose clocks are still shown: it was withdrawn, not put out of sight."""

_T = RECORDS["tickets"].c


class ToldTicket(NamedTuple):
    """A ticket with what is known of it.

    Attributes:
        ticket_id: The desk's own number.
        events: What happened to it, in no order.
        known: Its fields as they are now, and what is agreed with its client.
        history: How much of its past the events tell.
    """

    ticket_id: int
    events: list[Step]
    known: dict[str, Any]
    history: HistoryState


class Work(NamedTuple):
    """Something that a technician did: its key, its kind, when, and who."""

    key: str
    kind: EventType
    at_us: int
    who: str | None


class Beside:
    """What tickets are told with, read once for a run: appointments, and what is agreed with clients.

    Appointments name their tickets in lists that no index knows, so all are read.

    Args:
        known_at: Only what was agreed by then; ``None`` = all.
    """

    def __init__(self, known_at: datetime | None = None) -> None:
        self._known_at = known_at
        self._work: dict[tuple[int, str], list[Work]] | None = None
        self._clients: Book[Client] | None = None

    def bookings(self, tx: Tx, source_id: int, ref: str) -> Sequence[Work]:
        """Return when each appointment of a ticket was booked."""
        if self._work is None:
            self._work = {}
            table = RECORDS["appointments"].c
            query = select(table.source_id, table.external_id, table.created_at, table.ticket_refs).where(
                table.gone_at.is_(None), table.created_at.is_not(None), table.ticket_refs != "[]"
            )
            for source, external_id, at_us, refs in tx.execute(query):
                booked = Work(f"appointments:{external_id}", EventType.APPOINTMENT_BOOKED, at_us, None)
                for one in orjson.loads(refs):
                    self._work.setdefault((source, one), []).append(booked)
        return self._work.get((source_id, ref), ())

    def agreed(self, tx: Tx, row: Any) -> dict[str, str | None]:
        """Return what was agreed with the client of a ticket when that was created, and else what the PSA says."""
        if self._clients is None:
            self._clients = clients_of(tx, self._known_at)
        created = optional_instant(row.created_at)
        client = self._clients.at(row.source_id, row.company_ref, created) if created is not None else None
        if client is None:
            return {"region": row.region}
        site = client.at_site(row.site_ref, row.site_name)
        return {"customer_tier": client.tier, "region": site.region or row.region, "calendar": site.calendar}


def after(tx: Tx, ticket_id: int, limit: int, beside: Beside) -> tuple[list[ToldTicket], int | None]:
    """Return tickets above a number, and the number up to which they are; ``None`` when there are no more."""
    rows = tx.execute(_tickets().where(_T.local_id > ticket_id).order_by(_T.local_id).limit(limit)).all()
    return [*_told(tx, rows, beside)], rows[-1].local_id if len(rows) == limit else None


def of(tx: Tx, ticket_ids: Iterable[int], beside: Beside) -> list[ToldTicket]:
    """Return tickets by the desk's own numbers."""
    return [*_told(tx, tx.execute(_tickets().where(_T.local_id.in_(list(ticket_ids)))).all(), beside)]


def touched(tx: Tx, changes: Iterable[tuple[str, int]]) -> set[int]:
    """Return the tickets that changes are about, by the desk's own numbers.

    Args:
        tx: Any transaction.
        changes: Stream and the desk's own number of each record that changed; none of :data:`PLACES`.
    """
    by_stream: dict[str, set[int]] = {}
    for stream, local_id in changes:
        by_stream.setdefault(stream, set()).add(local_id)
    found = by_stream.pop("tickets", set())
    refs: dict[int, set[str]] = {}
    for stream, ids in by_stream.items():
        is_list = stream == "appointments"
        query = (
            f"SELECT source_id, {'ticket_refs' if is_list else 'ticket_ref'} FROM {stream} WHERE local_id IN {{values}}"  # noqa: S608
        )
        for source_id, ref in bulk.select_in(tx, query, None, ids):
            refs.setdefault(source_id, set()).update(orjson.loads(ref) if is_list else filter(None, (ref,)))
    query = "SELECT local_id FROM tickets WHERE source_id = {source} AND external_id IN {values}"
    for source_id, own in refs.items():
        found |= {row[0] for row in bulk.select_in(tx, query, source_id, own)}
    return found


def _tickets() -> Select[Any]:
    site, company = RECORDS["sites"], RECORDS["companies"]
    joined = (
        RECORDS["tickets"]
        .outerjoin(site, and_(site.c.source_id == _T.source_id, site.c.external_id == _T.site_ref))
        .outerjoin(company, and_(company.c.source_id == _T.source_id, company.c.external_id == _T.company_ref))
    )
    region = func.coalesce(site.c.region, company.c.region).label("region")
    place = region, site.c.name.label("site_name")
    query = select(_T.local_id, _T.source_id, _T.external_id, _T.created_at, *(_T[name] for name in FACTS), *place)
    query = query.add_columns(histories.state_of_ticket().label("history"))
    return query.select_from(joined).where(or_(_T.gone_at.is_(None), _T.gone_reason == DELETED))


def _told(tx: Tx, rows: Sequence[Any], beside: Beside) -> Iterator[ToldTicket]:
    refs: dict[int, list[str]] = {}
    for row in rows:
        refs.setdefault(row.source_id, []).append(row.external_id)
    events = {source_id: _events(tx, source_id, own) for source_id, own in refs.items()}
    done = {source_id: work(tx, source_id, events[source_id]) for source_id in refs}
    decisions = decided.of_tickets(tx, (row.local_id for row in rows))
    for row in rows:
        own = events[row.source_id].get(row.external_id, [])
        if own:  # what was done tells nothing where nothing tells how the ticket got there
            acts = (*done[row.source_id].get(row.external_id, ()), *beside.bookings(tx, row.source_id, row.external_id))
            own += _acts(row.external_id, acts, row.created_at)
            told = (one.event(row.external_id) for one in decisions.get(row.local_id, ()))
            own += (Step.of(one) for one in told if one is not None)
        known = {name: getattr(row, name) for name in FACTS}
        known |= {"created_at": optional_instant(row.created_at), **beside.agreed(tx, row)}
        yield ToldTicket(row.local_id, own, known, HistoryState(row.history))


def _acts(ref: str, done: Iterable[Work], created_us: int | None) -> Iterator[Step]:
    """Yield what technicians did as events; work that was recorded as of before its ticket is done at its creation."""
    for key, kind, at_us, who in done:
        at = max(at_us, created_us or at_us)
        yield Step(at, 0, key, ref, kind, EventSource.OBSERVED, ActorType.TECHNICIAN, who)


_NOTHING: Final = "{}"
# Looked up: to call an enumeration costs three times as much, and a year of tickets has millions of events.
_TYPES: Final = {one.value: one for one in EventType}
_SOURCES: Final = {one.value: one for one in EventSource}
_ACTORS: Final = {None: None} | {one.value: one for one in ActorType}
_EVENTS: Final = (
    "SELECT effective_at, source_seq, external_id, ticket_ref, type, source, actor_type, actor_ref, before, after "
    "FROM ticket_events WHERE source_id = {source} AND ticket_ref IN {values} AND gone_at IS NULL"
)
_DONE: Final = (
    (
        "time_entries",
        EventType.TIME_ENTRY,
        (
            "SELECT ticket_ref, external_id, COALESCE(start_at, created_at), technician_ref FROM time_entries "
            "WHERE source_id = {source} AND ticket_ref IN {values} AND gone_at IS NULL"
        ),
    ),
    (
        "notes",
        EventType.TECH_NOTE_PUBLIC,
        (
            "SELECT ticket_ref, external_id, created_at, author_ref FROM notes WHERE source_id = {source} "
            "AND ticket_ref IN {values} AND gone_at IS NULL AND visibility = 'public' AND author_type = 'technician'"
        ),
    ),
)


def _events(tx: Tx, source_id: int, refs: Iterable[str]) -> dict[str, list[Step]]:
    found: dict[str, list[Step]] = {}
    for at_us, seq, key, ref, kind, source, actor, who, before, after in bulk.select_in(tx, _EVENTS, source_id, refs):
        step = Step(
            at_us,
            seq,
            key,
            ref,
            _TYPES[kind],
            _SOURCES[source],
            _ACTORS[actor],
            who,
            {} if before == _NOTHING else orjson.loads(before),
            {} if after == _NOTHING else orjson.loads(after),
        )
        found.setdefault(ref, []).append(step)
    return found


def work(tx: Tx, source_id: int, refs: Iterable[str]) -> dict[str, list[Work]]:
    """Return the public notes and the time of technicians on tickets, by the vendor's id of those; in no order."""
    found: dict[str, list[Work]] = {}
    for stream, kind, query in _DONE:
        for ref, external_id, at_us, who in bulk.select_in(tx, query, source_id, refs):
            if at_us is not None:
                found.setdefault(ref, []).append(Work(f"{stream}:{external_id}", kind, at_us, who))
    return found
