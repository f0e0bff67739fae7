"""One page with everything that somebody may look at or begin, by feature: nothing is found by its address alone."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Final

from starlette.responses import Response

from servicedesk_core.faces import Action, Offer
from servicedesk_core.web.console.acting.naming import names_record
from servicedesk_core.web.console.addresses import Addresses, address_of
from servicedesk_core.web.console.frame import TITLES, framed, page
from servicedesk_core.web.console.visiting import Handler, Visit

_TEMPLATE: Final = "servicedesk_core.web.console.pages/everything.html"
_TITLES: Final = {"sla": "SLA", "kpi": "KPI", "desks": "Pages", "signins": "Sign-ins", "oncall": "On-call"}


@dataclass(frozen=True, slots=True)
class Way:
    """A page that can be opened, or an act that can be begun.

    Attributes:
        href: Where it is.
        title: What it is called.
    """

    href: str
    title: str


@dataclass(frozen=True, slots=True)
class Group:
    """What one feature brings.

    Attributes:
        title: What it is called.
        pages: What it shows without being told of which record.
        acts: What it does, likewise.
    """

    title: str
    pages: tuple[Way, ...]
    acts: tuple[Way, ...]


def everything_page(addresses: Addresses) -> Handler:
    """Return what answers with the page.

    Args:
        addresses: Where things are.
    """

    async def answer(visit: Visit) -> Response:
        groups = tuple(_groups(visit, addresses.offers))
        return page(framed(visit, addresses, "Everything"), _TEMPLATE, groups=groups)

    return answer


def begun_by(visit: Visit, offers: Mapping[str, Offer[..., Any]], feature: str) -> tuple[Way, ...]:
    """Return the acts of a feature that whoever looks may do, and that need no record that is there already.

    Args:
        visit: Who looks.
        offers: What can be reached, by name.
        feature: The feature.
    """
    acts = (one for one in offers.values() if isinstance(one, Action) and _feature(one) == feature)
    return tuple(Way(address_of(one), one.title) for one in acts if visit.may(one) and not _is_about(one, offers))


def _groups(visit: Visit, offers: Mapping[str, Offer[..., Any]]) -> Iterator[Group]:
    for feature, members in groupby(offers.values(), key=_feature):
        found = [one for one in members if not isinstance(one, Action) and visit.may(one) and not _needs_more(one)]
        found.sort(key=lambda one: one.name not in TITLES)
        pages = tuple(Way(address_of(one), TITLES.get(one.name) or one.about.rstrip(".")) for one in found)
        acts = begun_by(visit, offers, feature)
        if pages or acts:
            yield Group(_TITLES.get(feature, feature.replace("-", " ").capitalize()), pages, acts)


def _feature(offer: Offer[..., Any]) -> str:
    return offer.name.partition(".")[0]


def _needs_more(offer: Offer[..., Any]) -> bool:
    return any(one.required for one in offer.parameters)


def _is_about(act: Offer[..., Any], offers: Mapping[str, Offer[..., Any]]) -> bool:
    return any(one.positional and one.required and names_record(offers, one) for one in act.parameters)
