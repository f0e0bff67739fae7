"""The models of the books: parties, taxes, accounts, invoices and what pays them."""

from collections.abc import Mapping
from decimal import ROUND_HALF_EVEN, Decimal
from typing import TYPE_CHECKING, Any, Final

from servicedesk_tryton.sandbox.model import Compute, Context, Model
from servicedesk_tryton.sandbox.records import Row
from servicedesk_tryton.sandbox.wire import encoded, plain

if TYPE_CHECKING:
    from servicedesk_tryton.sandbox.models import Models

INVOICE, LINE, MOVED = "account.invoice", "account.invoice.line", "account.move.line"
CENT: Final = Decimal("0.01")
_NOTHING: Final = encoded(Decimal(0))


def rounded(amount: Decimal) -> Decimal:
    """Return an amount in whole cents, half a cent to the even one, as the server does."""
    return amount.quantize(CENT, ROUND_HALF_EVEN)


def line_amount(line: Row) -> Decimal:
    """Return what a line comes to."""
    return rounded(_exact(line))


def _exact(line: Row) -> Decimal:
    price = plain(line["unit_price"]) if line["unit_price"] is not None else Decimal(0)
    return Decimal(str(line["quantity"] or 0)) * price


def amounts(models: "Models", row: Row) -> dict[str, Decimal]:
    """Return what an invoice comes to: each tax is rounded once, of amounts that are not."""
    lines = models.records.all(LINE, invoice=row["id"])
    net = sum(map(line_amount, lines), rounded(Decimal(0)))
    tax = plain(row["tax_shift"]) if row.get("tax_shift") else Decimal(0)
    for one in models.records.all("account.tax", type="percentage"):
        base = sum((_exact(line) for line in lines if one["id"] in line["taxes"]), Decimal(0))
        tax += rounded(base * plain(one["rate"]))
    return {"untaxed_amount": net, "tax_amount": tax, "total_amount": net + tax}


def own_lines(models: "Models", row: Row) -> list[Row]:
    """Return the lines by which an invoice is owed."""
    return models.records.all(MOVED, owes=row["id"])


def owed(models: "Models", row: Row) -> Decimal:
    """Return what is left to pay of an invoice that is in the books."""
    if row["state"] != "posted":
        return Decimal(0)
    lines = [*own_lines(models, row), *models.records.all(MOVED, pays=row["id"])]
    left = sum((_worth(line, row) for line in lines if line["reconciliation"] is None), Decimal(0))
    return left if row["type"] == "out" else -left


def _worth(line: Row, invoice: Row) -> Decimal:
    if line["second_currency"] == invoice["currency"] and line["amount_second_currency"] is not None:
        return Decimal(plain(line["amount_second_currency"]))
    return Decimal(plain(line["debit"])) - Decimal(plain(line["credit"]))


def invoice_name(_: "Models", row: Row, __: Context) -> str:
    """Return what an invoice is called."""
    said = [row["number"], f"[{row['reference']}]" if row["reference"] else None]
    return " ".join(filter(None, said)) or f"({row['id']})"


def _amount(which: str) -> Compute:
    return lambda models, row, _: encoded(amounts(models, row)[which])


def _may_cancel(models: "Models", row: Row, _: Context) -> bool:
    company = models.record("company.company", row["company"])
    booked = row["type"] == "in" or bool(company.get("cancel_invoice_out"))
    return row["state"] in {"draft", "validated"} or (row["state"] == "posted" and booked)


def _reconciled(models: "Models", row: Row, _: Context) -> Any:
    lines = own_lines(models, row)
    settled = [line["date"] for line in _settling(models, row)]
    return max(settled, key=plain, default=None) if lines and all(line["reconciliation"] for line in lines) else None


def _settling(models: "Models", row: Row) -> list[Row]:
    """Return the lines that are reconciled with those of an invoice."""
    own = own_lines(models, row)
    known = {line["reconciliation"] for line in own} - {None}
    lines = models.records.all(MOVED)
    return [line for line in lines if line["reconciliation"] in known and line not in own]


def _name(_: "Models", row: Row, __: Context) -> str:
    return str(row["name"])


def _named_by_code(_: "Models", row: Row, __: Context) -> str:
    return f"{row['code']} - {row['name']}"


def _of_move(name: str) -> Compute:
    return lambda models, row, _: models.record("account.move", row["move"])[name]


def _address_name(models: "Models", row: Row, _: Context) -> str:
    party = models.record("party.party", row["party"])
    return ", ".join(filter(None, (party["name"], row["city"])))


def _tax_identifier(models: "Models", row: Row, _: Context) -> Any:
    rows = models.records.all("party.identifier", party=row["id"])
    return next((one["id"] for one in rows if one["type"] is not None), None)


def _email(models: "Models", row: Row, _: Context) -> str:
    rows = models.records.all("party.contact_mechanism", party=row["id"])
    return next((str(one["value"]) for one in rows if one["type"] == "email"), "")


LEDGER: Final[Mapping[str, Model]] = {
    "currency.currency": Model("Currency", ("name", "code", "rate"), worked_out={"rec_name": _name}),
    "party.party": Model(
        "Party", ("name", "code", "active"), one={"replaced_by": "party.party"},
        many={
            "addresses": ("party.address", "party"), "identifiers": ("party.identifier", "party"),
            "contact_mechanisms": ("party.contact_mechanism", "party"),
        },
        listed={"tax_identifier": "party.identifier"},
        worked_out={
            "rec_name": _name, "email": _email, "tax_identifier": _tax_identifier,
        },
    ),
    "party.address": Model(
        "Address", ("city",), one={"party": "party.party"}, worked_out={"rec_name": _address_name}
    ),
    "party.identifier": Model("Party Identifier", ("type", "code"), one={"party": "party.party"}),
    "party.contact_mechanism": Model("Contact Mechanism", ("type", "value"), one={"party": "party.party"}),
    "product.list_price": Model("Product List Price", ("list_price",), one={"template": "product.template"}),
    "account.tax.group": Model("Tax Group", ("name", "kind")),
    "account.tax": Model(
        "Tax", ("name", "type", "rate", "update_unit_price", "active"),
        one={"parent": "account.tax", "group": "account.tax.group"}, many={"childs": ("account.tax", "parent")},
    ),
    "account.account.type": Model("Account Type", ("name", "revenue", "receivable")),
    "account.account": Model(
        "Account", ("name", "code", "closed", "active", "taxes"),
        one={"type": "account.account.type", "second_currency": "currency.currency"},
        worked_out={"rec_name": _named_by_code},
    ),
    "account.journal": Model("Journal", ("name", "type"), worked_out={"rec_name": _name}),
    "account.move": Model(
        "Account Move", ("number", "description", "origin", "state"),
        one={"journal": "account.journal", "company": "company.company"}, many={"lines": (MOVED, "move")},
    ),
    MOVED: Model(
        "Account Move Line",
        (
            "debit", "credit", "amount_second_currency", "date", "maturity_date", "description", "reconciliation",
        ),
        one={
            "move": "account.move", "party": "party.party", "account": "account.account",
            "second_currency": "currency.currency",
        },
        listed={"invoice_payments": INVOICE},
        worked_out={
            "move_state": _of_move("state"), "move_origin": _of_move("origin"),
            "invoice_payments": lambda _, row, __: [] if row["pays"] is None else [row["pays"]],
        },
    ),
    INVOICE: Model(
        "Account Invoice",
        (
            "type", "number", "reference", "description", "state", "comment", "invoice_date", "payment_term_date",
            "sequence_type_cache", "payment_term",
        ),
        one={
            "company": "company.company", "party": "party.party", "invoice_address": "party.address",
            "currency": "currency.currency", "account": "account.account", "journal": "account.journal",
            "move": "account.move",
        },
        unsearched=("lines_to_pay", "reconciliation_lines", "amount_to_pay", "reconciled", "allow_cancel"),
        many={"lines": (LINE, "invoice")},
        listed=dict.fromkeys(("lines_to_pay", "payment_lines", "reconciliation_lines"), MOVED),
        worked_out={
            "rec_name": invoice_name, "untaxed_amount": _amount("untaxed_amount"),
            "tax_amount": _amount("tax_amount"), "total_amount": _amount("total_amount"),
            "amount_to_pay": lambda models, row, _: encoded(owed(models, row)) if own_lines(models, row) else _NOTHING,
            "reconciled": _reconciled, "allow_cancel": _may_cancel,
            "lines_to_pay": lambda models, row, _: [line["id"] for line in own_lines(models, row)],
            "payment_lines": lambda models, row, _: [
                line["id"] for line in models.records.all(MOVED, pays=row["id"])
            ],
            "reconciliation_lines": lambda models, row, _: [line["id"] for line in _settling(models, row)],
        },
    ),
    LINE: Model(
        "Account Invoice Line", ("type", "quantity", "unit_price", "description", "note", "taxes"),
        one={
            "invoice": INVOICE, "product": "product.product", "account": "account.account", "unit": "product.uom",
        },
        worked_out={"amount": lambda _, row, __: encoded(line_amount(row))},
    ),
}  # fmt: skip
"""The server's models of its module for invoices, and what they lead to."""
