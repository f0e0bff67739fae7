"""Keys that a vendor publishes: fetched from declared origins alone, seldom, and never with credentials."""

import hmac
import http.server
import json
import threading
from dataclasses import replace

import pytest

from servicedesk_core.desk import ServiceDesk
from servicedesk_core.features.webhooks.keys import MOST_FETCHES, Keys, KeyUnavailableError
from servicedesk_core.hooks import Capabilities, Verdict, WebhookCapability, hookimpl
from servicedesk_core.http import HttpFactory, InMemoryLedger
from servicedesk_core.testing import FakeClock
from tests.webhooks.bell import Bell, signature
from tests.webhooks.conftest import START, calling

pytestmark = pytest.mark.slow

KEY = b"the published key"


class Published(http.server.BaseHTTPRequestHandler):
    """Shows a key, redirects elsewhere, or shows too much."""

    def do_GET(self):
        self.server.asked.append((self.path, self.headers.get("Authorization")))
        if self.path == "/elsewhere":
            self.send_response(302)
            self.send_header("Location", self.server.elsewhere)
            self.end_headers()
            return
        body = {"/key": KEY, "/huge": b"x" * 100_000}.get(self.path)
        self.send_response(200 if body else 404)
        self.send_header("Content-Length", str(len(body or b"")))
        self.end_headers()
        self.wfile.write(body or b"")

    def log_message(self, *_):
        pass


@pytest.fixture
def publish():
    """Return a function that serves keys; the server tells what it was asked for."""
    servers = []

    def start():
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Published)
        server.asked, server.elsewhere = [], ""
        server.origin = f"http://127.0.0.1:{server.server_address[1]}"
        threading.Thread(target=server.serve_forever, daemon=True).start()
        servers.append(server)
        return server

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


class Opened:
    """A connection, as far as keys look at it."""

    name = "psa"

    def __init__(self, origins, clock):
        self.capabilities = Capabilities("Acme", webhooks=WebhookCapability(("tickets",), key_origins=tuple(origins)))
        self.http = HttpFactory(connection="psa", ledger=InMemoryLedger(clock), clock=clock)


@pytest.fixture
async def opened(publish, clock):
    server = publish()
    found = Opened([server.origin], clock)
    found.server = server
    yield found
    await found.http.aclose()


@pytest.fixture
def clock():
    return FakeClock(START)


async def test_a_key_is_fetched_once_and_kept_for_a_while(opened, clock):
    keys = Keys(clock)
    for _ in range(5):
        assert await keys.key(opened, f"{opened.server.origin}/key") == KEY
    assert opened.server.asked == [("/key", None)]
    clock.advance(3_601)
    assert await keys.key(opened, f"{opened.server.origin}/key") == KEY
    assert len(opened.server.asked) == 2


@pytest.mark.parametrize("path", ["/none", "/huge", "/elsewhere"])
async def test_what_is_no_key_is_not_asked_for_again_at_once(opened, publish, clock, path):
    other = publish()
    opened.server.elsewhere = f"{other.origin}/key"
    keys = Keys(clock)
    for _ in range(3):
        with pytest.raises(KeyUnavailableError):
            await keys.key(opened, f"{opened.server.origin}{path}")
    assert len(opened.server.asked) == 1
    assert other.asked == []  # a redirect leads nowhere that was not declared


async def test_nobody_else_is_asked(opened, publish, clock):
    other = publish()
    port = other.origin.rpartition(":")[2]
    for url in (
        f"{other.origin}/key",
        f"http://localhost:{port}/key",
        f"{opened.server.origin}@127.0.0.1:{port}/key",
        f"http://user:password@{opened.server.origin.removeprefix('http://')}/key",
        "file:///etc/passwd",
        "https://[::1/key",
        "",
    ):
        assert await Keys(clock).key(opened, url) is None
    assert other.asked == opened.server.asked == []


async def test_a_forger_has_few_keys_fetched(opened, clock):
    keys = Keys(clock)
    for number in range(MOST_FETCHES + 20):
        with pytest.raises(KeyUnavailableError):
            await keys.key(opened, f"{opened.server.origin}/none?{number}")
    assert len(opened.server.asked) == MOST_FETCHES


class Ringer(Bell):
    """A vendor that signs with a key that it publishes."""

    @hookimpl
    def describe_capabilities(self):
        origin = (self.file.parent / "origin").read_text()
        return replace(super().describe_capabilities(), webhooks=WebhookCapability(("tickets",), key_origins=(origin,)))

    @hookimpl
    def webhook_key_url(self, delivery):
        return json.loads(delivery.body)[0]["key"]

    @hookimpl
    def verify_webhook(self, delivery, secret, key):
        right = signature((key or b"").decode(), delivery.body)
        is_right = key is not None and hmac.compare_digest(delivery.headers.get("x-bell", ""), right)
        return Verdict.GENUINE if is_right else Verdict.WRONG_SIGNATURE


async def test_what_a_published_key_has_signed_is_taken(settings, clock, publish, tmp_path):
    server, forger = publish(), publish()
    (tmp_path / "origin").write_text(server.origin)
    (tmp_path / "ringer.py").write_text("from tests.webhooks.test_keys import Ringer\n")
    keys = settings()
    keys["connections"]["psa"]["connector"] = f"{tmp_path}/ringer.py:Ringer"
    async with ServiceDesk(keys, clock=clock) as desk:
        await desk.sync()
        async with calling(desk) as caller:
            for origin, secret, status in (
                (server.origin, KEY.decode(), 200),
                (server.origin, "another", 401),
                (forger.origin, KEY.decode(), 401),
            ):
                event = {"kind": "changed", "ref": "1", "event": origin, "key": f"{origin}/key"}
                assert (await caller.tell(event, secret=secret)).status_code == status
            event = {"kind": "changed", "ref": "1", "event": "x", "key": f"{server.origin}/none"}
            assert (await caller.tell(event)).status_code == 503  # the vendor may try again
    assert forger.asked == []
