"""The connector over real HTTP against the sandbox, each request held against the vendor's own definition."""

import gzip
import json
from contextlib import contextmanager
from datetime import date
from functools import cache
from pathlib import Path
from typing import ClassVar

import pytest

from servicedesk_core.domain.warranty import ClaimLine, ClaimService, DeviceRef
from servicedesk_core.testing import Stand, example_claim, followed, stand_fixtures
from servicedesk_ingram import Ingram
from servicedesk_ingram.sandbox import Sandbox, SandboxOptions

DEFINITION = "shared/reference/specs/ingram-xi-resellers.json.gz"
HEADERS = ("IM-CustomerNumber", "IM-CountryCode", "IM-CorrelationID", "IM-SenderID")
HELD = ("/catalog", "/orders", "/returns/")


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
    kept = {path: item for path, item in whole["paths"].items() if any(part in path for part in HELD)}
    for item in kept.values():
        for operation in item.values():
            operation["security"] = []  # tokens are the HTTP kit's business
    _mend([kept, whole["components"]])
    # Some of its examples and defaults break the rules of OpenAPI; what is needed of it does not.
    return openapi_core.OpenAPI.from_dict({**whole, "paths": kept}, config=openapi_core.Config(spec_validator_cls=None))


def _mend(node):
    """Its own examples hold null where its schemas say text or number; defaults are texts where they say numbers."""
    if isinstance(node, dict):
        node.pop("default", None)
        if node.get("type") in ("string", "number"):  # a property may be named "type"
            node.setdefault("nullable", True)
        for value in node.values():
            _mend(value)
    elif isinstance(node, list):
        for value in node:
            _mend(value)


class Exchange:
    """One exchange as openapi-core wants to see it; the address is the one that the definition names."""

    def __init__(self, request, response):
        from openapi_core.datatypes import RequestParameters
        from werkzeug.datastructures import ImmutableMultiDict

        self.host_url = "https://api.ingrammicro.com:443"
        self.path = request.path
        self.method = request.method.lower()
        self.body = request.body or None
        self.content_type = "application/json"
        headers = {name: request.headers[name.lower()] for name in HEADERS if name.lower() in request.headers}
        query = ImmutableMultiDict(request.params)
        self.parameters = RequestParameters(query=query, header=headers, cookie={}, path={})
        self.status_code = response and response.status
        self.headers = {}
        self.data = response and response.body


def violations(request, response):
    """Return what the definition has against a request, and against the answer if it is a success."""
    from openapi_core.exceptions import OpenAPIError

    one = Exchange(request, response)
    try:
        definition().validate_request(one)
        if response is not None and response.status < 300 and response.body:
            definition().validate_response(one, one)
    except OpenAPIError as error:
        return [f"{request.method} {request.path}: {error!r} {error.__cause__!r}"]
    return []


class HeldSandbox(Sandbox):
    """Notes what was not as the vendor's definition says: in requests, and in its own successes."""

    def __init__(self, options):
        self.broken = []
        super().__init__(options)

    def answer(self, request):
        response = None
        try:
            response = super().answer(request)
        finally:
            if definition() is not None and request.segments[-1:] != ("token",):
                self.broken += violations(request, None if self.options.drifts else response)
        return response

    def reset(self):
        self.broken.clear()
        return super().reset()


class IngramStand(Stand[Ingram]):
    connector_class = Ingram
    grants = ("claims.submit", "purchase_orders.place", "purchase_orders.cancel")
    more: ClassVar = {
        "primary_reason": "Item does not work",
        "secondary_reason": "Defective on arrival",
        "settle_s": 60.0,
    }


@contextmanager
def serving(**options):
    with IngramStand.serving(HeldSandbox(SandboxOptions(**options))) as running:
        yield running
        assert running.sandbox.broken == []


shared_stand, _fresh_stand, stand_with = stand_fixtures(serving)


@pytest.fixture
def stand(_fresh_stand):
    yield _fresh_stand
    assert _fresh_stand.sandbox.broken == []


@pytest.fixture
async def ingram(stand):
    async with stand.connector() as connector:
        yield connector


@pytest.fixture
def good_claim():
    return example_claim(
        DeviceRef(manufacturer="Example Maker", serial_number="EX12345"),
        service=ClaimService.RETURN_FOR_CREDIT,
        invoice_number="40-NFERG-11",
        purchased_on=date(2026, 1, 5),
        time_zone=None,
        lines=(ClaimLine(number=1, part_number="A9W-12345", quantity=1),),
    )


@pytest.fixture
def claim(good_claim):
    """The suite has a fixture of this name, which would hide it there."""
    return good_claim


@pytest.fixture
def follow():
    """Fetch claims; outcomes by reference."""
    return followed


@pytest.fixture
def held():
    """Skip where the vendor's definition is not at hand."""
    if definition() is None:
        pytest.skip("the vendor's definition is not at hand")
