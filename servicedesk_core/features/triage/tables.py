"""How triage reads tickets: those that may be alike, of which sort they are, and what was answered."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, and_, func, or_, select

from servicedesk_core.domain import QueueKind, StatusCategory
from servicedesk_core.domain.writing import UNFINISHED
from servicedesk_core.features.attention import Queues
from servicedesk_core.features.tickets import OPEN, TicketFilter, conditions, words_of
from servicedesk_core.features.triage.likeness import BEFORE, BURST, Candidate
from servicedesk_core.features.triage.rules import NOTE_TITLE, Sort, answered
from servicedesk_core.store import Tx, bulk, sources
from servicedesk_core.store.fields import from_us, to_us
from servicedesk_core.store.queries.scope import Scope
from servicedesk_core.store.schema import RECORDS, outbox

NOTE: Final = "notes.create_internal"

_T: Final = RECORDS["tickets"].c
_A: Final = RECORDS["assets"].c
_MOST_OF_CLIENT: Final = 300
_MOST_OF_DAYS: Final = 5_000
_MOST_WITH_WORDS: Final = 300
_LOOKED_THROUGH: Final = 100_000
"""Titles that are looked through for words, the newest first."""
_WORDS: Final = 4
"""Words of a title that others are found by, the longest: they tell the most."""

Where = Sequence[ColumnElement[bool]]


def may_wait(tx: Tx, at: datetime) -> ColumnElement[bool]:
    """Return what holds of every ticket that can wait for triage; the index of open tickets tells it."""
    lie: defaultdict[int, list[str]] = defaultdict(list)
    for source_id, ref in Queues(tx).named(QueueKind.TRIAGE, at):
        lie[source_id].append(ref)
    in_queue = (and_(_T.source_id == source_id, _T.queue_ref.in_(refs)) for source_id, refs in lie.items())
    is_new = or_(_T.status_category.is_(None), _T.status_category == StatusCategory.NEW.value)
    return or_(is_new, _T.assignee_ref.is_(None), *in_queue)


def candidate(tx: Tx, local_id: int) -> Candidate:
    """Return a ticket as one that can be like others; one without an instant came never."""
    return next(_made(tx, _query(()).where(_T.local_id == local_id)))


def around(tx: Tx, one: Candidate, scope: Scope | None) -> dict[int, Candidate]:
    """Return the tickets that came in the days before a ticket, and in the hours after it, by the desk's own number.

    Of a span in which more came the newest are returned.
    """
    own = conditions(tx, TicketFilter(everything=True), scope)
    first, last = one.created_at - BURST - BEFORE, one.created_at + BURST
    query = _query(own).where(_T.created_at >= to_us(first), _T.created_at <= to_us(last))
    return _by_id(tx, query.order_by(_T.created_at.desc(), _T.local_id.desc()).limit(_MOST_OF_DAYS))


def of_client(tx: Tx, one: Candidate, scope: Scope | None) -> dict[int, Candidate]:
    """Return the newest tickets of a ticket's client, by the desk's own number."""
    if not isinstance(one.client, tuple):
        return {}
    source_id, ref = one.client
    query = _query(conditions(tx, TicketFilter(everything=True), scope))
    mine = query.where(_T.company_ref == ref, _T.source_id == source_id)
    return _by_id(tx, mine.order_by(_T.created_at.desc(), _T.local_id.desc()).limit(_MOST_OF_CLIENT))


def with_words(tx: Tx, one: Candidate, scope: Scope | None) -> dict[int, Candidate]:
    """Return the newest tickets whose title has one of a title's longest words, by the desk's own number."""
    words = sorted(words_of(one.title), key=lambda word: (-len(word), word))[:_WORDS]
    if not words:
        return {}
    newest = select(_T.local_id, _T.title).where(_T.gone_at.is_(None))
    newest = newest.order_by(_T.created_at.desc(), _T.local_id.desc()).limit(_LOOKED_THROUGH)
    titles = newest.subquery()
    has = titles.c.title.contains if tx.dialect.name == "sqlite" else titles.c.title.icontains
    found = select(titles.c.local_id).where(or_(*(has(word, autoescape=True) for word in words)))
    ids = tx.execute(found.limit(_MOST_WITH_WORDS)).scalars().all()
    return _by_id(tx, _query(conditions(tx, TicketFilter(everything=True), scope)).where(_T.local_id.in_(ids)))


def _query(where: Where) -> Select[Any]:
    device = and_(_A.source_id == _T.source_id, _A.external_id == _T.asset_ref)
    columns = (
        _T.local_id, _T.source_id, _T.title, _T.created_at, _T.is_open, _T.company_ref, _T.contact_ref, _T.asset_ref,
        _T.issue, _T.sub_issue, _T.resolution, _A.manufacturer, _A.model,
    )  # fmt: skip
    joined = RECORDS["tickets"].outerjoin(RECORDS["assets"], device)
    return select(*columns).select_from(joined).where(*where)


def _by_id(tx: Tx, query: Select[Any]) -> dict[int, Candidate]:
    return {one.local_id: one for one in _made(tx, query)}


def _made(tx: Tx, query: Select[Any]) -> Iterator[Candidate]:
    for row in tx.execute(query):
        source = row.source_id
        model = " ".join(filter(None, (row.manufacturer, row.model))) if row.model else None
        yield Candidate(
            local_id=row.local_id,
            title=row.title,
            created_at=from_us(row.created_at or 0),
            is_open=bool(row.is_open),
            client=row.company_ref and (source, row.company_ref),
            contact=row.contact_ref and (source, row.contact_ref),
            device=row.asset_ref and (source, row.asset_ref),
            model=model,
            issue=(row.issue, row.sub_issue),
            resolution=row.resolution or "",
        )


def sorts(tx: Tx, where: Where = OPEN) -> Iterator[tuple[int, int, str, Sort]]:
    """Yield of which sort tickets are: the desk's own number, the source, the vendor's id, and the sort."""
    query = select(_T.local_id, _T.source_id, _T.external_id, _T.kind, _T.category, _T.issue, _T.sub_issue)
    rows = tx.execute(query.where(*where).order_by(_T.created_at, _T.local_id), execution_options={"yield_per": 5_000})
    for local_id, source_id, ref, *sort in rows:
        yield local_id, source_id, ref, Sort(*sort)


def answers(tx: Tx, tickets: Iterable[tuple[int, str]]) -> dict[tuple[int, str], frozenset[str]]:
    """Return which questions were answered about tickets, folded: in their notes, and in what is on its way there.

    Args:
        tx: Any transaction.
        tickets: The source and the vendor's id of each.
    """
    found: defaultdict[tuple[int, str], set[str]] = defaultdict(set)
    refs: defaultdict[int, list[str]] = defaultdict(list)
    for source_id, ref in tickets:
        refs[source_id].append(ref)
    query = (  # of ours, a word without quotes
        "SELECT ticket_ref, body FROM notes WHERE source_id = {source} AND ticket_ref IN {values} "  # noqa: S608
        f"AND gone_at IS NULL AND title = '{NOTE_TITLE}'"
    )
    for source_id, wanted in refs.items():
        for ref, body in bulk.select_in(tx, query, source_id, wanted):
            found[source_id, ref].update(answered(body or ""))
    for key, body in _on_the_way(tx, refs):
        found[key].update(answered(body))
    return {key: frozenset(several) for key, several in found.items()}


def _on_the_way(tx: Tx, refs: Collection[int]) -> Iterator[tuple[tuple[int, str], str]]:
    """Yield the answers that wait to be sent; few writes wait at a time."""
    ids = {one.name: one.id for one in sources.all(tx) if one.id in refs}
    query = select(outbox.c.connection, outbox.c.parent, outbox.c.new_values)
    for connection, parent, values in tx.execute(
        query.where(outbox.c.state.in_([*UNFINISHED]), outbox.c.kind == NOTE, outbox.c.parent.is_not(None))
    ):
        if connection in ids and values.get("title") == NOTE_TITLE:
            yield (ids[connection], parent), str(values.get("body") or "")


def of_client_ref(tx: Tx, stream: str, source_id: int, company: str | None, word: str) -> list[str]:
    """Return the ids of what a client calls so: a contract by name or number, a device by name or serial number.

    Args:
        tx: Any transaction.
        stream: ``contracts`` or ``assets``.
        source_id: The source of the ticket.
        company: The vendor's id of the client.
        word: What it is called.
    """
    of = RECORDS[stream].c
    names = [of.name, of.serial_number] if stream == "assets" else [of.name, of.number]
    called = or_(of.external_id == word, *(func.lower(one) == word.lower() for one in names))
    query = select(of.external_id).where(of.source_id == source_id, of.company_ref == company, of.gone_at.is_(None))
    return list(tx.execute(query.where(called).order_by(of.external_id)).scalars())
