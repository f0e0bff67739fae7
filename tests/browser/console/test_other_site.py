"""Pages of another site: they send nothing, read nothing, and frame nothing, though somebody is signed in here."""

import threading
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

pytestmark = pytest.mark.browser

PAGE = """<!doctype html><title>Prizes</title>
<form method="post" action="{origin}/sign-out"><button id="out">Win</button></form>
<form method="post" action="{origin}/account/scheme">
<input name="scheme" value="dark"><button id="dark">Win</button></form>
<img id="seen" src="{origin}/desks/service"><iframe id="framed" src="{origin}/desks/service"></iframe>
"""
READ = """async (address) => {
  try { return await (await fetch(address, { credentials: "include" })).text(); } catch (error) { return error.name; }
}"""
SEND = """async (address) => {
  const body = new URLSearchParams({ scheme: "dark" });
  const sent = fetch(address, { method: "POST", mode: "no-cors", credentials: "include", body });
  return sent.then(() => "answered", (error) => error.name); // it was sent; of the answer nothing is told
}"""


class Prizes(BaseHTTPRequestHandler):
    def __init__(self, origin, *args):
        self._origin = origin
        super().__init__(*args)

    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(PAGE.format(origin=self._origin).encode())

    def log_message(self, *_):
        pass


@pytest.fixture(params=["console.test", "localhost"])
def site(request, served):
    """Another site, and one that is only another origin: its requests carry the cookie."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Prizes, served.origin))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://{request.param}:{server.server_port}/"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def lured(look, site):
    """Somebody who is signed in, in a second tab with the other site."""
    own = look(path="/account")
    tab = own.page.context.new_page()
    tab.goto(site, wait_until="load")
    return own, tab


@pytest.mark.parametrize("button", ["out", "dark"])
def test_a_form_of_it_does_nothing(lured, button):
    own, tab = lured
    with tab.expect_navigation():
        tab.click(f"#{button}")
    assert "The request came from another site" in tab.inner_text("body")
    assert own.to("/account") == 200
    assert own.url.endswith("/account"), "nobody was signed out"
    assert own.get_attribute("html", "data-scheme") is None


def test_its_script_reads_nothing_and_does_nothing(lured):
    own, tab = lured
    address = own.origin
    assert tab.evaluate(READ, f"{address}/lists/tickets/list?as=json") == "TypeError"
    for path in ("/account/scheme", "/sign-out"):
        assert tab.evaluate(SEND, address + path) == "TypeError"
    assert own.to("/account") == 200
    assert own.url.endswith("/account")
    assert own.get_attribute("html", "data-scheme") is None


def test_it_shows_and_frames_nothing(lured):
    _, tab = lured
    assert tab.evaluate("document.getElementById('seen').naturalWidth") == 0
    [frame] = tab.frames[1:]
    assert "Needs somebody" not in frame.content()
