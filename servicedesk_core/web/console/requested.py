"""What the address of a page asks for: lists, records and dashboards read it alike."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, Final

from starlette.responses import RedirectResponse, Response

from servicedesk_core.faces import Offer
from servicedesk_core.faces.asked import asked
from servicedesk_core.faces.opens import COLUMNS, grouped
from servicedesk_core.web.console.addresses import link
from servicedesk_core.web.console.filtering import Pairs
from servicedesk_core.web.console.visiting import Handler, Visit

AS: Final = "as"
"""As what it is wanted: a page, or a file."""


@dataclass(frozen=True, slots=True)
class Requested:
    """What stands in an address.

    Attributes:
        path: Where the page is.
        filled: Names and words, in their order.
    """

    path: str
    filled: Pairs

    @property
    def kind(self) -> str:
        """As what it is wanted: ``json``, ``csv``, or else a page."""
        return dict(self.filled).get(AS, "page")

    @property
    def columns(self) -> str:
        """Names of the columns that are wanted, joined with commas; empty = those that the list shows."""
        return ",".join(word for name, word in self.filled if name == COLUMNS)

    @property
    def pairs(self) -> Pairs:
        """What the query is given."""
        return self.without(COLUMNS)

    @property
    def given(self) -> dict[str, tuple[str, ...]]:
        """The same by name."""
        return grouped(self.pairs)

    def without(self, *names: str) -> list[tuple[str, str]]:
        """Return what stays for another page of the same: without some names, and as a page."""
        return [pair for pair in self.filled if pair[0] not in names and pair[0] != AS]

    def leading(self, *more: tuple[str, str], without: tuple[str, ...] = ()) -> str:
        """Return the address with something else in the place of what has those names."""
        return link(self.path, [*self.without(*without, *(name for name, _ in more)), *more])


def reading(answer: Callable[[Visit, Requested], Awaitable[Response]]) -> Handler:
    """Return a handler that is told what its address asks for; an address with empty words leads to the one without."""

    @wraps(answer)
    async def answered(visit: Visit) -> Response:
        pairs, path = visit.request.query_params.multi_items(), visit.request.url.path
        filled = [pair for pair in pairs if pair[1].strip()]
        return (
            await answer(visit, Requested(path, filled))
            if filled == pairs
            else RedirectResponse(link(path, filled), 303)
        )

    return answered


async def called(visit: Visit, offer: Offer[..., Any], pairs: Pairs, **more: Any) -> Any:
    """Return what is true now, and not what somebody was told before.

    Args:
        visit: Who asks.
        offer: The query.
        pairs: What it is given, as it stands in the address.
        more: What else.
    """
    places, named = asked(offer, pairs, visit.zone)
    return await visit.desk.call(offer, *places, **named | more)
