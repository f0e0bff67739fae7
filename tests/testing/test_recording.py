"""Recordings: what a connection read, without secrets and persons, played back in any order."""

import json

import pytest
from pydantic import SecretStr

from servicedesk_core.errors import RateLimitedError, SettingsError, WriteNotGrantedError
from servicedesk_core.http import BearerAuth, HttpProfile, RetryPolicy, Route
from servicedesk_core.sandboxing import StandIn, json_response, serve
from servicedesk_core.testing import Recorder, Replayer, UnrecordedRequestError, live_connection

SECRET = "s3cr3t-token"
PERSONAL = {"email", "firstName", "phone"}


class Vendor(StandIn):
    asked = 0

    def answer(self, request):
        if request.method == "POST":
            return json_response({"items": [{"id": one} for one in request.json()["ids"]]})
        type(self).asked += 1
        if request.segments[1] == "busy":
            return json_response({"error": "busy"}, 429, Retry_After="9")
        if request.segments[1] == "me":
            return json_response({"account": "42", "name": "Example MSP"})
        told = {
            "number": self.asked,
            "contact": {"firstName": "Adelheid", "email": "adelheid@client.example", "phone": 5551234},
            "title": "Adelheid (adelheid@client.example) cannot print",
            "note": f"the caller said {SECRET}",
            "sessionToken": "abc",
        }
        return json_response(told, Set_Cookie="session=abc", X_Internal="10.0.0.1")


@pytest.fixture
def url():
    Vendor.asked = 0
    with serve(Vendor()) as url:
        yield f"{url}/api/"


def profile(url):
    return HttpProfile(
        base_url=url,
        vendor="acme",
        account="1",
        auth=BearerAuth(SecretStr(SECRET)),
        routes=(Route("POST", "search"), Route("POST", "tickets", "tickets.create")),
        retry=RetryPolicy(attempts=1),
    )


async def record(url, path):
    recorder = Recorder(personal=PERSONAL, secrets=["Example MSP"])
    client = recorder.http(profile(url))
    read = [
        (await client.get("tickets/1", params={"b": 2, "a": 1})).json(),
        (await client.get("tickets/1", params={"b": 2, "a": 1})).json(),
        (await client.post("search", json={"ids": [1, 2], "kind": "open"})).json(),
        (await client.get("me")).json(),
    ]
    with pytest.raises(RateLimitedError):
        await client.get("busy")
    await recorder.http.aclose()
    recorder.save(path)
    return read


@pytest.fixture
async def tape(url, tmp_path):
    path = tmp_path / "recordings" / "tickets.json"
    await record(url, path)
    return path


async def test_a_recording_holds_no_secrets_and_no_persons(url, tmp_path):
    path = tmp_path / "tape.json"
    read = await record(url, path)
    assert read[0]["contact"]["firstName"] == "Adelheid", "the connector itself sees everything"
    text = path.read_text()
    for hidden in (SECRET, "Adelheid", "adelheid@", "5551234", "Example MSP", "session=abc", "10.0.0.1", "127.0.0.1"):
        assert hidden not in text
    body = json.loads(text)["exchanges"][0]["answer"]["body"]
    assert body["sessionToken"] == "***"
    assert body["title"] == f"{body['contact']['firstName']} ({body['contact']['email']}) cannot print"


async def test_requests_are_answered_in_any_order_on_any_host(tape):
    asked = Vendor.asked
    replay = Replayer(tape)
    client = replay.http(profile("https://elsewhere.example.com/api/"))
    assert (await client.post("search", json={"kind": "open", "ids": [1, 2]})).json() == {
        "items": [{"id": 1}, {"id": 2}]
    }
    with pytest.raises(RateLimitedError) as caught:
        await client.get("busy")
    assert caught.value.retry_after_s == 9
    numbers = [(await client.get("tickets/1?a=1", params={"b": 2})).json()["number"] for _ in range(3)]
    assert numbers == [1, 2, 2], "the same request gets its answers in order, then the last one again"
    assert [one.path for one in replay.unused()] == ["/api/me"]
    assert Vendor.asked == asked, "nothing reached the vendor"


async def test_an_unrecorded_request_says_what_comes_nearest_and_where_it_differs(tape):
    client = Replayer(tape).http(profile("https://elsewhere.example.com/api/"))
    with pytest.raises(UnrecordedRequestError) as caught:
        await client.post("search", json={"ids": [1, 3], "kind": "open"})
    assert "POST /api/search as it was asked" in str(caught.value)
    assert "body.ids[1]: recorded 2, asked 3" in str(caught.value)
    with pytest.raises(UnrecordedRequestError, match=r"query\.a: recorded '1', asked '7'"):
        await client.get("tickets/1", params={"a": 7, "b": 2})
    with pytest.raises(UnrecordedRequestError, match=r"no answer to GET /api/devices\. It holds: GET /api/busy"):
        await client.get("devices")


async def test_time_stands_where_it_stood(url, tmp_path):
    path = tmp_path / "tape.json"
    recorder = Recorder()
    since = recorder.clock.now().isoformat()
    await recorder.http(profile(url)).get("tickets", params={"since": since})
    await recorder.http.aclose()
    recorder.save(path)
    replay = Replayer(path)
    assert replay.clock.now().isoformat() == since
    await replay.http(profile(url)).get("tickets", params={"since": replay.clock.now().isoformat()})


async def test_neither_records_nor_replays_a_write(url, tape):
    for kit in (Recorder(), Replayer(tape)):
        with pytest.raises(WriteNotGrantedError):
            await kit.http(profile(url)).post("tickets", json={})


@pytest.mark.parametrize(
    ("content", "message"),
    [(None, "There is no recording"), ("{", "is no recording"), ('{"format": "other/1"}', "another format")],
)
def test_a_file_that_is_no_recording_is_refused(tmp_path, content, message):
    path = tmp_path / "tape.json"
    if content is not None:
        path.write_text(content)
    with pytest.raises(SettingsError, match=message):
        Replayer(path)


ACME = """
from pydantic import SecretStr
from servicedesk_core import Connector, ConnectorSettings, hookimpl
from servicedesk_core.hooks import Capabilities, VendorIdentity
from servicedesk_core.http import BearerAuth, HttpProfile

class AcmeSettings(ConnectorSettings):
    url: str
    token: SecretStr

class Acme(Connector[AcmeSettings]):
    Settings = AcmeSettings

    async def open(self):
        settings = self.ctx.settings
        self.http = self.ctx.http(
            HttpProfile(base_url=settings.url, vendor="acme", account="1", auth=BearerAuth(settings.token))
        )

    @hookimpl
    def describe_capabilities(self):
        return Capabilities("Acme")

    @hookimpl
    async def vendor_identity(self):
        me = (await self.http.get("me")).json()
        return VendorIdentity("acme", me["account"], me["name"])
"""


async def test_a_configured_connection_can_be_recorded(url, tmp_path, monkeypatch):
    monkeypatch.setenv("ACME_TOKEN", SECRET)
    (tmp_path / "acme.py").write_text(ACME)
    config = tmp_path / "servicedesk.toml"
    config.write_text(
        '[desk]\nname = "A"\n[connections.psa]\nconnector = "./acme.py:Acme"\n'
        f'url = "{url}"\ntoken = "env:ACME_TOKEN"\n'
    )
    recorder = Recorder()
    async with live_connection(config, "psa", recorder) as connector:
        assert (await connector.vendor_identity()).account == "42"
    assert [asked.path for asked, _ in recorder.tape.exchanges] == ["/api/me"]
    with pytest.raises(SettingsError, match="no connection 'other'"):
        async with live_connection(config, "other", recorder):
            pass
