"""Invoices and credit notes: made, held against what was asked for, completed or taken back, and found again."""

from collections.abc import Mapping
from contextlib import suppress
from datetime import timedelta
from decimal import Decimal
from typing import Final

from servicedesk_core.domain.billing import Difference, DocumentKind, DocumentRequest, Verdict, compared
from servicedesk_core.errors import NotFoundError, OutcomeUnknownError, RejectedError, WriteConflictError
from servicedesk_core.hooks import FindResult, Write, WriteReceipt
from servicedesk_core.http import together
from servicedesk_quickbooks.api.client import Api
from servicedesk_quickbooks.api.errors import DUPLICATE_NUMBER, codes
from servicedesk_quickbooks.meaning.company import Company
from servicedesk_quickbooks.meaning.documents import ENTITIES, document, is_void
from servicedesk_quickbooks.meaning.lists import TAXED, UNTAXED, key
from servicedesk_quickbooks.meaning.values import Row, amount, objects, ref, stamp
from servicedesk_quickbooks.reading.streams import source
from servicedesk_quickbooks.writing.finding import Finder, Place, marked
from servicedesk_quickbooks.writing.requests import (
    document_body,
    refuse_unfit,
    refused,
    removing,
    rounding_lines,
    settling,
    with_rounding,
)

_ANSWERED_WITHIN: Final = timedelta(seconds=60)
_PLACES: Final = {kind: Place(entity, "DocNumber", "PrivateNote") for kind, entity in ENTITIES.items()}
_MAP: Final = "Map it to one that is used: billing map."
_NOT_THERE: Final[Row] = {"Active": False}
_MEND: Final = "Correct it in QuickBooks, or delete it there: it is looked at again by itself."


class Documents:
    """Makes documents, and finds them again.

    The key of a write is its request id: sent twice, the interface gives the first answer again and makes nothing new.

    Args:
        api: The company's interface.
        finder: Finds what was made.
    """

    def __init__(self, api: Api, finder: Finder) -> None:
        self._api = api
        self._finder = finder

    async def send(self, write: Write) -> WriteReceipt:
        """Make a document that is what was asked for to the cent, or none.

        Raises:
            RejectedError: It cannot be made so, or was refused; none is left standing.
            OutcomeUnknownError: It may have been made, or stands otherwise than asked for.
            TransientError: Nothing was sent.
        """
        request = _request(write)
        entity = ENTITIES[request.kind]
        asked = (self._api.company(), self._api.preferences(), self._api.items(_uncoded(request)))
        about, preferences, items = await together(*asked)
        company = Company.of(about, preferences)
        refuse_unfit(request, company)
        if request.rounding_item is not None and items.get(request.rounding_item, _NOT_THERE).get("Active") is False:
            raise refused("the item for rounding is unknown in QuickBooks, or inactive.", "lines", hint=_MAP)
        request = await self._rated(request, company)
        body = document_body(request, company, _codes(request, company, items), write.id)
        try:
            # Not every company refuses a number twice, and nobody says how long a request id is remembered.
            row = await self._ours(write, request) or await self._api.write(entity, body, request_id=write.id)
        except RejectedError as error:
            if DUPLICATE_NUMBER not in codes(error):
                raise
            found = await self._ours(write, request)
            if found is None:
                raise _taken(request) from None
            row = found
        except NotFoundError as error:
            what = f"a customer, an item or a code of it is unknown in QuickBooks, or inactive: {error.message}"
            raise refused(what, "customer", "lines", hint=_MAP) from None
        row = await self._made_right(write, request, row, _untaxed(request, company, items))
        if request.credits is None:
            return WriteReceipt(key(row), record=source(row))
        return WriteReceipt(key(row), refused=await self._settle(write, request, row))

    async def find(self, write: Write) -> FindResult:
        """Look for a document whose fate is unknown.

        Raises:
            ConnectorError: The company could not be asked.
        """
        request = _request(write)

        def is_whole(row: Row) -> bool:
            is_settled = request.credits is None or bool(objects(row.get("LinkedTxn")))
            return is_settled and _held(request, row).verdict is Verdict.EQUAL

        return await self._finder.find(write, _PLACES[request.kind], request.number, is_whole)

    async def _rated(self, request: DocumentRequest, company: Company) -> DocumentRequest:
        """Return a request with the rate of the day where none is stated: QuickBooks would take one for one."""
        if company.currency in {None, request.currency} or request.exchange_rate is not None:
            return request
        rate = await self._api.rate(request.currency, request.issue_on)
        if rate is None:
            what = f"QuickBooks has no rate of {request.currency} on {request.issue_on}."
            raise refused(what, "currency", hint="Enter one there (Settings > Currencies), or state it.")
        return request.model_copy(update={"exchange_rate": rate})

    async def _ours(self, write: Write, request: DocumentRequest) -> Row | None:
        """Return what this write made already; another document of its number is refused."""
        having = await self._finder.having(_PLACES[request.kind], request.number)
        found = marked(_PLACES[request.kind], having, write.id)
        if having and len(found) != 1:
            raise _taken(request)
        return found[0] if found else None

    async def _made_right(self, write: Write, request: DocumentRequest, row: Row, untaxed: str | None) -> Row:
        entity, difference = ENTITIES[request.kind], _held(request, row)
        if difference.verdict is not Verdict.EQUAL or _may_be_old(write, row):
            # What answers a repeat is the first answer: since then it may have been completed, or taken back.
            row = await self._standing(entity, key(row), request)
            difference = _held(request, row)
        if is_void(row):
            what = f"The document {request.number} was made, and is voided in QuickBooks."
            raise refused(what, "number", hint="Propose it anew with another number if it is wanted.")
        if difference.verdict is Verdict.ROUNDING and not rounding_lines(request, document(request.kind, row)):
            row = await self._rounded(write, request, row, difference.amount, untaxed)
            difference = _held(request, row)
        if difference.verdict is not Verdict.EQUAL:
            await self._take_back(write, request, row, difference)
        return row

    async def _standing(self, entity: str, ref_: str, request: DocumentRequest) -> Row:
        try:
            return await self._api.one(entity, ref_)
        except NotFoundError:
            what = f"The document {request.number} was made, and is deleted in QuickBooks."
            raise refused(what, "number", hint="Propose it anew if it is wanted.") from None

    async def _rounded(self, write: Write, request: DocumentRequest, row: Row, more: Decimal, code: str | None) -> Row:
        """Return a document with a rounding line; as it is where the books do not take that."""
        entity = ENTITIES[request.kind]
        for attempt in ("r", "r2"):
            try:
                body = with_rounding(row, request, more, code)
                return await self._api.write(entity, body, request_id=f"{write.id}-{attempt}")
            except WriteConflictError:  # somebody opened it meanwhile
                row = await self._standing(entity, key(row), request)
                difference = _held(request, row)
                if difference.verdict is not Verdict.ROUNDING:
                    return row
                more = difference.amount
            except (RejectedError, NotFoundError):  # its item was made inactive, or the document is gone
                return row
        return row

    async def _take_back(self, write: Write, request: DocumentRequest, row: Row, difference: Difference) -> None:
        """Take a document back that is not what was asked for.

        Raises:
            RejectedError: Nothing of it is left; it says what differed.
            OutcomeUnknownError: It stands, or may: what it bills must not be billed once more.
        """
        reasons, entity = " ".join(difference.reasons), ENTITIES[request.kind]
        _keep_settled(request, row, reasons)
        try:
            try:
                await self._api.write(entity, removing(row), request_id=f"{write.id}-d", operation="delete")
            except WriteConflictError:  # somebody opened it meanwhile
                row = await self._api.one(entity, key(row))
                _keep_settled(request, row, reasons)
                await self._api.write(entity, removing(row), request_id=f"{write.id}-d2", operation="delete")
        except NotFoundError as error:  # so is a customer or an item called that was made inactive
            with suppress(NotFoundError):  # taken back before
                await self._api.one(entity, key(row))
                raise _stands(request, f"QuickBooks does not delete it: {error.message} {reasons}") from error
        except RejectedError as error:
            raise _stands(request, f"QuickBooks does not delete it: {error.message} {reasons}") from error
        hint = "Look at its tax and its lines; nothing of it is left in QuickBooks."
        raise RejectedError(f"QuickBooks made another document of it. {reasons}", field_errors=("total",), hint=hint)

    async def _settle(self, write: Write, request: DocumentRequest, row: Row) -> Mapping[str, str]:
        """Settle an invoice with a credit note; return what was not done, and why."""
        credit = await self._api.one(ENTITIES[request.kind], key(row))
        if objects(credit.get("LinkedTxn")):
            return {}
        try:
            invoice = await self._api.one("Invoice", str(request.credits))
            open_of = amount(invoice.get("Balance")) or Decimal(0)
            settled = min(open_of, amount(credit.get("RemainingCredit")) or Decimal(0))
            if settled <= 0:
                return {"credits": "Nothing is open of the invoice, so the credit note stands by itself."}
            body = settling(credit, invoice, settled, write.id)
            await self._api.write("Payment", body, request_id=f"{write.id}-p")
        except (RejectedError, NotFoundError) as error:
            return {"credits": f"The credit note stands, and settles nothing: {error.message}"}
        return {}


def _request(write: Write) -> DocumentRequest:
    try:
        request = DocumentRequest.of(write.values)
    except ValueError as error:
        raise refused(f"the document cannot be read ({type(error).__name__}).", "lines") from None
    if request.kind is not DocumentKind(write.kind.partition(".")[0]):
        raise refused(f"{write.kind} makes no {request.kind}.", "kind")
    return request


def _keep_settled(request: DocumentRequest, row: Row, reasons: str) -> None:
    """Leave a document alone that somebody paid or credited meanwhile: QuickBooks would delete it all the same."""
    if objects(row.get("LinkedTxn")):
        raise _stands(request, f"It is paid or credited, so it is not deleted. {reasons}")


def _stands(request: DocumentRequest, why: str) -> OutcomeUnknownError:
    return OutcomeUnknownError(f"{request.number} stands in QuickBooks otherwise than asked for. {why}", hint=_MEND)


def _taken(request: DocumentRequest) -> RejectedError:
    what = f"Another document in QuickBooks has the number {request.number}."
    return refused(what, "number", hint="Look at it there; it stays as it is. Give this one another number.")


def _held(request: DocumentRequest, row: Row) -> Difference:
    shown = document(request.kind, row)
    return compared(request, shown, rounding_lines=rounding_lines(request, shown))


def _may_be_old(write: Write, row: Row) -> bool:
    made = stamp(row, "CreateTime")
    return made is not None and write.attempted_at is not None and made < write.attempted_at - _ANSWERED_WITHIN


def _codes(request: DocumentRequest, company: Company, items: Mapping[str, Row]) -> dict[int, str | None]:
    return {line.number: line.tax_code or _own_code(items.get(line.item or ""), company) for line in request.lines}


def _own_code(item: Row | None, company: Company) -> str | None:
    """Return how an item is taxed of itself."""
    if item is None:
        return None
    return (UNTAXED if item.get("Taxable") is False else TAXED) if company.is_us else ref(item, "SalesTaxCodeRef")


def _uncoded(request: DocumentRequest) -> set[str]:
    """Return the items whose own tax code is needed."""
    wanted = {line.item for line in request.lines if line.tax_code is None} | {request.rounding_item}
    return {one for one in wanted if one is not None}


def _untaxed(request: DocumentRequest, company: Company, items: Mapping[str, Row]) -> str | None:
    """Return the code of a rounding line: the item's own outside the US, where only the operator knows one."""
    return UNTAXED if company.is_us else _own_code(items.get(request.rounding_item or ""), company)
