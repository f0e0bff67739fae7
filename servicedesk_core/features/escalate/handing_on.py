"""Tickets that were handed on to another tier: what was said of them, and what has become of that."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from sqlalchemy import insert, select

from servicedesk_core.business_time import Calendar
from servicedesk_core.features.definitions import CALENDARS, in_force
from servicedesk_core.features.escalate.kinds import TIERS, Tier
from servicedesk_core.features.escalate.model import HandOff
from servicedesk_core.store import Tx
from servicedesk_core.store.fields import optional_instant, to_us
from servicedesk_core.store.queries import names
from servicedesk_core.store.queries.scope import Scope, Sight
from servicedesk_core.store.schema import RECORDS, escalation_handoffs

_H: Final = escalation_handoffs.c
_T: Final = RECORDS["tickets"].c
_WORK: Final = {"time_entry", "tech_note_public", "tech_note_internal", "appointment_booked"}
"""What of a ticket's history shows that somebody of the tier works on it."""


def tiers(tx: Tx, now: datetime) -> dict[str, Tier]:
    """Return the tiers in force, by name."""
    return {one.name: one for one in in_force(tx, TIERS, now)}


def keep(tx: Tx, row: Mapping[str, Any]) -> None:
    """Keep a hand-off: in the transaction that proposes it."""
    tx.execute(insert(escalation_handoffs).values(**row))


def hand_offs(tx: Tx, now: datetime, zone: str, scope: Scope | None) -> list[HandOff]:
    """Return all hand-offs, the newest first, with the tier's clock and whether the ticket came back.

    Args:
        tx: Any transaction.
        now: The present instant.
        zone: The desk's.
        scope: What whoever asks may see.
    """
    known, calendar = tiers(tx, now), _hours(tx, now, zone)
    query = select(
        _T.local_id, _T.source_id, _T.external_id, _T.number, _T.title, _T.queue_ref, _T.is_open, _H.id, _H.tier,
        _H.from_queue_ref, _H.mood, _H.at, _H.actor,
    ).join(RECORDS["tickets"], _T.local_id == _H.ticket_id)  # fmt: skip
    if scope is not None:
        limits = [_T[field].in_(ids) for field, ids in scope.limits.items()]
        query = query.where(_T.source_id == Sight(tx, scope).source_id, *limits)
    return [_row(tx, row, known, calendar, now) for row in tx.execute(query.order_by(_H.id.desc()))]


def _hours(tx: Tx, now: datetime, zone: str) -> Calendar:
    """Return the hours in which tiers work: those of the only calendar, else all."""
    calendars = in_force(tx, CALENDARS, now)
    return calendars[0] if len(calendars) == 1 else Calendar(name="always", zone=zone, hours={"mon-sun": "00:00-24:00"})


def _row(tx: Tx, row: Any, known: Mapping[str, Tier], calendar: Calendar, now: datetime) -> HandOff:
    tier = known.get(row.tier)
    queues = names.find(tx, row.source_id, "queues", tier.queue) if tier is not None else []
    begun_at, came_back = _course(tx, row, queues)
    due_at = calendar.add(row.at, tier.within) if tier is not None and tier.within is not None else None
    waits = row.is_open and begun_at is None and not came_back
    return HandOff(
        number=row.id,
        ticket=row.number or row.external_id,
        title=row.title or "",
        tier=row.tier,
        at=row.at,
        by=row.actor.partition(" via ")[0].removeprefix("user:"),
        mood=row.mood,
        due_at=due_at,
        begun_at=begun_at,
        is_late=due_at is not None and (begun_at or (now if waits else row.at)) > due_at,
        is_bounced=came_back,
    )


def _course(tx: Tx, row: Any, queues: list[str]) -> tuple[datetime | None, bool]:
    """Return when the tier began with a ticket, and whether it was given back to where it came from."""
    e = RECORDS["ticket_events"].c
    mine = (e.source_id == row.source_id, e.ticket_ref == row.external_id, e.gone_at.is_(None))
    query = select(e.type, e.effective_at, e.after).where(*mine, e.effective_at > to_us(row.at))
    begun: datetime | None = None
    was_there = False
    for kind, at, after in tx.execute(query.order_by(e.effective_at, e.source_seq)):
        told = json.loads(after or "{}")
        if kind == "queue_changed":
            if was_there and told.get("queue_ref") == row.from_queue_ref:
                return begun, True
            was_there = was_there or told.get("queue_ref") in queues
        elif begun is None and (kind in _WORK or told.get("status_category") == "in_progress"):
            begun = optional_instant(at)
    return begun, False
