"""What the server does that a reader would not expect."""

import pytest


def history(http, item):
    return http.get("stock/track/", params={"item": item, "limit": 50}).json()["results"]


def test_without_a_limit_a_list_is_bare_and_with_one_it_is_cut(http):
    whole = http.get("part/").json()
    page = http.get("part/", params={"limit": 4, "ordering": "id"}).json()
    assert (len(whole), page["count"], len(page["results"]), page["previous"]) == (6, 6, 4, None)
    rest = http.get(page["next"]).json()
    assert (len(rest["results"]), rest["next"]) == (2, None)


def test_a_list_that_changes_while_it_is_read_moves(http):
    first = http.get("stock/", params={"limit": 2, "ordering": "creation_date"}).json()["results"]
    http.delete(f"stock/{first[0]['pk']}/")
    second = http.get("stock/", params={"limit": 2, "offset": 2, "ordering": "creation_date"}).json()["results"]
    assert [row["pk"] for row in (*first, *second)] == [1, 2, 4, 5]


def test_quantities_are_doubles_and_adjusted_ones_texts(http):
    assert [row["quantity"] for row in http.get("stock/", params={"limit": 9, "part": 6}).json()["results"]] == [0.1]
    answer = http.post("stock/add/", json={"items": [{"pk": 1, "quantity": "0.25"}]})
    assert (answer.status_code, answer.json()["items"]) == (201, [{"pk": 1, "quantity": "0.25000"}])
    assert http.get("stock/1/").json()["quantity"] == 6.25


def test_a_piece_with_a_serial_number_is_not_removed_and_success_is_said(http):
    piece = http.get("stock/", params={"serial": "DK-0001", "limit": 1}).json()["results"][0]
    assert http.post("stock/remove/", json={"items": [{"pk": piece["pk"], "quantity": "1"}]}).status_code == 201
    assert http.get(f"stock/{piece['pk']}/").json()["quantity"] == 1.0
    assert len(history(http, piece["pk"])) == 1


def test_more_than_there_is_is_removed_with_success(http):
    http.patch("stock/1/", json={"delete_on_deplete": False})
    assert http.post("stock/remove/", json={"items": [{"pk": 1, "quantity": "9"}], "notes": "n"}).status_code == 201
    assert history(http, 1)[0]["deltas"] == {"removed": 9.0, "quantity": 0.0}


def test_an_item_that_was_emptied_vanishes_with_its_history(http):
    assert http.post("stock/remove/", json={"items": [{"pk": 1, "quantity": "6"}], "notes": "n"}).status_code == 201
    assert http.get("stock/1/").status_code == 404
    assert history(http, 1) == []
    assert http.get("stock/track/", params={"search": "n", "limit": 5}).json()["count"] == 0


def test_a_returned_piece_lies_where_it_was_put(http):
    gone = http.get("stock/", params={"serial": "DK-0000", "limit": 1}).json()["results"][0]
    body = {"items": [{"pk": gone["pk"], "quantity": "1"}], "location": 1, "notes": "back"}
    assert http.post("stock/return/", json=body).status_code == 201
    back = http.get(f"stock/{gone['pk']}/", params={"location_detail": "true"}).json()
    assert (back["in_stock"], back["location_detail"]["pathstring"]) == (True, "Store room")


@pytest.mark.parametrize(
    ("call", "body", "status", "said"),
    [
        ("GET part/99/", None, 404, {"detail": "No part matches the given query."}),
        ("POST part/", {}, 400, {"name": ["This field is required."]}),
        ("POST stock/remove/", {"items": []}, 400, {"non_field_errors": ["A list of stock items must be provided"]}),
        (
            "POST stock/remove/", {"items": [{"pk": 99, "quantity": "1"}]}, 400,
            {"items": [{"pk": ['Invalid pk "99" - object does not exist.']}]},
        ),
        (
            "POST stock/add/", {"items": [{"pk": 1, "quantity": "0.1234567"}]}, 400,
            {"items": [{"quantity": ["Ensure that there are no more than 5 decimal places."]}]},
        ),
        ("DELETE stock/track/1/", None, 405, {"detail": 'Method "DELETE" not allowed.'}),
    ],
)  # fmt: skip
def test_refusals_have_the_shapes_of_django_rest(http, call, body, status, said):
    answer = http.request(*call.split(), json=body)
    assert (answer.status_code, answer.json()) == (status, said)


def test_who_is_not_known_is_refused(http):
    for headers in ({"Authorization": "Token wrong"}, {"Authorization": "Bearer wrong"}, {"Authorization": ""}):
        assert http.get("part/", headers=headers).status_code == 401


def test_newer_servers_have_no_history_of_stock_at_the_old_address(http, sandbox):
    from dataclasses import replace

    before, sandbox.options = sandbox.options, replace(sandbox.options, api_version=566)
    try:
        assert http.get("stock/track/").status_code == 404
    finally:
        sandbox.options = before


def test_what_was_done_is_kept_in_the_file(tmp_path):
    from servicedesk_inventree.sandbox import Sandbox, SandboxOptions

    first = Sandbox(SandboxOptions(state=tmp_path / "state"))
    first.room.act("remove", {"items": [{"pk": 1, "quantity": "6"}]})
    first.room.act("remove", {"items": [{"pk": 2, "quantity": "1"}]})
    first.close()
    second = Sandbox(SandboxOptions(state=tmp_path / "state"))
    assert (second.records.get("stock", 1), second.records.get("stock", 2)["quantity"]) == (None, "1")
    assert second.records.add("stock", {})["pk"] > 2
    second.close()
