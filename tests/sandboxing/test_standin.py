"""A stand-in over real HTTP: what every vendor's sandbox gets from the kit."""

import time
from contextlib import closing
from datetime import UTC, datetime

import httpx
import pytest

from servicedesk_core.sandboxing import (
    ClientCredentials,
    Refusal,
    Script,
    Shelf,
    StandIn,
    VendorClock,
    json_response,
    serve,
)


class Shop(StandIn):
    kinds = frozenset({"empty", "closed"})

    def __init__(self):
        super().__init__()
        self.sold = 0

    def answer(self, request):
        if request.method == "POST":
            self.sold += 1
        elif request.param("shelf") == "none":
            raise Refusal(json_response({"error": "no such shelf"}, 404))
        return json_response({"sold": self.sold, "form": request.form(), "path": request.segments})

    def intervene(self, fault, request):
        return json_response(fault.more, 409) if fault.kind == "closed" else None

    def spoil(self, fault, response):
        return json_response(fault.more) if fault.kind == "empty" else response

    def routes(self):
        return {"POST sell": lambda body: {"sold": self.sell(body["count"])}}

    def sell(self, count):
        self.sold += count
        return self.sold


@pytest.fixture(scope="module")
def served():
    shop = Shop()
    with serve(shop) as url, httpx.Client(base_url=url, timeout=60) as http:
        yield shop, http


@pytest.fixture
def shop(served):
    served[0].faults([])
    served[0].sold = 0
    return served[0]


@pytest.fixture
def http(served, shop):
    return served[1]


def test_requests_are_answered_and_counted(shop, http):
    before = shop.requests["GET /shop//a/"]
    answer = http.get("/shop//a/").json()
    assert answer == {"sold": 0, "form": None, "path": ["shop", "a"]}
    assert http.post("/shop", data={"Name": "x"}).json()["form"] == {"name": "x"}
    assert http.get("/shop?SHELF=none").status_code == 404
    assert shop.requests["GET /shop//a/"] == before + 1


def test_it_is_steered_from_this_machine(shop, http):
    assert http.post("/sandbox/sell", json={"count": 3}).json() == {"sold": 3}
    assert http.post("/sandbox/sell", json={}).status_code == 400
    assert "POST sell" in http.post("/sandbox/nothing").json()["error"]
    assert http.post("/sandbox/faults", json=[{"kind": "status"}]).json() == {"faults": 1}
    assert http.get("/sandbox/state").json()["faults"] == [{"kind": "status", "seen": 0, "fired": 0}]


def test_statuses_and_pages_come_instead_of_the_answer(shop, http):
    shop.faults([{"kind": "status", "status": 503, "headers": {"Retry-After": "2"}, "match": {"method": "POST"}}])
    refused = http.post("/")
    assert (refused.status_code, refused.headers["retry-after"], shop.sold) == (503, "2", 0)
    shop.faults([{"kind": "status", "body": "<a/>"}, {"kind": "html", "nth": 2, "status": 502}])
    assert "xml" in http.get("/").headers["content-type"]
    assert "html" in http.get("/").headers["content-type"]
    assert http.get("/").status_code == 200


@pytest.mark.parametrize(
    ("kind", "sold"), [("drop_before", 0), ("drop_after", 1), ("truncate", 1), ("timeout_after_commit", 1)]
)
def test_connections_break_before_and_after_the_work(shop, http, kind, sold):
    shop.faults([{"kind": kind, "seconds": 0.05}])
    with pytest.raises(httpx.TransportError):
        http.post("/")
    assert shop.sold == sold
    assert http.get("/").status_code == 200


def test_a_kind_of_its_own_changes_the_answer(shop, http):
    shop.faults([{"kind": "empty", "more": {"rows": []}, "header": {"x-wanted": "^yes$"}}])
    assert http.get("/").json()["sold"] == 0
    assert http.get("/", headers={"X-Wanted": "yes"}).json() == {"rows": []}


def test_answers_are_dated_by_the_clock_of_the_vendor():
    class Dated(StandIn):
        def answer(self, request):
            own = {"Date": "Mon, 02 Mar 2026 00:00:00 GMT"} if request.path == "/own" else {}
            return json_response({}, **own)

    with serve(Dated(now=datetime(2026, 3, 2, 9, tzinfo=UTC))) as url, httpx.Client(base_url=url, timeout=60) as http:
        assert http.get("/").headers.get_list("date") == ["Mon, 02 Mar 2026 09:00:00 GMT"]
        assert http.get("/own").headers.get_list("date") == ["Mon, 02 Mar 2026 00:00:00 GMT"]
        told = http.post("/sandbox/advance", json={"hours": 24})
        assert told.headers["date"] == "Tue, 03 Mar 2026 09:00:00 GMT"


@pytest.mark.skipif(not hasattr(time, "tzset"), reason="this system has one zone for all processes")
def test_a_start_without_a_zone_is_one_of_utc(monkeypatch):
    monkeypatch.setenv("TZ", "America/New_York")
    time.tzset()
    try:
        assert VendorClock(datetime.fromisoformat("2026-03-02T09:00")).now() == datetime(2026, 3, 2, 9, tzinfo=UTC)
    finally:
        monkeypatch.undo()
        time.tzset()


def test_an_unknown_kind_or_field_is_refused():
    with pytest.raises(ValueError, match="known are"):
        Script().load([{"kind": "empty"}])
    with pytest.raises(TypeError):
        Script().load([{"kind": "slow", "colour": "red"}])


@pytest.mark.parametrize("as_basic", [True, False])
def test_tokens_live_as_long_as_the_vendor_says(as_basic):
    start = datetime(2026, 3, 2, tzinfo=UTC)
    clock, tokens = VendorClock(start), ClientCredentials("id", "secret", lifetime_s=60)

    class Gate(StandIn):
        def answer(self, request):
            if request.path == "/token":
                if not tokens.accepts(request):
                    return json_response({}, 401)
                return json_response({"access_token": tokens.issue(clock.now())})
            return json_response({}, 200 if tokens.is_good(request, clock.now()) else 401)

    with serve(Gate()) as url, httpx.Client(base_url=url, timeout=60) as http:
        form = {"grant_type": "client_credentials"}
        whole = form if as_basic else form | {"client_id": "id", "client_secret": "secret"}
        auth = ("id", "secret") if as_basic else None
        assert http.post("/token", data=form | {"client_id": "id", "client_secret": "no"}).status_code == 401
        assert http.post("/token", data=form, headers={"Authorization": "Basic !"}).status_code == 401
        headers = {"Authorization": f"Bearer {http.post('/token', data=whole, auth=auth).json()['access_token']}"}
        assert http.get("/x", headers=headers).status_code == 200
        tokens.expire_all()
        assert http.get("/x", headers=headers).status_code == 401
        assert http.get("/x").status_code == 401


def test_a_vendors_own_fault_may_answer_instead_of_the_vendor(shop, http):
    shop.faults([{"kind": "closed", "more": {"until": "noon"}}])
    refused = http.post("/shop")
    assert (refused.status_code, refused.json(), shop.sold) == (409, {"until": "noon"}, 0)


def test_a_shelf_keeps_what_was_put_until_it_is_cleared(tmp_path):
    at = datetime(2026, 3, 2, tzinfo=UTC)
    with closing(Shelf(tmp_path / "kept.db")) as shelf:
        shelf.put("things", "b", {"at": at})
        shelf.put("things", "a", [1])
        shelf.put("things", "a", [2])
        shelf.put("others", "a", None)
    with closing(Shelf(tmp_path / "kept.db")) as shelf:
        assert shelf.all("things") == [[2], {"at": at.isoformat()}]
        assert (shelf.get("things", "a"), shelf.get("things", "c")) == ([2], None)
        shelf.clear()
    with closing(Shelf(tmp_path / "kept.db")) as shelf:
        assert shelf.all("things") == []
