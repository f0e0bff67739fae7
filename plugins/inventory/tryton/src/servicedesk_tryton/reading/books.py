"""Invoices as they stand in the books, with their lines."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any, Final

from servicedesk_core.domain.billing import Document, DocumentKind
from servicedesk_core.errors import NotFoundError, UnsupportedError
from servicedesk_tryton.api.client import Api
from servicedesk_tryton.api.site import INVOICE, Company, Site
from servicedesk_tryton.api.wire import Row, key, money, wire_day
from servicedesk_tryton.meaning.invoices import document_of
from servicedesk_tryton.reading.tables import INVOICED

_FIELDS: Final = (
    *INVOICED, "_timestamp", "allow_cancel", "account", "lines.type", "lines.description", "lines.quantity",
    "lines.unit_price", "lines.amount", "lines.product", "lines.account", "lines.taxes", "lines.note",
)  # fmt: skip
_SALES: Final = ["type", "=", "out"]
_RATE_DIGITS: Final = Decimal("0.000001")
_LONGEST: Final = 18


class Books:
    """Reads invoices to customers.

    Args:
        api: The interface.
        site: What is known of the installation.
    """

    def __init__(self, api: Api, site: Site) -> None:
        self._api = api
        self._site = site

    async def company(self) -> Company:
        """Return the company.

        Raises:
            UnsupportedError: The server keeps no books.
            ConnectorError: The server could not be asked.
        """
        company = await self._site.company()
        if INVOICE not in company.models:
            raise UnsupportedError("This Tryton server has no module account_invoice: nothing can be invoiced there.")
        return company

    async def row(self, ref: str) -> Row | None:
        """Return an invoice; ``None`` when there is none.

        Raises:
            ConnectorError: The server could not be asked.
        """
        is_id = ref.isdecimal() and len(ref) <= _LONGEST
        rows = await self._rows([["id", "=", int(ref)]]) if is_id else []
        return rows[0] if rows else None

    async def numbered(self, reference: str) -> list[Row]:
        """Return the invoices with a reference; what was cancelled before it had a number stands for nothing.

        Raises:
            ConnectorError: The server could not be asked.
        """
        standing = ["OR", ["state", "!=", "cancelled"], ["number", "!=", None]]
        return await self._rows([["reference", "=", reference], standing])

    async def newest(self, besides: str) -> Row | None:
        """Return the newest invoice with another reference; ``None`` when there is none.

        Raises:
            ConnectorError: The server could not be asked.
        """
        others = [["reference", "!=", one] for one in (None, "", besides)]
        domain = [*others, ["state", "in", ["posted", "paid"]]]
        rows = await self._rows(domain, limit=1, order=(("id", "DESC"),))
        return rows[0] if rows else None

    async def document(self, kind: DocumentKind, ref: str) -> Document:
        """Return a document as it stands.

        Raises:
            NotFoundError: There is none.
            ConnectorError: The server could not be asked.
        """
        row = await self.row(ref)
        if row is None:
            raise NotFoundError("Tryton has no such invoice, or hides it.")
        shown = document_of(row, kind)
        rate = await self.rate(shown.currency, shown.issue_on)
        return shown.model_copy(update={"exchange_rate": rate})

    async def rate(self, currency: str | None, on: date | None) -> Decimal | None:
        """Return what one unit of a currency is worth in the company's, that day; ``None`` = the same, or no rate.

        Raises:
            ConnectorError: The server could not be asked.
        """
        company = await self.company()
        if currency is None or currency == company.currency:
            return None
        context = company.context if on is None else {**company.context, "date": wire_day(on)}
        rows = await self._api.rows("currency.currency", [["code", "in", [currency, company.currency]]],
                                    ("code", "rate"), context)  # fmt: skip
        rates = {row.get("code"): money(row.get("rate")) for row in rows}
        own, other = rates.get(company.currency), rates.get(currency)
        return (own / other).quantize(_RATE_DIGITS) if own and other else None

    async def _rows(self, domain: Sequence[Any], **more: Any) -> list[Row]:
        company = await self.company()
        rows = await self._api.rows(INVOICE, [_SALES, *domain], _FIELDS, company.context, **more)
        return [row for row in rows if key(row.get("id")) is not None]
