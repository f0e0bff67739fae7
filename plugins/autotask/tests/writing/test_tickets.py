"""Tickets and assets: what is sent of them, and whose edit wins."""

from datetime import UTC, date, datetime

import pytest

from plugins.autotask.tests.writing.conftest import ALL, TICKET, row, sent, technician, write
from servicedesk_core.domain import Priority, StatusCategory
from servicedesk_core.errors import NotFoundError, RejectedError, WriteConflictError
from servicedesk_core.hooks import VocabularyMapping

pytestmark = pytest.mark.slow  # the conformance suite writes always


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


async def test_of_several_statuses_that_mean_the_same_the_one_of_that_name_is_meant(desk, ticket):
    mapping = VocabularyMapping(
        status={"Escalate": StatusCategory.IN_PROGRESS, "In Progress": StatusCategory.IN_PROGRESS}
    )
    async with desk.connector(grants=ALL, mapping=mapping) as psa:
        await psa.send_write(write("tickets.update", target=ticket, status_category="in_progress"))
    assert row(desk, "Tickets", ticket)["status"] == 8


async def test_an_ambiguous_meaning_is_refused_with_advice_unless_one_was_chosen(desk, ticket):
    mapping = VocabularyMapping(
        status={"On Hold": StatusCategory.WAITING_CUSTOMER, "Waiting Vendor": StatusCategory.WAITING_CUSTOMER}
    )
    mapping = mapping.model_copy(update={"status": mapping.status | {"Waiting Customer": StatusCategory.SCHEDULED}})
    update = write("tickets.update", target=ticket, status_category="waiting_customer")
    async with desk.connector(grants=ALL, mapping=mapping) as psa:
        before = len(sent(desk))
        with pytest.raises(RejectedError, match="Waiting Vendor") as caught:
            await psa.send_write(update)
        assert 'status_for = { waiting_customer = "' in caught.value.hint
        assert len(sent(desk)) == before
    async with desk.connector(grants=ALL, mapping=mapping, status_for={"waiting_customer": "On Hold"}) as psa:
        await psa.send_write(update)
    assert row(desk, "Tickets", ticket)["status"] == 17


async def test_a_meaning_without_a_word_is_refused(desk, psa, ticket):
    with pytest.raises(RejectedError, match='no status of this tenant means "spam"'):
        await psa.send_write(write("tickets.update", target=ticket, status_category="spam"))


async def test_a_ticket_ends_with_the_vendors_own_last_status_though_others_mean_resolved_too(desk, ticket):
    async with desk.connector(grants=ALL) as psa:
        for meaning in ("closed", "resolved"):
            await psa.send_write(write("tickets.update", target=ticket, status="In Progress"))
            await psa.send_write(write("tickets.update", target=ticket, status_category=meaning))
            assert row(desk, "Tickets", ticket)["status"] == 5
    closed = VocabularyMapping(status={"RMM Resolved": StatusCategory.CLOSED})
    async with desk.connector(grants=ALL, mapping=closed) as psa:
        await psa.send_write(write("tickets.update", target=ticket, status_category="closed"))
        assert row(desk, "Tickets", ticket)["status"] == 20


async def test_a_status_that_already_means_it_is_left_alone(desk, psa, ticket):
    await psa.send_write(write("tickets.update", target=ticket, status="Customer Note Added"))
    count = len(sent(desk))
    receipt = await psa.send_write(write("tickets.update", target=ticket, status_category="customer_replied"))
    assert len(sent(desk)) == count
    assert "nothing was sent" in receipt.warnings[0]
    assert row(desk, "Tickets", ticket)["status"] == 19


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
