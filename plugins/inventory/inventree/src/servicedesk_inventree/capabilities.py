"""What the connector can do, and what an administrator has to grant for it."""

from servicedesk_core.domain.parts import PartSource
from servicedesk_core.hooks import Capabilities, PartsCapability, ReconcilableBy, StreamCapability, WriteCapability
from servicedesk_inventree.settings import InvenTreeSettings

TAKE = "stock_moves.take"
GIVE_BACK = "stock_moves.return"
PLACE = "purchase_orders.place"
CANCEL = "purchase_orders.cancel"
RECEIVE = "goods_receipts.create"
ACCESS = (
    "An administrator makes a user of its own for servicedesk in InvenTree's admin interface, and a group for it.",
    "The group gets the role rights that are listed here, and no more.",
    "That user makes a token in the user settings (Security > Access Tokens): it is the token of the connection.",
    (
        "For pieces with a serial number: a company with the mark Customer, such as Clients; its id is customer. Their "
        "parts need the mark Salable."
    ),
)
APPROVED_BY = "Whoever administers your InvenTree server."
LEAD_TIME = "About five minutes; it works at once."
DOCUMENTATION = "https://docs.inventree.org/en/stable/api/"
FIELDS = (
    "stock_level_ref", "part_name", "quantity", "serial_number", "unit_cost", "currency", "ticket_number",
    "ticket_connection", "ticket_id", "device_serial", "holder", "move_ref", "note",
)  # fmt: skip
LONGEST = {"note": 300, "ticket_number": 60, "device_serial": 60}
"""Together with the mark they fit into the 512 characters that the server's database takes."""


def capabilities(settings: InvenTreeSettings) -> Capabilities:
    """Return what the connector can do under these settings."""
    size = settings.page_size
    return Capabilities(
        vendor="InvenTree",
        streams=(
            StreamCapability(
                stream="parts",
                has_stamp=False,
                page_size=size,
                right="Parts, Stock Items: view; Purchase Orders: view (makers and their part numbers)",
                vendor_entities=("Part", "ManufacturerPart"),
            ),
            StreamCapability(
                stream="stock_levels",
                page_size=size,
                needs=("parts",),
                right="Stock Items: view; Stock Locations: view",
                vendor_entities=("StockItem",),
            ),
            StreamCapability(
                stream="purchase_orders",
                has_stamp=False,
                page_size=size,
                needs=("parts",),
                right="Purchase Orders: view",
                vendor_entities=("PurchaseOrder",),
            ),
            StreamCapability(
                stream="purchase_order_lines",
                part_of="purchase_orders",
                right="Purchase Orders: view",
                vendor_entities=("PurchaseOrderLineItem",),
            ),
        ),
        access=ACCESS,
        approved_by=APPROVED_BY,
        lead_time=LEAD_TIME,
        documentation=DOCUMENTATION,
        writes=(
            _write(
                TAKE,
                settings,
                side_effects=(
                    "An item that InvenTree would delete when nothing is left of it is kept, empty, so that parts can "
                    "be given back. InvenTree may tell its users of low stock."
                ),
            ),
            _write(GIVE_BACK, settings, required=("quantity", "move_ref")),
            *_orders(settings),
        ),
        parts=PartsCapability(PartSource.STOCK),
    )


def _orders(settings: InvenTreeSettings) -> tuple[WriteCapability, ...]:
    """Return what can be done with purchase orders."""
    return (
        WriteCapability(
            kind=PLACE,
            reconcilable_by=ReconcilableBy.REFERENCE,
            right="Purchase Orders: view, add and change",
            fields=("lines", "supplier", "takes_back_orders", "note"),
            required=("lines",),
            max_lengths={"note": 150},
            settle_s=settings.settle_s,
            timeout_s=180.0,
            side_effects="InvenTree may tell its users of the order; the supplier is told by whoever sends it to them.",
            vendor_entities=("PurchaseOrder", "PurchaseOrderLineItem"),
        ),
        WriteCapability(
            kind=CANCEL,
            reconcilable_by=ReconcilableBy.RECORD,
            right="Purchase Orders: view and change",
            fields=("status",),
            required=("status",),
            needs="target",
            side_effects="The supplier is told by whoever tells them.",
            vendor_entities=("PurchaseOrder",),
        ),
        WriteCapability(
            kind=RECEIVE,
            reconcilable_by=ReconcilableBy.MARKER,
            right="Purchase Orders: view and change; Stock Items: view and add",
            fields=("lines", "place", "note"),
            required=("lines",),
            max_lengths={"note": 300},
            mark_in="note",
            needs="parent",
            settle_s=settings.settle_s,
            timeout_s=180.0,
            side_effects="The stock has more of the parts. InvenTree may close the order when everything has come.",
            vendor_entities=("StockItem", "StockItemTracking"),
        ),
    )


def _write(
    kind: str, settings: InvenTreeSettings, *, required: tuple[str, ...] = ("quantity",), side_effects: str = ""
) -> WriteCapability:
    return WriteCapability(
        kind=kind,
        reconcilable_by=ReconcilableBy.MARKER,
        right="Stock Items: view and change",
        fields=FIELDS,
        required=required,
        max_lengths=LONGEST,
        decimals={"quantity": 5},
        mark_in="note",
        needs="parent",
        settle_s=settings.settle_s,
        timeout_s=180.0,
        visible_to="staff",
        side_effects=side_effects,
        vendor_entities=("StockItem", "StockItemTracking"),
    )
