"""Where our documents and the ledger's part."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date

from sqlalchemy import and_, func, select

from servicedesk_core.domain.billing import DocumentKind, DocumentStatus
from servicedesk_core.domain.writing import AT_VENDOR
from servicedesk_core.features.billing.reconciling.model import PartedRow, Parting
from servicedesk_core.features.billing.sending import tables
from servicedesk_core.features.billing.sending.rows import Key, Shown, ref_of, shown, writes_of
from servicedesk_core.features.billing.sending.rules import month_of
from servicedesk_core.features.billing.sending.tables import StoredDocument
from servicedesk_core.features.profit import Month
from servicedesk_core.store import Tx
from servicedesk_core.store.fields import from_micro
from servicedesk_core.store.outbox import StoredWrite
from servicedesk_core.store.schema import RECORDS, sources


def partings(tx: Tx, period: str | None = None) -> Iterator[PartedRow]:
    """Yield where documents part, as of the last sync of the ledger.

    Documents of the ledger that are older than the first of ours are nobody's business.

    Args:
        tx: Any transaction.
        period: Only documents of this month, such as ``2026-10``: those of ours that bill it, others by their date.
    """
    ours, there = tables.all_documents(tx), shown(tx)
    ledgers = {one.ledger for one in ours}
    look = _Look(tx, ours, there)
    for one in ours:
        if period in {None, month_of(one.first_on, one.last_on)}:
            yield from look.of_ours(one)
    since = {name: min(one.requested.issue_on for one in ours if one.ledger == name) for name in ledgers}
    for other in there.values():
        if other.ledger in ledgers and not other.is_gone and _is_of(other.issued_on, period, since[other.ledger]):
            yield from look.of_theirs(other)
    yield from look.not_sent(period, min(since.values(), default=date.max))


class _Look:
    """What both sides have."""

    def __init__(self, tx: Tx, ours: list[StoredDocument], there: dict[Key, Shown]) -> None:
        self._tx, self._there = tx, there
        self._writes = writes_of(tx, ours)
        self._known = {(one.ledger, one.kind, ref) for one in ours if (ref := ref_of(one, self._writes)) is not None}
        self._dead: dict[tuple[str, DocumentKind, str], StoredDocument] = {}
        for one in ours:
            write = self._writes.get(one.write_id or 0)
            if write is not None and write.state in tables.DEAD:
                self._dead[one.ledger, one.kind, one.number] = one
        self._named = {(one.ledger, one.number) for one in ours}
        self._numbers: defaultdict[tuple[str, DocumentKind, str], list[str]] = defaultdict(list)
        for other in there.values():
            if other.number and not other.is_gone and (other.status is None or other.status.counts):
                self._numbers[other.ledger, other.kind, other.number].append(other.ref)
        of = RECORDS["customers"].c
        query = select(sources.c.name, of.external_id, of.name.label("called")).join(
            sources, sources.c.id == of.source_id
        )
        self._customers = {(row.name, row.external_id): row.called for row in tx.execute(query)}

    def of_ours(self, one: StoredDocument) -> Iterator[PartedRow]:
        """Yield what is the matter with a document of ours."""
        write = self._writes.get(one.write_id or 0)
        if not _is_there(one, write):
            return
        ref = ref_of(one, self._writes)
        other = self._there.get((one.ledger, one.kind, ref)) if ref is not None else None
        again = "`servicedesk sync` reads the ledger; look for it there by its number."
        if other is None:
            yield self._row(one, other, Parting.NOT_IN_LEDGER, again)
            return
        if other.is_gone or other.status is DocumentStatus.DELETED:
            do = "Find out who did it. What it billed is free once the ledger says that it is deleted or void."
            yield self._row(one, other, Parting.DELETED, do)
            return
        if other.status is DocumentStatus.VOID:
            yield self._row(one, other, Parting.VOIDED, "What it billed is free: preview it again, or leave it.")
            return
        expected = one.total if one.total is not None else one.shown_total
        if None not in {expected, other.total} and expected != other.total:
            do = f"Somebody changed it there. Set it right, or `servicedesk billing credit {one.number}` and send anew."
            yield self._row(one, other, Parting.TOTAL, do)
        if other.customer is not None and other.customer != one.requested.customer:
            name = self._customers.get((one.ledger, other.customer), other.customer)
            do = f"It is for {name} there. Were customers merged, link the new one: `servicedesk billing map`."
            yield self._row(one, other, Parting.CUSTOMER, do)

    def of_theirs(self, other: Shown) -> Iterator[PartedRow]:
        """Yield what is the matter with a document of the ledger."""
        number = other.number or other.reference or ""
        counts = other.status is None or other.status.counts
        refs = self._numbers.get((other.ledger, other.kind, other.number or ""), [])
        if len(refs) > 1 and counts and other.ref == refs[-1]:
            do = f"Void one of them: {', '.join(refs)} are the ledger's ids."
            yield self._row(None, other, Parting.TWICE, do)
        if (other.ledger, other.kind, other.ref) in self._known or not counts:
            return
        if (dead := self._dead.get((other.ledger, other.kind, number))) is not None:
            yield self._row(dead, other, Parting.DROPPED, "Void it there, or what it bills is billed twice.")
        elif len(refs) < 2 or (other.ledger, number) not in self._named:  # noqa: PLR2004  # told of as twice
            do = "Made by hand, or by another program: leave it, or void it there if we are to bill it."
            yield self._row(None, other, Parting.NOT_OURS, do)

    def not_sent(self, period: str | None, since: date) -> Iterator[PartedRow]:
        """Yield invoices of the PSA that no ledger has, of those since a day."""
        of = RECORDS["invoices"].c
        companies = RECORDS["companies"].c
        on = and_(companies.source_id == of.source_id, companies.external_id == of.company_ref)
        found = RECORDS["invoices"].join(sources, sources.c.id == of.source_id).outerjoin(RECORDS["companies"], on)
        columns = (of.external_id, of.number, of.invoiced_on, of.total, of.currency)
        query = select(*columns, sources.c.name.label("connection"), companies.name.label("client"))
        query = query.select_from(found).where(of.gone_at.is_(None), func.coalesce(of.is_voided, False).is_(False))
        numbers = {number for _, _, number in self._numbers} | {number for _, number in self._named}
        numbers |= {other.reference for other in self._there.values() if other.reference}
        for row in self._tx.execute(query.order_by(of.invoiced_on, of.number)):
            day = date.fromisoformat(row.invoiced_on) if row.invoiced_on else None
            if row.number in numbers or not _is_of(day, period, since):
                continue
            amount = None if row.total is None else from_micro(row.total)
            do = "`servicedesk billing transfer` carries it there."
            yield PartedRow(
                row.number or row.external_id, Parting.NOT_SENT, row.client, amount, None, row.currency, do, day,
                DocumentKind.INVOICE, row.connection, row.external_id,
            )  # fmt: skip

    def _row(self, one: StoredDocument | None, other: Shown | None, parting: Parting, do: str) -> PartedRow:
        mine, shown_ = (one.total if one else None), (other.total if other else None)
        number = one.number if one else (other.number or other.reference or other.ref) if other else ""
        customer = self._customers.get((other.ledger, other.customer or "")) if other else None
        currency = one.currency if one else other.currency if other else None
        issued_on = other.issued_on if other else one.requested.issue_on if one else None
        kind, ledger = (one.kind, one.ledger) if one else (other.kind, other.ledger) if other else (None, "")
        assert kind is not None  # noqa: S101  # one of the two is given
        return PartedRow(
            number, parting, one.company if one else customer, mine, shown_, currency, do, issued_on, kind, ledger,
            other.ref if other else None,
        )  # fmt: skip


def _is_there(one: StoredDocument, write: StoredWrite | None) -> bool:
    """Whether the ledger is to have a document."""
    return one.linked_ref is not None if write is None else write.state in AT_VENDOR


def _is_of(day: date | None, period: str | None, since: date) -> bool:
    if day is None:
        return period is None
    return day >= since and period in {None, str(Month.of(day))}
