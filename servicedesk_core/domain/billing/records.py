"""What an accounting system keeps of sales: customers, what is sold and how it is taxed, documents and payments.

Names follow the common ground of the systems: a *sales invoice* is what a client owes us (Xero: ACCREC), a *bill* what
we owe a supplier. Not to be confused with the stream ``invoices``: what a PSA itself has invoiced.
"""

from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, ClassVar

from pydantic import Field

from servicedesk_core.domain.base import Amount, Currency, Entity, Instant

ExchangeRate = Annotated[Decimal, Field(gt=0, max_digits=18, decimal_places=6)]
"""What one unit of a document's currency is worth in the ledger's own."""


class Customer(Entity):
    """Whom the ledger invoices. Which client of a PSA that is, somebody says (``billing map``)."""

    stream: ClassVar[str] = "customers"
    holds_costs: ClassVar[bool] = True

    name: str
    legal_name: str | None = None
    number: str | None = Field(default=None, description="Our own number of it, where the ledger keeps one.")
    email: str | None = None
    tax_number: str | None = None
    currency: Currency | None = Field(default=None, description="In which it is invoiced; empty: the ledger's own.")
    tax_code_ref: str | None = Field(default=None, description="Used where a line names none.")
    is_active: bool | None = Field(default=None, description="False: archived, or merged into another.")
    created_at: Instant | None = None
    modified_at: Instant | None = None


class SalesItem(Entity):
    """A product or service that the ledger sells."""

    stream: ClassVar[str] = "sales_items"
    holds_costs: ClassVar[bool] = True

    name: str
    code: str | None = Field(default=None, description="What lines name it by: its SKU or code.")
    description: str | None = None
    kind: str | None = Field(default=None, description="The ledger's word: service, inventory, non-inventory …")
    unit_price: Amount | None = None
    unit_cost: Amount | None = None
    income_account_ref: str | None = None
    expense_account_ref: str | None = None
    tax_code_ref: str | None = None
    is_active: bool | None = None
    modified_at: Instant | None = None


class TaxCode(Entity):
    """How a line is taxed."""

    stream: ClassVar[str] = "tax_codes"
    holds_costs: ClassVar[bool] = True

    name: str
    code: str | None = Field(default=None, description="What lines name it by, where that is not its id.")
    rate: Amount | None = Field(
        default=None, description="In percent, all its parts together; empty: the ledger works it out."
    )
    is_for_sales: bool | None = None
    is_active: bool | None = None
    modified_at: Instant | None = None


class LedgerAccount(Entity):
    """An account of the ledger's chart."""

    stream: ClassVar[str] = "ledger_accounts"
    holds_costs: ClassVar[bool] = True

    name: str
    code: str | None = None
    kind: str | None = Field(default=None, description="The ledger's word: revenue, expense, bank …")
    is_for_sales: bool | None = Field(default=None, description="Whether lines of invoices can be booked on it.")
    tax_code_ref: str | None = None
    currency: Currency | None = None
    is_active: bool | None = None
    modified_at: Instant | None = None


class DocumentStatus(StrEnum):
    """Where a document stands in the ledger."""

    DRAFT = "draft"
    """Not in the books yet: anybody may still change it."""
    SUBMITTED = "submitted"
    """Waits there for somebody's approval."""
    OPEN = "open"
    """In the books, and not wholly settled."""
    PAID = "paid"
    """Wholly settled, by payments or credits."""
    VOID = "void"
    """Cancelled, and still shown."""
    DELETED = "deleted"

    @property
    def counts(self) -> bool:
        """Whether it stands for money: a draft will, a void document does not."""
        return self not in {DocumentStatus.VOID, DocumentStatus.DELETED}


class _Document(Entity):
    """What sales invoices and credit notes have in common."""

    holds_costs: ClassVar[bool] = True

    number: str | None = None
    reference: str | None = None
    customer_ref: str | None = None
    status: DocumentStatus | None = None
    status_text: str | None = Field(default=None, description="The ledger's word for that.")
    issued_on: date | None = None
    currency: Currency | None = None
    exchange_rate: ExchangeRate | None = Field(
        default=None, description="What one unit of the currency is worth in the ledger's own."
    )
    net: Amount | None = Field(default=None, description="Without tax.")
    tax: Amount | None = None
    total: Amount | None = Field(default=None, description="With tax.")
    created_at: Instant | None = None
    modified_at: Instant | None = None


class SalesInvoice(_Document):
    """What a client owes. A write ``sales_invoices.create`` makes one, ``sales_invoices.void`` changes ``status``."""

    stream: ClassVar[str] = "sales_invoices"

    due_on: date | None = None
    balance: Amount | None = Field(default=None, description="What is still to be paid.")
    paid: Amount | None = Field(default=None, description="By payments.")
    credited: Amount | None = Field(default=None, description="By credit notes.")
    paid_on: date | None = Field(default=None, description="When nothing was left to pay.")


class CreditNote(_Document):
    """What a client is given back. A write ``credit_notes.create`` makes one."""

    stream: ClassVar[str] = "credit_notes"

    remaining: Amount | None = Field(default=None, description="What no invoice was settled with yet.")


class Payment(Entity):
    """Money that came from a client."""

    stream: ClassVar[str] = "payments"
    holds_costs: ClassVar[bool] = True

    customer_ref: str | None = None
    paid_on: date | None = None
    amount: Amount | None = None
    unapplied: Amount | None = Field(default=None, description="What settles no document yet.")
    currency: Currency | None = None
    exchange_rate: ExchangeRate | None = None
    method: str | None = None
    reference: str | None = None
    is_void: bool | None = Field(default=None, description="Deleted or reversed in the ledger.")
    modified_at: Instant | None = None


class PaymentAllocation(Entity):
    """So much of a payment settles that document. It is part of its payment."""

    stream: ClassVar[str] = "payment_allocations"
    holds_costs: ClassVar[bool] = True

    payment_ref: str
    sales_invoice_ref: str | None = None
    credit_note_ref: str | None = None
    amount: Amount | None = None


class Bill(Entity):
    """What we owe a supplier."""

    stream: ClassVar[str] = "bills"
    holds_costs: ClassVar[bool] = True

    number: str | None = None
    reference: str | None = None
    supplier: str | None = None
    status: DocumentStatus | None = None
    status_text: str | None = Field(default=None, description="The ledger's word for that.")
    issued_on: date | None = None
    due_on: date | None = None
    currency: Currency | None = None
    exchange_rate: ExchangeRate | None = None
    net: Amount | None = Field(default=None, description="Without tax.")
    tax: Amount | None = None
    total: Amount | None = Field(default=None, description="With tax.")
    balance: Amount | None = Field(default=None, description="What is still to be paid.")
    modified_at: Instant | None = None
