"""The stand-in alone, served over real HTTP."""

from datetime import UTC, datetime

import httpx
import pytest

from servicedesk_core.sandboxing import serve
from servicedesk_inventree.sandbox import Sandbox, SandboxOptions

NOW = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)


@pytest.fixture(scope="session")
def _served():
    sandbox = Sandbox(SandboxOptions(now=NOW))
    with serve(sandbox) as url:
        yield sandbox, url


@pytest.fixture
def sandbox(_served):
    _served[0].reset()
    return _served[0]


@pytest.fixture
def url(_served, sandbox):
    return _served[1]


@pytest.fixture
def http(url, sandbox):
    headers = {"Authorization": f"Token {sandbox.options.token}"}
    with httpx.Client(base_url=f"{url}/api/", headers=headers) as client:
        yield client
