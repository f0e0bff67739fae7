"""The newest act of a client and of the desk on tickets: notes, time and events, but none of a machine."""

from collections.abc import Collection
from datetime import datetime
from typing import Final, NamedTuple

from servicedesk_core.store import Tx, bulk
from servicedesk_core.store.fields import from_us, optional_instant, to_us


class _Kind(NamedTuple):
    """Where acts are.

    Attributes:
        stream: The stream.
        at: When one took place.
        author: Column with the technician.
        kind: What the author was.
        condition: What is true of an act.
    """

    stream: str
    at: str
    author: str
    kind: str
    condition: str = "TRUE"

    @property
    def is_clients(self) -> str:
        """Condition of an act of the client."""
        return f"{self.kind} = 'customer'"

    @property
    def is_desks(self) -> str:
        """Condition of an act of a person of the desk.

        An account that no person stands behind writes what workflows and integrations do, ours among them.
        """
        return (
            f"{self.kind} = 'technician' AND NOT EXISTS (SELECT 1 FROM technicians t "  # noqa: S608  # our own words
            f"WHERE t.source_id = r.source_id AND t.external_id = r.{self.author} AND t.is_system)"
        )

    @property
    def acts(self) -> str:
        """Where they come from, of some tickets, up to an instant."""
        return (
            f"FROM {self.stream} r WHERE r.source_id = {{source}} AND r.ticket_ref IN {{values}} "
            f"AND r.gone_at IS NULL AND {self.condition} AND {self.at} <= {{{{until}}}}"
        )

    @property
    def newest(self) -> str:
        """The query for the newest acts by ticket: of the client, and of a person of the desk."""
        newest = f"MAX({self.at}) FILTER"
        return (
            f"SELECT r.ticket_ref, {newest} (WHERE {self.is_clients}), {newest} (WHERE {self.is_desks}) {self.acts} "
            "GROUP BY r.ticket_ref"
        )

    @property
    def between(self) -> str:
        """The query for all acts of a span: the ticket, when, and whether it is the client's."""
        return (
            f"SELECT r.ticket_ref, {self.at}, {self.is_clients} {self.acts} AND {self.at} > {{{{since}}}} "
            f"AND ({self.is_clients} OR ({self.is_desks}))"
        )


def _kinds(*, with_internal: bool) -> tuple[_Kind, ...]:
    notes, events = "r.is_system IS NOT TRUE", "r.type <> 'created'"
    if not with_internal:
        notes += " AND r.visibility = 'public'"
        events += " AND r.type <> 'tech_note_internal'"
    ended = "COALESCE(r.end_at, r.start_at, r.created_at)"
    return (
        _Kind("notes", "r.created_at", "author_ref", "r.author_type", notes),
        _Kind("time_entries", ended, "technician_ref", "'technician'"),
        _Kind("ticket_events", "r.effective_at", "actor_ref", "r.actor_type", events),
    )


_KINDS: Final = {with_internal: _kinds(with_internal=with_internal) for with_internal in (True, False)}

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
    for kind in _KINDS[with_internal]:
        until = kind.newest.replace("{{until}}", str(to_us(at)))
        for ref, client, desk in bulk.select_in(tx, until, source_id, tickets):
            known = found.get(ref, (0, 0))
            found[ref] = max(known[0], client or 0), max(known[1], desk or 0)
    return {
        ref: (optional_instant(one or None), optional_instant(other or None)) for ref, (one, other) in found.items()
    }


def acts_between(
    tx: Tx, source_id: int, tickets: Collection[str], since: datetime, until: datetime
) -> dict[str, list[tuple[datetime, bool]]]:
    """Return all acts of people in a span, by ticket: when, and whether it is the client's.

    Args:
        tx: Any transaction.
        source_id: The source of the tickets.
        tickets: Their ids.
        since: What came then or before is left out.
        until: What came later is left out.
    """
    found: dict[str, list[tuple[datetime, bool]]] = {}
    for kind in _KINDS[True]:
        query = kind.between.replace("{{until}}", str(to_us(until))).replace("{{since}}", str(to_us(since)))
        for ref, at, is_client in bulk.select_in(tx, query, source_id, tickets):
            found.setdefault(ref, []).append((from_us(at), bool(is_client)))
    return found
