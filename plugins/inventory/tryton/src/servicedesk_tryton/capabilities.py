"""What the connector can do, and what an administrator has to grant for it."""

from servicedesk_core.domain.billing import DocumentRequest, TaxRounding
from servicedesk_core.domain.billing.documents import NUMBER_LENGTH
from servicedesk_core.domain.parts import PartSource
from servicedesk_core.hooks import (
    BillingCapability,
    Capabilities,
    PartsCapability,
    ReconcilableBy,
    StreamCapability,
    WriteCapability,
)
from servicedesk_tryton.settings import TrytonSettings

TAKE = "stock_moves.take"
GIVE_BACK = "stock_moves.return"
PLACE = "purchase_orders.place"
RECEIVE = "goods_receipts.create"
CUSTOMER = "customers.create"
CREATES = ("sales_invoices.create", "credit_notes.create")
VOIDS = ("sales_invoices.void", "credit_notes.void")
PRICE_DECIMALS = 4
"""Unless the server's settings say otherwise (price_decimal)."""

MOST_LINES = 1000
"""The server has no limit; one answer is made of so many in a few seconds."""

_BOOKS = "Group Accounting"
_LEDGER = {
    "customers": ("party.party", "party.identifier", "party.contact_mechanism"),
    "sales_items": ("product.product", "product.template", "product.category"),
    "tax_codes": ("account.tax",),
    "ledger_accounts": ("account.account",),
    "sales_invoices": ("account.invoice", "account.move.line"),
    "credit_notes": ("account.invoice", "account.move.line"),
    "payments": ("account.move.line",),
    "bills": ("account.invoice",),
}
"""By the stream: the models behind it."""
ACCESS = (
    "An administrator makes a user of its own for servicedesk in Tryton (Administration > Users), with the company.",
    (
        "The user gets the group Stock, and Purchase where suppliers' part numbers are wanted; for the books it gets "
        "the group Accounting; no administration."
    ),
    "The user enters with a password alone: a second factor would need a person.",
    (
        "For taking parts: a location of the type Storage (or Lost and Found) outside the warehouses, such as At "
        "clients; its id is taken_to. What was taken lies there until it is given back, counted out or invoiced."
    ),
)
APPROVED_BY = "Whoever administers your Tryton server."
LEAD_TIME = "About ten minutes; it works at once."
DOCUMENTATION = "https://docs.tryton.org/"
FIELDS = (
    "stock_level_ref", "part_name", "quantity", "serial_number", "unit_cost", "currency", "ticket_number",
    "ticket_connection", "ticket_id", "device_serial", "holder", "move_ref", "note",
)  # fmt: skip
LONGEST = {"note": 300, "ticket_number": 60, "device_serial": 60}


def capabilities(settings: TrytonSettings) -> Capabilities:
    """Return what the connector can do under these settings."""
    size = settings.page_size
    return Capabilities(
        vendor="Tryton",
        streams=(
            StreamCapability(
                stream="parts",
                page_size=size,
                ids_per_request=size,
                right="Group Stock; group Purchase for suppliers' part numbers",
                vendor_entities=("product.product", "product.template", "product.identifier", "stock.order_point"),
            ),
            StreamCapability(
                stream="stock_levels",
                page_size=size,
                ids_per_request=size,
                needs=("parts",),
                right="Group Stock",
                vendor_entities=("product.product", "stock.location", "stock.lot", "stock.move"),
            ),
            StreamCapability(
                stream="purchase_orders",
                page_size=size,
                ids_per_request=size,
                right="Groups Purchase and Stock",
                vendor_entities=("purchase.purchase",),
            ),
            StreamCapability(
                stream="purchase_order_lines",
                part_of="purchase_orders",
                page_size=size,
                right="Groups Purchase and Stock",
                vendor_entities=("purchase.line", "stock.move"),
            ),
            *(
                StreamCapability(
                    stream=name, page_size=size, ids_per_request=size, right=_BOOKS, vendor_entities=entities
                )
                for name, entities in _LEDGER.items()
            ),
            StreamCapability(
                stream="payment_allocations",
                part_of="payments",
                page_size=size,
                right=_BOOKS,
                vendor_entities=("account.move.line",),
            ),
        ),
        access=ACCESS,
        approved_by=APPROVED_BY,
        lead_time=LEAD_TIME,
        documentation=DOCUMENTATION,
        writes=(
            _write(TAKE, settings, ("quantity",)),
            _write(GIVE_BACK, settings, ("quantity", "move_ref")),
            WriteCapability(
                kind=PLACE,
                reconcilable_by=ReconcilableBy.REFERENCE,
                right="Group Purchase",
                fields=("lines", "supplier", "takes_back_orders", "note"),
                required=("lines",),
                max_lengths={"note": 2000},
                settle_s=settings.settle_s,
                timeout_s=180.0,
                side_effects="Tryton confirms the purchase at once, and plans its receipt and its bill.",
                vendor_entities=("purchase.purchase", "purchase.line"),
            ),
            WriteCapability(
                kind=RECEIVE,
                reconcilable_by=ReconcilableBy.MARKER,
                right="Groups Stock and Purchase",
                fields=("lines", "place", "note"),
                required=("lines",),
                max_lengths={"note": 300},
                mark_in="note",
                needs="parent",
                settle_s=settings.settle_s,
                timeout_s=180.0,
                side_effects="Tryton makes a supplier shipment; of what costs by average the cost changes.",
                vendor_entities=("stock.shipment.in", "stock.move", "stock.lot"),
            ),
            *_ledger_writes(settings),
        ),
        parts=PartsCapability(PartSource.STOCK),
        billing=BillingCapability(
            tax_rounding=TaxRounding(settings.tax_rounding),
            has_drafts=True,
            numbers_itself=True,
            unit_price_decimals=PRICE_DECIMALS,
            max_lines=MOST_LINES,
        ),
    )


def _write(kind: str, settings: TrytonSettings, required: tuple[str, ...]) -> WriteCapability:
    return WriteCapability(
        kind=kind,
        reconcilable_by=ReconcilableBy.MARKER,
        right="Group Stock",
        fields=FIELDS,
        required=required,
        max_lengths=LONGEST,
        decimals={"quantity": 6},
        mark_in="note",
        needs="parent",
        settle_s=settings.settle_s,
        timeout_s=180.0,
        visible_to="staff",
        side_effects="Tryton makes an internal shipment with a number of its own, and may plan purchases.",
        vendor_entities=("stock.shipment.internal", "stock.move"),
    )


def _ledger_writes(settings: TrytonSettings) -> tuple[WriteCapability, ...]:
    documents = (
        WriteCapability(
            kind=kind,
            reconcilable_by=ReconcilableBy.REFERENCE,
            fields=tuple(DocumentRequest.model_fields),
            required=("number", "customer", "lines", "issue_on", "currency"),
            max_lengths={"number": NUMBER_LENGTH},
            side_effects="Tryton gives it a number of its own when it is posted; then it cannot be changed any more.",
            vendor_entities=("account.invoice", "account.invoice.line"),
            settle_s=settings.settle_s,
            timeout_s=180.0,
            right=_BOOKS,
        )
        for kind in CREATES
    )
    voids = (
        WriteCapability(
            kind=kind,
            reconcilable_by=ReconcilableBy.RECORD,
            fields=("status",),
            required=("status",),
            words={"status": ("void",)},
            needs="target",
            side_effects="What is posted is only cancelled where the company allows that; else it takes a credit note.",
            vendor_entities=("account.invoice",),
            settle_s=settings.settle_s,
            timeout_s=180.0,
            right=_BOOKS,
        )
        for kind in VOIDS
    )
    customer = WriteCapability(
        kind=CUSTOMER,
        reconcilable_by=ReconcilableBy.REFERENCE,
        fields=("name", "email", "tax_number", "number", "currency"),
        required=("name",),
        side_effects="Our key stands among the identifiers of the party.",
        vendor_entities=("party.party", "party.identifier", "party.contact_mechanism"),
        settle_s=settings.settle_s,
        timeout_s=180.0,
        right=_BOOKS,
    )
    return (customer, *documents, *voids)
