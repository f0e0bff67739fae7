"""What documents of ours bill that a ledger has: one reading for all who count it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import groupby
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Select, Text, and_, cast, exists, func, not_, or_, select

from servicedesk_core.domain.billing import DocumentKind, DocumentStatus
from servicedesk_core.domain.billing.documents import VOID
from servicedesk_core.domain.writing import AT_VENDOR
from servicedesk_core.store.schema import RECORDS, billing_documents, billing_sources, outbox, sources

OWN: Final = "billing_documents"
"""Stream of what a credit note takes back: a line of an invoice of ours."""

_DOC, _SRC = billing_documents.c, billing_sources.c


@dataclass(frozen=True, slots=True)
class BilledLine:
    """A line of a document that a ledger has, and that no credit note took back.

    Attributes:
        source_id: The PSA's connection.
        company: Its id of the client.
        first: First day that the document bills.
        stream: What the line bills.
        refs: The vendor's ids of that.
        amount: What it comes to, in whole cents; of a credit note with its sign turned.
        currency: Of the amount.
    """

    source_id: int
    company: str
    first: date
    stream: str
    refs: tuple[str, ...]
    amount: Decimal
    currency: str


def is_void(document: Any, write: Any) -> ColumnElement[bool]:
    """Return that the ledger says itself that a document stands for nothing.

    Args:
        document: Columns of ``billing_documents``.
        write: Columns of the write that makes it.
    """

    def said(kind: DocumentKind) -> ColumnElement[bool]:
        of, ledger = RECORDS[kind.value].c, sources.alias("of_ledger").c
        ref = func.coalesce(write.ref, document.linked_ref)
        over = [one.value for one in DocumentStatus if not one.counts]
        shown = exists().where(
            ledger.id == of.source_id, ledger.name == document.ledger, of.external_id == ref, of.status.in_(over)
        )
        return and_(document.kind == kind, shown)

    return or_(*map(said, DocumentKind))


def is_credited(document: Any, source: Any) -> ColumnElement[bool]:
    """Return that a credit note which the ledger has takes a line of a document back, or all of it as it was voided.

    Args:
        document: Columns of ``billing_documents``.
        source: Columns of ``billing_sources``, of what the line bills.
    """
    line, note, made = billing_sources.alias("taken").c, billing_documents.alias("note").c, outbox.alias("made").c
    is_line = and_(
        line.connection == document.ledger,
        line.stream == OWN,
        line.ref == document.number,
        line.part == cast(source.line, Text),
        document.kind == DocumentKind.INVOICE,
    )
    is_voided = and_(
        line.connection == source.connection,
        line.stream == source.stream,
        line.ref == source.ref,
        line.part == VOID,
        source.part == "",
        line.document_id > document.document_id,
    )
    return exists().where(
        or_(is_line, is_voided),
        note.document_id == line.document_id,
        made.id == note.write_id,
        made.state.in_(list(AT_VENDOR)),
        not_(is_void(note, made)),
    )


def counted(*columns: ColumnElement[Any]) -> Select[Any]:
    """Return the query for columns of what is billed by documents that a ledger has and that still stand."""
    of = (
        billing_sources.join(billing_documents, _SRC.document_id == _DOC.document_id)
        .join(sources, sources.c.name == _SRC.connection)
        .outerjoin(outbox, outbox.c.id == _DOC.write_id)
    )
    is_there = or_(_DOC.write_id.is_(None), outbox.c.state.in_(list(AT_VENDOR)))
    stands = (is_there, not_(is_void(_DOC, outbox.c)), not_(is_credited(_DOC, _SRC)))
    return select(*columns).select_from(of).where(*stands)


def billed_lines(tx: Connection, streams: tuple[str, ...], first: date, end: date) -> Iterator[BilledLine]:
    """Yield the lines that bill records of some streams, of documents for any day of a period, or for work of it.

    Work that was approved after its month was locked is billed with a later one.

    Args:
        tx: Any transaction.
        streams: What they bill.
        first: First day of the period.
        end: The day after its last one.
    """
    query = counted(sources.c.id, _DOC.document_id, _SRC.line, _SRC.stream, _SRC.ref).where(
        _SRC.stream.in_(streams),
        or_(and_(_DOC.first_on < end, _DOC.last_on >= first), _DOC.document_id.in_(_with_work(first, end))),
    )
    rows = tx.execute(query.order_by(_DOC.document_id, _SRC.line, _SRC.stream, _SRC.ref)).all()
    for number, of_document in groupby(rows, lambda row: row.document_id):
        columns = (_DOC.kind, _DOC.draft, _DOC.company_ref, _DOC.first_on, _DOC.currency)
        document = tx.execute(select(*columns).where(_DOC.document_id == number)).one()
        sign = -1 if document.kind == DocumentKind.CREDIT_NOTE else 1
        for (line, stream, source_id), several in groupby(of_document, lambda row: (row.line, row.stream, row.id)):
            yield BilledLine(
                source_id=source_id,
                company=document.company_ref,
                first=document.first_on,
                stream=stream,
                refs=tuple(dict.fromkeys(row.ref for row in several)),
                amount=sign * Decimal(str(document.draft["lines"][line - 1]["amount"])),
                currency=document.currency,
            )


def _with_work(first: date, end: date) -> Select[Any]:
    """Return the query for documents of later months that bill work of a period."""
    billed, document, work = (
        billing_sources.alias("billed_work"), billing_documents.alias("later"), RECORDS["time_entries"],
    )  # fmt: skip
    of = (
        billed.join(document, and_(document.c.document_id == billed.c.document_id, document.c.first_on >= end))
        .join(sources, sources.c.name == billed.c.connection)
        .join(work, and_(work.c.source_id == sources.c.id, work.c.external_id == billed.c.ref))
    )
    days = work.c.work_date >= first.isoformat(), work.c.work_date < end.isoformat()
    return select(billed.c.document_id).select_from(of).where(billed.c.stream == "time_entries", *days)
