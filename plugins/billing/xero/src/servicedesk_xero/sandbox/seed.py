"""The books that a sandbox begins with: those of a small provider in New Zealand."""

import uuid
from datetime import datetime, timedelta
from typing import Any, Final

from servicedesk_xero.sandbox.books import KEYS, Books
from servicedesk_xero.sandbox.catalogue import Catalogue
from servicedesk_xero.sandbox.documents import AUTHORISED, CREDIT_NOTE, DRAFT, INVOICE, Documents, Sort
from servicedesk_xero.sandbox.settling import Settling
from servicedesk_xero.sandbox.wire.answers import Row

ACCOUNTS: Final = (
    ("090", "Business bank account", "BANK", "ASSET", "NONE"),
    ("200", "Sales", "REVENUE", "REVENUE", "OUTPUT2"),
    ("260", "Other revenue", "REVENUE", "REVENUE", "OUTPUT2"),
    ("310", "Cost of goods sold", "DIRECTCOSTS", "EXPENSE", "INPUT2"),
    ("610", "Accounts receivable", "CURRENT", "ASSET", "NONE"),
    ("860", "Rounding", "CURRLIAB", "LIABILITY", "NONE"),
)
"""Code, name, type, class and usual tax."""
TAX_RATES: Final = (
    ("OUTPUT2", "15% GST on income", "15.0000"),
    ("INPUT2", "15% GST on expenses", "15.0000"),
    ("ZERORATEDOUTPUT", "Zero rated", "0.0000"),
    ("NONE", "No GST", "0.0000"),
)
CURRENCIES: Final = (("NZD", "1"), ("USD", "0.61"), ("EUR", None))
"""Those that the organisation is subscribed to, with the rate of the day; of one nobody knows it."""
ITEMS: Final = (
    ("ONSITE", "Onsite labour", "180.0000"), ("REMOTE", "Remote labour", "140.0000"),
    ("DOCK-150", "Docking station", "245.5000"),
)  # fmt: skip
CONTACTS: Final = (
    ("Harbor Bakery", "accounts@harbor.example.com", "C-100"),
    ("Example Clinic", "office@clinic.example.com", "C-101"),
    ("Old Mill", "mill@example.com", ""),
    ("Example Distribution", "ap@distribution.example.com", ""),
)


def id_of(kind: str, name: str) -> str:
    """Return the id of a record that a sandbox begins with."""
    return str(uuid.uuid5(uuid.NAMESPACE_DNS, f"{kind}.{name}.example.com"))


def sow(books: Books, name: str, now: datetime, more_invoices: int) -> None:
    """Fill the empty books of an organisation."""
    _put(books, "Organisation", name, Name=name, LegalName=name, BaseCurrency="NZD", CountryCode="NZ", Version="NZ",
         OrganisationStatus="ACTIVE", IsDemoCompany=False, Timezone="NEWZEALANDSTANDARDTIME", ShortCode="!Ex4mpl",
         PaysTax=True, SalesTaxBasis="INVOICE", PeriodLockDate="2025-12-31")  # fmt: skip
    for code, rate in CURRENCIES:
        books.put("Currencies", {"Code": code, "Description": code, "Rate": rate})
    for code, title, rate in TAX_RATES:
        books.put("TaxRates", _tax(code, title, rate))
    for code, title, kind, group, tax in ACCOUNTS:
        _put(books, "Accounts", code, Code=code, Name=title, Type=kind, Class=group, TaxType=tax, Status="ACTIVE",
             EnablePaymentsToAccount=False, ShowInExpenseClaims=False, HasAttachments=False, AddToWatchlist=False,
             BankAccountType="BANK" if kind == "BANK" else "")  # fmt: skip
    for code, title, price in ITEMS:
        _put(books, "Items", code, Code=code, Name=title, Description=title, IsSold=True, IsPurchased=True,
             IsTrackedAsInventory=False, SalesDetails={"UnitPrice": price, "AccountCode": "200", "TaxType": "OUTPUT2"},
             PurchaseDetails={"UnitPrice": "100.0000", "AccountCode": "310", "TaxType": "INPUT2"})  # fmt: skip
    catalogue = Catalogue(books)
    for title, mail, own in CONTACTS:
        sent = {"Name": title, "EmailAddress": mail, **({"ContactNumber": own} if own else {})}
        books.put("Contacts", {**catalogue.contact(sent, None, only_new=True), "ContactID": id_of("Contacts", title)})
    _documents(books, catalogue, now, more_invoices)
    catalogue.archive(id_of("Contacts", "Old Mill"))


def _documents(books: Books, catalogue: Catalogue, now: datetime, more_invoices: int) -> None:
    documents = Documents(books, catalogue)

    def add(sort: Sort, kind: str, number: str, *lines: tuple[Any, ...], who: str, days: int, status: str) -> Row:
        day = (now - timedelta(days=days)).date()
        told = [
            {"Description": text, "Quantity": quantity, "UnitAmount": price, "AccountCode": account}
            for text, quantity, price, account in lines
        ]
        sent: Row = {"Type": kind, "Contact": {"ContactID": id_of("Contacts", who)}, sort.number: number,
                     "Date": day.isoformat(), "DueDate": (day + timedelta(days=30)).isoformat(), "Status": status,
                     "LineItems": told}  # fmt: skip
        row = documents.saved(sort, sent, None, only_new=True, places=4)
        return books.put(sort.plural, {**row, sort.key: id_of(sort.plural, number)})

    labour, dock = ("Onsite labour", 2.5, 180, "200"), ("Docking station", 1, 245.5, "200")
    goods, goodwill = ("Docking stations", 4, 190, "310"), ("Goodwill", 1, 50, "200")
    bakery, clinic, supplier = "Harbor Bakery", "Example Clinic", "Example Distribution"
    partly = add(INVOICE, "ACCREC", "INV-0001", labour, dock, who=bakery, days=40, status=AUTHORISED)
    paid = add(INVOICE, "ACCREC", "INV-0002", labour, who=clinic, days=35, status=AUTHORISED)
    add(INVOICE, "ACCREC", "INV-0003", dock, who=bakery, days=3, status=DRAFT)
    add(INVOICE, "ACCPAY", "B-77", goods, who=supplier, days=20, status=AUTHORISED)
    credit = add(CREDIT_NOTE, "ACCRECCREDIT", "CN-0001", goodwill, who=bakery, days=10, status=AUTHORISED)
    settling = Settling(books, documents)
    bank = {"Code": "090"}
    settling.paid({"Invoice": {"InvoiceID": partly["InvoiceID"]}, "Account": bank, "Amount": 100, "Reference": "R1"})
    settling.paid({"Invoice": {"InvoiceID": paid["InvoiceID"]}, "Account": bank, "Amount": float(paid["Total"])})
    day = books.today()
    invoice = {"InvoiceID": partly["InvoiceID"]}
    settling.allocated(credit["CreditNoteID"], {"Invoice": invoice, "Amount": 20, "Date": day})
    for place in range(more_invoices):
        add(INVOICE, "ACCREC", f"INV-{place + 1000}", labour, who=clinic, days=place % 300, status=AUTHORISED)


def _tax(code: str, title: str, rate: str) -> Row:
    component = {"Name": "GST", "Rate": rate, "IsCompound": False, "IsNonRecoverable": False}
    return {"TaxType": code, "Name": title, "Status": "ACTIVE", "EffectiveRate": rate, "DisplayTaxRate": rate,
            "TaxComponents": [component], "CanApplyToAssets": True, "CanApplyToEquity": True,
            "CanApplyToExpenses": True, "CanApplyToLiabilities": True, "CanApplyToRevenue": True}  # fmt: skip


def _put(books: Books, kind: str, name: str, **row: Any) -> None:
    books.put(kind, {KEYS[kind]: id_of(kind, name), **row})
