"""The vendors' tokens of the versions of records that the store holds, where a vendor has such tokens."""

from collections.abc import Mapping

from sqlalchemy import Connection, select

from servicedesk_core.store.schema import record_revisions
from servicedesk_core.store.upserting import insert_into


def put_revisions(tx: Connection, source_id: int, stream: str, revisions: Mapping[str, str]) -> None:
    """Remember which version of each record was read last.

    Args:
        tx: A write transaction, the one that stores the records.
        source_id: The connection in the store.
        stream: Name of the stream.
        revisions: External id to the vendor's token.
    """
    if not revisions:
        return
    rows = [
        {"source_id": source_id, "stream": stream, "external_id": external_id, "revision": revision}
        for external_id, revision in revisions.items()
    ]
    statement = insert_into(tx, record_revisions)
    said = statement.excluded.revision
    keys = [column.name for column in record_revisions.primary_key]
    changed = record_revisions.c.revision != said
    tx.execute(statement.on_conflict_do_update(index_elements=keys, set_={"revision": said}, where=changed), rows)


def revision_of(tx: Connection, source_id: int, stream: str, external_id: str) -> str | None:
    """Return the token of the version of a record that was read last, if its vendor gave one."""
    c = record_revisions.c
    query = select(c.revision).where(c.source_id == source_id, c.stream == stream, c.external_id == external_id)
    return tx.execute(query).scalar_one_or_none()
