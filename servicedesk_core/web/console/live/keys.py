"""The page that says what single keys do, and switches them off (WCAG 2.2, 2.1.4)."""

from typing import Final

from starlette.responses import RedirectResponse, Response

from servicedesk_core.web.console.addresses import Addresses
from servicedesk_core.web.console.forms import fields_of
from servicedesk_core.web.console.frame import KEYS, framed, page, places
from servicedesk_core.web.console.visiting import Handler, Visit

_PATH: Final = "/keys"
_TEMPLATE: Final = "servicedesk_core.web.console.live/keys.html"
_YEAR_S: Final = 365 * 86_400
_OFF: Final = "off"

ON_PAGES: Final = (
    ("j", "Next row"),
    ("k", "Row before"),
    ("o", "Open the row; Enter does so too"),
    ("x", "Select the row, or no longer"),
    ("a", "Assign: the row, or what is selected"),
    ("n", "Note on the row"),
    ("e", "Acknowledge, where there is something to acknowledge"),
    ("/", "Search"),
    ("f", "Filters"),
    (".", "Read the page again"),
    ("?", "These keys"),
)
"""As ``static/console.js`` reads them."""


def keys_page(addresses: Addresses) -> Handler:
    """Return what answers with the page.

    Args:
        addresses: Where things are.
    """

    async def answer(visit: Visit) -> Response:
        if visit.request.method == "POST":
            return await _switched(visit)
        leading = tuple((f"g {place.key}", place.title) for place in places(addresses, visit) if place.key)
        return page(framed(visit, addresses, "Keys"), _TEMPLATE, keys=(*leading, *ON_PAGES))

    return answer


async def _switched(visit: Visit) -> Response:
    wanted = dict(await fields_of(visit.request)).get(KEYS)
    response = RedirectResponse(_PATH, 303)
    response.set_cookie(
        KEYS,
        _OFF if wanted == _OFF else "on",
        max_age=_YEAR_S,
        secure=visit.request.url.scheme == "https",
        httponly=True,
        samesite="lax",
    )
    return response
