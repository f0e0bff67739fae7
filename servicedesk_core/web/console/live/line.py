"""A line to a browser on which events are sent (``text/event-stream``, WHATWG HTML 9.2)."""

import asyncio
from typing import Final

from starlette.types import Send

_STUCK_S: Final = 30.0
"""How long a client may take nothing before it is given up."""

_HEADERS: Final = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),
]


class Line:
    """Sends events one after the other, whoever has something to say.

    Args:
        send: Where an ASGI server takes messages.
    """

    def __init__(self, send: Send) -> None:
        self._send = send
        self._turn = asyncio.Lock()

    async def begin(self) -> None:
        """Answer the request."""
        await self._send({"type": "http.response.start", "status": 200, "headers": _HEADERS})

    async def say(self, event: str, data: str) -> None:
        """Send an event.

        Args:
            event: Its name.
            data: What it says, in one line.

        Raises:
            OSError: The client is gone, or takes nothing.
        """
        await self._put(f"event: {event}\ndata: {data}\n\n".encode(), more=True)

    async def end(self) -> None:
        """Hang up.

        Raises:
            OSError: The client is gone, or takes nothing.
        """
        await self._put(b"", more=False)

    async def _put(self, body: bytes, *, more: bool) -> None:
        async with asyncio.timeout(_STUCK_S), self._turn:
            await self._send({"type": "http.response.body", "body": body, "more_body": more})
