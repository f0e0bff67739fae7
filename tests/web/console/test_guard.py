"""From where requests may come, and what every answer says to the browser."""

import traceback

import httpx
import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import StreamingResponse
from starlette.routing import Route

from servicedesk_core.addresses import is_loopback
from servicedesk_core.config.listening import ConsoleSection
from servicedesk_core.web.console.app import application
from servicedesk_core.web.console.guard import Guard

ORIGIN = "http://localhost:9189"


async def test_every_answer_says_what_a_browser_may_do_with_it(browser):
    ana = await browser()
    for path, status in (("/lists/tickets/list", 200), ("/nowhere", 404), ("/static/none.js", 404)):
        headers = (await ana.get(path, status=status)).headers
        assert headers["content-security-policy"].startswith("default-src 'none'; script-src 'self'; style-src 'self';")
        assert "unsafe" not in headers["content-security-policy"]
        assert "frame-ancestors 'none'" in headers["content-security-policy"]
        assert (headers["cache-control"], headers["x-content-type-options"]) == ("no-store", "nosniff")
        assert headers["referrer-policy"] == "same-origin"


async def test_files_may_be_kept_for_ever(browser):
    ana = await browser()
    page = (await ana.get("/lists/tickets/list")).text
    sheet = page.split('<link rel="stylesheet" href="')[1].split('"')[0]
    answer = await ana.get(sheet)
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert answer.headers["content-encoding"] == "gzip"
    assert ":root" in answer.text


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Sec-Fetch-Site": "cross-site", "Origin": ORIGIN}, 403),
        ({"Sec-Fetch-Site": "same-site", "Origin": ORIGIN}, 403),
        ({"Sec-Fetch-Site": "none"}, 403),
        ({"Origin": "http://evil.example.com"}, 403),
        ({"Origin": "null"}, 403),
        ({}, 403),
        ({"Origin": ORIGIN}, 405),
        ({"Sec-Fetch-Site": "same-origin"}, 405),
    ],
)
async def test_a_form_comes_from_a_page_of_ours(browser, headers, status):
    ana = await browser()
    answer = await ana.client.post("/lists/tickets/list", headers=headers)
    assert answer.status_code == status


@pytest.mark.parametrize("host", ["evil.example.com", "127.evil.example.com", "", "localhost.evil.example.com", "[::1"])
async def test_a_name_that_is_not_ours_is_not_answered(browser, host):
    ana = await browser()
    assert (await ana.client.get("/", headers={"Host": host})).status_code == 421


def test_only_this_machine_is_this_machine():
    assert [
        one for one in ("127.0.0.1", "127.9.9.9", "::1", "localhost", "127.example.com", "", None) if is_loopback(one)
    ] == [
        "127.0.0.1",
        "127.9.9.9",
        "::1",
        "localhost",
    ]


@pytest.mark.parametrize(
    ("section", "said"),
    [
        ({"listen": "0.0.0.0:9189"}, "write certificate and key"),
        ({"listen": "0.0.0.0:9189", "proxy": "192.0.2.1"}, "write by which names"),
        ({"hosts": ["https://desk.example.com"]}, "write a name without port"),
    ],
)
def test_an_open_address_has_a_certificate_or_a_proxy_and_a_name(section, said):
    with pytest.raises(ValueError, match=said):
        ConsoleSection(**section)


async def test_what_nobody_planned_for_tells_no_record_to_browser_or_log(caplog):
    def failing(_):
        raise ValueError("Printer of Example One")

    async def lines():
        yield "number\n"
        failing(None)

    routes = [Route("/at-once", failing), Route("/later", lambda _: StreamingResponse(lines()))]
    app = Starlette(routes=routes, middleware=[Middleware(Guard, settings=ConsoleSection())])
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=ORIGIN) as client:
        answer = await client.get("/at-once")
        with pytest.raises(RuntimeError) as cut:  # what is cut off must not look whole
            await client.get("/later")
    assert (answer.status_code, "Example One" in answer.text) == (500, False)
    assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
    assert "Example One" not in "".join(traceback.format_exception(cut.value))
    assert "ValueError at" in caplog.text
    assert "Example One" not in caplog.text


async def test_who_came_by_tls_comes_by_it_from_then_on(desk):
    app = application(desk, desk.features, desk.settings.console)
    for scheme, told in (("https", "max-age=31536000"), ("http", None)):
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=f"{scheme}://localhost") as client:
            assert (await client.get("/sign-in")).headers.get("strict-transport-security") == told
