"""The form that filters a page: what stands in its address, and what could."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from servicedesk_core.faces import Offer
from servicedesk_core.faces.opens import COLUMNS
from servicedesk_core.faces.parameter import Parameter
from servicedesk_core.faces.written import choices_of, is_duration
from servicedesk_core.web.console.addresses import link

Pairs = Sequence[tuple[str, str]]

OF_LISTS: Final = frozenset({"sort", "limit", "after"})
"""Parameters that say which piece of a list is shown, and not what is in it."""

_SHOWS: Final = ("as", "columns", "limit", "sort")
"""What else may stand in an address, and stays when a filter changes."""


@dataclass(frozen=True, slots=True)
class Field:
    """A field of the form.

    Attributes:
        name: As it stands in the address.
        title: What it is called.
        about: What it means.
        kind: The kind of its input.
        values: What stands in it.
        choices: The words that it takes; none = any.
        many: Whether it takes several, one after the other.
        is_truth: Whether it is true or not.
    """

    name: str
    title: str
    about: str
    kind: str
    values: tuple[str, ...]
    choices: tuple[str, ...]
    many: bool
    is_truth: bool


@dataclass(frozen=True, slots=True)
class Chip:
    """A filter that is active, and where the page is without it."""

    title: str
    text: str
    href: str


@dataclass(frozen=True, slots=True)
class FilterForm:
    """The form of a page.

    Attributes:
        action: Where the page is.
        fields: What can be filled in.
        chips: What is active.
        hidden: What stays when it is sent.
        kept: What stays when only how the list is shown changes.
        plain: Where the page is without filters.
        problem: What is wrong with what was asked; empty = nothing.
    """

    action: str
    fields: tuple[Field, ...]
    chips: tuple[Chip, ...]
    hidden: tuple[tuple[str, str], ...]
    plain: str
    problem: str = ""
    kept: tuple[tuple[str, str], ...] = ()


def form_of(offer: Offer[..., Any], action: str, pairs: Pairs, problem: str = "") -> FilterForm:
    """Return the form of a page.

    Args:
        offer: What the page shows.
        action: Where the page is.
        pairs: What stands in its address.
        problem: What is wrong with it.
    """
    own = [one for one in offer.parameters if one.spelled not in OF_LISTS and not one.is_file]
    filters = [one for one in own if not (one.required or one.positional)]
    names = {one.spelled: one for one in filters}
    stays = [pair for pair in pairs if pair[0] not in names and pair[0] != "after"]
    chips = tuple(
        Chip(_titled(names[name]), "yes" if names[name].type is bool else word, link(action, _without(pairs, place)))
        for place, (name, word) in enumerate(pairs)
        if name in names
    )
    several = [pair for pair in pairs if pair[0] in names and names[pair[0]].many]
    fields = tuple(_field(one, [word for name, word in pairs if name == one.spelled]) for one in filters)
    kept = tuple(pair for pair in pairs if pair[0] not in {"after", COLUMNS})
    return FilterForm(action, fields, chips, (*stays, *several), link(action, stays), problem, kept)


def _titled(one: Parameter) -> str:
    return one.spelled.replace("-", " ").capitalize()


def _without(pairs: Pairs, place: int) -> Iterable[tuple[str, str]]:
    return [pair for at, pair in enumerate(pairs) if at != place and pair[0] != "after"]


def _field(one: Parameter, values: list[str]) -> Field:
    kind = "date" if one.type is date else "number" if one.type is int and not is_duration(one) else "text"
    return Field(
        name=one.spelled,
        title=_titled(one),
        about=one.help.text,
        kind=kind,
        values=tuple(values),
        choices=choices_of(one),
        many=one.many,
        is_truth=one.type is bool,
    )
