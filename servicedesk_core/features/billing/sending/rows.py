"""Documents as lists show them: what we made, joined with its write and with what the ledger shows."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from sqlalchemy import Row, select

from servicedesk_core.domain.billing import DocumentKind, DocumentStatus
from servicedesk_core.domain.currencies import in_cents
from servicedesk_core.domain.writing import AT_VENDOR
from servicedesk_core.features.billing.sending.model import DocumentRow
from servicedesk_core.features.billing.sending.rules import month_of, state_of
from servicedesk_core.features.billing.sending.tables import StoredDocument
from servicedesk_core.store import Tx
from servicedesk_core.store.fields import from_micro
from servicedesk_core.store.outbox.model import WRITES, StoredWrite
from servicedesk_core.store.schema import RECORDS, billing_documents, outbox, sources


@dataclass(frozen=True, slots=True)
class Shown:
    """A document as the ledger showed it at the last sync.

    Attributes:
        ledger: Its connection.
        kind: What it is.
        ref: The ledger's id of it.
        number: Its number there.
        reference: Its reference there.
        customer: The ledger's id of the customer.
        status: Where it stands.
        total: With tax.
        currency: Of the amounts.
        balance: What is still to be paid.
        issued_on: Its date.
        paid_on: When nothing was left to pay.
        is_gone: Whether the ledger has it no more.
    """

    ledger: str
    kind: DocumentKind
    ref: str
    number: str | None
    reference: str | None
    customer: str | None
    status: DocumentStatus | None
    total: Decimal | None = field(repr=False)
    currency: str | None
    balance: Decimal | None = field(repr=False)
    issued_on: date | None
    paid_on: date | None
    is_gone: bool


Key = tuple[str, DocumentKind, str]
"""Connection of the ledger, kind, and the ledger's id."""


def shown(tx: Tx) -> dict[Key, Shown]:
    """Return all documents that ledgers show, or showed."""
    found: dict[Key, Shown] = {}
    for kind in DocumentKind:
        of = RECORDS[kind.value].c
        query = select(RECORDS[kind.value], sources.c.name.label("ledger")).join(sources, sources.c.id == of.source_id)
        for row in tx.execute(query):
            found[row.ledger, kind, row.external_id] = _shown(row, kind)
    return found


def writes_of(tx: Tx, documents: Sequence[StoredDocument]) -> dict[int, StoredWrite]:
    """Return the writes that make documents, by number."""
    numbers = [one.write_id for one in documents if one.write_id is not None]
    if not numbers:
        return {}
    query = WRITES.select().where(outbox.c.id.between(min(numbers), max(numbers)))
    query = query.where(outbox.c.id.in_(select(billing_documents.c.write_id)))
    return {one.id: one for one in WRITES.all(tx, query)}


def ref_of(document: StoredDocument, writes: Mapping[int, StoredWrite]) -> str | None:
    """Return the ledger's id of a document; ``None`` = the ledger does not have it, as far as we know."""
    write = writes.get(document.write_id or 0)
    return document.linked_ref if write is None else write.ref


def rows(tx: Tx, documents: Sequence[StoredDocument], *, money: bool) -> list[DocumentRow]:
    """Return documents as lists show them.

    Args:
        tx: Any transaction.
        documents: Which.
        money: Whether amounts may be seen.
    """
    in_ledger, writes = shown(tx), writes_of(tx, documents)
    notes = credit_notes(tx)
    return [_row(one, writes, in_ledger, notes.get((one.ledger, one.number), ()), money=money) for one in documents]


def credit_notes(tx: Tx) -> dict[tuple[str, str], tuple[str, ...]]:
    """Return the numbers of the credit notes in ledgers by that of the invoice, with its ledger."""
    of = billing_documents.c
    query = select(of.ledger, of.credits, of.number).join(outbox, outbox.c.id == of.write_id)
    query = query.where(of.credits.is_not(None), outbox.c.state.in_(list(AT_VENDOR))).order_by(of.document_id)
    found: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    for row in tx.execute(query):
        found[row.ledger, row.credits].append(row.number)
    return {key: tuple(numbers) for key, numbers in found.items()}


def _row(
    one: StoredDocument,
    writes: Mapping[int, StoredWrite],
    in_ledger: Mapping[Key, Shown],
    notes: Iterable[str],
    *,
    money: bool,
) -> DocumentRow:
    write, ref = writes.get(one.write_id or 0), ref_of(one, writes)
    there = in_ledger.get((one.ledger, one.kind, ref)) if ref is not None else None
    is_credited = one.kind is DocumentKind.INVOICE
    told = list(one.differences) if money else ["It differs in the ledger."] * bool(one.differences)
    if write is not None and write.error and not (money and told):
        told.append(write.error)
    totals = (there.total if there else None, one.shown_total, one.total)
    total = next((amount for amount in totals if amount is not None), None)
    balance = there.balance if there else None
    in_outbox, status = (write.state if write else None), (there.status if there else None)
    return DocumentRow(
        number=one.number,
        kind=one.kind,
        client=one.company,
        connection=one.psa,
        client_ref=one.company_ref,
        period=month_of(one.first_on, one.last_on),
        net=in_cents(one.net, one.currency) if money else None,
        total=in_cents(total, one.currency) if total is not None and money else None,
        currency=one.currency if money else None,
        state=state_of(in_outbox, status, is_gone=there is not None and there.is_gone),
        balance=in_cents(balance, one.currency) if balance is not None and money else None,
        paid_on=there.paid_on if there else None,
        credited_by=tuple(notes) if is_credited else (),
        credits=one.credits,
        problem=" ".join(told) or None,
        ledger=one.ledger,
        ref=ref,
        made_at=one.made_at,
        made_by=one.made_by,
        write=one.write_id,
    )


def _shown(row: Row, kind: DocumentKind) -> Shown:  # type: ignore[type-arg]
    def amount(name: str) -> Decimal | None:
        value = getattr(row, name, None)
        return None if value is None else from_micro(value)

    def day(name: str) -> date | None:
        value = getattr(row, name, None)
        return None if value is None else date.fromisoformat(value)

    return Shown(
        ledger=row.ledger,
        kind=kind,
        ref=row.external_id,
        number=row.number,
        reference=row.reference,
        customer=row.customer_ref,
        status=None if row.status is None else DocumentStatus(row.status),
        total=amount("total"),
        currency=row.currency,
        balance=amount("balance" if kind is DocumentKind.INVOICE else "remaining"),
        issued_on=day("issued_on"),
        paid_on=day("paid_on"),
        is_gone=row.gone_at is not None,
    )
