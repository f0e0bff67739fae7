"""What one open page is told."""

import asyncio
import logging
from collections.abc import Mapping
from enum import StrEnum
from http import HTTPStatus
from typing import Final

import orjson
from starlette.types import Scope

from servicedesk_core.web.console.live.asking import Looking, ask
from servicedesk_core.web.console.live.cutting import Piece, pieces
from servicedesk_core.web.console.live.line import Line
from servicedesk_core.web.console.live.reader import Reader

_log = logging.getLogger("servicedesk.console")


class Event(StrEnum):
    """What a page can be told.

    Attributes:
        BLOCK: A part shows something else now: JSON with ``id`` and ``html``.
        STATE: The page is ``live``, or why it is not. It comes again and again, as a sign of life.
        PARTS: The page has other parts now.
        END: Why there is nothing more to tell; it is no use to come back.
    """

    BLOCK = "block"
    STATE = "state"
    PARTS = "parts"
    END = "end"


LIVE: Final = "live"
_SILENT: Final = "The desk does not answer."
_REFUSED: Final = "You are signed out, or may not see this page any more."
_PLAIN: Final = "Nothing on this page is live."
_OTHER: Final = "This page has other parts now."


_PATIENCE_S: Final = 0.25
"""How long a page keeps the others waiting; what takes longer waits for the store rather than for the processor."""

_REST: Final = 9
"""Before a page is asked again, it rests so many times what it took: slow ones are asked seldom."""


class Turns:
    """Lets one page be asked at a time, and then none for as long: open pages take half of a processor at most."""

    def __init__(self) -> None:
        self._turn = asyncio.Lock()

    async def ask(self, scope: Scope, page: str) -> Looking:
        """Ask for a page when it is its turn."""
        async with self._turn:
            now = asyncio.get_running_loop().time
            begun = now()
            asking = asyncio.create_task(ask(scope, page))
            try:
                await asyncio.wait({asking}, timeout=_PATIENCE_S)
                await asyncio.sleep(now() - begun)
            except asyncio.CancelledError:
                asking.cancel()
                raise
        return await asking


class Telling:
    """Tells an open page what changes on it.

    Args:
        reader: Says when something moved.
        turns: When its page may be asked.
        line: Where it is told.
    """

    def __init__(self, reader: Reader, turns: Turns, line: Line) -> None:
        self._reader = reader
        self._turns = turns
        self._line = line
        self._answers = True

    async def beat(self, every_s: float) -> None:
        """Say again and again whether the page is live."""
        while True:
            await self._say_state()
            await asyncio.sleep(every_s)

    async def tell(self, scope: Scope, page: str, shown: Mapping[str, str], *, anew_s: float, again_s: float) -> None:
        """Tell what changes, until there is nothing more to tell.

        Args:
            scope: The request, with the cookies of whoever looks.
            page: Path and query of the page.
            shown: The versions of its parts that the browser shows, by their names.
            anew_s: Seconds after which it is asked again though nothing moved: clocks run out by themselves.
            again_s: Seconds after which it is asked again when it did not answer, or told what was remembered.
        """
        while True:
            known = self._reader.now
            looked = await self._turns.ask(scope, page)
            answers = looked.status < HTTPStatus.INTERNAL_SERVER_ERROR
            if answers:
                found = pieces(looked.html)
                if looked.status != HTTPStatus.OK or not found:
                    await self._line.say(Event.END, _PLAIN if looked.status == HTTPStatus.OK else _REFUSED)
                    return
                await self._say_changes(found, shown)
                shown = {one.id: one.version for one in found.values()}
            if answers != self._answers:
                self._answers = answers
                await self._say_state()
            is_done = answers and not looked.is_behind
            await asyncio.sleep(looked.took_s * _REST)
            await self._reader.other_than(known, within_s=anew_s if is_done else again_s)

    async def _say_changes(self, found: Mapping[str, Piece], shown: Mapping[str, str]) -> None:
        for piece in found.values():
            if shown.get(piece.id, piece.version) != piece.version:
                await self._line.say(Event.BLOCK, orjson.dumps({"id": piece.id, "html": piece.html}).decode())
        if found.keys() != shown.keys():
            await self._line.say(Event.PARTS, _OTHER)

    async def _say_state(self) -> None:
        is_live = self._answers and self._reader.now.is_reachable
        await self._line.say(Event.STATE, LIVE if is_live else _SILENT)
