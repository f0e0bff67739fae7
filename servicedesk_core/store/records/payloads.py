"""The vendor's payloads beside the records: which are kept, how they are read again."""

from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import Connection, select, update

from servicedesk_core.ports import RawPolicy
from servicedesk_core.store.fields import to_us
from servicedesk_core.store.raws import Unpacker
from servicedesk_core.store.records.stored import table_of


class RawRow(NamedTuple):
    """A stored payload.

    Attributes:
        local_id: The desk's own id of the record.
        external_id: The vendor's.
        raw: The payload.
        mapping_version: Mapping that the record was last mapped with.
    """

    local_id: int
    external_id: str
    raw: dict[str, Any]
    mapping_version: str


def raws(tx: Connection, source_id: int, stream: str, after_local_id: int = 0, limit: int = 500) -> list[RawRow]:
    """Return stored payloads in the order of local ids, for mapping them again; gone records are left out."""
    table = table_of(stream)
    query = (
        select(table.c.local_id, table.c.external_id, table.c.raw, table.c.mapping_version)
        .where(
            table.c.source_id + 0 == source_id,  # no index: rows are wanted in the order in which they lie
            table.c.local_id > after_local_id,
            table.c.raw.is_not(None),
            table.c.gone_at.is_(None),
        )
        .order_by(table.c.local_id)
        .limit(limit)
    )
    unpacker = Unpacker(tx)
    return [RawRow(r.local_id, r.external_id, unpacker.unpack(r.raw), r.mapping_version) for r in tx.execute(query)]


def raw_of(tx: Connection, source_id: int, stream: str, external_id: str) -> dict[str, Any] | None:
    """Return the stored payload of one record, or ``None``."""
    table = table_of(stream)
    query = select(table.c.raw).where(table.c.source_id == source_id, table.c.external_id == external_id)
    blob = tx.execute(query).scalar_one_or_none()
    return None if blob is None else Unpacker(tx).unpack(blob)


def forget_raws(tx: Connection, source_id: int, stream: str, policy: RawPolicy, now: datetime) -> int:
    """Drop the payloads that a policy does not keep; return how many."""
    if policy.days is None:
        return 0
    table = table_of(stream)
    before = to_us(now - timedelta(days=policy.days)) if policy.days else to_us(now) + 1
    return tx.execute(
        update(table)
        .where(table.c.source_id == source_id, table.c.raw.is_not(None), table.c.changed_at < before)
        .values(raw=None)
    ).rowcount
