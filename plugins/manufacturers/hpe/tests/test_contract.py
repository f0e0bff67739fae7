"""Requests and answers against the vendor's own OpenAPI definition, where it is at hand.

The definition has no licence, so it lies outside the project and is only read.
"""

from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

openapi_core = pytest.importorskip("openapi_core")
yaml = pytest.importorskip("yaml")

DEFINITION = Path(__file__).parents[5] / "shared" / "reference" / "manufacturers" / "hpe" / "warrantycheck.openapi.yaml"
pytestmark = pytest.mark.skipif(not DEFINITION.exists(), reason="the vendor's definition is not at hand")
SERIALS = ("CZJ635566T", "CZJ6EXPIRD", "CZJ6LONGAG", "CZJ6SHARED", "CN18BYV0G7", "CZJ6CONTRA", "ZZJ6000000")


@pytest.fixture(scope="module")
def contract():
    return openapi_core.OpenAPI.from_dict(yaml.safe_load(DEFINITION.read_text(encoding="utf-8")))


class Exchange:
    """One exchange as openapi-core wants to see it; the address is the one that the contract names."""

    def __init__(self, request, response):
        parts = urlsplit(str(request.url))
        self.host_url = "https://api-gw.support.hpe.com"
        self.path = parts.path
        self.full_url_pattern = self.host_url + parts.path
        self.method = request.method.lower()
        self.body = request.content or None
        self.content_type = response.headers.get("content-type", "").partition(";")[0]
        headers = {name.title(): value for name, value in request.headers.items()}
        self.parameters = openapi_core.datatypes.RequestParameters(query={}, header=headers, cookie={}, path={})
        self.status_code = response.status_code
        self.headers = dict(response.headers)
        self.data = response.content


@pytest.fixture
async def exchanges(stand, ask):
    """What really goes over the wire while devices are looked up."""
    seen = []

    class Recording(httpx.AsyncHTTPTransport):
        async def handle_async_request(self, request):
            answer = await super().handle_async_request(request)
            content = await answer.aread()
            seen.append((request, httpx.Response(answer.status_code, headers=answer.headers, content=content)))
            return seen[-1][1]

    from servicedesk_core.clock import SystemClock
    from servicedesk_core.http import HttpFactory, InMemoryLedger
    from servicedesk_core.testing.context import opened
    from servicedesk_hpe import Hpe

    clock = SystemClock()
    http = HttpFactory(connection="test", ledger=InMemoryLedger(clock), clock=clock, transport=Recording())
    async with opened(Hpe, stand.settings(), clock=clock, http=http) as hpe:
        await ask(hpe, *SERIALS)
        await ask(hpe, hpe.recognise(_with_product()))
    return [Exchange(*one) for one in seen if "warrantyCheck" in one[0].url.path]


def _with_product():
    from servicedesk_core.domain.warranty import DeviceRef

    return DeviceRef(manufacturer="HPE", serial_number="CZJ6SHARED", product_number="P19766-B21")


async def test_requests_and_answers_keep_the_vendors_contract(contract, exchanges):
    assert len(exchanges) == len(SERIALS) + 1
    assert {one.status_code for one in exchanges} == {200, 404}
    for one in exchanges:
        contract.validate_request(one)
        contract.validate_response(one, one)


async def test_the_check_notices_what_breaks_the_contract(contract, exchanges):
    good = next(one for one in exchanges if one.status_code == 200)
    good.data = good.data.replace(b'"serviceLevelRank":10', b'"serviceLevelRank":"ten"')
    with pytest.raises(openapi_core.exceptions.OpenAPIError):
        contract.validate_response(good, good)
    good.path = good.path.replace("warrantyCheck", "warrantyChecks")
    good.full_url_pattern = good.host_url + good.path
    with pytest.raises(openapi_core.exceptions.OpenAPIError):
        contract.validate_request(good)
