"""Writes against the sandbox over real HTTP: what is sent, what is refused, what comes back."""

import asyncio
from datetime import UTC, date, datetime, timedelta

import pytest

from servicedesk_autotask.writing import sender
from servicedesk_core.domain import NoteVisibility, Priority, StatusCategory
from servicedesk_core.errors import (
    NotFoundError,
    OutcomeUnknownError,
    PermissionDeniedError,
    RateLimitedError,
    RejectedError,
    UnsupportedError,
    VendorTimeoutError,
    VendorUnavailableError,
    WriteConflictError,
    WriteNotGrantedError,
)
from servicedesk_core.hooks import VocabularyMapping, Write

pytestmark = pytest.mark.slow  # the conformance suite writes always

NOW = datetime(2026, 11, 20, 15, tzinfo=UTC)
ALL = (
    "tickets.create", "tickets.update", "notes.create_internal", "notes.create_public", "time_entries.create",
    "assets.update",
)  # fmt: skip
TICKET = {"title": "Printer offline", "company_ref": "0", "priority": "P2", "queue_ref": "29682833"}


def write(kind, /, *, id="w-1", target=None, parent=None, base=None, **values):  # noqa: A002
    return Write(id, kind, target=target, parent=parent, values=values, base=base or {}, attempted_at=NOW)


@pytest.fixture(scope="session")
def _writable(desk_with):
    with desk_with(tickets=60) as running:
        yield running


@pytest.fixture
def desk(_writable):
    """A desk that this module writes to; faults, lists and counters are of the test's own."""
    _writable.sandbox.reset(reseed=False)
    return _writable


@pytest.fixture
async def psa(desk):
    async with desk.connector(grants=ALL) as connector:
        yield connector


@pytest.fixture
async def ticket(psa):
    """A new ticket of the test's own."""
    return (await psa.send_write(write("tickets.create", id="made-by-fixture", **TICKET))).ref


def row(desk, entity, ref):
    return desk.sandbox.store.get(entity, int(ref))


def sent(desk):
    return [one["body"] for one in desk.sandbox.state()["writes"]]


# --- before it is proposed ---


def problems(found):
    return [(one.field, one.word, one.reason) for one in found]


async def test_what_the_lists_lack_is_named_and_nobody_is_asked_for_what_they_have(desk, psa):
    asked = sum(desk.requests.values())
    assert await psa.check_write(write("tickets.create", **TICKET, status="In Progress"), None) == ()
    (status,) = await psa.check_write(write("tickets.create", **TICKET, status="In Progres"), None)
    assert (status.word, "In Progress" in status.offered) == ("In Progres", True)
    assert status.reason == 'Autotask has no value "In Progres" for status, or no longer offers it.'
    long = await psa.check_write(write("tickets.update", target="1", title="x" * 251), None)
    assert problems(long) == [("title", None, "Title has 251 characters, and Autotask takes 250.")]
    several = await psa.check_write(write("tickets.update", target="1", priority_name="Hgh", status="Nwe"), None)
    assert [one.field for one in several] == ["priority", "status"]
    assert problems(await psa.check_write(write("notes.create_internal", parent="1", body="b", kind="Nothing"), None))
    assert sum(desk.requests.values()) == asked


async def test_lists_that_were_never_read_refuse_nothing(desk):
    async with desk.connector(grants=ALL, offline=True) as psa:
        assert await psa.check_write(write("tickets.create", **TICKET, status="Whatever"), None) == ()


async def test_a_word_that_was_added_since_is_found_when_the_lists_may_be_read(desk):
    added = write("tickets.create", **TICKET, status="Parked")
    async with desk.connector(grants=ALL) as psa:
        psa.ctx.clock.instant = NOW + timedelta(hours=1)
        desk.sandbox.change_list("Tickets.status", 44, "Parked")
        assert [one.word for one in await psa.check_write(added, None)] == ["Parked"]
        assert await psa.check_write(added, 60.0) == ()


# --- tickets ---


async def test_new_ticket_carries_the_id_of_its_write(desk, psa):
    receipt = await psa.send_write(write("tickets.create", id="01HZX", description="It blinks", **TICKET))
    made = row(desk, "Tickets", receipt.ref)
    assert (made["externalID"], made["title"], made["companyID"]) == ("01HZX", "Printer offline", 0)
    assert (made["priority"], made["queueID"], made["status"]) == (1, 29682833, 1)
    assert receipt.warnings == ()
    assert receipt.record.external_id == receipt.ref
    assert psa.map_record("tickets", receipt.record.raw).entity.title == "Printer offline"


async def test_defaults_of_the_tenant_fill_what_the_vendor_demands(desk, psa):
    receipt = await psa.send_write(
        write("tickets.create", title="A", company_ref="0", assignee_ref=technician(desk)[0])
    )
    made = row(desk, "Tickets", receipt.ref)
    assert (made["status"], made["priority"]) == (1, 2)
    with pytest.raises(RejectedError, match="queue or an assignee"):
        await psa.send_write(write("tickets.create", title="A", company_ref="0"))


async def test_update_sends_only_what_changes(desk, psa, ticket):
    before = row(desk, "Tickets", ticket)
    receipt = await psa.send_write(
        write("tickets.update", target=ticket, title="Printer offline", status="waiting customer", due_at=None)
    )
    assert sent(desk)[-1] == {"id": int(ticket), "status": 7, "dueDateTime": None}
    after = row(desk, "Tickets", ticket)
    assert {name for name in after if after[name] != before[name]} >= {"status", "dueDateTime"}
    assert after["description"] == before["description"]
    assert receipt.ref == ticket


async def test_every_plain_field_finds_its_place(desk, psa, ticket):
    values = {
        "title": "Néw", "description": "D", "resolution": "R", "purchase_order_number": "PO 1", "source": "Phone",
        "category": "Standard", "issue": "Printer", "sub_issue": "Paper jam", "kind": "incident",
        "due_at": "2026-12-01T09:30:00+01:00", "estimated_s": 5400, "queue_ref": "5", "priority_name": "Low",
        "custom_fields": {"Affected Users": "4", "Escalation Path": "Team lead"},
    }  # fmt: skip
    udfs = psa._mapper.lists.udfs("Tickets")
    values["custom_fields"]["Escalation Path"] = next(iter(udfs["Escalation Path"].values()))
    receipt = await psa.send_write(write("tickets.update", target=ticket, **values))
    assert receipt.warnings == ()
    shown = psa.map_record("tickets", receipt.record.raw).entity
    assert (shown.title, shown.description, shown.resolution, shown.sub_issue) == ("Néw", "D", "R", "Paper jam")
    assert shown.due_at == datetime(2026, 12, 1, 8, 30, tzinfo=UTC)
    assert (shown.estimated_s, shown.priority, shown.queue_ref) == (5400, Priority.P4, "5")
    assert shown.custom_fields["Affected Users"] == "4"
    assert shown.custom_fields["Escalation Path"] == values["custom_fields"]["Escalation Path"]


async def test_a_meaning_becomes_the_tenants_own_value(desk, psa, ticket):
    await psa.send_write(write("tickets.update", target=ticket, status_category="waiting_customer", priority="P1"))
    changed = row(desk, "Tickets", ticket)
    assert (changed["status"], changed["priority"]) == (7, 4)


async def test_an_ambiguous_meaning_is_refused_with_advice_unless_one_was_chosen(desk, ticket):
    mapping = VocabularyMapping(status={"On Hold": StatusCategory.WAITING_CUSTOMER})
    update = write("tickets.update", target=ticket, status_category="waiting_customer")
    async with desk.connector(grants=ALL, mapping=mapping) as psa:
        before = len(sent(desk))
        with pytest.raises(RejectedError, match="On Hold, Waiting Customer") as caught:
            await psa.send_write(update)
        assert 'status_for = { waiting_customer = "' in caught.value.hint
        assert len(sent(desk)) == before
    async with desk.connector(grants=ALL, mapping=mapping, status_for={"waiting_customer": "On Hold"}) as psa:
        await psa.send_write(update)
    assert row(desk, "Tickets", ticket)["status"] == 17


async def test_a_meaning_without_a_word_is_refused(desk, psa, ticket):
    with pytest.raises(RejectedError, match='no status of this tenant means "spam"'):
        await psa.send_write(write("tickets.update", target=ticket, status_category="spam"))


async def test_a_status_that_already_means_it_is_left_alone(desk, psa, ticket):
    await psa.send_write(write("tickets.update", target=ticket, status="Customer Note Added"))
    count = len(sent(desk))
    receipt = await psa.send_write(write("tickets.update", target=ticket, status_category="in_progress"))
    assert len(sent(desk)) == count
    assert "nothing was sent" in receipt.warnings[0]
    assert row(desk, "Tickets", ticket)["status"] == 19


def technician(desk, *, several_roles=False):
    """Return resource and role of a technician."""
    pairs = desk.sandbox.store.select("ResourceServiceDeskRoles")
    by_resource = {}
    for pair in pairs:
        by_resource.setdefault(pair["resourceID"], []).append(pair)
    for resource, own in by_resource.items():
        if (len(own) > 1) == several_roles:
            return str(resource), str(next((p for p in own if p["isDefault"]), own[0])["roleID"])
    raise AssertionError("the desk has no such technician")


async def test_an_assignee_comes_with_a_role_and_goes_with_it(desk, psa, ticket):
    who, role = technician(desk)
    await psa.send_write(write("tickets.update", target=ticket, assignee_ref=who))
    assigned = row(desk, "Tickets", ticket)
    assert (assigned["assignedResourceID"], assigned["assignedResourceRoleID"]) == (int(who), int(role))
    await psa.send_write(write("tickets.update", target=ticket, assignee_ref=None))
    assert row(desk, "Tickets", ticket)["assignedResourceRoleID"] is None
    with pytest.raises(RejectedError, match="no service-desk role"):
        await psa.send_write(write("tickets.update", target=ticket, assignee_ref="5"))


async def test_several_roles_without_a_default_are_not_guessed(desk, psa, ticket):
    who, role = technician(desk)
    store = desk.sandbox.store
    (pair,) = store.select("ResourceServiceDeskRoles", '"resourceID" = ?', (int(who),))
    second = {**pair, "id": store.next_id("ResourceServiceDeskRoles"), "roleID": 12, "isDefault": False}
    store.put("ResourceServiceDeskRoles", [{**pair, "isDefault": False}, second])
    try:
        with pytest.raises(RejectedError, match="several service-desk roles"):
            await psa.send_write(write("tickets.update", target=ticket, assignee_ref=who))
        await psa.send_write(write("tickets.update", target=ticket, assignee_ref=who, assignee_role_ref=role))
    finally:
        store.put("ResourceServiceDeskRoles", [pair])
        store.delete("ResourceServiceDeskRoles", second["id"])


# --- conflicts ---


async def test_a_newer_edit_is_not_overwritten(desk, psa, ticket):
    await psa.send_write(write("tickets.update", target=ticket, title="By somebody else"))
    count = len(sent(desk))
    base = {"title": "Printer offline", "status": "New"}
    with pytest.raises(WriteConflictError, match="somebody changed title") as caught:
        await psa.send_write(write("tickets.update", target=ticket, base=base, title="Ours"))
    assert caught.value.theirs == {"title": "By somebody else"}
    assert caught.value.their_modified_at is not None
    assert "By somebody else" not in str(caught.value)
    assert len(sent(desk)) == count


async def test_differences_of_form_are_no_conflict(desk, psa, ticket):
    await psa.send_write(write("tickets.update", target=ticket, description="a\r\nb "))
    base = {"description": "a\nb", "resolution": "", "priority": "P2"}
    await psa.send_write(write("tickets.update", target=ticket, base=base, description="c"))
    assert row(desk, "Tickets", ticket)["description"] == "c"


async def test_the_same_edit_by_somebody_else_needs_no_write(desk, psa, ticket):
    await psa.send_write(write("tickets.update", target=ticket, priority="P1"))
    count = len(sent(desk))
    receipt = await psa.send_write(write("tickets.update", target=ticket, base={"priority": "P2"}, priority="P1"))
    assert (receipt.ref, len(sent(desk))) == (ticket, count)


async def test_a_missing_record_is_not_written(psa):
    with pytest.raises(NotFoundError, match="no ticket 424242"):
        await psa.send_write(write("tickets.update", target="424242", title="A"))


# --- notes ---


@pytest.mark.parametrize(("kind", "publish"), [("internal", 2), ("public", 1)])
async def test_a_note_is_seen_by_those_it_is_meant_for(desk, psa, ticket, kind, publish):
    receipt = await psa.send_write(write(f"notes.create_{kind}", id=f"n-{kind}", parent=ticket, body="First\nmore"))
    note = row(desk, "TicketNotes", receipt.ref)
    assert (note["publish"], note["ticketID"], note["title"], note["noteType"]) == (publish, int(ticket), "First", 3)
    assert ("[ref:n-internal]" in note["description"]) == (kind == "internal")
    assert psa.map_record("notes", receipt.record.raw).entity.visibility is NoteVisibility(kind)


async def test_the_kit_tells_internal_from_public_by_what_is_sent(desk, ticket):
    async with desk.connector(grants=("notes.create_internal",)) as psa:
        with pytest.raises(WriteNotGrantedError, match="not granted") as caught:
            await psa.send_write(write("notes.create_public", parent=ticket, body="A"))
        assert "notes.create_public" in caught.value.hint
        for body in ({"publish": 1}, {"publish": 4}, {"publish": "2"}, {}):
            with pytest.raises(WriteNotGrantedError):
                await psa._api._client.request("POST", f"Tickets/{ticket}/Notes", json=body)
        await psa.send_write(write("notes.create_internal", parent=ticket, body="A"))
    assert [one["publish"] for one in sent(desk)[1:]] == [2]


async def test_markers_follow_the_setting(desk, ticket):
    for setting, kinds in {"none": (), "all": ("internal", "public")}.items():
        async with desk.connector(grants=ALL, note_marker=setting) as psa:
            for kind in ("internal", "public"):
                receipt = await psa.send_write(write(f"notes.create_{kind}", parent=ticket, body="A"))
                text = row(desk, "TicketNotes", receipt.ref)["description"]
                assert ("[ref:w-1]" in text) == (kind in kinds)
            marked = {one.kind for one in psa.describe_capabilities().writes if one.reconcilable_by == "marker"}
            assert marked == {f"notes.create_{kind}" for kind in kinds}


async def test_note_types_are_the_tenants_words(desk, ticket):
    async with desk.connector(grants=ALL, note_type="task summary") as psa:
        await psa.send_write(write("notes.create_internal", parent=ticket, body="A"))
        assert sent(desk)[-1]["noteType"] == 1
        await psa.send_write(write("notes.create_internal", parent=ticket, body="A", kind="Email Note"))
        assert sent(desk)[-1]["noteType"] == 101
        with pytest.raises(RejectedError, match="only Autotask itself gives"):
            await psa.send_write(write("notes.create_internal", parent=ticket, body="A", kind="Workflow Rule Note"))


async def test_a_mapping_that_calls_internal_notes_public_stops_them(desk, ticket):
    mapping = VocabularyMapping(note_visibility={"Internal Users Only": NoteVisibility.PUBLIC})
    async with desk.connector(grants=ALL, mapping=mapping) as psa:
        with pytest.raises(RejectedError, match="your mapping says"):
            await psa.send_write(write("notes.create_internal", parent=ticket, body="A"))


# --- time ---


async def test_time_is_recorded_at_the_root_with_a_role(desk, psa, ticket):
    who, role = technician(desk)
    start = NOW - timedelta(hours=2)
    receipt = await psa.send_write(
        write(
            "time_entries.create",
            parent=ticket,
            technician_ref=who,
            start_at=start.isoformat(),
            end_at=(start + timedelta(minutes=50)).isoformat(),
            summary="Replaced toner",
            internal_notes="Again",
            is_billable=False,
        )
    )
    entry = row(desk, "TimeEntries", receipt.ref)
    assert (entry["ticketID"], entry["resourceID"], entry["roleID"]) == (int(ticket), int(who), int(role))
    assert (entry["hoursWorked"], entry["hoursToBill"], entry["isNonBillable"]) == (0.8333, 0.0, True)
    assert (entry["summaryNotes"], entry["internalNotes"]) == ("Replaced toner", "Again")
    assert "hoursToBill" not in sent(desk)[-1]
    assert psa.map_record("time_entries", receipt.record.raw).entity.worked_s == 3000


async def test_a_start_and_a_duration_make_an_end(desk, psa, ticket):
    who, _ = technician(desk)
    receipt = await psa.send_write(
        write("time_entries.create", parent=ticket, technician_ref=who, start_at=NOW.isoformat(), worked_s=1800)
    )
    assert row(desk, "TimeEntries", receipt.ref)["endDateTime"] == "2026-11-20T15:30:00Z"


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"worked_s": 3600}, "the day"),
        ({"work_date": "2026-11-20"}, "how long"),
        ({"work_date": "2026-11-20", "worked_s": 0}, "more than 0"),
        ({"work_date": "2026-11-20", "worked_s": 90_000}, "at most 24"),
        ({"start_at": NOW.isoformat()}, "an end or a duration"),
        ({"end_at": NOW.isoformat(), "worked_s": 60}, "an end needs a start"),
        ({"start_at": NOW.isoformat(), "end_at": (NOW - timedelta(1)).isoformat()}, "ends before"),
    ],
)
async def test_impossible_hours_are_refused_here(desk, psa, ticket, values, message):
    count = len(sent(desk))
    with pytest.raises(RejectedError, match=message):
        await psa.send_write(write("time_entries.create", parent=ticket, technician_ref=technician(desk)[0], **values))
    assert len(sent(desk)) == count


# --- assets ---


async def test_a_makers_warranty_date_reaches_the_asset(desk, psa):
    asset = desk.sandbox.store.select("ConfigurationItems", tail="ORDER BY id LIMIT 1")[0]
    shown = psa.map_record("assets", asset).entity
    receipt = await psa.send_write(
        write(
            "assets.update",
            target=shown.external_id,
            base={"warranty_until": shown.warranty_until},
            warranty_until=date(2031, 3, 9),
        )
    )
    assert row(desk, "ConfigurationItems", receipt.ref)["warrantyExpirationDate"] == "2031-03-09T00:00:00Z"
    with pytest.raises(WriteConflictError) as caught:
        await psa.send_write(
            write("assets.update", target=receipt.ref, base={"warranty_until": None}, warranty_until="2032-01-01")
        )
    assert caught.value.theirs == {"warranty_until": date(2031, 3, 9)}


# --- local checks ---


@pytest.mark.parametrize(
    ("one", "error", "message"),
    [
        (write("tickets.delete", target="1"), UnsupportedError, "cannot send 'tickets.delete'"),
        (write("tickets.update", target="1", sla="Gold"), RejectedError, "cannot write sla"),
        (write("tickets.update", target="1"), RejectedError, "changes nothing"),
        (write("tickets.update", target=None, title="A"), RejectedError, "target must be an Autotask id"),
        (write("tickets.update", target="1", company_ref="2"), RejectedError, "cannot write company_ref"),
        (write("tickets.update", target="1", due_at="tomorrow"), RejectedError, "unusable values in due_at"),
        (write("tickets.update", target="1", priority="P9"), RejectedError, "unusable values in priority"),
        (write("tickets.create", title="A"), RejectedError, "needs company_ref"),
        (write("tickets.create", id="x" * 51, **TICKET), RejectedError, "its id must have 1 to 50"),
        (write("notes.create_internal", parent="1"), RejectedError, "needs body"),
        (write("notes.create_internal", parent="T2026.1", body="A"), RejectedError, "parent must be an Autotask id"),
        (write("notes.create_internal", parent="1", body="😀" * 16_000), RejectedError, "32011 characters"),
        (write("tickets.create", **{**TICKET, "title": "x" * 251}), RejectedError, "title has 251 characters"),
        (write("tickets.create", **{**TICKET, "queue_ref": "77"}), RejectedError, "no value 77 for queue_ref"),
        (write("tickets.create", **TICKET, status="Gone"), RejectedError, 'no value "Gone" for status'),
        (write("tickets.create", **TICKET, status="New", status_category="closed"), RejectedError, "contradict"),
        (write("tickets.create", **TICKET, custom_fields={"Nope": "1"}), RejectedError, "no user-defined field"),
        (write("tickets.create", **TICKET, custom_fields={"Escalation Path": "?"}), RejectedError, "no such value"),
        (write("tickets.create", **TICKET, contact_ref="Ada"), RejectedError, "contact_ref must be an Autotask id"),
    ],
)
async def test_what_cannot_be_right_is_refused_here(desk, psa, one, error, message):
    with pytest.raises(error, match=message):
        await psa.send_write(one)
    assert sent(desk) == []


async def test_a_word_that_the_tenant_added_is_found_after_reading_its_list_again(desk, ticket):
    async with desk.connector(grants=ALL) as psa:
        psa.ctx.clock.instant = NOW + timedelta(hours=1)
        asked = desk.requests["GET Tickets/fields"]
        desk.sandbox.change_list("Tickets.status", 44, "Parked")
        desk.sandbox.change_list("Tickets.status", 12, "(retired)")
        await psa.send_write(write("tickets.update", target=ticket, status="Parked"))
        assert row(desk, "Tickets", ticket)["status"] == 44
        with pytest.raises(RejectedError, match="no longer offers it"):
            await psa.send_write(write("tickets.update", target=ticket, status="Waiting Vendor"))
    assert desk.requests["GET Tickets/fields"] == asked + 1, "once for the missing word, and not again within a minute"


async def test_a_list_that_changed_under_us_is_read_again_after_the_refusal(desk, psa, ticket):
    psa.ctx.clock.instant = NOW + timedelta(hours=1)
    desk.sandbox.change_list("Tickets.status", 17, None)
    with pytest.raises(RejectedError, match="Picklist value") as caught:
        await psa.send_write(write("tickets.update", target=ticket, status="On Hold"))
    assert "was read again" in caught.value.hint
    with pytest.raises(RejectedError, match="no longer offers it"):
        await psa.send_write(write("tickets.update", target=ticket, status="On Hold"))


# --- answers ---


async def test_a_refusal_of_the_vendor_names_what_is_wrong(desk, psa, ticket):
    with pytest.raises(RejectedError) as caught:
        await psa.send_write(write("tickets.update", target=ticket, contact_ref="424242"))
    assert any("contactID" in text for text in caught.value.field_errors)


THREADS = "The Autotask API thread threshold of 3 threads has been exceeded. Itgenatr005"
HOURLY = "The Autotask API request threshold of 10000 requests per hour has been exceeded."
PERMISSION = "The logged in Resource does not have the adequate permissions to update this entity type."


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ({"kind": "status", "status": 429, "body": {"errors": [THREADS]}}, RateLimitedError),
        ({"kind": "status", "status": 500, "body": {"errors": [THREADS]}}, RateLimitedError),
        ({"kind": "status", "status": 500, "body": {"errors": [HOURLY]}}, RateLimitedError),
        ({"kind": "status", "status": 500, "body": {"errors": [PERMISSION]}}, PermissionDeniedError),
        ({"kind": "status", "status": 500, "body": {"errors": ["priority is required"]}}, RejectedError),
        ({"kind": "status", "status": 500, "body": ""}, OutcomeUnknownError),
        ({"kind": "status", "status": 500, "body": {"errors": ["Execution Timeout Expired."]}}, OutcomeUnknownError),
        ({"kind": "html", "status": 503}, OutcomeUnknownError),
        ({"kind": "status", "status": 200, "body": "null"}, OutcomeUnknownError),
        ({"kind": "status", "status": 200, "body": "<html>"}, OutcomeUnknownError),
        ({"kind": "timeout_after_commit", "seconds": 0.05}, OutcomeUnknownError),
        ({"kind": "drop_after"}, OutcomeUnknownError),
        ({"kind": "drop_before"}, OutcomeUnknownError),
        ({"kind": "truncate"}, OutcomeUnknownError),
    ],
    ids=lambda one: one["kind"] + str(one.get("status", "")) if isinstance(one, dict) else one.__name__,
)
async def test_an_answer_says_whether_it_was_done_and_nothing_is_sent_twice(desk, psa, ticket, fault, error):
    desk.sandbox.faults([{**fault, "times": None, "match": {"method": "PATCH", "path": "/Tickets$"}}])
    with pytest.raises(error):
        await psa.send_write(write("tickets.update", target=ticket, priority="P1"))
    (entry,) = desk.sandbox.state()["faults"]
    assert entry["seen"] == 1


async def test_a_write_right_that_is_missing_is_named(desk_with):
    with desk_with(tickets=20, unwritable_entities=frozenset({"Tickets"})) as desk:
        async with desk.connector(grants=ALL) as psa:
            with pytest.raises(PermissionDeniedError) as caught:
                await psa.send_write(write("tickets.create", **TICKET))
            assert "Service Desk: Tickets, add" in caught.value.hint


async def test_trouble_before_the_write_is_no_doubt(desk, psa, ticket):
    desk.sandbox.faults([{"kind": "html", "status": 503, "times": None, "match": {"method": "GET", "path": ticket}}])
    with pytest.raises(VendorUnavailableError):
        await psa.send_write(write("tickets.update", target=ticket, priority="P1"))
    assert len(sent(desk)) == 1


async def test_waiting_too_long_is_a_doubt_only_once_something_was_sent(desk, psa, ticket, monkeypatch):
    one = write("tickets.update", target=ticket, priority="P1")
    monkeypatch.setattr(sender, "SEND_S", 0.1)
    desk.sandbox.faults([{"kind": "slow", "seconds": 1, "match": {"method": "PATCH"}}])
    with pytest.raises(OutcomeUnknownError, match="did not answer"):
        await psa.send_write(one)

    async def wait(*_args, **_options):
        await asyncio.Event().wait()

    monkeypatch.setattr(psa._api, "write", wait)
    with pytest.raises(VendorTimeoutError, match="nothing was sent"):
        await psa.send_write(one)


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "workflow_revert", "match": {"method": "PATCH"}},
        {"kind": "workflow_set", "set": {"status": 19}, "match": {"method": "PATCH"}},
    ],
    ids=lambda one: one["kind"],
)
async def test_a_workflow_rule_that_changes_it_back_is_told(desk, psa, ticket, fault):
    desk.sandbox.faults([fault])
    receipt = await psa.send_write(write("tickets.update", target=ticket, status="On Hold"))
    assert len(receipt.warnings) == 1
    assert "status shows something else" in receipt.warnings[0]
    assert receipt.record.raw["status"] in {1, 19}


async def test_a_result_that_cannot_be_read_back_is_still_a_result(desk, psa, ticket):
    fault = {"kind": "html", "status": 404, "times": None, "nth": 2, "match": {"method": "GET", "path": ticket}}
    desk.sandbox.faults([fault])
    receipt = await psa.send_write(write("tickets.update", target=ticket, priority="P1"))
    assert "could not be read back" in receipt.warnings[0]
    assert row(desk, "Tickets", ticket)["priority"] == 4


# --- author ---


async def test_impersonation_is_only_used_when_configured_and_only_for_writes(desk, ticket):
    who, _ = technician(desk)
    async with desk.connector(grants=ALL) as psa:
        plain = await psa.send_write(write("notes.create_internal", parent=ticket, body="A"))
    async with desk.connector(grants=ALL, impersonate=int(who)) as psa:
        ours = await psa.send_write(write("notes.create_internal", parent=ticket, body="A"))
    assert row(desk, "TicketNotes", plain.ref)["creatorResourceID"] == 5
    assert row(desk, "TicketNotes", ours.ref)["creatorResourceID"] == int(who)
    async with desk.connector(grants=ALL, impersonate=5) as psa:
        with pytest.raises(PermissionDeniedError) as caught:
            await psa.send_write(write("notes.create_internal", parent=ticket, body="A"))
        assert "impersonated resource's" in caught.value.hint
