"""Settling an invoice by a credit note: the note's line in the books is set against the invoice."""

from dataclasses import replace
from typing import Final

from servicedesk_core.domain.billing import DocumentKind
from servicedesk_core.errors import RejectedError, WriteConflictError
from servicedesk_core.hooks import Write, WriteReceipt
from servicedesk_tryton.api.wire import Row, key, parts
from servicedesk_tryton.meaning.invoices import document_of
from servicedesk_tryton.reading.books import Books
from servicedesk_tryton.writing.documents import Documents

_FIELD: Final = "credits"


class Settler:
    """Settles invoices.

    Args:
        books: Reads them.
        documents: Changes them.
    """

    def __init__(self, books: Books, documents: Documents) -> None:
        self._books = books
        self._documents = documents

    def is_settled(self, note: Row) -> bool:
        """Return whether a credit note is set against an invoice."""
        lines = parts(note, "lines_to_pay")
        return bool(lines) and all(line.get("invoice_payments") for line in lines)

    async def settle(self, write: Write, invoice: str, receipt: WriteReceipt) -> WriteReceipt:
        """Set a credit note against an invoice, and say in the receipt where it could not be.

        Args:
            write: That made the note.
            invoice: Id of the invoice.
            receipt: Of the note.

        Raises:
            OutcomeUnknownError: It may have been done.
            TransientError: Nothing was sent.
        """
        note, credited = await self._books.row(receipt.ref), await self._books.row(invoice)
        if note is None or self.is_settled(note):
            return receipt
        if credited is None:
            return _left(receipt, "Tryton has no such invoice")
        shown, left = document_of(note, DocumentKind.CREDIT_NOTE), document_of(credited, DocumentKind.INVOICE).balance
        if credited.get("state") != "posted" or left is None or shown.total is None or shown.total > left:
            return _left(
                receipt, f"of the invoice, which is {credited.get('state')}, only {left or 0:f} is left to pay"
            )
        lines = [ref for line in parts(note, "lines_to_pay") if (ref := key(line.get("id"))) is not None]
        try:
            await self._documents.change(write.kind, credited, {"payment_lines": [["add", lines]]})
        except (RejectedError, WriteConflictError) as error:
            return _left(receipt, error.message)
        return receipt


def _left(receipt: WriteReceipt, why: str) -> WriteReceipt:
    told = f"The credit note {receipt.ref} stands, and settles nothing yet: {why}"
    return replace(receipt, refused={_FIELD: told})
