"""The API answers what the command line prints with --json, to whoever shows a token, and changes nothing."""

import re

import httpx
import pytest

from servicedesk_core import TicketFilter
from servicedesk_core.config.listening import ApiSection
from servicedesk_core.errors import StoreError
from servicedesk_core.faces.document import document_of, json_bytes
from servicedesk_core.web.api.app import application
from servicedesk_core.web.api.offered import queries_of


async def test_a_document_is_that_of_the_command_line_byte_for_byte(desk, program):
    asks = await program()
    answer = await asks.get("/tickets/list?company=Example%20One&sort=-number&limit=2")
    found = await desk.tickets.list(TicketFilter(company=("Example One",)), sort="-number", limit=2)
    version = queries_of(desk.features)["/api/v1/tickets/list"].version
    assert answer.content == json_bytes(document_of("tickets.list", version, found))
    assert [one["number"] for one in answer.json()["data"]["items"]] == ["T3", "T2"]


async def test_links_lead_through_a_list_once_around(program):
    asks, seen, path = await program(), [], "/tickets/list?limit=3&sort=number"
    while path:
        answer = await asks.get(path)
        seen += [one["number"] for one in answer.json()["data"]["items"]]
        link = re.fullmatch(r'</api/v1(.*)>; rel="next"', answer.headers.get("Link", ""))
        path = link[1] if link else ""
    assert seen == [f"T{number}" for number in range(1, 8)]


async def test_what_a_program_takes_is_audited_once_an_hour_however_often_it_asks(desk, program, clock):
    asks = await program()
    for path in ("/tickets/list?limit=3", "/tickets/list?limit=3", "/tickets/list?company=1", "/status"):
        await asks.get(path)
    clock.advance(3_601)
    await asks.get("/tickets/list?limit=3")
    told = [one for one in await desk.audit.list() if one.action == "list.exported"]
    assert [(one.after["rows"], one.after["filter"]) for one in reversed(told)] == [
        (3, {}), (3, {"company": ["1"]}), (3, {}),
    ]  # fmt: skip
    assert {one.actor for one in told} == {"user:ana via token"}


async def test_what_did_not_change_is_not_sent_again(desk, program):
    asks = await program()
    first = await asks.get("/tickets/list")
    again = await asks.get("/tickets/list", **{"If-None-Match": f'W/"x", {first.headers["ETag"]}'})
    assert (again.status_code, again.content, again.headers["ETag"]) == (304, b"", first.headers["ETag"])
    other = await asks.get("/tickets/list?limit=1", **{"If-None-Match": first.headers["ETag"]})
    assert other.status_code == 200


async def test_a_client_sees_its_own_records_only(program):
    asks = await program("eve")
    answer = await asks.get("/tickets/list")
    assert {one["number"] for one in answer.json()["data"]["items"]} == {"T1", "T2", "T3"}
    assert "Example Two" not in answer.text
    refused = await asks.get("/people/list")
    assert refused.status_code == 403
    assert not {"ana", "ben", "ada"} & set(re.findall(r"\w+", refused.text))


@pytest.mark.parametrize(
    ("path", "status", "code", "says"),
    [
        ("/tickets/list?clint=1", 400, "settings", 'There is no parameter "clint"'),
        ("/tickets/list?limit=many", 400, "settings", '"many" is no number'),
        ("/tickets/list?limit=0", 400, "settings", "limit cannot be 0"),
        ("/tickets/list?limit=1&limit=2", 400, "settings", "given twice"),
        ("/tickets/list?created-since=soon", 400, "settings", "is no instant"),
        ("/tickets/list?created-since=0001-01-01", 400, "settings", "no year that a desk knows"),
        ("/rota/show?day=9999-12-31", 400, "settings", "no year that a desk knows"),
        ("/tickets/list?" + "status=new&" * 1_500, 400, "settings", "1500 parameters"),
        ("/tickets/list?search=a%00b", 400, "settings", "no record has"),
        ("/tickets/list?after=nowhere", 400, "cursor", "nowhere"),
        (f"/tickets/list?after={'9' * 400}", 400, "cursor", "999"),
        ("/tickets/list?all=perhaps", 400, "settings", 'is no "perhaps"'),
        ("/tickets/show", 400, "settings", "is missing"),
        ("/tickets/show?ticket=T99", 404, "not_found_locally", "T99"),
        ("/tickets/lists", 404, "no_such_address", "/api/v1/tickets/lists"),
    ],
)
async def test_what_is_wrong_is_told_as_a_problem(program, path, status, code, says):
    answer = await (await program()).get(path)
    told = answer.json()
    assert (answer.status_code, told["status"], told["code"]) == (status, status, code)
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert says in told["detail"]


@pytest.mark.parametrize("shown", ["", "Basic YW5hOng=", "Bearer", "Bearer sdk_none", b"Bearer \xe4"])
async def test_without_a_token_nothing_is_answered(program, shown):
    asks = await program(None)
    for path in ("", "/openapi.json", "/tickets/list"):
        answer = await asks.get(path, Authorization=shown)
        assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, "Bearer")


@pytest.mark.parametrize("peer", ["192.0.2.10", "::ffff:192.0.2.10"])
async def test_the_proxy_alone_is_answered_by_whichever_protocol_it_comes(desk, peer):
    app = application(desk, desk.features, ApiSection(listen="[::]:9188", proxy="192.0.2.10"))
    for address, status in ((peer, 401), ("192.0.2.11", 403), ("::1", 403)):
        transport = httpx.ASGITransport(app, client=(address, 1))
        async with httpx.AsyncClient(transport=transport, base_url="http://desk") as client:
            assert (await client.get("/api/v1")).status_code == status


async def test_nobody_is_led_to_another_host(program):
    answer = await (await program()).get("/", Host="elsewhere.example")
    assert (answer.status_code, answer.json()["code"]) == (404, "no_such_address")


async def test_it_only_reads(program):
    asks = await program()
    answer = await asks.client.post("/api/v1/tickets/list", headers={"Authorization": f"Bearer {asks.token}"})
    assert (answer.status_code, answer.headers["Allow"], answer.json()["code"]) == (405, "GET, HEAD", "only_reads")


async def test_who_asks_too_often_is_told_when_to_ask_again(desk, program, clock):
    asks, other = await program(), await program("ben")
    most = desk.settings.api.per_minute
    statuses = [(await asks.get("")).status_code for _ in range(most + 1)]
    assert statuses == [200] * most + [429]
    answer = await asks.get("")
    assert (answer.json()["code"], answer.headers["Retry-After"]) == ("too_often", "2")
    assert (await other.get("")).status_code == 200
    clock.advance(2)
    assert (await asks.get("")).status_code == 200


async def test_a_fault_of_ours_tells_nothing_of_records(desk, program, monkeypatch, caplog):
    asks = await program()

    async def fails(*_, **__):
        raise RuntimeError("Printer <b>off</b>")

    monkeypatch.setattr(type(desk), "call", fails)
    answer = await asks.get("/tickets/list")
    assert (answer.status_code, answer.json()["code"]) == (500, "internal")
    assert "Printer" not in answer.text + caplog.text
    assert "RuntimeError" in caplog.text


async def test_where_the_store_is_stays_in_the_log(desk, program, monkeypatch, caplog):
    asks = await program()

    async def fails(*_, **__):
        raise StoreError("The store /srv/desk.db is locked.")

    monkeypatch.setattr(type(desk), "call", fails)
    answer = await asks.get("/tickets/list")
    assert (answer.status_code, answer.json()["code"], answer.headers["Retry-After"]) == (503, "store", "5")
    assert "desk.db" not in answer.text
    assert "desk.db" in caplog.text
