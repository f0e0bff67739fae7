"""Tokens, their renewal, and rejected credentials."""

import asyncio
import base64
from datetime import timedelta
from urllib.parse import parse_qs

import pytest

from servicedesk_core.errors import AuthenticationError, ProtocolError, SettingsError, VendorUnavailableError
from servicedesk_core.http import HeaderAuth, MemoryTokenStore, OAuth2ClientCredentials, RetryPolicy
from servicedesk_core.ports import BudgetPolicy, Token


class Vendor:
    """Gives out numbered tokens and accepts the newest."""

    def __init__(self, server):
        self.server = server
        self.issued = 0
        self.expires_in = 3600
        self.token_status = 200
        self.token_body = None

    async def handle(self, request, reply):
        if request.path == "/token":
            self.issued += 1
            body = {"access_token": f"access-{self.issued}", "expires_in": self.expires_in}
            await asyncio.sleep(0.01)
            await reply.send(self.token_status, body if self.token_body is None else self.token_body)
        elif request.headers.get("authorization") == f"Bearer access-{self.issued}":
            await reply.send(200, [1])
        else:
            await reply.send(401)

    @property
    def token_requests(self):
        return [request for request in self.server.requests if request.path == "/token"]


@pytest.fixture
async def vendor(serve):
    async def handler(request, reply):
        await vendor.handle(request, reply)

    server = await serve(handler)
    vendor = Vendor(server)
    return vendor


def oauth(vendor, **options):
    return OAuth2ClientCredentials(f"{vendor.server.url}/token", "client ä", "s3cret/+&x", **options)


async def test_one_token_is_fetched_for_many_requests(vendor, connect):
    client = connect(vendor.server, auth=oauth(vendor, scope="read write", extra={"audience": "api"}))
    await asyncio.gather(*(client.get("x") for _ in range(10)))
    assert vendor.issued == 1
    sent = vendor.token_requests[0]
    form = {name: values[0] for name, values in parse_qs(sent.body.decode()).items()}
    assert form == {"grant_type": "client_credentials", "scope": "read write", "audience": "api"}
    decoded = base64.b64decode(sent.headers["authorization"].removeprefix("Basic ")).decode()
    assert decoded == "client+%C3%A4:s3cret%2F%2B%26x"


async def test_client_credentials_can_go_into_the_body(vendor, connect):
    await connect(vendor.server, auth=oauth(vendor, style="body")).get("x")
    sent = vendor.token_requests[0]
    form = parse_qs(sent.body.decode())
    assert (form["client_id"], form["client_secret"]) == (["client ä"], ["s3cret/+&x"])
    assert "authorization" not in sent.headers


async def test_a_token_is_renewed_before_it_ends(vendor, connect, clock):
    client = connect(vendor.server, auth=oauth(vendor, renew_before_s=60))
    await client.get("x")
    clock.advance(3500)
    await client.get("x")
    assert vendor.issued == 1
    clock.advance(41)
    await client.get("x")
    assert vendor.issued == 2


async def test_a_refused_token_is_replaced_once_for_all_waiting_requests(vendor, connect):
    client = connect(vendor.server, auth=oauth(vendor))
    await client.get("x")
    vendor.issued += 1  # the vendor revoked it
    answers = await asyncio.gather(*(client.get("x") for _ in range(5)))
    assert [answer.status for answer in answers] == [200] * 5
    assert len(vendor.token_requests) == 2


async def test_a_token_of_another_process_is_used_before_a_new_one_is_asked_for(vendor, connect, clock):
    tokens = MemoryTokenStore(Token("access-0", clock.now() + timedelta(hours=1)))
    client = connect(vendor.server, auth=oauth(vendor, tokens=tokens))
    await client.get("x")
    assert vendor.issued == 0
    vendor.issued = 7
    tokens.token = Token("access-7", clock.now() + timedelta(hours=1))
    await client.get("x")
    assert vendor.token_requests == []


async def test_a_new_token_is_stored_before_it_is_used(vendor, connect, clock):
    class Full(MemoryTokenStore):
        async def save(self, token):
            raise OSError("disk full")

    client = connect(vendor.server, auth=oauth(vendor, tokens=Full()))
    with pytest.raises(OSError, match="disk full"):
        await client.get("x")
    assert len(vendor.server.requests) == 1


async def test_rejected_credentials_are_tried_once_and_then_never_again(serve, connect):
    async def handler(request, reply):
        await reply.send(401)

    server = await serve(handler)
    client = connect(server, auth=HeaderAuth({"key": "wrong-key"}))
    for _ in range(3):
        with pytest.raises(AuthenticationError, match="rejected the credentials"):
            await client.get("x")
    assert len(server.requests) == 1
    client.reset_authentication()
    with pytest.raises(AuthenticationError):
        await client.get("x")
    assert len(server.requests) == 2


async def test_rejected_credentials_are_not_sent_again_by_requests_that_wait_for_a_place(serve, connect):
    async def handler(request, reply):
        await reply.send(401)

    server = await serve(handler)
    client = connect(server, auth=HeaderAuth({"key": "wrong-key"}), budget=BudgetPolicy(concurrency=1))
    outcomes = await asyncio.gather(*(client.get(f"x/{number}") for number in range(20)), return_exceptions=True)
    assert all(isinstance(outcome, AuthenticationError) for outcome in outcomes)
    assert len(server.requests) == 1


async def test_refused_client_credentials_are_not_sent_again_by_requests_that_wait_for_the_token(vendor, connect):
    vendor.token_status, vendor.token_body = 401, {"error": "invalid_client"}
    client = connect(vendor.server, auth=oauth(vendor))
    outcomes = await asyncio.gather(*(client.get(f"x/{number}") for number in range(20)), return_exceptions=True)
    assert all(isinstance(outcome, AuthenticationError) for outcome in outcomes)
    assert len(vendor.server.requests) == 1


async def test_a_still_refused_new_token_ends_it(serve, connect):
    async def handler(request, reply):
        await (reply.send(200, {"access_token": "useless"}) if request.path == "/token" else reply.send(401))

    server = await serve(handler)
    client = connect(server, auth=OAuth2ClientCredentials(f"{server.url}/token", "c", "s3cret"))
    with pytest.raises(AuthenticationError):
        await client.get("x")
    assert [request.path for request in server.requests] == ["/token", "/api/x", "/token", "/api/x"]


async def test_refused_client_credentials_are_not_tried_again(vendor, connect):
    vendor.token_status, vendor.token_body = 401, {"error": "invalid_client", "error_description": "s3cret/+&x"}
    client = connect(vendor.server, auth=oauth(vendor))
    for _ in range(2):
        with pytest.raises(
            AuthenticationError, match=r"refused the client credentials \(401, invalid_client\)"
        ) as caught:
            await client.get("x")
    assert "s3cret" not in str(caught.value)
    assert len(vendor.server.requests) == 1


async def test_a_token_endpoint_that_is_down_is_tried_again(vendor, connect):
    vendor.token_status = 503
    with pytest.raises(VendorUnavailableError):
        await connect(vendor.server, auth=oauth(vendor), retry=RetryPolicy(attempts=4)).get("x")
    assert len(vendor.token_requests) == 4


@pytest.mark.parametrize("body", [b"<html>", [], {"token": "x"}, {"access_token": 5}, {"access_token": ""}])
async def test_an_answer_without_token_is_a_protocol_error(vendor, connect, body):
    vendor.token_body = body
    with pytest.raises(ProtocolError):
        await connect(vendor.server, auth=oauth(vendor)).get("x")


@pytest.mark.parametrize("lifetime", ["3600", None, "soon"])
async def test_odd_lifetimes_are_understood(vendor, connect, lifetime):
    vendor.expires_in = lifetime
    client = connect(vendor.server, auth=oauth(vendor))
    await client.get("x")
    await client.get("x")
    assert vendor.issued == 1


async def test_tokens_are_never_fetched_over_plain_http_from_elsewhere(vendor, connect):
    auth = OAuth2ClientCredentials("http://login.example.com/token", "c", "s3cret")
    with pytest.raises(SettingsError, match="unencrypted"):
        await connect(vendor.server, auth=auth).get("x")


async def test_secrets_and_tokens_are_registered_for_redaction(vendor, connect, redactor):
    await connect(vendor.server, auth=oauth(vendor)).get("x")
    assert redactor.text("got access-1 for s3cret/+&x or s3cret%2F%2B%26x") == "got *** for *** or ***"


async def test_client_credentials_can_go_into_an_address_that_nobody_sees(vendor, connect):
    seen = []
    client = connect(vendor.server, auth=oauth(vendor, style="query"), hooks=[lambda event: seen.append(repr(event))])
    await client.get("x")
    sent = vendor.token_requests[0]
    assert (sent.method, sent.body) == ("GET", b"")
    expected = {"grant_type": "client_credentials", "client_id": "client ä", "client_secret": "s3cret/+&x"}
    assert sent.query == expected
    vendor.token_status, vendor.token_body = 500, {}
    vendor.issued += 1
    with pytest.raises(VendorUnavailableError) as caught:
        await client.get("x")
    told = f"{seen} {caught.value} {caught.value.detail}"
    assert "s3cret" not in told
    assert "client_id" not in told
