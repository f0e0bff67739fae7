"""What the stocks have: filtered, ordered, counted and cut into pages by the database."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import reduce
from operator import add, itemgetter
from typing import Any, Final, NamedTuple

from sqlalchemy import BigInteger, ColumnElement, Float, Select, Text, and_, case, cast, func, or_, select, tuple_

from servicedesk_core.domain.parts import Part, StockLevel
from servicedesk_core.store import Tx, bulk, records
from servicedesk_core.store.codec import codec_of
from servicedesk_core.store.fields import from_micro
from servicedesk_core.store.queries.scope import source_of
from servicedesk_core.store.schema import RECORDS, sources

P: Final = RECORDS[Part.stream].c
L: Final = RECORDS[StockLevel.stream].c

_MICRO: Final = 1_000_000
_LARGEST: Final = 9e24
"""Cost times count, both in millionths, that still fits into 64 bits as an amount."""

_TOLD: Final = 2_000


@dataclass(frozen=True, slots=True)
class Shelf:
    """A part with what lies where.

    Attributes:
        connection: Connection whose stock that is.
        part: The part.
        levels: Its places.
    """

    connection: str
    part: Part
    levels: tuple[StockLevel, ...]

    @property
    def available(self) -> Decimal | None:
        """How many can be taken, at all places together; ``None`` where no place says."""
        return total(level.available for level in self.levels)

    @property
    def lacking(self) -> Decimal:
        """How many are missing to the minimum; none where either is not known."""
        if self.part.minimum is None or self.available is None:
            return Decimal(0)
        return max(self.part.minimum - self.available, Decimal(0))

    @property
    def value(self) -> Decimal | None:
        """What all that can be taken cost."""
        if self.part.unit_cost is None or self.available is None:
            return None
        return self.part.unit_cost * self.available


class Minimums(NamedTuple):
    """How many parts there are by what is known of their minimum."""

    below: int
    judged: int
    without: int
    uncounted: int


class Worth(NamedTuple):
    """What lies on the shelf in one currency; without one, parts of which that is not known."""

    currency: str | None
    parts: int
    value: Decimal


class Named(NamedTuple):
    """What a part is called."""

    source: int
    ref: str
    name: str
    number: str | None
    manufacturer_part_number: str | None
    upc: str | None
    serial: str | None = None

    @property
    def numbers(self) -> tuple[str | None, str | None]:
        """Its part numbers: the stock's own, and the maker's."""
        return self.number, self.manufacturer_part_number


def total(numbers: Iterable[Decimal | None]) -> Decimal | None:
    """Return the sum of what is known; ``None`` where nothing is."""
    told = [one for one in numbers if one is not None]
    return sum(told, Decimal(0)) if told else None


_there: Final = (
    select(
        L.source_id,
        L.part_ref,
        cast(func.sum(L.available), BigInteger).label("available"),
        cast(func.sum(L.on_order), BigInteger).label("on_order"),
    )
    .where(L.gone_at.is_(None))
    .group_by(L.source_id, L.part_ref)
    .subquery("there")
)
_available: Final = _there.c.available
_lacking: Final = case((P.minimum > _available, P.minimum - _available), else_=0)
_value: Final = case(
    (
        func.abs(cast(P.unit_cost, Float) * cast(_available, Float)) < _LARGEST,
        # In whole units and millionths: the product of both in millionths does not fit into 64 bits.
        (P.unit_cost // _MICRO) * _available
        + (P.unit_cost % _MICRO) * (_available // _MICRO)
        + (P.unit_cost % _MICRO) * (_available % _MICRO) // _MICRO,
    )
)
_COSTS: Final[Mapping[str, ColumnElement[Any]]] = {"unit_cost": P.unit_cost, "value": _value, "currency": P.currency}
_COLUMNS: Final[Mapping[str, ColumnElement[Any]]] = {
    **{
        name: P[name]
        for name in (
            "name",
            "manufacturer",
            "manufacturer_part_number",
            "number",
            "upc",
            "kind",
            "minimum",
            "replaced_by",
        )
    },
    "connection": sources.c.name,
    "ref": P.external_id,
    "available": _available,
    "on_order": _there.c.on_order,
    "lacking": _lacking,
    "is_discontinued": case((P.is_active.is_(False), 1), else_=0),
    "local_id": P.local_id,
}
SORTS: Final = (*(name for name in _COLUMNS if name != "local_id"), *_COSTS)
"""What the shelf can be ordered by; by costs only for who may see them."""


def page(
    tx: Tx,
    *,
    search: str = "",
    below_minimum: bool = False,
    connection: str | None = None,
    costs: bool = False,
    sort: str | None = None,
    after: str | None = None,
    limit: int,
) -> tuple[list[Shelf], str | None]:
    """Return a page of what the stocks have, those first that lack most, and ``next``.

    Args:
        tx: Any transaction.
        search: Only parts with these words in name, maker or one of their numbers.
        below_minimum: Only those of which there are fewer than there shall be.
        connection: Only the stock of this connection.
        costs: Whether it can be ordered by what things cost.
        sort: Columns to order by; see :func:`servicedesk_core.store.paging.page_of`.
        after: ``next`` of the page before, in the same order.
        limit: At most so many.

    Raises:
        SettingsError: There is no such column to sort by.
        CursorError: ``after`` is not a position of this list.
        NotFoundLocallyError: There is no such connection.
    """
    from servicedesk_core.store.paging import page_of  # noqa: PLC0415  # who takes a part needs no pages

    query = _parts(tx, connection).add_columns(P.source_id, P.external_id)
    query = query.where(*(_says(tx, word) for word in search.split()))
    if below_minimum:
        query = query.where(P.minimum > _available)
    columns = {**_COLUMNS, **(_COSTS if costs else {})}
    by = "-lacking,name,connection,local_id"
    found, more = page_of(tx, query, columns, itemgetter(0, 1), by=by, sort=sort, after=after, limit=limit)
    return shelves(tx, found), more


def shelves(tx: Tx, refs: Sequence[tuple[int, str]]) -> list[Shelf]:
    """Return parts with what lies where, in the order that is asked for.

    Args:
        tx: Any transaction.
        refs: Number of the source, and its id of the part.
    """
    names = {row.id: row.name for row in tx.execute(select(sources.c.id, sources.c.name))}
    found: dict[tuple[int, str], Shelf] = {}
    for source in dict(refs):
        wanted = [ref for number, ref in refs if number == source]
        levels = _levels(tx, source, wanted)
        for ref, part in records.load(tx, source, Part.stream, wanted).items():
            found[source, ref] = Shelf(names[source], part, tuple(levels[ref]))  # type: ignore[arg-type]
    return [found[ref] for ref in refs]


def minimums(tx: Tx) -> Minimums:
    """Return how many parts lack pieces, and of how many that cannot be said."""
    judged = and_(P.minimum.is_not(None), _available.is_not(None))
    counted = (P.minimum > _available, judged, P.minimum.is_(None), and_(P.minimum.is_not(None), _available.is_(None)))
    row = tx.execute(_parts(tx).add_columns(*(func.count(case((one, 1))) for one in counted))).one()
    return Minimums(*row)


def worth(tx: Tx) -> list[Worth]:
    """Return what lies on the shelf by currency, and how many parts there are of which it is not known."""
    currency = case((_value.is_not(None), P.currency))
    whole, rest = func.sum(_value // _MICRO), func.sum(_value % _MICRO)
    lies_there = or_(_available.is_(None), _available != 0)
    query = _parts(tx).add_columns(currency, func.count(), whole, rest).where(lies_there)
    rows = tx.execute(query.group_by(currency).order_by(currency))
    return [Worth(name, parts, Decimal(int(a or 0)) + from_micro(int(b or 0))) for name, parts, a, b in rows]


def with_id(tx: Tx, ref: str, connection: str | None = None) -> list[tuple[int, str]]:
    """Return the parts with an id, one of each stock that has it; raises like :func:`page`."""
    query = _live(tx, connection).add_columns(P.source_id, P.external_id).where(P.external_id == ref)
    return [(source, found) for source, found in tx.execute(query)]


def named_like(tx: Tx, word: str, connection: str | None = None) -> Iterator[Named]:
    """Yield the names of parts that somebody may mean by a word: of all that do, and of more.

    Args:
        tx: Any transaction.
        word: A number, a bar code, a name or a serial number, spelt in any way.
        connection: Only of this stock.

    Raises:
        NotFoundLocallyError: There is no such connection.
    """
    spelled, longest = _spelled(word), 2 * len(word) + 4
    names = P.source_id, P.external_id, P.name, P.number, P.manufacturer_part_number, P.upc
    said = or_(
        *(
            and_(func.length(column) <= longest, column.ilike(spelled))
            for column in (P.name, P.number, P.manufacturer_part_number)
        ),
        P.upc.like(_spelled(word.lstrip("0 "))),
    )
    parts = _live(tx, connection)
    of_part = and_(L.source_id == P.source_id, L.part_ref == P.external_id, L.gone_at.is_(None))
    pieces = parts.add_columns(*names, L.serial_number).join(RECORDS[StockLevel.stream], of_part)
    for query in (parts.add_columns(*names).where(said), pieces.where(L.serial_number.ilike(spelled))):
        yield from (Named(*row) for row in tx.execute(query))


def names_like(tx: Tx, word: str, connection: str | None = None) -> list[str]:
    """Return names of parts that begin as a word does, to tell what may have been meant; some of very many."""
    begins = P.name.istartswith(word[:1], autoescape=True)
    return list(tx.execute(_live(tx, connection).add_columns(P.name).where(begins).limit(_TOLD)).scalars())


def _live(tx: Tx, connection: str | None) -> Select[Any]:
    query = select().select_from(RECORDS[Part.stream]).where(P.gone_at.is_(None))
    return query if connection is None else query.where(P.source_id == source_of(tx, connection))


def _parts(tx: Tx, connection: str | None = None) -> Select[Any]:
    """Return the query for the parts that there are, with what lies of each, without columns."""
    of_part = and_(_there.c.source_id == P.source_id, _there.c.part_ref == P.external_id)
    return _live(tx, connection).join(sources, sources.c.id == P.source_id).outerjoin(_there, of_part)


def _says(tx: Tx, word: str) -> ColumnElement[bool]:
    """Return that a part has a word in its name, its maker, one of its numbers or a serial number of its pieces."""
    told = (P.name, P.manufacturer, P.manufacturer_part_number, P.number, P.upc, P.external_id)
    pieces = select(L.source_id, L.part_ref).where(L.gone_at.is_(None), _has(tx, L.serial_number, word))
    whole = reduce(add, (func.coalesce(column, "", type_=Text()) + " " for column in told))
    return or_(_has(tx, whole, word), tuple_(P.source_id, P.external_id).in_(pieces))


def _has(tx: Tx, column: ColumnElement[Any], word: str) -> ColumnElement[bool]:
    escaped = "".join(f"\\{sign}" if sign in "%_\\" else sign for sign in word)
    # LIKE of SQLite folds the capitals of ASCII by itself, and lower() no others.
    like = column.like if tx.dialect.name == "sqlite" else column.ilike
    return like(f"%{escaped}%", escape="\\")


def _spelled(word: str) -> str:
    """Return the pattern of everything that has the letters and digits of a word in their order."""
    return "%".join(("", *(sign for sign in word if sign.isascii() and sign.isalnum()), ""))


def _levels(tx: Tx, source: int, parts: Sequence[str]) -> defaultdict[str, list[StockLevel]]:
    codec = codec_of(StockLevel)
    columns = ", ".join(f'"{name}"' for name in codec.names)
    query = (
        f"SELECT external_id, {columns} FROM stock_levels "  # noqa: S608
        "WHERE source_id = {source} AND part_ref IN {values} AND gone_at IS NULL ORDER BY external_id"
    )
    found: defaultdict[str, list[StockLevel]] = defaultdict(list)
    for ref, *values in bulk.select_in(tx, query, source, parts):
        level: Any = codec.decode(ref, values)
        found[level.part_ref].append(level)
    return found
