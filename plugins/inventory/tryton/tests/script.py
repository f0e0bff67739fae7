"""Calls that the sandbox and a real server answer alike, and how answers are compared.

``answers.json`` holds what a real server of series 8.2 said. ``real/test_server.py`` asks one again, and
``sandbox/test_habits.py`` the sandbox.
"""

# ruff: noqa: E501  # a call a line

import base64
import datetime as dt
import json
from pathlib import Path

import httpx

ANSWERS = Path(__file__).parent / "answers.json"
C = {"company": 1, "companies": [1]}
ALL = {**C, "active_test": False}
SHELF = {**C, "locations": [9], "with_childs": False}
ZONE = {**C, "locations": [3]}
SHIPMENT = "model.stock.shipment.internal"
LONG_AGO = {
    "__class__": "datetime", "year": 2020, "month": 1, "day": 1, "hour": 0, "minute": 0, "second": 0, "microsecond": 0,
}  # fmt: skip
PRODUCT = [
    "code", "rec_name", "active", "cost_price", "template.name", "template.type", "template.lot_required",
    "template.categories.name", "identifiers.type", "identifiers.code", "cost_prices.cost_price", "replaced_by.code",
    "template.product_suppliers.code", "template.product_suppliers.party.name", "default_uom.digits", "create_date",
]  # fmt: skip
SHIPPED = [
    "state",
    "number",
    "reference",
    "rec_name",
    "moves.state",
    "moves.quantity",
    "moves.lot",
    "moves.to_location",
]


def moved(quantity, product=1, *, unit=1, reference="ticket T7 [ref:w-1]", company=1, start=9, **more):
    ends = {"company": company, "from_location": start, "to_location": 11}
    move = {**ends, "product": product, "unit": unit, "quantity": quantity, **more}
    return [{**ends, "reference": reference, "moves": [["create", [move]]]}]


BOUGHT = {"product": 1, "unit": 1, "quantity": 3}
ORDERED = [
    "number", "reference", "state", "shipment_state", "total_amount", "tax_amount", "party.name", "currency.code", "lines.type",
    "lines.quantity", "lines.unit_price", "lines.taxes", "lines.moves.state", "lines.moves.quantity", "lines.moves.shipment",
    "lines.moves.origin", "lines.moves.from_location", "lines.moves.to_location", "lines.moves.unit_price",
]  # fmt: skip
ZONES = {"warehouse_input": 1, "warehouse_storage": 3}
RECEIVED = [
    "state", "number", "reference", "incoming_moves.state", "incoming_moves.quantity", "inventory_moves.state",
    "inventory_moves.quantity", "inventory_moves.to_location",
]  # fmt: skip


def bought(quantity, **more):
    price = {"__class__": "Decimal", "decimal": "79.95"}
    line = {
        **BOUGHT,
        "type": "line",
        "quantity": quantity,
        "unit_price": price,
        "product_supplier": 1,
        "taxes": [["add", [1]]],
    }
    head = {"company": 1, "party": 2, "currency": 1, "warehouse": 5, "invoice_address": 2, "reference": "SD-1"}
    return [{**head, "lines": [["create", [line]]], **more}]


def received(*commands, **more):
    return [
        {
            "company": 1,
            "supplier": 2,
            "warehouse": 5,
            "reference": "came [ref:w-9]",
            "incoming_moves": list(commands),
            **more,
        }
    ]


CALLS = [
    ("model.ir.model.search_count", [["name", "in", ["stock.lot", "stock.order_point", "nope"]]], {}),
    ("model.company.company.search_read", [["id", "=", 1]], 0, None, None, ["rec_name", "currency.code", "timezone"], C),
    ("model.product.product.search_read", [["id", ">", 0]], 0, 3, [["id", "ASC"]], PRODUCT, ALL),
    ("model.product.product.search", [], 0, None, [["id", "ASC"]], C),
    ("model.product.product.search_count", [["type", "in", ["goods", "assets"]]], ALL),
    ("model.product.product.search_count", [["type", "in", ["goods", "assets"]]], C),
    ("model.product.product.search", ["OR", ["id", "in", []], ["identifiers.create_date", ">=", LONG_AGO]], 0, None, [["id", "ASC"]], ALL),
    ("model.product.product.search", [["template.write_date", ">=", LONG_AGO], ["id", "=", 6]], 0, None, [["id", "ASC"]], ALL),
    ("model.product.product.search", [["rec_name", "ilike", "%nvme%"]], 0, None, None, C),
    ("model.product.product.search", [["rec_name", "ilike", "%990-1t%"]], 0, None, None, C),
    ("model.product.product.search", [["rec_name", "ilike", "%s\\%d%"]], 0, None, None, C),
    ("model.product.product.search", ["OR", ["code", "ilike", "d%1%3%0"], ["template.product_suppliers.code", "ilike", "d%1"]], 0, None, [["id", "ASC"]], C),
    ("model.product.product.search", [["identifiers.code", "in", ["4006381333931"]]], 0, None, None, C),
    ("model.stock.order_point.search_read", [], 0, None, None, ["product", "type", "min_quantity"], C),
    ("model.stock.location.search_read", [["type", "in", ["storage", "warehouse", "view"]]], 0, None, [["id", "ASC"]], ["name", "type", "parent", "rec_name"], C),
    ("model.product.product.search_read", ["OR", ["quantity", "!=", 0], ["forecast_quantity", "!=", 0]], 0, None, [["id", "ASC"]], ["quantity", "forecast_quantity"], SHELF),
    ("model.product.product.search_read", [["quantity", "!=", 0]], 0, None, [["id", "ASC"]], ["quantity"], ZONE),
    ("model.stock.lot.search_read", [["quantity", "!=", 0], ["product", "in", [3]]], 0, None, [["id", "ASC"]], ["number", "product", "quantity"], SHELF),
    ("model.stock.lot.search_read", [["number", "ilike", "dk-0002"]], 0, None, None, ["number"], C),
    ("model.stock.location.search_read", [["id", "in", [9, 10]]], 0, None, [["id", "ASC"]], ["quantity"], {**C, "product": 1, "with_childs": False}),
    (f"{SHIPMENT}.create", moved(2), C),
    (f"{SHIPMENT}.read", [1], SHIPPED, C),
    (f"{SHIPMENT}.do", [1], C),
    (f"{SHIPMENT}.wait", [1], C),
    (f"{SHIPMENT}.read", [1], SHIPPED, C),
    ("model.product.product.search_read", [["id", "=", 1]], 0, None, None, ["quantity", "forecast_quantity"], SHELF),
    (f"{SHIPMENT}.assign_try", [1], C),
    ("model.product.product.search_read", [["id", "=", 1]], 0, None, None, ["quantity", "forecast_quantity"], SHELF),
    ("model.product.product.search_read", [["id", "=", 1]], 0, None, None, ["quantity"], {**SHELF, "stock_assign": True}),
    (f"{SHIPMENT}.do", [1], {**C, "_timestamp": {"stock.shipment.internal,1": "1.5"}}),
    (f"{SHIPMENT}.assign_try", [1], C),
    (f"{SHIPMENT}.do", [1], C),
    (f"{SHIPMENT}.read", [1], SHIPPED, C),
    (f"{SHIPMENT}.cancel", [99], C),
    (f"{SHIPMENT}.search", [["reference", "ilike", "%w_1%"], ["state", "!=", "cancelled"]], 0, None, None, C),
    (f"{SHIPMENT}.create", moved(1, 3, lot=2, reference=None), C),
    (f"{SHIPMENT}.wait", [2], C),
    (f"{SHIPMENT}.assign_try", [2], C),
    (f"{SHIPMENT}.do", [2], C),
    ("model.stock.lot.search_read", [], 0, None, [["id", "ASC"]], ["number", "quantity"], SHELF),
    (f"{SHIPMENT}.create", moved(20, reference="x [ref:w-2]"), C),
    (f"{SHIPMENT}.wait", [3], C),
    (f"{SHIPMENT}.assign_try", [3], C),
    (f"{SHIPMENT}.read", [3], SHIPPED, C),
    (f"{SHIPMENT}.cancel", [3], C),
    (f"{SHIPMENT}.read", [3], SHIPPED, C),
    (f"{SHIPMENT}.create", moved(0.5), C),
    (f"{SHIPMENT}.create", moved(-1), C),
    (f"{SHIPMENT}.create", moved(1, 99), C),
    (f"{SHIPMENT}.create", moved(1, start=5), C),
    (f"{SHIPMENT}.create", moved(1, company=None), {}),
    ("model.product.product.search_read", [["id", "=", 1]], 0, None, None, ["cost_price", "quantity"], {}),
    ("model.res.user.warning.skip", "0123.done", False, C),
    ("model.nope.nope.search_read", [], 0, None, None, ["name"], C),
    ("model.product.product.search_read", [], 0, None, None, ["nope"], C),
    ("model.product.product.search", [["nope", "=", 1]], 0, None, None, C),
    ("model.product.product.nope", C),
    ("model.product.product.search", []),
    ("model.product.product.read", [99], ["code"], C),
    ("model.product.cost_price.search", [], 0, None, None, C),
    ("model.purchase.line.on_change_product", {**BOUGHT, "type": "line", "_parent_purchase.party": 2, "_parent_purchase.company": 1, "_parent_purchase.currency": 1}, C),
    ("model.purchase.purchase.create", bought(0.5), C),
    ("model.purchase.purchase.create", bought(3, invoice_address=None), C),
    ("model.purchase.purchase.quote", [1], C),
    ("model.purchase.purchase.confirm", [1], C),
    ("model.purchase.purchase.cancel", [1], C),
    ("model.purchase.purchase.read", [1], ["state", "number"], C),
    ("model.purchase.purchase.create", bought(3), C),
    ("model.purchase.purchase.confirm", [2], C),
    ("model.purchase.purchase.quote", [2], C),
    ("model.purchase.purchase.confirm", [2], C),
    ("model.purchase.purchase.read", [2], ORDERED, C),
    ("model.purchase.purchase.cancel", [2], C),
    ("model.stock.shipment.in.create", received(["add", [11]], ["write", [11], {"quantity": 2}], **ZONES), C),
    ("model.stock.shipment.in.receive", [1], C),
    ("model.stock.shipment.in.read", [1], RECEIVED, C),
    ("model.stock.shipment.in.write", [1], {"inventory_moves": [["write", [12], {"to_location": 9}]]}, C),
    ("model.stock.shipment.in.do", [1], C),
    ("model.stock.shipment.in.cancel", [1], C),
    ("model.stock.shipment.in.read", [1], RECEIVED, C),
    ("model.purchase.purchase.read", [2], ORDERED, C),
    ("model.stock.shipment.in.create", received(["add", [13]], ["write", [13], {"quantity": 1}], **ZONES), C),
    ("model.stock.shipment.in.write", [2], {"incoming_moves": [["write", [13], {"quantity": 1}], ["remove", [13]]]}, C),
    ("model.stock.shipment.in.cancel", [2], C),
    ("model.purchase.purchase.read", [2], ["shipment_state"], C),
    ("model.stock.shipment.in.create", received(["add", [13]], **ZONES), C),
    ("model.stock.shipment.in.receive", [3], C),
    ("model.stock.shipment.in.cancel", [3], C),
    ("model.purchase.purchase.read", [2], ORDERED, C),
    ("model.stock.lot.create", [{"number": "N-1", "product": 3}], C),
]  # fmt: skip

TODAY = dt.datetime.now(dt.UTC).date()


def amount(text):
    return {"__class__": "Decimal", "decimal": text}


def day(days=0):
    on = TODAY + dt.timedelta(days=days)
    return {"__class__": "date", "year": on.year, "month": on.month, "day": on.day}


def sold(quantity, price, *, account=100, tax=1, **more):
    taxes = {} if tax is None else {"taxes": [["add", [tax]]]}
    head = {"type": "line", "company": 1, "currency": 1, "description": "x", "account": account}
    return {**head, "quantity": quantity, "unit_price": amount(price), **taxes, **more}


def invoiced(reference, *lines, **more):
    head = {"company": 1, "type": "out", "party": 3, "invoice_address": 3, "account": 39, "journal": 1, "currency": 1}
    days = {"invoice_date": day(), "payment_term_date": day(30)}
    return [{**head, **days, "reference": reference, "lines": [["create", list(lines)]], **more}]


BOOK = "model.account.invoice"
ID = [["id", "ASC"]]
BOOKED = [
    "type", "number", "reference", "rec_name", "state", "party", "currency.code", "untaxed_amount", "tax_amount", "total_amount",
    "amount_to_pay", "allow_cancel", "sequence_type_cache", "invoice_date", "payment_term_date", "lines.quantity",
    "lines.unit_price", "lines.amount", "lines.taxes", "lines.note", "lines.product", "lines.account", "reconciled",
]  # fmt: skip
OPEN = [
    "state",
    "amount_to_pay",
    "lines_to_pay.credit",
    "lines_to_pay.debit",
    "lines_to_pay.invoice_payments",
    "lines_to_pay.maturity_date",
]
FORM = {"company": 1, "type": "out", "currency": 1}
OF = {
    "_parent_invoice.party": 3,
    "_parent_invoice.type": "out",
    "_parent_invoice.company": 1,
    "_parent_invoice.currency": 1,
}
BOOKS = [
    ("model.party.party.search_read", [["id", "in", [1, 2, 3, 4]]], 0, None, ID, ["name", "rec_name", "code", "email", "active", "tax_identifier.code", "identifiers.code", "addresses.city", "replaced_by"], ALL),
    ("model.party.party.search", [["id", "in", [3, 4]]], 0, None, ID, C),
    ("model.account.tax.search_read", [["parent", "=", None]], 0, None, ID, ["name", "type", "rate", "active", "group.kind", "childs.rate", "update_unit_price"], ALL),
    ("model.account.account.search_read", [["id", "in", [39, 67, 71, 99, 100]]], 0, None, ID, ["name", "rec_name", "code", "type.name", "type.revenue", "type.receivable", "closed", "active", "taxes", "second_currency.code"], ALL),
    ("model.product.product.search_read", [["id", "in", [1, 6]]], 0, None, ID, ["code", "description", "list_price_used", "template.account_category.account_revenue", "template.account_category.account_expense", "template.account_category.customer_taxes"], ALL),
    ("model.currency.currency.search_read", [["code", "in", ["USD", "EUR", "GBP"]]], 0, None, ID, ["code", "rate"], {**C, "date": day()}),
    ("model.company.company.search_read", [], 0, None, ID, ["cancel_invoice_out"], C),
    (f"{BOOK}.search_read", [], 0, None, ID, BOOKED, C),
    (f"{BOOK}.search_read", [], 0, None, ID, OPEN, C),
    (f"{BOOK}.search", [["type", "=", "out"], ["total_amount", ">=", amount("0")]], 0, None, ID, C),
    (f"{BOOK}.search_count", [["type", "=", "out"], ["total_amount", "<", amount("0")]], C),
    ("model.account.move.line.search_read", [["account.type.receivable", "=", True], ["move_state", "=", "posted"], ["credit", ">", amount("0")], ["move.journal.type", "not in", ["revenue", "expense", "write-off"]]], 0, None, ID, ["credit", "party", "date", "reconciliation", "second_currency", "amount_second_currency", "move.journal.name", "move.company.currency.code", "move_origin", "invoice_payments.number"], C),
    (f"{BOOK}.search_count", [["reconciled", "!=", None]], C),
    (f"{BOOK}.search", [["move.lines.invoice_payments.create_date", ">=", LONG_AGO]], 0, None, ID, C),
    (f"{BOOK}.on_change_type", {**FORM, "party": 3}, C),
    (f"{BOOK}.on_change_type", {**FORM, "party": 99}, C),
    (f"{BOOK}.line.on_change_product", {"type": "line", "invoice_type": "out", "company": 1, "currency": 1, "product": 1, "quantity": 1.0, **OF}, C),
    (f"{BOOK}.line.on_change_account", {"type": "line", "invoice_type": "out", "company": 1, "currency": 1, "account": 100, "party": 3, **OF}, C),
    (f"{BOOK}.create", invoiced("SD-1", sold(2.5, "100", note="[ref:w-1]"), sold(1.0, "0.005"), sold(0.5, "33.33")), C),
    (f"{BOOK}.read", [3], BOOKED, C),
    (f"{BOOK}.write", [3], {"lines": [["create", [sold(1.0, "0.01", tax=None)]]]}, {**C, "_timestamp": {"account.invoice,3": "1.5"}}),
    (f"{BOOK}.write", [3], {"lines": [["create", [sold(1.0, "0.01", tax=None)]]]}, C),
    (f"{BOOK}.read", [3], BOOKED, C),
    (f"{BOOK}.validate_invoice", [3], C),
    (f"{BOOK}.validate_invoice", [3], C),
    (f"{BOOK}.delete", [3], C),
    (f"{BOOK}.draft", [3], C),
    (f"{BOOK}.post", [3], C),
    (f"{BOOK}.read", [3], BOOKED, C),
    (f"{BOOK}.post", [3], C),
    (f"{BOOK}.cancel", [3], C),
    (f"{BOOK}.delete", [3], C),
    (f"{BOOK}.draft", [3], C),
    (f"{BOOK}.search_read", [["type", "=", "out"], ["reference", "=", "SD-1"], ["OR", ["state", "!=", "cancelled"], ["number", "!=", None]]], 0, None, ID, ["lines.note"], C),
    (f"{BOOK}.create", invoiced("SD-2", sold(-1.0, "100.05")), C),
    (f"{BOOK}.post", [4], C),
    (f"{BOOK}.read", [4], BOOKED, C),
    (f"{BOOK}.write", [3], {"payment_lines": [["add", [17]]]}, C),
    (f"{BOOK}.read", [3, 4], OPEN, C),
    (f"{BOOK}.create", invoiced("SD-3", sold(1.0, "10")), C),
    (f"{BOOK}.cancel", [5], C),
    (f"{BOOK}.read", [5], BOOKED, C),
    (f"{BOOK}.delete", [5], C),
    (f"{BOOK}.read", [5], ["state"], C),
    (f"{BOOK}.create", invoiced("SD-4", sold(1.0, "10"), invoice_date=day(1)), C),
    (f"{BOOK}.post", [6], C),
    (f"{BOOK}.create", invoiced("SD-5", sold(1.0, "10"), payment_term_date=day(-1)), C),
    (f"{BOOK}.post", [7], C),
    (f"{BOOK}.create", invoiced("SD-6", sold(1.0, "10", tax=None, product=1, unit=1)), C),
    (f"{BOOK}.post", [8], C),
    (f"{BOOK}.create", invoiced("SD-7", sold(1.0, "10"), invoice_date=day(-1000)), C),
    (f"{BOOK}.post", [9], C),
    (f"{BOOK}.create", invoiced("SD-8", sold(3.0, "33.33", currency=2), currency=2), C),
    (f"{BOOK}.post", [10], C),
    (f"{BOOK}.read", [10], BOOKED, C),
    (f"{BOOK}.read", [10], OPEN, C),
    (f"{BOOK}.create", invoiced("W", sold(1.0, "1", account=None)), C),
    (f"{BOOK}.create", invoiced("W", sold(1.0, "1", account=71)), C),
    (f"{BOOK}.create", invoiced("W", sold(1.0, "1", tax=99)), C),
    (f"{BOOK}.create", invoiced("W", sold(1.0, "1.23456")), C),
    (f"{BOOK}.create", invoiced("W", sold(1.5, "1", product=1, unit=1)), C),
    (f"{BOOK}.create", invoiced("W", sold(1.0, "1"), party=99), C),
    (f"{BOOK}.create", invoiced("W", sold(1.0, "1"), invoice_address=None), C),
    (f"{BOOK}.create", invoiced("W", sold(1.0, "1"), number="X"), C),
    ("model.party.party.create", [{"name": "New", "code": "C-9", "addresses": [["create", [{}]]], "identifiers": [["create", [{"type": None, "code": "w-7"}]]], "contact_mechanisms": [["create", [{"type": "email", "value": "a@example.com"}]]]}], C),
    ("model.party.party.search_read", ["OR", ["identifiers.code", "=", "w-7"], ["code", "=", "w-7"]], 0, None, ID, ["name", "code", "email", "identifiers.type", "tax_identifier.code"], C),
    ("model.party.party.create", [{"name": "New", "code": "C-9"}], C),
    ("model.party.party.create", [{"name": "New", "identifiers": [["create", [{"type": "eu_vat", "code": "BE1"}]]]}], C),
]  # fmt: skip
CALLS = [*BOOKS, *CALLS]
"""Orders make bills: what is asked of the books comes before."""


def ask(url, database="erp", user="servicedesk", password="sandbox-password-1"):
    """Call everything in its order, and return what was answered, as it can be compared."""
    with httpx.Client(base_url=url, timeout=60.0) as http:
        login = {"id": 0, "method": "common.db.login", "params": [user, {"password": password}]}
        own, session, _ = http.post(f"/{database}/rpc/", json=login).json()["result"]
        http.headers["Authorization"] = f"Session {base64.b64encode(f'{user}:{own}:{session}'.encode()).decode()}"
        told = []
        for method, *params in CALLS:
            answer = http.post(f"/{database}/rpc/", json={"id": "x", "method": method, "params": params})
            told.append([method, plain(answer.json()) if answer.status_code == 200 else answer.status_code])
        return told


def plain(body):
    """Return an answer without what differs each time: instants, days, and all of a refusal but its beginning."""
    match body:
        case {"__class__": "datetime" | "date" as kind}:
            return {"datetime": "instant", "date": "day"}[kind]
        case {"error": list(error)} if (told := refusal(error)) is not None:
            return {"error": told}
        case dict():
            return {name: plain(value) for name, value in sorted(body.items())}
        case list():
            told = [plain(one) for one in body]
            # Of related records the order is the server's own.
            are_records = all(isinstance(one, dict) and "id" in one for one in told)
            return sorted(told, key=lambda one: one["id"]) if are_records else told
    return body


def refusal(error):
    """Return what of a refusal is the same each time; ``None`` when all of it is."""
    match error:
        case ["UserWarning", [name, *_]]:
            return ["UserWarning", name.partition(".")[2]]
        case ["UserError", [message, *_]]:
            return ["UserError", message[:40]]
        case [str(failure), ""] if failure.startswith("Missing search"):
            return "Missing search function"  # its field is told by another name
    return None


def recorded():
    """Return what the real server said."""
    return json.loads(ANSWERS.read_text(encoding="utf-8"))
