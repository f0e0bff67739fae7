"""Which tickets are snoozed: kept by the desk's own number of them, so that a sync changes nothing about it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, delete

from servicedesk_core.store.rows import Rows
from servicedesk_core.store.schema import snoozes
from servicedesk_core.store.upserting import put


@dataclass(frozen=True, slots=True)
class Snooze:
    """A ticket that nobody need look at for a while.

    Attributes:
        ticket_id: The desk's own number of the ticket.
        until: When it comes back.
        reason: Why.
        by: Who said so, as an actor's name.
        at: When.
    """

    ticket_id: int
    until: datetime
    reason: str
    by: str
    at: datetime


_ROWS: Final = Rows(Snooze, snoozes)


def snoozed(tx: Connection, at: datetime) -> dict[int, Snooze]:
    """Return what is put off at an instant, by the desk's own number of the ticket, whoever has written since."""
    rows = _ROWS.all(tx, _ROWS.select().where(snoozes.c.until > at))
    return {one.ticket_id: one for one in rows}


def keep(tx: Connection, one: Snooze) -> None:
    """Snooze a ticket, in place of what was said before; what has come back is forgotten."""
    tx.execute(delete(snoozes).where(snoozes.c.until <= one.at))
    put(tx, snoozes, _ROWS.values(one))


def wake(tx: Connection, ticket_id: int, at: datetime) -> bool:
    """Wake a ticket, and return whether it slept."""
    sleeping = snoozes.c.ticket_id == ticket_id, snoozes.c.until > at
    return tx.execute(delete(snoozes).where(*sleeping)).rowcount > 0
