"""What is named before a write is proposed, and refused here before it is sent."""

from datetime import timedelta

import pytest

from plugins.autotask.tests.writing.conftest import ALL, NOW, TICKET, row, sent, write
from servicedesk_core.errors import RejectedError, UnsupportedError

pytestmark = pytest.mark.slow  # the conformance suite writes always


def problems(found):
    return [(one.field, one.word, one.reason) for one in found]


async def test_what_the_lists_lack_is_named_and_nobody_is_asked_for_what_they_have(desk, psa):
    asked = sum(desk.requests.values())
    assert await psa.check_write(write("tickets.create", **TICKET, status="In Progress"), None) == ()
    (status,) = await psa.check_write(write("tickets.create", **TICKET, status="In Progres"), None)
    assert (status.word, "In Progress" in status.offered) == ("In Progres", True)
    assert status.reason == 'Autotask has no value "In Progres" for status, or no longer offers it.'
    long = await psa.check_write(write("tickets.update", target="1", title="x" * 251), None)
    assert problems(long) == [("title", None, "Title has 251 characters, and the vendor takes 250.")]
    several = await psa.check_write(write("tickets.update", target="1", priority_name="Hgh", status="Nwe"), None)
    assert [one.field for one in several] == ["priority", "status"]
    assert problems(await psa.check_write(write("notes.create_internal", parent="1", body="b", kind="Nothing"), None))
    assert sum(desk.requests.values()) == asked


async def test_lists_that_were_never_read_refuse_nothing(desk):
    async with desk.connector(grants=ALL, offline=True) as psa:
        assert await psa.check_write(write("tickets.create", **TICKET, status="Whatever"), None) == ()


async def test_what_the_tenant_has_no_default_for_is_named_before_too(desk, psa, monkeypatch):
    lists = psa._sender._words().lists
    monkeypatch.setattr(type(lists), "default", lambda self, entity, name: None)
    for lacking, field in (("priority", "priority"), ("queue_ref", "queue_ref")):
        values = {name: value for name, value in TICKET.items() if name != lacking}
        (told,) = await psa.check_write(write("tickets.create", **values), None)
        assert told.field == field
    (both,) = await psa.check_write(write("tickets.update", target="1", status="New", status_category="closed"), None)
    assert "contradict" in both.reason


async def test_what_is_missing_is_named_though_no_list_was_ever_read(desk):
    async with desk.connector(grants=ALL, offline=True) as psa:
        (told,) = await psa.check_write(write("time_entries.create", parent="1", technician_ref="1"), None)
        assert "needs work_date or start_at. time_entries.create needs worked_s or end_at." in told.reason


async def test_a_word_that_was_added_since_is_found_when_the_lists_may_be_read(desk):
    added = write("tickets.create", **TICKET, status="Parked")
    async with desk.connector(grants=ALL) as psa:
        psa.ctx.clock.instant = NOW + timedelta(hours=1)
        desk.sandbox.change_list("Tickets.status", 44, "Parked")
        assert [one.word for one in await psa.check_write(added, None)] == ["Parked"]
        assert await psa.check_write(added, 60.0) == ()


@pytest.mark.parametrize(
    ("one", "error", "message"),
    [
        (write("tickets.delete", target="1"), UnsupportedError, "cannot send 'tickets.delete'"),
        (write("tickets.update", target="1", sla="Gold"), RejectedError, "cannot write sla"),
        (write("tickets.update", target="1"), RejectedError, "says nothing"),
        (write("tickets.update", target=None, title="A"), RejectedError, "needs its target"),
        (write("tickets.update", target="1", company_ref="2"), RejectedError, "cannot write company_ref"),
        (write("tickets.update", target="1", due_at="tomorrow"), RejectedError, "unusable values in due_at"),
        (write("tickets.update", target="1", priority="P9"), RejectedError, "unusable values in priority"),
        (write("tickets.create", title="A"), RejectedError, "needs company_ref"),
        (write("tickets.create", id="x" * 51, **TICKET), RejectedError, "its id must have 1 to 50"),
        (write("notes.create_internal", parent="1"), RejectedError, "needs body"),
        (write("notes.create_internal", parent="T2026.1", body="A"), RejectedError, "parent must be an Autotask id"),
        (
            write("notes.create_internal", parent="1", body="😀" * 16_000),
            RejectedError,
            "32,000 characters, and the vendor takes 31,9",
        ),
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
