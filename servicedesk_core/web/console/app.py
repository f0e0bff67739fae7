"""The application: what answers everybody at once, and what is behind signing in, which is imported beside that."""

import asyncio
import gc
from collections.abc import Callable
from typing import Final

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from servicedesk_core.config.listening import ConsoleSection
from servicedesk_core.faces.feature import Feature
from servicedesk_core.faces.reference import named
from servicedesk_core.web.console import assets
from servicedesk_core.web.console.cache.answers import Answers
from servicedesk_core.web.console.guard import Guard
from servicedesk_core.web.console.live import streams
from servicedesk_core.web.console.live.reader import Reader
from servicedesk_core.web.console.signing.outside import Outside
from servicedesk_core.web.console.visiting import COOKIE, Entrance, OpenDesk
from servicedesk_core.web.console.wall import COOKIE as WALL

_INSIDE: Final = "servicedesk_core.web.console.inside:inside"
_WORTH_PACKING_BYTES: Final = 500


class Inside:
    """What is behind signing in: it is made once, on a thread, while others are answered already.

    Args:
        make: Makes it, with all that features bring.
    """

    def __init__(self, make: Callable[[], ASGIApp]) -> None:
        self._make = make
        self._made: asyncio.Future[ASGIApp] | None = None

    async def made(self) -> ASGIApp:
        """Return it as soon as it is made; raises what a feature raises that cannot be shown."""
        if self._made is None:
            self._made = asyncio.ensure_future(asyncio.to_thread(self._make))
            self._made.add_done_callback(lambda _: gc.freeze())  # it stays: the collector need not walk it
        return await asyncio.shield(self._made)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, once it is made."""
        await (await self.made())(scope, receive, send)


def application(
    desk: OpenDesk, features: tuple[Feature, ...], settings: ConsoleSection, answers: Answers | None = None
) -> Starlette:
    """Return what answers browsers.

    Args:
        desk: The open desk.
        features: What they bring is shown.
        settings: Where the console listens, and under which names.
        answers: What pages were told; ``None`` = nobody keeps it current.
    """
    answers = answers or Answers(Reader(desk.store))
    entrance, live = Entrance(desk, answers), streams.Streams(answers.reader, whose=_browser, of_one=streams.OF_ONE)
    behind = Inside(lambda: named(_INSIDE)(features, settings, entrance, live))
    app = Starlette(
        routes=[
            Route("/static/{file}", assets.answer),
            Route(streams.PATH, live),
            *Outside(entrance, settings).routes,
            Route("/{path:path}", behind),
        ],
        middleware=[
            Middleware(Guard, settings=settings),
            Middleware(GZipMiddleware, minimum_size=_WORTH_PACKING_BYTES),
        ],
    )
    app.router.redirect_slashes = False
    app.state.streams, app.state.inside = live, behind
    return app


def _browser(request: Request) -> str:
    """Return what names the browser of somebody; a made-up name is let in nowhere, and loses its place at once."""
    return request.cookies.get(COOKIE) or request.cookies.get(WALL, "")
