"""Messages to our own people, and the attempts to hand them over. Whoever changes attempts holds the lease."""

from collections.abc import Collection, Iterator
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import delete, exists, insert, literal_column, select, update

from servicedesk_core.config.operating import AlertsSection, MailChannel
from servicedesk_core.outbox.staff.model import Attempt, Batch, Fate, Message
from servicedesk_core.outbox.staff.rules import batch_of
from servicedesk_core.store import Tx, bulk, upserting
from servicedesk_core.store.rows import Rows
from servicedesk_core.store.schema import RECORDS, staff_attempts, staff_messages

GIVE_UP_AFTER: Final = timedelta(days=7)
"""What nobody took for so long is dropped: nobody wants to hear it any more."""

KEPT: Final = timedelta(days=90)
"""So long it can be looked up what somebody was told."""

_M: Final = staff_messages.c
_A: Final = staff_attempts.c
_ATTEMPTS: Final = Rows(Attempt, staff_attempts)

_IS_SENDING: Final = _A.fate == literal_column(f"'{Fate.SENDING.value}'")
"""As a word of the statement, or no index that holds these alone is taken."""


def post(tx: Tx, message: Message, at: datetime, *, not_before: datetime | None = None) -> bool:
    """Store a message that is to be handed over, unless it was stored before; return whether it was not.

    Args:
        tx: The write transaction of what it tells.
        message: The message.
        at: Now.
        not_before: When its recipient wants to hear it, if that is later.
    """
    values = {
        "key": message.key,
        "recipient": message.recipient,
        "is_urgent": message.is_urgent,
        "subject": message.subject,
        "text": message.text,
        "ticket_id": message.ticket_id,
        "created_at": at,
        "next_at": not_before or at,
        "state": "waiting",
    }
    new = upserting.insert_into(tx, staff_messages).values(**values).on_conflict_do_nothing().returning(_M.id)
    return tx.execute(new).one_or_none() is not None


def take_back(tx: Tx, key: str, at: datetime, why: str) -> None:
    """Drop the messages of one matter that were not handed over yet.

    Args:
        tx: The write transaction of what makes them needless.
        key: Their keys without the recipient.
        at: Now.
        why: Why nobody needs them any more.
    """
    waiting = update(staff_messages).where(_M.state == "waiting", _M.key.startswith(f"{key}/", autoescape=True))
    tx.execute(waiting.values(state="dropped", done_at=at, why=why))


def channel_recipients(alerts: AlertsSection, name: str) -> tuple[str, ...]:
    """Return the places of an alert channel, as recipients: each takes or refuses a message by itself."""
    channel = alerts.channels.get(name)
    places = len(channel.recipients) if isinstance(channel, MailChannel) else 1
    return tuple(f"channel:{name}/{number}" for number in range(1, places + 1))


def left_behind(tx: Tx, at: datetime, ours: Collection[str] = ()) -> int:
    """Put attempts into doubt whose process ended in the middle of them; return how many.

    Args:
        tx: A write transaction, fenced by the lease: nobody else is at any.
        at: Now.
        ours: Batches that this process is at.
    """
    ended = update(staff_attempts).where(_IS_SENDING, _A.batch.not_in([*ours]))
    return tx.execute(ended.values(fate=Fate.IN_DOUBT.value, ended_at=at, why="its process ended")).rowcount


def is_anything_due(tx: Tx, at: datetime) -> bool:
    """Whether some message waits to be handed over now, or some attempt was left behind."""
    due = select(_M.id).where(_M.state == "waiting", _M.next_at <= at).limit(1)
    left = select(_A.batch).where(_IS_SENDING).limit(1)
    return tx.execute(due).first() is not None or tx.execute(left).first() is not None


def gather(tx: Tx, at: datetime, busy: Collection[str]) -> list[Batch]:
    """Drop what nobody needs any more, put together what waits for one recipient, and return what is to be handed over.

    What is not urgent waits while its recipient is just given something, and goes out as one afterwards.

    Args:
        tx: A write transaction, fenced by the lease.
        at: Now.
        busy: Batches that somebody is at.
    """
    _drop(tx, at)
    is_due = (_M.state == "waiting") & (_M.next_at <= at)
    at_it = select(_M.recipient).where(_M.state == "waiting", _M.batch.in_([*busy]), ~_M.is_urgent)
    is_free = _M.is_urgent | _M.recipient.not_in(at_it)
    fresh: dict[tuple[str, bool], list[tuple[int, str]]] = {}
    for row in tx.execute(select(_M.id, _M.key, _M.recipient, _M.is_urgent).where(is_due, is_free, _M.batch.is_(None))):
        fresh.setdefault((row.recipient, row.is_urgent), []).append((row.id, row.key))
    for found in fresh.values():
        ids, batch = [number for number, _ in found], batch_of([key for _, key in found])
        bulk.run_in(tx, f"UPDATE staff_messages SET batch = '{batch}' WHERE id IN {{values}}", ids)  # noqa: S608  # hex
    query = select(_M.batch, _M.recipient, _M.is_urgent, _M.subject, _M.text).where(is_due, _M.batch.not_in([*busy]))
    of: dict[str, list[Any]] = {}
    for each in tx.execute(query.order_by(_M.id)):
        of.setdefault(each.batch, []).append(each)
    return [
        Batch(
            batch,
            rows[0].recipient,
            rows[0].is_urgent,
            tuple((row.subject, row.text) for row in rows),
            tuple(attempts_of(tx, batch)),
        )
        for batch, rows in of.items()
    ]


def attempts_of(tx: Tx, batch: str) -> Iterator[Attempt]:
    """Yield the attempts to hand a batch over, in order."""
    for one in _ATTEMPTS.all(tx, _ATTEMPTS.select().where(_A.batch == batch).order_by(_A.number)):
        yield Attempt(one.number, one.channel, one.began_at, one.ended_at, Fate(one.fate))


def begin(tx: Tx, batch: Batch, channel: str, at: datetime) -> Attempt | None:
    """Store that an attempt begins; ``None`` = all of it was dropped meanwhile."""
    _drop(tx, at)
    if tx.execute(select(_M.id).where(_M.batch == batch.id, _M.state == "waiting").limit(1)).first() is None:
        return None
    attempt = Attempt(len(batch.attempts) + 1, channel, at, None, Fate.SENDING)
    tx.execute(insert(staff_attempts).values(batch=batch.id, **_ATTEMPTS.values(attempt)))
    return attempt


def end(tx: Tx, batch: str, attempt: Attempt, why: str | None) -> None:
    """Store how an attempt ended; what was sent waits no more."""
    mine = update(staff_attempts).where(_A.batch == batch, _A.number == attempt.number)
    tx.execute(mine.values(fate=attempt.fate.value, ended_at=attempt.ended_at, why=why))
    waiting = update(staff_messages).where(_M.batch == batch, _M.state == "waiting")
    if attempt.fate is Fate.SENT:
        tx.execute(waiting.values(state="sent", done_at=attempt.ended_at, why=None))
    else:
        tx.execute(waiting.values(why=why))


def wait(tx: Tx, batch: str, until: datetime, why: str | None = None) -> None:
    """Store that a batch is not handed over before an instant."""
    values = {"next_at": until} | ({"why": why} if why else {})
    tx.execute(update(staff_messages).where(_M.batch == batch, _M.state == "waiting").values(**values))


def _drop(tx: Tx, at: datetime) -> None:
    t = RECORDS["tickets"].c
    waiting = update(staff_messages).where(_M.state == "waiting")
    dropped = {"state": "dropped", "done_at": at}
    is_closed = exists().where(t.local_id == _M.ticket_id, ~t.is_open | t.gone_at.is_not(None))
    closed = waiting.where(_M.ticket_id.is_not(None), _M.next_at <= at, is_closed)
    tx.execute(closed.values(why="the ticket was closed before", **dropped))
    old = waiting.where(_M.created_at < at - GIVE_UP_AFTER)
    tx.execute(old.values(why="nobody took it for a week", **dropped))


def prune(tx: Tx, at: datetime) -> None:
    """Forget what was told long ago."""
    old = (_M.state != "waiting") & (_M.done_at < at - KEPT)
    tx.execute(delete(staff_attempts).where(_A.batch.in_(select(_M.batch).where(old, _M.batch.is_not(None)))))
    tx.execute(delete(staff_messages).where(old))
