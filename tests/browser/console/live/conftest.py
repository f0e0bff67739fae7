"""A small desk with parts that are live, served by the real server in a thread of its own."""

import asyncio
import threading
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from importlib.resources import files

import pytest
from starlette.applications import Starlette
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from servicedesk_core.config.listening import ApiSection
from servicedesk_core.faces.html import render
from servicedesk_core.store import Store, audit
from servicedesk_core.testing import FakeClock
from servicedesk_core.web.console.live.reader import Reader
from servicedesk_core.web.console.live.streams import Streams
from servicedesk_core.web.listening import listen

NOW = datetime(2026, 11, 9, 12, tzinfo=UTC)
STATIC = files("servicedesk_core.web.console").joinpath("static")
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HELP = "<!doctype html><h1>Keys</h1><table data-help><tr><td>j</td><td>next row</td></tr></table>"


class Desk:
    """What is shown, and the server that shows it."""

    def __init__(self, store):
        self.store = store
        self.rows = {f"T{n}": f"Printer {n}" for n in range(1, 6)}
        self.note = "nothing"
        self.have_ids = True
        self.keys = "on"
        self.status = 200
        self.is_signed_in = True
        self.port = 0
        self.streams = None
        self._task = None

    async def desk(self, _):
        if not self.is_signed_in:
            return RedirectResponse("/sign-in", 303)
        soon = (datetime.now(UTC) + timedelta(minutes=5, seconds=30)).strftime("%Y-%m-%dT%H:%M:%SZ")
        shown = render(
            "tests.browser.console.live/desk.html",
            soon=soon,
            rows=self.rows,
            note=self.note,
            keys=self.keys,
            have_ids=self.have_ids,
        )
        return HTMLResponse(shown, self.status, {"Content-Security-Policy": POLICY, "Cache-Control": "no-store"})

    async def script(self, request):
        name = {"/htmx.js": "htmx.min.js", "/console.js": "console.js"}[request.url.path]
        return Response(STATIC.joinpath(name).read_bytes(), media_type="text/javascript")

    async def help(self, _):
        return HTMLResponse(HELP, headers={"Content-Security-Policy": POLICY})

    @property
    def address(self):
        return f"http://127.0.0.1:{self.port}/desk"

    def start(self, **given):
        """Listen, at the address of before if there was one."""
        told = threading.Event()

        def tell(where):
            self.port = int(where.rpartition(":")[2])
            told.set()

        async def serve():
            self.streams = Streams(Reader(self.store, every_s=0.05), **given)
            routes = [
                Route("/desk", self.desk),
                Route("/bulk", self.desk),
                Route("/htmx.js", self.script),
                Route("/console.js", self.script),
                Route("/keys", self.help),
                Route("/live", self.streams),
            ]
            self._loop, self._task = asyncio.get_running_loop(), asyncio.current_task()
            listener = ApiSection(listen=f"127.0.0.1:{self.port}")
            await listen(Starlette(routes=routes), listener, tell=tell, ending=self.streams.close)

        def run():
            with suppress(asyncio.CancelledError):
                asyncio.run(serve())

        self._thread = threading.Thread(target=run)
        self._thread.start()
        told.wait()

    def stop(self):
        self._loop.call_soon_threadsafe(self._task.cancel)
        self._thread.join()

    def act(self, **shown):
        """Show something else, and tell the store that somebody did something."""
        for name, value in shown.items():
            setattr(self, name, value)
        self.store.write_blocking(
            lambda tx: audit.append(tx, at=NOW, actor="user:ana", action="desk.changed", entity="desk")
        )


def until(tab, is_so):
    """Wait until something is so; pages may evaluate no text, and so cannot be asked to wait for it."""
    while not is_so():
        tab.wait_for_timeout(10)


@pytest.fixture
def desk(sqlite_url):
    with Store.open(sqlite_url, clock=FakeClock(NOW)) as store:
        one = Desk(store)
        one.start()
        yield one
        one.stop()


@pytest.fixture
def tab(chromium, desk):
    """A tab with the desk; at the end nothing may have been blocked or have failed."""
    context = chromium.new_context(viewport={"width": 1200, "height": 800})
    page = context.new_page()
    said = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.said = said
    page.goto(desk.address)
    yield page
    assert [text for text in said if "ERR_CONNECTION_REFUSED" not in text] == []
    context.close()
