"""Two ways to log in, tokens that are replaced with each use, and which organisation is meant."""

import asyncio

import httpx
import pytest

from servicedesk_core.errors import AuthenticationError, PermissionDeniedError, SettingsError
from servicedesk_core.hooks import PullMode, PullRequest
from servicedesk_core.http import MemoryTokenStore
from servicedesk_xero.api.profile import connections_profile, person
from servicedesk_xero.sandbox.seed import id_of
from servicedesk_xero.settings import SCOPES

ONE, OTHER = "Example Services", "Example Holdings"


async def allow(stand, tokens, **settings):
    """Allow the access as a person in a browser does."""
    async with stand.connector(app="web", tokens=tokens, **settings) as xero:
        auth = xero.authorization()
        question = auth.request()
        async with httpx.AsyncClient() as browser:
            answer = (await browser.get(question.url)).headers["location"]
        client = xero.ctx.http(connections_profile(xero.ctx, auth))
        await auth.accept(client.session, question, answer)


async def name_of(stand, tokens, **settings):
    async with stand.connector(app="web", tokens=tokens, **settings) as xero:
        return (await xero.vendor_identity()).name


@pytest.fixture
def tokens():
    return MemoryTokenStore()


async def test_a_person_allows_it_once_and_each_refresh_is_kept(stand, tokens):
    await allow(stand, tokens)
    first = tokens.token.refresh
    assert await name_of(stand, tokens) == ONE
    assert stand.requests["POST token"] == 1
    stand.sandbox.identity.expire_access()
    assert await name_of(stand, tokens) == ONE
    assert tokens.token.refresh not in {None, first}
    assert stand.requests["POST token"] == 2


async def test_a_refresh_whose_answer_got_lost_is_repeated_within_the_grace(stand, tokens):
    await allow(stand, tokens)
    stand.sandbox.identity.expire_access()
    stand.sandbox.faults([{"kind": "drop_after", "match": {"path": "/connect/token"}}])
    assert await name_of(stand, tokens) == ONE
    assert stand.requests["POST token"] == 3


async def test_of_two_processes_one_refreshes(stand, tokens):
    await allow(stand, tokens)
    stand.sandbox.identity.expire_access()
    assert await asyncio.gather(*(name_of(stand, tokens) for _ in range(4))) == [ONE] * 4
    assert stand.requests["POST token"] == 2


async def test_what_was_refreshed_too_long_ago_or_revoked_asks_for_a_person(stand, tokens):
    await allow(stand, tokens)
    used = tokens.token
    stand.sandbox.identity.expire_access()
    await name_of(stand, tokens)
    stand.sandbox.advance(hours=0.6)
    stand.sandbox.identity.expire_access()
    with pytest.raises(AuthenticationError, match="invalid_grant") as refused:
        await name_of(stand, MemoryTokenStore(used))
    assert "connections authorize test" in refused.value.hint
    stand.sandbox.identity.revoke_all()
    with pytest.raises(AuthenticationError, match="invalid_grant"):
        await name_of(stand, tokens)


async def test_nobody_allowed_it_yet(stand, tokens):
    with pytest.raises(AuthenticationError, match="Nobody has allowed"):
        await name_of(stand, tokens)


async def test_a_custom_connection_names_no_organisation_and_asks_for_no_list(stand, xero):
    assert (await xero.vendor_identity()).name == ONE
    assert set(stand.requests) == {"POST token", "GET Organisation"}


async def test_of_several_organisations_one_is_chosen_by_name_or_id(stand_with, tokens):
    with stand_with(organisations=2) as stand:
        await allow(stand, tokens)
        with pytest.raises(SettingsError, match=f"{OTHER}, {ONE}"):
            await name_of(stand, tokens)
        assert await name_of(stand, tokens, organisation=OTHER.upper()) == OTHER
        assert await name_of(stand, tokens, organisation=id_of("Tenant", OTHER)) == OTHER
        with pytest.raises(PermissionDeniedError, match="does not reach the organisation Elsewhere"):
            await name_of(stand, tokens, organisation="Elsewhere")


async def test_an_organisation_that_was_disconnected_asks_for_a_person(stand, tokens):
    await allow(stand, tokens)
    async with stand.connector(app="web", tokens=tokens) as xero:
        await xero.vendor_identity()
        stand.sandbox.shelf.put("disconnected", id_of("Tenant", ONE), 1)
        with pytest.raises(PermissionDeniedError, match="does not let this app"):
            await xero.vendor_identity()
    with pytest.raises(PermissionDeniedError, match="it reaches none"):
        await name_of(stand, tokens)


async def test_a_scope_that_is_missing_is_named_and_the_rest_works(stand):
    narrow = " ".join(one for one in SCOPES.split() if "payments" not in one)
    async with stand.connector(scopes=narrow) as xero:
        payments, customers = await xero.check_connection(("payments", "customers"))
        assert (payments.readable, customers.readable) == (False, True)
        assert "Scope accounting.payments.read" in payments.note
        with pytest.raises(PermissionDeniedError):
            [page async for page in xero.pull(PullRequest("payments", PullMode.BACKFILL))]


async def test_the_older_broad_scope_is_enough(stand):
    async with stand.connector(scopes="accounting.transactions accounting.contacts accounting.settings") as xero:
        checks = await xero.check_connection(("payments", "sales_invoices", "credit_notes"))
        assert all(one.readable for one in checks)


def test_secrets_do_not_show(stand):
    settings = stand.settings()
    auth = person(type("Ctx", (), {"settings": settings, "tokens": None}))
    for secret in (stand.sandbox.options.client_secret, stand.sandbox.options.webhook_key):
        assert secret not in f"{settings!r} {auth!r}"


@pytest.mark.parametrize("name", ["url", "token_url", "login_url"])
def test_nothing_goes_out_unencrypted(stand, name):
    with pytest.raises(ValueError, match="https"):
        stand.settings(**{name: "http://xero.example.com"})
