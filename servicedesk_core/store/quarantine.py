"""The quarantine: records that could not be mapped or stored, with their payload and the reason."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, func, select

from servicedesk_core.errors import NotFoundLocallyError
from servicedesk_core.store import bulk
from servicedesk_core.store.codec import scrub
from servicedesk_core.store.rows import Rows
from servicedesk_core.store.schema import quarantine, seen
from servicedesk_core.store.upserting import insert_into


class Rejected(NamedTuple):
    """A record that did not fit.

    Attributes:
        external_id: The vendor's id, or a stand-in where there is none.
        raw: Its payload.
        reason: What is wrong, for people; no record text.
    """

    external_id: str
    raw: Mapping[str, Any] | None
    reason: str


@dataclass(frozen=True, slots=True)
class Quarantined:
    """A record in the quarantine: a row of the table."""

    id: int
    source_id: int
    stream: str
    external_id: str
    reason: str
    raw: Any
    first_seen_at: datetime
    last_seen_at: datetime
    attempts: int


_ROWS: Final = Rows(Quarantined, quarantine)


def put(tx: Connection, source_id: int, stream: str, rows: Sequence[Rejected], now: datetime) -> None:
    """Put records into the quarantine; one that is there already gets the new reason and one attempt more."""
    if not rows:
        return
    statement = insert_into(tx, quarantine)
    latest = {scrub(row.external_id): row for row in rows}
    tx.execute(
        statement.on_conflict_do_update(
            index_elements=["source_id", "stream", "external_id"],
            set_={
                "reason": statement.excluded.reason,
                "raw": statement.excluded.raw,
                "last_seen_at": now,
                "attempts": quarantine.c.attempts + 1,
            },
        ),
        [
            {
                "source_id": source_id,
                "stream": stream,
                "external_id": external_id,
                "reason": row.reason,
                "raw": row.raw,
                "first_seen_at": now,
                "last_seen_at": now,
                "attempts": 1,
            }
            for external_id, row in latest.items()
        ],
    )


def list(  # noqa: A001  # reads as quarantine.list
    tx: Connection,
    source_id: int | None = None,
    stream: str | None = None,
    *,
    after_id: int = 0,
    limit: int = 100,
) -> "tuple[Quarantined, ...]":
    """Return records in quarantine, by number."""
    query = _ROWS.select().where(quarantine.c.id > after_id).order_by(quarantine.c.id).limit(limit)
    if source_id is not None:
        query = query.where(quarantine.c.source_id == source_id)
    if stream is not None:
        query = query.where(quarantine.c.stream == stream)
    return tuple(_ROWS.all(tx, query))


def get(tx: Connection, quarantine_id: int) -> Quarantined:
    """Return one record.

    Raises:
        NotFoundLocallyError: It is not there (any more).
    """
    found = _ROWS.one(tx, _ROWS.select().where(quarantine.c.id == quarantine_id))
    if found is None:
        message = f"There is no record {quarantine_id} in the quarantine."
        raise NotFoundLocallyError(message, hint="See `servicedesk quarantine list`.")
    return found


def drop(tx: Connection, ids: Collection[int]) -> int:
    """Take records out by number; return how many there were."""
    return bulk.run_in(tx, "DELETE FROM quarantine WHERE id IN {values}", ids)


def release(tx: Connection, source_id: int, stream: str, external_ids: Collection[str]) -> int:
    """Take records out that could be stored after all; return how many there were.

    Costs one look when the stream has nothing in quarantine.
    """
    if not external_ids or not count(tx, source_id, stream):
        return 0
    wanted = set(external_ids)
    held = tx.execute(
        select(quarantine.c.id, quarantine.c.external_id).where(
            quarantine.c.source_id == source_id, quarantine.c.stream == stream
        )
    ).all()
    return drop(tx, [row.id for row in held if row.external_id in wanted])


def unlisted(tx: Connection, source_id: int, stream: str, pass_id: int, *, before: datetime) -> dict[str, int]:
    """Return records in quarantine that a pass did not list: their numbers by external id.

    Args:
        tx: Any transaction.
        source_id: The source.
        stream: The stream.
        pass_id: The pass; the ids it saw count, where it collects them.
        before: Only records that nobody met again since this instant: the start of the pass.
    """
    listed = select(seen.c.pass_id).where(seen.c.pass_id == pass_id, seen.c.external_id == quarantine.c.external_id)
    query = select(quarantine.c.external_id, quarantine.c.id).where(
        quarantine.c.source_id == source_id,
        quarantine.c.stream == stream,
        quarantine.c.last_seen_at < before,
        ~listed.exists(),
    )
    return {row.external_id: row.id for row in tx.execute(query)}


def count(tx: Connection, source_id: int | None = None, stream: str | None = None) -> int:
    """Return how many records are in quarantine."""
    query = select(func.count()).select_from(quarantine)
    if source_id is not None:
        query = query.where(quarantine.c.source_id == source_id)
    if stream is not None:
        query = query.where(quarantine.c.stream == stream)
    return tx.execute(query).scalar_one()
