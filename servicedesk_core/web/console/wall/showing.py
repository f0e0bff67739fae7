"""A wall screen: its link, its cookie, and the one page that it shows."""

import logging
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any, Final
from zoneinfo import ZoneInfo

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from servicedesk_core.capabilities import READING
from servicedesk_core.errors import ServiceDeskError, StoreError
from servicedesk_core.faces.asked import asked
from servicedesk_core.faces.opens import pairs_of
from servicedesk_core.features import walls
from servicedesk_core.features.desks import Desks
from servicedesk_core.people import Actor, Way
from servicedesk_core.web.console.addresses import Addresses
from servicedesk_core.web.console.blocks import blocks_of
from servicedesk_core.web.console.cache.answers import Answers
from servicedesk_core.web.console.frame import calls, outside, page
from servicedesk_core.web.console.live.asking import LIVE
from servicedesk_core.web.console.values import Moment, Shower
from servicedesk_core.web.console.visiting import OpenDesk
from servicedesk_core.web.console.wall import COOKIE
from servicedesk_core.web.console.wall.hiding import CLIENTS, nameless

_log = logging.getLogger("servicedesk.console")

PATH: Final = "/wall"
_TEMPLATE: Final = "servicedesk_core.web.console.wall/wall.html"
_OVER: Final = "servicedesk_core.web.console.wall/over.html"
_WHY: Final = {
    walls.WallState.EXPIRED: "Its time is over.",
    walls.WallState.REVOKED: "Somebody took it off.",
    walls.WallState.RIGHTS_CHANGED: "The rights of whoever made it have changed.",
}
_UNKNOWN: Final = "This screen has no link that works: it was opened on another screen already, or has ended."
_FOR_A_NOTE_S: Final = 1.0


@dataclass(frozen=True, slots=True)
class Wall:
    """Answers wall screens.

    Args:
        desk: The open desk.
        answers: What pages were told.
        addresses: The pages that there are.
        live: Tells open pages what changes on them.
    """

    desk: OpenDesk
    answers: Answers
    addresses: Addresses
    live: ASGIApp

    @property
    def routes(self) -> list[Route]:
        """What is where."""
        return [
            Route(PATH, self.shown, methods=["GET"]),
            Route(f"{PATH}/live", self.live),
            Route(f"{PATH}/{{token}}", self.opened, methods=["GET"]),
        ]

    async def opened(self, request: Request) -> Response:
        """Turn a link into a cookie, so that it stands in no address; on the same screen it may be opened again."""
        token, cookie, now = request.path_params["token"], request.cookies.get(COOKIE, ""), self.desk.clock.now()

        def known(tx: Any) -> bool:
            one = walls.shown_on(tx, cookie)
            return one is not None and walls.is_link_of(tx, token, one)

        try:
            if await self.desk.store.read(known):
                return RedirectResponse(PATH, 303)
            made = await self.desk.store.write(lambda tx: walls.opened(tx, token, now, self.desk.people_in(tx)))
        except StoreError:
            return self._over(request, "The desk cannot be read now.", status=503)
        if made is None:
            return self._over(request, _UNKNOWN)
        answer = RedirectResponse(PATH, 303)
        lasts_s = int(walls.LONGEST.total_seconds())
        answer.set_cookie(COOKIE, made, lasts_s, path=PATH, secure=True, httponly=True, samesite="lax")
        return answer

    async def shown(self, request: Request) -> Response:
        """Show the page of a screen."""
        try:
            one, state = await self._of(request)
            if one is None or state is not walls.WallState.SHOWN:
                return self._over(request, _WHY.get(state, _UNKNOWN) if state else _UNKNOWN)
            return await self._page(request, one)
        except ServiceDeskError as error:
            _log.error("a wall screen could not be shown: %s", error)
            return self._over(request, "The page cannot be read now.", status=503)

    async def _of(self, request: Request) -> tuple[walls.Kept | None, walls.WallState | None]:
        cookie, now = request.cookies.get(COOKIE, ""), self.desk.clock.now()

        def found(tx: Any) -> tuple[walls.Kept | None, walls.WallState | None]:
            one = walls.shown_on(tx, cookie)
            return one, walls.state_of(one, now, self.desk.people_in(tx)) if one else None

        one, state = await self.desk.store.read(found)
        if one is not None and walls.is_worth_keeping(one, now):
            with suppress(StoreError):  # a later use is kept
                await self.desk.store.write(lambda tx: walls.note_use(tx, one, now), patience_s=_FOR_A_NOTE_S)
        return one, state

    async def _page(self, request: Request, one: walls.Kept) -> Response:
        now, zone = self.desk.clock.now(), ZoneInfo(self.desk.timezone)
        desk = self.desk.acting_as(Actor(f"user:{one.person}", Way.CONSOLE), only=READING)
        offer = self.addresses.offers[one.page]
        pairs = pairs_of(one.filters)
        places, named = asked(offer, pairs, zone)
        told = await self.answers.call(desk, offer, *places, **named)
        data = await self.answers.call(desk, Desks.data)
        if (looking := request.scope.get(LIVE)) is not None and told.state != self.answers.reader.now:
            looking.is_behind = True
        of_clients = frozenset(f"{name}={value}" for name, value in pairs if name in CLIENTS)
        board = told.value if one.names else nameless(told.value, of_clients)
        narrowed = pairs if one.names else [pair for pair in pairs if pair[0] not in CLIENTS]
        return page(
            replace(
                outside(request, self.desk, one.name or board.title, now),
                calls=calls(data.value, now, zone, tells=one.names and not of_clients),
            ),
            _TEMPLATE,
            blocks=tuple(blocks_of(board, Shower(Addresses({}), now, zone, data.value))),
            narrowed=narrowed,
            read_at=Moment.of(data.value.read_at, now, zone) if data.value.read_at else None,
            is_stale=data.value.is_stale,
        )

    def _over(self, request: Request, why: str, *, status: int = 403) -> Response:
        return page(
            outside(request, self.desk, "This screen shows nothing", self.desk.clock.now()),
            _OVER,
            status=status,
            why=why,
            again=status != 403,  # noqa: PLR2004
        )
