"""How complete and how fresh the data is: it stands on top of every page of figures."""

from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Connection, func, select

from servicedesk_core.store import passes, quarantine, runs, sources
from servicedesk_core.store.fields import optional_instant
from servicedesk_core.store.schema import RECORDS


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


_BEGINNING = datetime.min.replace(tzinfo=UTC)


def completeness(tx: Connection, connection: str | None = None) -> tuple[StreamCompleteness, ...]:
    """Return the completeness of every stream that was ever read.

    Args:
        tx: Any transaction.
        connection: Only this connection.

    Raises:
        NotFoundLocallyError: There is no such connection.
    """
    chosen = sources.all(tx) if connection is None else [sources.get(tx, connection)]
    return tuple(row for source in chosen for row in _of_source(tx, source))


def _of_source(tx: Connection, source: sources.Source) -> list[StreamCompleteness]:
    succeeded = runs.last_success(tx, source.id)
    by_stream: dict[str, list[passes.Pass]] = {}
    for one in passes.all(tx, source.id, mode="backfill"):
        by_stream.setdefault(one.key.stream, []).append(one)
    rows: list[StreamCompleteness] = []
    for stream, table in RECORDS.items():
        counted = select(func.count()).select_from(table).where(table.c.source_id == source.id)
        total = tx.execute(counted).scalar_one()
        gone = tx.execute(counted.where(table.c.gone_at.is_not(None))).scalar_one()
        slices = by_stream.get(stream, [])
        if not total and not slices and stream not in succeeded:
            continue
        oldest = None
        if stream == "tickets":  # the only table with an index for it
            first = (
                select(table.c.created_at)
                .where(table.c.source_id == source.id, table.c.gone_at.is_(None), table.c.created_at.is_not(None))
                .order_by(table.c.created_at)
                .limit(1)
            )
            oldest = optional_instant(tx.execute(first).scalar_one_or_none())
        since, whole = _reach(slices)
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
            )
        )
    return rows


def _reach(slices: list[passes.Pass]) -> tuple[datetime | None, bool]:
    """Follow complete slices from now back; return how far they reach, and whether none is missing."""
    newest_scope = slices[-1].key.scope_hash if slices else ""
    of_scope = [s for s in slices if s.key.scope_hash == newest_scope]
    since: datetime | None = None
    for one in sorted(of_scope, key=lambda s: s.since or _BEGINNING, reverse=True):
        if one.state != "complete":
            return since, False
        since = one.since if one.since is not None else since
    return since, bool(of_scope)
