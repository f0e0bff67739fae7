"""Where the pages are."""

from servicedesk_core.web.console.addresses import Addresses
from servicedesk_core.web.console.tickets.finding import search_page
from servicedesk_core.web.console.tickets.mine import own_page
from servicedesk_core.web.console.tickets.ticket import ticket_page
from servicedesk_core.web.console.visiting import Handler


def routes(addresses: Addresses) -> list[tuple[str, Handler]]:
    """Return the addresses, each with what answers there."""
    return [
        ("/tickets/{ticket:path}", ticket_page(addresses)),
        ("/search", search_page(addresses)),
        ("/me", own_page(addresses)),
    ]
