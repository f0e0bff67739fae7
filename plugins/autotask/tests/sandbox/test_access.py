"""Zones, routes and credentials."""

import pytest

USER = {"user": "api.user@example.com"}


@pytest.mark.parametrize("path", ["atservicesrest/v1.0/zoneInformation", "ATServicesRest/V1.0/zoneInformation"])
def test_zone_answers_its_own_address_without_credentials(shared, path):
    zone = shared.http.get(f"{shared.url}/{path}", params=USER).json()
    assert zone["url"] == f"{shared.url}/ATServicesRest/"
    assert zone["webUrl"] == f"{shared.url}/"
    assert set(zone) == {"zoneName", "url", "webUrl", "ci"}


@pytest.mark.parametrize("user", ["", "nobody@example.com"])
def test_unknown_user_has_no_zone(shared, user):
    answer = shared.http.get(f"{shared.url}/atservicesrest/v1.0/zoneInformation", params={"user": user})
    assert (answer.status_code, answer.json()) == (500, {"errors": ["Zone information could not be determined"]})


def test_versions(shared):
    assert shared.http.get(f"{shared.url}/ATServicesRest/VersionInformation").json() == {"apiVersions": ["1.0"]}


def test_bad_secret_is_401_and_bad_code_is_500(shared):
    assert shared.get("Companies/0", headers={"Secret": "wrong"}).status_code == 401
    assert shared.errors("GET", "Companies/0", headers={"ApiIntegrationCode": "NO"}) == ["IntegrationCode is invalid"]


@pytest.mark.parametrize("path", ["companies/0", "Companies/0/", "/Companies//0", "COMPANIES/0"])
def test_routes_forgive_casing_and_slashes(shared, path):
    assert shared.get(path).json()["item"]["id"] == 0


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("DELETE", "Tickets/100001", 405),
        ("PATCH", "Tickets/100001", 405),
        ("GET", "Tickets", 405),
        ("POST", "Resources", 405),
        ("DELETE", "Tickets/100001/Notes/1", 405),
        ("POST", "TicketNotes", 404),
        ("POST", "Tasks", 404),
        ("POST", "CompanyToDos", 404),
        ("POST", "Tickets/100001/TimeEntries", 404),
        ("POST", "Tickets/100001/Notes/query", 404),
        ("GET", "Nothing/1", 404),
        ("POST", "TimeEntryWebhooks", 404),
    ],
)
def test_verbs_and_routes_the_vendor_lacks(shared, method, path, status):
    answer = shared.call(method, path, {})
    assert answer.status_code == status
    assert "Message" in answer.json()


def test_lock_after_repeated_failures(serving):
    with serving(lockout_after=3, lockout_s=50) as api:
        for _ in range(3):
            assert api.get("Companies/0", headers={"Secret": "wrong"}).status_code == 401
        assert api.get("Companies/0").status_code == 401
        assert api.sandbox.state()["auth_failures"] == 4


def test_hidden_and_forbidden_entities(serving):
    with serving(hidden_entities=frozenset({"TimeEntries"}), forbidden_entities=frozenset({"Contracts"})) as api:
        assert api.find("TimeEntries", ("id", "exist")) == []
        assert api.call("POST", "TimeEntries/query/count", {"filter": [{"op": "exist", "field": "id"}]}).json() == {
            "queryCount": 0
        }
        assert "adequate permissions" in api.errors("GET", "Contracts/29684000")[0]
        assert api.get("Contracts/entityInformation").status_code == 200


def test_impersonation_only_writes(api):
    headers = {"ImpersonationResourceId": "29682885"}
    assert api.errors("GET", "Companies/0", headers=headers) == [
        "The logged in Resource does not have the adequate permissions to query this entity type."
    ]
    body = {"companyID": 0, "title": "A", "status": 1, "priority": 2, "queueID": 5}
    number = api.call("POST", "Tickets", body, headers=headers).json()["itemId"]
    ticket = api.item("Tickets", number)
    assert (ticket["creatorResourceID"], ticket["impersonatorCreatorResourceID"]) == (29682885, 5)
    assert api.item("Tickets", api.ticket())["creatorResourceID"] == 5
    assert api.errors("POST", "Tickets", body, headers={"ImpersonationResourceId": "5"})
