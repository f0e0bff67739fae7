"""One table for each stream, derived from the domain classes, and made when somebody asks for it."""

from collections.abc import Iterator, Mapping
from threading import Lock
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    LargeBinary,
    Table,
    Text,
    UniqueConstraint,
    literal_column,
    text,
)

from servicedesk_core.domain import STREAMS, Entity
from servicedesk_core.store.fields import fields_of
from servicedesk_core.store.schema.base import Id, metadata

BOOKKEEPING = (
    "local_id",
    "source_id",
    "external_id",
    "raw_hash",
    "row_hash",
    "mapping_version",
    "gone_at",
    "gone_reason",
    "first_seen_at",
    "changed_at",
)
"""Columns before the entity's own fields. They come first because a row is read up to the last column asked for, and
descriptions are long; ``raw`` comes last for the same reason."""


IS_OPEN = text("tickets.is_open")
"""The condition of the index of open tickets, in the words that let SQLite use it."""

ticket_source = literal_column("+tickets.source_id", BigInteger)
"""The source of a ticket, in the words that keep SQLite from walking all tickets of a source to sort them."""


def _record_table(stream: str, entity: type[Entity]) -> Table:
    derived: list[Column[Any]] = []
    if stream == "tickets":
        derived = [Column("is_open", Boolean, nullable=False), Column("sla_due_at", BigInteger)]
    return Table(
        stream,
        metadata,
        Column("local_id", Id, primary_key=True),
        Column("source_id", BigInteger, nullable=False),
        Column("external_id", Text, nullable=False),
        Column("raw_hash", LargeBinary),
        Column("row_hash", LargeBinary, nullable=False),
        Column("mapping_version", Text, nullable=False),
        Column("gone_at", BigInteger),
        Column("gone_reason", Text),
        Column("first_seen_at", BigInteger, nullable=False),
        Column("changed_at", BigInteger, nullable=False),
        *derived,
        *(Column(f.name, f.column_type, nullable=f.nullable) for f in fields_of(entity)),
        Column("raw", LargeBinary),
        UniqueConstraint("source_id", "external_id"),
    )


class _Records(Mapping[str, Table]):
    """The tables by stream; a list of tickets needs five of them, and does not wait for the others."""

    def __init__(self) -> None:
        self._made: dict[str, Table] = {}
        self._making = Lock()  # the store reads on several threads

    def __getitem__(self, stream: str) -> Table:
        with self._making:
            if stream not in self._made:
                self._made[stream] = _record_table(stream, STREAMS[stream])
            return self._made[stream]

    def __iter__(self) -> Iterator[str]:
        return iter(STREAMS)

    def __len__(self) -> int:
        return len(STREAMS)


RECORDS: Mapping[str, Table] = _Records()
"""Table of each stream."""
