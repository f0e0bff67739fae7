"""What of our documents and of the PSA's invoices is in the books, and what of that is paid."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from sqlalchemy import ColumnElement, and_, exists, func, or_, select

from servicedesk_core.domain.billing import DocumentKind, DocumentStatus
from servicedesk_core.domain.billing.documents import VOID
from servicedesk_core.domain.writing import AT_VENDOR
from servicedesk_core.features.billing.drafts import Draft, DraftLine
from servicedesk_core.features.billing.sending.tables import MADE, stands
from servicedesk_core.store import Tx
from servicedesk_core.store.queries.billed import OWN, is_credited
from servicedesk_core.store.schema import RECORDS, billing_documents, billing_sources, outbox, sources

_DOC, _SRC = billing_documents.c, billing_sources.c
_IN_LEDGER: Final = or_(_DOC.write_id.is_(None), outbox.c.state.in_(list(AT_VENDOR)))


@dataclass(frozen=True, slots=True)
class BookedLine:
    """A line of a document of ours that stands, and that was not credited.

    Attributes:
        psa: Connection of the PSA.
        company: Its id of the client.
        first_on: First day that is billed.
        currency: Of the amounts.
        line: What it sells.
        sign: What its amount is multiplied by: a credit note gives back.
        is_in_ledger: Whether the ledger has it.
        is_paid: Whether the ledger says that it is settled.
    """

    psa: str
    company: str
    first_on: date
    currency: str
    line: DraftLine
    sign: int
    is_in_ledger: bool
    is_paid: bool


def is_billed(
    stream: str,
    source_id: ColumnElement[Any],
    ref: ColumnElement[Any],
    *,
    in_part: bool = False,
    in_ledger: bool = False,
    paid: bool = False,
) -> ColumnElement[bool]:
    """Return that a document which stands bills a record, or carries an invoice of the PSA.

    Args:
        stream: The record's stream.
        source_id: Its connection.
        ref: The vendor's id of it.
        in_part: Also where only a part of it is billed: what hours bought in advance hold is paid for already.
        in_ledger: Only documents that the ledger has.
        paid: Only those of which the ledger says that they are settled.
    """
    psa = sources.alias("of_psa").c
    of = billing_sources.join(MADE, _SRC.document_id == _DOC.document_id)
    found = select(_SRC.ref).select_from(of.join(psa.id.table, psa.name == _SRC.connection))
    found = found.where(psa.id == source_id, _SRC.stream == stream, _SRC.ref == ref, stands())
    found = found.where(~is_credited(_DOC, _SRC))
    if not in_part:
        found = found.where(_SRC.part == "")
    if in_ledger:
        found = found.where(_IN_LEDGER)
    if paid:
        found = found.where(_is_paid())
    return found.correlate(*_tables(source_id, ref)).exists()


def lines_of_ours(tx: Tx) -> Iterator[BookedLine]:
    """Yield the lines of invoices and credits that were made here, without what was credited."""
    query = select(
        _DOC.document_id, _DOC.kind, _DOC.psa, _DOC.company_ref, _DOC.first_on, _DOC.currency, _DOC.draft,
        _IN_LEDGER.label("is_in_ledger"), _is_paid().label("is_paid"),
    ).select_from(MADE).where(_DOC.sequence.is_not(None), stands())  # fmt: skip
    held = select(_SRC.document_id, _SRC.line).join(MADE, _SRC.document_id == _DOC.document_id)
    held = held.where(_SRC.stream != OWN, _SRC.part != VOID, stands(), ~is_credited(_DOC, _SRC))
    lines = {(row.document_id, row.line) for row in tx.execute(held)}
    for row in tx.execute(query.order_by(_DOC.document_id)):
        sign = 1 if row.kind is DocumentKind.INVOICE else -1
        for number, line in enumerate(Draft.model_validate(row.draft).lines, 1):
            if (row.document_id, number) in lines:
                yield BookedLine(
                    row.psa, row.company_ref, row.first_on, row.currency, line, sign, bool(row.is_in_ledger),
                    bool(row.is_paid),
                )  # fmt: skip


def _is_paid() -> ColumnElement[bool]:
    """Return that the ledger says of a document that it is wholly settled."""
    ref = func.coalesce(outbox.c.ref, _DOC.linked_ref)

    def said(kind: DocumentKind) -> ColumnElement[bool]:
        of, ledger = RECORDS[kind.value].alias("settled").c, sources.alias("its_ledger").c
        shown = exists().where(
            ledger.id == of.source_id, ledger.name == _DOC.ledger, of.external_id == ref,
            of.status == DocumentStatus.PAID.value,
        )  # fmt: skip
        return and_(_DOC.kind == kind, shown)

    return or_(*map(said, DocumentKind))


def _tables(*columns: ColumnElement[Any]) -> list[Any]:
    """Return the tables that columns are of."""
    return [column.table for column in columns if getattr(column, "table", None) is not None]
