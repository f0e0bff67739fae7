"""The views of a list, or a page: those that are kept, and the way to keep what stands in its address now."""

from dataclasses import dataclass
from typing import Any

from servicedesk_core.faces import Capability, Offer
from servicedesk_core.features.views import ViewQueries
from servicedesk_core.web.console.addresses import Addresses, link
from servicedesk_core.web.console.filtering import Pairs
from servicedesk_core.web.console.visiting import Visit


@dataclass(frozen=True, slots=True)
class KeptViews:
    """The views of a page.

    Attributes:
        links: Their names, each with where it is.
        save: Where somebody keeps another one.
    """

    links: tuple[tuple[str, str | None], ...]
    save: str


async def kept_views(visit: Visit, offer: Offer[..., Any], addresses: Addresses, pairs: Pairs) -> KeptViews | None:
    """Return the views of a page; ``None`` = they may keep none.

    Args:
        visit: Who looks.
        offer: What the page shows.
        addresses: Where things are.
        pairs: What stands in its address.
    """
    if not visit.desk.may(Capability.READ):
        return None
    found = await visit.ask(ViewQueries.list, of=offer.name)
    links = tuple((one.name, addresses.where(one.opens)) for one in found)
    given = [("given", f"{name}={word}") for name, word in pairs if name != "after"]
    return KeptViews(links, link("/acts/views/save", [("of", offer.name), *given]))
