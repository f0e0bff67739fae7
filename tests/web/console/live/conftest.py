"""A small site with one page that is live, and browsers without a window that keep a stream of it open."""

import asyncio
import json
from collections.abc import Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from urllib.parse import quote

import pytest
from starlette.applications import Starlette
from starlette.responses import HTMLResponse, RedirectResponse
from starlette.routing import Route

from servicedesk_core.faces.html import render
from servicedesk_core.store import Store, audit
from servicedesk_core.testing import FakeClock
from servicedesk_core.web.console.live.cutting import pieces
from servicedesk_core.web.console.live.reader import Reader
from servicedesk_core.web.console.live.streams import Streams

NOW = datetime(2026, 11, 9, 12, tzinfo=UTC)


@dataclass
class Site:
    """Shows texts in parts that are live, to whoever has the cookie."""

    store: Store
    parts: dict[str, str] = field(default_factory=lambda: {"attention": "nothing", "team": "all here"})
    status: int = 200
    cookie: str = "ana"
    pause: Callable | None = None
    asked: asyncio.Queue = field(default_factory=asyncio.Queue)

    def __post_init__(self):
        self.reader = Reader(self.store, every_s=0.01)
        self.build()

    def build(self, **given):
        """Begin anew, with other spans of time."""
        self.streams = Streams(self.reader, **given)
        self.app = Starlette(
            routes=[
                Route("/board", self.board),
                Route("/plain", self.plain),
                Route("/live", self.streams),
            ]
        )

    async def plain(self, _):
        return HTMLResponse("<h1>Plain</h1>")

    async def board(self, request):
        self.asked.put_nowait(request)
        if self.pause:
            await self.pause()
        if request.cookies.get("who") != self.cookie:
            return RedirectResponse("/sign-in", 303)
        html = render("tests.web.console.live/board.html", parts=self.parts)
        return HTMLResponse(html, self.status)

    async def act(self, **parts):
        """Show something else, and tell the store that somebody did something."""
        self.parts |= parts
        await self.store.write(
            lambda tx: audit.append(tx, at=NOW, actor="user:ana", action="board.changed", entity="board")
        )

    def have(self):
        html = render("tests.web.console.live/board.html", parts=self.parts)
        return ",".join(f"{one.id}.{one.version}" for one in pieces(html).values())

    @asynccontextmanager
    async def stream(self, *, page="/board?x=1", have=None, cookie="ana"):
        """Open a stream as a browser does."""
        query = f"page={quote(page, safe='')}&have={quote(self.have() if have is None else have)}"
        stream = Stream()
        scope = {
            "type": "http", "asgi": {"version": "3.0", "spec_version": "2.3"}, "http_version": "1.1", "scheme": "http",
            "method": "GET", "path": "/live", "raw_path": b"/live", "query_string": query.encode(), "root_path": "",
            "headers": [(b"host", b"desk"), (b"cookie", f"who={cookie}".encode()), (b"accept", b"text/event-stream")],
            "server": ("desk", 80), "client": ("127.0.0.1", 5),
        }  # fmt: skip
        stream.task = asyncio.create_task(self.app(scope, stream.receive, stream.send))
        try:
            yield stream
        finally:
            stream.gone.set()
            await stream.task


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


@pytest.fixture
def site(sqlite_url):
    with Store.open(sqlite_url, clock=FakeClock(NOW)) as store:
        yield Site(store)
