"""Where requests may go and what they may do there."""

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from servicedesk_core.errors import OutcomeUnknownError, ProtocolError, SettingsError, WriteNotGrantedError
from servicedesk_core.http import BearerAuth, LinkPages, Route
from servicedesk_core.http.urls import Origins, RouteTable, template_of

BASE = "https://zone5.example.com/AtServices/v1.0/"


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example.com/AtServices/v1.0/x",
        "http://zone5.example.com/AtServices/v1.0/x",
        "https://zone5.example.com:8443/x",
        "https://zone5.example.com.evil.example/x",
        "https://user:pw@zone5.example.com/x",
        "https://zone5.example.com@evil.example/x",
        "https://evil.example\\@zone5.example.com/x",
        "//evil.example/x",
        "\thttps://evil.example/x",
        "https://zone5.example.com/v1/../admin",
        "things/%2e%2e/admin",
        "things/..%2fadmin",
        "https:///x",
        "file:///etc/passwd",
        "https://zone5.example.com:99999/x",
    ],
)
def test_addresses_that_lead_elsewhere_are_refused(url):
    with pytest.raises(ProtocolError, match="refused; nothing was sent") as caught:
        Origins(BASE).resolve(url)
    assert "pw" not in str(caught.value)


@pytest.mark.parametrize(
    "url",
    [
        "https://zone5.example.com/other",
        "HTTPS://ZONE5.example.com:443/ATSERVICES/V1.0/x",
        "https://cdn.example.net/file",
    ],
)
def test_own_and_trusted_origins_are_accepted(url):
    assert Origins(BASE, ("https://cdn.example.net",)).resolve(url).url.lower().startswith("https://")


def test_the_path_below_the_base_is_found_in_any_case_of_letters():
    origins = Origins(BASE)
    assert (
        origins.resolve("https://zone5.example.com/ATSERVICES/V1.0/Tickets/query/next?p=1").path
        == "/Tickets/query/next"
    )
    assert origins.resolve("/Tickets/5").path == "/Tickets/5"
    assert origins.resolve("https://zone5.example.com/root").path == "https://zone5.example.com/root"


@given(st.text(alphabet="htps:/\\@.?#%2efvilzonexmc5 \t\0é", min_size=1, max_size=40))
def test_no_text_leads_outside_the_origin(text):
    origins = Origins(BASE)
    try:
        target = origins.resolve(text)
    except ProtocolError:
        return
    assert target.url.lower().startswith("https://zone5.example.com/")
    try:
        assert httpx.URL(target.url).host == "zone5.example.com"  # the library reads it as we do
    except httpx.InvalidURL:
        return


@pytest.mark.parametrize(
    "url",
    [
        "http://vendor.example.com",
        "vendor.example.com",
        "ftp://x",
        "",
        "https://u:p@x.example",
        "https://x.example/?k=v",
    ],
)
def test_base_addresses_must_be_https_except_on_this_machine(url):
    with pytest.raises(SettingsError):
        Origins(url)


@pytest.mark.parametrize("url", ["http://127.0.0.1:8080/x", "http://localhost", "http://[::1]:99"])
def test_plain_http_is_accepted_on_loopback(url):
    assert Origins(url)


ROUTES = (
    Route("POST", "/{entity}/query"),
    Route("POST", "/{entity}/query/next"),
    Route("PATCH", "/Tickets", "tickets.update"),
    Route("DELETE", "/Tickets/{id}/notes/{note}", "notes.delete"),
    Route("POST", "/Calls/{id}/Tickets", "calls.create", or_grants=("calls.change",)),
    Route("POST", "/files/{rest:path}", "files.write"),
    Route("GET", "/fire/{id}", "fire.start"),
    Route("*", "https://upload.example.net/{rest:path}", "files.write"),
)


def decide(method, url, *grants):
    target = Origins(BASE, ("https://upload.example.net",)).resolve(url)
    return RouteTable(ROUTES, frozenset(grants)).decide(method, target)


@pytest.mark.parametrize(
    ("method", "url", "template", "writes"),
    [
        ("GET", "Tickets/5", "/Tickets/{id}", False),
        ("HEAD", "Tickets/5/jane@example.com", "/Tickets/{id}/{id}", False),
        ("POST", "tickets/QUERY/", "/{entity}/query", False),
        ("PATCH", "tickets", "/Tickets", True),
        ("DELETE", "Tickets/5/notes/7", "/Tickets/{id}/notes/{note}", True),
        ("POST", "files/a/b/c", "/files/{rest:path}", True),
        ("GET", "fire/1", "/fire/{id}", True),
        ("PUT", "https://upload.example.net/a/b", "https://upload.example.net/{rest:path}", True),
    ],
)
def test_routes_say_what_reads_and_what_writes(method, url, template, writes):
    decision = decide(method, url, "tickets.update", "notes.delete", "files.write", "fire.start")
    assert (decision.template, decision.writes) == (template, writes)


@pytest.mark.parametrize(
    ("method", "url"),
    [
        ("PATCH", "Tickets"),
        ("DELETE", "Tickets/5/notes/7"),
        ("GET", "fire/1"),
        ("POST", "Tickets"),
        ("PUT", "Tickets/query"),
        ("POST", "a/b/query"),
        ("POST", "https://zone5.example.com/Tickets/query"),
        ("BREW", "pot"),
    ],
)
def test_what_is_not_declared_or_not_granted_is_refused(method, url):
    with pytest.raises(WriteNotGrantedError):
        decide(method, url)


@pytest.mark.parametrize("grant", ["calls.create", "calls.change"])
def test_a_step_that_several_kinds_take_is_let_through_by_the_grant_of_any(grant):
    assert decide("POST", "Calls/5/Tickets", grant).writes
    with pytest.raises(WriteNotGrantedError, match=r"Calls/\{id\}/Tickets"):
        decide("POST", "Calls/5/Tickets", "tickets.update")


def test_a_refused_write_names_the_grant():
    with pytest.raises(WriteNotGrantedError, match=r'Add "tickets\.update" to "writes"'):
        decide("PATCH", "Tickets", "notes.delete")


@pytest.mark.parametrize(
    ("path", "template"),
    [
        ("/v1.0/Tickets/123", "/v1.0/Tickets/{id}"),
        ("/users/jane%40example.com", "/users/{id}"),
        ("/assets/SN-4711/notes", "/assets/{id}/notes"),
        ("https://a.example.com:99/x/5", "https://a.example.com:99/x/{id}"),
        ("/", "/"),
    ],
)
def test_templates_hide_ids_and_values(path, template):
    assert template_of(path) == template


async def test_nothing_is_sent_for_a_refused_write(serve, connect):
    async def handler(request, reply):
        await reply.send(200)

    server = await serve(handler)
    client = connect(server, routes=(Route("POST", "/notes", "notes.create"),))
    for path in ("notes", "other"):
        with pytest.raises(WriteNotGrantedError) as caught:
            await client.post(path, json={})
        assert caught.value.connection == "acme"
    assert server.connections == 0
    assert client.requests_sent == 0


async def test_credentials_never_follow_a_link_to_another_host(serve, connect):
    async def stranger_handler(request, reply):
        await reply.send(200, {"items": [], "next": None})

    stranger = await serve(stranger_handler)

    async def handler(request, reply):
        if request.path == "/api/moved":
            await reply.send(302, b"", {"location": f"{stranger.url}/steal"})
        else:
            await reply.send(200, {"items": [1], "next": f"{stranger.url}/steal"})

    server = await serve(handler)
    client = connect(server, auth=BearerAuth("token-123"))
    with pytest.raises(ProtocolError, match="not an origin of this connection"):
        await client.get("moved")
    pages = client.paginate(LinkPages(items_at="items", link_at="next"), "GET", "list")
    assert (await anext(pages)).items == [1]
    with pytest.raises(ProtocolError, match="not an origin of this connection"):
        await anext(pages)
    assert stranger.requests == []


async def test_redirects_inside_the_origin_are_followed_for_reads_but_not_for_ever(serve, connect):
    async def handler(request, reply):
        target = {"/api/old": "/api/new?x=1", "/api/loop": "loop"}.get(request.path)
        await reply.send(301 if target else 200, b"{}", {"location": target} if target else {})

    server = await serve(handler)
    client = connect(server)
    assert (await client.get("old")).url == server.url + "/api/new"
    with pytest.raises(ProtocolError, match="redirected more than 5 times"):
        await client.get("loop")


@pytest.mark.parametrize(
    "location",
    ["http://127.0.0.1:999999/x", "http://[bad", "http://[::1", "ftp://x/", "https://a:b@", "\\\\x"],
)
async def test_a_redirect_to_what_is_no_address_says_so_and_what_to_do(serve, connect, location):
    async def handler(request, reply):
        await reply.send(302, b"", {"location": location})

    with pytest.raises(ProtocolError, match=r"(a malformed address|an address with)\b.*nothing was sent") as caught:
        await connect(await serve(handler)).get("x")
    assert "next run" in caught.value.hint
    assert caught.value.connection == "acme"


async def test_a_write_is_never_redirected_though_its_method_is_get(serve, connect):
    async def handler(request, reply):
        await reply.send(302, b"{}", {"location": "/api/approve"})

    server = await serve(handler)
    client = connect(
        server, routes=(Route("GET", "approve", grant="acme.approve"),), grants=frozenset({"acme.approve"})
    )
    with pytest.raises(OutcomeUnknownError):
        await client.get("approve")
    assert len(server.requests) == 1


def test_route_can_be_told_by_a_header_field():
    table = RouteTable(
        [
            Route("POST", "service", header=("SOAPAction", "http://api/Look")),
            Route("POST", "service", grant="claims.submit", header=("SOAPAction", "http://api/Create")),
        ],
        frozenset({"claims.submit"}),
    )
    target = Origins("https://vendor.example/api/").resolve("service")
    assert not table.decide("POST", target, None, {"soapaction": "http://api/Look"}).writes
    assert table.decide("POST", target, None, {"SOAPAction": "http://api/Create"}).writes
    for headers in ({}, None, {"SOAPAction": "http://api/LookAndCreate"}):
        with pytest.raises(WriteNotGrantedError):
            table.decide("POST", target, None, headers)
