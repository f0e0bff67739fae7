"""How contact with clients is read."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import ColumnElement, and_, func, select

from servicedesk_core.features.attention import Found
from servicedesk_core.features.contact.model import ClientPromise
from servicedesk_core.features.contact.rules import state_of
from servicedesk_core.features.tickets import HEARD, PROMISES, contacts, in_scope, rows_by_id, said_kept
from servicedesk_core.store import Tx
from servicedesk_core.store.fields import from_us
from servicedesk_core.store.queries.scope import Scope
from servicedesk_core.store.schema import RECORDS, client_promises

_P: Final = client_promises.c
_T: Final = RECORDS["tickets"].c
_N: Final = RECORDS["notes"].c
OPEN: Final = (_P.kept_at.is_(None), _P.withdrawn_at.is_(None))
"""Promises of which nobody has said that they are over; what was written may have kept them."""

_AT_ONCE: Final = 500
"""Tickets whose notes are looked up together."""


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
    own = select(_T.local_id).where(_T.gone_at.is_(None), *in_scope(tx, scope))
    which = and_(_P.ticket_id.in_(own), *where)
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


def heard_at(tx: Tx, tickets: Sequence[Found]) -> dict[int, datetime]:
    """Return when clients heard last from a person, by the desk's own number of the ticket; without who never did."""
    said = said_kept(tx)
    found = {one.state.local_id: said[one.state.local_id] for one in tickets if one.state.local_id in said}
    by_source: defaultdict[int, dict[str, int]] = defaultdict(dict)
    for one in tickets:
        by_source[one.state.source_id][one.state.external_id] = one.state.local_id
    for source_id, ids in by_source.items():
        refs = [*ids]
        for first in range(0, len(refs), _AT_ONCE):
            some = _N.source_id == source_id, _N.ticket_ref.in_(refs[first : first + _AT_ONCE])
            query = select(_N.ticket_ref, func.max(_N.created_at)).where(*some, *HEARD).group_by(_N.ticket_ref)
            for ref, at in tx.execute(query):
                if at is not None:
                    found[ids[ref]] = max(from_us(at), found.get(ids[ref], from_us(at)))
    return found
