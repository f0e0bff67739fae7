"""Which acts take the rows of which list: those that name what a row leads to, or the list itself."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final
from urllib.parse import urlencode

from servicedesk_core.faces import Action, Offer
from servicedesk_core.faces.column import columns_of
from servicedesk_core.faces.parameter import Parameter
from servicedesk_core.web.console.acting.fields import filled_in
from servicedesk_core.web.console.addresses import address_of, link
from servicedesk_core.web.console.visiting import Visit

_KEYS: Final = {"assign": "a", "tickets.note": "n"}
"""Keys of acts that are done all day."""

_WHERE: Final = "connection"


@dataclass(frozen=True, slots=True)
class Taker:
    """An act that takes rows.

    Attributes:
        href: Where it is done.
        title: What its button says.
        key: The key that presses it; empty = none.
        is_near: Whether it is of the feature that the rows lead to, or done all day.
    """

    href: str
    title: str
    key: str
    is_near: bool


@dataclass(frozen=True, slots=True)
class Taking:
    """What can be done with the rows of a list.

    Attributes:
        acts: The acts.
        named: Words of an act's address to the columns that they come from.
    """

    acts: tuple[Taker, ...]
    named: Mapping[str, str]

    def word(self, row: Any) -> str:
        """Return what names a row in an address; empty = nothing does."""
        words = {name: getattr(row, column) for name, column in self.named.items()}
        first = next(iter(words.values()))
        given = {name: str(getattr(word, "value", word)) for name, word in words.items() if word not in {None, ""}}
        return urlencode(given) if first not in {None, ""} else ""


def taking(visit: Visit, offers: Mapping[str, Offer[..., Any]], listed: Offer[..., Any]) -> Taking | None:
    """Return what somebody may do with the rows of a list; ``None`` = nothing.

    Args:
        visit: Who looks.
        offers: What can be reached, by name.
        listed: The list.
    """
    if listed.row is None:
        return None
    columns = columns_of(listed.row)
    named = [(listed.name, next(iter(columns))), *((one.leads, name) for name, one in columns.items() if one.leads)]
    for names, column in named:
        takers = [(act, first) for act, first in _acts(offers, names) if visit.may(act)]
        if takers:
            spelled = takers[0][1].spelled
            acts = tuple(_taker(act, names) for act, first in takers if first.spelled == spelled)
            also = {one.spelled for act, _ in takers for one in filled_in(act) if one.spelled in columns}
            alike = sorted((also & {_WHERE, "clock", "cycle"}) - {spelled})
            return Taking(acts, {spelled: column, **{name: name for name in alike}})
    return None


def on_record(
    visit: Visit, offers: Mapping[str, Offer[..., Any]], shown: Offer[..., Any], word: str
) -> Iterator[Taker]:
    """Yield what somebody may do with the record that a page shows.

    Args:
        visit: Who looks.
        offers: What can be reached, by name.
        shown: The query that shows it.
        word: What names it there.
    """
    for act, first in _acts(offers, shown.name):
        if visit.may(act):
            yield replace(_taker(act, shown.name), href=link(address_of(act), {first.spelled: (word,)}))


def _acts(offers: Mapping[str, Offer[..., Any]], names: str) -> Iterator[tuple[Action[..., Any], Parameter]]:
    for act in offers.values():
        if isinstance(act, Action):
            first = next((one for one in act.parameters if one.positional), None)
            if first is not None and first.help.names == names:
                yield act, first


def _taker(act: Action[..., Any], names: str) -> Taker:
    key, feature = _KEYS.get(act.name, ""), names.partition(".")[0]
    return Taker(address_of(act), act.title, key, bool(key) or act.name.partition(".")[0] == feature)
