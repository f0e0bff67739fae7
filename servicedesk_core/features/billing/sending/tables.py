"""How documents are kept: what each bills, whether it still stands, and what it was made of."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final, TypeVar

from sqlalchemy import ColumnElement, Select, and_, delete, exists, func, insert, not_, or_, select, update

from servicedesk_core.domain.billing import DocumentKind, DocumentRequest, DocumentStatus
from servicedesk_core.domain.billing.documents import VOID
from servicedesk_core.domain.writing import AT_VENDOR, WriteState
from servicedesk_core.errors import WriteError
from servicedesk_core.features.billing.drafts import Draft, Source, is_held_by
from servicedesk_core.store import Tx
from servicedesk_core.store.queries.billed import OWN, is_credited, is_void
from servicedesk_core.store.rows import Rows
from servicedesk_core.store.schema import RECORDS, billing_documents, billing_sources, outbox, sources

DEAD: Final = (WriteState.REJECTED, WriteState.DISCARDED)
"""States of writes whose document stands for nothing."""

_AT_ONCE: Final = 400
"""Values of one condition."""

T = TypeVar("T")


class NumberTakenError(WriteError):
    """Somebody else took the number at the same moment."""


@dataclass(frozen=True, slots=True)
class StoredDocument:
    """A document as it is kept: a row of the table."""

    document_id: int
    kind: DocumentKind
    ledger: str
    number: str
    sequence: int | None
    psa: str
    company_ref: str
    company: str
    first_on: date
    last_on: date
    digest: str
    batch: str
    draft: Mapping[str, Any] = field(repr=False)
    request: Mapping[str, Any] = field(repr=False)
    net: Decimal = field(repr=False)
    total: Decimal | None = field(repr=False)
    currency: str
    credits: str | None
    reason: str
    write_id: int | None
    linked_ref: str | None
    made_by: str
    made_at: datetime
    shown_net: Decimal | None = field(repr=False)
    shown_tax: Decimal | None = field(repr=False)
    shown_total: Decimal | None = field(repr=False)
    differences: tuple[str, ...] = field(repr=False)
    compared_at: datetime | None

    @property
    def drafted(self) -> Draft:
        """What was previewed."""
        return Draft.model_validate(self.draft)

    @property
    def requested(self) -> DocumentRequest:
        """What the ledger is asked for."""
        return DocumentRequest.of(self.request)


DOCUMENTS: Final = Rows(StoredDocument, billing_documents)
_DOC, _SRC = billing_documents.c, billing_sources.c
MADE: Final = billing_documents.outerjoin(outbox, outbox.c.id == _DOC.write_id)
"""Documents with the writes that make them."""


def stands() -> ColumnElement[bool]:
    """Return that a document of :data:`MADE` is neither refused, dropped nor voided in the ledger."""
    return and_(or_(_DOC.write_id.is_(None), outbox.c.state.not_in(DEAD)), not_(is_void(_DOC, outbox.c)))


def _held() -> Select[Any]:
    """Return the query for sources that are billed, with the number of the document that bills them."""
    of = billing_sources.join(MADE, _SRC.document_id == _DOC.document_id)
    columns = (_SRC.connection, _SRC.stream, _SRC.ref, _SRC.part, _DOC.number)
    return select(*columns).select_from(of).where(stands(), not_(is_credited(_DOC, _SRC)))


def billed_sources(tx: Tx, stream: str | None = None) -> frozenset[Source]:
    """Return what is billed by documents that stand: neither refused, dropped, voided in the ledger nor credited.

    Args:
        tx: Any transaction.
        stream: Only records of this one.
    """
    of_stream = _SRC.stream != OWN if stream is None else _SRC.stream == stream
    return frozenset(_source(row) for row in tx.execute(_held().where(of_stream)))


def billed_by(tx: Tx, among: Iterable[Source]) -> dict[Source, str]:
    """Return which of some sources are billed, as that part or together with it, each with a document's number."""
    by_stream: defaultdict[tuple[str, str], defaultdict[str, set[Source]]] = defaultdict(lambda: defaultdict(set))
    for one in among:
        by_stream[one.connection, one.stream][one.ref].add(one)
    found: dict[Source, str] = {}
    for (connection, stream), wanted in by_stream.items():
        for some in _some(sorted(wanted), _AT_ONCE):
            query = _held().where(_SRC.connection == connection, _SRC.stream == stream, _SRC.ref.in_(some))
            for row in tx.execute(query):
                found |= {one: row.number for one in wanted[row.ref] if is_held_by(one.part, row.part)}
    return found


def sources_of(tx: Tx, document_id: int) -> dict[Source, bytes | None]:
    """Return what a document bills, each with what stood for it when it was previewed."""
    query = select(billing_sources).where(_SRC.document_id == document_id)
    return {_source(row): row.mark for row in tx.execute(query)}


def keep(tx: Tx, document: StoredDocument, known: Mapping[Source, bytes | None]) -> int:
    """Store a document and what it bills; return its number in the desk.

    Args:
        tx: A write transaction that has taken its turn.
        document: The document; its ``document_id`` is given here.
        known: What stands for the records of its sources.

    Raises:
        WriteError: Something of it is billed already, or its number is taken.
    """
    lines = document.drafted.lines
    wanted = {source: number for number, line in enumerate(lines, 1) for source in line.sources}
    if held := billed_by(tx, wanted):
        source, by = min(held.items(), key=lambda one: (one[0].stream, one[0].ref))
        what = f"line {source.part} of {source.ref}" if source.stream == OWN else f"{source.stream} {source.ref}"
        verb = "credited" if source.stream == OWN else "billed"
        message = f"Nothing is {verb} twice: {what} is {verb} by {by}."
        raise WriteError(message, hint="Preview it again: what is billed is left out.")
    if document.sequence is not None and document.sequence != next_sequence(tx, document.kind):
        raise NumberTakenError(f"The number {document.number} is taken.")
    of_number = _of_number(document.ledger, document.kind, document.number)
    if (other := DOCUMENTS.one(tx, DOCUMENTS.select().where(of_number))) is not None:
        if other.sequence is not None or is_live(tx, other.document_id):
            raise WriteError(
                f"The number {document.number} is taken.", hint="servicedesk billing status shows by what."
            )
        # The PSA's own number, refused or dropped before: SQLite may give its row's number to the next document.
        tx.execute(delete(billing_sources).where(_SRC.document_id == other.document_id))
        tx.execute(delete(billing_documents).where(of_number))
    values = DOCUMENTS.values(document)
    del values["document_id"]
    made = insert(billing_documents).values(values).returning(_DOC.document_id)
    number: int = tx.execute(made).scalar_one()
    rows = [one.model_dump() | {"document_id": number, "line": line} for one, line in wanted.items()]
    for some in _some(rows, _AT_ONCE // 4):
        tx.execute(delete(billing_sources).where(or_(*(_given_up(row) for row in some))))
    tx.execute(insert(billing_sources), [row | {"mark": known.get(one)} for one, row in zip(wanted, rows, strict=True)])
    return number


def is_live(tx: Tx, document_id: int) -> bool:
    """Whether a document stands."""
    query = select(exists().select_from(MADE).where(_DOC.document_id == document_id, stands()))
    return bool(tx.execute(query).scalar_one())


def carrying(tx: Tx, source: Source) -> StoredDocument | None:
    """Return the document that bills a source as its own part, whether it stands or not."""
    it = (_SRC[name] == value for name, value in source.model_dump().items())
    return DOCUMENTS.one(tx, DOCUMENTS.select().where(_DOC.document_id.in_(select(_SRC.document_id).where(*it))))


def is_over(tx: Tx, ledger: str, ref: str) -> bool:
    """Whether an invoice stands for nothing in a ledger any more, by the ledger's id of it."""
    of, over = RECORDS[DocumentKind.INVOICE.value].c, [one.value for one in DocumentStatus if not one.counts]
    is_it = sources.c.name == ledger, of.source_id == sources.c.id, of.external_id == ref
    return bool(tx.execute(select(exists().where(*is_it, of.status.in_(over)))).scalar_one())


def holds(tx: Tx, document_id: int) -> bool:
    """Whether a document still bills all that it was made of: another one may have taken what this one gave up."""
    drafted = DOCUMENTS.one(tx, DOCUMENTS.select().where(_DOC.document_id == document_id))
    wanted = {source for line in drafted.drafted.lines for source in line.sources} if drafted else set()
    return wanted == sources_of(tx, document_id).keys()


def next_sequence(tx: Tx, kind: DocumentKind) -> int:
    """Return the place of the next number among ours of a kind; it is taken by storing the document."""
    return (tx.execute(select(func.max(_DOC.sequence)).where(_DOC.kind == kind)).scalar_one() or 0) + 1


def of_write(tx: Tx, write: int) -> StoredDocument | None:
    """Return the document that a write makes."""
    return DOCUMENTS.one(tx, DOCUMENTS.select().where(_DOC.write_id == write))


def of_batch(tx: Tx, batch: str) -> list[StoredDocument]:
    """Return the documents that stand of all that was sent together."""
    query = select(*DOCUMENTS.columns).select_from(MADE).where(_DOC.batch == batch, stands())
    return DOCUMENTS.all(tx, query.order_by(_DOC.document_id))


def live_documents(tx: Tx, ledger: str) -> list[StoredDocument]:
    """Return the documents of a ledger that stand, the oldest first."""
    query = select(*DOCUMENTS.columns).select_from(MADE).where(_DOC.ledger == ledger, stands())
    return DOCUMENTS.all(tx, query.order_by(_DOC.document_id))


def refs(tx: Tx, ledger: str) -> dict[str, str]:
    """Return the ledger's ids of invoices that the PSA numbered, by number: what was voided there is credited here."""
    ref = func.coalesce(outbox.c.ref, _DOC.linked_ref)
    query = select(_DOC.number, ref.label("ref")).select_from(MADE)
    query = query.where(_DOC.ledger == ledger, _DOC.kind == DocumentKind.INVOICE, _DOC.sequence.is_(None), stands())
    return {row.number: row.ref for row in tx.execute(query.where(ref.is_not(None)))}


def all_documents(tx: Tx, *conditions: ColumnElement[bool]) -> list[StoredDocument]:
    """Return documents, the oldest first."""
    return DOCUMENTS.all(tx, DOCUMENTS.select().where(*conditions).order_by(_DOC.document_id))


def has_sent(tx: Tx, ledger: str) -> bool:
    """Whether a ledger has a document that we made."""
    query = exists().select_from(MADE).where(_DOC.ledger == ledger, outbox.c.state.in_(list(AT_VENDOR)))
    return bool(tx.execute(select(query)).scalar_one())


def pending(tx: Tx, ledger: str) -> dict[tuple[str, str], list[str]]:
    """Return the numbers of documents on their way into a ledger, by connection and id of the client."""
    query = select(_DOC.psa, _DOC.company_ref, _DOC.number).select_from(MADE)
    query = query.where(_DOC.ledger == ledger, outbox.c.state.not_in([*DEAD, *AT_VENDOR]))
    found: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    for row in tx.execute(query.order_by(_DOC.document_id)):
        found[row.psa, row.company_ref].append(row.number)
    return dict(found)


def note_shown(
    tx: Tx, document_id: int, amounts: tuple[Decimal | None, Decimal | None, Decimal | None], why: Collection[str],
    at: datetime,
) -> None:  # fmt: skip
    """Keep what a document comes to in the ledger, and how it differs from what was asked for."""
    net, tax, total = amounts
    told = {"shown_net": net, "shown_tax": tax, "shown_total": total, "differences": tuple(why), "compared_at": at}
    tx.execute(update(billing_documents).where(_DOC.document_id == document_id).values(told))


def posted(tx: Tx, among: Iterable[Source]) -> set[Source]:
    """Return which of some sources the PSA bills by itself: a posted line of it names them."""
    named_by = {"time_entries": "time_entry_ref", "charges": "charge_ref"}
    items = RECORDS["billing_items"].c
    found: set[Source] = set()
    several = list(among)
    for stream, column in named_by.items():
        mine = {(one.connection, one.ref): one for one in several if one.stream == stream}
        for some in _some(sorted({ref for _, ref in mine}), _AT_ONCE):
            query = select(sources.c.name, items[column].label("ref")).join(sources, sources.c.id == items.source_id)
            query = query.where(items[column].in_(some), items.gone_at.is_(None))
            found |= {mine[row.name, row.ref] for row in tx.execute(query) if (row.name, row.ref) in mine}
    return found | _posted_services(tx, several)


def _posted_services(tx: Tx, among: Iterable[Source]) -> set[Source]:
    """Return which months of services the PSA bills by itself: a posted line of the month names the service."""
    items = RECORDS["billing_items"].c
    mine = {(one.connection, one.ref, one.part): one for one in among if one.stream == "contract_services"}
    found: set[Source] = set()
    for some in _some(sorted({ref for _, ref, _ in mine}), _AT_ONCE):
        query = select(sources.c.name, items.contract_service_ref.label("ref"), items.item_on)
        query = query.join(sources, sources.c.id == items.source_id).where(items.contract_service_ref.in_(some))
        is_other = items.time_entry_ref.is_(None), items.charge_ref.is_(None), items.item_on.is_not(None)
        for row in tx.execute(query.where(items.gone_at.is_(None), *is_other)):
            if (one := mine.get((row.name, row.ref, row.item_on[:7]))) is not None:
                found.add(one)
    return found


def _some(values: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    return (values[first : first + size] for first in range(0, len(values), size))


def _of_number(ledger: str, kind: DocumentKind, number: str) -> ColumnElement[bool]:
    return and_(_DOC.ledger == ledger, _DOC.kind == kind, _DOC.number == number)


def _given_up(row: Mapping[str, Any]) -> ColumnElement[bool]:
    """Return that a row is what a document billed that stands no more, of the same part or together with it."""
    part: str = row["part"]
    parts = [part] if part == VOID else [part, ""]
    is_held = _SRC.part.in_(parts) if part else _SRC.part != VOID
    return and_(*(_SRC[key] == row[key] for key in ("connection", "stream", "ref")), is_held)


def _source(row: Any) -> Source:
    return Source(connection=row.connection, stream=row.stream, ref=row.ref, part=row.part)
