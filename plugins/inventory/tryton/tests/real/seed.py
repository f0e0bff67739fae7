"""Fills the database of a real server; run by the Python of its own environment, with the path of its settings.

What it makes has the ids that the sandbox begins with.
"""

import datetime as dt
import sys
from decimal import Decimal

from proteus import Model, Wizard, config
from trytond.modules.account.tests.tools import create_chart, create_fiscalyear, create_tax, get_accounts
from trytond.modules.account_invoice.tests.tools import set_fiscalyear_invoice_sequences
from trytond.modules.company.tests.tools import create_company, get_company


def main(settings: str) -> None:
    config.set_trytond("sqlite:///erp", config_file=settings)
    msp = Model.get("party.party")(name="Example MSP")
    msp.save()
    create_company(msp)
    company = get_company()
    create_chart(company)
    year = create_fiscalyear(company, dt.datetime.now(dt.UTC).date())
    set_fiscalyear_invoice_sequences(year).click("create_period")
    supplier = Model.get("party.party")(name="Example Wholesale")
    supplier.save()
    Model.get("product.category")(name="Spare parts").save()
    accounts = get_accounts(company)
    trade(accounts)
    products(supplier)
    stock()
    books(accounts, supplier)
    user(company)


def trade(accounts) -> None:
    category = Model.get("product.category")(name="Trade", accounting=True)
    category.account_expense, category.account_revenue = accounts["expense"], accounts["revenue"]
    tax = create_tax(Decimal("0.10"))
    tax.save()
    category.supplier_taxes.append(tax)
    category.customer_taxes.append(Model.get("account.tax")(tax.id))
    category.save()


def products(supplier) -> None:
    ssd = {"ean": "4006381333931", "brand": "Example Storage", "mpn": "EX-990-1T"}
    product("SSD 1 TB NVMe", "SSD-1T", "79.9583", identifiers=ssd, supplier=supplier, number="D-100371")
    product("RAM 16 GB DDR4", "RAM-16-D4", "41.50")
    product("Docking station 130 W", "DOCK-130", "151", lots=True, identifiers={"mpn": "WD19S-130W"})
    product("Cable Cat 6", "CAB-C6", "0.35", unit="m", identifiers={None: "C6-GREY"})
    fan = product("Fan 120 mm", "FAN-120", "9")
    product("Hour of work", "HOUR", "0", unit="h", kind="service")
    fan.active = False
    fan.save()


def product(name, code, cost, *, unit="u", kind="goods", lots=False, identifiers=None, supplier=None, number=None):
    categories = Model.get("product.category")
    template = Model.get("product.template")(name=name, type=kind, list_price=Decimal(0), purchasable=True)
    (template.default_uom,) = Model.get("product.uom").find([("symbol", "=", unit)])
    (template.account_category,) = categories.find([("name", "=", "Trade")])
    template.categories.extend(categories.find([("name", "=", "Spare parts")]))
    if lots:
        template.lot_required = ["storage"]
    one = template.products[0]
    one.suffix_code, one.cost_price = code, Decimal(cost)
    for type_, value in (identifiers or {}).items():
        identifier = one.identifiers.new()
        identifier.type, identifier.code = type_, value
    if number:
        source = template.product_suppliers.new()
        source.party, source.code = supplier, number
    template.save()
    return template.products[0]


def stock() -> None:
    places = Model.get("stock.location")
    (storage,) = places.find([("code", "=", "STO")])
    for name, parent in (("Shelf A", storage), ("Van 1", storage), ("At clients", None)):
        places(name=name, type="storage", parent=parent).save()
    dock = named("DOCK-130")
    for number in ("DK-0001", "DK-0002"):
        Model.get("stock.lot")(number=number, product=dock).save()
    count("Shelf A", ("SSD-1T", 6), ("RAM-16-D4", 12), ("DOCK-130", 1, "DK-0001"), ("DOCK-130", 1, "DK-0002"))
    count("Van 1", ("SSD-1T", 2), ("CAB-C6", 153.25))
    point = Model.get("stock.order_point")()
    (point.location,) = places.find([("type", "=", "warehouse")])
    point.product, point.type, point.min_quantity, point.target_quantity = named("SSD-1T"), "purchase", 4, 10
    point.save()


def named(code):
    (found,) = Model.get("product.product").find([("code", "=", code)])
    return found


def count(place, *rows) -> None:
    (location,) = Model.get("stock.location").find([("name", "=", place)])
    inventory = Model.get("stock.inventory")(location=location)
    for code, quantity, *lots in rows:
        line = inventory.lines.new()
        line.product, line.quantity = named(code), quantity
        for number in lots:
            (line.lot,) = Model.get("stock.lot").find([("number", "=", number)])
    inventory.save()
    inventory.click("confirm")


def books(accounts, supplier) -> None:
    """A client with an invoice that is paid in part, a client that is archived, a bill, and a currency with a rate."""
    client = Model.get("party.party")(name="Example Client", code="C-100")
    address = client.addresses[0] if client.addresses else client.addresses.new()
    address.city = "Example City"
    mail = client.contact_mechanisms.new()
    mail.type, mail.value = "email", "billing@example.com"
    client.save()
    former = Model.get("party.party")(name="Former Client")
    former.save()
    former.active = False
    former.save()
    euro = Model.get("currency.currency")(name="Euro", code="EUR", symbol="E", rounding=Decimal("0.01"), digits=2)
    rate = euro.rates.new()
    rate.date, rate.rate = dt.date(2020, 1, 1), Decimal("0.8")
    euro.save()
    Model.get("currency.currency")(name="Pound", code="GBP", symbol="L", rounding=Decimal("0.01"), digits=2).save()
    posted("out", client, "P-1", (accounts["revenue"], "Onsite work", 2, "50"))
    invoice = Model.get("account.invoice").find([("type", "=", "out")])[0]
    method = Model.get("account.invoice.payment.method")(name="Bank", debit_account=accounts["cash"])
    method.credit_account = accounts["cash"]
    (method.journal,) = Model.get("account.journal").find([("code", "=", "CASH")], limit=1)
    method.save()
    pay = Wizard("account.invoice.pay", [invoice])
    pay.form.payment_method, pay.form.amount = method, Decimal(60)
    pay.execute("choice")
    if pay.state != "end":
        pay.form.type = "partial"
        pay.execute("pay")
    posted("in", supplier, "W-77", (accounts["expense"], "Parts", 1, "30"))


def posted(kind, party, reference, sold) -> None:
    account, description, quantity, price = sold
    invoice = Model.get("account.invoice")(type=kind, party=party, reference=reference)
    invoice.invoice_date = dt.datetime.now(dt.UTC).date()
    line = invoice.lines.new()
    line.account, line.description, line.quantity, line.unit_price = account, description, quantity, Decimal(price)
    line.taxes.append(Model.get("account.tax")(1))
    invoice.save()
    invoice.click("post")


def user(company) -> None:
    one = Model.get("res.user")(name="servicedesk", login="servicedesk", password="sandbox-password-1")
    one.groups.extend(Model.get("res.group").find([("name", "in", ["Accounting", "Stock", "Purchase"])]))
    one.companies.append(company)
    one.company = company
    one.save()


if __name__ == "__main__":
    main(sys.argv[1])
