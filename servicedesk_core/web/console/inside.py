"""What is behind signing in: which address shows what."""

import logging
from collections.abc import Awaitable, Callable
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route, Router
from starlette.types import ASGIApp

from servicedesk_core.config.listening import ConsoleSection
from servicedesk_core.errors import NotFoundLocallyError, ServiceDeskError
from servicedesk_core.faces import Action, Board, Offer
from servicedesk_core.faces.feature import Feature
from servicedesk_core.features.report import lend
from servicedesk_core.web.console.acting.routes import routes as acts
from servicedesk_core.web.console.addresses import BY_HAND, Addresses, address_of
from servicedesk_core.web.console.boards import board_page
from servicedesk_core.web.console.everything import everything_page
from servicedesk_core.web.console.frame import EVERYTHING, framed, page, places
from servicedesk_core.web.console.guard import place_of
from servicedesk_core.web.console.listing import listing
from servicedesk_core.web.console.live.keys import keys_page
from servicedesk_core.web.console.signing.account import Account
from servicedesk_core.web.console.tickets.routes import routes as ticket_routes
from servicedesk_core.web.console.visiting import Entrance, Handler, Visit, to_sign_in
from servicedesk_core.web.console.wall import showing as wall
from servicedesk_core.web.statuses import status_of

_log = logging.getLogger("servicedesk.console")

_PROBLEM: Final = "servicedesk_core.web.console.pages/problem.html"
_UNEXPECTED: Final = 500


def inside(features: tuple[Feature, ...], settings: ConsoleSection, entrance: Entrance, live: ASGIApp) -> Router:
    """Return what answers whoever is signed in, and wall screens.

    Args:
        features: What they bring is shown.
        settings: Where the console listens, and under which names.
        entrance: Lets people in.
        live: Tells open pages what changes on them.
    """
    lend(entrance.desk.store)
    addresses = Addresses.of(features)

    def route(path: str, handler: Handler, *methods: str) -> Route:
        return Route(path, guarded(handler, entrance, addresses), methods=[*(methods or ("GET",))])

    async def start(visit: Visit) -> Response:
        seen = places(addresses, visit)
        if not seen:
            raise NotFoundLocallyError("There is no page that you may see.", hint="Ask whoever runs the desk.")
        return RedirectResponse(seen[0].href, 303)

    routes = [route("/", start), route("/keys", keys_page(addresses), "GET", "POST")]
    routes.append(route(EVERYTHING, everything_page(addresses)))
    routes += wall.Wall(entrance.desk, entrance.answers, addresses, live).routes
    routes += [route(path, handler, *methods) for path, handler, methods in Account(addresses, settings).routes]
    routes += [route(address_of(one), shown(one, addresses)) for one in addresses.offers.values() if _is_shown(one)]
    routes += [route(path, handler, *methods) for path, handler, methods in acts(addresses)]
    routes += [route(path, handler) for path, handler in ticket_routes(addresses)]
    routes.append(route("/{path:path}", nowhere))
    return Router(routes, redirect_slashes=False)


async def nowhere(visit: Visit) -> Response:
    """Answer at an address that nothing is at."""
    raise NotFoundLocallyError(f"Nothing is at {visit.request.url.path}.", hint="Go to one of the pages above.")


def shown(offer: Offer[..., Any], addresses: Addresses) -> Handler:
    """Return what answers with a query."""
    return board_page(offer, addresses) if offer.result is Board else listing(offer, addresses)


def guarded(handler: Handler, entrance: Entrance, addresses: Addresses) -> Callable[[Request], Awaitable[Response]]:
    """Return a handler that only who is signed in gets to, and whose errors are pages.

    Args:
        handler: What answers them.
        entrance: Says who they are.
        addresses: Where things are.
    """

    async def answered(request: Request) -> Response:
        visit = None
        try:
            visit = await entrance.visit(request)
            if visit is None:
                return to_sign_in(request)
            # No record has such a character, and PostgreSQL refuses to look for it.
            return await (nowhere if "\0" in request.scope["path"] else handler)(visit)
        except ServiceDeskError as error:
            status = status_of(error).value
            if status == _UNEXPECTED:
                _log.error("a page could not be shown: %s", error)
            return _problem(visit, addresses, status, error.message.rstrip(), error.hint or "")
        except Exception as error:  # noqa: BLE001  # a library's text may hold record data: nobody else is to log it
            _log.error("a page could not be shown: this should not have happened (%s)", place_of(error))
            text = f"This should not have happened ({type(error).__name__})."
            return _problem(visit, addresses, _UNEXPECTED, text, "The log of servicedesk console tells where.")

    return answered


def _is_shown(offer: Offer[..., Any]) -> bool:
    return not isinstance(offer, Action) and offer.name not in BY_HAND


def _problem(visit: Visit | None, addresses: Addresses, status: int, message: str, hint: str) -> Response:
    if visit is None:  # nobody is told more than that it failed
        return Response("The desk cannot be read now. Try again in a minute.", 503, media_type="text/plain")
    return page(framed(visit, addresses, "That did not work"), _PROBLEM, status=status, message=message, hint=hint)
