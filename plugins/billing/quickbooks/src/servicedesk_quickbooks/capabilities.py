"""What the connector can do, and what an administrator has to grant for it."""

from typing import Final

from servicedesk_core.domain.billing import DocumentRequest, TaxRounding
from servicedesk_core.hooks import (
    BillingCapability,
    Capabilities,
    ReconcilableBy,
    StreamCapability,
    WebhookCapability,
    WriteCapability,
)
from servicedesk_quickbooks.api.client import CREDITS, CUSTOMERS, INVOICES, VOID
from servicedesk_quickbooks.reading.streams import IDS_PER_REQUEST, STREAMS
from servicedesk_quickbooks.settings import QuickBooksSettings
from servicedesk_quickbooks.writing.requests import MOST_LINES

RIGHT: Final = "Scope com.intuit.quickbooks.accounting, allowed by an administrator of the company"
ACCESS: Final = (
    "Make an app on developer.intuit.com with the scope com.intuit.quickbooks.accounting.",
    "Answer the questionnaire under Keys and credentials to get production keys.",
    "Register redirect_uri for the app; production keys take https addresses only.",
    "Set client_id, client_secret and realm_id, the Company ID from Account and settings > Billing.",
    "An administrator of the company runs: servicedesk connections authorize CONNECTION.",
    "To send documents, turn on Account and settings > Sales > Custom transaction numbers.",
)
SETUP: Final = (
    "Open your app on developer.intuit.com, then Webhooks.",
    "As the endpoint enter what servicedesk webhooks address shows.",
    "Choose Customer, Item, Account, Invoice, CreditMemo, Payment and Bill, and the CloudEvents format.",
    "Copy the verifier token into verifier_token of the connection.",
)
HEARD: Final = tuple(name for name in STREAMS if name != "tax_codes")
_NEEDS: Final = {
    "sales_items": ("ledger_accounts", "tax_codes"),
    "customers": ("tax_codes",),
    "sales_invoices": ("customers",),
    "credit_notes": ("customers",),
    "payments": ("customers", "sales_invoices", "credit_notes"),
}


def capabilities(settings: QuickBooksSettings) -> Capabilities:
    """Return what the connector can do under these settings."""
    return Capabilities(
        vendor="QuickBooks Online",
        streams=(
            *(
                StreamCapability(
                    stream=name,
                    has_stamp=stream.has_stamp,
                    page_size=settings.page_size,
                    ids_per_request=IDS_PER_REQUEST,
                    needs=_NEEDS.get(name, ()),
                    right=RIGHT,
                    vendor_entities=(stream.entity,),
                )
                for name, stream in STREAMS.items()
            ),
            StreamCapability(
                stream="payment_allocations", part_of="payments", right=RIGHT, vendor_entities=("Payment.Line",)
            ),
        ),
        access=ACCESS,
        approved_by="An administrator of the company in QuickBooks; Intuit reviews the app for production keys.",
        lead_time="Minutes for a test company; production keys after Intuit's questionnaire.",
        documentation="https://developer.intuit.com/app/developer/qbo/docs/develop",
        writes=(*_documents(settings), _customers(settings), _void(settings)),
        billing=BillingCapability(
            tax_rounding=TaxRounding(settings.tax_rounding),
            unit_price_decimals=4,
            quantity_decimals=4,
            max_lines=MOST_LINES,
        ),
        webhooks=WebhookCapability(
            streams=HEARD,
            right=RIGHT,
            setup=SETUP,
            retries_s=6_000.0,
            within_s=3.0,
            vendor_entities=tuple(STREAMS[name].entity for name in HEARD),
        ),
    )


def _documents(settings: QuickBooksSettings) -> tuple[WriteCapability, ...]:
    effects = {
        INVOICES: "The company's tax engine may set another tax. Nothing is mailed.",
        CREDITS: "A payment of nothing links the credit note with the invoice that it settles. Nothing is mailed.",
    }
    return tuple(
        WriteCapability(
            kind=kind,
            reconcilable_by=ReconcilableBy.REFERENCE,
            right=RIGHT,
            fields=tuple(DocumentRequest.model_fields),
            required=("number", "customer", "issue_on", "currency", "lines"),
            max_lengths={"number": 21, "memo": 800, "reference": 180},
            settle_s=settings.settle_s,
            timeout_s=180.0,
            side_effects=effect,
            vendor_entities=("Invoice",) if kind == INVOICES else ("CreditMemo", "Payment"),
        )
        for kind, effect in effects.items()
    )


def _customers(settings: QuickBooksSettings) -> WriteCapability:
    return WriteCapability(
        kind=CUSTOMERS,
        reconcilable_by=ReconcilableBy.REFERENCE,
        right=RIGHT,
        fields=("name", "legal_name", "number", "email", "tax_number", "currency"),
        required=("name",),
        max_lengths={"name": 500, "legal_name": 100, "number": 100, "email": 100, "tax_number": 20},
        settle_s=settings.settle_s,
        vendor_entities=("Customer",),
    )


def _void(settings: QuickBooksSettings) -> WriteCapability:
    return WriteCapability(
        kind=VOID,
        reconcilable_by=ReconcilableBy.RECORD,
        right=RIGHT,
        fields=("status",),
        required=("status",),
        words={"status": ("void",)},
        needs="target",
        settle_s=settings.settle_s,
        side_effects="Payments that settled the invoice are unapplied again.",
        vendor_entities=("Invoice",),
    )
