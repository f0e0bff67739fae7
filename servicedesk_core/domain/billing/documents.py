"""Documents that are written into a ledger, neutral of its vendor, and how it shows them."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any, Self

from pydantic import Field, model_validator

from servicedesk_core.domain.base import Amount, Currency, Model
from servicedesk_core.domain.billing.records import DocumentStatus, ExchangeRate

NUMBER_LENGTH = 21
"""Characters of a document's number that every ledger takes (QuickBooks Online: 21)."""


VOID = "void"
"""The part of an invoice of the PSA, and of what it bills, that is its taking back."""


class DocumentKind(StrEnum):
    """What a document is; its value is the stream that shows it."""

    INVOICE = "sales_invoices"
    CREDIT_NOTE = "credit_notes"


class TaxMode(StrEnum):
    """What the prices of lines are."""

    EXCLUSIVE = "exclusive"
    INCLUSIVE = "inclusive"
    NONE = "none"
    """There is no tax on the document."""


class RequestedLine(Model):
    """A line that is to be written.

    Attributes:
        number: Its number within the document, from 1.
        description: What the client reads.
        quantity: How many; of a discount or a credit within an invoice, below zero.
        unit_price: Of one; up to four decimals.
        amount: Quantity times unit price in whole cents, half up: tax is in it only in an inclusive document.
        item: The ledger's id of the item.
        account: The ledger's id of the account, where no item says it.
        tax_code: The ledger's id of how it is taxed; ``None`` = as item or customer say.
        tax: Its tax in whole cents, where the ledger rounds line by line and the rate is known.
        served_on: Day of the work or delivery.
    """

    number: Annotated[int, Field(ge=1)]
    description: Annotated[str, Field(min_length=1, max_length=4000)]
    quantity: Amount
    unit_price: Amount
    amount: Amount
    item: str | None = None
    account: str | None = None
    tax_code: str | None = None
    tax: Amount | None = None
    served_on: date | None = None


class DocumentRequest(Model):
    """A document that is to be written: the values of ``sales_invoices.create`` and ``credit_notes.create``.

    Amounts of a credit note are positive: it is its kind that turns them around.

    Attributes:
        kind: Invoice or credit note.
        number: Its number, chosen by us; unique for ever. A ledger that numbers itself keeps it in its reference.
        customer: The ledger's id of the customer.
        issue_on: Its date.
        due_on: When it is to be paid.
        currency: Of all amounts.
        exchange_rate: What one unit of it is worth in the ledger's own; ``None`` = the same currency, or the ledger's
            rate of the day.
        tax_mode: What prices are.
        lines: What is sold.
        net: Sum without tax.
        tax: Sum of tax; ``None`` = only the ledger can say (US automated sales tax).
        total: With tax; ``None`` when ``tax`` is.
        tolerance: The ledger's total may differ by so much; then a rounding line makes it ours. Above it nothing is
            left standing, and the write is refused.
        rounding_item: The ledger's id of the item of a rounding line; without item and account, no difference is
            tolerated.
        rounding_account: The ledger's id of its account.
        draft: Whether it is left for somebody to approve in the ledger, where that has drafts.
        reference: What the client knows it by: an order number, a ticket.
        memo: For the client, below the lines.
        credits: Of a credit note: the ledger's id of the invoice that it settles.
    """

    kind: DocumentKind
    number: Annotated[str, Field(min_length=1, max_length=NUMBER_LENGTH)]
    customer: str
    issue_on: date
    due_on: date | None = None
    currency: Currency
    exchange_rate: ExchangeRate | None = None
    tax_mode: TaxMode = TaxMode.EXCLUSIVE
    lines: Annotated[tuple[RequestedLine, ...], Field(min_length=1)]
    net: Amount
    tax: Amount | None = None
    total: Amount | None = None
    tolerance: Amount = Field(default=Decimal(0), ge=0)
    rounding_item: str | None = None
    rounding_account: str | None = None
    draft: bool = False
    reference: str | None = None
    memo: str | None = None
    credits: str | None = None

    @model_validator(mode="after")
    def _adds_up(self) -> Self:
        if (self.tax is None) is not (self.total is None):
            message = "tax and total are known together"
            raise ValueError(message)
        if self.total is not None and self.total != self.net + (self.tax or 0):
            message = "net and tax do not add up to the total"
            raise ValueError(message)
        lines = sum(line.amount for line in self.lines)
        stated = self.total if self.tax_mode is TaxMode.INCLUSIVE else self.net
        if stated is not None and lines != stated:
            message = "the lines do not add up"
            raise ValueError(message)
        if self.credits is not None and self.kind is not DocumentKind.CREDIT_NOTE:
            message = "only a credit note settles an invoice"
            raise ValueError(message)
        return self

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> Self:
        """Return the document that a write's values say.

        Raises:
            ValueError: They are none.
        """
        return cls.model_validate(dict(values))


class DocumentLine(Model):
    """A line as the ledger shows it; what it adds of its own (a subtotal) is left out."""

    ref: str | None = None
    description: str | None = None
    quantity: Amount | None = None
    unit_price: Amount | None = None
    amount: Amount | None = None
    item: str | None = None
    account: str | None = None
    tax_code: str | None = None
    tax: Amount | None = None


class Document(Model):
    """A document as the ledger shows it now, with its lines in their order."""

    kind: DocumentKind
    ref: str
    number: str | None = None
    reference: str | None = None
    customer: str | None = None
    status: DocumentStatus
    issue_on: date | None = None
    due_on: date | None = None
    currency: Currency | None = None
    exchange_rate: ExchangeRate | None = None
    lines: tuple[DocumentLine, ...] = ()
    net: Amount | None = None
    tax: Amount | None = None
    total: Amount | None = None
    balance: Amount | None = None
