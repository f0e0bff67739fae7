"""What the books begin with: an invoice that is paid in part, a bill, and what they are booked on."""

from decimal import Decimal
from typing import Any, Final

from servicedesk_tryton.sandbox.books.invoicing import CASH, EXPENSE, PAYABLE, RECEIVABLE, REVENUE, TAXES, Invoicing
from servicedesk_tryton.sandbox.books.models import INVOICE
from servicedesk_tryton.sandbox.records import Records
from servicedesk_tryton.sandbox.wire import encoded

SUPPLIER, CLIENT, FORMER = 2, 3, 4
SERVICES, TAX, EURO = 100, 1, 2
_TYPES: Final = (
    (8, "Accounts payable", 0, 0), (19, "Accounts receivable", 0, 1), (34, "Expenses", 0, 0), (37, "Revenue", 1, 0),
    (20, "Cash and Cash Equivalents", 0, 0), (11, "Liabilities and assets for current tax", 0, 0),
)  # fmt: skip
_ACCOUNTS: Final = (
    (RECEIVABLE, "1.2.1", "Accounts, Notes And Loans Receivable", 19), (PAYABLE, "2.1.1", "Trade Payables", 8),
    (EXPENSE, "2.2.1", "Accrued Expenses (Including Payroll)", 34), (REVENUE, "4.1.1", "Goods", 37),
    (SERVICES, "4.1.2", "Services", 37), (CASH, "1.1.1", "Cash and Cash Equivalents", 20),
    (TAXES, "6.3.6", "Non-Deductible VAT (GST)", 11),
)  # fmt: skip


def open_books(records: Records, invoicing: Invoicing) -> None:
    """Open the books of an empty database.

    Args:
        records: The records.
        invoicing: Writes invoices.
    """
    for ref, name, revenue, receivable in _TYPES:
        records.add("account.account.type", id=ref, name=name, revenue=revenue, receivable=receivable)
    for ref, code, name, kept_by in _ACCOUNTS:
        known = {"closed": 0, "active": True, "taxes": [], "second_currency": None}
        records.add("account.account", id=ref, code=code, name=name, type=kept_by, **known)
    for name, kind in (("Revenue", "revenue"), ("Expense", "expense"), ("Cash", "cash")):
        records.add("account.journal", name=name, type=kind)
    rate = encoded(Decimal("0.10"))
    kept = {"update_unit_price": 0, "active": 1, "parent": None, "group": None}
    records.add("account.tax", name="Tax 0.10", type="percentage", rate=rate, **kept)
    records.add("currency.currency", name="Euro", code="EUR", rate=encoded(Decimal("0.8")))
    records.add("currency.currency", name="Pound", code="GBP", rate=encoded(Decimal(0)))
    _party(records, "Example Client", "C-100", "Example City", 1)
    records.add("party.contact_mechanism", party=CLIENT, type="email", value="billing@example.com")
    _party(records, "Former Client", "3", None, 0)
    first = _posted(invoicing, records, "out", CLIENT, ("P-1", "Onsite work", REVENUE, 2.0, "50"))
    invoicing.pay(first, Decimal(60))
    _posted(invoicing, records, "in", SUPPLIER, ("W-77", "Parts", EXPENSE, 1.0, "30"))
    invoicing.done = 0


def _party(records: Records, name: str, code: str, city: str | None, active: int) -> None:
    party = records.add("party.party", name=name, code=code, active=active, replaced_by=None)["id"]
    records.add("party.address", party=party, city=city)


def _posted(
    invoicing: Invoicing, records: Records, kind: str, party: int, sold: tuple[str, str, int, float, str]
) -> int:
    reference, description, account, quantity, price = sold
    line: dict[str, Any] = {
        "type": "line", "description": description, "account": account, "quantity": quantity,
        "unit_price": encoded(Decimal(price)), "taxes": [["add", [TAX]]],
    }  # fmt: skip
    head = {
        "company": 1, "type": kind, "party": party, "invoice_address": party, "currency": 1, "reference": reference,
        "account": RECEIVABLE if kind == "out" else PAYABLE, "journal": 1 if kind == "out" else 2,
    }  # fmt: skip
    (ref,) = invoicing.create([{**head, "lines": [["create", [line]]]}])
    invoicing.act("post", records.all(INVOICE, id=ref)[0], _not_asked)
    return ref


def _not_asked(kind: str, record: str) -> None:
    """Take each question as answered."""
    del kind, record
