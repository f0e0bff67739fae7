"""The connector over real HTTP against the sandbox, each request held against the vendor's own definition."""

import gzip
import json
from contextlib import contextmanager
from datetime import UTC, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import ClassVar

import pytest

from servicedesk_core.domain.currencies import in_cents
from servicedesk_core.hooks import Write
from servicedesk_core.testing import ImpatientClock, Stand, stand_fixtures
from servicedesk_xero import Xero
from servicedesk_xero.sandbox import Sandbox, SandboxOptions
from servicedesk_xero.sandbox.seed import id_of

NOW = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
DEFINITION = "shared/reference/specs/xero_accounting.core.strict.json.gz"
HEADERS = ("xero-tenant-id", "If-Modified-Since", "Idempotency-Key")
WRITES = ("sales_invoices.create", "sales_invoices.void", "credit_notes.create", "credit_notes.void")
TENANT = "the header that a custom connection leaves out"


@cache
def definition():
    """Return the vendor's OpenAPI definition; None where it, or who reads it, is not at hand."""
    at_hand = (folder / DEFINITION for folder in Path(__file__).parents)
    path = next((one for one in at_hand if one.exists()), None)
    try:
        import openapi_core
    except ImportError:
        return None
    if path is None:
        return None
    whole = json.loads(gzip.decompress(path.read_bytes()))
    for item in whole["paths"].values():
        for operation in item.values():
            if isinstance(operation, dict):
                operation["security"] = []  # tokens are the HTTP kit's business
    # Some of its examples break the rules of OpenAPI; what is needed of it does not.
    return openapi_core.OpenAPI.from_dict(whole, config=openapi_core.Config(spec_validator_cls=None))


class Exchange:
    """One request as openapi-core wants to see it; the address is the one that the definition names."""

    def __init__(self, request, *, custom):
        from openapi_core.datatypes import RequestParameters
        from werkzeug.datastructures import ImmutableMultiDict

        self.host_url = "https://api.xero.com"
        self.path = request.path
        self.method = request.method.lower()
        self.body = request.body or None
        self.content_type = "application/json"
        headers = {name: request.headers[name.lower()] for name in HEADERS if name.lower() in request.headers}
        if custom:
            headers.setdefault("xero-tenant-id", TENANT)
        query = ImmutableMultiDict(request.params)
        self.parameters = RequestParameters(query=query, header=headers, cookie={}, path={})


def violations(request, *, custom):
    """Return what the definition has against a request."""
    from openapi_core.exceptions import OpenAPIError

    try:
        definition().validate_request(Exchange(request, custom=custom))
    except OpenAPIError as error:
        reasons = [one.message for one in getattr(error.__cause__, "schema_errors", ())]
        return [f"{request.method} {request.path}: {error!r} {reasons or repr(error.__cause__)}"]
    return []


class HeldSandbox(Sandbox):
    """Notes which requests were not as the vendor's definition says."""

    def __init__(self, options):
        self.broken = []
        self.bodies = []
        self.held = True
        super().__init__(options)

    def answer(self, request):
        if "api.xro" in request.segments:
            self.bodies.append((request.method, request.path, request.body))
            if self.held and definition() is not None:
                custom = "xero-tenant-id" not in request.headers
                self.broken += violations(request, custom=custom)
        return super().answer(request)

    def reset(self):
        self.broken.clear()
        self.bodies.clear()
        self.held = True
        return super().reset()


class XeroStand(Stand[Xero]):
    connector_class = Xero
    grants = (*WRITES, "customers.create")
    more: ClassVar = {"settle_s": 60.0}

    def clock(self):
        return ImpatientClock(NOW)


@contextmanager
def serving(**options):
    told = {"now": NOW, "requests_per_minute": 100_000, "requests_per_day": 100_000, **options}
    with XeroStand.serving(HeldSandbox(SandboxOptions(**told))) as running:
        yield running
        assert running.sandbox.broken == []


shared_stand, _fresh_stand, stand_with = stand_fixtures(serving)


@pytest.fixture
def stand(_fresh_stand):
    yield _fresh_stand
    assert _fresh_stand.sandbox.broken == []


@pytest.fixture
async def xero(stand):
    async with stand.connector() as connector:
        yield connector


@pytest.fixture
def books(stand):
    return stand.sandbox.first.books


@pytest.fixture
def held():
    """Skip where the vendor's definition is not at hand."""
    if definition() is None:
        pytest.skip("the vendor's definition is not at hand")


BAKERY = id_of("Contacts", "Harbor Bakery")


@pytest.fixture
def asked():
    """Return a write that makes a document."""

    def make(kind="sales_invoices.create", number="T-7001", act="", **more):
        line = {"number": 1, "description": "Onsite labour", "quantity": "2.5", "unit_price": "180", "tax": "67.50",
                "amount": "450.00", "account": id_of("Accounts", "200"), "tax_code": "OUTPUT2"}  # fmt: skip
        said = {"number": number, "customer": BAKERY, "issue_on": "2026-11-20", "currency": "NZD", "lines": [line],
                "net": "450.00", "tax": "67.50", "total": "517.50", "kind": kind.partition(".")[0]}  # fmt: skip
        values = {name: value for name, value in {**said, **more}.items() if value is not None}
        return Write(act or f"act of {number}", kind, values=values, attempted_at=NOW)

    return make


@pytest.fixture
def priced():
    """Return lines and sums of a document, from quantity and price of each line, at 15 percent."""

    def make(*lines, **more):
        rows, net, tax = [], Decimal(0), Decimal(0)
        for number, (quantity, price) in enumerate(lines, 1):
            amount = in_cents(Decimal(quantity) * Decimal(price), "NZD")
            own = in_cents(amount * Decimal("0.15"), "NZD")
            row = {"number": number, "description": f"Line {number}", "quantity": quantity, "unit_price": price}
            rows.append({**row, "amount": f"{amount}", "account": id_of("Accounts", "200"), "tax_code": "OUTPUT2"})
            net, tax = net + amount, tax + own
        return {"lines": rows, "net": f"{net}", "tax": f"{tax}", "total": f"{net + tax}", **more}

    return make
