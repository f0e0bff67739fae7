"""Pages that are dashboards."""

from typing import Any, Final

from starlette.responses import Response

from servicedesk_core.errors import SettingsError
from servicedesk_core.faces import Board, Offer
from servicedesk_core.faces.asked import asked
from servicedesk_core.faces.html import part
from servicedesk_core.faces.opens import command_line
from servicedesk_core.web.console.addresses import Addresses
from servicedesk_core.web.console.blocks import blocks_of
from servicedesk_core.web.console.cache.drawn import Drawn
from servicedesk_core.web.console.exporting import as_json
from servicedesk_core.web.console.filtering import form_of
from servicedesk_core.web.console.frame import framed, page
from servicedesk_core.web.console.keeping import kept_views
from servicedesk_core.web.console.requested import AS, Requested, reading
from servicedesk_core.web.console.values import Shower
from servicedesk_core.web.console.visiting import Handler, Visit

_TEMPLATE: Final = "servicedesk_core.web.console.pages/board.html"
_BODIES: Final = "servicedesk_core.web.console.pages/bodies.html"


def board_page(offer: Offer[..., Any], addresses: Addresses) -> Handler:
    """Return what answers with a dashboard.

    Args:
        offer: The dashboard.
        addresses: Where things are.
    """
    drawn = Drawn()

    @reading
    async def answer(visit: Visit, wanted: Requested) -> Response:
        board, problem, pairs = None, "", wanted.without()
        try:
            places, named = asked(offer, pairs, visit.zone)
            board = await visit.ask(offer, *places, **named)
        except SettingsError as error:
            problem = str(error)
        if board is not None and wanted.kind == "json":
            return await as_json(visit, offer, wanted, board)
        own = addresses.among(visit.may)
        blocks = "" if board is None else _drawn(drawn, board, own, visit)
        return page(
            framed(visit, addresses, board.title if board else offer.name),
            _TEMPLATE,
            status=400 if problem else 200,
            form=form_of(offer, wanted.path, pairs, problem),
            blocks=blocks,
            as_json=wanted.leading((AS, "json")),
            twin=command_line(offer, wanted.given),
            views=await kept_views(visit, offer, own, pairs),
        )

    return answer


def _drawn(drawn: Drawn, board: Board, addresses: Addresses, visit: Visit) -> str:
    """Return the blocks; how long ago something was they say as of the instant that they are of."""
    shower, rights = Shower(addresses, board.at, visit.zone, visit.data), visit.desk.rights
    seen = rights.capabilities, rights.scope, shower.is_stale, shower.age
    return drawn.of(board, seen, lambda: part(_BODIES, "sections", tuple(blocks_of(board, shower, visit))))
