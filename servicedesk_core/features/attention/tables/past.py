"""How tickets stood at an instant that is past: what happened since is undone, the newest first."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final

import orjson
from sqlalchemy import func, or_, select

from servicedesk_core.domain import EventType, StatusCategory
from servicedesk_core.features.attention.tables.facts import AT_ONCE, Around, Found, State
from servicedesk_core.features.attention.tables.people import Staff
from servicedesk_core.features.tickets import TicketFilter, conditions
from servicedesk_core.store import Tx
from servicedesk_core.store.fields import to_us
from servicedesk_core.store.queries.scope import Scope
from servicedesk_core.store.schema import RECORDS

_T = RECORDS["tickets"].c
_E = RECORDS["ticket_events"].c
_UNDONE: Final = (EventType.STATUS_CHANGED, EventType.PRIORITY_CHANGED, EventType.ASSIGNED, EventType.QUEUE_CHANGED)
_FIELDS: Final = ("status_category", "priority", "assignee_ref", "queue_ref")

Refs = tuple[int, str]
"""Source, and the vendor's id."""


def past_standings(
    tx: Tx,
    at: datetime,
    people: Staff,
    connection: str | None = None,
    *,
    scope: Scope | None = None,
    with_internal: bool = True,
) -> tuple[Iterator[Found], int]:
    """Return how tickets stood that were open then, and of how many that ended since nobody can say it.

    Promises are those that were known then; the vendor's due times are those that hold today, and tickets that it has
    no more are left out.

    Args:
        tx: Any transaction.
        at: The instant.
        people: Who could not act.
        connection: Only of this connection.
        scope: Only what it lets through.
        with_internal: With acts that only the staff may see.

    Raises:
        NotFoundLocallyError: There is no such connection.
    """
    since, before = to_us(at), _before(tx, at)
    moved = select(_E.ticket_ref).where(_E.source_id == _T.source_id, _E.ticket_ref == _T.external_id,
        _E.gone_at.is_(None), _E.effective_at > since, _E.type == EventType.STATUS_CHANGED.value)  # fmt: skip
    ended = func.coalesce(_T.resolved_at, _T.closed_at)
    query = select(*(_T[name] for name in State._fields), _T.is_open).where(
        *conditions(tx, TicketFilter(connection=connection, everything=True), scope),
        _T.created_at <= since,
        or_(_T.is_open, ended > since, moved.correlate(RECORDS["tickets"]).exists()),
    )
    states: list[State] = []
    unknown = 0
    for *values, is_open in tx.execute(query.order_by(_T.created_at, _T.local_id)):
        now = State(*values)
        undone = before.get((now.source_id, now.external_id), {})
        if not is_open and "status_category" not in undone:
            unknown += 1
        elif _is_open((then := now._replace(**undone)).status_category):
            states.append(then)
    around = Around(tx, at, people, with_internal=with_internal, is_past=True)
    pieces = (states[first : first + AT_ONCE] for first in range(0, len(states), AT_ONCE))
    return (one for piece in pieces for one in around.of(piece)), unknown


def _is_open(category: str | None) -> bool:
    return category is None or StatusCategory(category).is_open


def _before(tx: Tx, at: datetime) -> dict[Refs, dict[str, Any]]:
    """Return what fields of tickets were before everything that happened since."""
    query = select(_E.source_id, _E.ticket_ref, _E.before, _E.after).where(
        _E.gone_at.is_(None), _E.effective_at > to_us(at), _E.type.in_([kind.value for kind in _UNDONE])
    )
    found: defaultdict[Refs, dict[str, Any]] = defaultdict(dict)
    for source_id, ref, before, after in tx.execute(query.order_by(_E.effective_at.desc(), _E.source_seq.desc())):
        then, now = orjson.loads(before), orjson.loads(after)
        found[source_id, ref] |= {name: then.get(name) for name in _FIELDS if name in then or name in now}
    return found
