"""A stream of an open page, as a browser without a window has it."""

import asyncio
import json
from contextlib import asynccontextmanager, suppress
from urllib.parse import urlencode


@asynccontextmanager
async def opened(app, page, have, cookie):
    """Open a stream.

    Args:
        app: The application.
        page: Path and query of the page.
        have: What it shows.
        cookie: The browser's cookie.
    """
    stream = Stream()
    scope = {
        "type": "http", "asgi": {"version": "3.0", "spec_version": "2.3"}, "http_version": "1.1", "scheme": "http",
        "method": "GET", "path": "/live", "raw_path": b"/live", "root_path": "",
        "query_string": urlencode({"page": page, "have": have}).encode(),
        "headers": [(b"host", b"localhost"), (b"cookie", cookie.encode()), (b"accept", b"text/event-stream")],
        "server": ("localhost", 80), "client": ("127.0.0.1", 5),
    }  # fmt: skip
    task = asyncio.create_task(app(scope, stream.receive, stream.send))
    try:
        yield stream
    finally:
        stream.gone.set()
        await task


class Stream:
    """One end of a stream."""

    def __init__(self):
        self.gone = asyncio.Event()
        self.fields = {}
        self.is_ended = False
        self.events = asyncio.Queue()

    async def receive(self):
        await self.gone.wait()
        return {"type": "http.disconnect"}

    async def send(self, message):
        if message["type"] == "http.response.start":
            self.fields = {name.decode(): value.decode() for name, value in message["headers"]}
            return
        for one in message["body"].decode().split("\n\n"):
            if one:
                event, data = one.split("\n")
                self.events.put_nowait((event.removeprefix("event: "), data.removeprefix("data: ")))
        if not message["more_body"]:
            self.is_ended = True
            self.events.put_nowait(None)

    async def next(self, event=None):
        """Return what the next event says, the next of this name, or ``None`` when the stream ended."""
        while (heard := await self.events.get()) is not None:
            if event is None or heard[0] == event:
                return heard[1] if event else heard
        return None

    async def block(self):
        """Return name and HTML of the next part."""
        told = json.loads(await self.next("block"))
        return told["id"], told["html"]

    def rest(self):
        """Return what came and was not read."""
        heard = []
        with suppress(asyncio.QueueEmpty):
            while True:
                heard.append(self.events.get_nowait())
        return heard
