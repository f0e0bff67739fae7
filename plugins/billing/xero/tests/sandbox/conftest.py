"""The stand-in alone, served over real HTTP, and a person who has allowed an application the access."""

import time
from datetime import UTC, datetime
from urllib.parse import parse_qsl, urlsplit

import httpx
import pytest

from servicedesk_core.sandboxing import serve
from servicedesk_xero.sandbox import Sandbox, SandboxOptions

NOW = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
SCOPES = "offline_access accounting.invoices accounting.payments accounting.contacts accounting.settings"


@pytest.fixture
def sandbox():
    stand_in = Sandbox(SandboxOptions(now=NOW))
    yield stand_in
    stand_in.close()


@pytest.fixture
def url(sandbox):
    with serve(sandbox) as address:
        yield address


@pytest.fixture
def kept(url, sandbox):
    """The token of a person who has allowed the access, as an application keeps it."""
    options = sandbox.options
    ask = {"response_type": "code", "client_id": options.client_id, "redirect_uri": "http://localhost/callback"}
    page = httpx.get(f"{url}/identity/connect/authorize", params={**ask, "scope": SCOPES, "state": "s"})
    code = dict(parse_qsl(urlsplit(page.headers["location"]).query))["code"]
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": "http://localhost/callback"}
    answer = httpx.post(f"{url}/connect/token", data=form, auth=(options.client_id, options.client_secret))
    return {**answer.json(), "expires_at": time.time() + 1800}
