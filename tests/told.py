"""What the desk itself keeps of a ticket beside its records: promises, hand-offs, pages, choices of who takes it."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection as Tx
from sqlalchemy import Table, insert

from servicedesk_core.store.schema import (
    assignments,
    client_promises,
    escalation_handoffs,
    escalation_steps,
    pages,
    quality_concerns,
    repeat_decisions,
    shift_log,
    snoozes,
    staff_messages,
)


def tell(tx: Tx, *, ticket: int, source: int, ref: str, word: str, technician: str, at: datetime) -> None:
    """Keep something of every kind about a ticket.

    Args:
        tx: A transaction that writes.
        ticket: The desk's own number of it.
        source: The source that it is of.
        ref: The vendor's id.
        word: Stands in every text.
        technician: The vendor's id of somebody.
        at: The present instant.
    """
    for table, values in _rows(at, ticket=ticket, source=source, ref=ref, word=word, technician=technician):
        tx.execute(insert(table).values(**values))


def _rows(
    at: datetime, *, ticket: int, source: int, ref: str, word: str, technician: str
) -> Iterator[tuple[Table, Any]]:
    hour = timedelta(hours=1)
    of_ticket, named = {"ticket_id": ticket}, {"source_id": source, "ticket_ref": ref}
    for due_at in (at - hour, at + hour):
        yield (
            client_promises,
            {**of_ticket, "what": "call", "text": word, "due_at": due_at, "by": "ana", "at": at - hour},
        )
    yield snoozes, {**of_ticket, "until": at + hour, "reason": word, "by": "ana", "at": at - hour}
    yield shift_log, {**of_ticket, "text": word, "by": "ana", "at": at - hour}
    handed = {"tier": "2", "tried": word, "findings": word, "mood": "annoyed", "actor": "user:ana"}
    yield escalation_handoffs, {**of_ticket, **handed, "from_technician_ref": technician, "at": at - hour}
    step = {"clock": "triage", "cycle": 1, "step": "75 %", "plan": "urgent", "outcome": "fired"}
    yield escalation_steps, {**of_ticket, **step, "due_at": at - hour, "at": at - hour}
    for state in ("ringing", "acknowledged", "over"):
        page = {"key": f"{word}:{state}", "subject": word, "text": word, "state": state, "rung": 1, "why": word}
        yield pages, {**of_ticket, **page, "opened_at": at - hour, "next_at": at + hour}
    for state in ("waiting", "sent", "dropped"):
        told = {"key": f"{word}:{state}", "recipient": "ana", "is_urgent": True, "subject": word, "text": word}
        yield staff_messages, {**of_ticket, **told, "state": state, "created_at": at - hour, "next_at": at + hour}
    chosen = {"actor": "user:ana", "technician_ref": technician, "recommended_ref": technician, "reason": word}
    yield (
        assignments,
        {**named, **chosen, "write_id": 1_000_000 + ticket, "at": at - hour, "ranking": (), "refused": ()},
    )
    concern = {"about": word, "owner": "ana", "due_on": at.date(), "opened_at": at - hour, "opened_by": "user:ana"}
    yield quality_concerns, {**named, **concern}
    repeat = {"follow_up_ref": ref, "is_repeat": True, "author": "user:ana", "reason": word}
    yield repeat_decisions, {**named, **repeat, "at": at - hour}
