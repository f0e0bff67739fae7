"""How far the judging is, and what it is done under."""

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import delete, func, select, update

from servicedesk_core.business_time import Calendar
from servicedesk_core.business_time.table import instant, micros
from servicedesk_core.features.clients import CLIENTS
from servicedesk_core.features.definitions import CALENDARS, holding, versions_of
from servicedesk_core.features.sla.clocks.evaluating import Evaluator
from servicedesk_core.features.sla.clocks.matching import Book
from servicedesk_core.features.sla.clocks.policies import PolicySet
from servicedesk_core.features.sla.definitions import JUDGED_BY, POLICIES
from servicedesk_core.features.sla.tables import told
from servicedesk_core.store import Tx, changes, upserting
from servicedesk_core.store.rows import Rows
from servicedesk_core.store.schema import RECORDS, definitions, sla_clocks, sla_evaluation, sla_tickets
from servicedesk_core.store.schema import changes as changes_table

CONSUMER: Final = "sla"
"""The name under which the changes feed is read."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the judging is: the row of its table."""

    definitions: int
    turned_at: datetime | None
    done_through: int | None
    at: datetime


@dataclass(frozen=True, slots=True)
class Under:
    """What clocks are judged under at an instant.

    Attributes:
        definitions: The version of the definitions; 0 = there is no policy.
        turned_at: When policies last came to hold for open clocks.
    """

    definitions: int
    turned_at: datetime | None


_PROGRESS: Final = Rows(Progress, sla_evaluation)
_FIRST: Final = 0


def current(tx: Tx) -> Progress | None:
    """Return how far the judging is; ``None`` = it was never begun."""
    return _PROGRESS.one(tx, _PROGRESS.select())


def version(tx: Tx) -> int:
    """Return the version that last changed calendars, policies or what is agreed with clients; 0 = no policies."""
    if not versions_of(tx, POLICIES):  # rows may be left of policies that were taken back before they held
        return 0
    table = definitions.c
    newest = select(func.max(table.version)).where(table.kind.in_([kind.name for kind in (*JUDGED_BY, CLIENTS)]))
    return int(tx.execute(newest).scalar_one())


def book_of(tx: Tx) -> Book | None:
    """Return policies and calendars in all their versions; ``None`` = there is no policy."""
    promised = _promised(tx)
    return Book(*promised) if promised[0] else None


def evaluator_of(tx: Tx) -> Evaluator:
    """Return what judges by all versions of policies and calendars."""
    return Evaluator(*_promised(tx))


def evaluator_then(tx: Tx, at: datetime) -> Evaluator | None:
    """Return what judged at an instant that is past, by what was applied by then; ``None`` = there was no policy."""
    promised = _promised(tx, at)
    return Evaluator(*promised) if promised[0] else None


def _promised(
    tx: Tx, known_at: datetime | None = None
) -> tuple[list[PolicySet], list[Calendar], list[datetime], list[tuple[str, datetime]]]:
    """Return policies and calendars in all their versions, and when which of them were removed."""
    held, calendars = holding(tx, POLICIES, known_at), holding(tx, CALENDARS, known_at)
    policies = [one.value for one in held if one.value is not None]
    ended_at = [one.since for one in held if one.value is None and one.since is not None]
    removed = [(one.name, one.since) for one in calendars if one.value is None and one.since is not None]
    return policies, [one.value for one in calendars if one.value is not None], ended_at, removed


def under(version: int, book: Book, now: datetime) -> Under:
    """Return what clocks are judged under at an instant."""
    passed = book.turns[: bisect_right(book.turns, micros(now))]
    return Under(version, instant(passed[-1]) if passed else None)


def begin(tx: Tx, what: Under, now: datetime) -> None:
    """Begin to judge all tickets; what changes from now on is told by the feed."""
    _keep(tx, Progress(what.definitions, what.turned_at, _FIRST, now))
    changes.advance(tx, CONSUMER, changes.head(tx), now)


def go_on(tx: Tx, what: Under, done_through: int | None, now: datetime) -> None:
    """Note how far the judging of all tickets is; ``None`` = it is over."""
    _keep(tx, Progress(what.definitions, what.turned_at, done_through, now))


def end(tx: Tx) -> None:
    """Forget everything: there is no policy."""
    for table in (sla_clocks, sla_tickets, sla_evaluation):
        tx.execute(delete(table))
    changes.forget_consumer(tx, CONSUMER)


def behind(tx: Tx, most: int) -> int:
    """Return how many changes that touch clocks were not taken in, counting so many at most."""
    unread = (
        select(changes_table.c.seq)
        .where(changes_table.c.seq > changes.offset(tx, CONSUMER), changes_table.c.entity.in_(told.FOLLOWED))
        .limit(most)
    )
    return int(tx.execute(select(func.count()).select_from(unread.subquery())).scalar_one())


def due_again(tx: Tx, now: datetime, limit: int) -> set[int]:
    """Return some of the tickets of which something comes to hold now that was known before."""
    due = select(sla_tickets.c.ticket_id).where(sla_tickets.c.again_at <= now).limit(limit)
    return {*tx.execute(due).scalars()}


def judge_again(tx: Tx, places: Iterable[tuple[str, int]], now: datetime) -> None:
    """Note that the tickets of places are to be judged again: those of a client may be too many to do it at once.

    Args:
        tx: A write transaction.
        places: Stream, one of :data:`told.PLACES`, and the desk's own number of each.
        now: The present instant.
    """
    by_stream: dict[str, list[int]] = {}
    for stream, local_id in places:
        by_stream.setdefault(stream, []).append(local_id)
    ticket = RECORDS["tickets"].c
    for stream, ids in by_stream.items():
        place = RECORDS[stream].c
        own = select(ticket.local_id).where(
            place.local_id.in_(ids),
            ticket.source_id == place.source_id,
            ticket[told.PLACES[stream]] == place.external_id,
        )
        tx.execute(update(sla_tickets).where(sla_tickets.c.ticket_id.in_(own)).values(again_at=now))


def is_behind(tx: Tx, now: datetime) -> bool:
    """Whether there is something to judge."""
    return _is_unjudged(tx, now) or (current(tx) is not None and bool(behind(tx, 1)))


def has_news(tx: Tx, now: datetime) -> bool:
    """Whether there is something to judge, or to take note of: most of what the feed tells touches no clock."""
    is_unread = changes.head(tx) > changes.offset(tx, CONSUMER)
    return _is_unjudged(tx, now) or (current(tx) is not None and is_unread)


def _is_unjudged(tx: Tx, now: datetime) -> bool:
    """Whether tickets are to be judged though nothing happened: other promises, or the time alone."""
    known, number, book = current(tx), version(tx), book_of(tx)
    if book is None or known is None or known.done_through is not None:
        return (book, known) != (None, None)
    is_same = Under(known.definitions, known.turned_at) == under(number, book, now)
    return not is_same or bool(due_again(tx, now, 1))


def _keep(tx: Tx, progress: Progress) -> None:
    upserting.put(tx, sla_evaluation, {"id": 1, **_PROGRESS.values(progress)})
