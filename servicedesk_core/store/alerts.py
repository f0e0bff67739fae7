"""Open alerts, and what each channel still has to be told. Whoever changes them holds the lease of the job."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Literal

from sqlalchemy import Connection, delete, func, insert, select, update

from servicedesk_core.store import upserting
from servicedesk_core.store.rows import Rows
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
    """What a channel is to be told: a row of the table."""

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


_ALERTS: Final = Rows(Alert, alerts)
_NOTICES: Final = Rows(Notice, alert_notices)


def open_alerts(tx: Connection) -> list[Alert]:
    """Return the open alerts, the oldest first."""
    query = _ALERTS.select().where(alerts.c.closed_at.is_(None)).order_by(alerts.c.opened_at, alerts.c.key)
    return _ALERTS.all(tx, query)


def settle(tx: Connection, conditions: Sequence[Condition], channels: Collection[str], now: datetime) -> None:
    """Open an alert for each new condition and close those that hold no more; note once whom to tell.

    Args:
        tx: A write transaction, fenced by the job's lease.
        conditions: All that is wrong now.
        channels: Names of those who are told.
        now: The present instant.
    """
    known = {row.key: row for row in tx.execute(select(alerts))}
    wrong = {condition.key: condition for condition in conditions}
    for key, condition in wrong.items():
        row = known.get(key)
        values = {"kind": condition.kind, "problem": condition.problem, "hint": condition.hint, "seen_at": now}
        if row is None or row.closed_at is not None:
            episode = 1 if row is None else row.episode + 1
            opened = {"key": key, "episode": episode, "opened_at": now, "closed_at": None, **values}
            upserting.put(tx, alerts, opened)
            told = {"problem": condition.problem, "hint": condition.hint}
            _notify(tx, channels, "opened", now, key=key, episode=episode, **told)
        else:
            tx.execute(update(alerts).where(alerts.c.key == key).values(**values))
    for key, row in known.items():
        if row.closed_at is None and key not in wrong:
            tx.execute(update(alerts).where(alerts.c.key == key).values(closed_at=now))
            _notify(tx, channels, "recovered", now, key=key, episode=row.episode, problem=row.problem, hint="")


def waiting(tx: Connection, now: datetime) -> list[Notice]:
    """Drop what is too old, and return the notices that are to be tried now, the oldest first."""
    tx.execute(
        update(alert_notices)
        .where(alert_notices.c.state == "waiting", alert_notices.c.at < now - GIVE_UP_AFTER)
        .values(state="dropped", done_at=now)
    )
    old = now - 13 * GIVE_UP_AFTER
    tx.execute(delete(alert_notices).where(alert_notices.c.state != "waiting", alert_notices.c.at < old))
    is_due = (alert_notices.c.state == "waiting") & (alert_notices.c.next_at <= now)
    return _NOTICES.all(tx, _NOTICES.select().where(is_due).order_by(alert_notices.c.id))


def delivered(tx: Connection, notices: Sequence[Notice], now: datetime) -> None:
    """Note that a channel took them."""
    ids = [notice.id for notice in notices]
    done = {"state": "sent", "done_at": now, "last_error": None}
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
            .values(attempts=notice.attempts + 1, next_at=now + pause, last_error=reason)
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
        found.append(Channel(row.channel, row.waiting, row.dropped, error, row.next_at))
    return found


def _notify(tx: Connection, names: Collection[str], event: Event, at: datetime, **told: Any) -> None:
    row = {"event": event, "at": at, "next_at": at, "state": "waiting", **told}
    for channel in names:
        tx.execute(insert(alert_notices).values(channel=channel, **row))
