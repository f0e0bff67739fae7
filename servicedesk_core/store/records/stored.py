"""What the store knows of records."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, Table, func, select

from servicedesk_core.domain import STREAMS, Entity
from servicedesk_core.domain.streams import reference_to
from servicedesk_core.errors import NotFoundLocallyError
from servicedesk_core.store import bulk
from servicedesk_core.store.codec import codec_of
from servicedesk_core.store.fields import fields_of, to_us
from servicedesk_core.store.schema import RECORDS


class Known(NamedTuple):
    """What the store knows of a record.

    Attributes:
        local_id: The desk's own id.
        raw_hash: Hash of the payload it was last mapped from.
        mapping_version: Mapping that it was mapped with.
        gone: Whether it is marked as gone.
    """

    local_id: int
    raw_hash: bytes | None
    mapping_version: str
    gone: bool


def table_of(stream: str) -> Table:
    """Return the table of a stream.

    Raises:
        NotFoundLocallyError: There is no such stream.
    """
    try:
        return RECORDS[stream]
    except KeyError:
        message = f"There is no stream {stream!r}."
        raise NotFoundLocallyError(message, hint=f"The streams are {', '.join(RECORDS)}.") from None


def known(tx: Connection, source_id: int, stream: str, external_ids: Iterable[str]) -> dict[str, Known]:
    """Return what the store knows of the given ids; ids it does not know are left out.

    A record whose payload has the same hash and was mapped with the same mapping need not be mapped again.
    """
    query = (
        f"SELECT external_id, local_id, raw_hash, mapping_version, gone_at FROM {table_of(stream).name} "  # noqa: S608
        "WHERE source_id = {source} AND external_id IN {values}"
    )
    return {
        external_id: Known(local_id, raw_hash, version, gone_at is not None)
        for external_id, local_id, raw_hash, version, gone_at in bulk.select_in(tx, query, source_id, external_ids)
    }


def outdated(
    tx: Connection,
    source_id: int,
    stream: str,
    stamps: Mapping[str, Mapping[str, datetime]],
    *,
    blank_differs: bool = True,
) -> list[str]:
    """Return the ids of live records of which a stored instant is another one than the given.

    Args:
        tx: Any transaction.
        source_id: The source.
        stream: The stream.
        stamps: Instants by field by id; a field that the stream does not have is passed over.
        blank_differs: Whether no stored instant is another one.
    """
    wanted = {name for given in stamps.values() for name in given}
    names = [field.name for field in fields_of(STREAMS[stream]) if field.name in wanted]
    columns = "".join(f', "{name}"' for name in names)
    query = (
        f"SELECT external_id{columns} FROM {table_of(stream).name} "  # noqa: S608
        "WHERE source_id = {source} AND external_id IN {values} AND gone_at IS NULL"
    )

    def differs(external_id: str, stored: Sequence[Any]) -> bool:
        given = stamps[external_id]
        return any(
            name in given and value != to_us(given[name]) and (value is not None or blank_differs)
            for name, value in zip(names, stored, strict=True)
        )

    rows = bulk.select_in(tx, query, source_id, stamps) if names else ()
    return [external_id for external_id, *stored in rows if differs(external_id, stored)]


def load(tx: Connection, source_id: int, stream: str, external_ids: Iterable[str]) -> dict[str, Entity]:
    """Return the records with the given ids, gone ones too; ids without a record are left out."""
    codec = codec_of(STREAMS[stream])
    columns = ", ".join(f'"{n}"' for n in codec.names)
    query = (
        f"SELECT external_id, {columns} FROM {table_of(stream).name} "  # noqa: S608
        "WHERE source_id = {source} AND external_id IN {values}"
    )
    return {
        external_id: codec.decode(external_id, values)
        for external_id, *values in bulk.select_in(tx, query, source_id, external_ids)
    }


def parts_of(tx: Connection, source_id: int, stream: str, whole: str, refs: Collection[str]) -> Collection[str]:
    """Return the live records of a stream that are a part of some of another: those that name them, else of their ids.

    Args:
        tx: Any transaction.
        source_id: Whose records.
        stream: Stream of the parts.
        whole: Stream of what they are a part of.
        refs: Ids of records of that.
    """
    if (field := reference_to(stream, whole)) is None:
        return refs
    query = (
        f"SELECT external_id FROM {table_of(stream).name} "  # noqa: S608
        f"WHERE source_id = {{source}} AND {field} IN {{values}} AND gone_at IS NULL"
    )
    return [external_id for (external_id,) in bulk.select_in(tx, query, source_id, refs)]


def counts(tx: Connection, source_id: int) -> dict[str, int]:
    """Return how many live records each stream of a source has."""
    found: dict[str, int] = {}
    for stream, table in RECORDS.items():
        count = select(func.count()).select_from(table).where(table.c.source_id == source_id)
        gone = tx.execute(count.where(table.c.gone_at.is_not(None))).scalar_one()
        found[stream] = tx.execute(count).scalar_one() - gone
    return found
