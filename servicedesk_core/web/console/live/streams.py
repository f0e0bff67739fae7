"""The streams of this process: one for each open page."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Final
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.types import Receive, Scope, Send

from servicedesk_core.web.console.live.asking import LIVE
from servicedesk_core.web.console.live.line import Line
from servicedesk_core.web.console.live.reader import Reader
from servicedesk_core.web.console.live.telling import Event, Telling, Turns

PATH: Final = "/live"
AT_MOST: Final = 100
OF_ONE: Final = 25
"""How many of them one browser may take."""

_BEAT_S: Final = 5.0
"""Seconds between signs of life, so that a page can say within 15 s that it has lost them."""

_ANEW_S: Final = 60.0
_AGAIN_S: Final = 1.0

_FULL: Final = "Too many pages are open: close one."
_ENDING: Final = "The console is being started anew."


class Streams:
    """Answers ``/live?page=…&have=…``: an ASGI application for one route.

    ``page`` is path and query of the page; ``have`` names what it shows, ``name.version`` for each part with commas
    between. The page is asked as the browser asks for it, with its cookies: whoever is signed out, or may not see it
    any more, is told nothing more.

    Args:
        reader: Says when something moved.
        at_most: How many there may be at once; a further one is told so.
        whose: Names the browser that sends a request; without it all are one.
        of_one: How many of one browser there may be at once; ``None`` = as many as there may be.
        beat_s: Seconds between signs of life.
        anew_s: Seconds after which a page is asked again though nothing moved.
    """

    def __init__(
        self,
        reader: Reader,
        *,
        at_most: int = AT_MOST,
        whose: Callable[[Request], str] = lambda _: "",
        of_one: int | None = None,
        beat_s: float = _BEAT_S,
        anew_s: float = _ANEW_S,
    ) -> None:
        self._reader = reader
        self._at_most = at_most
        self._whose = whose
        self._of_one = at_most if of_one is None else of_one
        self._beat_s = beat_s
        self._anew_s = anew_s
        self._turns = Turns()
        self._ending = asyncio.Event()
        self._open = Counter[str]()

    def __len__(self) -> int:
        """Return how many are open."""
        return self._open.total()

    def close(self) -> None:
        """End all of them, because the server ends."""
        self._ending.set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, until its client is gone or there is nothing more to tell."""
        line = Line(send)
        with suppress(OSError):  # it is gone, or takes nothing
            await line.begin()
            if LIVE not in scope:  # a stream that is asked for by a stream has no client whose leaving would end it
                await self._within_limit(scope, receive, line)
            await line.end()

    async def _within_limit(self, scope: Scope, receive: Receive, line: Line) -> None:
        whose = self._whose(Request(scope))
        if len(self) >= self._at_most or self._open[whose] >= self._of_one:
            await line.say(Event.STATE, _FULL)
            return
        self._open[whose] += 1
        try:
            async with self._reader.followed():
                await self._stream(scope, receive, line)
        finally:
            self._open[whose] -= 1
            self._open += Counter()  # names of those who have none open are forgotten

    async def _stream(self, scope: Scope, receive: Receive, line: Line) -> None:
        asked = Request(scope).query_params
        page = asked.get("page", "")
        if not page.startswith("/") or urlsplit(page).netloc:
            await line.say(Event.END, "This is no page of the console.")
            return
        telling = Telling(self._reader, self._turns, line)
        told = telling.tell(scope, page, _versions(asked.get("have", "")), anew_s=self._anew_s, again_s=_AGAIN_S)
        await _first_of(told, telling.beat(self._beat_s), _gone(receive), self._until_ending(line))

    async def _until_ending(self, line: Line) -> None:
        await self._ending.wait()
        await line.say(Event.STATE, _ENDING)


async def _first_of(*several: Awaitable[None]) -> None:
    """Wait until the first is done, and leave none of the others behind."""
    tasks = [asyncio.ensure_future(one) for one in several]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)
    for task in tasks:
        if not task.cancelled() and (error := task.exception()):
            raise error


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def _versions(have: str) -> dict[str, str]:
    return {name: version for name, _, version in (one.partition(".") for one in have.split(",") if one)}
