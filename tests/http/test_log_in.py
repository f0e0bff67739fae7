"""Log-ins by password, by a session, and by a person in a browser; refresh tokens that change with each use."""

import asyncio
from datetime import timedelta
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

import pytest
from pydantic import SecretStr

from servicedesk_core.errors import AuthenticationError, VendorUnavailableError
from servicedesk_core.http import MemoryTokenStore, OAuth2ClientCredentials, OAuth2Code, OAuth2Password, SessionToken
from servicedesk_core.ports import Token


class Vendor:
    """Gives tokens by any grant; a refresh token works once."""

    def __init__(self, server):
        self.server = server
        self.asked = []
        self.alive = {"first-refresh"}
        self.access = ""
        self.lose_answers = 0

    async def handle(self, request, reply):
        if request.path != "/token":
            accepted = self.access and self.access in (request.headers.get("authorization", ""))
            await reply.send(200 if accepted else 401, [1])
            return
        as_json = request.headers["content-type"] == "application/json"
        form = request.json() if as_json else {n: v[0] for n, v in parse_qs(request.body.decode()).items()}
        self.asked.append(form)
        if form.get("grant_type") == "refresh_token" and form["refresh_token"] not in self.alive:
            await reply.send(400, {"error": "invalid_grant"})
            return
        if self.lose_answers:
            self.lose_answers -= 1
            reply.drop()
            return
        self.alive.discard(form.get("refresh_token"))
        number = len(self.asked)
        self.alive.add(f"refresh-{number}")
        self.access = f"access-{number}"
        body = {"access_token": self.access, "refresh_token": f"refresh-{number}", "expires_in": 1800}
        await asyncio.sleep(0.01)
        await reply.send(200, body)


@pytest.fixture
async def vendor(serve):
    async def handler(request, reply):
        await vendor.handle(request, reply)

    server = await serve(handler)
    vendor = Vendor(server)
    return vendor


def code(vendor, tokens=None, **options):
    return OAuth2Code(
        "https://vendor.example.com/allow?lang=en",
        f"{vendor.server.url}/token",
        "client",
        "s3cret-of-client",
        redirect_uri="http://127.0.0.1:8765/callback",
        tokens=tokens,
        **options,
    )


def ended(clock, refresh="first-refresh"):
    return MemoryTokenStore(Token("ended", clock.now() - timedelta(minutes=1), refresh))


async def test_a_password_gives_a_token_that_is_refreshed_while_it_can_be(vendor, connect, clock):
    url = f"{vendor.server.url}/token"
    auth = OAuth2Password(url, "client", None, username="ana", password=SecretStr("pass-word"), style="json")
    client = connect(vendor.server, auth=auth)
    await client.get("x")
    expected = {"grant_type": "password", "username": "ana", "password": "pass-word", "client_id": "client"}
    assert vendor.asked == [expected]
    clock.advance(1800)
    await client.get("x")
    assert vendor.asked[1]["refresh_token"] == "refresh-1"
    vendor.alive.clear()
    clock.advance(1800)
    await client.get("x")
    assert [form["grant_type"] for form in vendor.asked[2:]] == ["refresh_token", "password"]


async def test_secrets_of_a_password_log_in_are_masked(vendor, connect, redactor):
    auth = OAuth2Password(f"{vendor.server.url}/token", "c", "of-client", username="ana", password="pass-word")
    await connect(vendor.server, auth=auth).get("x")
    assert redactor.text("of-client pass-word access-1 refresh-1") == "*** *** *** ***"
    assert "pass-word" not in repr(auth)


def test_another_grant_is_not_smuggled_in_where_its_password_would_not_be_masked():
    with pytest.raises(ValueError, match="OAuth2Password"):
        OAuth2ClientCredentials("https://x.example.com", "c", "s", extra={"grant_type": "password", "password": "p"})


async def test_a_session_token_travels_as_the_vendor_wants_it_and_is_replaced_when_refused(serve, connect, redactor):
    issued = []

    async def handler(request, reply):
        if request.path == "/log-in":
            issued.append(request.json())
            await reply.send(200, {"sessionKey": f"session-{len(issued)}"})
        else:
            right = request.headers.get("x-session") == f"session-{len(issued)}"
            await reply.send(200 if right else 401, [1])

    server = await serve(handler)
    fields = {"user": "ana", "password": SecretStr("pass-word")}
    auth = SessionToken(f"{server.url}/log-in", fields, access_at="sessionKey", header="X-Session", scheme="")
    client = connect(server, auth=auth)
    await client.get("x")
    issued.append({})  # the vendor ended the session
    await client.get("x")
    assert issued[::2] == [{"user": "ana", "password": "pass-word"}] * 2
    assert redactor.text("pass-word session-3") == "*** ***"


async def test_a_session_token_with_a_known_life_is_replaced_before_it_ends(serve, connect, clock):
    logged_in = []

    async def handler(request, reply):
        if request.path == "/log-in":
            logged_in.append(parse_qsl(request.body.decode()))
        await reply.send(200, {"token": "session"})

    server = await serve(handler)
    auth = SessionToken(f"{server.url}/log-in", {"key": SecretStr("the-key")}, style="form", lifetime_s=600)
    client = connect(server, auth=auth)
    for _ in range(3):
        await client.get("x")
        clock.advance(300)
    assert logged_in == [[("key", "the-key")]] * 2


@pytest.mark.parametrize("never", [2**63 - 1, "1e300", -(2.0**70)])
async def test_a_lifetime_beyond_all_dates_is_none(serve, connect, never):
    async def handler(request, reply):
        await reply.send(200, {"token": "session", "expires_in": never})

    server = await serve(handler)
    await connect(server, auth=SessionToken(f"{server.url}/log-in", {"key": SecretStr("the-key")})).get("x")


async def test_a_refused_log_in_is_not_sent_again(serve, connect):
    async def handler(request, reply):
        await reply.send(403)

    server = await serve(handler)
    client = connect(server, auth=SessionToken(f"{server.url}/log-in", {"key": SecretStr("the-key")}))
    for _ in range(2):
        with pytest.raises(AuthenticationError, match="refused the log-in"):
            await client.get("x")
    assert len(server.requests) == 1


class Full(MemoryTokenStore):
    """Has no room once."""

    is_full = True

    async def save(self, token):
        if self.is_full:
            self.is_full = False
            raise OSError("disk full")
        self.token = token


async def test_a_new_refresh_token_is_stored_before_the_token_is_used_and_outlasts_a_store_that_is_full(
    vendor, connect, clock
):
    tokens = Full(ended(clock).token)
    client = connect(vendor.server, auth=code(vendor, tokens))
    with pytest.raises(OSError, match="disk full"):
        await client.get("x")
    assert [request.path for request in vendor.server.requests] == ["/token"]
    await client.get("x")
    assert tokens.token is not None
    assert tokens.token.refresh == "refresh-1"
    assert len(vendor.asked) == 1


async def test_a_token_that_came_too_late_for_a_full_store_replaces_no_newer_one(vendor, connect, clock):
    tokens = Full(ended(clock).token)
    client = connect(vendor.server, auth=code(vendor, tokens))
    with pytest.raises(OSError, match="disk full"):
        await client.get("x")
    vendor.access = "of-another-process"
    tokens.token = allowed_again = Token("of-another-process", clock.now() + timedelta(hours=1), "other-refresh")
    await client.get("x")
    assert tokens.token == allowed_again


async def test_who_lost_the_turn_meanwhile_uses_what_another_process_was_given(vendor, connect, clock):
    tokens = ended(clock, "used-by-another")

    async def handle(request, reply, answer=vendor.handle):
        if request.path == "/token":
            vendor.access = "of-another-process"
            tokens.token = Token(vendor.access, clock.now() + timedelta(hours=1), "other-refresh")
        await answer(request, reply)

    vendor.handle = handle
    await connect(vendor.server, auth=code(vendor, tokens)).get("x")
    assert len(vendor.asked) == 1


async def test_two_processes_refresh_once(vendor, connect, clock):
    tokens = ended(clock)
    clients = [connect(vendor.server, auth=code(vendor, tokens)) for _ in range(4)]
    await asyncio.gather(*(client.get("x") for client in clients))
    assert len(vendor.asked) == 1
    assert tokens.token is not None
    assert tokens.token.refresh == "refresh-1"


async def test_clients_that_share_credentials_share_the_token(vendor, connect, clock):
    auth = code(vendor, ended(clock))
    await asyncio.gather(*(connect(vendor.server, auth=auth).get("x") for _ in range(2)))
    assert len(vendor.asked) == 1


async def test_a_caller_that_is_cancelled_loses_no_token(vendor, connect, clock):
    tokens = ended(clock)
    caller = asyncio.ensure_future(connect(vendor.server, auth=code(vendor, tokens)).get("x"))
    await vendor.server.wait_for(1)
    caller.cancel()
    with pytest.raises(asyncio.CancelledError):
        await caller
    assert tokens.token is not None
    assert tokens.token.refresh == "refresh-1"


async def test_an_answer_that_is_lost_leaves_the_refresh_token_in_its_place(vendor, connect, clock):
    tokens = ended(clock)
    vendor.lose_answers = 1
    await connect(vendor.server, auth=code(vendor, tokens)).get("x")
    assert [form["refresh_token"] for form in vendor.asked] == ["first-refresh"] * 2


async def test_a_refused_refresh_token_says_what_to_do_and_is_sent_once(vendor, connect, clock):
    client = connect(vendor.server, auth=code(vendor, ended(clock, "used-before")))
    for _ in range(2):
        with pytest.raises(AuthenticationError, match=r"refused the refresh token \(400, invalid_grant\)") as caught:
            await client.get("x")
    assert caught.value.hint == "Allow the access: servicedesk connections authorize acme"
    assert len(vendor.asked) == 1


async def test_a_vendor_that_gives_no_new_refresh_token_means_the_old_one(serve, connect, clock):
    async def handler(request, reply):
        await reply.send(200, {"access_token": "fresh-access", "expires_in": "1800"})

    tokens = ended(clock)
    server = await serve(handler)
    auth = OAuth2Code("https://x.example.com", f"{server.url}/token", "c", "s", redirect_uri="", tokens=tokens)
    await connect(server, auth=auth).get("x")
    assert tokens.token == Token("fresh-access", clock.now() + timedelta(minutes=30), "first-refresh")


async def test_a_person_allows_the_access(vendor, connect, redactor):
    tokens = MemoryTokenStore()
    auth = code(vendor, tokens, scope="accounting offline_access", ask={"prompt": "consent"})
    client = connect(vendor.server, auth=auth)
    with pytest.raises(AuthenticationError, match="Nobody has allowed") as caught:
        await client.get("x")
    assert caught.value.hint == "Allow the access: servicedesk connections authorize acme"
    client.reset_authentication()
    request = auth.request()
    asked = dict(parse_qsl(urlsplit(request.url).query))
    assert asked["scope"] == "accounting offline_access"
    assert (asked["lang"], asked["prompt"], asked["code_challenge_method"]) == ("en", "consent", "S256")
    assert request.verifier not in request.url
    assert request.verifier not in repr(request)
    answer = f"{request.redirect_uri}?{urlencode({'code': 'the-code', 'state': request.state, 'realmId': '9130'})}"
    assert await auth.accept(client.session, request, answer) == {"realmId": "9130"}
    sent = vendor.asked[0]
    assert (sent["grant_type"], sent["code"], sent["redirect_uri"]) == (
        "authorization_code",
        "the-code",
        request.redirect_uri,
    )
    assert sent["code_verifier"] == request.verifier
    await client.get("x")
    assert len(vendor.asked) == 1
    assert redactor.text("the-code refresh-1") == "*** ***"


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ("?code=the-code&state=of-another", "not the answer"),
        ("?code=the-code", "not the answer"),
        ("nonsense", "not the answer"),
        ("?error=access_denied&state={state}", "access_denied"),
        ("?state={state}", "no code"),
    ],
)
async def test_an_answer_to_something_else_changes_nothing(vendor, connect, answer, said):
    tokens = MemoryTokenStore()
    auth = code(vendor, tokens)
    request = auth.request()
    session = connect(vendor.server, auth=auth).session
    with pytest.raises(AuthenticationError, match=said):
        await auth.accept(session, request, answer.format(state=request.state))
    assert tokens.token is None
    assert vendor.asked == []


async def test_a_token_endpoint_that_is_down_keeps_the_refresh_token(serve, connect, clock):
    async def handler(request, reply):
        await reply.send(503)

    tokens = ended(clock)
    server = await serve(handler)
    auth = OAuth2Code("https://x.example.com", f"{server.url}/token", "c", "s", redirect_uri="", tokens=tokens)
    with pytest.raises(VendorUnavailableError):
        await connect(server, auth=auth).get("x")
    assert tokens.token is not None
    assert tokens.token.refresh == "first-refresh"
