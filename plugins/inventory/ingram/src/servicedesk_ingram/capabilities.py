"""What the connector can do, and how access to Ingram Micro is obtained."""

from servicedesk_core.domain.parts import PartSource
from servicedesk_core.domain.warranty import ClaimRules, ClaimService
from servicedesk_core.hooks import (
    Capabilities,
    PartsCapability,
    ReconcilableBy,
    StreamCapability,
    WarrantyCapability,
    WriteCapability,
)
from servicedesk_ingram.settings import IngramSettings

SUBMIT = "claims.submit"
PLACE = "purchase_orders.place"
CANCEL = "purchase_orders.cancel"
ORDERS_RIGHT = "Reseller API: Orders"
ACCESS = (
    (
        "Register at https://developer.ingrammicro.com with your reseller account, make an application, and ask for "
        "the Reseller API: Product Catalog for parts, Orders to buy them, Returns for claims. Its sandbox works at "
        "once."
    ),
    "Production is opened by Ingram Micro after your application was approved for your country and account number.",
    "To order, your account must have net terms; its credit limit is Ingram Micro's and not known here.",
    (
        "Take the words of primary_reason and secondary_reason from the returns form of the web shop; their list is "
        "not published."
    ),
)
DOCUMENTATION = "https://developer.ingrammicro.com/reseller/api-documentation"

RULES = ClaimRules(
    services=(ClaimService.RETURN_FOR_CREDIT,),
    required=(
        "invoice_number",
        "purchased_on",
        "lines.part_number",
        "contact.name",
        "contact.email",
        "ship_to.name",
        "ship_to.lines",
        "ship_to.city",
        "ship_to.region",
        "ship_to.postal_code",
    ),
    # Each line gets a number of its own at Ingram Micro, so a claim of several would be several returns.
    max_lines=1,
    max_attachments=0,
    resubmissions=0,
)


def capabilities(settings: IngramSettings) -> Capabilities:
    """Return what the connector can do."""
    return Capabilities(
        vendor="Ingram Micro",
        access=ACCESS,
        approved_by="Ingram Micro, for your reseller account",
        lead_time="unknown",
        documentation=DOCUMENTATION,
        streams=(
            StreamCapability(
                "purchase_orders",
                has_stamp=False,
                page_size=100,
                right=ORDERS_RIGHT,
                vendor_entities=("Order",),
            ),
            StreamCapability(
                "purchase_order_lines",
                has_stamp=False,
                part_of="purchase_orders",
                right=ORDERS_RIGHT,
                vendor_entities=("Order line",),
            ),
        ),
        writes=(
            WriteCapability(
                kind=PLACE,
                reconcilable_by=ReconcilableBy.REFERENCE,
                right=ORDERS_RIGHT,
                fields=("lines", "ship_to", "takes_back_orders", "note"),
                required=("lines",),
                settle_s=settings.settle_s,
                timeout_s=180.0,
                visible_to="staff",
                side_effects="Ingram Micro sends the goods and an invoice.",
                vendor_entities=("Order",),
            ),
            WriteCapability(
                kind=CANCEL,
                reconcilable_by=ReconcilableBy.RECORD,
                right=ORDERS_RIGHT,
                fields=("status",),
                required=("status",),
                words={"status": ("cancelled",)},
                needs="target",
                settle_s=settings.settle_s,
                visible_to="staff",
                side_effects="Ingram Micro cancels only what is on hold.",
                vendor_entities=("Order",),
            ),
            WriteCapability(
                kind=SUBMIT,
                reconcilable_by=ReconcilableBy.REFERENCE,
                right="Reseller API: Returns",
                settle_s=settings.settle_s,
                timeout_s=180.0,
                visible_to="staff",
                side_effects="Ingram Micro opens a return, and mails the contact about it.",
                vendor_entities=("Return",),
            ),
        ),
        warranty=WarrantyCapability(
            devices_per_request=1, parallel=2, origin="distributor", claim_rules=RULES, claims_per_request=1
        ),
        parts=PartsCapability(PartSource.DISTRIBUTOR, frozenset({"part_number", "upc", "words"})),
    )
