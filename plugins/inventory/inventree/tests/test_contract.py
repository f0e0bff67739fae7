"""Requests and answers against the published OpenAPI definition, where it is at hand."""

import gzip
import json
import re
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import httpx
import pytest

from servicedesk_core.domain.parts import PartQuery
from servicedesk_core.hooks import PullMode, PullRequest, Write

openapi_core = pytest.importorskip("openapi_core")

DEFINITION = Path(__file__).parents[5] / "shared" / "reference" / "specs" / "inventree-api534.core.json.gz"
pytestmark = pytest.mark.skipif(not DEFINITION.exists(), reason="the server's definition is not at hand")
LISTS = (
    "company/", "company/part/", "company/part/manufacturer/", "company/price-break/", "order/po/", "order/po-line/",
    "part/", "part/category/", "stock/", "stock/location/",
)  # fmt: skip


@pytest.fixture(scope="module")
def contract():
    whole = json.loads(gzip.decompress(DEFINITION.read_bytes()))
    for item in whole["paths"].values():
        for operation in item.values():
            operation["security"] = []  # tokens are the HTTP kit's business
    _mend(whole)
    # Some of its defaults and lists of words break the rules of OpenAPI; what is needed of it does not.
    return openapi_core.OpenAPI.from_dict(whole, config=openapi_core.Config(spec_validator_cls=None))


def _mend(node):
    """Take out what the server itself does not keep, and what no body of ours could keep."""
    if isinstance(node, dict):
        if node.get("format") == "date-time":  # what comes is 2026-11-20 09:30
            del node["format"]
        if "oneOf" in node and all(one.get("type") == "string" for one in node["oneOf"]):
            del node["oneOf"]  # an address, or "", which is an address as well
            node["type"] = "string"
        if node.get("nullable") and "allOf" in node:  # means: or null
            node["anyOf"] = [*node.pop("allOf"), {"enum": [None], "nullable": True}]
        for value in node.values():
            _mend(value)
    elif isinstance(node, list):
        for value in node:
            _mend(value)


class Exchange:
    """One exchange as openapi-core wants to see it; the address is the one that the definition names."""

    def __init__(self, request, response):
        parts = urlsplit(str(request.url))
        self.host_url = "http://localhost:8000"
        self.path = re.sub("/+", "/", parts.path)
        self.method = request.method.lower()
        self.body = request.content or None
        self.content_type = response.headers["content-type"]
        self.parameters = openapi_core.datatypes.RequestParameters(
            query=dict(parse_qsl(parts.query)), header={}, cookie={}, path={}
        )
        self.status_code = response.status_code
        self.headers = dict(response.headers)
        self.data = response.content


def hold(contract, exchanges):
    for request, response in exchanges:
        one = Exchange(request, response)
        contract.validate_request(one)
        contract.validate_response(one, one)


@pytest.fixture
def exchanges(stand):
    """What was asked of the stand-in, and what it answered; ``ask`` asks."""
    seen = []
    options = {"headers": {"Authorization": f"Token {stand.sandbox.options.token}"}, "base_url": f"{stand.url}/api/"}
    with httpx.Client(**options) as client:

        def ask(method, path, body=None, **params):
            response = client.request(method, path, json=body, params=params)
            assert response.is_success, response.text
            seen.append((response.request, response))
            return response.json()

        yield seen, ask


def test_the_stand_in_keeps_the_contract(contract, exchanges):
    seen, ask = exchanges
    details = {"supplier_detail": "true", "manufacturer_detail": "true", "location_detail": "true"}
    for path in LISTS:
        for row in ask("GET", path, limit=50, **details, part_detail="true")["results"][:2]:
            if path in {"company/", "company/part/", "order/po-line/", "order/po/", "part/", "stock/"}:
                ask("GET", f"{path}{row['pk']}/")
    move = {"items": [{"pk": 1, "quantity": "2"}], "notes": "ticket 7001"}
    for act in ("remove", "add", "count"):
        ask("POST", f"stock/{act}/", move)
    ask("POST", "stock/transfer/", {**move, "location": 3})
    ask("PATCH", "stock/1/", {"delete_on_deplete": False})
    assert ask("POST", "user/tokens/", {"name": "desk"})["token"].startswith("inv-")
    shape = {"description": "for a ticket", "supplier_reference": "T-7001"}
    order = ask("POST", "order/po/", {"supplier": 1, "reference": "PO-0001", **shape})["pk"]
    line = {"order": order, "part": 1, "quantity": 2, "purchase_price": "84.90"}
    number = ask("POST", "order/po-line/", line)["pk"]
    ask("POST", f"order/po/{order}/issue/")
    arrived = {"items": [{"line_item": number, "quantity": "1"}], "location": 1}
    ask("POST", f"order/po/{order}/receive/", arrived)
    ask("POST", f"order/po/{order}/complete/", {"accept_incomplete": True})
    for path in ("order/po/", "order/po-line/"):
        ask("GET", path, limit=5)
    hold(contract, seen)


async def test_the_connectors_requests_keep_the_contract(contract, stand):
    seen = []

    class Recording(httpx.AsyncHTTPTransport):
        async def handle_async_request(self, request):
            answer = await super().handle_async_request(request)
            seen.append(
                (request, httpx.Response(answer.status_code, headers=answer.headers, content=await answer.aread()))
            )
            return seen[-1][1]

    values = {"quantity": "6", "ticket_number": "T-7001"}
    async with stand.connector(transport=Recording()) as shop:
        for stream in ("parts", "stock_levels", "purchase_orders"):
            since = {"since": stand.sandbox.clock.now()} if stream == "stock_levels" else {}
            for request in (PullRequest(stream, PullMode.BACKFILL), PullRequest(stream, PullMode.INCREMENTAL, **since)):
                assert [page.last async for page in shop.pull(request)] == [True]
            if stream != "purchase_orders":  # none is there yet
                assert [one.status async for one in shop.fetch_records(stream, ["1"])] == ["found"]
        for query in ({"words": "ssd"}, {"part_number": "EX-990-1T"}, {"serial": "DK-0001"}):
            assert len(await shop.find_parts(PartQuery(**query))) == 1
        taken = await shop.send_write(Write("w-1", "stock_moves.take", parent="1", values=values))
        await shop.send_write(Write("w-2", "stock_moves.return", parent="1", values={**values, "move_ref": taken.ref}))
        line = {"number": 1, "part_number": "DOCK-130", "quantity": "2", "unit_cost": "164.5", "currency": "EUR"}
        free = {"number": 2, "part_number": "RAM-16-D4", "quantity": "1"}
        order = await shop.send_write(
            Write("w-3", "purchase_orders.place", values={"lines": [line, free], "note": "x"})
        )
        assert [one.status async for one in shop.fetch_records("purchase_orders", [order.ref])] == ["found"]
        ref = str(stand.sandbox.records.all("order_line")[0]["pk"])
        came = {"lines": [{"line": ref, "quantity": "1", "serial_numbers": ["S-1"]}], "place": "Shelf A", "note": "x"}
        await shop.send_write(Write("w-4", "goods_receipts.create", parent=order.ref, values=came))
        await shop.send_write(Write("w-5", "purchase_orders.cancel", target=order.ref, values={"status": "cancelled"}))
    known = [one for one in seen if one[0].url.path != "/api/" and "/track/" not in one[0].url.path]
    assert {one[0].method for one in known} == {"GET", "POST", "PATCH"}
    hold(contract, known)


def test_the_contract_would_refuse_what_is_wrong(contract, exchanges):
    seen, ask = exchanges
    ask("POST", "stock/remove/", {"items": [{"pk": 1, "quantity": 2}]})  # the server takes a number, too
    ask("GET", "part/")  # and a list without a limit
    for exchange in seen:
        with pytest.raises(openapi_core.exceptions.OpenAPIError):
            hold(contract, [exchange])
