"""What is linked to the ledger, and what is not."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace
from datetime import date
from typing import Annotated, Final

from servicedesk_core.faces import After, Capability, Desk, Help, Limit, Manner, Namespace, Page, Sort, piece, query
from servicedesk_core.features.billing.mapping.links import (
    COMPANIES,
    DEFAULT,
    Books,
    Key,
    Linkable,
    NoLink,
    Target,
    usual_target,
)
from servicedesk_core.features.billing.mapping.matching import Evidence, Matches, Suggestion, certain
from servicedesk_core.features.billing.mapping.model import LinkRow, LinkState
from servicedesk_core.features.billing.mapping.tables import books_of, ledger_if_any
from servicedesk_core.features.billing.mapping.things import Place, Thing, known_of, things
from servicedesk_core.features.billing.preview.queries import month_of
from servicedesk_core.features.billing.preview.tables.previews import asked_for, by_client
from servicedesk_core.store import Tx

UNSCOPED: Final = "who is which in accounting is for no client's eyes"


class LinkQueries(Namespace[Manner]):
    """What is linked to the ledger, and what is not."""

    @query(
        "billing.map",
        about="Who and what is which in the ledger.",
        needs=Capability.MONEY,
        unscoped=UNSCOPED,
        empty="Nothing of the kind is there, or no accounting system: connect one, and run servicedesk sync.",
    )
    def map(
        self,
        tx: Tx,
        *,
        what: Annotated[Linkable | None, Help("Only this.")] = None,
        state: Annotated[LinkState | None, Help("Only what stands there.")] = None,
        period: Annotated[
            str | None, Help("Only what bills of this month name, what is on most lines first.", metavar="YYYY-MM")
        ] = None,
        sort: Sort = None,
        limit: Limit = 1_000,
        after: After = None,
    ) -> Page[LinkRow]:
        """List who and what is which in the ledger, what nobody linked yet, and what it may be.

        What is out of use in the PSA is listed only where it is linked, or where bills of the period name it. A link
        holds by the ids of both, so that it outlasts every new name.

        Raises:
            NotFoundLocallyError: The store knows no connection of the decided name.
            SettingsError: That is no month or column, or several ledgers are connected and nobody decided which.
            DefinitionsError: A definition does not fit this program.
            CursorError: ``after`` is not a position of this list.
        """
        ledger = ledger_if_any(tx, self.desk.clock.now())
        named = named_by(tx, self.desk, *month_of(period)) if period is not None else Counter[Place]()
        found = () if ledger is None else rows_of(tx, books_of(tx, ledger), what, named)
        rows = tuple(row for row in found if state in {None, row.state})
        if period is not None:
            counted = (replace(row, lines=named[row.connection or "", row.what.stream, row.ref]) for row in rows)
            rows = tuple(row for row in counted if row.lines)
        by = f"{'-lines,' if period else ''}what,state,name,connection,ref,target"
        return piece(Page(rows), LinkRow, by=by, sort=sort, after=after, limit=limit)


def named_by(tx: Tx, desk: Desk, first: date, last: date) -> Counter[Place]:
    """Return on how many lines of some days something is named, by connection, stream and id, whoever bills them."""
    found: Counter[Place] = Counter()
    for one in by_client(tx, asked_for(tx, desk, first, last, everybody=True, is_whole=True)):
        for draft in (made.draft for made in one.made):
            found[draft.connection, COMPANIES, draft.company_ref] += len(draft.lines)
            for line in draft.lines:
                found["", DEFAULT, line.sells.value] += 1
                found.update((draft.connection, about.stream, about.ref) for about in line.subjects)
    return found


def rows_of(
    tx: Tx, books: Books, what: Linkable | None = None, used: Collection[Place] = frozenset()
) -> Iterator[LinkRow]:
    """Yield what is linked, and what is not, with what it may be; for ``used`` see :func:`things`."""
    found = list(things(tx, tuple(Linkable) if what is None else (what,), used))
    linked: defaultdict[tuple[str, str, str], list[Key]] = defaultdict(list)
    for key in books.links:
        linked[key[:3]].append(key)
    may_be = suggestions(books, found)
    for one in found:
        keys = linked.pop(one.key()[:3], [])
        usual = one.key()
        if usual not in keys and one.is_active and not (keys and one.sort is Linkable.DEFAULT):
            yield _open(one, books, may_be.get(usual))
        for key in keys:
            yield _linked(one.name, key, books)
    for keys in linked.values():  # the PSA has them no more
        yield from (_linked(key.ref, key, books) for key in keys if what in {None, key.sort})


def suggestions(books: Books, found: Iterable[Thing]) -> dict[Key, Suggestion]:
    """Return what may be what in the ledger, of what is in use and not linked."""
    together: defaultdict[tuple[str, Linkable], list[Thing]] = defaultdict(list)
    for one in found:
        if one.sort is not Linkable.DEFAULT and one.is_active:
            together[one.connection, one.sort].append(one)
    known = {target: tuple(known_of(books, target)) for target in (Target.CUSTOMER, Target.ITEM)}
    return {
        one.key(): suggestion
        for (_, sort), several in together.items()
        for matches in (Matches([one.known for one in several], known[usual_target(sort)]),)
        for one in several
        if one.key() not in books.links and (suggestion := _made(books, one) or matches.of(one.known)) is not None
    }


def _made(books: Books, one: Thing) -> Suggestion | None:
    ref = books.made_for(one.key())
    return None if ref is None else certain(ref, Evidence.MADE)


def _open(one: Thing, books: Books, suggestion: Suggestion | None) -> LinkRow:
    target = usual_target(one.sort)
    return LinkRow(
        what=one.sort,
        name=one.name,
        connection=one.connection or None,
        ref=one.known.ref,
        target=target,
        state=LinkState.MISSING if suggestion is None else LinkState.SUGGESTED,
        lines=None,
        ledger=books.ledger,
        ledger_name=None if suggestion is None else books.records[target.entity.stream, suggestion.ref].name,
        ledger_ref=None if suggestion is None else suggestion.ref,
        confidence=None if suggestion is None else suggestion.confidence,
        why=None if suggestion is None else suggestion.why.value,
        linked_at=None,
        author=None,
    )


def _linked(name: str, key: Key, books: Books) -> LinkRow:
    link, there = books.links[key], books.linked(key)
    is_broken = isinstance(there, NoLink)
    now = link.target_name if isinstance(there, NoLink) else there.name
    why = books.told(key, name, there)[1] if isinstance(there, NoLink) else None
    if not is_broken and now != link.target_name:
        why = f'was called "{link.target_name}" when it was linked'
    return LinkRow(
        what=key.sort,
        name=name,
        connection=key.connection or None,
        ref=key.ref,
        target=key.to,
        state=LinkState.BROKEN if is_broken else LinkState.LINKED,
        lines=None,
        ledger=books.ledger,
        ledger_name=now,
        ledger_ref=link.target_ref,
        confidence=None,
        why=why,
        linked_at=link.at,
        author=link.author,
    )
