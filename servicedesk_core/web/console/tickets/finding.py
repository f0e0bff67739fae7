"""What somebody looks for: a number leads to its ticket at once, all else to what is called so."""

from typing import Final

from starlette.responses import RedirectResponse, Response

from servicedesk_core.faces.opens import command_line
from servicedesk_core.features.desks.model import Hit, Kind
from servicedesk_core.web.console.addresses import Addresses, address_of, link
from servicedesk_core.web.console.frame import framed, page
from servicedesk_core.web.console.visiting import Handler, Visit

_TEMPLATE: Final = "servicedesk_core.web.console.tickets/search.html"


def search_page(addresses: Addresses) -> Handler:
    """Return what answers who looks for something.

    Args:
        addresses: Where things are.
    """
    find = addresses.offers["desks.find"]

    async def answer(visit: Visit) -> Response:
        words = visit.request.query_params.get("q", "").replace("\0", "").strip()
        hits: tuple[Hit, ...] = tuple((await visit.desk.call(find, words)).items) if words else ()
        exact = [one for one in hits if one.is_exact and one.kind is Kind.TICKET]
        if len(exact) == 1:
            return RedirectResponse(_where(exact[0], addresses) or "/", 303)
        return page(
            framed(visit, addresses, f"Search: {words}" if words else "Search"),
            _TEMPLATE,
            words=words,
            hits=tuple((one, _where(one, addresses)) for one in hits),
            twin=command_line(find, {"words": (words,)}) if words else "",
        )

    return answer


def _where(hit: Hit, addresses: Addresses) -> str | None:
    """Return where what was found is shown."""
    if hit.kind is Kind.TICKET:
        return addresses.record("tickets.show", hit.name, hit.connection)
    if hit.kind is Kind.CLIENT:
        of = [("company", hit.external_id), ("connection", hit.connection), ("all", "true")]
        return link(address_of(addresses.offers["tickets.list"]), of)
    return link(address_of(addresses.offers["warranty.devices"]), [("serial", hit.name), ("retired", "true")])
