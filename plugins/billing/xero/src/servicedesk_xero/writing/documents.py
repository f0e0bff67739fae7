"""Invoices and credit notes: made once, held against the request to the cent, found again by their numbers.

A request that comes again carries the same key, and Xero answers it with what it made at first: that proves that a
document is ours. What differs in more than rounding is taken back before anybody is told.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any, Final

from servicedesk_core.domain.billing import Difference, DocumentKind, DocumentRequest, DocumentStatus, Verdict, compared
from servicedesk_core.errors import NotFoundError, OutcomeUnknownError, RejectedError
from servicedesk_core.hooks import (
    Clock,
    FindResult,
    Found,
    Inconclusive,
    Known,
    ProvenAbsent,
    SourceRecord,
    Write,
    WriteReceipt,
    looked_for,
)
from servicedesk_xero.api.client import Api, Row, plain
from servicedesk_xero.capabilities import CREATE_INVOICE, MAX_LINES, capabilities
from servicedesk_xero.meaning.documents import KEYS, NUMBERS, document
from servicedesk_xero.meaning.values import amount, guid, text
from servicedesk_xero.settings import XeroSettings
from servicedesk_xero.writing.bodies import Body, body_of, rounded_off, rounding_line, rounding_lines
from servicedesk_xero.writing.codes import Codes
from servicedesk_xero.writing.refusals import explained, says_taken

PARTS: Final = {DocumentKind.INVOICE: "Invoices", DocumentKind.CREDIT_NOTE: "CreditNotes"}
_SALES: Final = {DocumentKind.INVOICE: "ACCREC", DocumentKind.CREDIT_NOTE: "ACCRECCREDIT"}
_GONE: Final = frozenset({DocumentStatus.VOID, DocumentStatus.DELETED})
_CANARIES: Final = "20"


class Documents:
    """Makes documents, and finds them again.

    Args:
        api: Of the organisation.
        clock: The time.
        settings: Of the connection.
    """

    def __init__(self, api: Api, clock: Clock, settings: XeroSettings) -> None:
        self._api = api
        self._clock = clock
        self._settings = settings
        self._codes = Codes(api)

    async def send(self, write: Write) -> WriteReceipt:
        """Make a document.

        Raises:
            RejectedError: It cannot be right, Xero refused it, or made something else of it; nothing is left standing.
            OutcomeUnknownError: It may have been made.
            TransientError: Nothing was sent.
        """
        capabilities(self._settings).checked(write)
        request = _request(write)
        try:
            body, rounding = await body_of(request, self._codes), await rounding_line(request, self._codes)
            made = await self._api.create(PARTS[request.kind], body, act=write.id)
        except RejectedError as error:
            if not says_taken(error):
                self._codes.forget()
                raise await explained(error, request, self._api) from None
            made = await self._equal(write, request, error)
        shown = document(request.kind, made)
        if shown.status in _GONE:
            raise RejectedError(
                f"{request.number} was made in Xero before and taken back: it is {shown.status.value} there.",
                field_errors=("number",),
                hint="Propose it anew.",
            )
        made = await self._right(write, request, made, body, rounding)
        if request.credits is not None:
            return await self._settled(write, request, made, request.credits)
        ref = str(made[KEYS[request.kind]])
        return WriteReceipt(ref, record=SourceRecord(ref, made))

    async def find(self, write: Write) -> FindResult:
        """Look for a document whose fate is unknown.

        Raises:
            ConnectorError: Xero could not be asked.
        """
        request = _request(write)
        ready = (write.attempted_at or self._clock.now()) + timedelta(seconds=self._settings.settle_s)
        for made in await self._numbered(request.kind, request.number):
            ref = str(made[KEYS[request.kind]])
            if ref in write.taken_refs:
                continue
            if _difference(request, made).verdict is Verdict.EQUAL and _is_settled(request, made):
                return Found(ref)
            if self._clock.now() < ready:
                return Inconclusive("Xero has it, and it is not what was asked for yet.", (ref,), ask_again_at=ready)
            # Sent again it is gone on with, when its key proves that it is ours, and refused when it is not.
            return ProvenAbsent(f"{request.number} is in Xero and was not finished", canary=ref, begun=ref)

        async def search(number: str, parent: str | None) -> list[str]:
            del parent
            return [str(one[KEYS[request.kind]]) for one in await self._numbered(request.kind, number)]

        async def canary() -> Known | None:
            return await self._any(request.kind)

        sought = replace(write, id=request.number, earlier=())
        settle_s = self._settings.settle_s
        return await looked_for(sought, search, now=self._clock.now(), settle_s=settle_s, canary=canary)

    async def _right(self, write: Write, request: DocumentRequest, made: Row, sent: Body, rounding: Body) -> Row:
        """Return a document that is what was asked for, with a rounding line where that makes it so."""
        difference, part = _difference(request, made), PARTS[request.kind]
        reasons = list(difference.reasons)
        if difference.verdict is Verdict.ROUNDING:
            line = {**rounding, "UnitAmount": difference.amount}
            try:
                made = await self._api.change(part, rounded_off(request, sent, made, line), act=write.id)
                difference = _difference(request, made)
                reasons = list(difference.reasons)
            except RejectedError as error:
                self._codes.forget()
                reasons.append(f"No rounding line was taken: {error.message}")
        if difference.verdict is Verdict.EQUAL:
            return made
        is_draft = document(request.kind, made).status in {DocumentStatus.DRAFT, DocumentStatus.SUBMITTED}
        key = KEYS[request.kind]
        await self._api.change(part, {key: made[key], "Status": "DELETED" if is_draft else "VOIDED"}, act=write.id)
        raise RejectedError(
            f"Xero made something else of {request.number}, and it was taken back: {' '.join(reasons)}",
            field_errors=("total",),
            hint="Compare the tax codes of its lines and the tolerance; a voided document keeps its number.",
        )

    async def _equal(self, write: Write, request: DocumentRequest, error: RejectedError) -> Row:
        """Return the document that has the number already, when it is the one that is wanted."""
        for made in await self._numbered(request.kind, request.number):
            verdict = _difference(request, made).verdict
            if str(made[KEYS[request.kind]]) in write.taken_refs or verdict is Verdict.OTHER:
                continue
            if verdict is Verdict.EQUAL:
                return made
            # Likely ours, and unfinished, when Xero forgot the key. Refused, its work would be billed once more.
            raise OutcomeUnknownError(
                f"Xero has {request.number} but for its rounding, and nothing proves that it is ours.",
                hint="If it is, let it come to what was asked for there: it is found then. If not, void it.",
                connection=error.connection,
            )
        raise RejectedError(
            f"Not made: another document in Xero has the number {request.number}, and stays as it is.",
            field_errors=("number",),
            hint="Look at it in Xero, and propose this one anew with another number.",
            connection=error.connection,
        )

    async def _settled(self, write: Write, request: DocumentRequest, made: Row, invoice: str) -> WriteReceipt:
        """Settle an invoice with a credit note, as far as there is something to settle."""
        ref = str(made["CreditNoteID"])
        if _is_settled(request, made):
            told = ("It is a draft: it settles the invoice when it is approved and allocated in Xero.",)
            return WriteReceipt(ref, told if request.draft else (), record=SourceRecord(ref, made))
        try:
            owed = await self._api.one("Invoices", invoice)
        except NotFoundError as error:
            return WriteReceipt(ref, refused={"credits": error.message}, record=SourceRecord(ref, made))
        left, due = amount(made.get("RemainingCredit")) or Decimal(0), amount(owed.get("AmountDue")) or Decimal(0)
        if owed.get("Status") != "AUTHORISED" or not min(left, due):
            reason = "The invoice is settled already; the credit is left for another one."
            return WriteReceipt(ref, (reason,), record=SourceRecord(ref, made))
        row = {"Invoice": {"InvoiceID": invoice}, "Amount": min(left, due), "Date": request.issue_on.isoformat()}
        try:
            await self._api.allocate(ref, row, act=write.id)
        except RejectedError as error:
            return WriteReceipt(ref, refused={"credits": error.message})
        return WriteReceipt(ref)

    async def _numbered(self, kind: DocumentKind, number: str) -> list[dict[str, Any]]:
        """Return the documents that have exactly this number and were not taken back."""
        part, field = PARTS[kind], NUMBERS[kind]
        quoted = number.replace('"', "")
        by_number = {"InvoiceNumbers": number} if kind is DocumentKind.INVOICE else {"where": f'{field}=="{quoted}"'}
        told = await self._api.listed(part, {**by_number, "page": "1"}, urgent=True)
        rows = [plain(row) for row in told.rows if isinstance(row, Mapping) and row.get("Type") == _SALES[kind]]
        return [
            row for row in rows if text(row.get(field)) == number and row.get("Status") not in {"VOIDED", "DELETED"}
        ]

    async def _any(self, kind: DocumentKind) -> Known | None:
        """Return a document that a search by number must find."""
        query = {"page": "1", "pageSize": _CANARIES, "where": f'Type=="{_SALES[kind]}"'}
        for row in (await self._api.listed(PARTS[kind], query, urgent=True)).rows:
            number = text(row.get(NUMBERS[kind])) if isinstance(row, Mapping) else None
            if number is not None and "," not in number and row.get("Status") not in {"VOIDED", "DELETED"}:
                return Known(number, str(row[KEYS[kind]]))
        return None


def _request(write: Write) -> DocumentRequest:
    """Return what a write asks for.

    Raises:
        RejectedError: It cannot be read, or is a document of another kind.
    """
    kind = DocumentKind.INVOICE if write.kind == CREATE_INVOICE else DocumentKind.CREDIT_NOTE
    try:
        request = DocumentRequest.of({"kind": kind, **write.values})
    except ValueError as error:
        message = f"Not sent: the document cannot be read ({type(error).__name__})."
        raise RejectedError(message, field_errors=("lines",)) from None
    if request.kind is not kind or "," in request.number or '"' in request.number:
        message = "Not sent: the document is of another kind, or its number cannot be looked for."
        raise RejectedError(message, field_errors=("number",))
    if guid(request.customer) is None:
        raise RejectedError("Not sent: the customer is no contact of Xero's.", field_errors=("customer",))
    if len(request.lines) > MAX_LINES:
        message = f"Not sent: the document has {len(request.lines)} lines; {MAX_LINES} are sent at most."
        raise RejectedError(message, field_errors=("lines",), hint="Spread it over several.")
    return request


def _difference(request: DocumentRequest, made: Row) -> Difference:
    return compared(request, document(request.kind, made), rounding_lines=rounding_lines(request, made))


def _is_settled(request: DocumentRequest, made: Row) -> bool:
    """Return whether nothing is to be allocated any more."""
    if request.credits is None or request.draft:
        return True
    rows = made.get("Allocations")
    return not amount(made.get("RemainingCredit")) or any(
        str((row.get("Invoice") or {}).get("InvoiceID")).lower() == request.credits.lower()
        for row in (rows if isinstance(rows, list) else [])
        if isinstance(row, Mapping)
    )
