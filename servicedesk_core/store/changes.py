"""The changes feed: what happened to records, in an order that a reader can trust, and how far each consumer is."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import Connection, RowMapping, func, select

from servicedesk_core.domain import STREAMS
from servicedesk_core.hooks.announced import Change
from servicedesk_core.store.fields import from_us, to_us
from servicedesk_core.store.meta import store_id
from servicedesk_core.store.schema import changes, consumers, sources
from servicedesk_core.store.upserting import insert_into

QUIET_MODES = ("backfill", "remap", "rebuild")
"""Modes that consumers do not hear of unless they ask: history, not news."""

_ORIGINS = {"remap": "remap", "rebuild": "remap", "webhook": "webhook"}
"""Where what brought a change says how the desk learned it."""


def read(
    tx: Connection,
    after_seq: int = 0,
    limit: int = 500,
    *,
    entities: Collection[str] | None = None,
    include_backfill: bool = False,
    with_costs: bool = False,
    with_absences: bool = False,
    with_internal: bool = False,
) -> list[Change]:
    """Return changes after a position, in order.

    Nothing can appear later below a position that was returned: writers of the feed commit in the order of their
    numbers (:func:`servicedesk_core.store.bulk.append_changes`).

    Args:
        tx: Any transaction.
        after_seq: Position of the last change the consumer has.
        limit: At most so many.
        entities: Only these streams.
        include_backfill: Also those of :data:`QUIET_MODES`.
        with_costs: Whether ``before`` and ``after`` may say what work and goods cost.
        with_absences: Whether they may say when people are away.
        with_internal: Whether they may say what only the staff may read.
    """
    from servicedesk_core.store.schema import outbox  # noqa: PLC0415  # status asks for the end of the feed only

    query = (
        select(changes, sources.c.name.label("connection"), outbox.c.hops)
        .join(sources, sources.c.id == changes.c.source_id)
        .join(outbox, outbox.c.id == changes.c.write_id, isouter=True)
        .where(changes.c.seq > after_seq)
        .order_by(changes.c.seq)
        .limit(limit)
    )
    if entities is not None:
        query = query.where(changes.c.entity.in_(entities))
    if not include_backfill:
        query = query.where(changes.c["mode"].not_in(QUIET_MODES))

    instance = store_id(tx) or ""

    def change(r: RowMapping) -> Change:
        entity = STREAMS.get(r["entity"])
        states: dict[str, list[Any]] = orjson.loads(r["states"] or "{}")
        if entity is None or (entity.holds_costs and not with_costs) or (entity.holds_absences and not with_absences):
            states = {}
        elif hidden := (frozenset() if with_costs else entity.costs) | (
            frozenset() if with_internal else entity.internal
        ):
            states = {name: both for name, both in states.items() if name not in hidden}
        return Change(
            seq=r["seq"],
            entity=r["entity"],
            local_id=r["local_id"],
            kind=r["kind"],
            changed_fields=tuple(orjson.loads(r["changed_fields"])),
            connection=r["connection"],
            external_id=r["external_id"],
            mode=r["mode"],
            at=from_us(r["at"]),
            origin=_ORIGINS.get(r["mode"], r["origin"]),
            actor=r["actor"],
            write=r["write_id"],
            instance=instance,
            hops=r["hops"] or 0,
            before={name: before for name, (before, _) in states.items()},
            after={name: after for name, (_, after) in states.items()},
        )

    return [change(r) for r in tx.execute(query).mappings()]


def head(tx: Connection) -> int:
    """Return the position of the newest change; a consumer that wants only news starts here."""
    return int(tx.execute(select(func.coalesce(func.max(changes.c.seq), 0))).scalar_one())


def offset(tx: Connection, consumer: str) -> int:
    """Return the position up to which a consumer has worked; 0 for a new one."""
    return tx.execute(select(consumers.c.seq).where(consumers.c.name == consumer)).scalar_one_or_none() or 0


def advance(tx: Connection, consumer: str, seq: int, now: datetime) -> None:
    """Note that a consumer has worked up to a position; it never goes back."""
    statement = insert_into(tx, consumers)
    tx.execute(
        statement.values(name=consumer, seq=seq, updated_at=to_us(now)).on_conflict_do_update(
            index_elements=["name"],
            set_={"seq": statement.excluded.seq, "updated_at": statement.excluded.updated_at},
            where=consumers.c.seq < statement.excluded.seq,
        )
    )


def late(tx: Connection, before: datetime) -> list[str]:
    """Return the consumers that have not read what happened before an instant."""
    unread = select(changes.c.seq).where(changes.c.seq > consumers.c.seq, changes.c.at < to_us(before))
    return list(tx.execute(select(consumers.c.name).where(unread.exists()).order_by(consumers.c.name)).scalars())


def forget_consumer(tx: Connection, consumer: str) -> bool:
    """Forget the position of a consumer, which then holds nothing back; return whether there was one."""
    return tx.execute(consumers.delete().where(consumers.c.name == consumer)).rowcount > 0


def prune(tx: Connection, before: datetime, limit: int = 5_000) -> int:
    """Forget the oldest changes that every consumer has passed; the newest one always stays, so that the end is known.

    Args:
        tx: A write transaction.
        before: Only changes older than this instant.
        limit: Look at so many at most, from the oldest on, so that other writers need not wait.

    Returns:
        How many were forgotten; 0 when there is no more to do.
    """
    oldest = select(changes.c.seq).order_by(changes.c.seq).limit(limit).subquery()
    end = select(func.max(oldest.c.seq)).scalar_subquery()
    newest = select(func.max(changes.c.seq)).scalar_subquery()
    slowest = select(func.coalesce(func.min(consumers.c.seq), newest)).scalar_subquery()
    seq = changes.c.seq
    old = changes.delete().where(seq <= end, seq <= slowest, seq < newest, changes.c.at < to_us(before))
    return tx.execute(old).rowcount
