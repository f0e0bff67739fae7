"""The sandbox answers as the real server did to the same calls, and has its ways."""

import importlib.util
from pathlib import Path

import httpx
import pytest

from servicedesk_core.sandboxing import serve
from servicedesk_tryton.sandbox import Sandbox, SandboxOptions

_spec = importlib.util.spec_from_file_location("tryton_script", Path(__file__).parents[1] / "script.py")
script = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(script)


@pytest.fixture
def url():
    with serve(Sandbox()) as address:
        yield address


def test_the_sandbox_answers_as_the_server_did(url):
    told, real = script.ask(url), script.recorded()
    different = [(ours, theirs) for ours, theirs in zip(told, real, strict=True) if ours != theirs]
    assert different == []


def test_a_long_answer_says_that_it_is_compressed(url):
    with httpx.Client(base_url=url, headers={"Accept-Encoding": "identity"}) as http:
        body = {
            "id": "x" * 2000,
            "method": "common.db.login",
            "params": ["servicedesk", {"password": "sandbox-password-1"}],
        }
        with pytest.raises(httpx.DecodingError):
            http.post("/erp/rpc/", json=body)
    answer = httpx.post(f"{url}/erp/rpc/", json=body)
    assert (answer.headers["content-encoding"], answer.json()["id"]) == ("gzip", body["id"])


def test_who_is_not_known_is_refused_and_addresses_are_as_they_are(url):
    call = {"id": 1, "method": "model.party.party.search", "params": [{}]}
    assert httpx.post(f"{url}/erp/rpc/", json=call).status_code == 401
    wrong = {"id": 1, "method": "common.db.login", "params": ["servicedesk", {"password": "wrong"}]}
    assert httpx.post(f"{url}/erp/rpc/", json=wrong).status_code == 401
    assert httpx.post(f"{url}/other/rpc/", json=wrong).status_code == 404
    version = {"id": 1, "method": "common.server.version", "params": []}
    assert httpx.post(f"{url}/rpc/", json=version).json()["result"] == "8.2"


def test_what_was_done_is_kept_in_the_file(tmp_path):
    first = Sandbox(SandboxOptions(state=tmp_path / "state"))
    first.shipping.count(9, 1, -6)
    first.close()
    second = Sandbox(SandboxOptions(state=tmp_path / "state"))
    assert second.models.counting.of("product", 1, {"locations": [9]}) == 0
    assert second.records.add("stock.move")["id"] > len(first.records.all("stock.move"))
    second.close()
