"""The indexes of the streams' tables; whoever reads or writes rows need not know them."""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import Index, text

from servicedesk_core.domain import REFERENCES
from servicedesk_core.store.schema.records import RECORDS

_LIVE = text("gone_at IS NULL")
_GONE = text("gone_at IS NOT NULL")
_OPEN = text("is_open AND gone_at IS NULL")
_tickets = RECORDS["tickets"].c

Index("ix_tickets_number", _tickets.number)
# People know a ticket by its number.

Index("ix_tickets_status", _tickets.source_id, _tickets.status, _tickets.status_category)
# Which words a vendor uses for its statuses, and what each means.

Index("ix_tickets_created", _tickets.created_at).ddl_if(dialect="postgresql")
Index(
    "ix_tickets_found", *(_tickets[name] for name in ("created_at", "local_id", "title", "number", "gone_at"))
).ddl_if(dialect="sqlite")
# Lists are sorted by it, reconciliation works in ranges of it, and completeness asks for its ends. SQLite also looks
# through titles in it, the newest first, and reads no ticket for it; PostgreSQL refuses a long title in an index.

Index("ix_tickets_ended", _tickets.resolved_at, _tickets.closed_at)
# What ended in a span: resolved in it, or, of what has no such instant, closed in it.

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

_SAID: Final = ("number", "title", "status", "priority_name", "kind", "kind_name")


def _open(name: str, *first: str, more: Sequence[str] = ()) -> Index:
    listed = (one for one in _LISTED if one not in first)
    columns = (_tickets[one] for one in (*first, "created_at", "local_id", *listed, *more))
    return Index(f"ix_tickets_{name}", *columns, sqlite_where=_OPEN, postgresql_where=_OPEN)


_open("open").ddl_if(dialect="postgresql")
_open("open_found", more=_SAID).ddl_if(dialect="sqlite")
_open("open_company", "company_ref")
_open("open_queue", "queue_ref")
# The desk page and lists of open tickets read only these: of the whole desk, of some clients, and of some queues. Open
# tickets are few, and closed ones pay nothing for it. The local id completes the order of lists: without it SQLite
# takes the index of all tickets and walks past every older one that is closed. The last two are there because SQLite
# calls an index covering only when it holds the columns of its own condition. What people filter the whole desk by, and
# look for, is in the first one: else each open ticket is read for it.

for _name, _refs in {"company": ("company_ref", "queue_ref"), "queue": ("queue_ref", "company_ref")}.items():
    _columns = (_refs[0], "created_at", "local_id", "source_id", _refs[1], "external_id", "gone_at")
    Index(f"ix_tickets_{_name}", *(_tickets[name] for name in _columns))
# All tickets of a client or in a queue: to list and to count them, and to find what hangs on them.

_ALSO_READ = {"time_entries": ("worked_s", "gone_at"), "ticket_events": ("effective_at", "source_seq", "gone_at")}

for _stream, _fields in REFERENCES.items():
    if "ticket_ref" in _fields:
        _c = RECORDS[_stream].c
        Index(
            f"ix_{_stream}_ticket",
            _c.source_id,
            _c.ticket_ref,
            *(_c[name] for name in _ALSO_READ.get(_stream, ())),
            sqlite_where=_LIVE,
            postgresql_where=_LIVE,
        )
# What hangs on a ticket; with the worked seconds, because the desk page adds them up, and with what orders events,
# because their view numbers them.

_events, _MERGED = RECORDS["ticket_events"].c, text("type = 'merged' AND gone_at IS NULL")
Index(
    "ix_ticket_events_merged",
    _events.source_id,
    _events.ticket_ref,
    _events.type,  # says nothing more, but without it SQLite may as well take the index of all events
    sqlite_where=_MERGED,
    postgresql_where=_MERGED,
)
# Whether a ticket went up in another: figures ask it of each, and of hardly any it is so.

_worked = RECORDS["time_entries"].c
Index("ix_time_entries_worked", _worked.work_date, _worked.start_at, sqlite_where=_LIVE, postgresql_where=_LIVE)
# What was worked on some days, or, of what has no day, from one instant to another: a month among many years.

_lines = RECORDS["purchase_order_lines"].c
Index("ix_purchase_order_lines_order", _lines.source_id, _lines.order_ref, sqlite_where=_LIVE, postgresql_where=_LIVE)
# The lines of an order that was read again: what it does not hold any more is gone.

_allocated = RECORDS["payment_allocations"].c
Index(
    "ix_payment_allocations_payment",
    _allocated.source_id,
    _allocated.payment_ref,
    sqlite_where=_LIVE,
    postgresql_where=_LIVE,
)
# What of a payment that was read again settles nothing any more.

_posted = RECORDS["billing_items"].c
for _billed in ("time_entry", "charge", "contract_service"):
    _named = text(f"{_billed}_ref IS NOT NULL AND gone_at IS NULL")
    Index(
        f"ix_billing_items_{_billed}",
        _posted[f"{_billed}_ref"],
        _posted.source_id,
        sqlite_where=_named,
        postgresql_where=_named,
    )
# Whether the PSA bills work, a charge or a service: asked of each record of a document before it goes.

for _documents in ("sales_invoices", "credit_notes"):
    _document = RECORDS[_documents].c
    Index(f"ix_{_documents}_number", _document.source_id, _document.number)
# A document of ours is known by its number.

for _stream, _table in RECORDS.items():
    Index(f"ix_{_stream}_gone", _table.c.source_id, sqlite_where=_GONE, postgresql_where=_GONE)
# Live records are counted as all less those that are gone; live records pay nothing for it.
