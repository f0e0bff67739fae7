"""What became of an act, as its page shows it and as it is kept until somebody looks."""

from dataclasses import is_dataclass
from typing import Any
from zoneinfo import ZoneInfo

from servicedesk_core.faces import Offer, Page
from servicedesk_core.faces.column import cell, columns_of
from servicedesk_core.faces.reference import named
from servicedesk_core.outbox.views import WriteView
from servicedesk_core.web.console.acting.terminal import Paper

Outcome = dict[str, Any]
"""Plain data: ``pieces`` that were printed, what was ``told``, numbers of ``writes``; or ``rows``, one a record."""


def outcome_of(offer: Offer[..., Any], found: Any, told: str, zone: ZoneInfo) -> Outcome:
    """Return what a page shows of a result.

    Args:
        offer: The act.
        found: Its result.
        told: What somebody has to know beside it.
        zone: Where instants are shown.
    """
    return {"pieces": printed(offer, found, zone).kept(), "told": told, "writes": numbers_of(found)}


def printed(offer: Offer[..., Any], found: Any, zone: ZoneInfo) -> Paper:
    """Return a result in the words in which a terminal has it."""
    paper = Paper(zone)
    if offer.page:
        named(offer.page)(paper, found)
    elif isinstance(found, Page) and offer.row is not None:
        paper.rows(offer.row, found.items, empty=offer.empty)
    else:
        kind: type = type(found)
        columns = columns_of(kind)
        values = {name: getattr(found, name) for name in columns}
        plain = {name: value for name, value in values.items() if not _holds(value)}
        paper.facts((columns[name].title, cell(name, value)) for name, value in plain.items())
        for name, value in values.items():
            if _holds(value):
                paper.rows(type(value[0]), value, title=columns[name].title)
    return paper


def numbers_of(found: Any) -> list[int]:
    """Return the numbers of the writes that a result holds."""
    if isinstance(found, WriteView):
        return [found.id]
    several = (getattr(found, "write", None), *(getattr(found, "writes", None) or ()))
    return [one.id if isinstance(one, WriteView) else one for one in several if isinstance(one, WriteView | int)]


def _holds(value: Any) -> bool:
    return isinstance(value, tuple | list) and len(value) > 0 and all(is_dataclass(one) for one in value)
