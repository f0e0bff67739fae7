"""Habits of clients in the field that the sandbox has to bear."""

import json
from datetime import UTC, datetime, timedelta

from plugins.autotask.tests.sandbox.conftest import Api
from servicedesk_autotask.sandbox import Sandbox, SandboxOptions, serve


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


def test_a_comparison_without_a_value_is_answered(api):
    active = [row["id"] for row in api.find("Resources", ("isActive", "eq", True))]
    either = [{"op": "eq", "field": "isActive", "value": True}, {"op": "eq", "field": "isActive"}]
    answer = api.call("POST", "Resources/query", {"filter": [{"op": "or", "items": either}]})
    assert answer.status_code == 200
    assert set(active) <= {row["id"] for row in answer.json()["items"]}
    without = api.find("Tickets", ("contactID", "eq"))
    assert without
    assert all(row["contactID"] is None for row in without)
    assert all(row["contactID"] is not None for row in api.find("Tickets", ("contactID", "noteq")))
    nothing = {"filter": [{"op": "eq", "field": "isActive", "value": None}]}
    assert "takes only true or false" in api.errors("POST", "Resources/query", nothing)[0]


def test_a_change_is_never_stamped_earlier_than_it_was_made():
    sandbox = Sandbox(SandboxOptions(tickets=20, time_scale=0.01))
    with serve(sandbox) as url, Api(url, sandbox) as api:
        number = api.ticket()
        for turn in range(3):
            before = datetime.now(UTC)
            api.call("PATCH", "Tickets", {"id": number, "title": f"Turn {turn}"})
            stamp = datetime.fromisoformat(api.item("Tickets", number)["lastActivityDate"])
            assert before <= stamp <= datetime.now(UTC) + timedelta(milliseconds=1)  # up to whole milliseconds
            assert [row["id"] for row in api.find("Tickets", ("lastActivityDate", "gte", before.isoformat()))] == [
                number
            ]


def test_an_answer_carries_the_time_of_the_desk(api):
    assert api.get("Companies/0").headers["date"] == "Fri, 20 Nov 2026 15:00:00 GMT"


def test_the_id_of_a_deleted_record_is_not_given_to_another(api):
    pair = api.find("ResourceServiceDeskRoles", ("id", "exist"))[0]
    who = {"resourceID": pair["resourceID"], "roleID": pair["roleID"]}
    entry = {"ticketID": api.ticket(), "hoursWorked": 1, "dateWorked": "2026-11-20", **who}
    first = api.create("TimeEntries", **entry)
    assert api.call("DELETE", f"TimeEntries/{first}").status_code == 200
    assert api.create("TimeEntries", **entry) > first


def test_a_middle_initial_may_be_a_whole_name(api):
    number = api.create("Companies/0/Contacts", firstName="Ana", lastName="Berg", isActive=1, middleInitial="Maria")
    assert api.item("Contacts", number)["middleInitial"] == "Maria"


def test_the_contact_of_a_note_cannot_be_set_although_the_field_says_so(api):
    contact = api.find("Contacts", ("isActive", "eq", 1))[0]["id"]
    ticket = api.ticket()
    body = {"title": "A", "description": "B", "noteType": 1, "publish": 1, "createdByContactID": contact}
    number = api.create(f"Tickets/{ticket}/Notes", **body)
    assert api.item("TicketNotes", number)["createdByContactID"] is None
    reply = api.find("TicketNotes", ("createdByContactID", "exist"))[0]
    change = {"id": reply["id"], "noteType": 1, "publish": 1, "createdByContactID": contact + 1}
    api.call("PATCH", f"Tickets/{reply['ticketID']}/Notes", change)
    assert api.item("TicketNotes", reply["id"])["createdByContactID"] == reply["createdByContactID"]
