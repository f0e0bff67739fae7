"""The models that are played: their fields, how they lead to other records, and what is worked out."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any, Final

from servicedesk_tryton.sandbox.books.models import INVOICE, LEDGER
from servicedesk_tryton.sandbox.counting import Counting
from servicedesk_tryton.sandbox.model import Compute, Context, Model
from servicedesk_tryton.sandbox.records import Records, Row
from servicedesk_tryton.sandbox.wire import ServerError, encoded, plain


def _coded(models: "Models", row: Row, context: Context) -> str:
    name = row.get("name") or models.value("product.product", row, "name", context)
    return f"[{row['code']}] {name}" if row.get("code") else str(name)


def _of_template(name: str) -> Compute:
    return lambda models, row, context: models.value(
        "product.template", models.record("product.template", row["template"]), name, context
    )


def _cost(models: "Models", row: Row, context: Context) -> Any:
    prices = models.records.all("product.cost_price", product=row["id"], company=context.get("company"))
    nothing = None if context.get("company") is None else encoded(Decimal(0))
    return prices[0]["cost_price"] if prices else nothing


def _shipment_of(_: "Models", row: Row, __: Context) -> str | None:
    """Return what a move belongs to; who refers to a record of several models names the model, too."""
    if row.get("internal") is not None:
        return f"stock.shipment.internal,{row['internal']}"
    receipt = row.get("incoming") or row.get("inventory")
    return None if receipt is None else f"stock.shipment.in,{receipt}"


def _origin_of(_: "Models", row: Row, __: Context) -> str | None:
    return None if row.get("ordered") is None else f"purchase.line,{row['ordered']}"


def _sold_as(models: "Models", row: Row, context: Context) -> str:
    name = models.value("product.template", models.record("product.template", row["template"]), "name", context)
    return f"[{row['code']}]{name}"


def _came(models: "Models", row: Row, _: Context) -> str:
    """Return how far a purchase has come."""
    lines = models.records.all("purchase.line", purchase=row["id"])
    moves = [move for line in lines for move in models.records.all("stock.move", ordered=line["id"])]
    states = {move["state"] for move in moves}
    if not moves or states == {"done"}:
        return "received" if moves else "none"
    if "cancelled" in states:
        return "exception"
    return "partially shipped" if "done" in states else "waiting"


def _amount(which: str) -> Compute:
    def worked_out(models: "Models", row: Row, _: Context) -> Any:
        lines = models.records.all("purchase.line", purchase=row["id"])
        net = sum((Decimal(str(line["quantity"])) * plain(line["unit_price"]) for line in lines), Decimal(0))
        tax = (net * _TAX).quantize(Decimal("0.01"))
        return encoded({"untaxed_amount": net, "tax_amount": tax, "total_amount": net + tax}[which])

    return worked_out


def _shipment_name(_: "Models", row: Row, __: Context) -> str:
    said = [row["number"], f"[{row['reference']}]" if row["reference"] else None]
    return " ".join(filter(None, said)) or f"({row['id']})"


MODELS: Final[Mapping[str, Model]] = {
    "ir.model": Model("Model", ("name",)),
    **LEDGER,
    "company.company": Model(
        "Company", ("timezone", "cancel_invoice_out"), one={"party": "party.party", "currency": "currency.currency"},
        worked_out={"rec_name": lambda models, row, _: models.record("party.party", row["party"])["name"]},
    ),
    "product.uom": Model(
        "Unit of Measure", ("name", "symbol", "digits"), worked_out={"rec_name": lambda _, row, __: row["name"]}
    ),
    "product.category": Model(
        "Product Category", ("name", "account_revenue", "account_expense", "customer_taxes")
    ),
    "product.identifier": Model("Product Identifier", ("type", "code"), one={"product": "product.product"}),
    "product.cost_price": Model("Product Cost Price", ("cost_price", "company"), one={"product": "product.product"}),
    "product.template": Model(
        "Product Template", ("name", "type", "active", "lot_required"),
        one={"default_uom": "product.uom", "account_category": "product.category"},
        many={
            "product_suppliers": ("purchase.product_supplier", "template"),
            "list_prices": ("product.list_price", "template"),
        },
        listed={"categories": "product.category"},
    ),
    "product.product": Model(
        "Product", ("code", "description", "list_price_used"),
        one={"template": "product.template", "replaced_by": "product.product", "default_uom": "product.uom"},
        many={
            "identifiers": ("product.identifier", "product"), "cost_prices": ("product.cost_price", "product"),
            "list_prices": ("product.list_price", "product"),
        },
        worked_out={
            "rec_name": _coded, "name": _of_template("name"), "type": _of_template("type"),
            "default_uom": _of_template("default_uom"), "cost_price": _cost,
            "active": lambda models, row, _: int(
                row["active"] and models.record("product.template", row["template"])["active"]
            ),
            "quantity": lambda models, row, context: models.counting.of("product", row["id"], context),
            "forecast_quantity": lambda models, row, context: models.counting.of(
                "product", row["id"], context, forecast=True
            ),
        },
    ),
    "purchase.product_supplier": Model(
        "Product Supplier", ("code",), one={"template": "product.template", "party": "party.party"},
        worked_out={"rec_name": _sold_as},
    ),
    "stock.order_point": Model(
        "Stock Order Point", ("type", "min_quantity"), one={"product": "product.product", "location": "stock.location"}
    ),
    "stock.location": Model(
        "Stock Location", ("name", "code", "type", "active"),
        one={
            "parent": "stock.location", "input_location": "stock.location", "storage_location": "stock.location",
        },
        worked_out={
            "rec_name": _coded,
            "quantity": lambda models, row, context: models.counting.at(row["id"], context),
        },
    ),
    "stock.lot": Model(
        "Stock Lot", ("number", "active"), one={"product": "product.product"},
        worked_out={
            "quantity": lambda models, row, context: models.counting.of("lot", row["id"], context),
            "forecast_quantity": lambda models, row, context: models.counting.of(
                "lot", row["id"], context, forecast=True
            ),
        },
    ),
    "stock.move": Model(
        "Stock Move", ("quantity", "internal_quantity", "state", "effective_date", "unit_price"),
        one={
            "product": "product.product", "from_location": "stock.location", "to_location": "stock.location",
            "unit": "product.uom", "lot": "stock.lot", "company": "company.company",
            "currency": "currency.currency",
        },
        worked_out={"shipment": _shipment_of, "origin": _origin_of},
    ),
    "stock.shipment.internal": Model(
        "Stock Shipment Internal", ("state", "reference", "number", "effective_date"),
        one={"from_location": "stock.location", "to_location": "stock.location", "company": "company.company"},
        many={"moves": ("stock.move", "internal")},
        worked_out={"rec_name": _shipment_name},
    ),
    "stock.shipment.in": Model(
        "Stock Shipment In", ("state", "reference", "number", "effective_date"),
        one={
            "supplier": "party.party", "warehouse": "stock.location", "warehouse_input": "stock.location",
            "warehouse_storage": "stock.location", "company": "company.company",
        },
        many={"incoming_moves": ("stock.move", "incoming"), "inventory_moves": ("stock.move", "inventory")},
        worked_out={"rec_name": _shipment_name},
    ),
    "purchase.purchase": Model(
        "Purchase",
        ("number", "reference", "state", "comment", "purchase_date", "delivery_date", "invoice_method"),
        one={
            "company": "company.company", "party": "party.party", "currency": "currency.currency",
            "warehouse": "stock.location", "invoice_address": "party.address",
        },
        many={"lines": ("purchase.line", "purchase")},
        worked_out={
            "rec_name": _shipment_name, "shipment_state": _came, "untaxed_amount": _amount("untaxed_amount"),
            "tax_amount": _amount("tax_amount"), "total_amount": _amount("total_amount"),
        },
    ),
    "purchase.line": Model(
        "Purchase Line", ("type", "quantity", "unit_price", "description", "note", "taxes"),
        one={
            "purchase": "purchase.purchase", "product": "product.product", "unit": "product.uom",
            "product_supplier": "purchase.product_supplier",
        },
        many={"moves": ("stock.move", "ordered")},
        worked_out={"delivery_date": lambda *_: None},
    ),
}  # fmt: skip
_TAX: Final = Decimal("0.10")
_ALWAYS: Final = frozenset({"id", "create_date", "write_date"})
MODULES: Final = frozenset(
    {"stock.lot", "stock.order_point", "purchase.product_supplier", "purchase.purchase", "purchase.line", INVOICE}
)
"""Models of modules beside stock."""


class Models:
    """Fields of records, stored and worked out.

    Args:
        records: The records.
        bare: Whether modules beside stock are not there.
    """

    records: Records
    counting: Counting

    def __init__(self, records: Records, *, bare: bool) -> None:
        self.records = records
        self.counting = Counting(records)
        self._bare = bare

    def model(self, name: str) -> Model:
        """Return a model.

        Raises:
            ServerError: There is none of that name.
        """
        if name not in MODELS or (self._bare and name in MODULES):
            raise ServerError(repr(name), "")
        return MODELS[name]

    def record(self, model: str, ref: int) -> Row:
        """Return a record that another one names."""
        (found,) = self.records.all(model, id=ref)
        return found

    def value(self, name: str, row: Row, field_name: str, context: Context) -> Any:
        """Return the value of a field: an id where it leads to a record, ids where to several.

        Raises:
            ServerError: There is no such field.
        """
        model = self.model(name)
        if field_name in model.worked_out:
            return model.worked_out[field_name](self, row, context)
        if self.target(name, field_name) is not None and field_name in model.many:
            target, back = model.many[field_name]
            return [one["id"] for one in self.records.all(target, **{back: row["id"]})]
        known = field_name in _ALWAYS or field_name in model.stored or self.target(name, field_name) is not None
        if not known or (self._bare and field_name == "lot_required"):
            raise ServerError(repr(field_name), "")
        return row.get(field_name)

    def target(self, name: str, field_name: str) -> str | None:
        """Return the model that a field leads to; ``None`` when it is a value."""
        model = self.model(name)
        found = model.one.get(field_name) or model.listed.get(field_name)
        found = found or (model.many[field_name][0] if field_name in model.many else None)
        return None if self._bare and found in MODULES else found

    def values(self, name: str, row: Row, path: str, context: Context) -> Iterator[Any]:
        """Yield what a path of fields leads to, as it can be compared.

        Raises:
            ServerError: There is no such field.
        """
        first, _, rest = path.partition(".")
        if first in self.model(name).unsearched:
            raise ServerError(f'Missing search function for field "{first}" in "{self.model(name).title}".', "")
        value = self.value(name, row, first, context)
        refs = value if isinstance(value, list) else [value]
        if not rest:
            yield from map(plain, refs)
            return
        if (target := self.target(name, first)) is None:
            raise ServerError(f"'{first}' object has no attribute 'get_target'", "")
        for ref in refs:
            if ref is not None:
                yield from self.values(target, self.record(target, ref), rest, context)
