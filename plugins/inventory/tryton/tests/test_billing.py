"""What every connector of the billing family must do, whatever goes wrong on the way."""

from decimal import Decimal

import pytest

from servicedesk_core.testing import BillingSuite, BillingVendor

BOOKS = ("posted", "paid", "draft", "validated")


class Behind(BillingVendor):
    def __init__(self, stand):
        self._stand = stand
        self._records = stand.sandbox.records

    async def standing(self):
        models = self._stand.sandbox.models
        found = []
        for row in self._records.all("account.invoice", type="out"):
            total = models.value("account.invoice", row, "total_amount", {})
            if row["state"] in BOOKS:
                found.append((row["reference"], abs(Decimal(total["decimal"]))))
        return found

    async def lose_next_answer(self):
        self._stand.sandbox.faults([{"kind": "drop_after", "path": r"account\.invoice\.create$"}])

    async def add_other(self, number):
        return str(self._stand.posted((1.0, "1"), reference=number))

    async def shift_next_total(self, amount):
        self._stand.sandbox.invoicing.tax_shift = amount

    async def deactivate(self, customer):
        self._records.write("party.party", int(customer), active=0)

    async def pay(self, ref, amount):
        self._stand.sandbox.invoicing.pay(int(ref), amount)


class TestBilling(BillingSuite):
    customer, item, tax_code, tax_rate = "3", "6", "1", "10"
    rounding_account = "100"
    unrated = "GBP"

    @pytest.fixture
    async def connector(self, tryton, stand):
        stand.sandbox.records.write("company.company", 1, cancel_invoice_out=1)
        return tryton

    @pytest.fixture
    async def rejected(self, stand):
        async with stand.connector(password="wrong") as connector:
            yield connector

    @pytest.fixture
    def vendor(self, stand):
        return Behind(stand)
