"""What an accounting system is told and what it answers (provisional).

Everything that is sent carries ``id``, our own id of the document, from which its idempotency key is made, and, when
it changes something that exists, ``ref`` and the ``version`` that was read. Totals are the accounting system's word.
"""

from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any, ClassVar

from pydantic import Field

from servicedesk_core.domain.base import Amount, Currency, Entity, Instant, Model
from servicedesk_core.domain.logistics import Address, Quantity

Percent = Annotated[Decimal, Field(ge=0, le=100, max_digits=7, decimal_places=4)]


class Outgoing(Model):
    """What all documents have in common."""

    id: Annotated[str, Field(min_length=1)]
    ref: str | None = None
    version: str | None = None


class BillingCustomer(Outgoing):
    """Whom we bill."""

    name: str
    legal_name: str | None = None
    email: str | None = None
    phone: str | None = None
    tax_number: str | None = None
    currency: Currency | None = None
    address: Address | None = None
    tax_code_ref: str | None = None
    is_active: bool = True


class ItemKind(StrEnum):
    """How an item is accounted for."""

    SERVICE = "service"
    INVENTORY = "inventory"
    NON_INVENTORY = "non_inventory"


class BillingItem(Outgoing):
    """What we bill for."""

    code: str
    name: str
    description: str | None = None
    kind: ItemKind
    unit_price: Amount | None = None
    currency: Currency | None = None
    income_account_ref: str | None = None
    tax_code_ref: str | None = None
    is_active: bool = True


class TaxMode(StrEnum):
    """Whether line amounts hold the tax."""

    EXCLUSIVE = "exclusive"
    INCLUSIVE = "inclusive"
    NONE = "none"


class InvoiceLine(Model):
    """One line of an invoice or a credit note."""

    number: Annotated[int, Field(ge=1)]
    description: str
    item_ref: str | None = None
    quantity: Quantity
    unit_price: Amount
    discount_percent: Percent | None = None
    tax_code_ref: str | None = None
    account_ref: str | None = None


class Invoice(Outgoing):
    """What a customer owes. ``expected_total`` is our own sum with tax, compared with the answer."""

    customer_ref: str
    number: str | None = None
    reference: str | None = None
    issued_on: date
    due_on: date | None = None
    currency: Currency
    tax_mode: TaxMode = TaxMode.EXCLUSIVE
    lines: Annotated[tuple[InvoiceLine, ...], Field(min_length=1)]
    memo: str | None = None
    expected_total: Amount | None = None


class CreditNote(Invoice):
    """What we owe a customer back; amounts are positive. ``invoice_ref`` is what it corrects, if one."""

    invoice_ref: str | None = None


Document = BillingCustomer | BillingItem | Invoice | CreditNote
"""Everything that can be sent."""


class DocumentKind(StrEnum):
    """Which kind of document an id belongs to."""

    CUSTOMER = "customer"
    ITEM = "item"
    INVOICE = "invoice"
    CREDIT_NOTE = "credit_note"


class DocumentStatus(StrEnum):
    """Where a document stands in the books."""

    DRAFT = "draft"
    OPEN = "open"
    PAID = "paid"
    VOID = "void"
    DELETED = "deleted"
    ACTIVE = "active"
    INACTIVE = "inactive"


class DocumentReport(Model):
    """A document as the accounting system has it; also its answer to a document that was sent."""

    kind: DocumentKind
    ref: str
    number: str | None = None
    status: DocumentStatus | None = None
    vendor_status: str | None = None
    version: str | None = None
    total: Amount | None = None
    tax_total: Amount | None = None
    balance: Amount | None = None
    currency: Currency | None = None
    modified_at: Instant | None = None
    warnings: tuple[str, ...] = ()
    raw: dict[str, Any] = {}


class Account(Model):
    """A ledger account that lines may be posted to."""

    ref: str
    code: str | None = None
    name: str
    kind: str = Field(description="The accounting system's word: income, bank, liability …")
    currency: Currency | None = None
    is_active: bool = True


class Allocation(Model):
    """The part of a payment that settles one document."""

    document_ref: str
    amount: Amount


class Payment(Entity):
    """Money that came in; the stream ``payments``."""

    stream: ClassVar[str] = "payments"

    customer_ref: str | None = None
    paid_on: date
    amount: Amount
    currency: Currency
    method: str | None = None
    reference: str | None = None
    account_ref: str | None = None
    allocations: tuple[Allocation, ...] = ()
    unapplied: Amount | None = None
    modified_at: Instant | None = None


class TaxCode(Entity):
    """A tax that lines may carry; looked up, never invented; the stream ``tax_codes``."""

    stream: ClassVar[str] = "tax_codes"

    code: str
    name: str | None = None
    rate_percent: Percent | None = None
    is_active: bool | None = None


BILLING_STREAMS: dict[str, type[Entity]] = {Payment.stream: Payment, TaxCode.stream: TaxCode}
"""What ``pull`` of a billing connector offers; not part of the store while the family is provisional."""
