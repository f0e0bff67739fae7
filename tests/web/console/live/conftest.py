"""A small site with one page that is live, and browsers without a window that keep a stream of it open."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest
from starlette.applications import Starlette
from starlette.responses import HTMLResponse, RedirectResponse
from starlette.routing import Route

from servicedesk_core.faces.html import render
from servicedesk_core.store import Store, audit
from servicedesk_core.testing import FakeClock
from servicedesk_core.web.console.live import streams
from servicedesk_core.web.console.live.cutting import pieces
from servicedesk_core.web.console.live.reader import Reader
from servicedesk_core.web.console.live.streams import Streams
from tests.web.console.live.streaming import opened

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
                Route("/other/live", self.streams),
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

    def stream(self, *, page="/board?x=1", have=None, cookie="ana"):
        """Open a stream as a browser does."""
        return opened(self.app, page, self.have() if have is None else have, f"who={cookie}")


@pytest.fixture
def site(sqlite_url, monkeypatch):
    monkeypatch.setattr(streams, "_AGAIN_S", 0.01)
    with Store.open(sqlite_url, clock=FakeClock(NOW)) as store:
        yield Site(store)
