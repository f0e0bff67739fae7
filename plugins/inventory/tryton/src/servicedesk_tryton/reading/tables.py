"""Streams that are records of one model, with what records below them say."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from servicedesk_core.hooks import Page, PullRequest, SourceRecord, source_record
from servicedesk_tryton.api.client import Api
from servicedesk_tryton.api.site import INVOICE, LOT, PURCHASE, Company, Site
from servicedesk_tryton.api.wire import Row, since, wire_money
from servicedesk_tryton.reading.passes import bound_of, passed

_STAMPS: Final = ("create_date", "write_date")


@dataclass(frozen=True, slots=True)
class Table:
    """How records of a model are read.

    Attributes:
        model: The model.
        fields: What of it is read.
        stamped: Paths, each with a point at its end, to the records whose change is one of the record.
        domain: Which records they are.
        needs: Model of a module without which there are none.
        optional: By the model of a module that may lack: fields that are read where it is there.
    """

    model: str
    fields: tuple[str, ...]
    stamped: tuple[str, ...] = ("",)
    domain: tuple[Any, ...] = ()
    needs: str = INVOICE
    optional: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


_SETTLING: Final = tuple(
    f"{name}.{one}"
    for name in ("payment_lines", "reconciliation_lines")
    for one in ("debit", "credit", "amount_second_currency", "second_currency", "move_origin")
)
INVOICED: Final = (
    "number", "reference", "state", "type", "party", "invoice_date", "payment_term_date", "currency.code",
    "untaxed_amount", "tax_amount", "total_amount", "amount_to_pay", "reconciled", "lines_to_pay.maturity_date",
    "lines_to_pay.debit", "lines_to_pay.credit", "lines_to_pay.amount_second_currency",
    "lines_to_pay.second_currency", "lines_to_pay.invoice_payments", *_SETTLING,
)  # fmt: skip
_ZERO: Final = wire_money(Decimal(0))

TABLES: Final = {
    "purchase_orders": Table(
        PURCHASE,
        (
            "number", "reference", "state", "shipment_state", "party.name", "currency.code", "total_amount",
            "tax_amount", "delivery_date", "comment", "lines.type", "lines.quantity", "lines.unit_price",
            "lines.delivery_date", "lines.description", "lines.product.code", "lines.product.template.name",
            "lines.product.identifiers.type", "lines.product.identifiers.code", "lines.moves.state",
            "lines.moves.quantity",
        ),
        ("", "lines.", "lines.moves."),
        needs=PURCHASE,
        optional={LOT: ("lines.moves.lot.number",)},
    ),
    "customers": Table(
        "party.party",
        ("name", "rec_name", "code", "email", "tax_identifier.code", "active", "replaced_by"),
        ("", "contact_mechanisms.", "identifiers."),
    ),
    "sales_items": Table(
        "product.product",
        (
            "code", "description", "active", "list_price_used", "cost_price", "template.name", "template.type",
            "template.account_category.account_revenue", "template.account_category.account_expense",
            "template.account_category.customer_taxes",
        ),
        ("", "template.", "template.account_category.", "template.list_prices.", "list_prices.", "cost_prices."),
    ),
    "tax_codes": Table(
        "account.tax",
        (
            "name", "type", "rate", "update_unit_price", "active", "group.kind", "childs.type", "childs.rate",
            "childs.update_unit_price",
        ),
        ("", "childs."),
        (["parent", "=", None],),
    ),
    "ledger_accounts": Table(
        "account.account",
        ("name", "code", "type.name", "type.revenue", "closed", "active", "taxes", "second_currency.code"),
        ("", "type."),
        (["type", "!=", None],),
    ),
    "sales_invoices": Table(
        INVOICE, INVOICED, ("", "lines."), (["type", "=", "out"], ["total_amount", ">=", _ZERO])
    ),
    "credit_notes": Table(
        INVOICE, INVOICED, ("", "lines.", "move.lines.invoice_payments."),
        (["type", "=", "out"], ["total_amount", "<", _ZERO]),
    ),
    "bills": Table(
        INVOICE, tuple("party.name" if name == "party" else name for name in INVOICED), ("", "lines."),
        (["type", "=", "in"],),
    ),
    "payments": Table(
        "account.move.line",
        (
            "party", "date", "credit", "amount_second_currency", "second_currency.code", "reconciliation",
            "description", "move.description", "move.journal.name", "move.company.currency.code",
            "invoice_payments.number",
        ),
        ("", "move.", "invoice_payments."),
        (
            ["account.type.receivable", "=", True], ["move_state", "=", "posted"], ["credit", ">", _ZERO],
            # Of invoices, credit notes and what is written off are lines alike.
            ["move.journal.type", "not in", ["revenue", "expense", "write-off"]],
        ),
    ),
}  # fmt: skip
"""By the stream."""


class TableReader:
    """Reads records of a model.

    Args:
        api: The interface.
        site: What is known of the installation.
        page_size: Records a page.
        table: How they are read.
    """

    def __init__(self, api: Api, site: Site, page_size: int, table: Table) -> None:
        self._api = api
        self._site = site
        self._page_size = page_size
        self._table = table

    async def pull(self, request: PullRequest) -> AsyncIterator[Page]:
        """Read all, or what changed: a record, or one of those below it; none without the module.

        Raises:
            CursorError: The position is not understood.
            ConnectorError: The server could not be asked.
        """
        company = await self._site.company()
        wanted = self._wanted(bound_of(request))
        size = min(request.page_size or self._page_size, self._page_size)

        async def read(after: int, limit: int) -> list[Row]:
            return await self._read(company, [*wanted, ["id", ">", after]], limit=limit)

        async for page in passed(read, request, size):
            yield page

    async def named(self, refs: Sequence[int]) -> dict[str, SourceRecord]:
        """Return records by id; one that is not there is left out.

        Raises:
            ConnectorError: The server could not be asked.
        """
        rows = await self._read(await self._site.company(), [*self._table.domain, ["id", "in", list(refs)]])
        return {(record := source_record(row)).external_id: record for row in rows}

    async def count(self, request: PullRequest) -> int | None:
        """Count what a pass brings.

        Raises:
            ConnectorError: The server could not be asked.
        """
        company = await self._site.company()
        if self._table.needs not in company.models:
            return 0
        wanted = self._wanted(bound_of(request))
        found = await self._api.read(f"{self._table.model}.search_count", wanted, context=company.context)
        return found if isinstance(found, int) else None

    async def _read(self, company: Company, domain: Sequence[Any], *, limit: int | None = None) -> list[Row]:
        table = self._table
        if table.needs not in company.models:
            return []
        stamps = [f"{prefix}{name}" for prefix in table.stamped for name in _STAMPS]
        more = [name for model, names in table.optional.items() if model in company.models for name in names]
        return await self._api.rows(table.model, domain, (*table.fields, *more, *stamps), company.context, limit=limit)

    def _wanted(self, bound: datetime | None) -> list[Any]:
        changed = [] if bound is None else [["OR", *since(bound, *self._table.stamped)]]
        return [*self._table.domain, *changed]
