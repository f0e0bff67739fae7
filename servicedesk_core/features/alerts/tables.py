"""Open alerts, and what each channel still has to be told. Whoever changes them holds the lease of the job."""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any, Final

from sqlalchemy import delete, func, insert, select, update

from servicedesk_core.faces import Condition, Page
from servicedesk_core.features.alerts.model import Alert, Channel, Notice
from servicedesk_core.store import Tx, upserting
from servicedesk_core.store.paging import page_of
from servicedesk_core.store.rows import Rows
from servicedesk_core.store.schema import alert_measures, alert_notices, alert_waits, alerts

LOG: Final = "log"
"""The channel that is always there."""

GIVE_UP_AFTER = timedelta(days=7)
"""A notice that a channel did not take for so long is dropped: nobody wants to hear it any more."""

_PIECE: Final = 1_000
"""So many are named in one statement."""

FIRST_PAUSE = timedelta(minutes=1)
LONGEST_PAUSE = timedelta(hours=1)


_ALERTS: Final = Rows(Alert, alerts)
_NOTICES: Final = Rows(Notice, alert_notices)


def open_alerts(tx: Tx) -> list[Alert]:
    """Return the open alerts, the oldest first."""
    query = _ALERTS.select().where(alerts.c.closed_at.is_(None)).order_by(alerts.c.opened_at, alerts.c.key)
    return _ALERTS.all(tx, query)


COLUMNS: Final = {column.name: column for column in _ALERTS.columns}
"""What lists can be ordered by, by the names of their columns."""


def page(
    tx: Tx, *, ended: bool, muted_at: datetime | None, sort: str | None, after: str | None, limit: int
) -> Page[Alert]:
    """Return a page of alerts.

    Args:
        tx: Any transaction.
        ended: Those that are over, the newest first; else those that are open, the oldest first.
        muted_at: Only those of which nobody is told at that instant, whether they are open or over.
        sort: Columns to order by first, joined with commas; a minus before one begins with the largest.
        after: ``next`` of the page before, in the same order.
        limit: At most so many.

    Raises:
        SettingsError: There is no such column to sort by.
        CursorError: ``after`` is not a position of this list.
    """
    is_open = alerts.c.closed_at.is_(None)
    meant = alerts.c.muted_until > muted_at if muted_at is not None else ~is_open if ended else is_open
    query, by = _ALERTS.select().where(meant), "-closed_at,key" if ended else "opened_at,key"
    return Page(*page_of(tx, query, COLUMNS, _ALERTS.of, by=by, sort=sort, after=after, limit=limit))


def settle(
    tx: Tx,
    conditions: Sequence[Condition],
    channels: Collection[str],
    now: datetime,
    *,
    is_all: bool = True,
    among: Callable[[str | None], bool] = lambda rule: rule is None,
    tells: Mapping[str, tuple[str, ...]] = MappingProxyType({}),
) -> None:
    """Open an alert for each new condition and close those that hold no more; note once whom to tell.

    Args:
        tx: A write transaction, fenced by the job's lease.
        conditions: What is wrong now.
        channels: Names of those who are told.
        now: The present instant.
        is_all: Whether nothing else is wrong; else no alert is closed.
        among: Says by the name of their rule, which is ``None`` where the program finds them, which alerts were looked
            at: of the others none is closed.
        tells: The channels that are told of the alerts of a rule; where nothing is said, all are.
    """
    known = {row.key: row for row in tx.execute(select(alerts))}
    wrong = {condition.key: condition for condition in conditions}
    notices: list[dict[str, Any]] = []
    opened: list[dict[str, Any]] = []
    for key, condition in wrong.items():
        row = known.get(key)
        told = {"problem": condition.problem, "hint": condition.hint}
        to = _told_by(channels, condition.tell)
        is_muted = row is not None and row.muted_until is not None and now < row.muted_until
        if row is None or row.closed_at is not None:
            episode = 1 if row is None else row.episode + 1
            opened.append(_opened(condition, episode, now) | {"told_at": None if is_muted else now})
            event = "opened"
        else:
            episode = row.episode
            tx.execute(update(alerts).where(alerts.c.key == key).values(kind=condition.kind, seen_at=now, **told))
            was_muted = row.muted_until is not None and row.told_at is None
            if was_muted and not is_muted and row.acknowledged_at is None:
                tx.execute(update(alerts).where(alerts.c.key == key).values(told_at=now))
                notices += _notices(to, "opened", now, key=key, episode=episode, **told)
                continue
            if (
                condition.repeat is None
                or row.acknowledged_at
                or now - (row.told_at or row.opened_at) < condition.repeat
            ):
                continue
            event = f"open {now:%Y-%m-%d %H:%M}"
            if not is_muted:
                tx.execute(update(alerts).where(alerts.c.key == key).values(told_at=now))
        if not is_muted:
            notices += _notices(to, event, now, key=key, episode=episode, **told)
    for values in opened:
        upserting.put(tx, alerts, values)
    for key, row in known.items():
        if is_all and row.closed_at is None and key not in wrong and among(row.rule):
            tx.execute(update(alerts).where(alerts.c.key == key).values(closed_at=now))
            if row.muted_until is None or now >= row.muted_until:
                lasted = f"{row.problem} (after {_lasted(now - row.opened_at)})" if row.rule else row.problem
                to = _told_by(channels, tells.get(row.rule or "", ()))
                notices += _notices(to, "recovered", now, key=key, episode=row.episode, problem=lasted, hint="")
    if notices:
        tx.execute(insert(alert_notices), notices)


def _told_by(channels: Collection[str], tell: Collection[str]) -> list[str]:
    chosen = {*tell} & {*channels}  # a channel that is there no more silences no rule
    return [name for name in channels if not chosen or name == LOG or name in chosen]


def _opened(condition: Condition, episode: int, now: datetime) -> dict[str, Any]:
    return {
        "key": condition.key,
        "episode": episode,
        "kind": condition.kind,
        "problem": condition.problem,
        "hint": condition.hint,
        "rule": condition.rule or None,
        "opened_at": now,
        "seen_at": now,
        **dict.fromkeys(("closed_at", "acknowledged_by", "acknowledged_at")),
    }


def _lasted(span: timedelta) -> str:
    minutes = round(span / timedelta(minutes=1))
    return f"{minutes} min" if minutes < 120 else f"{round(minutes / 60)} h"  # noqa: PLR2004


def waiting(tx: Tx, now: datetime) -> list[Notice]:
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


def delivered(tx: Tx, notices: Sequence[Notice], now: datetime) -> None:
    """Note that a channel took them."""
    ids = [notice.id for notice in notices]
    done = {"state": "sent", "done_at": now, "last_error": None}
    for start in range(0, len(ids), _PIECE):
        piece = alert_notices.c.id.in_(ids[start : start + _PIECE])
        tx.execute(update(alert_notices).where(piece).values(**done))


def refused(tx: Tx, notices: Sequence[Notice], reason: str, now: datetime) -> None:
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


def channels(tx: Tx) -> list[Channel]:
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


def _notices(names: Collection[str], event: str, at: datetime, **told: Any) -> list[dict[str, Any]]:
    row = {"event": event, "at": at, "next_at": at, "state": "waiting", **told}
    return [{"channel": channel, **row} for channel in names]


def found(tx: Tx, key: str) -> list[Alert]:
    """Return the alert of a key, or all of a rule, ``rule:NAME``, whether they are open or over."""
    of_rule = alerts.c.key.startswith(f"{key}/", autoescape=True)
    return _ALERTS.all(tx, _ALERTS.select().where((alerts.c.key == key) | of_rule).order_by(alerts.c.key))


def note(tx: Tx, keys: Collection[str], **values: Any) -> None:
    """Keep with alerts who looks after them, or until when nobody is told."""
    tx.execute(update(alerts).where(alerts.c.key.in_(keys)).values(**values))


def of_rules(tx: Tx) -> list[Alert]:
    """Return every alert that a rule opened, open or over."""
    return _ALERTS.all(tx, _ALERTS.select().where(alerts.c.rule.is_not(None)))


def waits(tx: Tx) -> dict[str, datetime]:
    """Return since when what is not an alert yet is bad."""
    return {key: since for key, since in tx.execute(select(alert_waits.c.key, alert_waits.c.since))}  # noqa: C416


def keep_waits(tx: Tx, since: dict[str, datetime]) -> None:
    """Keep that, in place of what was kept before."""
    tx.execute(delete(alert_waits))
    if since:
        tx.execute(insert(alert_waits), [{"key": key, "since": at} for key, at in since.items()])


def measured(tx: Tx) -> dict[str, tuple[datetime, str]]:
    """Return when each rule was last looked at, and why it could not be measured; empty = it was."""
    query = select(alert_measures.c.rule, alert_measures.c.at, alert_measures.c.why)
    return {rule: (at, why) for rule, at, why in tx.execute(query)}


def keep_measured(tx: Tx, why: Mapping[str, str], at: datetime) -> None:
    """Keep that, in place of what was kept before."""
    tx.execute(delete(alert_measures))
    if why:
        tx.execute(insert(alert_measures), [{"rule": rule, "at": at, "why": text} for rule, text in why.items()])
