"""What the shelf needs: to its minimum, with what is being taken, less what is on order; and who has it."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Final, Protocol

from servicedesk_core.domain.currencies import in_cents, unit_price
from servicedesk_core.domain.parts import (
    Offered,
    PartOffer,
    PartQuery,
    PartSource,
    StockLevel,
    TicketLink,
    plain_number,
    plain_upc,
)
from servicedesk_core.domain.parts.ranking import usual_rank
from servicedesk_core.domain.writing import UNFINISHED
from servicedesk_core.features.parts.asking import Answer
from servicedesk_core.features.parts.model import Answered
from servicedesk_core.features.parts.ordering.model import OrderRow, ReorderRow
from servicedesk_core.features.parts.ordering.rows import orders
from servicedesk_core.features.parts.tables import moves, shelf
from servicedesk_core.features.parts.tables.shelf import Shelf
from servicedesk_core.store import Tx, records, sources
from servicedesk_core.store.outbox import of_parts
from servicedesk_core.store.queries.taken import TAKE

AT_ONCE: Final = 500
_NOTHING: Final = Decimal(0)


class Lacking(Protocol):
    """A part that is needed."""

    @property
    def lacking(self) -> Decimal:
        """How many are needed."""

    @property
    def query(self) -> PartQuery | None:
        """How others are asked for it; ``None`` = it has no number that they could know."""

    @property
    def ticket(self) -> TicketLink | None:
        """The ticket that waits for it; ``None`` = it is for the shelf."""

    @property
    def refused_by(self) -> str | None:
        """Connection that did not deliver it, and is not asked again."""

    def shown(self) -> ReorderRow:
        """Return it as it is shown, before anybody was asked."""


@dataclass(frozen=True, slots=True)
class Need:
    """A part that the shelf lacks.

    Attributes:
        shelf: The part with what lies where.
        taken: How many are being taken.
        on_order: How many are on order for the shelf.
    """

    shelf: Shelf
    taken: Decimal
    on_order: Decimal

    @property
    def lacking(self) -> Decimal:
        """How many are needed; none where nobody said a minimum or counted them."""
        part, available = self.shelf.part, self.shelf.available
        if part.minimum is None or available is None:
            return _NOTHING
        return max(part.minimum + self.taken - available - self.on_order, _NOTHING)

    @property
    def query(self) -> PartQuery | None:
        """How others are asked for it; ``None`` = it has no number that they could know."""
        part = self.shelf.part
        number = part.manufacturer_part_number or part.number
        if number:
            return PartQuery(part_number=number, quantity=self.lacking)
        return PartQuery(upc=part.upc, quantity=self.lacking) if plain_upc(part.upc) else None

    @property
    def ticket(self) -> None:
        """See :attr:`Lacking.ticket`."""

    @property
    def refused_by(self) -> None:
        """See :attr:`Lacking.refused_by`."""

    def shown(self) -> ReorderRow:
        """See :meth:`Lacking.shown`."""
        part = self.shelf.part
        return ReorderRow(
            name=part.name,
            ticket=None,
            stock=self.shelf.connection,
            ref=part.external_id,
            available=self.shelf.available,
            minimum=part.minimum,
            taken=self.taken,
            on_order=self.on_order,
            lacking=self.lacking,
        )


def needs(tx: Tx) -> list[Need]:
    """Return what the shelves lack, by connection and name."""
    coming = [row for row in orders(tx, date.min, money=False) if row.outstanding > 0 and row.ticket is None]
    taken = _being_taken(tx)
    found = (Need(one, taken.get(_key(one), _NOTHING), _on_order(coming, one)) for one in _candidates(tx, taken))
    return [one for one in found if one.lacking > 0]


def _candidates(tx: Tx, taken: dict[tuple[str, str], Decimal]) -> Iterator[Shelf]:
    """Yield the parts below their minimum, and those of which something is being taken."""
    seen: set[tuple[str, str]] = set()
    after: str | None = None
    while True:
        found, after = shelf.page(tx, below_minimum=True, sort="connection,name", after=after, limit=AT_ONCE)
        seen |= set(map(_key, found))
        yield from found
        if after is None:
            break
    ids = {source.name: source.id for source in sources.all(tx)}
    others = [(ids[name], ref) for name, ref in taken if (name, ref) not in seen]
    yield from shelf.shelves(tx, others)


def _key(one: Shelf) -> tuple[str, str]:
    return one.connection, one.part.external_id


def _being_taken(tx: Tx) -> dict[tuple[str, str], Decimal]:
    """Return how many are taken by writes that are not finished, by connection and id of the part."""
    found: defaultdict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for write in of_parts(tx, TAKE, UNFINISHED):
        ref = write.parent or ""
        level = records.load(tx, sources.get(tx, write.connection).id, StockLevel.stream, [ref]).get(ref)
        if isinstance(level, StockLevel):
            found[write.connection, level.part_ref] += moves.quantity_of(write)
    return dict(found)


def _on_order(rows: Iterable[OrderRow], one: Shelf) -> Decimal:
    """Return how many of a part are on order for the shelf: by the numbers that both know.

    Args:
        rows: Lines of which something is to come, for the shelf.
        one: The part.
    """
    part = one.part
    own = {plain_number(part.number), plain_number(part.manufacturer_part_number)} - {""}
    return sum(
        (
            row.outstanding
            for row in rows
            if own & {plain_number(row.part_number), plain_number(row.manufacturer_part_number)}
            or (row.connection == one.connection and row.part_number == part.external_id)
        ),
        _NOTHING,
    )


def best_offer(answers: Sequence[Answer], needed: Decimal) -> Offered | None:
    """Return the offer that is ordered: who delivers comes before our own stock, which buys from somebody else.

    Args:
        answers: Of all sources that can be ordered from.
        needed: How many are needed.
    """
    offers = [
        one
        for answer in answers
        for one in answer.offers
        if one.offer.unit_price is not None and False not in _may_be_had(one.offer)
    ]
    return min(
        offers,
        key=lambda one: (one.source is PartSource.STOCK, usual_rank(one, needed, one.offer.currency)),
        default=None,
    )


def _may_be_had(offer: PartOffer) -> tuple[bool | None, ...]:
    return offer.is_active, offer.is_orderable, offer.is_authorised


def unheard(answers: Sequence[Answer]) -> str:
    """Return why no source offers a part."""
    failed = [one.asked.connection for one in answers if one.asked.answer is not Answered.ANSWERED]
    if failed:
        return f"Nobody who answered offers it at a price; {', '.join(failed)} did not answer."
    return "Nobody offers it at a price."


def reorder_row(
    need: Lacking, best: Offered | None, problem: str | None, written: Mapping[tuple[str, str], int], *, money: bool
) -> ReorderRow:
    """Return a part that is needed as it is shown.

    Args:
        need: The part.
        best: The best offer of it.
        problem: Why there is none.
        written: Numbers of the writes that order, by source and its number of the part.
        money: Whether costs may be seen.
    """
    if best is None:
        return replace(need.shown(), problem=problem)
    price, currency = (best.offer.unit_price, best.offer.currency) if money else (None, None)
    return replace(
        need.shown(),
        source=best.connection,
        part_number=best.offer.number,
        unit_cost=None if price is None else unit_price(price, currency),
        cost=None if price is None else in_cents(price * need.lacking, currency),
        currency=currency,
        write=written.get((best.connection, best.offer.number)),
    )
