"""Access: allowed once by a person, refreshed from then on, whatever goes wrong."""

import asyncio
from dataclasses import replace
from urllib.request import HTTPRedirectHandler, build_opener

import pytest

from servicedesk_core.errors import AuthenticationError, ConnectorError, OutcomeUnknownError, PermissionDeniedError
from servicedesk_core.hooks import Token
from servicedesk_core.http import MemoryTokenStore
from servicedesk_core.http.authorization import AuthorizationRequest

TOKENS = {"path": "/oauth2/v1/tokens/bearer"}


class _Stays(HTTPRedirectHandler):
    def http_error_302(self, request, answer, code, message, headers):
        return answer


def allow(url):
    """Return where the browser ends when a person allows the access."""
    with build_opener(_Stays).open(url) as answer:
        return answer.headers["location"]


async def refreshed(stand, tokens, **given):
    """Ask once, with an access token that has ended."""
    async with stand.connector(tokens=tokens, **given) as books:
        return await books.vendor_identity()


def ended(tokens):
    tokens.token = replace(tokens.token, expires_at=None, access="ended")
    return tokens


async def test_a_person_allows_it_and_the_company_is_told(stand):
    tokens = MemoryTokenStore()
    async with stand.connector(tokens=tokens) as books:
        auth = books.authorization()
        request = auth.request()
        assert isinstance(request, AuthorizationRequest)
        assert "com.intuit.quickbooks.accounting" in request.url
        said = await auth.accept(books._api._http.session, request, allow(request.url))
        assert said["realmId"] == stand.sandbox.options.realm_id
        assert (await books.vendor_identity()).name == "Example MSP"
    assert tokens.token.refresh.startswith("RT1-")


async def test_before_anybody_allowed_it_the_command_is_named(stand):
    with pytest.raises(AuthenticationError, match="Nobody has allowed") as raised:
        await refreshed(stand, MemoryTokenStore())
    assert "connections authorize" in raised.value.hint


async def test_a_rotated_refresh_token_is_stored_and_the_old_one_is_worthless(stand):
    tokens = ended(stand.tokens())
    before = tokens.token
    stand.sandbox.log_in.rotate()
    assert (await refreshed(stand, tokens)).account == stand.sandbox.options.realm_id
    assert tokens.token.refresh != before.refresh
    with pytest.raises(AuthenticationError, match="invalid_grant"):
        await refreshed(stand, MemoryTokenStore(before))


async def test_a_refresh_that_changes_nothing_keeps_the_refresh_token(stand):
    tokens = ended(stand.tokens())
    before = tokens.token.refresh
    await refreshed(stand, tokens)
    assert tokens.token.refresh == before


async def test_two_processes_at_once_refresh_once(stand):
    tokens = ended(stand.tokens())
    stand.sandbox.log_in.rotate()
    both = await asyncio.gather(*(refreshed(stand, tokens) for _ in range(2)))
    assert [one.name for one in both] == ["Example MSP"] * 2
    assert stand.sandbox.log_in.refreshes == 1


async def test_a_lost_answer_of_a_refresh_is_asked_for_again(stand):
    tokens = ended(stand.tokens())
    before = tokens.token.refresh
    stand.sandbox.faults([{"kind": "drop_after", "match": TOKENS}])
    assert (await refreshed(stand, tokens)).name == "Example MSP"  # within a day the old one still works
    assert (tokens.token.refresh, stand.sandbox.log_in.refreshes) == (before, 2)


async def test_a_lost_rotation_asks_for_a_person_and_stores_nothing_blank(stand):
    tokens = ended(stand.tokens())
    before = tokens.token
    stand.sandbox.log_in.rotate()
    stand.sandbox.faults([{"kind": "drop_after", "match": TOKENS}])
    with pytest.raises(ConnectorError):
        await refreshed(stand, tokens)
    with pytest.raises(AuthenticationError, match="invalid_grant") as raised:
        await refreshed(stand, tokens)
    assert "connections authorize" in raised.value.hint
    assert tokens.token == before


async def test_access_that_was_revoked_is_told(stand):
    tokens = stand.tokens()
    kept = stand.sandbox.shelf.get("refresh", tokens.token.refresh)
    stand.sandbox.shelf.put("revoked", kept["grant"], {})
    with pytest.raises(AuthenticationError, match="refresh token"):
        await refreshed(stand, tokens)


async def test_an_access_token_that_ended_early_is_replaced_once(stand):
    tokens = stand.tokens()
    stand.sandbox.log_in.end_access()
    assert (await refreshed(stand, tokens)).name == "Example MSP"
    assert stand.sandbox.log_in.refreshes == 1


async def test_who_left_and_another_company_are_told_apart(stand):
    left = {"Fault": {"Error": [{"Message": "AuthorizationFailure", "code": "120"}], "type": "ValidationFault"}}
    stand.sandbox.faults([{"kind": "status", "status": 400, "body": left, "match": {"path": "/query"}}])
    with pytest.raises(AuthenticationError) as raised:
        await refreshed(stand, stand.tokens())
    assert "connections authorize" in raised.value.hint
    with pytest.raises(PermissionDeniedError) as raised:
        await refreshed(stand, stand.tokens(), realm_id="9")
    assert "realm_id" in raised.value.hint


async def test_no_secret_stands_in_an_error(stand):
    tokens = ended(stand.tokens())
    stand.sandbox.faults([{"kind": "html", "status": 503, "times": None, "match": {"path": "/"}}])
    with pytest.raises(ConnectorError) as raised:
        await refreshed(stand, tokens)
    told = f"{raised.value} {raised.value.hint} {raised.value.detail}"
    assert not any(one in told for one in (tokens.token.refresh, stand.sandbox.options.client_secret))
    assert not isinstance(raised.value, OutcomeUnknownError)
    assert isinstance(tokens.token, Token)
