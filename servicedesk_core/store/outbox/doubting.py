"""What becomes doubtful without an answer: attempts that passed their end, and whatever a restored store had open."""

from datetime import datetime

from sqlalchemy import Connection

from servicedesk_core.domain.writing import WriteState
from servicedesk_core.processes import has_ended
from servicedesk_core.store import audit, leases
from servicedesk_core.store.outbox.changing import move
from servicedesk_core.store.outbox.model import WRITES, StoredWrite
from servicedesk_core.store.schema import outbox
from servicedesk_core.store.schema.writing import UNFINISHED as IS_UNFINISHED


def expire(tx: Connection, connection: str, *, actor: str, now: datetime) -> list[StoredWrite]:
    """Turn attempts without a result into doubts, when they passed their end or their sender has certainly ended.

    Args:
        tx: A write transaction, under the lease of the connection's sender.
        connection: Whose attempts.
        actor: Who does it.
        now: When.

    Returns:
        They, as they stand then.
    """
    query = WRITES.select().where(
        IS_UNFINISHED, outbox.c.connection == connection, outbox.c.state == WriteState.SENDING
    )
    present = leases.now(tx)
    under_way = WRITES.all(tx, query.order_by(outbox.c.id))
    why = "The attempt ended without a result: the sender was killed, asleep or overtaken."
    facts = {"error_code": "outcome_unknown", "error": why}
    return [
        move(tx, write, WriteState.IN_DOUBT, actor=actor, now=now, why=why, facts=facts)
        for write in under_way
        if write.standing.is_expired(present) or has_ended(write.standing.owner or "")
    ]


def distrust(tx: Connection, *, actor: str, now: datetime, why: str) -> int:
    """Put every unfinished write into doubt: after a restore or a move the store may be older than what was sent.

    Returns:
        How many.
    """
    audit.take_turn(tx)  # before looking: an attempt that begins at this moment is to be seen as what it is then
    states = (WriteState.PROPOSED, WriteState.QUEUED, WriteState.SENDING)
    query = WRITES.select().where(IS_UNFINISHED, outbox.c.state.in_(states)).order_by(outbox.c.id)
    writes = WRITES.all(tx, query)
    for write in writes:
        facts = {"sent_at": write.sent_at or write.proposed_at, "error": why}
        move(tx, write, WriteState.IN_DOUBT, actor=actor, now=now, why=why, facts=facts)
    return len(writes)
