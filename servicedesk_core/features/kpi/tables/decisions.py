"""What people said of repeat service."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, insert, select

from servicedesk_core.features.kpi.cases.facts import Key
from servicedesk_core.store import Tx, sources
from servicedesk_core.store.schema import repeat_decisions


@dataclass(frozen=True, slots=True)
class Decision:
    """What somebody said of two tickets."""

    is_repeat: bool
    at: datetime
    author: str
    reason: str


def decisions(tx: Tx) -> Mapping[tuple[Key, Key], Decision]:
    """Return what was said last of each pair: of the first ticket, and of the one that came after it."""
    c, names = repeat_decisions.c, {one.id: one.name for one in sources.all(tx)}
    query = select(c.source_id, c.ticket_ref, c.follow_up_ref, c.is_repeat, c.at, c.author, c.reason)
    return {
        ((names[source], first), (names[source], later)): Decision(*said)
        for source, first, later, *said in tx.execute(query)
    }


def decide(tx: Tx, source_id: int, first: str, later: str, said: Decision) -> None:
    """Keep what somebody said of two tickets, in place of what was said of them before.

    A ticket follows one other only: what was confirmed of it with another one is taken back.
    """
    c = repeat_decisions.c
    of_later = c.source_id == source_id, c.follow_up_ref == later
    tx.execute(delete(repeat_decisions).where(*of_later, c.ticket_ref == first))
    if said.is_repeat:
        tx.execute(delete(repeat_decisions).where(*of_later, c.is_repeat))
    tx.execute(
        insert(repeat_decisions).values(
            source_id=source_id,
            ticket_ref=first,
            follow_up_ref=later,
            is_repeat=said.is_repeat,
            at=said.at,
            author=said.author,
            reason=said.reason,
        )
    )
