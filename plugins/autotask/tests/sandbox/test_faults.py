"""The fault script: every kind, when it strikes, and what the desk keeps."""

import time

import httpx
import pytest

pytestmark = pytest.mark.slow  # a sandbox for each fault

ALL = {"filter": [{"op": "exist", "field": "id"}]}
TICKET = {"companyID": 0, "title": "Only once", "status": 1, "priority": 2, "queueID": 5}


def made(api):
    return len(api.find("Tickets", ("title", "eq", "Only once")))


@pytest.mark.parametrize("kind", ["drop_after", "timeout_after_commit", "truncate"])
def test_committed_but_not_heard(api, kind):
    api.faults({"kind": kind, "seconds": 0.1, "match": {"method": "POST", "path": "/Tickets$"}})
    with pytest.raises(httpx.RemoteProtocolError):
        api.call("POST", "Tickets", TICKET)
    assert made(api) == 1
    assert api.sandbox.state()["writes"][0]["kind"] == "create"


def test_client_gives_up_before_the_answer(api):
    api.faults({"kind": "timeout_after_commit", "seconds": 30})
    with pytest.raises(httpx.ReadTimeout):
        api.call("POST", "Tickets", TICKET, timeout=httpx.Timeout(60, read=0.3))
    while not made(api):
        continue
    assert made(api) == 1


def test_dropped_before_anything_happened(api):
    api.faults({"kind": "drop_before"})
    with pytest.raises(httpx.RemoteProtocolError):
        api.call("POST", "Tickets", TICKET)
    assert made(api) == 0


@pytest.mark.parametrize("headers", [{}, {"Retry-After": "2"}, {"Retry-After": "0"}])
def test_status_with_headers_on_the_nth_call(api, headers):
    body = {"errors": ["busy"]}
    entry = {"kind": "status", "status": 429, "headers": headers, "body": body, "nth": 2, "times": 2}
    api.http.post(f"{api.url}/sandbox/faults", json=[entry | {"match": {"path": "companies"}}]).raise_for_status()
    answers = [api.get("Companies/0") for _ in range(4)]
    assert [answer.status_code for answer in answers] == [200, 429, 429, 200]
    assert answers[1].headers.get("retry-after") == headers.get("Retry-After")
    assert answers[1].json() == body


def test_html_expired_slow_and_huge(api):
    api.faults({"kind": "html", "status": 503})
    assert api.get("Companies/0").headers["content-type"].startswith("text/html")
    api.faults({"kind": "expired_token"})
    assert [api.get("Companies/0").status_code for _ in range(2)] == [401, 200]
    api.faults({"kind": "slow", "seconds": 0.2})
    start = time.monotonic()
    assert api.get("Companies/0").status_code == 200
    assert time.monotonic() - start >= 0.2
    api.faults({"kind": "huge", "bytes": 3_000_000})
    assert len(api.get("Companies/0").content) > 2_900_000


def test_repeated_page(api):
    first = api.call("POST", "Tickets/query", ALL | {"maxRecords": 50}).json()
    api.faults({"kind": "repeat_page", "match": {"path": "next"}})
    following = first["pageDetails"]["nextPageUrl"]
    assert api.http.post(following, json=ALL).json() == first
    assert api.http.post(following, json=ALL).json() != first


def test_workflow_rule_reverts_a_change(api):
    number = api.ticket()
    api.faults({"kind": "workflow_revert"})
    assert api.call("PATCH", "Tickets", {"id": number, "status": 5}).json() == {"itemId": number}
    assert api.item("Tickets", number)["status"] == 1


def test_workflow_rule_acts_as_the_vendors_administrator_after_the_edit(api):
    number = api.ticket()
    api.faults({"kind": "workflow_set", "set": {"status": 19}, "match": {"method": "PATCH"}})
    api.call("PATCH", "Tickets", {"id": number, "status": 8})
    assert api.item("Tickets", number)["status"] == 19
    history = api.find("TicketHistory", ("ticketID", "eq", number))
    assert [(row["resourceID"], row["detail"]) for row in history[1:]] == [
        (5, 'Status: "New" -> "In Progress"'),
        (4, 'Status: "In Progress" -> "Customer Note Added"'),
    ]


def test_admin_routes(api):
    api.ticket()
    state = api.http.get(f"{api.url}/sandbox/state").json()
    assert state["requests"] == {"POST Tickets/create": 1}
    assert state["threshold"] == 1
    assert api.http.post(f"{api.url}/sandbox/faults", json=[{"kind": "nonsense"}]).status_code == 400
    assert api.http.get(f"{api.url}/sandbox/nothing").status_code == 404
    assert api.http.post(f"{api.url}/sandbox/reset").json() == {"tickets": 120}
    assert api.http.get(f"{api.url}/sandbox/state").json()["requests"] == {}


async def test_admin_routes_are_for_loopback_only(api):
    app = httpx.ASGITransport(api.sandbox, client=("192.0.2.7", 1))
    async with httpx.AsyncClient(transport=app, base_url="http://sandbox") as client:
        assert (await client.get("/sandbox/state")).status_code == 403
