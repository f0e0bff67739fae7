"""What the connector can do, and what has to be set up for it."""

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
from servicedesk_xero.settings import XeroSettings

CREATE_INVOICE: Final = "sales_invoices.create"
VOID_INVOICE: Final = "sales_invoices.void"
CREATE_CREDIT: Final = "credit_notes.create"
VOID_CREDIT: Final = "credit_notes.void"
CREATE_CUSTOMER: Final = "customers.create"
MAX_LINES: Final = 5000
"""Xero publishes no limit; this many were tried against the stand-in."""
IDS_A_REQUEST: Final = 40
"""More would make addresses that are too long."""
_CONTACTS, _SETTINGS = "accounting.contacts", "accounting.settings"
_INVOICES, _PAYMENTS = "accounting.invoices", "accounting.payments"
ACCESS: Final = (
    (
        "On developer.xero.com somebody makes an app: a web app, or a custom connection for one organisation (AU, NZ, "
        "UK and US, paid for each month)."
    ),
    "The web app gets the redirect address of the connection (redirect_uri), http://localhost:8765/callback.",
    "Client id and client secret of the app go into the configuration, the secret as a reference.",
    (
        "Web app: somebody with the role Standard or Adviser in Xero runs servicedesk connections authorize NAME, and "
        "chooses the organisation in the browser."
    ),
    (
        'Custom connection: app = "custom"; the scopes that are listed here are chosen in the app, and the mail that '
        "Xero sends to the organisation's user is accepted."
    ),
    "Where the log-in reaches several organisations, organisation says which one.",
)
SETUP: Final = (
    "On developer.xero.com: your app > Webhooks. Choose Contacts, Invoices and Credit notes.",
    "Delivery URL: the address that servicedesk shows.",
    "Copy the webhooks key into webhook_key of the connection, and start the listener.",
    'Press "Send intent to receive": the status becomes OK.',
)


def capabilities(settings: XeroSettings) -> Capabilities:
    """Return what the connector can do under these settings."""
    size = settings.page_size
    return Capabilities(
        vendor="Xero",
        streams=(
            _stream("customers", _CONTACTS, "Contact", size, ids_per_request=IDS_A_REQUEST),
            _stream("sales_items", _SETTINGS, "Item", size),
            _stream("tax_codes", _SETTINGS, "TaxRate", size, has_stamp=False),
            _stream("ledger_accounts", _SETTINGS, "Account", size),
            _stream("sales_invoices", _INVOICES, "Invoice", size, ids_per_request=IDS_A_REQUEST, needs=("customers",)),
            _stream("credit_notes", _INVOICES, "CreditNote", size, needs=("customers",)),
            _stream("payments", _PAYMENTS, "Payment", size, needs=("sales_invoices",)),
            StreamCapability(
                "payment_allocations",
                part_of="payments",
                right=f"Scope {_PAYMENTS}.read",
                vendor_entities=("Payment",),
            ),
            _stream("bills", _INVOICES, "Invoice", size, ids_per_request=IDS_A_REQUEST),
        ),
        access=ACCESS,
        approved_by="An administrator of the organisation's subscription in Xero.",
        lead_time="Minutes for a web app; a custom connection works when its mail was accepted.",
        documentation="https://developer.xero.com/documentation/api/accounting/overview",
        writes=_writes(settings),
        webhooks=WebhookCapability(
            streams=("customers", "sales_invoices", "credit_notes"),
            right="Whoever manages the app on developer.xero.com",
            setup=SETUP,
            retries_s=86_400,
            within_s=5.0,
            vendor_entities=("CONTACT", "INVOICE", "CREDITNOTE"),
        ),
        billing=BillingCapability(
            tax_rounding=TaxRounding.LINE,
            has_drafts=True,
            unit_price_decimals=4,
            quantity_decimals=4,
            max_lines=MAX_LINES,
        ),
    )


def _stream(  # a row of a table
    name: str,
    scope: str,
    entity: str,
    size: int,
    *,
    ids_per_request: int = 1,
    needs: tuple[str, ...] = (),
    has_stamp: bool = True,
) -> StreamCapability:
    return StreamCapability(
        stream=name,
        has_stamp=has_stamp,
        page_size=size,
        ids_per_request=ids_per_request,
        needs=needs,
        right=f"Scope {scope}.read",
        vendor_entities=(entity,),
    )


def _writes(settings: XeroSettings) -> tuple[WriteCapability, ...]:
    return (
        _document(CREATE_INVOICE, "Invoice", settings),
        _document(CREATE_CREDIT, "CreditNote", settings),
        _void(VOID_INVOICE, "Invoice", settings),
        _void(VOID_CREDIT, "CreditNote", settings),
        WriteCapability(
            kind=CREATE_CUSTOMER,
            reconcilable_by=ReconcilableBy.REFERENCE,
            right=f"Scope {_CONTACTS}",
            fields=("name", "email", "tax_number", "number", "currency"),
            required=("name",),
            max_lengths={"name": 255, "email": 255, "tax_number": 50, "number": 50},
            settle_s=settings.settle_s,
            timeout_s=180.0,
            vendor_entities=("Contact",),
        ),
    )


def _document(kind: str, entity: str, settings: XeroSettings) -> WriteCapability:
    return WriteCapability(
        kind=kind,
        reconcilable_by=ReconcilableBy.REFERENCE,
        right=f"Scope {_INVOICES}",
        fields=tuple(DocumentRequest.model_fields),
        required=("number", "customer", "lines", "issue_on", "currency"),
        max_lengths={"number": 21, "reference": 255, "memo": 4000},
        settle_s=settings.settle_s,
        timeout_s=300.0,
        side_effects=(
            "What is not a draft is in the books at once. Xero mails nothing by itself; invoice reminders of the "
            "organisation apply to it."
        ),
        vendor_entities=(entity,),
    )


def _void(kind: str, entity: str, settings: XeroSettings) -> WriteCapability:
    return WriteCapability(
        kind=kind,
        reconcilable_by=ReconcilableBy.RECORD,
        right=f"Scope {_INVOICES}",
        fields=("status",),
        required=("status",),
        words={"status": ("void",)},
        needs="target",
        settle_s=settings.settle_s,
        timeout_s=180.0,
        side_effects="A draft is deleted instead, which is how Xero voids one.",
        vendor_entities=(entity,),
    )
