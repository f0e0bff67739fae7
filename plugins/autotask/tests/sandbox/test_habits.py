"""Habits of clients in the field that the sandbox has to bear."""

import json


def test_zone_address_with_a_second_slash(shared):
    answer = shared.http.post(
        f"{shared.url}/ATServicesRest//V1.0//Tickets//query",
        json={"filter": [{"field": "id", "op": "gte", "value": "0"}]},
    )
    assert answer.json()["pageDetails"]["count"] == 500


def test_header_names_in_other_casings(shared):
    headers = {"username": "API.User@example.com", "APIIntegrationcode": "SANDBOXCODE"}
    assert shared.get("Companies/0", headers=headers).status_code == 200


def test_a_single_condition_that_is_no_list(shared):
    body = {"filter": {"op": "eq", "field": "id", "value": 0}, "maxRecords": 1}
    assert shared.call("POST", "Companies/query", body).json()["items"][0]["id"] == 0


def test_content_type_without_charset_and_bytes(shared):
    raw = json.dumps({"filter": [{"op": "exist", "field": "id"}]}).encode()
    answer = shared.http.post(f"{shared.base}/Roles/query", content=raw, headers={"Content-Type": "application/json"})
    assert answer.json()["pageDetails"]["count"] == 4


def test_replace_then_read_back(api):
    company = api.item("Companies", 0)
    kept = {name: company[name] for name in ("companyName", "companyType", "ownerResourceID")}
    assert api.call("PUT", "Companies", {"id": 0, **kept, "phone": "555-0100"}).json() == {"itemId": 0}
    assert api.item("Companies", 0)["webAddress"] is None


def test_find_before_create_by_external_id(api):
    assert api.find("Tickets", ("externalID", "eq", "job-1")) == []
    number = api.ticket(externalID="job-1")
    assert [t["id"] for t in api.find("Tickets", ("ExternalID", "eq", "JOB-1"))] == [number]


def test_an_id_in_the_path_of_a_patch_is_refused(api):
    assert api.call("PATCH", f"Tickets/{api.ticket()}", {"status": 5}).status_code == 405


def test_an_empty_filter_finds_everything(shared):
    answer = shared.http.get(f'{shared.base}/Roles/query?search={{"filter": []}}')
    assert answer.json()["pageDetails"]["count"] == 4


def test_flags_that_are_numbers_take_words(shared):
    words = shared.find("Contacts", ("isActive", "eq", "true"))
    assert {contact["isActive"] for contact in words} == {1}
    assert shared.find("Contacts", ("isActive", "eq", 1)) == words


def test_an_empty_list_finds_nothing(shared):
    assert shared.find("TicketNotes", ("ticketID", "in", [])) == []
