"""What can be written where a value names something, asked of the list that the parameter names."""

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final

from servicedesk_core.errors import ServiceDeskError
from servicedesk_core.faces import Board, Offer, Query
from servicedesk_core.faces.asked import asked
from servicedesk_core.faces.column import cell, columns_of
from servicedesk_core.faces.parameter import NOBODY, Parameter
from servicedesk_core.web.console.acting.fields import Choice
from servicedesk_core.web.console.visiting import Visit

MOST: Final = 500
"""More suggestions nobody looks through."""

_ME: Final = Choice("me", "me")
_TECHNICIANS: Final = "technicians"


def _connections(visit: Visit, _: Mapping[str, Offer[..., Any]]) -> Iterable[str]:
    return visit.desk.settings.connections


def _pages(visit: Visit, offers: Mapping[str, Offer[..., Any]]) -> Iterable[str]:
    return (name for name, one in offers.items() if one.result is Board and visit.may(one))


_KNOWN: Final = {"connection": _connections, "pages": _pages}
"""What is in no list, and how it is found."""


async def offered(
    visit: Visit,
    offers: Mapping[str, Offer[..., Any]],
    parameter: Parameter,
    connection: str | None = None,
    about: Mapping[str, Sequence[str]] = MappingProxyType({}),
) -> tuple[Choice, ...]:
    """Return what a parameter may be; nothing where it names nothing, a record, or what whoever asks may not list.

    Args:
        visit: Who asks.
        offers: What can be reached, by name.
        parameter: The parameter.
        connection: Only what is understood there; ``None`` = everywhere.
        about: The words that name the record which the form is about.
    """
    call, *given = parameter.help.names.split() or [""]
    call, _, field = call.partition(":")
    lists = _KNOWN.get(call or parameter.spelled)
    if lists is not None and visit.desk.rights.scope is None:
        return tuple(Choice(one, one) for one in lists(visit, offers))
    query = offers.get(call)
    if not isinstance(query, Query) or (query.row is None and not field):
        return ()
    known = {one.spelled for one in query.parameters}
    places = [one.spelled for one in query.parameters if one.positional]
    pairs = (
        [(name, word) for name in places for word in about.get(name, ())]
        if field
        else [*zip(places, given, strict=False)]
    )
    if field and not pairs:
        return ()
    pairs += [("limit", str(MOST))] if "limit" in known else []
    pairs += [("connection", connection)] if connection and "connection" in known else []
    try:
        values, named = asked(query, pairs, visit.zone)
        found = await visit.desk.call(query, *values, **named)
    except ServiceDeskError:  # such as a right that is missing: a field that is typed into is better than none
        return ()
    rows = getattr(found, field or "items")
    row = query.row or next((type(one) for one in rows), None)
    names = [*columns_of(row)][:2] if row is not None else []
    choices = {NOBODY: Choice(NOBODY, _nobody(given))} if parameter.help.none else {}
    if given == [_TECHNICIANS] and visit.desk.technician is not None:
        choices[_ME.word] = _ME
    for row in rows:
        word, *more = (str(cell(name, getattr(row, name))) for name in names)
        choices.setdefault(word, Choice(word, more[0] if more and _is_text(row, names[1]) else word))
    return tuple(choices.values())


def names_record(offers: Mapping[str, Offer[..., Any]], parameter: Parameter) -> bool:
    """Whether a parameter names a record that a page shows, and not what is chosen from a list."""
    query = offers.get(parameter.help.names)
    return query is not None and query.row is None


def _nobody(given: list[str]) -> str:
    return "nobody" if given == [_TECHNICIANS] else "none"


def _is_text(row: Any, name: str) -> bool:
    return isinstance(getattr(row, name), str)
