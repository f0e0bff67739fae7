"""The record that a form is about: what names it, and what it showed when the form was made."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import parse_qsl

from servicedesk_core.errors import NotFoundLocallyError, ServiceDeskError, WriteStateError
from servicedesk_core.faces import Offer
from servicedesk_core.faces.asked import asked
from servicedesk_core.faces.column import columns_of
from servicedesk_core.web.console.acting.filled import Filled
from servicedesk_core.web.console.acting.results import printed
from servicedesk_core.web.console.acting.terminal import Printed
from servicedesk_core.web.console.addresses import Addresses
from servicedesk_core.web.console.visiting import Visit
from servicedesk_core.wording import plain

_TICKET: Final = "tickets.show"


@dataclass(frozen=True, slots=True)
class About:
    """A record that a form is about.

    Attributes:
        facts: What names it, each with its label.
        href: Where it is shown; ``None`` = nowhere.
        title: What people call it besides.
        client: Whose it is; empty = nobody's, or not known.
        seen: What the record shows now, by the names of its columns; whoever sends the form has seen that.
        pieces: What the record's own page says, where it has one.
    """

    facts: tuple[tuple[str, str], ...]
    href: str | None = None
    title: str = ""
    client: str = ""
    seen: Mapping[str, str] = field(default_factory=dict)
    pieces: Sequence[Printed] = ()


async def about_of(visit: Visit, addresses: Addresses, filled: Filled, record: Mapping[str, tuple[str, ...]]) -> About:
    """Return what a form says of a record: what names it, and of a ticket its title, its client and what it shows.

    Raises:
        NotFoundLocallyError: There is no such ticket.
    """
    known, is_one_of_many = {one.spelled: one for one in filled.offer.parameters}, len(filled.listed) > 1
    facts = tuple((name.replace("-", " ").capitalize(), word) for name, words in record.items() for word in words)
    where = (record.get("connection") or (None,))[0]
    named = next(((known[name].help.names, words[0]) for name, words in record.items() if known[name].help.names), None)
    if named is None:
        return About(facts)
    href = addresses.record(named[0], named[1], where) if named[0] in addresses.offers else None
    show = addresses.offers.get(_TICKET)
    if named[0] not in addresses.offers or (is_one_of_many and named[0] != _TICKET):
        return About(facts, href)
    if named[0] != _TICKET or show is None:
        return About(facts, href, pieces=await _now(visit, addresses.offers[named[0]], named[1]))
    try:
        row = (await visit.desk.call(show, named[1], connection=where)).row
    except NotFoundLocallyError:
        if is_one_of_many:  # it says so when it is done
            return About(facts)
        raise
    kind: type = type(row)
    seen = {one.title: plain(getattr(row, name)) for name, one in columns_of(kind).items() if one.shown}
    return About(facts, href, row.title, row.company or "", seen)


async def _now(visit: Visit, show: Offer[..., Any], word: str) -> Sequence[Printed]:
    """Return what a record's page says; nothing where it is a list, or not to be seen by whoever looks."""
    if show.row is not None or sum(one.required for one in show.parameters) != 1:
        return ()
    try:
        places, named = asked(show, [(show.parameters[0].spelled, word)], visit.zone)
        return printed(show, await visit.desk.call(show, *places, **named), visit.zone).pieces
    except ServiceDeskError:  # the form says what is wrong when it is sent
        return ()


async def ensure_unchanged(visit: Visit, addresses: Addresses, filled: Filled) -> None:
    """Make sure that nobody else changed the record since the form was made.

    Raises:
        WriteStateError: Somebody did; it says what.
    """
    if not filled.seen or filled.is_bulk:
        return
    now = (await about_of(visit, addresses, filled, filled.records[0])).seen
    before = dict(parse_qsl(filled.seen, keep_blank_values=True))
    other = [name for name, word in now.items() if word != before.get(name, word)]
    if other:
        was = ((name, before[name] or "(nothing)", now[name] or "(nothing)") for name in other)
        told = "; ".join(f"{name} was {then} and is {word}" for name, then, word in was)
        hint = "Look at it, and send the form again if it is still meant."
        raise WriteStateError(f"Somebody changed it meanwhile: {told}.", hint=hint)
