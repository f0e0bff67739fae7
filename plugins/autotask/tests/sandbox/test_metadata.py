"""What the API says about its entities."""


def test_information(shared):
    info = shared.get("Tickets/entityInformation").json()["info"]
    assert (info["name"], info["canCreate"], info["canDelete"], info["canQuery"]) == ("Ticket", True, False, True)
    assert info["hasUserDefinedFields"]
    assert not shared.get("resources/entityinformation").json()["info"]["canCreate"]


def test_fields_and_picklists(shared):
    fields = {f["name"]: f for f in shared.get("Tickets/entityInformation/fields").json()["fields"]}
    assert len(fields) == 75
    status = fields["status"]
    assert status["isPickList"]
    assert {"value": "5", "label": "Complete"}.items() <= status["picklistValues"][1].items()
    assert all(isinstance(value["value"], str) for value in status["picklistValues"])
    sub = fields["subIssueType"]
    assert sub["picklistParentValueField"] == "issueType"
    assert all(value["parentValue"] for value in sub["picklistValues"])
    assert fields["companyID"]["referenceEntityType"] == "Company"
    assert fields["title"]["length"] == 255
    assert not fields["creatorType"]["isQueryable"]
    assert fields["title"]["picklistValues"] is None


def test_user_defined_fields(shared):
    fields = shared.get("Tickets/entityInformation/userDefinedFields").json()["fields"]
    by_name = {field["name"]: field for field in fields}
    assert by_name["Affected Users"]["type"] == "integer"
    assert by_name["Escalation Path"]["picklistValues"][0]["value"] == "1"


def test_threshold_counts_itself(shared):
    before = shared.get("ThresholdInformation").json()
    after = shared.get("ThresholdInformation").json()
    assert after["currentTimeframeRequestCount"] == before["currentTimeframeRequestCount"] + 1
    assert (after["externalRequestThreshold"], after["requestThresholdTimeframe"]) == (10_000, 60)


def test_a_list_that_the_tenant_changes_shows_and_counts_at_once(api):
    def statuses():
        fields = api.get("Tickets/entityInformation/fields").json()["fields"]
        (status,) = [field for field in fields if field["name"] == "status"]
        return {value["value"]: (value["label"], value["isActive"]) for value in status["picklistValues"]}

    number = api.ticket()
    api.sandbox.change_list("Tickets.status", 44, "Parked")
    api.sandbox.change_list("Tickets.status", 12, "(retired)")
    api.sandbox.change_list("Tickets.status", 17, None)
    shown = statuses()
    assert (shown["44"], shown["12"]) == (("Parked", True), ("Waiting Vendor", False))
    assert "17" not in shown
    assert api.call("PATCH", "Tickets", {"id": number, "status": 44}).status_code == 200
    for value in (12, 17):
        errors = api.errors("PATCH", "Tickets", {"id": number, "status": value})
        assert errors[0] == f"Picklist value [{value}] does not exist for status"
    api.sandbox.reset(reseed=False)
    assert statuses()["17"] == ("On Hold", True)
