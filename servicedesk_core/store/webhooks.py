"""What is kept of webhooks: addresses, hints, what was heard, what was refused, subscriptions."""

import secrets
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import ColumnElement, case, delete, func, literal, select, update

from servicedesk_core.hooks.webhooks import HintKind, Subscription
from servicedesk_core.store.schema import (
    sources,
    webhook_endpoints,
    webhook_hints,
    webhook_seen,
    webhook_subscriptions,
    webhook_tallies,
)
from servicedesk_core.store.store import Tx
from servicedesk_core.store.upserting import insert_into, put

MOST_HINTS: Final = 10_000
"""Records of one connection that wait at most; what comes beyond is left to the next sync."""

MOST_SEEN: Final = 200_000
"""Events of one connection that are remembered at most."""

NOBODY: Final = 0
"""Stands for an address that no connection has."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """The address of one connection.

    Attributes:
        source_id: Whose.
        connection: Its name.
        token: The part of its path that nobody guesses.
        secret: What its vendor signs with.
        made_at: Since when.
        heard_at: When a genuine delivery last came.
        looked_at: When its subscriptions were last looked at.
        base_url: Address of the desk that its subscriptions call; ``None`` = that of the configuration.
    """

    source_id: int
    connection: str
    token: str = field(repr=False)
    secret: str = field(repr=False)
    made_at: datetime
    heard_at: datetime | None
    looked_at: datetime | None
    base_url: str | None = None


@dataclass(frozen=True, slots=True)
class Heard:
    """An event of a genuine delivery, as it is kept.

    Attributes:
        key: What it is known by when it comes again.
        lasts: For how long it is known.
        kind: What is said to have happened.
        stream: Stream of the record.
        ref: The vendor's id of the record.
        actor: Who did it, if the vendor tells.
        is_named: Whether the vendor itself names the event, so that the same key is certainly the same event. Else it
            may be another one of the same record, and is followed again once ``lasts`` is over.
    """

    key: str
    lasts: timedelta
    kind: HintKind
    stream: str
    ref: str
    actor: str | None
    is_named: bool = True


@dataclass(frozen=True, slots=True)
class Hint:
    """A record that is still to be read.

    Attributes:
        stream: Its stream.
        ref: The vendor's id of it.
        kind: What is said to have happened last.
        times: How many events said so.
        attempts: How often it was tried in vain.
        problem: Why the last attempt was in vain.
        told_at: When the first of them came.
    """

    stream: str
    ref: str
    kind: HintKind
    times: int
    attempts: int
    problem: str | None
    told_at: datetime


def endpoints(tx: Tx) -> list[Endpoint]:
    """Return the addresses of all connections."""
    t = webhook_endpoints.c
    columns = t.source_id, sources.c.name, t.token, t.secret, t.made_at, t.heard_at, t.looked_at, t.base_url
    query = select(*columns).join(sources, sources.c.id == t.source_id)
    return [Endpoint(*row) for row in tx.execute(query.order_by(sources.c.name))]


def endpoint(tx: Tx, source_id: int) -> Endpoint | None:
    """Return the address of a connection, if it has one."""
    return next((one for one in endpoints(tx) if one.source_id == source_id), None)


def ensure_endpoint(tx: Tx, source_id: int, now: datetime) -> Endpoint:
    """Return the address of a connection, made now if there is none."""
    row = {
        "source_id": source_id,
        "token": secrets.token_urlsafe(32),
        "secret": secrets.token_urlsafe(32),
        "made_at": now,
    }
    tx.execute(insert_into(tx, webhook_endpoints).values(**row).on_conflict_do_nothing(index_elements=["source_id"]))
    found = endpoint(tx, source_id)
    assert found is not None  # noqa: S101  # it was just made
    return found


def call_at(tx: Tx, source_id: int, base_url: str) -> None:
    """Note which address of the desk the subscriptions of a connection call."""
    mine = webhook_endpoints.c.source_id == source_id
    tx.execute(update(webhook_endpoints).where(mine).values(base_url=base_url))


def hear(tx: Tx, source_id: int, token: str, heard: Sequence[Heard], now: datetime) -> dict[str, int] | None:
    """Keep the events of a delivery; return how many were new, known before, or too many.

    The transaction is the delivery: when it is committed, the vendor may be told that it was taken. ``None`` says that
    the address is nobody's any more, and nothing was kept.
    """
    t = webhook_endpoints.c
    ours = update(webhook_endpoints).where(t.source_id == source_id, t.token == token).values(heard_at=now)
    if tx.execute(ours).rowcount != 1:
        return None
    waiting = tx.execute(select(func.count()).where(webhook_hints.c.source_id == source_id)).scalar_one()
    counts = {"events": 0, "repeated": 0, "left_to_sync": 0}
    for one in heard:
        before = _heard_before(tx, source_id, one, now)
        if before is not None and one.is_named:
            counts["repeated"] += 1
            continue
        if one.kind is HintKind.SUBSCRIPTION:
            look_again(tx, source_id)
        elif not _came_again(tx, source_id, one, due := now if before is None else before + one.lasts):
            if waiting >= MOST_HINTS:
                counts["left_to_sync"] += 1
                continue
            waiting += 1
            _hint(tx, source_id, one, now, due)
        counts["events"] += 1
    return counts


def _heard_before(tx: Tx, source_id: int, one: Heard, now: datetime) -> datetime | None:
    """Note an event; return when it was heard before, if that is still known."""
    t = webhook_seen.c
    statement = insert_into(tx, webhook_seen).values(source_id=source_id, key=one.key, at=now)
    noted = statement.on_conflict_do_update(
        index_elements=["source_id", "key"], set_={"at": statement.excluded.at}, where=t.at < now - one.lasts
    )
    if tx.execute(noted.returning(t.key)).first() is not None:
        return None
    known: datetime = tx.execute(select(t.at).where(t.source_id == source_id, t.key == one.key)).scalar_one()
    return known


def _came_again(tx: Tx, source_id: int, one: Heard, due: datetime) -> bool:
    """Note another event of a record that waits already; return whether one does."""
    t = webhook_hints.c
    again = {
        "kind": one.kind.value,
        "times": t.times + 1,
        "next_at": case((t.next_at < due, t.next_at), else_=literal(due, t.next_at.type)),
        "actor": one.actor,
        "attempts": 0,
        "problem": None,  # that it was missing says nothing any more: two looks count only a while apart
    }
    mine = (t.source_id == source_id, t.stream == one.stream, t.external_id == one.ref)
    return tx.execute(update(webhook_hints).where(*mine).values(**again)).rowcount == 1


def _hint(tx: Tx, source_id: int, one: Heard, now: datetime, due: datetime) -> None:
    row = {
        "source_id": source_id,
        "stream": one.stream,
        "external_id": one.ref,
        "kind": one.kind.value,
        "times": 1,
        "told_at": now,
        "next_at": due,
        "attempts": 0,
        "actor": one.actor,
    }
    statement = insert_into(tx, webhook_hints).values(**row)
    if tx.execute(statement.on_conflict_do_nothing()).rowcount == 0:  # another process was told of it at this moment
        _came_again(tx, source_id, one, due)


def due(tx: Tx, source_id: int, now: datetime, limit: int) -> list[Hint]:
    """Return records to be read now, those that have waited longest first."""
    t = webhook_hints.c
    query = (
        select(t.stream, t.external_id, t.kind, t.times, t.attempts, t.problem, t.told_at)
        .where(t.source_id == source_id, t.next_at <= now)
        .order_by(t.next_at, t.stream, t.external_id)
        .limit(limit)
    )
    return [
        Hint(stream, ref, HintKind(kind), times, attempts, problem, told_at)
        for stream, ref, kind, times, attempts, problem, told_at in tx.execute(query)
    ]


def waiting(tx: Tx) -> dict[int, tuple[int, datetime]]:
    """Return by source how many records wait, and since when the first of them."""
    t = webhook_hints.c
    query = select(t.source_id, func.count(), func.min(t.told_at)).group_by(t.source_id)
    return {source_id: (number, since) for source_id, number, since in tx.execute(query)}


def done(tx: Tx, source_id: int, hints: Iterable[Hint]) -> None:
    """Forget hints that were followed; one that came again meanwhile stays."""
    for one in hints:
        tx.execute(delete(webhook_hints).where(*_same(source_id, one)))


def postpone(tx: Tx, source_id: int, hint: Hint, until: datetime, problem: str) -> None:
    """Note that a hint was followed in vain; one that came again meanwhile is followed at once."""
    later = {"next_at": until, "attempts": hint.attempts + 1, "problem": problem}
    tx.execute(update(webhook_hints).where(*_same(source_id, hint)).values(**later))


def _same(source_id: int, hint: Hint) -> tuple[ColumnElement[bool], ...]:
    t = webhook_hints.c
    is_it = t.source_id == source_id, t.stream == hint.stream, t.external_id == hint.ref
    return *is_it, t.times == hint.times, t.told_at == hint.told_at


def count(tx: Tx, counted: Mapping[tuple[int, str], int], now: datetime) -> None:
    """Add to what became of deliveries and events in this hour.

    Args:
        tx: A write transaction.
        counted: Numbers by source and outcome.
        now: When.
    """
    hour = now.replace(minute=0, second=0, microsecond=0)
    for (source_id, outcome), number in counted.items():
        if number:
            statement = insert_into(tx, webhook_tallies).values(
                source_id=source_id, outcome=outcome, hour=hour, number=number
            )
            total = webhook_tallies.c.number + statement.excluded.number
            keys = ["source_id", "outcome", "hour"]
            tx.execute(statement.on_conflict_do_update(index_elements=keys, set_={"number": total}))


def counted(tx: Tx, since: datetime) -> dict[tuple[int, str], int]:
    """Return what became of deliveries and events since an hour, by source and outcome."""
    t = webhook_tallies.c
    query = select(t.source_id, t.outcome, func.sum(t.number)).where(t.hour >= since - timedelta(hours=1))
    rows = tx.execute(query.group_by(t.source_id, t.outcome))
    return {(source_id, outcome): int(number) for source_id, outcome, number in rows}


def prune(tx: Tx, now: datetime, seen_for: timedelta, counted_for: timedelta) -> None:
    """Forget events that cannot come again, the oldest of too many, and old numbers."""
    t = webhook_seen.c
    tx.execute(delete(webhook_seen).where(t.at < now - seen_for))
    sizes = tx.execute(select(t.source_id, func.count()).group_by(t.source_id)).all()
    for source_id in [source_id for source_id, number in sizes if number > MOST_SEEN]:
        newest = select(t.at).where(t.source_id == source_id).order_by(t.at.desc()).offset(MOST_SEEN).limit(1)
        limit = tx.execute(newest).scalar_one()
        tx.execute(delete(webhook_seen).where(t.source_id == source_id, t.at <= limit))
    tx.execute(delete(webhook_tallies).where(webhook_tallies.c.hour < now - counted_for))


@dataclass(frozen=True, slots=True)
class KeptSubscription:
    """A subscription as it was last seen at the vendor.

    Attributes:
        source_id: Whose.
        stream: What it tells of.
        ref: The vendor's id of it.
        is_active: Whether the vendor still calls.
        problem: Why it does not.
        expires_at: When it ends unless it is renewed.
        since: When it was registered, or first seen.
    """

    source_id: int
    stream: str
    ref: str
    is_active: bool
    problem: str
    expires_at: datetime | None
    since: datetime

    def is_alive(self, now: datetime) -> bool:
        """Whether the vendor still calls, as far as is known."""
        return self.is_active and (self.expires_at is None or self.expires_at > now)


def subscriptions(tx: Tx) -> list[KeptSubscription]:
    """Return the subscriptions of all connections as they were last seen."""
    t = webhook_subscriptions
    return [KeptSubscription(*row) for row in tx.execute(select(*t.c).order_by(t.c.source_id, t.c.stream))]


def keep_subscriptions(tx: Tx, source_id: int, seen: Collection[Subscription], now: datetime) -> None:
    """Note what the vendor lists now; what was there before and is not listed any more is kept as gone."""
    t = webhook_subscriptions.c
    before = {one.stream: one.since for one in subscriptions(tx) if one.source_id == source_id}
    for one in seen:
        row = {
            "source_id": source_id,
            "stream": one.stream,
            "ref": one.ref,
            "is_active": one.is_active,
            "problem": one.problem,
            "expires_at": one.expires_at,
            "since": before.get(one.stream, now),
        }
        put(tx, webhook_subscriptions, row)
    lost = set(before) - {one.stream for one in seen}
    gone = {"is_active": False, "problem": "the vendor has it no more"}
    tx.execute(update(webhook_subscriptions).where(t.source_id == source_id, t.stream.in_(lost)).values(**gone))
    tx.execute(update(webhook_endpoints).where(webhook_endpoints.c.source_id == source_id).values(looked_at=now))


def forget(tx: Tx, source_id: int, *, hints: bool = False) -> None:
    """Forget the address of a connection and its subscriptions: somebody has removed them on purpose.

    Args:
        tx: A write transaction.
        source_id: Whose.
        hints: Also what waits: nobody will be able to read it.
    """
    for table in (webhook_subscriptions, webhook_endpoints, *([webhook_hints] if hints else [])):
        tx.execute(delete(table).where(table.c.source_id == source_id))


def look_again(tx: Tx, source_id: int) -> None:
    """Note that the vendor said something about a subscription, which has to be looked at."""
    tx.execute(update(webhook_endpoints).where(webhook_endpoints.c.source_id == source_id).values(looked_at=None))
