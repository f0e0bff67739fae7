"""Billing: what an accounting system keeps, and the documents that are written into it."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from servicedesk_core.domain.billing.comparing import Difference as Difference
    from servicedesk_core.domain.billing.comparing import Verdict as Verdict
    from servicedesk_core.domain.billing.comparing import compared as compared
    from servicedesk_core.domain.billing.documents import Document as Document
    from servicedesk_core.domain.billing.documents import DocumentKind as DocumentKind
    from servicedesk_core.domain.billing.documents import DocumentLine as DocumentLine
    from servicedesk_core.domain.billing.documents import DocumentRequest as DocumentRequest
    from servicedesk_core.domain.billing.documents import RequestedLine as RequestedLine
    from servicedesk_core.domain.billing.documents import TaxMode as TaxMode
    from servicedesk_core.domain.billing.records import Bill as Bill
    from servicedesk_core.domain.billing.records import CreditNote as CreditNote
    from servicedesk_core.domain.billing.records import Customer as Customer
    from servicedesk_core.domain.billing.records import DocumentStatus as DocumentStatus
    from servicedesk_core.domain.billing.records import LedgerAccount as LedgerAccount
    from servicedesk_core.domain.billing.records import Payment as Payment
    from servicedesk_core.domain.billing.records import PaymentAllocation as PaymentAllocation
    from servicedesk_core.domain.billing.records import SalesInvoice as SalesInvoice
    from servicedesk_core.domain.billing.records import SalesItem as SalesItem
    from servicedesk_core.domain.billing.records import TaxCode as TaxCode
    from servicedesk_core.domain.billing.tax import TaxRounding as TaxRounding
    from servicedesk_core.domain.billing.tax import line_net as line_net
    from servicedesk_core.domain.billing.tax import taxed as taxed
else:
    from servicedesk_core.exports import lazily

    __getattr__, __dir__ = lazily(__name__, __file__)
