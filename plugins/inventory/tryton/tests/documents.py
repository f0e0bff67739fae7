"""Documents that the tests ask for."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from servicedesk_core.domain.billing import DocumentRequest, RequestedLine, TaxRounding, line_net, taxed
from servicedesk_core.hooks import Write

CLIENT, SERVICES = "3", "100"


def document(number, *lines, kind="sales_invoices", rate="10", on=date(2026, 11, 20), **more):
    """Return a request over lines of a quantity and a price, and what else a line says."""
    made = []
    for place, (quantity, price, *said) in enumerate(lines, 1):
        amounts = {"quantity": Decimal(quantity), "unit_price": Decimal(price)}
        about = {"account": SERVICES, "tax_code": "1", **(said[0] if said else {})}
        amount = line_net(*amounts.values(), "USD")
        made.append(RequestedLine(number=place, description=f"Work {place}", amount=amount, **amounts, **about))
    taxes = taxed([(line.amount, Decimal(rate)) for line in made], TaxRounding.DOCUMENT, "USD")
    net, tax = sum(line.amount for line in made), sum(taxes)
    known = {"customer": CLIENT, "currency": "USD", "issue_on": on, "due_on": on + timedelta(days=14)}
    sums = {"net": net, "tax": tax, "total": net + tax, "tolerance": Decimal("0.02"), "rounding_account": SERVICES}
    return DocumentRequest(kind=kind, number=number, lines=tuple(made), **{**known, **sums, **more})


def write_of(request, id="b-1", at=datetime(2026, 11, 20, 9, 30, tzinfo=UTC)):  # noqa: A002
    """Return the write that asks for a document."""
    values = request.model_dump(mode="json", exclude_none=True)
    return Write(id, f"{request.kind.value}.create", values=values, attempted_at=at)
