"""Where things are in the console: what a feature declares, by an address that is made of its name."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from re import Match
from typing import Any, Final, Self
from urllib.parse import quote, urlencode

from servicedesk_core.faces import Action, Board, Feature, Offer, Opens

_OWN: Final = {"tickets.show": "/tickets/", "writes.show": "/approvals/"}
"""Pages of records that are made by hand: their address begins so, and ends with what names the record."""

BY_HAND: Final = {"desks.me": "/me"}
"""Pages of one record that are made by hand."""

_PAGES: Final = "desks"
"""The feature whose dashboards are the pages of the console."""


_TYPED: Final = re.compile(
    r"""(?P<quote>[`"])servicedesk\ (?P<quoted>[^`"\n]+)(?P=quote)
    |servicedesk(?P<words>(?:\ [a-z][a-z-]*)+)(?P<more>(?:\ (?:--[a-z-]+|[A-Z0-9](?:[\w.-]*\w)?|…))*)
    |--(?P<option>[a-z][a-z-]*)""",
    re.VERBOSE,
)
"""What a text says to type into a shell: a command with what it is given, or an option of its list."""

_PLACE: Final = re.compile(r"[A-Z]+(?:-[A-Z]+)*|.*…")
"""Where whoever types it writes what they mean: ``TICKET``."""

_WRITES: Final = "writes"
"""What is decided about writes stands on a page that is made by hand."""

Linked = tuple[tuple[str, str | None], ...]
"""Pieces of a text, each with where it leads; ``None`` = nowhere."""


def address_of(offer: Offer[..., Any]) -> str:
    """Return where a query is shown, or an act is done: ``tickets.list`` at ``/lists/tickets/list``."""
    if offer.name in BY_HAND:
        return BY_HAND[offer.name]
    path = offer.name.replace(".", "/")
    if isinstance(offer, Action):
        return f"/acts/{path}"
    if offer.row is not None:
        return f"/lists/{path}"
    if offer.result is not Board:
        return f"/records/{path}"
    feature, _, page = offer.name.partition(".")
    if feature != _PAGES:
        return f"/desks/{path}"
    return "/desks/service" if page == "service" else f"/desks/service/{page}"


def link(path: str, given: Mapping[str, Iterable[str]] | Iterable[tuple[str, str]]) -> str:
    """Return an address with what stands behind its question mark."""
    pairs = (
        [(name, word) for name, words in given.items() for word in words] if isinstance(given, Mapping) else [*given]
    )
    return f"{path}?{urlencode(pairs)}" if pairs else path


@dataclass(frozen=True)
class Addresses:
    """What can be reached, by name.

    Attributes:
        offers: Queries and acts that need no file of the machine that serves.
    """

    offers: Mapping[str, Offer[..., Any]] = field(repr=False)

    @classmethod
    def of(cls, features: Iterable[Feature]) -> Self:
        """Return what features offer to a browser."""
        offered = (one for feature in features for one in feature.offers().values())
        return cls({one.name: one for one in offered if one.is_on_web})

    def where(self, opens: Opens | None) -> str | None:
        """Return where a list is; ``None`` = a browser cannot open it."""
        offer = self.offers.get(opens.call) if opens else None
        return link(address_of(offer), opens.given) if offer and opens else None

    def among(self, may: Callable[[Offer[..., Any]], bool]) -> Self:
        """Return those of them that somebody may call: nothing leads where they would be refused."""
        return type(self)({name: one for name, one in self.offers.items() if may(one)})

    def linked(self, text: str, offer: Offer[..., Any] | None = None) -> Linked:
        """Return a text in which what it says to type into a shell is a link to the page that does it.

        Args:
            text: The text.
            offer: The list that it is about.
        """
        pieces, done = list[tuple[str, str | None]](), 0
        for found in _TYPED.finditer(text):
            if (meant := self._meant(found, offer)) is not None:
                pieces += [(text[done : found.start()], None), *meant]
                done = found.end()
        return tuple(one for one in (*pieces, (text[done:], None)) if one[0])

    def _meant(self, found: Match[str], offer: Offer[..., Any] | None) -> Linked | None:
        """Return the pieces that take the place of what is typed; ``None`` = a browser cannot do it."""
        if option := found["option"]:
            known = offer is not None and any(one.spelled == option and one.type is bool for one in offer.parameters)
            return ((option, link(address_of(offer), {option: ("true",)})),) if offer is not None and known else None
        words, more = (found["quoted"] or found["words"]).split(), (found["more"] or "").split()
        for many in range(len(words), 0, -1):
            called, rest = self.offers.get(".".join(words[:many])), words[many:]
            told = _given(called, rest + more if found["quoted"] else more) if called else {}
            if called is not None and (href := self._opened(called, told)):
                feature = called.name.partition(".")[0].capitalize()
                title = f"{feature}: {called.title.lower()}" if "." in called.name else feature
                named = [told[one.spelled][0] for one in called.parameters if one.positional and one.spelled in told]
                prose = "" if found["quoted"] else " ".join(("", *rest))
                return (" ".join((title, *named)), href), (prose, None)
        if words[0] == _WRITES and f"{_WRITES}.list" in self.offers:
            number = next((word for word in (*words, *more) if word.isdecimal()), "")
            return ((" ".join(filter(None, ("Approvals", number))), "/".join(filter(None, ("/approvals", number)))),)
        return None

    def _opened(self, called: Offer[..., Any], given: Mapping[str, tuple[str, ...]]) -> str | None:
        """Return where something is begun or shown with what it is given; ``None`` = more has to be said."""
        missing = [one for one in called.parameters if one.required and one.spelled not in given]
        if isinstance(called, Action):
            return link(address_of(called), given)
        if missing:
            return None
        first = next((one.spelled for one in called.parameters if one.required), "")
        return self.record(called.name, given[first][0], None) if first else link(address_of(called), given)

    def record(self, call: str, value: str, connection: str | None) -> str | None:
        """Return where a record is shown.

        Args:
            call: Name of the query that shows it, see :attr:`servicedesk_core.faces.Column.leads`.
            value: What names it.
            connection: The connection that it is of; ``None`` = nobody said.
        """
        call, _, named = call.partition(":")
        offer = self.offers.get(call)
        if offer is None:
            return None
        known = {one.spelled for one in offer.parameters}
        given = {"connection": (connection,)} if connection and "connection" in known else {}
        if call in _OWN:
            return link(_OWN[call] + quote(value, safe=""), {} if named else given)
        if named:
            return link(address_of(offer), {named: (value,)})
        first = next((one for one in offer.parameters if one.positional or one.required), None) or offer.parameters[0]
        return link(address_of(offer), {first.spelled: (value,), **given})


def _given(offer: Offer[..., Any], words: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """Return what is typed behind a command, by the names that people use, without what stands for something else."""
    known = {one.spelled: one for one in offer.parameters}
    places = (one.spelled for one in offer.parameters if one.positional)
    given, rest = dict[str, tuple[str, ...]](), iter(words)
    for word in rest:
        name = word.removeprefix("--") if word.startswith("--") else next(places, "")
        if (parameter := known.get(name)) is not None:
            value = "true" if parameter.type is bool else word if parameter.positional else next(rest, "")
            if value and not _PLACE.fullmatch(value):
                given[name] = (value,)
    return given
