"""The streams: which list of Xero stands behind each of them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final

from servicedesk_core.errors import UnsupportedError
from servicedesk_core.hooks import Mapped
from servicedesk_xero.meaning import documents, lists


@dataclass(frozen=True, slots=True, kw_only=True)
class Stream:
    """A stream of the desk.

    Attributes:
        part: Plural name of the records in addresses and answers.
        key: Their field with the id.
        query: What is always asked for.
        only: Field and value without which a record belongs to another stream.
        is_paged: Whether the list comes in pages.
        has_stamp: Whether records say when they were changed.
        by_ids: Whether the list can be asked for by ids.
        brief: Whether ids and stamps can be asked for alone.
        maps: The domain's field by that of Xero.
        meaning: Says what a record means.
    """

    part: str
    key: str
    query: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    only: tuple[str, str] | None = None
    is_paged: bool = True
    has_stamp: bool = True
    by_ids: bool = False
    brief: bool = False
    maps: Mapping[str, str]
    meaning: Callable[[Mapping[str, Any]], Mapped]

    def filters(self) -> dict[str, str]:
        """Return the parameters that every list call of the stream has."""
        where = {} if self.only is None else {"where": f'{self.only[0]}=="{self.only[1]}"'}
        return {**self.query, **where}

    def has(self, row: Any) -> bool:
        """Return whether a record belongs to the stream."""
        return self.only is None or (isinstance(row, Mapping) and row.get(self.only[0]) == self.only[1])


STREAMS: Final = {
    "customers": Stream(
        part="Contacts", key="ContactID", query={"includeArchived": "true"}, by_ids=True, brief=True,
        maps=lists.CUSTOMER_FIELDS, meaning=lists.customer,
    ),
    "sales_items": Stream(
        part="Items", key="ItemID", is_paged=False, maps=lists.ITEM_FIELDS, meaning=lists.item
    ),
    "tax_codes": Stream(
        part="TaxRates", key="TaxType", is_paged=False, has_stamp=False, maps=lists.TAX_FIELDS, meaning=lists.tax_code
    ),
    "ledger_accounts": Stream(
        part="Accounts", key="AccountID", is_paged=False, maps=lists.ACCOUNT_FIELDS, meaning=lists.account
    ),
    "sales_invoices": Stream(
        part="Invoices", key="InvoiceID", only=("Type", "ACCREC"), by_ids=True, brief=True,
        maps=documents.INVOICE_FIELDS, meaning=documents.invoice,
    ),
    "credit_notes": Stream(
        part="CreditNotes", key="CreditNoteID", only=("Type", "ACCRECCREDIT"), maps=documents.CREDIT_FIELDS,
        meaning=documents.credit_note,
    ),
    "payments": Stream(
        part="Payments", key="PaymentID", only=("PaymentType", "ACCRECPAYMENT"), maps=documents.PAYMENT_FIELDS,
        meaning=documents.payment,
    ),
    "bills": Stream(
        part="Invoices", key="InvoiceID", only=("Type", "ACCPAY"), by_ids=True, brief=True,
        maps=documents.BILL_FIELDS, meaning=documents.bill,
    ),
}  # fmt: skip


def stream_of(name: str) -> Stream:
    """Return a stream.

    Raises:
        UnsupportedError: There is none of that name.
    """
    if name not in STREAMS:
        raise UnsupportedError(f"The Xero connector has no stream {name!r}.", hint=f"It has: {', '.join(STREAMS)}.")
    return STREAMS[name]
