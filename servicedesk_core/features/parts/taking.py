"""What is taken and from where: words become a stock level, and what is on its way already is counted."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from servicedesk_core.arguments import did_you_mean
from servicedesk_core.domain import StockLevel
from servicedesk_core.domain.names import plain_name
from servicedesk_core.domain.parts import plain_number, plain_upc, same_number
from servicedesk_core.errors import NotFoundLocallyError, WriteError
from servicedesk_core.features.parts.tables import moves, shelf
from servicedesk_core.features.parts.tables.shelf import Named, Shelf
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
    found = _meant(tx, word, connection)
    levels = [
        level
        for level in found.levels
        if (place is None or _is_called(level.place, place))
        and (serial is None or _is_called(level.serial_number, serial))
    ]
    if not levels:
        there = ", ".join(sorted({level.place or "a place without a name" for level in found.levels})) or "nowhere"
        raise NotFoundLocallyError(f"{found.part.name} does not lie there.", hint=f"It lies: {there}.")
    told = [(level, moves.being_taken(tx, found.connection, level.external_id)) for level in levels]
    enough = [level for level, others in told if level.available is None or level.available - others >= quantity]
    if not enough:
        raise not_so_many(found.part.name, told)
    if len(enough) > 1 and any(level.serial_number for level in enough):
        serials = ", ".join(level.serial_number or "?" for level in enough[:_SOME])
        raise WriteError(f"{found.part.name} is several pieces.", hint=f"Say which with --serial: {serials}.")
    if len(enough) > 1:
        places = ", ".join(level.place or "?" for level in enough[:_SOME])
        raise WriteError(f"{found.part.name} lies in several places.", hint=f"Say which with --place: {places}.")
    return Source(found, enough[0])


def not_so_many(name: str, levels: Sequence[tuple[StockLevel, Decimal]]) -> WriteError:
    """Return the error that there are fewer of a part than somebody wants.

    Args:
        name: The part.
        levels: Its places, and how many others are just taking from each.
    """
    told = ", ".join(_left(level, others) for level, others in levels[:_SOME])
    return WriteError(f"There are not so many of {name}: {told}.", hint="Look who else has it: servicedesk parts find.")


def _left(level: StockLevel, others: Decimal) -> str:
    told = f"{level.available or Decimal(0):f} in {level.place or 'stock'}"
    return f"{told}, {others:f} of them being taken" if others else told


def _meant(tx: Tx, word: str, connection: str | None) -> Shelf:
    found = shelf.shelves(tx, shelf.with_id(tx, word, connection) or _called(tx, word, connection))
    if len(found) == 1:
        return found[0]
    if found:
        raise NotFoundLocallyError(f'"{word}" is several parts.', hint=f"Name one by its id: {_ids(found)}.")
    message = f'No stock has a part "{word}".'
    near, _ = shelf.page(tx, search=word, connection=connection, limit=_SOME)
    if near:
        raise NotFoundLocallyError(message, hint=f"Name one by its id: {_ids(near)}.")
    meant = did_you_mean(word, shelf.names_like(tx, word, connection))
    raise NotFoundLocallyError(f"{message}{meant}", hint="servicedesk parts stock lists what there is, as last synced.")


def _ids(found: Sequence[Shelf]) -> str:
    return ", ".join(f"{one.part.external_id} ({one.part.name})" for one in found[:_SOME])


def _called(tx: Tx, word: str, connection: str | None) -> list[tuple[int, str]]:
    named = list(shelf.named_like(tx, word, connection))
    meant = [one for one in named if _names(one, word)]
    if not meant and "#" not in plain_number(word):  # without a market it means the part of any, where there is one
        meant = [one for one in named if any(same_number(number, word) for number in one.numbers)]
    return list(dict.fromkeys((one.source, one.ref) for one in meant))


def _names(one: Named, word: str) -> bool:
    number, code = plain_number(word), plain_upc(word)
    return (
        bool(number and number in map(plain_number, one.numbers))
        or bool(code and code == plain_upc(one.upc))
        or any(_is_called(name, word) for name in (one.name, one.serial))
    )


def _is_called(name: str | None, word: str) -> bool:
    return plain_name(name or "").casefold() == plain_name(word).casefold()
