"""How complete and how fresh the data is: it stands on top of every page of figures."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection, func, select

from servicedesk_core.store import passes, quarantine, runs, sources
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


PLAN = "plan"
"""Mode of the mark that a backfill was begun; its ``since`` says how far back is wanted."""

BACKFILL = "backfill"
SWEEP = "sweep"
"""Mode of passes over the whole of a stream that cannot be read in pieces."""

OPEN_PIECE = "open"
"""Piece of a backfill that reads open tickets of any age; it says nothing about a range."""


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
    if scope is not None:
        if connection not in {None, scope.connection}:
            return ()
        sight = Sight(tx, scope)
        rows = _of_source(tx, sources.get(tx, scope.connection))
        return tuple(_scoped(tx, row, sight) for row in rows if sight.condition(row.stream) is not None)
    chosen = sources.all(tx) if connection is None else [sources.get(tx, connection)]
    return tuple(row for source in chosen for row in _of_source(tx, source))


def _scoped(tx: Connection, row: StreamCompleteness, sight: Sight) -> StreamCompleteness:
    table = RECORDS[row.stream]
    mine = sight.require(row.stream) & table.c.gone_at.is_(None)
    count = tx.execute(select(func.count()).select_from(table).where(mine)).scalar_one()
    oldest = None
    if row.stream == "tickets":
        oldest = optional_instant(tx.execute(select(func.min(table.c.created_at)).where(mine)).scalar_one())
    return replace(row, rows=count, gone=0, quarantined=0, oldest_created_at=oldest)


def _of_source(tx: Connection, source: sources.Source) -> list[StreamCompleteness]:
    succeeded = runs.last_success(tx, source.id)
    by_stream: dict[str, list[passes.Pass]] = {}
    for one in passes.all(tx, source.id):
        by_stream.setdefault(one.key.stream, []).append(one)
    rows: list[StreamCompleteness] = []
    for stream, table in RECORDS.items():
        counted = select(func.count()).select_from(table).where(table.c.source_id == source.id)
        total = tx.execute(counted).scalar_one()
        gone = tx.execute(counted.where(table.c.gone_at.is_not(None))).scalar_one()
        found = by_stream.get(stream, [])
        if not total and not found and stream not in succeeded:
            continue
        oldest = None
        if stream == "tickets":  # the only table with an index for it
            first = (
                select(table.c.created_at)
                .where(ticket_source == source.id, table.c.gone_at.is_(None), table.c.created_at.is_not(None))
                .order_by(table.c.created_at)
                .limit(1)
            )
            oldest = optional_instant(tx.execute(first).scalar_one_or_none())
        since, whole = _reach(found)
        rows.append(
            StreamCompleteness(
                connection=source.name,
                stream=stream,
                rows=total - gone,
                gone=gone,
                oldest_created_at=oldest,
                complete_since=since,
                is_complete=whole,
                last_success_at=succeeded.get(stream),
                quarantined=quarantine.count(tx, source.id, stream),
                is_read=bool(found) or stream in succeeded,
            )
        )
    return rows


def _reach(found: Sequence[passes.Pass]) -> tuple[datetime | None, bool]:
    """Follow complete pieces without a gap from now back.

    Returns:
        From which creation on everything was read (``None`` with ``True`` = from the beginning), and whether that is
        all that is wanted.
    """
    if any(one.key.mode == SWEEP and one.state == "complete" for one in found):
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
