"""What the suite of billing may do with a ledger's stand-in, and the documents that it asks for."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Final, NoReturn

import pytest

from servicedesk_core.domain.billing import (
    DocumentKind,
    DocumentRequest,
    RequestedLine,
    TaxRounding,
    line_net,
    taxed,
)
from servicedesk_core.hooks import BillingCapability, Write
from servicedesk_core.testing.suites.write_truths import new_id

TOLERANCE: Final = Decimal("0.02")
"""By so much a ledger's total may differ; a rounding line makes up for it."""

TEXT: Final = "Work for somebody"
"""What the lines say: no error may repeat it."""


class BillingVendor:
    """What the tests may do with the books behind the connector's back; what is not overridden makes tests skip."""

    async def standing(self) -> Sequence[tuple[str, Decimal]]:
        """Return number and total with tax of every document that stands, drafts included: neither void nor deleted.

        The number is ours where the ledger keeps it: in its own field for that, or in its reference.
        """
        self._cannot("say what stands in the books")

    async def lose_next_answer(self) -> None:
        """Let the connection break after the next document was made, before it is answered."""
        self._cannot("lose an answer")

    async def add_other(self, number: str) -> str:
        """Enter an invoice of this number by hand, over 1.00 without tax, and return its id."""
        del number
        self._cannot("enter an invoice by hand")

    async def shift_next_total(self, amount: Decimal) -> None:
        """Let the next document's total be so much more than its lines and rates make, as tax engines do."""
        del amount
        self._cannot("work a total out otherwise")

    async def deactivate(self, customer: str) -> None:
        """Make a customer inactive, or archive it."""
        self._cannot(f"deactivate {customer}")

    async def pay(self, ref: str, amount: Decimal) -> None:
        """Let money come in that settles so much of an invoice."""
        del amount
        self._cannot(f"pay {ref}")

    def _cannot(self, what: str) -> NoReturn:
        pytest.skip(f"{type(self).__name__} cannot {what}")


@dataclass(frozen=True, slots=True)
class Asks:
    """What requests are made of; see :class:`servicedesk_core.testing.BillingSuite` for what each is."""

    can: BillingCapability
    today: date
    customer: str
    currency: str
    item: str | None
    account: str | None
    tax_code: str | None
    tax_rate: Decimal
    rounding_item: str | None
    rounding_account: str | None

    def document(
        self, *lines: tuple[str, str], kind: DocumentKind = DocumentKind.INVOICE, **changes: Any
    ) -> DocumentRequest:
        """Return a request for lines of a quantity and a unit price each, taxed as the ledger says it taxes."""
        priced = [(Decimal(quantity), Decimal(price)) for quantity, price in lines]
        amounts = [line_net(quantity, price, self.currency) for quantity, price in priced]
        taxes = taxed([(amount, self.tax_rate) for amount in amounts], self.can.tax_rounding, self.currency)
        by_line = taxes if taxes is not None and self.can.tax_rounding is TaxRounding.LINE else [None] * len(lines)
        net, tax = sum(amounts, Decimal(0)), None if taxes is None else sum(taxes, Decimal(0))
        said: dict[str, Any] = {
            "number": new_number(),
            "customer": self.customer,
            "currency": self.currency,
            "tolerance": TOLERANCE,
            "issue_on": self.today,
            "due_on": self.today + timedelta(days=14),
        }
        return DocumentRequest(
            kind=kind,
            lines=tuple(
                RequestedLine(
                    number=number,
                    description=f"{TEXT} {number}",
                    quantity=quantity,
                    unit_price=price,
                    amount=amount,
                    item=self.item,
                    account=self.account,
                    tax_code=self.tax_code,
                    tax=line_tax,
                )
                for number, ((quantity, price), amount, line_tax) in enumerate(
                    zip(priced, amounts, by_line, strict=True), 1
                )
            ),
            net=net,
            tax=tax,
            total=None if tax is None else net + tax,
            rounding_item=self.rounding_item,
            rounding_account=self.rounding_account,
            **said | changes,
        )

    def telling_lines(self) -> list[tuple[str, str]]:
        """Return lines whose tax tells whether each is rounded or their sum; one that does not, where none does."""
        for cents in range(1, 1000):
            amount = Decimal(cents) / 100
            lines = [(amount, self.tax_rate)] * 3
            whole, each = (taxed(lines, how, self.currency) for how in (TaxRounding.DOCUMENT, TaxRounding.LINE))
            if whole is not None and each is not None and sum(whole) != sum(each):
                return [("1", f"{amount:f}")] * 3
        return [("1", "1.00")]


def new_number() -> str:
    """Return a number that no document has."""
    return f"SD-{uuid.uuid4().hex[:12].upper()}"


def written(request: DocumentRequest) -> Write:
    """Return the write of a document as core proposes it."""
    values = request.model_dump(mode="json", exclude_none=True)
    return Write(new_id(), f"{request.kind.value}.create", values=values)
