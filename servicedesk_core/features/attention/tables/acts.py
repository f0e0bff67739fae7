"""The newest act of a client and of the desk on tickets: notes, time and events, but none of a machine."""

from collections.abc import Collection
from datetime import datetime
from typing import Final

from servicedesk_core.store import Tx, bulk
from servicedesk_core.store.fields import optional_instant, to_us


def _newest(stream: str, at: str, author: str, kind: str, condition: str = "TRUE") -> str:
    """Return the query for the newest acts by ticket: of the client, and of a person of the desk.

    An account that no person stands behind writes what workflows and integrations do, ours among them.

    Args:
        stream: Where the acts are.
        at: When one took place.
        author: Column with the technician.
        kind: What the author was.
        condition: What is true of an act.
    """
    return (
        f"SELECT r.ticket_ref, MAX({at}) FILTER (WHERE {kind} = 'customer'), "  # noqa: S608  # our own words
        f"MAX({at}) FILTER (WHERE {kind} = 'technician' AND NOT EXISTS (SELECT 1 FROM technicians t "
        f"WHERE t.source_id = r.source_id AND t.external_id = r.{author} AND t.is_system)) FROM {stream} r "
        f"WHERE r.source_id = {{source}} AND r.ticket_ref IN {{values}} AND r.gone_at IS NULL AND {condition} "
        f"AND {at} <= {{{{at}}}} GROUP BY r.ticket_ref"
    )


def _queries(*, with_internal: bool) -> tuple[str, ...]:
    notes, events = "r.is_system IS NOT TRUE", "r.type <> 'created'"
    if not with_internal:
        notes += " AND r.visibility = 'public'"
        events += " AND r.type <> 'tech_note_internal'"
    return (
        _newest("notes", "r.created_at", "author_ref", "r.author_type", notes),
        _newest("time_entries", "COALESCE(r.end_at, r.start_at, r.created_at)", "technician_ref", "'technician'"),
        _newest("ticket_events", "r.effective_at", "actor_ref", "r.actor_type", events),
    )


_QUERIES: Final = {with_internal: _queries(with_internal=with_internal) for with_internal in (True, False)}

Acts = tuple[datetime | None, datetime | None]
"""The newest act of the client, and of a person of the desk."""


def newest_acts(
    tx: Tx, source_id: int, tickets: Collection[str], at: datetime, *, with_internal: bool = True
) -> dict[str, Acts]:
    """Return the newest acts on tickets by their ids; one on which no person acted is left out.

    Args:
        tx: Any transaction.
        source_id: The source of the tickets.
        tickets: Their ids.
        at: What came later is not looked at.
        with_internal: With what only the staff may see; what is not known to be public is not.
    """
    found: dict[str, tuple[int, int]] = {}
    for query in _QUERIES[with_internal]:
        until = query.replace("{{at}}", str(to_us(at)))
        for ref, client, desk in bulk.select_in(tx, until, source_id, tickets):
            known = found.get(ref, (0, 0))
            found[ref] = max(known[0], client or 0), max(known[1], desk or 0)
    return {
        ref: (optional_instant(one or None), optional_instant(other or None)) for ref, (one, other) in found.items()
    }
