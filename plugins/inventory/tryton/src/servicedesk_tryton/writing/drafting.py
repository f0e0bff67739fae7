"""Making drafts of invoices: filled in as the server's own form would, and exact where it rounds otherwise."""

from collections.abc import Mapping
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any, Final

from servicedesk_core.domain.billing import DocumentKind, DocumentRequest, RequestedLine, TaxMode
from servicedesk_core.domain.currencies import cent
from servicedesk_core.errors import RejectedError
from servicedesk_tryton.api.client import Api
from servicedesk_tryton.api.site import INVOICE, Company, Site
from servicedesk_tryton.api.wire import Row, flag, key, part, wire_day, wire_money
from servicedesk_tryton.capabilities import MOST_LINES, PRICE_DECIMALS
from servicedesk_tryton.meaning.invoices import HALF_CENT, ROUNDING
from servicedesk_tryton.reading.books import Books
from servicedesk_tryton.reading.products import PRODUCT
from servicedesk_tryton.writing.forms import filled

_OF_PARTY: Final = ("account", "journal", "invoice_address", "payment_term", "party_tax_identifier")
_OF_LINE: Final = ("account", "unit", "taxes")
"""What the server's form fills in for a customer, and for a line: the interface itself fills in nothing."""

LINE: Final = "account.invoice.line"


class Drafter:
    """Makes drafts.

    Args:
        api: The interface.
        site: What is known of the installation.
        books: Knows the rates.
    """

    def __init__(self, api: Api, site: Site, books: Books) -> None:
        self._api = api
        self._site = site
        self._books = books

    async def drafted(self, request: DocumentRequest, mark: str) -> Mapping[str, Any]:
        """Return an invoice as it is made.

        Args:
            request: What is asked for.
            mark: Stands in the note of its first line.

        Raises:
            RejectedError: It cannot be right; nothing was sent.
            ConnectorError: The server could not be asked.
        """
        company = await self._books.company()
        self._check(request)
        head = {
            "company": company.id,
            "type": "out",
            "party": await self._party(company, request.customer),
            "currency": await self._currency(company, request),
        }
        own = await self._api.read(f"{INVOICE}.on_change_type", head, context=company.context)
        made = {**head, **filled(own, _OF_PARTY)}
        if made.get("invoice_address") is None:
            raise _refused("The customer has no address in Tryton.", "customer")
        if request.due_on is not None:
            made |= {"payment_term": None, "payment_term_date": wire_day(request.due_on)}
        lines = await self._lines(company, head, request)
        lines[0]["note"] = mark
        return {
            **made,
            "reference": request.number,
            "description": request.reference,
            "comment": request.memo,
            "invoice_date": wire_day(request.issue_on),
            "lines": [["create", lines]],
        }

    async def rounding(self, request: DocumentRequest, amount: Decimal) -> Mapping[str, Any]:
        """Return the line that makes a total right.

        Args:
            request: What is asked for.
            amount: What the draft lacks.

        Raises:
            RejectedError: Its item cannot be sold.
            ConnectorError: The server could not be asked.
        """
        company = await self._books.company()
        head = {
            "company": company.id, "type": "out", "party": int(request.customer),
            "currency": await self._currency(company, request),
        }  # fmt: skip
        line = RequestedLine(
            number=len(request.lines) + 1, description="Rounding", quantity=Decimal(1), unit_price=amount,
            amount=amount, item=request.rounding_item, account=request.rounding_account,
        )  # fmt: skip
        own = await self._form(company, head, line)
        made = self._line(head, line, own, -1 if request.kind is DocumentKind.CREDIT_NOTE else 1)
        return {**made, "taxes": [], "note": ROUNDING}

    def _check(self, request: DocumentRequest) -> None:
        if request.tax_mode is TaxMode.INCLUSIVE:
            raise _refused("Tryton's prices are without tax.", "tax_mode")
        if len(request.lines) > MOST_LINES:
            raise _refused(f"An invoice takes {MOST_LINES} lines at most.")
        for line in request.lines:
            if line.unit_price != round(line.unit_price, PRICE_DECIMALS):
                raise _refused(f"Line {line.number} has a price of more than {PRICE_DECIMALS} decimal places.")
            if line.item is None and line.account is None:
                raise _refused(f"Line {line.number} needs an item or an account.")

    async def _party(self, company: Company, customer: str) -> int:
        fields = ("active", "replaced_by")
        ref = _id(customer, "customer")
        rows = await self._api.rows("party.party", [["id", "=", ref]], fields, company.context)
        if not rows:
            raise _refused("Tryton has no such customer.", "customer")
        if not flag(rows[0].get("active")) or rows[0].get("replaced_by") is not None:
            raise _refused("The customer is archived in Tryton, or was replaced by another one.", "customer")
        return ref

    async def _currency(self, company: Company, request: DocumentRequest) -> int:
        code = request.currency
        rows = await self._api.rows("currency.currency", [["code", "=", code]], ("code",), company.context)
        ref = key(rows[0].get("id")) if rows else None
        if ref is None:
            raise _refused(f"Tryton has no currency {code}.", "currency")
        if code == company.currency:
            return ref
        rate = await self._books.rate(code, request.issue_on)
        if rate is None:
            raise _refused(f"Tryton has no rate of the currency {code} for {request.issue_on}.", "currency")
        if request.exchange_rate is not None and request.exchange_rate != rate:
            told = f"Tryton takes its own rate of that day, {rate.normalize():f}"
            raise _refused(f"{told}, and not {request.exchange_rate.normalize():f}.", "exchange_rate")
        return ref

    async def _lines(self, company: Company, head: Mapping[str, Any], request: DocumentRequest) -> list[dict[str, Any]]:
        forms: dict[tuple[str | None, str | None], Mapping[str, Any]] = {}
        sign = -1 if request.kind is DocumentKind.CREDIT_NOTE else 1
        made: list[dict[str, Any]] = []
        for line in request.lines:
            same = (line.item, line.account)
            if same not in forms:
                forms[same] = await self._form(company, head, line)
            one = self._line(head, line, forms[same], sign)
            if request.tax_mode is TaxMode.NONE:
                one["taxes"] = []
            made.append(one)
            if lacks := _lacking(line, request.currency):
                rest = {"description": "Rounding", "quantity": float(sign), "unit_price": wire_money(lacks)}
                made.append({**one, **rest, "product": None, "unit": None, "note": HALF_CENT})
        return made

    async def _form(self, company: Company, head: Mapping[str, Any], line: RequestedLine) -> Mapping[str, Any]:
        """Return what the server's form fills in for an item, or for an account."""
        about = {f"_parent_invoice.{name}": value for name, value in head.items()}
        plain = {"type": "line", "invoice_type": "out", **{name: head[name] for name in ("company", "currency")}}
        if line.item is None:
            asked = {**plain, "party": head["party"], "account": _id(line.account, "lines")}
            own = await self._api.read(f"{LINE}.on_change_account", {**asked, **about}, context=company.context)
            return {**filled(own, ("taxes",)), "account": asked["account"]}
        product = _id(line.item, "lines")
        rows = await self._api.rows(PRODUCT, [["id", "=", product]], ("active", "default_uom.digits"), company.context)
        if not rows or not flag(rows[0].get("active")):
            raise _refused(f"Line {line.number} is of an item that Tryton does not have, or has archived.")
        asked = {**plain, "product": product, "quantity": 1.0}
        own = await self._api.read(f"{LINE}.on_change_product", {**asked, **about}, context=company.context)
        found = {**filled(own, _OF_LINE), "product": product, "digits": _digits(rows[0])}
        if line.account is not None:
            found["account"] = _id(line.account, "lines")
        if found.get("account") is None:
            raise _refused(f"Line {line.number} is of an item without an account in Tryton.")
        return found

    def _line(self, head: Mapping[str, Any], line: RequestedLine, own: Mapping[str, Any], sign: int) -> dict[str, Any]:
        digits = own.get("digits")
        if digits is not None and line.quantity != round(line.quantity, digits):
            raise _refused(f"Line {line.number} is of an item that is counted with {digits} decimal places.")
        taxes = {} if line.tax_code is None else {"taxes": [["add", [_id(line.tax_code, "lines")]]]}
        return {
            "type": "line",
            "company": head["company"],
            "currency": head["currency"],
            **{name: value for name, value in own.items() if name != "digits"},
            **taxes,
            "description": line.description,
            # Quantities are doubles there; the server reads them as they are written.
            "quantity": float(line.quantity) * sign,
            "unit_price": wire_money(line.unit_price),
        }


def _lacking(line: RequestedLine, currency: str) -> Decimal:
    """Return by how much the server's amount of a line is too small: it rounds half a cent to the even cent."""
    made = (line.quantity * line.unit_price).quantize(cent(currency), ROUND_HALF_EVEN)
    return line.amount - made


def _digits(product: Row) -> int | None:
    return key(part(product, "default_uom").get("digits"))


def _id(value: str | None, field: str) -> int:
    if value is None or not value.isdecimal():
        raise _refused("That is no id of Tryton's.", field)
    return int(value)


def _refused(problem: str, field: str = "lines") -> RejectedError:
    return RejectedError(f"{problem} Nothing was invoiced.", field_errors=(field,))
