"""The quarantine: records that could not be mapped or stored, with their payload and the reason."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from types import MappingProxyType
from typing import Annotated, Any, Final, NamedTuple

from sqlalchemy import ColumnElement, Connection, func, select

from servicedesk_core.errors import NotFoundLocallyError
from servicedesk_core.faces import Column, Page
from servicedesk_core.store import bulk
from servicedesk_core.store.codec import scrub
from servicedesk_core.store.paging import page_of
from servicedesk_core.store.rows import Rows
from servicedesk_core.store.schema import quarantine, seen, sources
from servicedesk_core.store.upserting import insert_into

_AT_ONCE: Final = 1_000
"""So many records are read at once where all of them are."""


class Rejected(NamedTuple):
    """A record that did not fit.

    Attributes:
        external_id: The vendor's id, or a stand-in where there is none.
        raw: Its payload.
        reason: What is wrong, for people; no record text.
    """

    external_id: str
    raw: Mapping[str, Any] | None
    reason: str


@dataclass(frozen=True, slots=True)
class QuarantinedRecord:
    """A record in quarantine."""

    id: Annotated[int, Column("Its number.", "No.", leads="quarantine.show")]
    connection: Annotated[str, Column("Connection that brought it.")]
    stream: Annotated[str, Column("Name of the stream.")]
    external_id: Annotated[str, Column("The vendor's id.", "Vendor's id")]
    reason: Annotated[str, Column("Why it was not understood; no record text.")]
    first_seen_at: Annotated[datetime, Column("When it was first met.", "First seen")]
    last_seen_at: Annotated[datetime, Column("When it was last met.", "Last seen")]
    attempts: Annotated[int, Column("How often it was tried.")]
    raw: Annotated[Any, Column("The vendor's payload; nothing in lists.", "Payload", shown=False)] = None


_ROWS: Final = Rows(QuarantinedRecord, quarantine, {"connection": sources.c.name})
_BROUGHT: Final = sources.c.id == quarantine.c.source_id
_LISTED: Final = tuple(_ROWS.columns[:-1])

COLUMNS: Final = dict(zip((field.name for field in fields(QuarantinedRecord)), _LISTED, strict=False))
"""What lists can be ordered by, by the names of their columns."""


def put(
    tx: Connection,
    source_id: int,
    stream: str,
    rows: Sequence[Rejected],
    now: datetime,
    *,
    below: Mapping[str, str] = MappingProxyType({}),
) -> None:
    """Put records into the quarantine; one that is there already gets the new reason and one attempt more.

    Args:
        tx: A write transaction.
        source_id: The source.
        stream: The stream.
        rows: The records.
        now: When.
        below: Of those that were read below another record, the id of that one.
    """
    if not rows:
        return
    statement = insert_into(tx, quarantine)
    latest = {scrub(row.external_id): row for row in rows}
    tx.execute(
        statement.on_conflict_do_update(
            index_elements=["source_id", "stream", "external_id"],
            set_={
                "reason": statement.excluded.reason,
                "raw": statement.excluded.raw,
                "last_seen_at": now,
                "parent_ref": func.coalesce(statement.excluded.parent_ref, quarantine.c.parent_ref),
                "attempts": quarantine.c.attempts + 1,
            },
        ),
        [
            {
                "source_id": source_id,
                "stream": stream,
                "external_id": external_id,
                "reason": row.reason,
                "raw": row.raw,
                "first_seen_at": now,
                "last_seen_at": now,
                "attempts": 1,
                "parent_ref": below.get(row.external_id),
            }
            for external_id, row in latest.items()
        ],
    )


def page(
    tx: Connection, source_id: int | None, stream: str | None, *, sort: str | None, after: str | None, limit: int
) -> Page[QuarantinedRecord]:
    """Return a page of the records in quarantine without their payload, by number.

    Args:
        tx: Any transaction.
        source_id: Only of this source.
        stream: Only of this stream.
        sort: Columns to order by first, joined with commas; a minus before one begins with the largest.
        after: ``next`` of the page before, in the same order.
        limit: At most so many.

    Raises:
        SettingsError: There is no such column to sort by.
        CursorError: ``after`` is not a position of this list.
    """
    query = select(*_LISTED).join(sources, _BROUGHT).where(*_of(source_id, stream))
    width = len(_LISTED)
    found = page_of(
        tx, query, COLUMNS, lambda row: QuarantinedRecord(*row[:width]), by="id", sort=sort, after=after, limit=limit
    )
    return Page(*found)


def each(tx: Connection, source_id: int | None = None, stream: str | None = None) -> Iterator[QuarantinedRecord]:
    """Iterate over the records in quarantine with their payload, by number, some at a time."""
    query = _ROWS.select().join(sources, _BROUGHT).where(*_of(source_id, stream)).order_by(quarantine.c.id)
    last = 0
    while rows := _ROWS.all(tx, query.where(quarantine.c.id > last).limit(_AT_ONCE)):
        yield from rows
        last = rows[-1].id


def _of(source_id: int | None, stream: str | None) -> tuple[ColumnElement[bool], ...]:
    of_source = () if source_id is None else (quarantine.c.source_id == source_id,)
    return of_source if stream is None else (*of_source, quarantine.c.stream == stream)


def get(tx: Connection, quarantine_id: int) -> QuarantinedRecord:
    """Return one record.

    Raises:
        NotFoundLocallyError: It is not there (any more).
    """
    found = _ROWS.one(tx, _ROWS.select().join(sources, _BROUGHT).where(quarantine.c.id == quarantine_id))
    if found is None:
        message = f"There is no record {quarantine_id} in the quarantine."
        raise NotFoundLocallyError(message, hint="See `servicedesk quarantine list`.")
    return found


def drop(tx: Connection, ids: Collection[int]) -> int:
    """Take records out by number; return how many there were."""
    return bulk.run_in(tx, "DELETE FROM quarantine WHERE id IN {values}", ids)


def release(tx: Connection, source_id: int, stream: str, external_ids: Collection[str]) -> int:
    """Take records out that could be stored after all; return how many there were.

    Costs one look when the stream has nothing in quarantine.
    """
    if not external_ids or stream not in counts(tx, source_id):
        return 0
    wanted = set(external_ids)
    held = tx.execute(
        select(quarantine.c.id, quarantine.c.external_id).where(
            quarantine.c.source_id == source_id, quarantine.c.stream == stream
        )
    ).all()
    return drop(tx, [row.id for row in held if row.external_id in wanted])


def drop_below(tx: Connection, source_id: int, stream: str, parents: Mapping[str, datetime]) -> None:
    """Take records out that were read below others and that nobody met there again.

    Args:
        tx: A write transaction.
        source_id: The source.
        stream: The stream.
        parents: Ids of the others, a thousand at most, each with the instant since when a record would have been met.
    """
    t = quarantine.c
    mine = select(t.id, t.parent_ref, t.last_seen_at).where(
        t.source_id == source_id, t.stream == stream, t.parent_ref.in_(parents)
    )
    drop(tx, [row.id for row in tx.execute(mine) if row.last_seen_at < parents[row.parent_ref]])


def unlisted(tx: Connection, source_id: int, stream: str, pass_id: int, *, before: datetime) -> dict[str, int]:
    """Return records in quarantine that a pass did not list: their numbers by external id.

    Args:
        tx: Any transaction.
        source_id: The source.
        stream: The stream.
        pass_id: The pass; the ids it saw count, where it collects them.
        before: Only records that nobody met again since this instant: the start of the pass.
    """
    listed = select(seen.c.pass_id).where(seen.c.pass_id == pass_id, seen.c.external_id == quarantine.c.external_id)
    query = select(quarantine.c.external_id, quarantine.c.id).where(
        quarantine.c.source_id == source_id,
        quarantine.c.stream == stream,
        quarantine.c.last_seen_at < before,
        ~listed.exists(),
    )
    return {row.external_id: row.id for row in tx.execute(query)}


def counts(tx: Connection, source_id: int) -> dict[str, int]:
    """Return how many records of a source are in quarantine, by stream; only where there are any."""
    query = select(quarantine.c.stream, func.count()).where(quarantine.c.source_id == source_id)
    return dict(tx.execute(query.group_by(quarantine.c.stream)).all())
