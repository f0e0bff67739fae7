"""Which tickets are meant."""

from collections.abc import Collection
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import Connection, and_, func, or_, select, union_all

from servicedesk_core.domain import EventType, Priority, StatusCategory, TicketKind
from servicedesk_core.features.tickets.model import TicketFilter
from servicedesk_core.features.tickets.tables.sorting import WORKED_S
from servicedesk_core.store.fields import from_us, to_json, to_us
from servicedesk_core.store.queries.names import refers
from servicedesk_core.store.queries.scope import Scope, Sight, source_of
from servicedesk_core.store.schema import IS_OPEN, RECORDS, ticket_source
from servicedesk_core.wording import folded

_T = RECORDS["tickets"].c
_E: Final = RECORDS["ticket_events"].c
_OPENED: Final = tuple(one for one in StatusCategory if one.is_open)
_DONE: Final = tuple(one for one in StatusCategory if not one.is_open)

OPEN: Final[tuple[Any, ...]] = (_T.gone_at.is_(None), IS_OPEN)
"""The conditions of the index of open tickets."""


def conditions(
    tx: Connection, chosen: TicketFilter, scope: Scope | None = None, *, at: datetime | None = None
) -> list[Any]:
    """Return a filter, and a scope if there is one, as SQL restrictions on ``tickets``.

    Args:
        tx: Any transaction.
        chosen: The filter.
        scope: The scope.
        at: The instant at which clients are of the regions that it names; ``None`` = as was said last.

    Raises:
        NotFoundLocallyError: There is no such connection.
    """
    live = OPEN[:1] if chosen.everything else OPEN
    return [*live, *restrictions(tx, chosen, scope, at=at), *in_scope(tx, scope)]


def restrictions(
    tx: Connection, chosen: TicketFilter, scope: Scope | None = None, *, at: datetime | None = None
) -> list[Any]:
    """Return what a filter asks beside whether a ticket is there and open; raises like :func:`conditions`.

    A scope narrows what the filter names, such as a client, and not the tickets.
    """
    restrictions: list[Any] = []
    if chosen.connection is not None:
        restrictions.append(ticket_source == source_of(tx, chosen.connection, scope))
    if chosen.categories:
        known = _T.status_category.in_([str(category) for category in chosen.categories if category])
        restrictions.append(or_(known, _T.status_category.is_(None)) if chosen.unmapped_status else known)
    for column, stream, wanted in (
        (_T.queue_ref, "queues", chosen.queue),
        (_T.assignee_ref, "technicians", chosen.assignee),
        (_T.company_ref, "companies", chosen.company),
    ):
        if wanted:
            named = refers(
                tx, ticket_source, column, stream, wanted, begins=True, connection=chosen.connection, scope=scope
            )
            restrictions.append(named)
    if chosen.region:
        from servicedesk_core.features.clients import Regions  # noqa: PLC0415  # few lists ask for regions

        regions = Regions(tx, at, scope)
        restrictions.append(regions.lies_in(chosen.region, _T.source_id, _T.company_ref, _T.site_ref))
    for words, has in ((chosen.status, has_status), (chosen.kind, has_kind), (chosen.priority, has_priority)):
        if words:
            restrictions.append(or_(*map(has, words)))
    return restrictions + _instants(chosen) + _contents(tx, chosen)


def _stood_open(since: datetime) -> Any:
    """Return the condition that a ticket is open, or ended since an instant: each part has an index of its own."""
    ended = _T.resolved_at >= to_us(since), and_(_T.resolved_at.is_(None), _T.closed_at >= to_us(since))
    parts = (OPEN, *((_T.gone_at.is_(None), ~_T.is_open, one) for one in ended))
    return _T.local_id.in_(union_all(*(select(_T.local_id).where(*part).correlate(None) for part in parts)))


def was_reopened(since: datetime) -> Any:
    """Return the condition that a ticket was opened again since an instant, after it was done."""
    return select(_E.local_id).where(*_opened_again(since)).correlate(RECORDS["tickets"]).exists()


def reopened(tx: Connection, tickets: Collection[int], since: datetime) -> dict[int, datetime]:
    """Return when tickets were last opened again since an instant, after they were done; others are left out.

    Args:
        tx: Any transaction.
        tickets: The desk's own numbers of them: a few thousand at most.
        since: The instant.
    """
    query = select(_T.local_id, func.max(_E.effective_at)).where(_T.local_id.in_(tickets), *_opened_again(since))
    return {local_id: from_us(at) for local_id, at in tx.execute(query.group_by(_T.local_id))}


def _opened_again(since: datetime) -> tuple[Any, ...]:
    """Return what is true of a ticket's event by which it was opened again."""
    was, became = (
        or_(*(said.contains(to_json({"status_category": one.value})[1:-1], autoescape=True) for one in categories))
        for said, categories in ((_E.before, _DONE), (_E.after, _OPENED))
    )
    told = _E.gone_at.is_(None), _E.type == EventType.STATUS_CHANGED.value, _E.effective_at >= to_us(since)
    return _E.source_id == _T.source_id, _E.ticket_ref == _T.external_id, *told, was, became


def has_status(word: str) -> Any:
    """Return the condition that a word means a ticket's status; the empty text means one in no category."""
    return _meant(word, StatusCategory, _T.status_category, _T.status)


def has_kind(word: str) -> Any:
    """Return the condition that a word means a ticket's kind; the empty text means none."""
    return _meant(word, TicketKind, _T.kind, _T.kind_name)


def has_priority(word: str) -> Any:
    """Return the condition that a word means a ticket's priority; the empty text means none."""
    return _meant(word, Priority, _T.priority, _T.priority_name)


def begun(word: str, among: type[StrEnum]) -> list[str]:
    """Return those of our words that a word is or begins: itself alone where it is one."""
    wanted = folded(word)
    found = [one.value for one in among if folded(one).startswith(wanted)]
    return next(([one] for one in found if folded(one) == wanted), found)


def _meant(word: str, among: type[StrEnum], ours: Any, theirs: Any) -> Any:
    """Return the condition that a word is the vendor's or ours, or, where it is none of ours, how either begins."""
    if not word:
        return ours.is_(None)
    found, start = begun(word, among), word.strip()
    if [folded(one) for one in found] == [folded(word)]:
        return or_(ours == found[0], func.lower(theirs) == start.lower())
    # Twice, because SQLite folds the capitals of ASCII only.
    begins = theirs.istartswith(start, autoescape=True), theirs.startswith(start, autoescape=True)
    return or_(*begins, ours.in_(found))


def in_scope(tx: Connection, scope: Scope | None) -> list[Any]:
    """Return a scope as SQL conditions on ``tickets``; none without a scope."""
    return [] if scope is None else [Sight(tx, scope).require("tickets")]


def _instants(chosen: TicketFilter) -> list[Any]:
    conditions: list[Any] = []
    for column, since in (
        (_T.created_at, chosen.created_since),
        (_T.changed_at, chosen.updated_since),
        (_T.sla_due_at, chosen.sla_due_since),
    ):
        if since is not None:
            conditions.append(column >= to_us(since))
    for column, before in (
        (_T.created_at, chosen.created_before),
        (_T.last_activity_at, chosen.last_activity_before),
        (_T.due_at, chosen.due_before),
        (_T.sla_due_at, chosen.sla_due_before),
    ):
        if before is not None:
            conditions.append(column < to_us(before))
    return conditions


def _contents(tx: Connection, chosen: TicketFilter) -> list[Any]:
    conditions: list[Any] = []
    if chosen.no_sla_due:
        conditions.append(_T.sla_due_at.is_(None))
    if chosen.reopened_since is not None:
        conditions += [_stood_open(chosen.reopened_since), was_reopened(chosen.reopened_since)]
    if chosen.over_estimate:
        conditions += [_T.estimated_s > 0, _T.estimated_s < WORKED_S]
    if chosen.text:
        # SQLite's LIKE folds what its lower() would, and twice as fast.
        in_title = _T.title.contains if tx.dialect.name == "sqlite" else _T.title.icontains
        conditions.append(or_(in_title(chosen.text, autoescape=True), _T.number == chosen.text))
    return conditions
