"""What browsers never send and attackers do: nothing is done, nothing is told, and nothing breaks."""

import asyncio
import contextlib
import re
from html import unescape
from urllib.parse import quote

import pytest

from servicedesk_core.config.listening import ConsoleSection
from servicedesk_core.faces import Query
from servicedesk_core.web.console.addresses import Addresses, address_of
from servicedesk_core.web.console.app import application
from servicedesk_core.web.console.visiting import COOKIE
from servicedesk_core.web.listening import listen

pytestmark = pytest.mark.slow

SCRIPT = "\"'><script>alert(1)</script><img src=x onerror=alert(1)>{{7*987654321}}${7*987654321}"
HOSTS = ("localhost", "127.0.0.1")


@pytest.mark.parametrize(
    "path",
    [
        "//evil.example.com/", "///evil.example.com", "/\\evil.example.com", "/%2F%2Fevil.example.com",
        "/..%2f..%2fetc/passwd",
        "/static/..%2f..%2fapp.py", "/static/%2e%2e/app.py", "/static/", "/lists/../lists/tickets/list/", "/%00",
        "/lists/tickets/list%00", "/lists/tickets/list/", "/tickets/%00", "/records/tickets/show?ticket=%00",
        "/lists/tickets/list?company=%00", "/lists/tickets/list?after=%ff%fe", "/%ff%fe", "/lists/tickets/list?%ff=1",
        "/acts/../lists", "/acts/none/such", "/live?page=//evil.example.com/", "/wall/%00", "/tickets/" + "9" * 9_000,
    ],
)  # fmt: skip
async def test_odd_addresses_lead_nowhere(browser, path):
    ana = await browser()
    answer = await ana.client.get(path)
    assert answer.status_code in {200, 303, 400, 403, 404}, answer.text
    assert "evil.example.com" not in answer.headers.get("location", "")
    assert "root:" not in answer.text
    assert "def application" not in answer.text
    assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    "then", ["//evil.example.com", "https://evil.example.com", "/\\evil.example.com", "/\tx", "/\r\nX: 1"]
)
async def test_signing_in_leads_to_no_other_site(browser, then):
    ana = await browser()
    answer = await ana.client.get("/sign-in", params={"then": then})
    assert (answer.status_code, answer.headers["location"]) == (303, "/")


async def test_what_stands_in_an_address_is_text_on_the_page(browser, desk):
    """In every field of every filter."""
    ana, count = await browser(), 0
    for offer in Addresses.of(desk.features).offers.values():
        if not isinstance(offer, Query):
            continue
        for parameter in offer.parameters:
            count += 1
            answer = await ana.client.get(address_of(offer), params={parameter.spelled: SCRIPT})
            assert answer.status_code < 500, (offer.name, parameter.spelled, answer.text)
            assert "<script>alert" not in answer.text, (offer.name, parameter.spelled)
            assert "<img src=x" not in answer.text, (offer.name, parameter.spelled)
            assert "{{7*987654321}}" in unescape(answer.text) or "6913580247" not in answer.text
    assert count > 100


async def test_names_in_an_address_are_text_on_the_page(browser):
    ana = await browser()
    for path in ("/lists/tickets/list?" + quote(SCRIPT) + "=1", "/" + quote(SCRIPT), "/search?q=" + quote(SCRIPT)):
        text = (await ana.client.get(path)).text
        assert "<script>alert" not in text
        assert "<img src=x" not in text


async def test_a_page_tells_no_secret(browser):
    ana = await browser()
    cookie = ana.client.headers["Cookie"].partition("=")[2]
    for path in ("/", "/lists/tickets/list", "/account", "/nowhere", "/sign-in"):
        answer = await ana.client.get(path)
        told = answer.text + str(answer.headers)
        assert cookie not in told
        assert "argon2" not in told
        assert "desk.db" not in told
        for name in ("server", "x-powered-by"):
            assert name not in answer.headers


async def test_every_page_is_kept_by_nobody_and_framed_by_nobody(browser, desk):
    ana = await browser()
    offers = [one for one in Addresses.of(desk.features).offers.values() if isinstance(one, Query)]
    for path in (
        "/",
        "/sign-in",
        "/account",
        "/keys",
        "/me",
        "/search",
        "/approvals",
        "/wall",
        *map(address_of, offers[:6]),
    ):
        headers = (await ana.client.get(path)).headers
        assert headers["cache-control"] == "no-store", path
        assert "frame-ancestors 'none'" in headers["content-security-policy"], path
        assert headers["cross-origin-opener-policy"] == "same-origin", path
        assert "access-control-allow-origin" not in headers, path


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "TRACE", "CONNECT", "PROPFIND", "OPTIONS"])
async def test_other_methods_do_nothing(browser, method):
    ana = await browser()
    own = {"Origin": "http://localhost:9189", "Sec-Fetch-Site": "same-origin"}
    for path in ("/lists/tickets/list", "/acts/tokens/new", "/account"):
        answer = await ana.client.request(method, path, headers=own)
        assert answer.status_code in {404, 405}, path


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("application/json", b'{"name": "x"}'),
        ("multipart/form-data; boundary=x", b"--x\r\nContent-Disposition: form-data; name=name\r\n\r\nx\r\n--x--\r\n"),
        ("text/plain", b"name=x"),
        ("", b"name=x"),
        ("application/x-www-form-urlencoded", b"name=" + b"x" * 1_000_001),
        ("application/x-www-form-urlencoded", b"&".join(b"a=1" for _ in range(2_001))),
        ("application/x-www-form-urlencoded", b"name=\xff\xfe"),
    ],
    ids=["json", "multipart", "text", "nothing", "too large", "too many", "no text"],
)
async def test_what_is_no_form_does_nothing(browser, desk, kind, body):
    ana, before = await browser(), (await desk.tokens.list()).items
    headers = {"Origin": "http://localhost:9189", "Sec-Fetch-Site": "same-origin", "Content-Type": kind}
    answer = await ana.client.post("/acts/tokens/new", content=body, headers=headers)
    assert answer.status_code in {400, 413, 415}
    assert (await desk.tokens.list()).items == before


@pytest.mark.parametrize("name", ["X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "Forwarded", "X-Real-IP"])
async def test_what_only_a_proxy_may_say_is_heard_from_nobody_else(browser, name):
    ana, nobody = await browser(), await browser(None)
    for value in ("evil.example.com", "127.0.0.1", "https", "for=127.0.0.1;host=evil.example.com;proto=https"):
        answer = await ana.client.get("/lists/tickets/list", headers={name: value})
        assert "evil.example.com" not in answer.text + str(answer.headers)
        sent = await nobody.client.get("/", headers={name: value})
        assert sent.headers["location"] == "/sign-in"
        own = {"Origin": "https://localhost:9189", name: value}
        assert (await ana.client.post("/account/end-others", headers=own)).status_code == 403


@pytest.mark.parametrize(
    "fields", [{"Host": "evil.example.com"}, {"Host": "localhost@evil.example.com"}, {"Host": "localhost:1, evil"}]
)
async def test_another_name_of_the_host_is_told_nothing(browser, fields):
    answer = await (await browser()).client.get("/lists/tickets/list", headers=fields)
    assert answer.status_code == 421
    assert "<html" not in answer.text


async def test_two_cookies_of_one_name_open_nothing_that_one_does_not(browser):
    ana = await browser()
    good = ana.client.headers["Cookie"]
    for shown in (f"{COOKIE}=; {COOKIE}=x", f"{COOKIE}=x", f"other={good.partition('=')[2]}", f"{COOKIE.lower()}=x"):
        answer = await ana.client.get("/lists/tickets/list", headers={"Cookie": shown})
        assert answer.status_code == 303


@pytest.fixture
async def port(desk):
    """Port of the console as it really listens."""
    section, told = ConsoleSection(listen="127.0.0.1:0"), asyncio.get_running_loop().create_future()
    task = asyncio.create_task(listen(application(desk, desk.features, section), section, tell=told.set_result))
    yield int((await told).rpartition(":")[2])
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task


async def answered(port, sent):
    """Return what comes back when bytes are sent, until the server hangs up."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(sent)
        with contextlib.suppress(ConnectionError):
            await writer.drain()
            return await reader.read()
    finally:
        writer.close()
    return b""


@pytest.mark.parametrize(
    "head",
    [
        b"GET /" + b"a" * 70_000 + b" HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: localhost\r\nX: " + b"a" * 70_000 + b"\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: localhost\r\n" + b"X: a\r\n" * 20_000 + b"\r\n",
        b"GET / HTTP/1.1\r\nHost: localhost\r\nHost: evil.example.com\r\nConnection: close\r\n\r\n",
        b"GET / HTTP/1.1\r\nConnection: close\r\n\r\n",
        b"GET http://evil.example.com/ HTTP/1.1\r\nHost: evil.example.com\r\nConnection: close\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: localhost\r\nX : a\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: localhost\r\n X: folded\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"POST /sign-in HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"\r\n\r\n\r\n\x00\x00\r\n\r\n",
    ],
    ids=["long address", "long field", "many fields", "two hosts", "no host", "whole address", "space", "folded",
         "two lengths", "less than nothing", "tls", "nothing"],
)  # fmt: skip
async def test_what_is_no_request_is_refused_and_the_next_one_answered(port, head):
    answer = await answered(port, head)
    assert re.match(rb"HTTP/1\.1 [34]\d\d ", answer) or answer == b""
    assert len(answer) < 5_000
    assert b"evil.example.com" not in answer
    right = await answered(port, b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
    assert right.startswith(b"HTTP/1.1 303 ")


async def test_a_name_with_a_line_end_adds_no_field(port):
    sent = b"GET /sign-in?then=%2Fx%0d%0aSet-Cookie:%20a=b HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
    answer = await answered(port, sent)
    assert b"\r\nset-cookie: a=b" not in answer.lower()


async def test_who_sends_slowly_holds_nobody_up(port):
    slow = await asyncio.open_connection("127.0.0.1", port)
    head = b"POST /sign-in HTTP/1.1\r\nHost: localhost\r\nOrigin: http://localhost\r\nContent-Length: 100\r\n"
    slow[1].write(head + b"Content-Type: application/x-www-form-urlencoded\r\n\r\nname=")
    await slow[1].drain()
    right = await answered(port, b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
    assert right.startswith(b"HTTP/1.1 303 ")
    slow[1].close()
