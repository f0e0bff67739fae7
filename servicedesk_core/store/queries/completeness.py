"""How complete and how fresh the data is: it stands on top of every page of figures."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache

from sqlalchemy import ColumnElement, Connection, TextClause, func, select, text

from servicedesk_core.store import children, passes, quarantine, runs, sources
from servicedesk_core.store.fields import optional_instant
from servicedesk_core.store.queries.scope import Scope, Sight
from servicedesk_core.store.schema import RECORDS, ticket_source


@dataclass(frozen=True, slots=True)
class StreamCompleteness:
    """How much of a stream the desk has.

    Attributes:
        connection: Name of the connection.
        stream: The stream.
        rows: Live records.
        gone: Records that the vendor has no more.
        oldest_created_at: Creation of the oldest live ticket.
        complete_since: Everything created since then was read; ``None`` = not even the first slice is complete.
        is_complete: Whether everything was read, as far back as was asked for.
        last_success_at: When it was last read to its end.
        quarantined: Records that did not fit.
        parents_left: Parents below which the stream is still to be read; ``None`` = it is not read below parents.
        parents_silent: Parents that gave no answer when they were last asked.
        is_read: Whether the vendor was ever asked for it; else the desk made its records from those of other streams.
    """

    connection: str
    stream: str
    rows: int
    gone: int
    oldest_created_at: datetime | None
    complete_since: datetime | None
    is_complete: bool
    last_success_at: datetime | None
    quarantined: int
    is_read: bool = True
    parents_left: int | None = None
    parents_silent: int = 0


PLAN = "plan"
"""Mode of the mark that a backfill was begun; its ``since`` says how far back is wanted."""

BACKFILL = "backfill"
SWEEP = "sweep"
"""Mode of passes over the whole of a stream that cannot be read in pieces."""

CHILDREN = "children"
"""Mode of the mark that children were read below their parents; its ``records`` are the parents that are left."""

OPEN_PIECE = "open"
"""Piece of a backfill that reads open tickets of any age; it says nothing about a range."""


@dataclass(frozen=True, slots=True)
class Freshness:
    """How old the tickets are, and how much of them the desk has; cheap to ask for at every page.

    Attributes:
        read_at: When they were last read, of the connection where that is longest ago; ``None`` = one never was.
        complete_since: Everything created since then was read; ``None`` = all of it, or not even the first piece.
        is_complete: Whether everything was read, as far back as was asked for.
    """

    read_at: datetime | None
    complete_since: datetime | None
    is_complete: bool


def freshness(tx: Connection, scope: Scope | None = None) -> Freshness:
    """Return how old and how complete the tickets are.

    Args:
        tx: Any transaction.
        scope: Only of the connection whose records it lets through.
    """
    chosen = sources.all(tx) if scope is None else [sources.get(tx, scope.connection)]
    read: list[datetime | None] = []
    reached: list[tuple[datetime | None, bool]] = []
    for source in chosen:
        found = [one for one in passes.all(tx, source.id) if one.key.stream == "tickets"]
        last = runs.last_success(tx, source.id).get("tickets")
        if found or last:
            read.append(last)
            reached.append(_reach(found))
    whole = bool(reached) and all(is_whole for _, is_whole in reached)
    since = [one for one, _ in reached if one is not None]
    return Freshness(None if not read or None in read else min(filter(None, read)), max(since, default=None), whole)


def completeness(
    tx: Connection, connection: str | None = None, *, scope: Scope | None = None
) -> tuple[StreamCompleteness, ...]:
    """Return the completeness of every stream that was ever read.

    Args:
        tx: Any transaction.
        connection: Only this connection.
        scope: Count only what it lets through, and only streams that belong to a client; nobody can say whose a
            quarantined or vanished record is, so neither is counted.

    Raises:
        NotFoundLocallyError: There is no such connection.
    """
    if scope is None:
        chosen = sources.all(tx) if connection is None else [sources.get(tx, connection)]
        return tuple(row for source in chosen for row in _of_source(tx, source))
    if connection not in {None, scope.connection}:
        return ()
    sight, rows = Sight(tx, scope), _of_source(tx, sources.get(tx, scope.connection))
    return tuple(_scoped(tx, row, live) for row in rows if (live := sight.live(row.stream)) is not None)


def _scoped(tx: Connection, row: StreamCompleteness, live: ColumnElement[bool]) -> StreamCompleteness:
    counted = select(func.count()).select_from(RECORDS[row.stream]).where(live)
    rows = tx.execute(counted).scalar_one() if row.rows else 0
    oldest = _oldest(tx, live) if row.stream == "tickets" else None
    return replace(row, rows=rows, gone=0, quarantined=0, oldest_created_at=oldest)


def _of_source(tx: Connection, source: sources.Source) -> Iterator[StreamCompleteness]:
    succeeded = runs.last_success(tx, source.id)
    by_stream: dict[str, list[passes.Pass]] = {}
    for one in passes.all(tx, source.id):
        by_stream.setdefault(one.key.stream, []).append(one)
    quarantined = quarantine.counts(tx, source.id)
    left = {name: one.records for name, found in by_stream.items() for one in found if one.key.mode == CHILDREN}
    silent = children.not_answered(tx, source.id) if left else {}
    for stream, total, gone in tx.execute(_counts(source.id)).all():
        found = by_stream.get(stream, [])
        if not (total or found or stream in succeeded):
            continue
        since, whole = _reach(found)
        live = (ticket_source == source.id) & RECORDS["tickets"].c.gone_at.is_(None)
        yield StreamCompleteness(
            connection=source.name,
            stream=stream,
            rows=total - gone,
            gone=gone,
            oldest_created_at=_oldest(tx, live) if stream == "tickets" else None,
            complete_since=since,
            is_complete=whole,
            last_success_at=succeeded.get(stream),
            quarantined=quarantined.get(stream, 0),
            is_read=bool(found) or stream in succeeded,
            parents_left=left.get(stream),
            parents_silent=silent.get(stream, 0),
        )


@lru_cache
def _counts(source_id: int) -> TextClause:
    """Return the query for each stream's records, and for those of them that are gone.

    All less those of other sources, of which there are few or none: SQLite counts a whole table ten times as fast.
    """
    return text(
        " UNION ALL ".join(
            f"SELECT '{stream}', (SELECT COUNT(*) FROM {stream}) "  # noqa: S608
            f"- (SELECT COUNT(*) FROM {stream} WHERE source_id < {source_id}) "
            f"- (SELECT COUNT(*) FROM {stream} WHERE source_id > {source_id}), "
            f"(SELECT COUNT(*) FROM {stream} WHERE source_id = {source_id} AND gone_at IS NOT NULL)"
            for stream in RECORDS
        )
    )


def _oldest(tx: Connection, live: ColumnElement[bool]) -> datetime | None:
    created = RECORDS["tickets"].c.created_at
    first = select(created).where(live, created.is_not(None)).order_by(created).limit(1)
    return optional_instant(tx.execute(first).scalar_one_or_none())


def _reach(found: Sequence[passes.Pass]) -> tuple[datetime | None, bool]:
    """Follow complete pieces without a gap from now back.

    Returns:
        From which creation on everything was read (``None`` with ``True`` = from the beginning), and whether that is
        all that is wanted.
    """
    if any(one.key.mode in (SWEEP, CHILDREN) and one.state == "complete" for one in found):
        return None, True
    plans = [one for one in found if one.key.mode == PLAN]
    scope = plans[-1].key.scope_hash if plans else next((o.key.scope_hash for o in reversed(found)), "")
    wanted = plans[-1].since if plans else None
    pieces = {
        one.until: one
        for one in found
        if one.key.mode == BACKFILL
        and one.key.scope_hash == scope
        and one.key.slice != OPEN_PIECE
        and one.state == "complete"
    }
    since: datetime | None = None
    while (piece := pieces.pop(since, None)) is not None:
        since = piece.since
        if since is None or (wanted is not None and since <= wanted):
            return since, True
    return since, False
