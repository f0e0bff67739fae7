"""Requests and answers against the vendor's own OpenAPI definition, where it is at hand."""

import gzip
import json
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import httpx
import pytest

openapi_core = pytest.importorskip("openapi_core")

DEFINITION = Path(__file__).parents[5] / "shared" / "reference" / "specs" / "ingram-xi-resellers.json.gz"
HEADERS = ("IM-CustomerNumber", "IM-CountryCode", "IM-CorrelationID", "IM-SenderID")
pytestmark = pytest.mark.skipif(not DEFINITION.exists(), reason="the vendor's definition is not at hand")


@pytest.fixture(scope="module")
def contract():
    whole = json.loads(gzip.decompress(DEFINITION.read_bytes()))
    paths = {path: item for path, item in whole["paths"].items() if "/returns/" in path}
    for item in paths.values():
        for operation in item.values():
            operation["security"] = []  # tokens are the HTTP kit's business
    schemas = {name: one for name, one in whole["components"]["schemas"].items() if name.startswith("returns")}
    _allow_nothing([paths, schemas])
    info = {"openapi": whole["openapi"], "info": whole["info"], "servers": whole["servers"]}
    return openapi_core.OpenAPI.from_dict({**info, "paths": paths, "components": {"schemas": schemas}})


def _allow_nothing(node):
    """The definition's own examples hold null where its schemas say text or number."""
    if isinstance(node, dict):
        if node.get("type") in ("string", "number"):  # a property may be named "type"
            node.setdefault("nullable", True)
        for value in node.values():
            _allow_nothing(value)
    elif isinstance(node, list):
        for value in node:
            _allow_nothing(value)


class Exchange:
    """One exchange as openapi-core wants to see it; the address is the one that the contract names."""

    def __init__(self, request, response):
        parts = urlsplit(str(request.url))
        self.host_url = "https://api.ingrammicro.com:443"
        self.path = parts.path
        self.method = request.method.lower()
        self.body = request.content or None
        self.content_type = "application/json"
        headers = {name: request.headers[name] for name in HEADERS if name in request.headers}
        self.parameters = openapi_core.datatypes.RequestParameters(
            query=dict(parse_qsl(parts.query)), header=headers, cookie={}, path={}
        )
        self.status_code = response.status_code
        self.headers = dict(response.headers)
        self.data = response.content


async def test_requests_and_answers_keep_the_vendors_contract(contract, stand, claim, follow):
    seen = []

    class Recording(httpx.AsyncHTTPTransport):
        async def handle_async_request(self, request):
            answer = await super().handle_async_request(request)
            content = await answer.aread()
            seen.append((request, httpx.Response(answer.status_code, headers=answer.headers, content=content)))
            return seen[-1][1]

    async with stand.connector(transport=Recording()) as ingram:
        ref = (await ingram.submit_claim(claim)).ref
        await ingram.find_claim(claim, stand.sandbox.clock.now())
        stand.sandbox.advance(24 * 9)
        await follow(ingram, ref)
    # The token ends in nine days; the first call after them is refused once.
    exchanges = [Exchange(*one) for one in seen if "/returns/" in one[0].url.path and one[1].status_code != 401]
    assert [one.method for one in exchanges] == ["post", "get", "get", "get"]
    for one in exchanges:
        contract.validate_request(one)
        contract.validate_response(one, one)
    broken = Exchange(*next(one for one in seen if one[0].method == "POST"))
    broken.body = b'{"list": [{"quantity": "one"}]}'
    with pytest.raises(openapi_core.exceptions.OpenAPIError):
        contract.validate_request(broken)
