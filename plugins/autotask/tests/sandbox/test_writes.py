"""Creating, changing and deleting, with the vendor's checks."""

import base64


def test_create_in_pascal_case_with_strings(api):
    number = api.create("Tickets/", id=0, CompanyID="0", Title="Néw", Status="1", Priority="4", QueueID="5", Nope=1)
    ticket = api.item("Tickets", number)
    assert (ticket["companyID"], ticket["status"], ticket["title"]) == (0, 1, "Néw")
    assert ticket["ticketNumber"].startswith("T20261120.")
    assert ticket["createDate"] == ticket["lastActivityDate"]
    assert ticket["dueDateTime"]
    assert ticket["userDefinedFields"] == []


def test_every_mistake_is_told_at_once(api):
    body = {"companyID": 424242, "title": "x" * 256, "status": 999, "queueID": 5}
    assert set(api.errors("POST", "Tickets", body)) == {
        "Value does not reference an existing entity for companyID . ",
        "String value exceeds maximum length (field:title). ",
        "Picklist value [999] does not exist for status",
        "Value does not exist for the required field priority",
    }
    assert api.errors("POST", "Tickets", {"companyID": 0, "title": "a", "status": 1, "priority": 1}) == [
        "queueID is required"
    ]
    errors = api.errors("PATCH", "Tickets", {"id": api.ticket(), "priority": 77})
    assert errors == ["Picklist value [77] does not exist for priority", "Error updating entity for record number [1]."]


def test_inactive_contacts_are_no_valid_reference(api):
    contact = api.create("Companies/0/Contacts", firstName="Ada", lastName="Egger", isActive=0)
    errors = api.errors("PATCH", "Tickets", {"id": api.ticket(), "contactID": contact})
    assert errors[0] == "Reference value on field: contactID of type: Contact does not exist or is invalid"


def test_patch_changes_only_what_is_sent(api):
    number = api.ticket(description="Keep me")
    before = api.item("Tickets", number)
    assert api.call("PATCH", "Tickets/", {"ID": number, "Status": 8}).json() == {"itemId": number}
    after = api.item("Tickets", number)
    assert (after["status"], after["description"]) == (8, "Keep me")
    assert after["lastTrackedModificationDateTime"] > before["lastTrackedModificationDateTime"]
    assert "No matching records found" in api.errors("PATCH", "Tickets", {"id": 1, "status": 8})[0]


def test_put_clears_what_is_not_sent(api):
    number = api.ticket(description="Gone soon")
    api.call("PUT", "Tickets", {"id": number, "companyID": 0, "title": "B", "status": 1, "priority": 2, "queueID": 5})
    assert api.item("Tickets", number)["description"] is None
    assert "required field title" in " ".join(api.errors("PUT", "Tickets", {"id": number, "companyID": 0}))


def test_completion_stamps_history_and_result(api):
    number = api.ticket(serviceLevelAgreementID=1)
    api.call("PATCH", "Tickets", {"id": number, "status": 5})
    done = api.item("Tickets", number)
    assert done["completedDate"] == done["resolvedDateTime"] == done["lastActivityDate"]
    history = api.find("TicketHistory", ("ticketID", "eq", number))
    assert [row["detail"] for row in history] == ["Ticket created", 'Status: "New" -> "Complete"']
    assert api.find("ServiceLevelAgreementResults", ("ticketID", "eq", number))[0]["isResolutionMet"]
    api.call("PATCH", "Tickets", {"id": number, "status": 8})
    assert api.item("Tickets", number)["completedDate"] is None


def test_assignment_needs_a_known_pair(api):
    number = api.ticket()
    pair = api.find("ResourceServiceDeskRoles", ("id", "exist"))[0]
    refused = api.errors("PATCH", "Tickets", {"id": number, "assignedResourceID": pair["resourceID"]})
    assert refused[0] == "The specified AssignedResourceID and AssignedRoleID combination is not currently defined"
    assigned = {"assignedResourceID": pair["resourceID"], "assignedResourceRoleID": pair["roleID"]}
    assert api.call("PATCH", "Tickets", {"id": number} | assigned).status_code == 200
    api.create(f"Tickets/{number}/SecondaryResources", resourceID=29682886, roleID=10)
    other = {"assignedResourceID": 29682886, "assignedResourceRoleID": 10}
    assert any("secondary" in error for error in api.errors("PATCH", "Tickets", {"id": number} | other))


def test_notes_move_the_ticket_and_must_repeat_type_and_visibility(api):
    number = api.ticket()
    before = api.item("Tickets", number)
    note = api.create(f"Tickets/{number}/Notes", title="T", description="D", noteType=1, publish=1)
    after = api.item("Tickets", number)
    assert after["lastActivityDate"] > before["lastActivityDate"]
    assert after["lastTrackedModificationDateTime"] == before["lastTrackedModificationDateTime"]
    assert after["lastCustomerVisibleActivityDateTime"] == after["lastActivityDate"]
    assert api.get(f"Tickets/{number}/Notes").json()["items"][0]["id"] == note
    assert len(api.errors("PATCH", f"Tickets/{number}/Notes", {"id": note, "description": "E"})) == 3
    body = {"id": note, "description": "E", "noteType": 1, "publish": 2}
    assert api.call("PATCH", f"Tickets/{number}/Notes", body).json() == {"itemId": note}
    assert api.get(f"Tickets/1/Notes/{note}").json() == {"item": None}


def test_time_entries(api):
    number = api.ticket()
    assert set(api.errors("POST", "TimeEntries", {"resourceID": 29682885, "ticketID": number})) == {
        "TimeEntries for Tickets must have a roleID",
        "Must have at least one of hoursWorked or startDateTime/endDateTime",
        "dateWorked is required when no value is supplied for startDateTime",
    }
    body = {"resourceID": 29682885, "ticketID": number, "roleID": 10, "dateWorked": "2026-11-20T23:30:00-05:00"}
    retired = api.errors("POST", "TimeEntries", body | {"hoursWorked": 1, "billingCodeID": 123})
    assert retired == ["The given allocation code is not an active general allocation code"]
    entry = api.create("TimeEntries", **body, hoursWorked=1.5)
    row = api.item("TimeEntries", entry)
    assert (row["dateWorked"], row["hoursToBill"]) == ("2026-11-20T00:00:00Z", 1.5)
    assert api.call("DELETE", f"TimeEntries/{entry}").json() == {"itemId": entry}
    assert "No matching records found" in api.errors("DELETE", f"TimeEntries/{entry}")[0]


def test_user_defined_fields_merge(api):
    number = api.ticket(userDefinedFields=[{"name": "Affected Users", "value": 4}])
    api.call("PATCH", "Tickets", {"id": number, "userDefinedFields": [{"Name": "escalation path", "Value": "2"}]})
    assert api.item("Tickets", number)["userDefinedFields"] == [
        {"name": "Affected Users", "value": "4"},
        {"name": "Escalation Path", "value": "2"},
    ]


def test_service_calls(api):
    body = {"companyID": 0, "startDateTime": "2026-11-23T10:00:00.500Z", "endDateTime": "2026-11-23T11:00:00Z"}
    call = api.create("ServiceCalls", **body)
    link = api.create(f"ServiceCalls/{call}/Tickets", ticketID=api.ticket())
    api.create(f"ServiceCallTickets/{link}/Resources", resourceID=29682885)
    row = api.item("ServiceCalls", call)
    assert (row["startDateTime"], row["endDateTime"]) == (body["startDateTime"], body["endDateTime"])
    assert (row["status"], row["isComplete"]) == (1, 0)
    assert api.call("DELETE", f"ServiceCalls/{call}/Tickets/{link}").status_code == 200


def test_attachments(api):
    number = api.ticket()
    data = base64.b64encode(b"\x00picture").decode()
    file = {"attachmentType": "FILE_ATTACHMENT", "fullPath": "a.png", "title": "A", "publish": 1, "data": data}
    record = api.create(f"Tickets/{number}/Attachments", **file)
    one = api.get(f"Tickets/{number}/Attachments/{record}").json()
    assert one["items"][0]["data"] == data
    assert one["pageDetails"]["count"] == 1
    assert api.get(f"Tickets/{number}/Attachments").json()["items"][0]["data"] is None
    info = api.find("AttachmentInfo", ("parentID", "eq", number), ("parentType", "eq", 4))[0]
    assert (info["id"], info["fileSize"]) == (record, 8)
    too_large = base64.b64encode(b"x" * 7_000_001).decode()
    assert "maximum size" in api.errors("POST", f"Tickets/{number}/Attachments", file | {"data": too_large})[0]
    assert api.call("DELETE", f"Tickets/{number}/Attachments/{record}").status_code == 200
    assert api.get(f"Tickets/{number}/Attachments").json()["items"] == []


def test_whoever_is_assigned_is_no_helper_and_a_helper_can_be_taken_away(api):
    pairs = {row["resourceID"]: row["roleID"] for row in api.find("ResourceServiceDeskRoles", ("isActive", "eq", True))}
    (one, role), (other, _) = list(pairs.items())[:2]
    number = api.ticket(assignedResourceID=one, assignedResourceRoleID=role)
    path = f"Tickets/{number}/SecondaryResources"
    assert "primary" in api.errors("POST", path, {"resourceID": one, "roleID": role})[0]
    made = api.create(path, resourceID=other, roleID=pairs[other])
    assert [row["id"] for row in api.find("TicketSecondaryResources", ("ticketID", "eq", number))] == [made]
    assert api.call("DELETE", f"{path}/{made}").json() == {"itemId": made}
