"""Making documents void: what is not in the books is cancelled, what is there only where the company allows it."""

from datetime import timedelta

from servicedesk_core.domain.billing import DocumentKind, DocumentStatus
from servicedesk_core.errors import RejectedError
from servicedesk_core.hooks import Clock, FindResult, Found, Inconclusive, ProvenAbsent, Write, WriteReceipt
from servicedesk_tryton.api.errors import WarningError
from servicedesk_tryton.api.wire import Row, flag
from servicedesk_tryton.capabilities import capabilities
from servicedesk_tryton.meaning.invoices import document_of
from servicedesk_tryton.reading.books import Books
from servicedesk_tryton.settings import TrytonSettings
from servicedesk_tryton.writing.documents import CANCELLED, Documents


class Voider:
    """Makes invoices and credit notes void.

    Args:
        books: Reads them.
        documents: Cancels them.
        settings: Of the connection.
        clock: The time.
    """

    def __init__(self, books: Books, documents: Documents, settings: TrytonSettings, clock: Clock) -> None:
        self._books = books
        self._documents = documents
        self._settings = settings
        self._clock = clock

    async def send(self, write: Write) -> WriteReceipt:
        """Cancel a document.

        Raises:
            RejectedError: It is not there, stands otherwise than it was seen, or is in the books for good.
            OutcomeUnknownError: It may have been cancelled.
            TransientError: Nothing was sent.
        """
        capabilities(self._settings).checked(write)
        row = await self._row(write)
        status = None if row is None else document_of(row, DocumentKind(write.kind.partition(".")[0])).status
        if row is None or write.base.get("status", status) != status:
            told = "is not there" if status is None else f"is {status.value} by now"
            raise RejectedError(f"The document {told}. Nothing was cancelled.", field_errors=("status",))
        if status is DocumentStatus.VOID:
            return WriteReceipt(str(write.target))
        if not flag(row.get("allow_cancel")):
            raise RejectedError(
                "Tryton cancels no invoice that is in the books. Nothing was cancelled.",
                field_errors=("status",),
                hint="Write a credit note, or allow it in Tryton (Cancel Customer Invoice of the company).",
            )
        try:
            await self._documents.act(write.kind, "cancel", row)
        except WarningError as asked:
            if asked.kind not in self._settings.answered_warnings:
                raise
            await self._documents.answer(write.kind, asked.name)
            await self._documents.act(write.kind, "cancel", row)
        return WriteReceipt(str(write.target))

    async def find(self, write: Write) -> FindResult:
        """Look whether a document is cancelled.

        Raises:
            ConnectorError: The server could not be asked.
        """
        row = await self._row(write)
        if row is not None and row.get("state") == CANCELLED:
            return Found(str(write.target))
        if write.attempted_at is None:
            return Inconclusive("It is not known when it was sent.")
        ready = write.attempted_at + timedelta(seconds=self._settings.settle_s)
        if self._clock.now() < ready:
            return Inconclusive("It may still be on its way.", ask_again_at=ready)
        return ProvenAbsent("the document is not there" if row is None else f"the document is {row.get('state')}")

    async def _row(self, write: Write) -> Row | None:
        return await self._books.row(str(write.target or ""))
