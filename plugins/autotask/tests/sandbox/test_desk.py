"""The seeded desk looks like a service desk, and lives on."""

from datetime import UTC, datetime

import pytest

from servicedesk_autotask.sandbox import Sandbox, SandboxOptions
from servicedesk_autotask.sandbox.seed.moments import weekday


def at(stamp):
    return datetime.fromisoformat(stamp)


def test_shape_of_the_desk(shared):
    store, now = shared.sandbox.store, shared.sandbox.now()
    tickets = store.select("Tickets")
    waiting = [t for t in tickets if t["status"] != 5]
    assert len(tickets) == 1200
    assert 0.07 < len(waiting) / len(tickets) < 0.13
    assert {1, 7, 8, 17} <= {t["status"] for t in waiting}
    assert any(t["assignedResourceID"] is None for t in waiting)
    overdue = [t for t in waiting if at(t["dueDateTime"]) < now]
    assert 0 < len(overdue) < len(waiting)
    assert 8 <= store.count("Resources") <= 42
    assert shared.item("Companies", 0)["companyName"] == "Example MSP"
    assert shared.item("Resources", 4)["lastName"] == "Administrator"
    working = [t for t in tickets if weekday(int(at(t["createDate"]).timestamp())) < 5]
    assert len(working) > 0.85 * len(tickets)
    hours = [(at(t["createDate"]).hour - 5) % 24 for t in tickets]
    assert sum(7 <= hour < 19 for hour in hours) > 0.85 * len(hours)


def test_stamps_are_consistent(shared):
    store, now = shared.sandbox.store, shared.sandbox.now()
    for ticket in store.select("Tickets"):
        assert at(ticket["createDate"]) <= at(ticket["lastActivityDate"]) <= now
        assert (ticket["completedDate"] is not None) == (ticket["status"] == 5)
        if ticket["completedDate"]:
            assert at(ticket["createDate"]) <= at(ticket["completedDate"]) <= now
    last = {t["id"]: t["lastActivityDate"] for t in store.select("Tickets")}
    for entity, field in (
        ("TicketNotes", "createDateTime"),
        ("TimeEntries", "createDateTime"),
        ("TicketHistory", "date"),
    ):
        for row in store.select(entity):
            assert row[field] <= last[row["ticketID"]]


def test_everything_refers_to_something(shared):
    store = shared.sandbox.store
    ids = {
        name: {row["id"] for row in store.select(name)} for name in ("Companies", "Contacts", "Resources", "Tickets")
    }
    for ticket in store.select("Tickets"):
        assert ticket["companyID"] in ids["Companies"]
        assert ticket["contactID"] is None or ticket["contactID"] in ids["Contacts"]
        assert ticket["assignedResourceID"] is None or ticket["assignedResourceID"] in ids["Resources"]
    for entity in (
        "ServiceCallTickets",
        "SurveyResults",
        "ServiceLevelAgreementResults",
        "TicketHistory",
        "TimeEntries",
    ):
        assert store.count(entity) > 0
        assert {row["ticketID"] for row in store.select(entity)} <= ids["Tickets"]
    assert not {row["ticketID"] for row in store.select("DeletedTicketLogs")} & ids["Tickets"]
    for entity in ("Contracts", "ContractServices", "Products", "Holidays", "BillingCodes", "Appointments", "Surveys"):
        assert store.count(entity) > 0
    assert any(note["creatorResourceID"] == 4 for note in store.select("TicketNotes"))
    assert shared.find("ServiceLevelAgreementResults", ("serviceLevelAgreementName", "exist"))


def test_results_below_an_agreement(shared):
    names = {row["serviceLevelAgreementName"] for row in shared.get("ServiceLevelAgreements/1/Results").json()["items"]}
    assert names == {"Standard Support"}


def test_advance_brings_only_new_stamps(api):
    before = api.sandbox.now()
    counts = api.sandbox.advance(8)
    assert counts["created"] >= 3
    changed = api.find("Tickets", ("lastActivityDate", "gt", before.isoformat()))
    assert len(changed) >= counts["created"]
    assert all(before < at(t["lastActivityDate"]) <= api.sandbox.now() for t in changed)
    assert api.sandbox.store.count("Tickets") == 120 + counts["created"]
    done = api.find("Tickets", ("completedDate", "gt", before.isoformat()))
    assert len(done) <= counts["completed"]
    numbers = [row["ticketNumber"] for row in api.sandbox.store.select("Tickets")]
    assert len(numbers) == len(set(numbers))


def test_advance_is_deterministic():
    lives = []
    for _ in range(2):
        sandbox = Sandbox(SandboxOptions(tickets=60, now=datetime(2026, 11, 20, tzinfo=UTC)))
        sandbox.advance(4)
        sandbox.advance(30)
        lives.append(
            [sandbox.store.select(name) for name in ("Tickets", "TicketNotes", "TimeEntries", "TicketHistory")]
        )
        sandbox.close()
    assert lives[0] == lives[1]


def test_hostile_rows(serving):
    with serving(hostile=True) as api:
        tickets = api.find("Tickets", ("id", "exist"))
        dates = {ticket["dueDateTime"] for ticket in tickets}
        assert {"0001-01-01T00:00:00Z", "9999-12-31T23:59:59.997Z"} <= dates
        assert any("\u0000" in (ticket["description"] or "") for ticket in tickets)
        assert any(len(ticket["description"] or "") == 1_000_000 for ticket in tickets)
        assert len(api.find("Tickets", ("status", "eq", 47))) == 1
        assert len(api.find("Tickets", ("dueDateTime", "lt", "1900-01-01"))) == 1


@pytest.mark.parametrize("hours", [0, -1])
def test_time_goes_forward(api, hours):
    with pytest.raises(ValueError, match="above 0"):
        api.sandbox.advance(hours)


def test_deep_links_show_the_ticket(shared):
    ticket = shared.find("Tickets", ("id", "exist"), maxRecords=1)[0]
    page = shared.http.get(f"{shared.url}/Mvc/ServiceDesk/TicketDetail.mvc?ticketId={ticket['id']}")
    assert ticket["ticketNumber"] in page.text
    assert shared.http.get(f"{shared.url}/Mvc/ServiceDesk/TicketDetail.mvc?ticketId=1").status_code == 404


def test_a_state_file_keeps_the_desk(tmp_path):
    options = SandboxOptions(tickets=40, now=datetime(2026, 11, 20, tzinfo=UTC), state=tmp_path / "desk.sqlite")
    first = Sandbox(options)
    assert {path.stat().st_mode & 0o077 for path in tmp_path.iterdir()} == {0}
    first.advance(5)
    kept, now = first.store.select("Tickets"), first.now()
    first.close()
    second = Sandbox(options)
    assert (second.store.select("Tickets"), second.now()) == (kept, now)
    second.close()
