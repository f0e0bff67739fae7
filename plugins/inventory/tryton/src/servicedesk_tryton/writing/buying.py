"""Placing orders: a purchase with our number, filled in as the server's own form would, and confirmed."""

from collections.abc import Mapping
from typing import Any, Final

from servicedesk_core.domain.parts import OrderRequest, RequestedLine, order_number
from servicedesk_core.errors import OutcomeUnknownError, RejectedError, UnsupportedError
from servicedesk_core.hooks import Write, WriteReceipt
from servicedesk_tryton.api.client import Api
from servicedesk_tryton.api.site import PURCHASE, SUPPLIER, Company, Site
from servicedesk_tryton.api.wire import Row, key, part, parts, text, wire_money
from servicedesk_tryton.capabilities import capabilities
from servicedesk_tryton.reading.products import PRODUCT
from servicedesk_tryton.settings import TrytonSettings
from servicedesk_tryton.writing.documents import Documents
from servicedesk_tryton.writing.finishing import Finisher
from servicedesk_tryton.writing.forms import filled

_OF_PARTY: Final = ("invoice_address", "payment_term", "invoice_method")
_OF_PRODUCT: Final = ("product_supplier", "taxes")
"""What the server's form fills in for a supplier, and for a product: the interface itself fills in nothing."""


class Buyer:
    """Places orders.

    Args:
        api: The interface.
        site: What is known of the installation.
        orders: Purchases.
        settings: Of the connection.
    """

    def __init__(self, api: Api, site: Site, orders: Documents, settings: TrytonSettings) -> None:
        self._api = api
        self._site = site
        self._orders = orders
        self._settings = settings
        self._finisher = Finisher(orders, settings.answered_warnings, "lines")

    async def send(self, write: Write) -> WriteReceipt:
        """Place an order, once: what an earlier attempt began is gone on with.

        Raises:
            RejectedError: It cannot be right, or the server refused it; nothing was ordered.
            OutcomeUnknownError: It may have been placed.
            TransientError: Nothing was sent.
        """
        capabilities(self._settings).checked(write)
        try:
            request = OrderRequest.of(write.values)
        except ValueError:  # its text repeats what was ordered
            raise self._refused("The order is not understood.") from None
        company = await self._site.company()
        if PURCHASE not in company.models:
            raise UnsupportedError("This Tryton server has no module purchase: nothing can be ordered there.")
        begun = await self._orders.made(write.id)
        if len(begun) > 1:
            raise OutcomeUnknownError("Several purchases in Tryton have the number of this order.")
        ref = str(begun[0]["id"]) if begun else None
        if ref is None:
            ref = await self._orders.create(write.kind, await self._purchase(company, write, request))
        return await self._finisher.finish(write, ref)

    async def _purchase(self, company: Company, write: Write, request: OrderRequest) -> Mapping[str, Any]:
        """Return a purchase as it is made."""
        products = [await self._product(company, line) for line in request.lines]
        party = await self._party(company, request.supplier, products)
        head = {
            "company": company.id,
            "party": party,
            "currency": await self._currency(company, request.lines),
            "warehouse": await self._warehouse(company),
        }
        own = await self._api.read(f"{PURCHASE}.on_change_party", head, context=company.context)
        lines = [
            await self._line(company, head, line, product)
            for line, product in zip(request.lines, products, strict=True)
        ]
        return {
            **head,
            **filled(own, _OF_PARTY),
            "reference": order_number(write.id),
            "comment": request.note,
            "lines": [["create", lines]],
        }

    async def _line(
        self, company: Company, head: Mapping[str, Any], line: RequestedLine, product: Row
    ) -> Mapping[str, Any]:
        unit = part(product, "default_uom")
        if (digits := key(unit.get("digits"))) is not None and line.quantity != round(line.quantity, digits):
            raise self._refused(f"{line.part_number} is counted with {digits} decimal places.")
        plain = {
            "type": "line",
            "company": company.id,
            "product": key(product.get("id")),
            "unit": key(unit.get("id")),
            "quantity": float(line.quantity),
        }
        about = {f"_parent_purchase.{name}": value for name, value in head.items()}
        own = await self._api.read("purchase.line.on_change_product", {**plain, **about}, context=company.context)
        del plain["company"]
        note = {"note": f"ticket {line.ticket.number}"} if line.ticket else {}
        price = wire_money(line.unit_cost) if line.unit_cost is not None else None
        return {**plain, **filled(own, _OF_PRODUCT), **note, "unit_price": price}

    async def _product(self, company: Company, line: RequestedLine) -> Row:
        """Return the product that a line means."""
        said = line.part_number
        fields = ["code", "default_uom.digits"]
        if SUPPLIER in company.models:
            fields.append("template.product_suppliers.party")
        domain: list[Any] = ["OR", ["code", "=", said], *([["id", "=", int(said)]] if said.isdecimal() else [])]
        context = {**company.context, "active_test": True}
        rows = await self._api.rows(PRODUCT, domain, fields, context)
        # A product without a code is offered by its id, which may be the code of another one.
        meant = [row for row in rows if (text(row.get("code")) or str(row.get("id"))) == said] or rows
        if len(meant) != 1:
            raise self._refused(f"Tryton has {len(meant) or 'no'} active products with the number {said}.")
        return meant[0]

    async def _party(self, company: Company, supplier: str | None, products: list[Row]) -> int:
        """Return the supplier: the one that is named, or the first of all products."""
        if supplier is not None:
            named = ["OR", ["name", "=", supplier], *([["id", "=", int(supplier)]] if supplier.isdecimal() else [])]
            rows = await self._api.rows("party.party", named, ("name",), {**company.context, "active_test": True})
            if len(rows) != 1:
                raise self._refused(f"Tryton has {len(rows) or 'no'} parties with the name {supplier}.", "supplier")
            return key(rows[0].get("id")) or 0
        firsts = {
            next((key(one.get("party")) for one in parts(product, "template", "product_suppliers")), None)
            for product in products
        }
        first = firsts.pop()
        if firsts or first is None:
            raise self._refused("The products have no supplier, or several. Name one.", "supplier")
        return first

    async def _currency(self, company: Company, lines: tuple[RequestedLine, ...]) -> int | None:
        codes = {line.currency for line in lines}
        code = codes.pop()
        if codes or code is None or any(line.unit_cost is None for line in lines):
            raise self._refused("Tryton orders nothing without a price, and in one currency only.")
        rows = await self._api.rows("currency.currency", [["code", "=", code]], ("code",), company.context)
        if not rows:
            raise self._refused(f"Tryton has no currency {code}.")
        return key(rows[0].get("id"))

    async def _warehouse(self, company: Company) -> int | None:
        rows = await self._api.rows("stock.location", [["type", "=", "warehouse"]], ("name",), company.context)
        refs = [key(row.get("id")) for row in rows]
        if self._settings.warehouse in refs:
            return self._settings.warehouse
        if len(refs) != 1:
            raise self._refused(f"Tryton has {len(refs)} warehouses. Set warehouse of the connection to the id of one.")
        return refs[0]

    def _refused(self, problem: str, field: str = "lines") -> RejectedError:
        return RejectedError(f"{problem} Nothing was ordered.", field_errors=(field,))
