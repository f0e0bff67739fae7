"""One table for each stream, derived from the domain classes."""

from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Index,
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


RECORDS: dict[str, Table] = {stream: _record_table(stream, entity) for stream, entity in STREAMS.items()}
"""Table of each stream."""

IS_OPEN = text("tickets.is_open")
"""The condition of the index of open tickets, in the words that let SQLite use it."""

ticket_source = literal_column("+tickets.source_id", BigInteger)
"""The source of a ticket, in the words that keep SQLite from walking all tickets of a source to sort them."""

_LIVE = text("gone_at IS NULL")
_OPEN = text("is_open AND gone_at IS NULL")
_tickets = RECORDS["tickets"].c

Index("ix_tickets_number", _tickets.number)
# People know a ticket by its number.

Index("ix_tickets_created", _tickets.created_at)
# Lists are sorted by it, reconciliation works in ranges of it, and completeness asks for its ends.

_LISTED = (
    "source_id",
    "queue_ref",
    "status_category",
    "assignee_ref",
    "company_ref",
    "priority",
    "due_at",
    "sla_due_at",
    "last_activity_at",
    "estimated_s",
    "external_id",
    "is_open",
    "gone_at",
)

for _name, _first in {"open": (), "open_company": ("company_ref",), "open_queue": ("queue_ref",)}.items():
    Index(
        f"ix_tickets_{_name}",
        *(_tickets[name] for name in (*_first, "created_at", "local_id", *(n for n in _LISTED if n not in _first))),
        sqlite_where=_OPEN,
        postgresql_where=_OPEN,
    )
# The desk page and lists of open tickets read only these: of the whole desk, of some clients, and of some queues. Open
# tickets are few, and closed ones pay nothing for it. The local id completes the order of lists: without it SQLite
# takes the index of all tickets and walks past every older one that is closed. The last two are there because SQLite
# calls an index covering only when it holds the columns of its own condition.

for _name, _refs in {"company": ("company_ref", "queue_ref"), "queue": ("queue_ref", "company_ref")}.items():
    _columns = (_refs[0], "created_at", "local_id", "source_id", _refs[1], "external_id", "gone_at")
    Index(f"ix_tickets_{_name}", *(_tickets[name] for name in _columns))
# All tickets of a client or in a queue: to list and to count them, and to find what hangs on them.

for _stream, _more in {
    "notes": (),
    "time_entries": ("worked_s", "gone_at"),
    "ticket_events": ("effective_at", "source_seq", "gone_at"),
    "sla_results": (),
}.items():
    _c = RECORDS[_stream].c
    Index(
        f"ix_{_stream}_ticket",
        _c.source_id,
        _c.ticket_ref,
        *(_c[name] for name in _more),
        sqlite_where=_LIVE,
        postgresql_where=_LIVE,
    )
# What hangs on a ticket; with the worked seconds, because the desk page adds them up, and with what orders events,
# because their view numbers them.

for _stream, _table in RECORDS.items():
    Index(
        f"ix_{_stream}_gone",
        _table.c.source_id,
        sqlite_where=text("gone_at IS NOT NULL"),
        postgresql_where=text("gone_at IS NOT NULL"),
    )
# Live records are counted as all less those that are gone; live records pay nothing for it.
