"""What the sandbox begins with: a small store room."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from servicedesk_tryton.sandbox.books.invoicing import EXPENSE, REVENUE
from servicedesk_tryton.sandbox.models import MODULES
from servicedesk_tryton.sandbox.records import Records
from servicedesk_tryton.sandbox.shipping import Shipping
from servicedesk_tryton.sandbox.wire import encoded

COMPANY, SUPPLIER = 1, 2
_PLACES: Final = (
    ("Input Zone", "IN", "storage", 5), ("Output Zone", "OUT", "storage", 5), ("Storage Zone", "STO", "storage", 5),
    ("Lost and Found", None, "lost_found", None), ("Warehouse", "WH", "warehouse", None),
    ("Supplier", "SUP", "supplier", None), ("Customer", "CUS", "customer", None), ("Transit", None, "storage", None),
    ("Shelf A", None, "storage", 3), ("Van 1", None, "storage", 3), ("At clients", None, "storage", None),
)  # fmt: skip


@dataclass(frozen=True)
class Product:
    """A product as it is seeded.

    Attributes:
        name: What it is.
        code: Our number.
        cost: What one costs.
        unit: Id of the unit.
        number: The supplier's number.
        kind: Goods or service.
        has_lots: Whether its pieces are told apart.
        identifiers: Kinds and codes.
    """

    name: str
    code: str
    cost: str
    unit: int = 1
    number: str | None = None
    kind: str = "goods"
    has_lots: bool = False
    identifiers: tuple[tuple[str | None, str], ...] = ()


_PRODUCTS: Final = (
    Product(
        "SSD 1 TB NVMe", "SSD-1T", "79.9583", number="D-100371",
        identifiers=(("ean", "4006381333931"), ("brand", "Example Storage"), ("mpn", "EX-990-1T")),
    ),
    Product("RAM 16 GB DDR4", "RAM-16-D4", "41.50"),
    Product("Docking station 130 W", "DOCK-130", "151", has_lots=True, identifiers=(("mpn", "WD19S-130W"),)),
    Product("Cable Cat 6", "CAB-C6", "0.35", unit=2, identifiers=((None, "C6-GREY"),)),
    Product("Fan 120 mm", "FAN-120", "9"),
    Product("Hour of work", "HOUR", "0", unit=3, kind="service"),
)  # fmt: skip
STORAGE, SHELF, VAN, CLIENTS = 3, 9, 10, 11
SSD, RAM, DOCK, CABLE, FAN = 1, 2, 3, 4, 5
_SOLD: Final = {"replaced_by": None, "active": 1, "description": None, "list_price_used": encoded(Decimal(0))}
_COUNTS: Final = (
    (SHELF, SSD, 6, None), (SHELF, RAM, 12, None), (SHELF, DOCK, 1, 1), (SHELF, DOCK, 1, 2), (VAN, SSD, 2, None),
    (VAN, CABLE, 153.25, None),
)  # fmt: skip


def fill(records: Records, shipping: Shipping, *, bare: bool) -> None:
    """Fill an empty database.

    Args:
        records: The records.
        shipping: Counts the stock.
        bare: Whether modules beside stock are not there.
    """
    for name in () if bare else sorted(MODULES):
        records.add("ir.model", name=name)
    records.add("currency.currency", name="U.S. Dollar", code="USD", rate=encoded(Decimal("1.0")))
    for number, who in (("1", "Example MSP"), ("2", "Example Wholesale")):
        party = records.add("party.party", name=who, code=number, active=1, replaced_by=None)["id"]
        records.add("party.address", party=party, city=None)
    records.add("company.company", party=1, currency=1, timezone=None, cancel_invoice_out=0)
    for name, symbol, digits in (("Unit", "u", 0), ("Meter", "m", 2), ("Hour", "h", 2)):
        records.add("product.uom", name=name, symbol=symbol, digits=digits)
    records.add("product.category", name="Spare parts", account_revenue=None, account_expense=None, customer_taxes=[])
    trade = {"account_revenue": REVENUE, "account_expense": EXPENSE, "customer_taxes": [1]}
    records.add("product.category", name="Trade", **trade)
    for name, code, kind, parent in _PLACES:
        zones = {"input_location": 1, "storage_location": STORAGE} if kind == "warehouse" else {}
        records.add("stock.location", name=name, code=code, type=kind, parent=parent, active=1, **zones)
    for one in _PRODUCTS:
        _add(records, one)
    records.write("product.product", FAN, active=0)
    for lot_number in ("DK-0001", "DK-0002"):
        records.add("stock.lot", number=lot_number, product=DOCK, active=1)
    for place, product, quantity, lot in _COUNTS:
        shipping.count(place, product, quantity, None if bare else lot)
    records.add("stock.order_point", product=SSD, type="purchase", min_quantity=4.0, location=5)


def _add(records: Records, product: Product) -> None:
    template = records.add(
        "product.template", name=product.name, type=product.kind, active=1, default_uom=product.unit, categories=[1],
        lot_required=["storage"] if product.has_lots else [], account_category=2,
    )["id"]  # fmt: skip
    ref = records.add("product.product", code=product.code, template=template, **_SOLD)["id"]
    records.add("product.cost_price", product=ref, company=COMPANY, cost_price=encoded(Decimal(product.cost)))
    for kind, code in product.identifiers:
        records.add("product.identifier", product=ref, type=kind, code=code)
    if product.number is not None:
        records.add("purchase.product_supplier", template=template, party=SUPPLIER, code=product.number)
