"""Open alerts, and what each channel still has to be told. Whoever changes them holds the lease of the job."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import Connection, delete, func, insert, select, update

from servicedesk_core.store.codec import scrub
from servicedesk_core.store.fields import from_us, optional_instant, to_us
from servicedesk_core.store.schema import alert_notices, alerts

Event = Literal["opened", "recovered"]

GIVE_UP_AFTER = timedelta(days=7)
"""A notice that a channel did not take for so long is dropped: nobody wants to hear it any more."""

FIRST_PAUSE = timedelta(minutes=1)
LONGEST_PAUSE = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Condition:
    """Something that is wrong now.

    Attributes:
        key: What it is about, such as ``stream:psa/tickets``; there is one open alert for a key.
        kind: What is wrong, in a word: ``failing``, ``silent``, ``stopped``, ``heavy_use``, ``in_doubt``,
            ``damaged``, ``clock``, and of a claim ``denied``, ``asked``, ``overdue``, ``not_understood`` or
            ``not_found``.
        problem: What is wrong, in a sentence without record text.
        hint: What to do.
    """

    key: str
    kind: str
    problem: str
    hint: str


@dataclass(frozen=True, slots=True)
class Alert:
    """An open alert.

    Attributes:
        key: What it is about.
        kind: What is wrong, in a word; see :class:`Condition`.
        problem: What is wrong.
        hint: What to do.
        opened_at: Since when.
        seen_at: When it was last found to be so.
    """

    key: str
    kind: str
    problem: str
    hint: str
    opened_at: datetime
    seen_at: datetime


@dataclass(frozen=True, slots=True)
class Notice:
    """What a channel is to be told.

    Attributes:
        id: Its number.
        key: What it is about.
        episode: Which time the alert was open.
        event: ``opened`` or ``recovered``.
        channel: Name of the channel.
        problem: What is or was wrong.
        hint: What to do.
        at: When it happened.
        attempts: How often it was tried.
    """

    id: int
    key: str
    episode: int
    event: str
    channel: str
    problem: str
    hint: str
    at: datetime
    attempts: int


@dataclass(frozen=True, slots=True)
class Channel:
    """How a channel stands.

    Attributes:
        name: Its name.
        waiting: Notices that it did not take yet.
        dropped: Notices that were given up.
        last_error: Why it did not take the last one; ``None`` when it is well.
        next_try_at: When the oldest waiting notice is tried again.
    """

    name: str
    waiting: int
    dropped: int
    last_error: str | None
    next_try_at: datetime | None


def open_alerts(tx: Connection) -> list[Alert]:
    """Return the open alerts, the oldest first."""
    query = select(alerts).where(alerts.c.closed_at.is_(None)).order_by(alerts.c.opened_at, alerts.c.key)
    return [
        Alert(r["key"], r["kind"], r["problem"], r["hint"], from_us(r["opened_at"]), from_us(r["seen_at"]))
        for r in tx.execute(query).mappings()
    ]


def settle(tx: Connection, conditions: Sequence[Condition], channels: Collection[str], now: datetime) -> None:
    """Open an alert for each new condition and close those that hold no more; note once whom to tell.

    Args:
        tx: A write transaction, fenced by the job's lease.
        conditions: All that is wrong now.
        channels: Names of those who are told.
        now: The present instant.
    """
    at = to_us(now)
    known = {row["key"]: row for row in tx.execute(select(alerts)).mappings()}
    wrong = {condition.key: condition for condition in conditions}
    for key, condition in wrong.items():
        values = {"kind": condition.kind, "problem": scrub(condition.problem), "hint": condition.hint, "seen_at": at}
        row = known.get(key)
        if row is None:
            tx.execute(insert(alerts).values(key=key, episode=1, opened_at=at, **values))
            _notify(
                tx, channels, at, key=key, episode=1, event="opened", problem=condition.problem, hint=condition.hint
            )
        elif row["closed_at"] is not None:
            episode = row["episode"] + 1
            again = {"episode": episode, "opened_at": at, "closed_at": None, **values}
            tx.execute(update(alerts).where(alerts.c.key == key).values(**again))
            told = {"problem": condition.problem, "hint": condition.hint}
            _notify(tx, channels, at, key=key, episode=episode, event="opened", **told)
        else:
            tx.execute(update(alerts).where(alerts.c.key == key).values(**values))
    for key, row in known.items():
        if row["closed_at"] is None and key not in wrong:
            tx.execute(update(alerts).where(alerts.c.key == key).values(closed_at=at))
            told = {"problem": row["problem"], "hint": ""}
            _notify(tx, channels, at, key=key, episode=row["episode"], event="recovered", **told)


def waiting(tx: Connection, now: datetime) -> list[Notice]:
    """Drop what is too old, and return the notices that are to be tried now, the oldest first."""
    tx.execute(
        update(alert_notices)
        .where(alert_notices.c.state == "waiting", alert_notices.c.at < to_us(now - GIVE_UP_AFTER))
        .values(state="dropped", done_at=to_us(now))
    )
    old = to_us(now - 13 * GIVE_UP_AFTER)
    tx.execute(delete(alert_notices).where(alert_notices.c.state != "waiting", alert_notices.c.at < old))
    query = (
        select(alert_notices)
        .where(alert_notices.c.state == "waiting", alert_notices.c.next_at <= to_us(now))
        .order_by(alert_notices.c.id)
    )
    names = ("id", "key", "episode", "event", "channel", "problem", "hint", "attempts")
    return [
        Notice(**{name: row[name] for name in names}, at=from_us(row["at"])) for row in tx.execute(query).mappings()
    ]


def delivered(tx: Connection, notices: Sequence[Notice], now: datetime) -> None:
    """Note that a channel took them."""
    ids = [notice.id for notice in notices]
    done = {"state": "sent", "done_at": to_us(now), "last_error": None}
    tx.execute(update(alert_notices).where(alert_notices.c.id.in_(ids)).values(**done))


def refused(tx: Connection, notices: Sequence[Notice], reason: str, now: datetime) -> None:
    """Note that a channel did not take them, and when to try again: after 1, 2, 4 … 60 minutes.

    Args:
        tx: A write transaction.
        notices: What it did not take.
        reason: Why, without secrets.
        now: The present instant.
    """
    for notice in notices:
        pause = min(FIRST_PAUSE * 2 ** min(notice.attempts, 10), LONGEST_PAUSE)
        tx.execute(
            update(alert_notices)
            .where(alert_notices.c.id == notice.id)
            .values(attempts=notice.attempts + 1, next_at=to_us(now + pause), last_error=scrub(reason))
        )


def channels(tx: Connection) -> list[Channel]:
    """Return how each channel stands that was ever told something."""
    is_waiting = alert_notices.c.state == "waiting"
    query = (
        select(
            alert_notices.c.channel,
            func.count().filter(is_waiting).label("waiting"),
            func.count().filter(alert_notices.c.state == "dropped").label("dropped"),
            func.min(alert_notices.c.next_at).filter(is_waiting).label("next_at"),
        )
        .group_by(alert_notices.c.channel)
        .order_by(alert_notices.c.channel)
    )
    last = select(alert_notices.c.last_error).where(is_waiting, alert_notices.c.last_error.is_not(None))
    found: list[Channel] = []
    for row in tx.execute(query):
        newest = last.where(alert_notices.c.channel == row.channel).order_by(alert_notices.c.id.desc()).limit(1)
        error = tx.execute(newest).scalar_one_or_none()
        found.append(Channel(row.channel, row.waiting, row.dropped, error, optional_instant(row.next_at)))
    return found


def _notify(
    tx: Connection,
    names: Collection[str],
    at: int,
    *,
    key: str,
    episode: int,
    event: Event,
    problem: str,
    hint: str,
) -> None:
    common: dict[str, Any] = {"key": key, "episode": episode, "event": event, "problem": scrub(problem), "hint": hint}
    for channel in names:
        tx.execute(insert(alert_notices).values(channel=channel, at=at, next_at=at, state="waiting", **common))
