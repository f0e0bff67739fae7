"""How major incidents are read: with their tickets, and what was told to whose clients."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from sqlalchemy import ColumnElement, and_, func, select

from servicedesk_core.domain import ActorType
from servicedesk_core.errors import NotFoundLocallyError, WriteError
from servicedesk_core.features.incidents.model import Incident, IncidentState, TicketState, UnderIncident
from servicedesk_core.features.incidents.rules import Reader, safe
from servicedesk_core.features.tickets import TicketRow, found, in_scope, rows_by_id
from servicedesk_core.store import Tx
from servicedesk_core.store.fields import from_us
from servicedesk_core.store.queries.population import is_merged
from servicedesk_core.store.queries.scope import Scope
from servicedesk_core.store.queries.told import PARENT, THERE, Update, updates
from servicedesk_core.store.schema import (
    RECORDS,
    incident_links,
    incident_notes,
    incident_updates,
    incidents,
    outbox,
    sources,
)
from servicedesk_core.store.sources import id_of

_I: Final = incidents.c
_L: Final = incident_links.c
_N: Final = incident_notes.c
_U: Final = incident_updates.c
_O: Final = outbox.c
_T: Final = RECORDS["tickets"].c
_C: Final = RECORDS["companies"].c
_W: Final = RECORDS["notes"].c
OPEN: Final = _I.closed_at.is_(None)
STANDS: Final = _L.unlinked_at.is_(None)


class Head(NamedTuple):
    """A major incident as it is stored; its parent's id also where the write tells it that made it."""

    id: int
    source_id: int
    connection: str
    parent_ref: str | None
    title: str
    priority: str | None
    owner: str
    every_s: int
    declared_by: str
    declared_at: datetime
    closed_by: str | None
    closed_at: datetime | None
    said: str | None
    write_id: int | None
    made: str | None
    """Where the write stands that makes its parent."""


class Link(NamedTuple):
    """When a ticket was put under an incident, or taken out."""

    ticket_id: int
    linked_by: str
    linked_at: datetime
    unlinked_by: str | None
    unlinked_at: datetime | None


@dataclass(frozen=True, slots=True)
class Whole:
    """A major incident with what belongs to it, as far as somebody sees it.

    Attributes:
        head: What is stored of it.
        parent: The number of its parent ticket; ``None`` = it is not made yet, or not seen.
        parent_id: The desk's own number of that.
        is_gone: Whether the vendor has that no more.
        tickets: The clients' tickets.
        links: When each was put there, or taken out.
        updates: What clients were told.
        readers: Its clients.
        others: Those whose tickets are not seen.
    """

    head: Head
    parent: str | None = None
    parent_id: int | None = None
    is_gone: bool = False
    tickets: tuple[UnderIncident, ...] = ()
    links: tuple[Link, ...] = ()
    updates: tuple[Update, ...] = ()
    readers: tuple[Reader, ...] = ()
    others: tuple[Reader, ...] = field(default=())

    @property
    def standing(self) -> tuple[UnderIncident, ...]:
        """The tickets that stand under it."""
        return tuple(one for one in self.tickets if one.state is not TicketState.OUT)

    @property
    def told_at(self) -> datetime | None:
        """When clients were told last."""
        return max((one.told_at for one in self.updates if one.told_at is not None), default=None)

    @property
    def due_at(self) -> datetime | None:
        """By when they are to hear next; ``None`` = it is closed."""
        if self.head.closed_at is not None:
            return None
        return (self.told_at or self.head.declared_at) + timedelta(seconds=self.head.every_s)

    def row(self, now: datetime) -> Incident:
        """Return it as a list shows it."""
        head, due_at = self.head, self.due_at
        late = IncidentState.OVERDUE if due_at is not None and due_at < now else IncidentState.OPEN
        return Incident(
            number=head.id,
            title=safe(head.title, self.others),
            state=IncidentState.CLOSED if due_at is None else late,
            priority=head.priority,
            connection=head.connection,
            parent=self.parent,
            is_parent_gone=self.is_gone,
            owner=head.owner.removeprefix("user:"),
            tickets=len(self.standing),
            clients=len({key_of(one) for one in self.standing}),
            declared_by=head.declared_by.removeprefix("user:"),
            declared_at=head.declared_at,
            told_at=self.told_at,
            due_at=due_at,
            closed_at=head.closed_at,
            said=None if head.said is None else safe(head.said, self.others),
        )


def wholes(tx: Tx, where: ColumnElement[bool], scope: Scope | None) -> list[Whole]:
    """Return major incidents; in a scope those under which a ticket of it stands, with no other ticket of theirs.

    Args:
        tx: Any transaction.
        where: Which of the table of incidents.
        scope: The scope.
    """
    joined = incidents.join(sources, sources.c.id == _I.source_id).outerjoin(outbox, _O.id == _I.write_id)
    heads = [Head(*row) for row in tx.execute(select(*_HEAD).select_from(joined).where(where).order_by(_I.id))]
    if not (ids := [one.id for one in heads]):
        return []
    links: defaultdict[int, list[Link]] = defaultdict(list)
    query = select(_L.incident_id, *(_L[name] for name in Link._fields)).where(_L.incident_id.in_(ids))
    for number, *link in tx.execute(query.order_by(_L.id)):
        links[number].append(Link(*link))
    tickets = _tickets(tx, heads, links)
    seen = None if scope is None else _seen(tx, {link.ticket_id for each in links.values() for link in each}, scope)
    told: defaultdict[int, list[Update]] = defaultdict(list)
    for one in updates(tx, _U.incident_id.in_(ids)):
        told[one.incident_id].append(one)
    parents = {} if scope is not None else _parents(tx, heads)
    found = []
    for head in heads:
        mine = [one for one in tickets[head.id] if seen is None or one.local_id in seen]
        if seen is not None and not any(one.state is not TicketState.OUT for one in mine):
            continue
        keys, readers = {key_of(one) for one in mine}, _readers(tickets[head.id])
        number, local_id, is_gone = parents.get(head.id, (None, None, False))
        found.append(
            Whole(
                head, number, local_id, is_gone, tuple(mine),
                tuple(link for link in links[head.id] if seen is None or link.ticket_id in seen),
                tuple(told[head.id]), readers, tuple(one for one in readers if one.key not in keys),
            )
        )  # fmt: skip
    return found


def incident(tx: Tx, number: int, scope: Scope | None = None) -> Whole:
    """Return a major incident.

    Raises:
        NotFoundLocallyError: There is none of that number, or the scope does not let it through.
    """
    for one in wholes(tx, _I.id == number, scope):
        return one
    raise NotFoundLocallyError(f"There is no incident {number}.", hint="servicedesk incidents list --all shows them.")


_HEAD: Final = (
    _I.id, _I.source_id, sources.c.name, PARENT, _I.title, _I.priority, _I.owner, _I.every_s, _I.declared_by,
    _I.declared_at, _I.closed_by, _I.closed_at, _I.said,
    _I.write_id, _O.state,
)  # fmt: skip


def _tickets(tx: Tx, heads: Sequence[Head], links: dict[int, list[Link]]) -> dict[int, list[UnderIncident]]:
    all_of = {link.ticket_id for each in links.values() for link in each}
    rows = rows_by_id(tx, all_of)
    query = select(_T.local_id, _T.gone_at.is_not(None), is_merged(), _T.problem_ref).where(_T.local_id.in_(all_of))
    more = {local_id: tuple(rest) for local_id, *rest in tx.execute(query)}
    told = _told(tx, [one.id for one in heads])
    parents = {one.id: (one.connection, one.parent_ref) for one in heads}
    found: defaultdict[int, list[UnderIncident]] = defaultdict(list)
    for number, several in links.items():
        newest = {link.ticket_id: link for link in several}
        for ticket_id, link in newest.items():
            row, (is_gone, merged, problem_ref) = rows[ticket_id], more[ticket_id]
            found[number].append(
                UnderIncident(
                    local_id=ticket_id,
                    connection=row.connection,
                    external_id=row.external_id,
                    ticket=row.ticket,
                    title=row.title,
                    company_ref=row.company_ref,
                    company=row.company,
                    created_at=row.created_at,
                    state=_state(link, is_open=row.is_open, is_gone=is_gone, is_merged=merged),
                    linked_by=link.linked_by.removeprefix("user:"),
                    linked_at=link.linked_at,
                    told_at=told.get((number, ticket_id)),
                    at_vendor=(row.connection, problem_ref or "") == parents[number],
                )
            )
    return found


def _state(link: Link, *, is_open: bool, is_gone: bool, is_merged: bool) -> TicketState:
    if link.unlinked_at is not None:
        return TicketState.OUT
    if is_merged:
        return TicketState.MERGED
    if is_gone:
        return TicketState.GONE
    return TicketState.OPEN if is_open else TicketState.CLOSED


def _told(tx: Tx, ids: Sequence[int]) -> dict[tuple[int, int], datetime]:
    joined = incident_notes.join(incident_updates, _U.id == _N.update_id).join(outbox, _O.id == _N.write_id)
    query = select(_U.incident_id, _N.ticket_id, func.max(_O.finished_at)).select_from(joined)
    which = (_U.incident_id.in_(ids), _N.is_public, _O.state.in_(THERE))
    grouped = query.where(*which).group_by(_U.incident_id, _N.ticket_id)
    return {(number, ticket): at for number, ticket, at in tx.execute(grouped)}


def told_on(tx: Tx, number: int, tickets: Collection[int]) -> dict[int, datetime]:
    """Return the updates of an incident that tickets had notes of, each with when the last of these was there."""
    joined = incident_notes.join(incident_updates, _U.id == _N.update_id).join(outbox, _O.id == _N.write_id)
    which = (_U.incident_id == number, _N.ticket_id.in_(tickets), _N.is_public, _O.state.in_(THERE))
    query = select(_U.id, func.max(_O.finished_at)).select_from(joined).where(*which).group_by(_U.id)
    return dict(map(tuple, tx.execute(query)))


def _seen(tx: Tx, ids: Collection[int], scope: Scope) -> frozenset[int]:
    return frozenset(tx.execute(select(_T.local_id).where(_T.local_id.in_(ids), *in_scope(tx, scope))).scalars())


def _parents(tx: Tx, heads: Sequence[Head]) -> dict[int, tuple[str, int, bool]]:
    columns = (_T.source_id, _T.external_id, _T.number, _T.local_id, _T.gone_at.is_not(None))
    refs = [one.parent_ref for one in heads if one.parent_ref is not None]
    # The index that finds an id begins with the connection.
    which = (_T.source_id.in_({one.source_id for one in heads}), _T.external_id.in_(refs))
    rows = {(source, ref): rest for source, ref, *rest in tx.execute(select(*columns).where(*which))}
    found = {}
    for one in heads:
        if (row := rows.get((one.source_id, one.parent_ref))) is not None:
            number, local_id, is_gone = row
            found[one.id] = (number or one.parent_ref or "", local_id, bool(is_gone))
    return found


def key_of(one: UnderIncident | TicketRow) -> tuple[str, str]:
    """Return what tells a ticket's client from others; one whose client is not known is by itself."""
    return one.connection, one.company_ref or f"ticket {one.external_id}"


def readers_of(tx: Tx, number: int) -> tuple[Reader, ...]:
    """Return the clients whose tickets stand, or stood, under an incident."""
    query = select(_L.ticket_id).where(_L.incident_id == number).distinct()
    return _readers(rows_by_id(tx, tx.execute(query).scalars().all()).values())


def _readers(tickets: Iterable[UnderIncident | TicketRow]) -> tuple[Reader, ...]:
    names: dict[tuple[str, str], str] = {}
    numbers: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
    for one in tickets:
        names[key_of(one)] = one.company or ""
        numbers[key_of(one)].add(one.ticket)
    return tuple(Reader(key, name, frozenset(numbers[key])) for key, name in names.items())


def stands_under(tx: Tx, ids: Collection[int]) -> dict[int, int]:
    """Return the open incidents under which tickets stand, by the desk's own numbers."""
    joined = select(_L.ticket_id, _L.incident_id).join(incidents, _I.id == _L.incident_id)
    return dict(map(tuple, tx.execute(joined.where(OPEN, STANDS, _L.ticket_id.in_(ids)))))


def moves_of(tx: Tx, ticket_id: int) -> Iterator[tuple[datetime, str, str]]:
    """Yield when a ticket was put under an incident or taken out, by whom, and that in words."""
    query = select(_L.incident_id, *(_L[name] for name in Link._fields)).where(_L.ticket_id == ticket_id)
    for number, *row in tx.execute(query.order_by(_L.id)):
        link = Link(*row)
        yield link.linked_at, link.linked_by, f"put under incident {number}"
        if link.unlinked_at is not None:
            yield link.unlinked_at, link.unlinked_by or "", f"taken out of incident {number}"


def under(ticket_id: int) -> ColumnElement[bool]:
    """Return that a ticket stands, or stood until it was closed, under an incident, or is its parent."""
    linked = select(_L.incident_id).where(_L.ticket_id == ticket_id, STANDS)
    made = (
        select(_I.id)
        .outerjoin(outbox, _O.id == _I.write_id)
        .join(RECORDS["tickets"], and_(_T.source_id == _I.source_id, _T.external_id == PARENT))
    )
    return _I.id.in_(linked.union(made.where(_T.local_id == ticket_id)))


def own_companies(tx: Tx, source_id: int) -> list[str]:
    """Return the vendor's ids of our own company at a connection."""
    query = select(_C.external_id).where(_C.source_id == source_id, _C.is_own, _C.gone_at.is_(None))
    return list(tx.execute(query.order_by(_C.external_id)).scalars())


def own_company(tx: Tx, connection: str) -> str:
    """Return the vendor's id of our own company, whose tickets no client reads.

    Raises:
        WriteError: The store holds none, or several.
    """
    refs = own_companies(tx, id_of(tx, connection))
    if len(refs) == 1:
        return refs[0]
    if refs:
        hint = "Make the ticket that it stands under, and name it with --parent."
        raise WriteError(f"{connection} has {len(refs)} companies of our own.", hint=hint)
    message = f"{connection} has no company of our own, so a client would read the ticket that it stands under."
    hint = f"Read companies: servicedesk sync {connection} --only companies. Where the vendor marks none, say which "
    hint += "one it is in the mapping of the connection (is_own)."
    raise WriteError(message, hint=hint)


def client_wrote(tx: Tx, ids: Collection[int]) -> dict[int, datetime]:
    """Return when the clients of tickets wrote last, by the desk's own numbers."""
    joined = RECORDS["notes"].join(
        RECORDS["tickets"], and_(_T.source_id == _W.source_id, _T.external_id == _W.ticket_ref)
    )
    query = select(_T.local_id, func.max(_W.created_at)).select_from(joined).where(_T.local_id.in_(ids))
    theirs = (_W.author_type == ActorType.CUSTOMER.value, _W.gone_at.is_(None), _W.created_at.is_not(None))
    return {local_id: from_us(at) for local_id, at in tx.execute(query.where(*theirs).group_by(_T.local_id))}


def parent_of(tx: Tx, ticket: str, connection: str | None) -> TicketRow:
    """Return a ticket that can stand above those of clients.

    Raises:
        NotFoundLocallyError: There is none.
        WriteError: It is closed, or a client reads it.
    """
    row = found(tx, ticket, connection, None).row
    if row.company_ref not in own_companies(tx, id_of(tx, row.connection)):
        message = f"{row.ticket} is of {row.company or 'no company'}, and an incident stands under a ticket of our own."
        raise WriteError(message, hint="Name one of our own company, or none: then one is made.")
    if not row.is_open:
        raise WriteError(f"{row.ticket} is {row.status or 'done'}.", hint="Name one that is open, or none.")
    return row
