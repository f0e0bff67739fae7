"""Where acts are in the console."""

from collections.abc import Iterator

from servicedesk_core.faces import Action
from servicedesk_core.web.console.acting.approvals import Approvals
from servicedesk_core.web.console.acting.done import Done
from servicedesk_core.web.console.acting.forms import Form
from servicedesk_core.web.console.addresses import Addresses, address_of
from servicedesk_core.web.console.visiting import Handler

Routed = tuple[str, Handler, tuple[str, ...]]
"""A path, what answers there, and the methods."""


def routes(addresses: Addresses) -> Iterator[Routed]:
    """Yield where acts are done, what became of them, and what waits for an approval."""
    done = Done(addresses)
    yield "/acts/done/{key}", done.show, ("GET",)
    approvals = Approvals(addresses)
    yield "/approvals", approvals.show, ("GET",)
    yield "/approvals", approvals.decide, ("POST",)
    yield "/approvals/{number:int}", approvals.one, ("GET",)
    yield "/approvals/{number:int}/edit", approvals.edit, ("GET",)
    for offer in addresses.offers.values():
        if isinstance(offer, Action):
            form = Form(offer, addresses, done)
            yield address_of(offer), form.show, ("GET",)
            yield address_of(offer), form.do, ("POST",)
