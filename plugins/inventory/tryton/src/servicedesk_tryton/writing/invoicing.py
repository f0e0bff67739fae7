"""Writing invoices and credit notes: a draft, held against what was asked for to the cent, and only then posted."""

from dataclasses import replace
from datetime import timedelta
from typing import Final

from servicedesk_core.domain.billing import Difference, DocumentRequest, Verdict, compared
from servicedesk_core.errors import OutcomeUnknownError, RejectedError, WriteConflictError
from servicedesk_core.hooks import (
    Clock,
    FindResult,
    Found,
    Inconclusive,
    Known,
    ProvenAbsent,
    Write,
    WriteReceipt,
    looked_for,
    marks,
)
from servicedesk_tryton.api.wire import Row, parts, text
from servicedesk_tryton.capabilities import capabilities
from servicedesk_tryton.meaning.invoices import ROUNDING, document_of
from servicedesk_tryton.reading.books import Books
from servicedesk_tryton.settings import TrytonSettings
from servicedesk_tryton.writing.documents import CANCELLED, Documents
from servicedesk_tryton.writing.drafting import Drafter
from servicedesk_tryton.writing.finishing import Finisher
from servicedesk_tryton.writing.settling import Settler

_UNBOOKED: Final = ("draft", "validated")


class Invoicer:
    """Writes invoices and credit notes.

    Args:
        drafter: Makes drafts.
        books: Reads them.
        documents: Takes them from state to state.
        settings: Of the connection.
        clock: The time.
    """

    def __init__(
        self, drafter: Drafter, books: Books, documents: Documents, settings: TrytonSettings, clock: Clock
    ) -> None:
        self._books = books
        self._documents = documents
        self._settings = settings
        self._clock = clock
        self._drafter = drafter
        self._settler = Settler(books, documents)
        self._finisher = Finisher(documents, settings.answered_warnings, "lines")

    async def send(self, write: Write) -> WriteReceipt:
        """Write a document, once: what an earlier attempt began is gone on with.

        Raises:
            RejectedError: It cannot be right, the server refused it, or it comes to something else there; nothing is
                left standing.
            OutcomeUnknownError: It may have been written.
            TransientError: Nothing was sent.
        """
        capabilities(self._settings).checked(write)
        request = requested(write)
        begun = await self._books.numbered(request.number)
        if any(not _is_of(row, write, request) for row in begun):
            raise RejectedError(
                f"Tryton has another invoice with the reference {request.number}. It was left alone.",
                field_errors=("number",),
            )
        if len(begun) > 1:
            raise OutcomeUnknownError(f"Several invoices in Tryton were written as {request.number}.")
        if begun:
            ref = str(begun[0]["id"])
        else:
            ref = await self._documents.create(
                write.kind, await self._drafter.drafted(request, marks.mark_of(write.id))
            )
        return await self._finished(write, request, ref)

    async def find(self, write: Write) -> FindResult:
        """Look for a document by its number; one that is not as it was asked for is gone on with by sending again.

        Raises:
            ConnectorError: The server could not be asked.
        """
        request = requested(write)
        rows = [row for row in await self._books.numbered(request.number) if _is_of(row, write, request)]
        by_number = replace(write, id=request.number, earlier=())

        async def search(number: str, parent: str | None) -> list[str]:
            del parent
            if number == request.number:
                return [str(row["id"]) for row in rows if self._is_done(request, row)]
            return [str(row["id"]) for row in await self._books.numbered(number)]

        async def canary() -> Known | None:
            row = await self._books.newest(request.number)
            return None if row is None else Known(str(row["reference"]), str(row["id"]))

        found = await looked_for(
            by_number, search, now=self._clock.now(), settle_s=self._settings.settle_s, canary=canary
        )
        begun = [row for row in rows if not self._is_done(request, row)]
        if isinstance(found, Found) or len(begun) != 1 or write.attempted_at is None:
            return found
        ready = write.attempted_at + timedelta(seconds=self._settings.settle_s)
        if self._clock.now() < ready:
            return Inconclusive("The invoice was made, and may still be on its way.", ask_again_at=ready)
        told = f"invoice {begun[0]['id']} carries its number and mark, and is {begun[0].get('state')}"
        # It was read, so the search works; sending again goes on with it and makes no second one.
        return ProvenAbsent(f"{told}: it is not finished yet", told, begun=str(begun[0]["id"]))

    async def _finished(self, write: Write, request: DocumentRequest, ref: str) -> WriteReceipt:
        async def prepare(state: str, document: Row) -> bool:
            del state, document
            return await self._corrected(write, request, ref)

        rests_in = _UNBOOKED if request.draft else ()
        try:
            receipt = await self._finisher.finish(write, ref, prepare, rests_in=rests_in)
        except RejectedError:
            await self._removed(write, ref)
            raise
        if request.credits is not None and not receipt.refused and not request.draft:
            receipt = await self._settler.settle(write, request.credits, receipt)
        return receipt

    async def _corrected(self, write: Write, request: DocumentRequest, ref: str) -> bool:
        """Add a rounding line where one is needed, and return whether it was.

        Raises:
            RejectedError: It comes to something else.
        """
        row = await self._books.row(ref) or {}
        told, rounded = _held(request, row)
        if told.verdict is Verdict.ROUNDING and not rounded:
            line = await self._drafter.rounding(request, told.amount)
            await self._documents.change(write.kind, row, {"lines": [["create", [line]]]})
            return True
        if told.verdict is not Verdict.EQUAL:
            raise RejectedError(
                f"Tryton makes something else of it: {' '.join(told.reasons)}",
                field_errors=("lines",),
                hint="Nothing was left there. Look at its taxes.",
            )
        return False

    async def _removed(self, write: Write, ref: str) -> None:
        """Delete what was cancelled before it had a number; somebody who was faster has done it, or goes on with it."""
        row = await self._books.row(ref)
        if row is not None and row.get("state") == CANCELLED and text(row.get("number")) is None:
            try:
                await self._documents.delete(write.kind, row)
            except (RejectedError, WriteConflictError):
                return  # a cancelled one stands for nothing

    def _is_done(self, request: DocumentRequest, row: Row) -> bool:
        """Return whether nothing is left to do for a document; what somebody cancelled afterwards was written."""
        if row.get("state") == CANCELLED:
            return True
        if row.get("state") in self._documents.kind.done:
            return request.credits is None or self._settler.is_settled(row)
        return request.draft and _held(request, row)[0].verdict is Verdict.EQUAL


def requested(write: Write) -> DocumentRequest:
    """Return the document that a write asks for.

    Raises:
        RejectedError: Its values are none.
    """
    try:
        request = DocumentRequest.of(write.values)
    except ValueError:  # its text repeats what was asked for
        request = None
    if request is None or write.kind != f"{request.kind.value}.create":
        raise RejectedError("The document is not understood. Nothing was sent.", field_errors=("lines",)) from None
    return request


def _is_of(row: Row, write: Write, request: DocumentRequest) -> bool:
    """Return whether an invoice was made by a write, or is the very same.

    The mark of its write stands in the note of a line, which is not printed.
    """
    marked = any(marks.carries_mark(line.get("note"), write.id) for line in parts(row, "lines"))
    return marked or _held(request, row)[0].verdict is Verdict.EQUAL


def _held(request: DocumentRequest, row: Row) -> tuple[Difference, int]:
    """Return how an invoice differs from what was asked for, and how many rounding lines it has."""
    rounded = sum(line.get("note") == ROUNDING for line in parts(row, "lines"))
    return compared(request, document_of(row, request.kind), rounding_lines=rounded), rounded
