"""Writing to Autotask through the whole desk: intents, approval, the wire, and what comes back."""

import json
from datetime import timedelta

import pytest

from servicedesk_core.domain.writing import Intent
from servicedesk_core.errors import WriteNotGrantedError

pytestmark = pytest.mark.slow  # the whole way to the sandbox and back

GRANTS = ["tickets.create", "tickets.update", "notes.create_internal", "notes.create_public", "time_entries.create"]


async def any_open_ticket(world, desk):
    await desk.sync_all(streams=("companies", "technicians", "roles", "queues", "tickets"))
    (ref, number) = world.rows("SELECT external_id, number FROM v_tickets WHERE is_open ORDER BY external_id LIMIT 1")[
        0
    ]
    return ref, number


def sent(world):
    return [(one["entity"], one["kind"]) for one in world.sandbox.state()["writes"]]


async def test_acts_on_a_ticket_arrive_and_come_back_without_a_pull(world):
    async with world.desk(writes=GRANTS) as desk:
        ref, number = await any_open_ticket(world, desk)
        proposed = await desk.tickets.update(number, title="Printer in room 4 offline")
        assert (str(proposed.state), sent(world)) == ("proposed", [])
        (done,) = await desk.writes.approve([proposed.id], send=True)
        assert str(done.state) == "confirmed", done
        assert world.rows(f"SELECT title FROM v_tickets WHERE external_id = '{ref}'") == [
            ("Printer in room 4 offline",)
        ]
        for public in (False, True):
            note = await desk.tickets.note(number, "Toner replaced", public=public, send=True)
            assert str(note.state) == "confirmed", note
        who = str(world.sandbox.store.select("ResourceServiceDeskRoles", tail="ORDER BY id LIMIT 1")[0]["resourceID"])
        start = world.clock.now() - timedelta(hours=1)
        time = await desk.tickets.log_time(number, worked_s=1800, technician=who, start_at=start, send=True)
        assert str(time.state) == "confirmed", time
        (company,) = world.rows("SELECT external_id FROM v_companies ORDER BY external_id LIMIT 1")[0]
        made = await desk.tickets.create("New laptop", company=company, queue="Level I Support", send=True)
        assert str(made.state) == "confirmed", made
    assert sent(world) == [
        ("Tickets", "patch"), ("TicketNotes", "create"), ("TicketNotes", "create"), ("TimeEntries", "create"),
        ("Tickets", "create"),
    ]  # fmt: skip
    assert [one["body"].get("publish") for one in world.sandbox.state()["writes"]][1:3] == [2, 1]


async def test_a_date_of_cover_changes_nothing_else_of_an_asset_and_the_next_sync_finds_no_news(world):
    kind = "assets.update"
    async with world.desk(writes=[kind]) as desk:
        await desk.sync_all(streams=("companies", "products", "assets"))
        made = "SELECT external_id, manufacturer, model FROM v_assets WHERE manufacturer IS NOT NULL ORDER BY 1 LIMIT 1"
        ((ref, *what),) = world.rows(made)
        intent = Intent("psa", kind, f"assets:{ref}", "PC1", {"warranty_until": "2031-05-06"}, target=ref)
        proposed = await desk.writes.propose(intent)
        (done,) = await desk.writes.approve([proposed.id], send=True)
        assert str(done.state) == "confirmed", done
        told = f"SELECT manufacturer, model, warranty_until FROM v_assets WHERE external_id = '{ref}'"
        assert world.rows(told) == [(*what, "2031-05-06")]
        await desk.sync_all(streams=("assets",))
    news = f"SELECT origin, changed_fields FROM changes WHERE kind = 'changed' AND external_id = '{ref}'"
    assert [(origin, set(json.loads(fields))) for origin, fields in world.rows(news)] == [
        ("write", {"warranty_until", "modified_at"})
    ]


async def test_a_lost_answer_is_settled_without_a_second_ticket(world):
    async with world.desk(writes=GRANTS) as desk:
        await any_open_ticket(world, desk)
        (company,) = world.rows("SELECT external_id FROM v_companies ORDER BY external_id LIMIT 1")[0]
        world.sandbox.faults([{"kind": "drop_after", "match": {"method": "POST", "path": "/Tickets$"}}])
        made = await desk.tickets.create("New laptop", company=company, queue="Level I Support", send=True)
        for _ in range(3):
            if str(made.state) == "confirmed":
                break
            world.clock.off += timedelta(minutes=10)
            await desk.writes.run()
            made = (await desk.writes.show(made.id)).write
        assert str(made.state) == "confirmed", made
    assert sent(world) == [("Tickets", "create")]


@pytest.mark.slow
async def test_somebody_elses_edit_is_shown_and_kept(world):
    async with world.desk(writes=GRANTS) as desk:
        ref, number = await any_open_ticket(world, desk)
        row = world.sandbox.store.get("Tickets", int(ref))
        world.sandbox.store.put("Tickets", [{**row, "title": "By a colleague"}])
        ours = await desk.tickets.update(number, title="Ours", send=True)
        assert (str(ours.state), ours.error_code) == ("rejected", "write_conflict")
    assert sent(world) == []


@pytest.mark.slow
async def test_without_grants_no_writing_route_is_ever_asked_for(world):
    async with world.desk() as desk:
        _, number = await any_open_ticket(world, desk)
        with pytest.raises(WriteNotGrantedError):
            await desk.tickets.note(number, "A", public=True)
        await desk.writes.run()
    assert sent(world) == []
