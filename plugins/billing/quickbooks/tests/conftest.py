"""The connector over real HTTP against the sandbox; what it asks is held against the contract where that is at hand."""

import gzip
import json
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import HTTPRedirectHandler, build_opener

import pytest

from servicedesk_core.hooks import Token
from servicedesk_core.http import MemoryTokenStore
from servicedesk_core.testing import ImpatientClock, Stand, stand_fixtures
from servicedesk_quickbooks import QuickBooks
from servicedesk_quickbooks.sandbox import Sandbox, SandboxOptions

NOW = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
CONTRACT = Path(__file__).parents[5] / "shared" / "reference" / "specs" / "qbo_v3.core.openapi.json.gz"


class Books(Stand[QuickBooks]):
    """A served sandbox and ways to connect to it; its time stands still."""

    connector_class = QuickBooks
    grants = ("sales_invoices.create", "credit_notes.create", "customers.create", "sales_invoices.void")

    def clock(self):
        return ImpatientClock(NOW)

    def tokens(self):
        """Return what somebody has who was let in."""
        given = self.sandbox.log_in.grant()
        until = self.sandbox.clock.now() + timedelta(seconds=given["expires_in"])
        return MemoryTokenStore(Token(given["access_token"], until, given["refresh_token"]))

    @asynccontextmanager
    async def connector(self, **given):
        async with super().connector(**{"tokens": self.tokens(), **given}) as books:
            yield books


def serving(**options):
    return Books.serving(Sandbox(SandboxOptions(**{"now": NOW, **options})))


shared_stand, stand, stand_with = stand_fixtures(serving)


@pytest.fixture
async def books(stand):
    async with stand.connector() as connector:
        yield connector


@pytest.fixture
def allowed():
    """Allows a desk the access, as a person does in a browser."""

    class Stay(HTTPRedirectHandler):
        def redirect_request(self, *args):
            return None

    async def allow(desk):
        request = await desk.ask_access("books")
        with pytest.raises(HTTPError) as caught:
            build_opener(Stay).open(request.url)
        caught.value.close()
        said = await desk.accept_access(request, caught.value.headers["Location"], "books")
        assert said["realmId"] == "9130350000000001"

    return allow


@pytest.fixture(scope="session")
def contract():
    """Holds a request of the sandbox against the contract; ``None`` where that is not at hand."""
    if not CONTRACT.exists():
        return None
    openapi_core = pytest.importorskip("openapi_core")
    whole = json.loads(gzip.decompress(CONTRACT.read_bytes()))
    whole["security"] = []  # tokens are the HTTP kit's business
    api = openapi_core.OpenAPI.from_dict(whole, config=openapi_core.Config(spec_validator_cls=None))
    return lambda request: api.validate_request(Asked(request))


class Asked:
    """A request as openapi-core wants to see it; the host is the one that the contract names."""

    def __init__(self, request):
        from openapi_core.datatypes import RequestParameters

        self.host_url = "https://quickbooks.api.intuit.com"
        self.path = request.path
        self.method = request.method.lower()
        self.body = request.body or None
        self.content_type = request.headers.get("content-type", "").partition(";")[0] or "application/json"
        self.parameters = RequestParameters(query=dict(request.params), header={}, cookie={}, path={})


@pytest.fixture
def held_to_contract(contract, monkeypatch):
    """Hold every request that the sandbox gets against the contract; a request that breaks it fails the test."""
    wrong, answer, checked = [], Sandbox.answer, []

    def checking(self, request):
        if request.path.startswith("/v3/") and not request.path.endswith("/exchangerate"):  # the contract has no rates
            try:
                contract(request)
            except Exception as error:  # noqa: BLE001 - whatever it is, the test shall name it
                errors = getattr(error.__cause__, "schema_errors", ())
                wrong.append((request.path, str(error), [one.message for one in errors]))
            checked.append(request.path)
        return answer(self, request)

    if contract is not None:
        monkeypatch.setattr(Sandbox, "answer", checking)
    yield checked
    assert wrong == []
