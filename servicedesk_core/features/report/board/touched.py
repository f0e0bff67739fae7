"""Of which tickets the changes feed tells that something about them may be another than it was."""

from dataclasses import dataclass, field
from typing import Any, Final

import orjson
from sqlalchemy import and_, func, or_, select

from servicedesk_core.features.sla import PLACES, touched
from servicedesk_core.store import Tx, bulk
from servicedesk_core.store.schema import changes

MOST: Final = 20_000
"""So many changes take longer than to begin anew."""

_C: Final = changes.c
_OF_TICKETS: Final = frozenset({"tickets", "ticket_events", "notes", "time_entries", "appointments"})
_OF_EVERYBODY: Final = frozenset({"queues"})
"""Whose records decide over any ticket."""
_NAMING: Final = frozenset({"companies", "sites", "technicians", "contacts"})
"""By whose names tickets are chosen."""


@dataclass(slots=True)
class News:
    """What the feed tells.

    Attributes:
        tickets: The desk's own numbers of the tickets that are to be looked at again.
        is_too_much: Whether everything is.
        names: Whether tickets may be meant by other names.
        visits: Whether appointments are other ones.
    """

    tickets: set[int] = field(default_factory=set)
    is_too_much: bool = False
    names: bool = False
    visits: bool = False


def news(tx: Tx, after: int, judged: tuple[int, int]) -> News:
    """Return what the feed tells after a position; where it forgot some of that already, everything may have changed.

    Args:
        tx: A transaction.
        after: The position.
        judged: Up to which changes clocks were judged then, and are by now: what lies between is told once more.
    """
    is_told = or_(_C.seq > after, and_(_C.seq > judged[0], _C.seq <= judged[1]))
    oldest = tx.execute(select(func.min(_C.seq))).scalar_one()
    columns = _C.entity, _C.local_id, _C.source_id, _C.kind, _C.changed_fields, _C.states
    rows = tx.execute(select(*columns).where(is_told).order_by(_C.seq).limit(MOST)).all()
    found = News(is_too_much=len(rows) == MOST or (oldest or 0) > min(after, *judged) + 1)
    if found.is_too_much:
        return found
    left: dict[int, set[str]] = {}
    places: dict[str, set[int]] = {}
    for entity, local_id, source_id, kind, fields, states in rows:
        found.is_too_much |= entity in _OF_EVERYBODY
        found.is_too_much |= entity == "technicians" and (kind == "created" or "is_system" in fields)
        found.names |= entity in _NAMING
        found.visits |= entity == "appointments"
        if entity in PLACES:
            places.setdefault(entity, set()).add(local_id)
        if entity in _OF_TICKETS and "ticket_ref" in fields:
            left.setdefault(source_id, set()).update(_before(orjson.loads(states or "{}")))
    if not found.is_too_much:
        found.tickets |= touched(tx, {(row[0], row[1]) for row in rows if row[0] in _OF_TICKETS})
        found.tickets |= _tickets_of(tx, left, places)
    return found


def _before(states: dict[str, Any]) -> set[str]:
    """Return the tickets that a record was of before."""
    ref, refs = states.get("ticket_ref"), states.get("ticket_refs")
    return {one for one in (*(ref or ())[:1], *((refs or ((),))[0] or ())) if one}


def _tickets_of(tx: Tx, left: dict[int, set[str]], places: dict[str, set[int]]) -> set[int]:
    found: set[int] = set()
    for source_id, refs in left.items():
        found.update(row[0] for row in bulk.select_in(tx, _BY_REF, source_id, refs))
    for stream, ids in places.items():
        query = (
            f"SELECT t.local_id FROM tickets t JOIN {stream} p ON p.source_id = t.source_id "  # noqa: S608  # our words
            f"AND p.external_id = t.{PLACES[stream]} WHERE p.local_id IN {{values}} AND t.is_open AND t.gone_at IS NULL"
        )
        found.update(row[0] for row in bulk.select_in(tx, query, None, ids))
    return found


_BY_REF: Final = "SELECT local_id FROM tickets WHERE source_id = {source} AND external_id IN {values}"
