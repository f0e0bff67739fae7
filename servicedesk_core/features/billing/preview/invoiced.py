"""What the PSA has invoiced itself, as documents for a ledger. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from servicedesk_core.domain.billing import DocumentKind
from servicedesk_core.domain.billing.documents import VOID
from servicedesk_core.domain.currencies import in_cents
from servicedesk_core.features.billing.drafts import Draft, DraftLine, Sold, Source, Subject
from servicedesk_core.features.billing.preview.documents import DESCRIPTION_LENGTH, told, turned
from servicedesk_core.features.billing.preview.pieces import Left, Payer, Why


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoicedLine:
    """A line that is to be paid.

    Attributes:
        source: The PSA's line.
        sells: What it sells.
        description: What the client reads.
        quantity: How many, or how many hours; ``None`` = not told.
        price: What it comes to without tax; ``None`` = not told.
        tax: Its tax; ``None`` = not told.
        currency: Of these; ``None`` = not told.
        day: Day of the work or purchase.
        subjects: What it is about.
    """

    source: Source
    sells: Sold
    description: str
    quantity: Decimal | None
    price: Decimal | None
    tax: Decimal | None
    currency: str | None
    day: date | None
    subjects: tuple[Subject, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Invoiced:
    """An invoice of the PSA.

    Attributes:
        source: The invoice.
        payer: Who pays.
        number: What people call it.
        days: First and last day that it bills.
        issued_on: Its date.
        due_on: When it is to be paid.
        tax: Its tax; ``None`` = not told.
        total: With tax; ``None`` = not told.
        currency: Of these; ``None`` = not told.
        reference: The client's purchase order.
        is_voided: Whether it was taken back.
        lines: What stands on it.
    """

    source: Source
    payer: Payer
    number: str
    days: tuple[date, date]
    issued_on: date
    due_on: date | None
    tax: Decimal | None
    total: Decimal | None
    currency: str | None
    reference: str | None
    is_voided: bool
    lines: Sequence[InvoicedLine]


def document(
    one: Invoiced, own: str | None, *, is_billed: bool = False, is_credited: bool = False, is_ours: bool = False
) -> Draft | Left:
    """Return the document that carries an invoice of the PSA into a ledger, or why there is none.

    One that was voided after it had been carried there is taken back by a credit note.

    Args:
        one: The invoice.
        own: The MSP's own currency; ``None`` = nobody named it.
        is_billed: Whether a document of ours carries it already.
        is_credited: Whether one takes it back already.
        is_ours: Whether the invoices of that client are made here.
    """
    currency = one.currency or next((line.currency for line in one.lines if line.currency), own) or ""
    why = _done(one, is_billed=is_billed, is_credited=is_credited) or _not_theirs(one, is_ours=is_ours)
    why = why or _uneven(one, currency)
    if why is None:
        return _draft(one, currency)
    return Left(
        source=one.source,
        sells=Sold.OTHER,
        why=why[0],
        says=why[1],
        day=one.issued_on,
        about=one.number,
        payer=one.payer,
    )


def _not_theirs(one: Invoiced, *, is_ours: bool) -> tuple[Why, str] | None:
    if not one.payer.ref:
        return Why.NO_CLIENT, "Nothing says whose invoice it is."
    if is_ours and not one.is_voided:
        return Why.OTHER_BILLER, "The client is billed from here: void it in the PSA, or let the PSA bill them."
    return None


def _done(one: Invoiced, *, is_billed: bool, is_credited: bool) -> tuple[Why, str] | None:
    """Return that there is nothing to do."""
    if one.is_voided and is_credited:
        return Why.VOIDED, "It was taken back."
    if one.is_voided and not is_billed:
        return Why.VOIDED, "It was voided before it was transferred."
    return (Why.BILLED, "It was transferred.") if is_billed and not one.is_voided else None


def _uneven(one: Invoiced, currency: str) -> tuple[Why, str] | None:
    """Return why lines and total of an invoice are not the same; ``None`` = they are."""
    if not currency:
        return Why.NO_CURRENCY, "Neither it nor its lines have a currency."
    if any(line.currency not in {None, currency} for line in one.lines):
        return Why.NOT_EQUAL, f"It is in {currency}, and lines of it are not."
    prices = [in_cents(line.price, currency) for line in one.lines if line.price is not None]
    if not prices or len(prices) < len(one.lines):
        return Why.NOT_EQUAL, "A line of it has no price." if one.lines else "It has no lines."
    net, tax = sum(prices, Decimal(0)), _tax(one, currency)
    total = None if one.total is None else in_cents(one.total, currency)
    if total is None or total == net + (tax or 0):
        return None
    with_tax = "without a tax that is told" if tax is None else f"and {tax:f} of tax"
    return Why.NOT_EQUAL, f"Its lines come to {net:f} {with_tax}, and the PSA says {total:f}."


def _tax(one: Invoiced, currency: str) -> Decimal | None:
    """Return the tax of an invoice: as it says, else of all its lines together; ``None`` = nobody knows it."""
    if one.tax is not None:
        return in_cents(one.tax, currency)
    taxes = [line.tax for line in one.lines if line.tax is not None]
    return in_cents(sum(taxes, Decimal(0)), currency) if len(taxes) == len(one.lines) else None


def _draft(one: Invoiced, currency: str) -> Draft:
    tax = _tax(one, currency)
    if tax is None and one.total is not None:
        tax = Decimal(0)  # the lines come to the total by themselves
    lines = [_line(line, currency) for line in one.lines]
    lines[0] = lines[0].model_copy(update={"sources": (one.source, *lines[0].sources)})
    draft = turned(
        Draft(
            connection=one.payer.connection,
            company_ref=one.payer.ref,
            company=one.payer.name,
            first=one.days[0],
            last=one.days[1],
            currency=currency,
            lines=tuple(lines),
            number=one.number,
            issued_on=one.issued_on,
            due_on=one.due_on,
            tax=tax,
            reference=one.reference,
        )
    )
    return taken_back(draft) if one.is_voided else draft


def taken_back(carried: Draft) -> Draft:
    """Return what takes an invoice of the PSA back as it was carried, whatever the PSA has left of its lines."""
    back = DocumentKind.CREDIT_NOTE if carried.kind is DocumentKind.INVOICE else DocumentKind.INVOICE
    lines = tuple(
        line.model_copy(update={"sources": tuple(one.model_copy(update={"part": VOID}) for one in line.sources)})
        for line in carried.lines
    )
    return carried.model_copy(update={"kind": back, "lines": lines, "number": None, "reference": carried.number})


def _line(line: InvoicedLine, currency: str) -> DraftLine:
    price = in_cents(line.price or Decimal(0), currency)
    quantity, unit_price = told(Decimal(1) if line.quantity is None else line.quantity, price, currency)
    return DraftLine(
        sells=line.sells,
        description=line.description[:DESCRIPTION_LENGTH],
        quantity=quantity,
        unit_price=unit_price,
        amount=price,
        served_on=line.day,
        subjects=line.subjects,
        sources=(line.source,),
    )
