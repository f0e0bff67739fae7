"""What the server's forms of invoices fill in."""

from collections.abc import Mapping
from typing import Any

from servicedesk_tryton.sandbox.books.invoicing import RECEIVABLE, Invoicing
from servicedesk_tryton.sandbox.models import Models
from servicedesk_tryton.sandbox.wire import user_error


class Forms:
    """Fills in forms of invoices to customers.

    Args:
        models: The models.
        invoicing: Knows how products are booked.
    """

    def __init__(self, models: Models, invoicing: Invoicing) -> None:
        self._models = models
        self._invoicing = invoicing

    def of_party(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """Return what is filled in for a customer.

        Raises:
            ServerError: There is none.
        """
        if self._models.records.get("party.party", given["party"]) is None:
            raise user_error(f'You are trying to read records "{given["party"]}" of "Party" that don\'t exist.')
        addresses = self._models.records.all("party.address", party=given["party"])
        filled = {
            **given, "account": RECEIVABLE, "journal": 1, "invoice_address": addresses[0]["id"] if addresses else None,
        }  # fmt: skip
        empty = dict.fromkeys(("accounting_date", "invoice_date", "payment_term", "party_tax_identifier"))
        return {**filled, **empty, **self._named(filled)}

    def of_product(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """Return what is filled in for a product; links to several come as changes of a list."""
        plain = {name: value for name, value in given.items() if not name.startswith("_")}
        product = self._models.record("product.product", given["product"])
        account, taxes = self._invoicing.of_product(given["product"])
        unit = self._models.value("product.product", product, "default_uom", {})
        filled = {**plain, "account": account, "unit": unit, "party": None}
        added = {"taxes": {"add": [[0, {"id": ref}] for ref in taxes]}} if taxes else {}
        return {**filled, **added, **self._named(filled)}

    def of_account(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """Return what is filled in for an account."""
        plain = {name: value for name, value in given.items() if not name.startswith("_")}
        taxes = self._models.record("account.account", given["account"])["taxes"]
        added = {"taxes": {"add": [[0, {"id": ref}] for ref in taxes]}} if taxes else {}
        return {**plain, "product": None, **added, **self._named(plain)}

    def _named(self, values: Mapping[str, Any]) -> dict[str, Any]:
        targets = {
            "account": "account.account", "journal": "account.journal", "invoice_address": "party.address",
            "party": "party.party", "currency": "currency.currency", "company": "company.company",
            "product": "product.product", "unit": "product.uom",
        }  # fmt: skip
        return {
            f"{name}.": {"rec_name": self._models.value(model, self._models.record(model, ref), "rec_name", {})}
            for name, model in targets.items()
            if (ref := values.get(name)) is not None
        }
