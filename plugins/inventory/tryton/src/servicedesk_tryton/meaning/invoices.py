"""From invoices to sales invoices, credit notes and bills, and from lines of moves to payments; pure."""

from datetime import date
from decimal import Decimal
from typing import Any, Final

from servicedesk_core.domain.billing import (
    Bill,
    CreditNote,
    Document,
    DocumentKind,
    DocumentLine,
    DocumentStatus,
    Payment,
    PaymentAllocation,
    SalesInvoice,
)
from servicedesk_core.errors import MappingError
from servicedesk_core.hooks import Mapped
from servicedesk_tryton.api.wire import Row, day, instant, key, money, newest, number, part, parts, text

INVOICE_FIELDS: Final = {
    "id": "external_id", "number": "number", "reference": "reference", "party": "customer_ref", "state": "status",
    "invoice_date": "issued_on", "currency.": "currency", "untaxed_amount": "net", "tax_amount": "tax",
    "total_amount": "total", "amount_to_pay": "balance", "reconciled": "paid_on", "create_date": "created_at",
    "write_date": "modified_at",
}  # fmt: skip
PAYMENT_FIELDS: Final = {
    "id": "external_id", "party": "customer_ref", "date": "paid_on", "credit": "amount", "second_currency.": "currency",
    "move.": "method", "description": "reference", "invoice_payments.": "unapplied", "write_date": "modified_at",
}  # fmt: skip
ROUNDING: Final = "rounding"
"""What stands in the note of a line that makes the total right."""

HALF_CENT: Final = "half a cent"
"""What stands in the note of a line that belongs to the one before: the server rounds half a cent to the even cent."""

_STATES: Final = {
    "draft": DocumentStatus.DRAFT,
    "validated": DocumentStatus.SUBMITTED,
    "posted": DocumentStatus.OPEN,
    "paid": DocumentStatus.PAID,
    "cancelled": DocumentStatus.VOID,
}
_UNBOOKED: Final = frozenset({"draft", "validated"})


def invoice_of(raw: Row) -> Mapped:
    """Return an invoice to a customer; what paid it, and what credited it, are told apart by where they come from.

    Raises:
        MappingError: It has no id, or a state that is not known.
    """
    known = _known(raw, 1)
    is_void = known["status"] is DocumentStatus.VOID  # settled by the move that cancelled it
    paid, credited = (None, None) if is_void else _settled(raw)
    return Mapped(
        SalesInvoice(
            **known,
            customer_ref=_link(raw.get("party")),
            created_at=instant(raw.get("create_date")),
            due_on=_due(raw),
            balance=_left(raw, 1),
            paid=paid,
            credited=credited,
            paid_on=None if is_void else day(raw.get("reconciled")),
        )
    )


def credit_of(raw: Row) -> Mapped:
    """Return an invoice below zero as a credit note; what is assigned to an invoice does not remain.

    Raises:
        MappingError: It has no id, or a state that is not known.
    """
    known = _known(raw, -1)
    return Mapped(
        CreditNote(
            **known,
            customer_ref=_link(raw.get("party")),
            created_at=instant(raw.get("create_date")),
            remaining=_left(raw, -1),
        )
    )


def bill_of(raw: Row) -> Mapped:
    """Return an invoice of a supplier.

    Raises:
        MappingError: It has no id, or a state that is not known.
    """
    known = _known(raw, 1)
    supplier = text(part(raw, "party").get("name"))
    return Mapped(Bill(**known, supplier=supplier, due_on=_due(raw), balance=_left(raw, 1)))


def payment_of(raw: Row) -> Mapped:
    """Return a line of a move that credits a receivable, with the invoice that it pays.

    Raises:
        MappingError: It has no id or no amount.
    """
    ref, amount = key(raw.get("id")), money(raw.get("credit"))
    if ref is None or amount is None:
        raise MappingError("A payment needs its id and an amount.")
    invoices = [one for one in parts(raw, "invoice_payments") if key(one.get("id")) is not None]
    currency = text(part(raw, "second_currency").get("code"))
    other = money(raw.get("amount_second_currency"))
    paid = abs(other) if currency and other is not None else amount
    is_applied = bool(invoices) or raw.get("reconciliation") is not None
    payment = Payment(
        external_id=str(ref),
        customer_ref=_link(raw.get("party")),
        paid_on=day(raw.get("date")),
        amount=paid,
        unapplied=Decimal(0) if is_applied else paid,
        currency=currency or text(part(raw, "move", "company", "currency").get("code")),
        method=text(part(raw, "move", "journal").get("name")),
        reference=text(raw.get("description")) or text(part(raw, "move").get("description")),
        modified_at=newest([raw]),
    )
    also = [
        PaymentAllocation(
            external_id=f"{ref}-{one['id']}", payment_ref=str(ref), sales_invoice_ref=str(one["id"]), amount=paid
        )
        for one in invoices[:1]  # a line pays one invoice, and wholly
    ]
    return Mapped(payment, also=tuple(also))


def document_of(raw: Row, kind: DocumentKind) -> Document:
    """Return an invoice with its lines; amounts of a credit note are positive.

    Raises:
        MappingError: It has no id, or a state that is not known.
    """
    sign = -1 if kind is DocumentKind.CREDIT_NOTE else 1
    known = _known(raw, sign)
    return Document(
        kind=kind,
        ref=known["external_id"],
        customer=_link(raw.get("party")),
        issue_on=known["issued_on"],
        due_on=_due(raw),
        lines=_lines(raw, sign),
        balance=_left(raw, sign),
        **{name: known[name] for name in ("number", "reference", "status", "currency", "net", "tax", "total")},
    )


def _lines(raw: Row, sign: int) -> tuple[DocumentLine, ...]:
    """Return the lines that have an amount: titles, comments and subtotals have none of their own."""
    found: list[DocumentLine] = []
    for row in parts(raw, "lines"):
        line = _line(row, sign)
        if row.get("note") == HALF_CENT and found:
            both = (found[-1].amount or Decimal(0)) + (line.amount or Decimal(0))
            found[-1] = found[-1].model_copy(update={"amount": both})
        elif row.get("type") == "line":
            found.append(line)
    return tuple(found)


def _line(raw: Row, sign: int) -> DocumentLine:
    taxes = raw.get("taxes")
    quantity, amount = number(raw.get("quantity")), money(raw.get("amount"))
    return DocumentLine(
        ref=_link(raw.get("id")),
        description=text(raw.get("description")),
        quantity=None if quantity is None else quantity * sign,
        unit_price=money(raw.get("unit_price")),
        amount=None if amount is None else amount * sign,
        item=_link(raw.get("product")),
        account=_link(raw.get("account")),
        tax_code=_link(taxes[0]) if isinstance(taxes, list) and len(taxes) == 1 else None,
    )


def _known(raw: Row, sign: int) -> dict[str, Any]:
    ref, state = key(raw.get("id")), text(raw.get("state"))
    if ref is None or state not in _STATES:
        raise MappingError("An invoice needs its id and a state that is known.")

    def signed(name: str) -> Decimal | None:
        return None if (amount := money(raw.get(name))) is None else amount * sign

    return {
        "external_id": str(ref),
        "number": text(raw.get("number")),
        "reference": text(raw.get("reference")),
        "status": _status(raw, state),
        "status_text": state,
        "issued_on": day(raw.get("invoice_date")),
        "currency": text(part(raw, "currency").get("code")),
        "net": signed("untaxed_amount"),
        "tax": signed("tax_amount"),
        "total": signed("total_amount"),
        "modified_at": newest([raw]),
    }


def _left(raw: Row, sign: int) -> Decimal | None:
    """Return what is still to be paid, or credited.

    The server says nought before an invoice is in the books, and counts what of a credit note is set against an invoice
    as open until somebody reconciles both.
    """
    if raw.get("state") in _UNBOOKED:
        return None if (total := money(raw.get("total_amount"))) is None else total * sign
    if (left := money(raw.get("amount_to_pay"))) is None:
        return None
    against = (line for line in parts(raw, "lines_to_pay") if line.get("invoice_payments"))
    used = Decimal(0) if raw.get("state") != "posted" else sum((_in(line, raw) for line in against), Decimal(0))
    return (left + used) * sign


def _status(raw: Row, state: str) -> DocumentStatus:
    """Return where an invoice stands: one of which nothing is left is settled before it is reconciled."""
    status = _STATES[state]
    is_settled = _left(raw, 1) == 0 and money(raw.get("total_amount")) != 0
    return DocumentStatus.PAID if status is DocumentStatus.OPEN and is_settled else status


def _due(raw: Row) -> date | None:
    """Return when the last of it is to be paid: known when it is posted, and before that where a day was set."""
    days = [due for line in parts(raw, "lines_to_pay") if (due := day(line.get("maturity_date"))) is not None]
    return max(days, default=day(raw.get("payment_term_date")))


def _settled(raw: Row) -> tuple[Decimal | None, Decimal | None]:
    """Return what payments settled of an invoice, and what credit notes did: lines of the move of another invoice."""
    total, left = money(raw.get("total_amount")), _left(raw, 1)
    if total is None or left is None:
        return None, None
    lines = {line["id"]: line for name in ("payment_lines", "reconciliation_lines") for line in parts(raw, name)}
    own = f"account.invoice,{raw.get('id')}"
    origins = {ref: text(line.get("move_origin")) or own for ref, line in lines.items()}
    notes = (line for ref, line in lines.items() if origins[ref] != own and origins[ref].startswith("account.invoice,"))
    # A line may be reconciled with several invoices at once: no more counts than is settled of this one.
    credited = min(sum((_in(line, raw) for line in notes), Decimal(0)), total - left)
    return total - left - credited, credited


def _in(line: Row, invoice: Row) -> Decimal:
    """Return what a line credits, in the currency of its invoice."""
    other, currency = money(line.get("amount_second_currency")), line.get("second_currency")
    if other is not None and currency is not None and currency == part(invoice, "currency").get("id"):
        return -other
    return (money(line.get("credit")) or Decimal(0)) - (money(line.get("debit")) or Decimal(0))


def _link(value: object) -> str | None:
    if isinstance(value, dict):
        value = value.get("id")
    return None if (ref := key(value)) is None else str(ref)
