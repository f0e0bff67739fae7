"""What the store knows of records."""

from collections.abc import Iterable
from typing import NamedTuple

from sqlalchemy import Connection, Table, func, select

from servicedesk_core.domain import STREAMS, Entity
from servicedesk_core.errors import NotFoundLocallyError
from servicedesk_core.store import bulk
from servicedesk_core.store.codec import codec_of
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


def counts(tx: Connection, source_id: int) -> dict[str, int]:
    """Return how many live records each stream of a source has."""
    found: dict[str, int] = {}
    for stream, table in RECORDS.items():
        count = select(func.count()).select_from(table).where(table.c.source_id == source_id)
        gone = tx.execute(count.where(table.c.gone_at.is_not(None))).scalar_one()
        found[stream] = tx.execute(count).scalar_one() - gone
    return found
