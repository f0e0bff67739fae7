"""What automatic acts proposed: why, what they rejected, and under which standing approval it was approved."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, func, select

from servicedesk_core.domain.writing import WriteState
from servicedesk_core.store.outbox.model import WRITES, StoredWrite
from servicedesk_core.store.rows import Rows
from servicedesk_core.store.schema import outbox, outbox_automatic
from servicedesk_core.store.schema.writing import UNFINISHED as IS_UNFINISHED
from servicedesk_core.store.upserting import put


@dataclass(frozen=True, slots=True)
class Automatic:
    """What is kept of a write that an automatic act proposed: a row of the table."""

    write_id: int
    act: str
    facts: dict[str, list[str]]
    reasons: tuple[str, ...]
    rejected: tuple[str, ...]
    approval: str | None = None
    version: int | None = None
    run: str | None = None
    approved_at: datetime | None = None


_ROWS: Final = Rows(Automatic, outbox_automatic)


def keep(tx: Connection, one: Automatic) -> None:
    """Keep what an automatic act says of its write, in place of what it said before."""
    put(tx, outbox_automatic, _ROWS.values(one))


def of(tx: Connection, number: int) -> Automatic | None:
    """Return what is kept of a write; ``None`` = no automatic act proposed it."""
    return _ROWS.one(tx, _ROWS.select().where(outbox_automatic.c.write_id == number))


def approved_since(tx: Connection, approval: str, since: datetime) -> int:
    """Return how many writes were approved under a standing approval since an instant."""
    c = outbox_automatic.c
    query = select(func.count()).where(c.approval == approval, c.approved_at >= since)
    return int(tx.execute(query).scalar_one())


def sent_since(tx: Connection, approval: str, since: datetime, *, without: int) -> list[datetime]:
    """Return when writes that were approved under a standing approval were sent since an instant, the oldest first."""
    query = (
        select(outbox.c.sent_at)
        .join(outbox_automatic, outbox_automatic.c.write_id == outbox.c.id)
        .where(outbox_automatic.c.approval == approval, outbox.c.sent_at >= since, outbox.c.id != without)
        .order_by(outbox.c.sent_at)
    )
    return list(tx.execute(query).scalars())


def largest_run(tx: Connection, approval: str, since: datetime) -> int:
    """Return how many writes one run had approved at most since an instant."""
    c = outbox_automatic.c
    query = select(func.count().label("many")).where(c.approval == approval, c.approved_at >= since).group_by(c.run)
    return int(tx.execute(select(func.coalesce(func.max(query.subquery().c.many), 0))).scalar_one())


def last_use(tx: Connection, approval: str) -> datetime | None:
    """Return when a write was last approved under a standing approval."""
    query = select(func.max(outbox_automatic.c.approved_at)).where(outbox_automatic.c.approval == approval)
    return tx.execute(query).scalar_one_or_none()


def queued(tx: Connection, approval: str) -> list[StoredWrite]:
    """Return what was approved under a standing approval and is not sent yet."""
    query = WRITES.select().join(outbox_automatic, outbox_automatic.c.write_id == outbox.c.id)
    query = query.where(IS_UNFINISHED, outbox.c.state == WriteState.QUEUED, outbox_automatic.c.approval == approval)
    return WRITES.all(tx, query.order_by(outbox.c.id))


def newest(tx: Connection, approval: str, limit: int = 50) -> list[Automatic]:
    """Return what was approved last under a standing approval, the newest first."""
    c = outbox_automatic.c
    query = _ROWS.select().where(c.approval == approval).order_by(c.approved_at.desc(), c.write_id.desc())
    return _ROWS.all(tx, query.limit(limit))


def of_all(tx: Connection, numbers: Sequence[int]) -> dict[int, Automatic]:
    """Return what is kept of some writes, by their numbers."""
    query = _ROWS.select().where(outbox_automatic.c.write_id.in_(numbers))
    return {one.write_id: one for one in _ROWS.all(tx, query)}
