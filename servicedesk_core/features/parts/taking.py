"""What is taken and from where: words become a stock level, and what is on its way already is counted."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from servicedesk_core.arguments import did_you_mean
from servicedesk_core.domain import StockLevel
from servicedesk_core.domain.names import plain_name
from servicedesk_core.domain.parts import plain_number, plain_upc
from servicedesk_core.domain.writing import UNFINISHED
from servicedesk_core.errors import NotFoundLocallyError, WriteError
from servicedesk_core.features.parts import tables
from servicedesk_core.features.parts.tables import Shelf
from servicedesk_core.store import Tx

_SOME: Final = 5


@dataclass(frozen=True, slots=True)
class Source:
    """Where a part is taken from.

    Attributes:
        shelf: The part.
        level: Its place there.
    """

    shelf: Shelf
    level: StockLevel


def source_of(
    tx: Tx, word: str, quantity: Decimal, *, connection: str | None, place: str | None, serial: str | None
) -> Source:
    """Return where so many of a part are taken from.

    Args:
        tx: Any transaction.
        word: A number, a bar code, the name or the id of the part.
        quantity: How many.
        connection: Only of this stock.
        place: Only from this place.
        serial: Only the piece with this serial number.

    Raises:
        NotFoundLocallyError: No stock has such a part, or several do.
        WriteError: There are not so many, or they lie in several places and none is said.
    """
    shelf = _meant(list(tables.shelves(tx, connection)), word)
    levels = [
        level
        for level in shelf.levels
        if (place is None or _is_called(level.place, place))
        and (serial is None or _is_called(level.serial_number, serial))
    ]
    if not levels:
        there = ", ".join(sorted({level.place or "a place without a name" for level in shelf.levels})) or "nowhere"
        raise NotFoundLocallyError(f"{shelf.part.name} does not lie there.", hint=f"It lies: {there}.")
    waiting = on_their_way(tx, shelf.connection)
    enough = [
        level
        for level in levels
        if level.available is None or level.available - waiting.get(level.external_id, Decimal(0)) >= quantity
    ]
    if not enough:
        told = ", ".join(_left(level, waiting) for level in levels[:_SOME])
        hint = "Look who else has it: servicedesk parts find."
        raise WriteError(f"There are not so many of {shelf.part.name}: {told}.", hint=hint)
    if len(enough) > 1 and any(level.serial_number for level in enough):
        serials = ", ".join(level.serial_number or "?" for level in enough[:_SOME])
        raise WriteError(f"{shelf.part.name} is several pieces.", hint=f"Say which with --serial: {serials}.")
    if len(enough) > 1:
        places = ", ".join(level.place or "?" for level in enough[:_SOME])
        raise WriteError(f"{shelf.part.name} lies in several places.", hint=f"Say which with --place: {places}.")
    return Source(shelf, enough[0])


def on_their_way(tx: Tx, connection: str) -> dict[str, Decimal]:
    """Return how many are taken by writes that are not finished, by the id of the stock level.

    Args:
        tx: Any transaction.
        connection: The stock.
    """
    found: dict[str, Decimal] = {}
    for write in tables.moves(tx, tables.TAKE):
        if write.connection == connection and write.state in UNFINISHED and write.parent:
            found[write.parent] = found.get(write.parent, Decimal(0)) + Decimal(write.values.get("quantity") or 0)
    return found


def _left(level: StockLevel, waiting: dict[str, Decimal]) -> str:
    on_way = waiting.get(level.external_id)
    told = f"{level.available or 0:f} in {level.place or 'stock'}"
    return f"{told}, {on_way:f} of them being taken" if on_way else told


def _meant(shelves: Sequence[Shelf], word: str) -> Shelf:
    found = [shelf for shelf in shelves if word == shelf.part.external_id]
    found = found or [shelf for shelf in shelves if _names(shelf, word)]
    if len(found) == 1:
        return found[0]
    if found:
        ids = ", ".join(f"{shelf.part.external_id} ({shelf.part.name})" for shelf in found[:_SOME])
        raise NotFoundLocallyError(f'"{word}" is several parts.', hint=f"Name one by its id: {ids}.")
    near = did_you_mean(word, [shelf.part.name for shelf in shelves])
    message = f'No stock has a part "{word}".{near}'
    raise NotFoundLocallyError(message, hint="servicedesk parts stock lists what there is, as of the last sync.")


def _names(shelf: Shelf, word: str) -> bool:
    part = shelf.part
    number, code = plain_number(word), plain_upc(word)
    numbers = {plain_number(part.number), plain_number(part.manufacturer_part_number)}
    serials = (level.serial_number for level in shelf.levels)
    return (
        bool(number and number in numbers)
        or bool(code and code == plain_upc(part.upc))
        or _is_called(part.name, word)
        or any(_is_called(serial, word) for serial in serials)
    )


def _is_called(name: str | None, word: str) -> bool:
    return plain_name(name or "").casefold() == plain_name(word).casefold()
