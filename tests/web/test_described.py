"""The description of the API is valid, tells every query, and every answer is as it says."""

import json

import pytest
from openapi_core import Config, OpenAPI
from openapi_core.testing import MockRequest, MockResponse
from openapi_spec_validator import validate
from pydantic import TypeAdapter

from servicedesk_core.web.api.offered import ROOT, queries_of
from servicedesk_core.web.api.openapi import description
from servicedesk_core.web.api.problems import MEDIA_TYPE

GIVEN = {
    "tickets/show": "?ticket=T1",
    "explain": "?ticket=T1",
    "attachments/list": "?ticket=T1",
    "sla/explain": "?ticket=T1",
    "flow/groups": "?by=client",
}
"""What a query of this desk cannot do without."""


@pytest.fixture
def store_url(sqlite_url):
    """One database is enough: shapes do not depend on it."""
    return sqlite_url


@pytest.fixture
def told(desk):
    return description(queries_of(desk.features))


@pytest.fixture
def everybody(settings):
    """Nobody is configured, so that whoever asks may ask everything."""
    settings["people"], settings["api"] = {}, {}


@pytest.mark.slow
async def test_it_is_valid_and_tells_what_is_answered(desk, program, told):
    validate(told)
    asks = await program()
    assert (await asks.get("/openapi.json")).json() == told
    index = await asks.data("")
    assert {one["href"] for one in index["items"]} == {path for path in told["paths"] if path != ROOT}
    assert set(told["paths"]) == {ROOT, *queries_of(desk.features)}


async def test_a_fault_of_ours_is_told_as_described(desk, program, monkeypatch):
    monkeypatch.setattr(type(desk), "call", lambda *_, **__: 1 / 0)
    queries = {path: one for path, one in queries_of(desk.features).items() if one.name == "tickets.list"}
    answer = await (await program()).get("/tickets/list")
    told = description(queries)["paths"][f"{ROOT}/tickets/list"]["get"]["responses"][str(answer.status_code)]
    assert list(told["content"]) == [answer.headers["Content-Type"]]
    assert answer.status_code == 500


def test_shapes_of_one_name_are_told_apart(desk):
    """Alerts have a channel, and clients another one; a feature may call a shape as the problem is called."""
    queries = {
        path: one
        for path, one in queries_of(desk.features).items()
        if one.name in {"alerts.channels", "clients.contacts"}
    }
    told = description(queries)
    for path, query in queries.items():
        content = told["paths"][path]["get"]["responses"]["200"]["content"]
        alone = TypeAdapter(query.result).json_schema(mode="serialization")
        shape = content["application/json"]["schema"]["properties"]["data"]
        assert whole(shape, told) == whole(alone, alone)


def whole(shape, document):
    """Return a shape with what it refers to put in its place."""
    if isinstance(shape, list):
        return [whole(one, document) for one in shape]
    if not isinstance(shape, dict):
        return shape
    if "$ref" in shape:
        found = document
        for word in shape["$ref"].removeprefix("#/").split("/"):
            found = found[word]
        return whole(found, document)
    return {name: whole(one, document) for name, one in shape.items() if name != "$defs"}


@pytest.mark.slow
@pytest.mark.usefixtures("everybody")
async def test_every_answer_is_as_it_says(desk, program, told):
    told["servers"] = [{"url": "http://desk"}]
    reads = Config(spec_validator_cls=None, extra_media_type_deserializers={MEDIA_TYPE: json.loads})
    api = OpenAPI.from_dict(told, config=reads)
    asks, answered = await program("ana"), 0
    for path in queries_of(desk.features):
        short = path.removeprefix(f"{ROOT}/")
        answer = await asks.get(path.removeprefix(ROOT) + GIVEN.get(short, ""))
        request = MockRequest("http://desk", "get", path, headers={"Authorization": f"Bearer {asks.token}"})
        kind = answer.headers["content-type"].partition(";")[0]
        response = MockResponse(answer.content, answer.status_code, dict(answer.headers), kind)
        found = api.unmarshal_response(request, response)
        assert not found.errors, (path, answer.text[:300], found.errors)
        answered += answer.status_code == 200
    assert answered > 60
