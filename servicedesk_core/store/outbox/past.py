"""What was sent before: how much, what to the same thing, and which of the vendor's ids are taken."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, bindparam, func, select

from servicedesk_core.domain.comparing import same
from servicedesk_core.domain.writing import AT_VENDOR, WriteState
from servicedesk_core.store.outbox.model import WRITES, StoredWrite
from servicedesk_core.store.schema import outbox, outbox_automatic, outbox_history

_BY_RULE: Final = (
    select(outbox_automatic.c.write_id)
    .where(
        outbox_automatic.c.write_id == outbox.c.id,
        outbox_automatic.c.approval.is_not(None),
        func.coalesce(outbox.c.decided_by, "").startswith("rule "),
    )
    .exists()
)
"""What was approved under a standing approval, which has limits of its own, and by no person after that was withdrawn.
"""

_SENT_SINCE: Final = select(func.count()).where(
    outbox.c.connection == bindparam("name"), outbox.c.sent_at >= bindparam("since"), ~_BY_RULE
)


def lately(tx: Connection, write: StoredWrite, since: datetime) -> list[StoredWrite]:
    """Return what was sent to the same aggregate since an instant, oldest first, without the write itself."""
    query = WRITES.select().where(
        outbox.c.connection == write.connection,
        outbox.c.aggregate == write.aggregate,
        outbox.c.sent_at >= since,
        outbox.c.id != write.id,
        outbox.c.state != WriteState.REJECTED,
    )
    return WRITES.all(tx, query.order_by(outbox.c.sent_at, outbox.c.id))


def cause_of(tx: Connection, write: StoredWrite, theirs: Mapping[str, Any]) -> int | None:
    """Return the number of our own later write that made the vendor show all the other values that a write met.

    Args:
        tx: Any transaction.
        write: The write that met them.
        theirs: Field to the value that the vendor shows instead.
    """
    read_at = min(write.proposed_at, write.base_modified_at or write.proposed_at)
    query = WRITES.select().where(
        outbox.c.connection == write.connection,
        outbox.c.aggregate == write.aggregate,
        outbox.c.id != write.id,
        outbox.c.state.in_(AT_VENDOR),
        outbox.c.sent_at >= read_at,
    )
    for one in WRITES.all(tx, query.order_by(outbox.c.sent_at.desc(), outbox.c.id.desc())):
        if theirs.keys() <= one.values.keys() and all(
            same(one.values[field], shown) for field, shown in theirs.items()
        ):
            return one.id
    return None


def earlier(tx: Connection, write: StoredWrite, *, limit: int = 3) -> list[tuple[str, str, str | None]]:
    """Return key, reference and parent of the latest other writes of the same kind that the vendor certainly has."""
    query = (
        select(outbox.c.key, outbox.c.ref, outbox.c.parent)
        .where(
            outbox.c.connection == write.connection,
            outbox.c.kind == write.kind,
            outbox.c.id != write.id,
            outbox.c.state.in_(AT_VENDOR),
            outbox.c.sent_at.is_not(None),
            outbox.c.ref.is_not(None),
        )
        .order_by(outbox.c.sent_at.desc())
        .limit(limit)
    )
    return [(key, ref, parent) for key, ref, parent in tx.execute(query)]


def sent_since(tx: Connection, connection: str, since: datetime) -> int:
    """Return how many writes of a connection were sent since an instant that people approved."""
    return int(tx.execute(_SENT_SINCE, {"name": connection, "since": since}).scalar_one())


def doubted_at(tx: Connection, write: StoredWrite) -> datetime | None:
    """Return when a write last became doubtful, by the desk's clock: its attempt had ended by then."""
    query = select(func.max(outbox_history.c.at)).where(
        outbox_history.c.write_id == write.id, outbox_history.c.after == WriteState.IN_DOUBT
    )
    return tx.execute(query).scalar_one_or_none()


def taken_refs(tx: Connection, write: StoredWrite) -> frozenset[str]:
    """Return the vendor's ids that belong to other writes of the same kind and parent."""
    query = select(outbox.c.ref).where(
        outbox.c.connection == write.connection,
        outbox.c.kind == write.kind,
        outbox.c.aggregate == write.aggregate,
        outbox.c.id != write.id,
        outbox.c.ref.is_not(None),
    )
    return frozenset(tx.execute(query).scalars())
