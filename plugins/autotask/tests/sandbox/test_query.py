"""The query language, pages and counts."""

import json

import pytest

from servicedesk_autotask.sandbox import Sandbox

ALL = {"filter": [{"op": "exist", "field": "id"}]}


def rows(shared):
    return shared.sandbox.store.select("Tickets")


def test_envelope_and_ascending_ids(shared):
    answer = shared.call("POST", "Tickets/query", ALL).json()
    ids = [item["id"] for item in answer["items"]]
    assert ids == sorted(ids)
    assert answer["pageDetails"]["count"] == answer["pageDetails"]["requestCount"] == 500
    assert answer["pageDetails"]["prevPageUrl"] is None
    assert len(answer["items"][0]) == 76


def test_post_pages_follow_with_post_only(shared):
    wanted = [row["id"] for row in rows(shared)]
    answer, seen = shared.call("POST", "Tickets/query", ALL), []
    while True:
        page = answer.json()
        seen += [item["id"] for item in page["items"]]
        following = page["pageDetails"]["nextPageUrl"]
        if following is None:
            break
        refused = shared.http.get(following)
        assert refused.status_code == 405
        assert refused.json() == {"Message": "The requested resource does not support http method 'GET'."}
        answer = shared.http.post(following, json=ALL)
    assert seen == wanted
    previous = shared.http.post(page["pageDetails"]["prevPageUrl"], json=ALL).json()
    assert [item["id"] for item in previous["items"]] == wanted[500:1000]


def test_get_pages_follow_with_get(shared):
    search = ALL | {"MaxRecords": "400"}
    following = shared.search("tickets/query", search).json()["pageDetails"]["nextPageUrl"]
    assert "search=" in following
    assert shared.http.post(following, json=search).status_code == 405
    page = shared.http.get(following).json()
    assert page["items"][0]["id"] == rows(shared)[400]["id"]


def test_keyset_loop(shared):
    last, seen = 0, 0
    while page := shared.find("TicketNotes", ("id", "gt", last)):
        last, seen = page[-1]["id"], seen + len(page)
    assert seen == shared.sandbox.store.count("TicketNotes")


def test_trailing_empty_page(serving):
    with serving(trailing_page=True, tickets=60) as api:
        page = api.call("POST", "Tickets/query", ALL | {"maxRecords": 60}).json()
        assert len(page["items"]) == 60
        last = api.http.post(page["pageDetails"]["nextPageUrl"], json=ALL).json()
        assert last["items"] == []
        assert last["pageDetails"]["nextPageUrl"] is None


def open_and_mine(row):
    return row["status"] != 5 and row["assignedResourceID"] is not None


CASES = [
    ([("status", "eq", 5)], lambda r: r["status"] == 5),
    ([("Status", "EQ", "5")], lambda r: r["status"] == 5),
    ([("status", "noteq", 5), ("assignedResourceID", "exist")], open_and_mine),
    ([("assignedResourceID", "notExist")], lambda r: r["assignedResourceID"] is None),
    ([("status", "in", [1, "8"])], lambda r: r["status"] in {1, 8}),
    ([("priority", "notIn", [1, 2])], lambda r: r["priority"] not in {1, 2}),
    ([("title", "beginsWith", "vpn")], lambda r: r["title"].lower().startswith("vpn")),
    ([("title", "endsWith", "LAPTOP")], lambda r: r["title"].lower().endswith("laptop")),
    ([("description", "contains", "auditor")], lambda r: "auditor" in r["description"]),
    ([("title", "contains", "%")], lambda r: "%" in r["title"]),
    ([("createDate", "gte", "2026-11-01T00:00:00.000")], lambda r: r["createDate"] >= "2026-11-01"),
    ([("createDate", "gt", "2026-10-31T20:00:00-04:00")], lambda r: r["createDate"] > "2026-11-01T00:00:00Z"),
    ([("dueDateTime", "lt", "2026-10-01")], lambda r: r["dueDateTime"] < "2026-10-01"),
    ([("estimatedHours", "gt", 2.5)], lambda r: (r["estimatedHours"] or 0) > 2.5),
    ([("isVisibleToComanaged", "eq", True), ("id", "lte", 100200)], lambda r: r["id"] <= 100200),
]


@pytest.mark.parametrize(("conditions", "meets"), CASES)
def test_operators(shared, conditions, meets):
    wanted = sum(map(meets, rows(shared)))
    search = {"Filter": [{"Field": f, "Op": o, **({"Value": v[0]} if v else {})} for f, o, *v in conditions]}
    assert shared.search("Tickets/query/count", search).json() == {"queryCount": wanted}
    found = shared.search("Tickets/query", search).json()["items"]
    assert len(found) == min(wanted, 500)


def test_groups_nest_and_the_top_is_and(shared):
    either = {
        "op": "or",
        "items": [{"op": "eq", "field": "status", "value": 1}, {"op": "eq", "field": "status", "value": 8}],
    }
    both = {"op": "and", "items": [either, {"op": "eq", "field": "priority", "value": 1}]}
    found = shared.call("POST", "Tickets/query", {"filter": [both, {"op": "gt", "field": "id", "value": 0}]}).json()
    wanted = [r["id"] for r in rows(shared) if r["status"] in {1, 8} and r["priority"] == 1]
    assert [item["id"] for item in found["items"]] == wanted


def test_user_defined_fields(shared):
    udf = {"op": "eq", "field": "Customer Ranking", "value": "golden", "udf": True}
    found = shared.call("POST", "Companies/query", {"filter": [udf]}).json()["items"]
    assert found
    assert all({"name": "Customer Ranking", "value": "Golden"} in item["userDefinedFields"] for item in found)
    twice = shared.errors("POST", "Companies/query", {"filter": [udf, udf]})
    assert "Only one user-defined field" in twice[0]


def test_include_fields(shared):
    answer = shared.call("POST", "Tickets/query", ALL | {"IncludeFields": ["Title", "status"], "MaxRecords": 1})
    assert set(answer.json()["items"][0]) == {"id", "title", "status", "userDefinedFields"}
    errors = shared.errors("POST", "Tickets/query", ALL | {"includeFields": ["nope"]})
    assert errors == ["Unable to find nope in the Ticket Entity."]


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"filter": [{"op": "eq", "field": "nope", "value": 1}]}, "Unable to find nope in the Ticket Entity."),
        ({"filter": [{"op": "eq", "field": "creatorType", "value": 1}]}, "Unable to find creatorType"),
        ({"filter": [{"op": "eq", "field": "status", "value": "New"}]}, "converting varchar 'New' to data type int"),
        ({"filter": [{"op": "noteExist", "field": "id"}]}, "operator 'noteExist' is not supported"),
        ({"filter": [{"op": "eq", "field": "isVisibleToComanaged", "value": 1}]}, "only true or false"),
        ({}, "A filter is required"),
        (ALL | {"maxRecords": 501}, "maxCountOfRecordsToReturn must be between 1 and 500"),
        (ALL | {"maxRecords": 0}, "maxCountOfRecordsToReturn must be between 1 and 500"),
        ({"filter": [{"op": "in", "field": "id", "value": list(range(501))}]}, "limited to 500 or fewer 'OR'"),
    ],
)
def test_refused_queries_are_500(shared, body, message):
    assert message in shared.errors("POST", "Tickets/query", body)[0]


def test_lenient_ignores_unknown_operators(serving):
    with serving(lenient=True) as api:
        assert len(api.find("Tickets", ("id", "noteExist"))) == 120


def test_long_addresses_need_post(shared):
    search = {"filter": [{"op": "in", "field": "id", "value": list(range(100_000, 100_400))}]}
    assert shared.search("Tickets/query", search).status_code == 414
    assert shared.call("POST", "Tickets/query", search).status_code == 200


def test_missing_record_is_null(shared):
    assert shared.get("Tickets/1").json() == {"item": None}


@pytest.mark.slow
def test_equal_seeds_make_equal_desks(shared):
    other = Sandbox(shared.sandbox.options)
    try:
        assert json.dumps(other.store.select("Tickets")) == json.dumps(rows(shared))
        assert json.dumps(other.store.select("TicketNotes")) == json.dumps(shared.sandbox.store.select("TicketNotes"))
    finally:
        other.close()
