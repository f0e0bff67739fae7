"""What a wall screen leaves out of a page: titles, and names of clients and of their people."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from enum import Enum
from typing import Any, Final, Literal, get_args, get_origin, get_type_hints

from servicedesk_core.faces import Board, Opens
from servicedesk_core.faces.column import Column, columns_of
from servicedesk_core.faces.shown import Shown

CLIENTS: Final = frozenset({"client", "company", "contact", "site"})
"""Names of filters whose values name clients, or people and places of theirs."""

_HARMLESS: Final = (int, float, Decimal, date, Enum)
_A_CLIENT: Final = "a client"


def nameless(board: Board, filters: frozenset[str]) -> Board:
    """Return a page without what others wrote and without names of clients.

    Of a list those columns stay that hold numbers, times, words of the desk's own, or what names a ticket or one of our
    people: what nobody has said anything of is left out.

    Args:
        board: The page.
        filters: The filters of clients that hold for all of it, each ``name=value``; they tell one number from another
            no more.
    """
    return replace(board, blocks=tuple(_nameless(block, filters) for block in board.blocks))


def _nameless(block: Shown, filters: frozenset[str]) -> Shown:
    return replace(
        block,
        columns=_columns(block),
        counts=tuple(replace(one, label=_label(one.label, one.opens, filters)) for one in block.counts),
        points=tuple(replace(one, label=_label(one.label, one.opens, filters)) for one in block.points),
    )


def _label(label: str, opens: Opens | None, filters: frozenset[str]) -> str:
    given: Mapping[str, tuple[str, ...]] = opens.given if opens else {}
    narrowed = {f"{name}={word}" for name, words in given.items() if name in CLIENTS for word in words}
    return _A_CLIENT if narrowed - filters else label


def _columns(block: Shown) -> Mapping[str, str]:
    if not block.rows:
        return block.columns
    row: Any = type(block.rows[0])
    declared, hints = columns_of(row), _hints(row)
    return {name: title for name, title in block.columns.items() if _is_harmless(declared[name], hints[name])}


def _hints(row: type) -> dict[str, Any]:
    properties = {name: one.fget for name, one in vars(row).items() if isinstance(one, property)}
    return {name: get_type_hints(one).get("return") for name, one in properties.items()} | get_type_hints(row)


def _is_harmless(column: Column, hint: Any) -> bool:
    if column.is_ours:
        return True
    if column.leads:
        query, _, parameter = column.leads.partition(":")
        return not query.startswith("clients.") and parameter not in CLIENTS
    return _is_number_or_word(hint)


def _is_number_or_word(hint: Any) -> bool:
    if get_origin(hint) is Literal:
        return True
    kinds = [one for one in get_args(hint) if one not in {type(None), ...}] or [hint]
    return all(get_origin(one) is Literal or (isinstance(one, type) and issubclass(one, _HARMLESS)) for one in kinds)
