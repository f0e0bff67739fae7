"""How contact with clients is read."""

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime, timedelta
from functools import cache, partial
from typing import Final

from sqlalchemy import ColumnElement, and_, func, or_, select

from servicedesk_core.domain import Priority, QueueKind
from servicedesk_core.features.attention import Queues
from servicedesk_core.features.contact.kinds import CLIENT_CONTACT
from servicedesk_core.features.contact.model import ClientPromise, Silence
from servicedesk_core.features.contact.rules import limit_at, state_of
from servicedesk_core.features.definitions import CALENDARS, in_force
from servicedesk_core.features.tickets import HEARD, PROMISES, contacts, in_scope, rows_by_id, said_kept
from servicedesk_core.store import Tx
from servicedesk_core.store.fields import to_us
from servicedesk_core.store.queries.scope import Scope
from servicedesk_core.store.schema import RECORDS, client_promises

_P: Final = client_promises.c
_T: Final = RECORDS["tickets"].c
_N: Final = RECORDS["notes"].c
OPEN: Final = (_P.kept_at.is_(None), _P.withdrawn_at.is_(None))
"""Promises of which nobody has said that they are over; what was written may have kept them."""

_AT_ONCE: Final = 5_000
_WATCHED: Final = frozenset({QueueKind.ALERT, QueueKind.NOC})


def promises_of(
    tx: Tx, now: datetime, where: Sequence[ColumnElement[bool]] = (), scope: Scope | None = None
) -> Iterator[ClientPromise]:
    """Yield promises to clients with what became of them, what is due first, first.

    Args:
        tx: Any transaction.
        now: The instant.
        where: Which promises.
        scope: Only of tickets that it lets through.
    """
    own = select(_T.local_id).where(_T.local_id == _P.ticket_id, _T.gone_at.is_(None), *in_scope(tx, scope))
    which = and_(own.correlate(client_promises).exists(), *where)  # as a list of ids, SQLite walks all tickets first
    kept = PROMISES.all(tx, PROMISES.select().where(which).order_by(_P.due_at, _P.id))
    heard, rows = contacts(tx, which), rows_by_id(tx, {one.ticket_id for one in kept})
    for one in kept:
        row, contact_at = rows[one.ticket_id], heard.get(one.id)
        yield ClientPromise(
            number=one.id,
            ticket=row.ticket,
            connection=row.connection,
            title=row.title,
            company=row.company,
            assignee=row.assignee,
            what=one.what,
            text=one.text,
            due_at=one.due_at,
            state=state_of(one.due_at, contact_at, one.withdrawn_at, now),
            contact_at=contact_at,
            by=one.by.removeprefix("user:"),
        )


def awaited_on(tx: Tx, now: datetime, tickets: Collection[int]) -> tuple[ClientPromise, ...]:
    """Return what clients still wait for on some tickets, named by the desk's own numbers, what is due first, first."""
    if not tickets:
        return ()
    found = promises_of(tx, now, [*OPEN, _P.ticket_id.in_([*tickets])])
    return tuple(one for one in found if one.contact_at is None)


def awaited_before(tx: Tx, now: datetime, before: datetime, scope: Scope | None) -> tuple[ClientPromise, ...]:
    """Return what clients wait to hear by an instant, and what they should have heard, what is due first, first."""
    found = promises_of(tx, now, [*OPEN, _P.due_at < before], scope)
    return tuple(one for one in found if one.contact_at is None)


def silences(tx: Tx, now: datetime, where: Sequence[ColumnElement[bool]]) -> Iterator[Silence]:
    """Yield the tickets whose client has heard from nobody for too long; none where no rule says how long that is.

    Args:
        tx: Any transaction.
        now: The instant.
        where: Which tickets.
    """
    rule = next(iter(in_force(tx, CLIENT_CONTACT, now)), None)
    limits = [] if rule is None else [one for one in (*rule.limits.values(), rule.otherwise) if one is not None]
    if rule is None or not limits:
        return
    calendar = next((one for one in in_force(tx, CALENDARS, now) if one.name == rule.calendar), None)
    said, queues = {ticket: to_us(at) for ticket, at in said_kept(tx).items()}, Queues(tx)
    written = select(func.max(_N.created_at)).where(
        _N.source_id == _T.source_id, _N.ticket_ref == _T.external_id, *HEARD
    )
    heard = written.correlate(RECORDS["tickets"]).scalar_subquery()
    before = or_(_T.created_at.is_(None), _T.created_at < to_us(now - min(limits)))
    which = [] if rule.otherwise is not None else [_T.priority.in_([one.value for one in rule.limits])]
    columns = _T.local_id, _T.external_id, _T.source_id, _T.queue_ref, _T.priority, _T.created_at, heard
    query = select(*columns).where(_T.company_ref.is_not(None), before, *which, *where)
    kinds, now_us = cache(partial(queues.kind, at=now)), to_us(now)
    limits_us = {one.value: _us(rule.limit(one)) for one in Priority}
    otherwise_us = _us(rule.otherwise)
    rows = tx.execute(query, execution_options={"yield_per": _AT_ONCE})
    for local_id, external_id, source_id, queue_ref, word, created_us, noted_us in rows:
        if kinds(source_id, queue_ref) in _WATCHED:
            continue
        heard_us = max(noted_us or 0, said.get(local_id, 0)) or None
        since_us, limit_us = heard_us or created_us, limits_us.get(word, otherwise_us)
        if since_us is None or limit_us is None or since_us + limit_us >= now_us:  # open hours are fewer than all hours
            continue
        at_us = limit_at(limit_us, since_us, calendar)
        if at_us < now_us:
            yield Silence(local_id, external_id, word, heard_us, at_us)


def _us(duration: timedelta | None) -> int | None:
    return None if duration is None else duration // timedelta(microseconds=1)
