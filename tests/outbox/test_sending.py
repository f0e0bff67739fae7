"""The one write path over real HTTP: what is sent, what never is, and what a broken answer comes to."""

import asyncio
from pathlib import Path

import pytest

from servicedesk_core import ServiceDesk
from servicedesk_core.domain.writing import Intent
from servicedesk_core.errors import UnsupportedError, WriteError, WriteNotGrantedError, WriteStateError
from servicedesk_core.outbox import checking
from servicedesk_core.outbox.policy import WritePolicy
from servicedesk_core.store import leases, outbox
from servicedesk_core.store.outbox import propose
from tests.other_process import ended_process
from tests.outbox.conftest import GRANTS, QUICK, settings_for, settled, state_of

pytestmark = pytest.mark.slow  # over real HTTP with broken answers; the commands send always


async def unchecked(desk, intent):
    """Propose what nobody could hold against the vendor's rules at that moment."""
    now = desk._clock.now()
    return (await desk.store.write(lambda tx: propose(tx, intent, actor="user:test", now=now))).id


async def test_nothing_is_sent_before_somebody_approves(desk, vendor):
    write = await desk.tickets.update("T1", status="In Progress", assignee="ana diaz", queue="Projects")
    assert state_of(write) == "proposed"
    assert vendor.writes == []
    assert (await desk.writes.run()) == ()
    (done,) = await desk.writes.approve([write.id], send=True)
    assert (state_of(done), done.ref) == ("confirmed", "1")
    assert {k: vendor.records["tickets"]["1"][k] for k in ("status", "assignee_ref", "queue_ref")} == {
        "status": "In Progress",
        "assignee_ref": "t1",
        "queue_ref": "q2",
    }


async def test_a_misspelt_word_is_told_when_it_is_proposed(desk, vendor):
    asked = len(vendor.requests)
    await desk.tickets.update("T2", status="In Progress")
    assert len(vendor.requests) == asked, "while every word is known nobody is asked"
    for attempt in (
        desk.tickets.update("T1", status="In Progres"),
        desk.tickets.create("New", company="c1", status="In Progres"),
    ):
        with pytest.raises(WriteError, match=r'no status "In Progres".*Did you mean "In Progress"') as caught:
            await attempt
        assert caught.value.hint == "There is: New, In Progress, Complete, Solved."
    assert [write.target for write in await desk.writes.list()] == ["2"]
    assert vendor.writes == []


async def test_a_word_that_was_added_at_the_vendor_since_is_no_misspelt_one(desk, vendor):
    vendor.put("words", "w1", name="Waiting for parts")
    assert state_of(await desk.tickets.update("T1", status="Waiting for parts")) == "proposed"


@pytest.mark.parametrize("how", ["down", "silent"])
async def test_while_the_vendor_cannot_be_asked_it_keeps_the_last_word(vendor, store_url, clock, monkeypatch, how):
    vendor.down = how == "down"
    async with ServiceDesk(settings_for(vendor, store_url), clock=clock) as desk:
        if how == "silent":
            monkeypatch.setattr(desk._host, "open", lambda name: asyncio.Event().wait())
            monkeypatch.setattr(checking, "LONGEST_LOOK_S", 0.01)
        assert state_of(await desk.tickets.update("T1", status="Waiting for parts")) == "proposed"


async def test_without_grants_no_writing_route_is_ever_asked_for(vendor, store_url, clock):
    async with ServiceDesk(settings_for(vendor, store_url, writes=[]), clock=clock) as desk:
        await desk.sync("psa")
        for attempt in (
            desk.tickets.update("T1", status="Complete"),
            desk.tickets.create("New", company="c1"),
            desk.tickets.note("T1", "text"),
            desk.tickets.note("T1", "text", public=True),
            desk.tickets.log_time("T1", worked_s=60, technician="t1"),
            desk.writes.propose(Intent("psa", "tickets.update", "tickets:1", "x", {"title": "y"}, target="1")),
        ):
            with pytest.raises(WriteNotGrantedError, match="does not grant"):
                await attempt
        await desk.writes.run()
        await desk.sync("psa")
        await desk.check("psa")
        opened = await desk._host.open("psa")
        for method, path in (("POST", "tickets"), ("PATCH", "tickets/1"), ("POST", "notes"), ("POST", "time_entries")):
            http = opened.http._clients[0]
            with pytest.raises(WriteNotGrantedError):
                await http.request(method, path, json={})
    assert vendor.writes == []


async def test_a_grant_that_was_taken_away_meanwhile_rejects_with_advice(desk, vendor, store_url, clock):
    write = await desk.tickets.update("T1", status="Complete")
    await desk.writes.approve([write.id])
    await desk.aclose()
    async with ServiceDesk(settings_for(vendor, store_url, writes=GRANTS[2:]), clock=clock) as later:
        await later.writes.run()
        refused = await settled(later, write.id)
    assert (state_of(refused), refused.error_code) == ("rejected", "write_not_granted")
    assert "writes retry 1" in refused.hint
    assert vendor.writes == []


async def test_a_note_is_internal_unless_asked_otherwise(desk, vendor):
    for public in (False, True):
        assert state_of(await desk.tickets.note("T1", "hello", public=public, send=True)) == "confirmed"
    assert [note["visibility"] for note in vendor.added("notes")] == ["internal", "public"]


async def test_an_act_that_is_asked_for_again_is_the_first_whatever_became_of_it(desk, vendor):
    async def act():
        return await desk.tickets.update("T1", status="In Progress", request_id="r-2", send=True)

    first = await act()
    assert state_of(first) == "confirmed"
    assert await act() == await settled(desk, first.id), "the ticket shows it by now, and that is no mistake"
    vendor.put("tickets", "1", status="Complete")
    await desk.sync("psa", mode="full")
    assert (await act()).id == first.id
    assert len(vendor.commits) == 1


async def test_two_equal_notes_are_two_notes_and_one_request_id_is_one(desk, vendor):
    for _ in range(2):
        await desk.tickets.note("T1", "again", send=True)
    for _ in range(2):
        await desk.tickets.note("T1", "once", request_id="r-1", send=True)
    assert [note["body"] for note in vendor.added("notes")] == ["again", "again", "once"]


async def test_after_a_confirmation_the_copy_is_current_and_the_next_sync_sees_an_echo(desk, vendor, clock):
    before = [change.seq async for change in desk.changes(include_backfill=True)]
    await desk.tickets.update("T2", status="In Progress", send=True)
    assert (await desk.tickets.get("T2")).ticket.status == "In Progress"
    clock.advance(100_000)
    await desk.sync("psa", mode="full")
    news = [c async for c in desk.changes(before[-1], include_backfill=True) if c.entity == "tickets"]
    assert [(c.kind, c.origin, "status" in c.changed_fields) for c in news] == [("changed", "write", True)]


async def test_a_write_over_somebody_elses_change_is_refused_with_both_versions(desk, vendor):
    write = await desk.tickets.update("T3", status="In Progress", title="Mine")
    vendor.put("tickets", "3", status="Complete")
    (refused,) = await desk.writes.approve([write.id], send=True)
    assert (state_of(refused), refused.error_code) == ("rejected", "write_conflict")
    assert {c.field: (c.before, c.after, c.theirs) for c in refused.changes} == {
        "title": ("Printer 3", "Mine", None),
        "status": ("New", "In Progress", "Complete"),
    }
    assert vendor.writes == []
    vendor.put("tickets", "3", status="New again")
    (again,) = await desk.writes.retry([write.id], send=True)
    assert again.changes[1].theirs == "New again", "the retry is based on the version that was shown"
    (over,) = await desk.writes.retry([write.id], send=True)
    assert state_of(over) == "confirmed"


async def test_a_change_of_other_fields_is_no_conflict(desk, vendor):
    write = await desk.tickets.update("T3", status="In Progress")
    vendor.put("tickets", "3", title="Renamed meanwhile")
    (done,) = await desk.writes.approve([write.id], send=True)
    assert state_of(done) == "confirmed"
    assert (await desk.tickets.get("T3")).ticket.title == "Renamed meanwhile"


async def test_two_who_approve_at_once_have_one_effect(desk, vendor, store_url, clock):
    write = await desk.tickets.note("T1", "once")
    async with ServiceDesk(settings_for(vendor, store_url), clock=clock) as other:
        both = [one.writes.approve([write.id], send=True) for one in (desk, other)]
        ends = await asyncio.gather(*both, return_exceptions=True)
    failures = [end for end in ends if isinstance(end, BaseException)]
    assert [type(failure) for failure in failures] == [WriteStateError]
    assert len(vendor.commits) == 1


async def test_a_refusal_is_final_with_advice_and_the_others_go_on(desk, vendor):
    numbers = [(await desk.tickets.note(f"T{n}", "hello")).id for n in (1, 3, 4)]
    long = Intent("psa", "notes.create_internal", "tickets:2", "T2", {"body": "x" * 201}, parent="2")
    numbers.insert(1, await unchecked(desk, long))
    vendor.faults.extend(["422", "403"])
    desk.outbox.sending.policy = WritePolicy(**QUICK | {"parallel": 1})
    ends = await desk.writes.approve(numbers, send=True)
    assert [(state_of(w), w.error_code) for w in ends] == [
        ("rejected", "rejected"),
        ("rejected", "rejected"),
        ("rejected", "permission_denied"),
        ("confirmed", None),
    ]
    assert all(f"writes retry {w.id}" in w.hint or "writes edit" in w.hint for w in ends[:3])


async def test_a_change_that_our_own_earlier_write_overtook_is_told_as_such(desk, vendor):
    first = await desk.tickets.update("T1", title="First title")
    second = await desk.tickets.update("T1", title="Second title", status="In Progress")
    third = await desk.tickets.update("T1", queue="Projects")
    done, refused, other = await desk.writes.approve([first.id, second.id, third.id], send=True)
    assert (state_of(done), state_of(refused), state_of(other)) == ("confirmed", "rejected", "confirmed")
    assert refused.error == (
        "This desk itself, with write 1, changed title at the vendor since it was read; nothing was sent."
    )
    await desk.tickets.update("T2", title="Ours", send=True)
    waiting = await desk.tickets.update("T2", title="Later")
    vendor.put("tickets", "2", title="Theirs")
    (refused,) = await desk.writes.approve([waiting.id], send=True)
    assert refused.error.startswith("Somebody changed title")


async def test_what_a_colleague_changed_beside_us_is_not_told_as_ours(desk, vendor):
    first = await desk.tickets.update("T1", status="In Progress")
    second = await desk.tickets.update("T1", status="Complete", queue="Projects")
    await desk.writes.approve([first.id], send=True)
    vendor.put("tickets", "1", queue_ref=None)
    (refused,) = await desk.writes.approve([second.id], send=True)
    assert refused.error.startswith("Somebody changed status")
    assert "queue_ref" in refused.error


@pytest.mark.skipif(not Path("/proc/self/ns/pid").exists(), reason="elsewhere it waits until the attempt has ended")
async def test_what_a_sender_that_was_killed_left_is_settled_at_once_and_the_others_go_on(desk, vendor, clock):
    done, lost, other = [await desk.tickets.update(f"T{n}", title="New title") for n in (1, 2, 3)]
    await desk.writes.approve([done.id, lost.id, other.id])
    desk.outbox.sending.policy = WritePolicy(**QUICK | {"shortest_settle_s": 60.0})
    dead = ended_process()

    def begin(tx):
        fence = leases.acquire(tx, "writes:psa", dead, 240)
        for write in (done, lost):
            seen = outbox.get(tx, write.id)
            outbox.begin(tx, seen, fence=fence, actor="system:writes", now=clock.now(), timeout_s=210)

    await desk.store.write(begin)
    vendor.put("tickets", "1", title="New title", ref=done.key)
    await desk.writes.run()
    assert [state_of(await settled(desk, one.id)) for one in (done, lost, other)] == [
        "confirmed",
        "in_doubt",
        "confirmed",
    ]
    assert vendor.writes == [("PATCH", "/tickets/3")], "nothing is sent again before it is certain"


async def test_a_right_lost_half_way_stops_only_that_kind(desk, vendor):
    numbers = [(await desk.tickets.note(f"T{n}", "hello")).id for n in range(1, 4)]
    numbers += [(await desk.tickets.update(f"T{n}", title="New title")).id for n in range(1, 4)]
    vendor.deny.add("notes")
    ends = await desk.writes.approve(numbers, send=True)
    assert [state_of(w) for w in ends] == ["rejected"] * 3 + ["confirmed"] * 3


async def test_one_ticket_is_written_in_order_and_others_beside_it(desk, vendor):
    desk.outbox.sending.policy = WritePolicy(**QUICK)
    numbers = []
    for title in ("one", "two", "three"):
        intent = Intent("psa", "tickets.update", "tickets:1", "T1", {"title": title}, target="1")
        numbers.append((await desk.writes.propose(intent)).id)
    await desk.writes.approve(numbers, send=True)
    assert vendor.records["tickets"]["1"]["title"] == "three"
    order = [ref for _, ref, _ in vendor.commits]
    keys = [(await settled(desk, n)).key for n in numbers]
    assert order == keys


async def test_a_revert_restores_only_what_the_vendor_still_shows(desk, vendor):
    write = await desk.tickets.update("T1", status="In Progress", title="Mine", send=True)
    vendor.put("tickets", "1", title="Somebody else's")
    back = await desk.writes.revert(write.id)
    assert (back.left, [(c.field, c.before, c.after) for c in back.write.changes]) == (
        ("title",),
        [("status", "In Progress", "New")],
    )
    (done,) = await desk.writes.approve([back.write.id], send=True)
    assert (state_of(done), vendor.records["tickets"]["1"]["status"]) == ("confirmed", "New")
    with pytest.raises(WriteError, match="nothing is left"):
        await desk.writes.revert(write.id)
    note = await desk.tickets.note("T1", "said", send=True)
    with pytest.raises(WriteError, match="cannot be taken back"):
        await desk.writes.revert(note.id)


async def test_closing_says_the_meaning_and_is_taken_back_to_the_word(desk, vendor):
    closed = await desk.tickets.close("T1", resolution="Replaced", send=True)
    assert vendor.records["tickets"]["1"]["status"] == "Complete"
    back = await desk.writes.revert(closed.id)
    assert {c.field: c.after for c in back.write.changes} == {"status": "New", "resolution": None}


@pytest.mark.slow
async def test_a_vendor_that_is_down_for_an_hour_costs_few_requests_and_loses_nothing(desk, vendor, clock):
    numbers = []
    for n in range(30):
        intent = Intent("psa", "notes.create_internal", f"tickets:{n}", "T", {"body": f"{n}"}, parent="1")
        numbers.append((await desk.writes.propose(intent)).id)
    await desk.writes.approve(numbers)
    desk.outbox.sending.policy = WritePolicy(**QUICK | {"stop_after": 1_000})
    vendor.down = True
    vendor.requests.clear()
    for _ in range(12):
        await desk.writes.run()
        clock.advance(300)
    assert len(vendor.writes) <= 12, "one probe at a time, ever more seldom"
    assert len(vendor.requests) <= 80, "what a 503 left in doubt is looked up ever more seldom too"
    vendor.down = False
    clock.advance(900)
    for _ in range(4):
        await desk.writes.run()
        clock.advance(3_600)
    assert not (await desk.writes.list()).items
    assert len(vendor.commits) == len({ref for _, ref, _ in vendor.commits}) == 30


async def test_a_kind_that_the_connector_does_not_know_is_an_error_that_says_what_it_can(vendor, store_url, clock):
    grants = ["assets.update", "stock.take"]
    async with ServiceDesk(settings_for(vendor, store_url, writes=grants), clock=clock) as desk:
        await desk.sync("psa")
        for kind in grants:
            intent = Intent("psa", kind, "x:1", "X", {"name": "y"}, target="1")
            with pytest.raises(UnsupportedError) as caught:
                await desk.writes.propose(intent)
            assert "tickets.update" in caught.value.hint
            (end,) = await desk.writes.approve([await unchecked(desk, intent)], send=True)
            assert (state_of(end), end.error_code) == ("rejected", "unsupported")
            assert "tickets.update" in end.hint
    assert vendor.writes == []


@pytest.mark.parametrize("connecting", [False, True])
async def test_a_laptop_that_slept_past_its_time_sends_nothing(desk, vendor, clock, monkeypatch, connecting):
    """The clock jumps between the commit of "sending" and the first byte; the time-out does not notice."""
    opened = await desk._host.open("psa")
    sender = opened.http._clients[0]._sender
    part, step = (sender._open_backend(), "send") if connecting else (sender, "_exchange")
    usual = getattr(part, step)

    async def asleep(asked, *rest):
        if getattr(asked, "writes", False) or getattr(asked, "method", "") == "POST":
            clock.advance(3_600)
        return await usual(asked, *rest)

    monkeypatch.setattr(part, step, asleep)
    write = await desk.tickets.note("T1", "late", send=True)
    assert (state_of(write), write.error_code) == ("queued", "vendor_timeout")
    assert vendor.writes == []
    monkeypatch.undo()
    clock.advance(600)
    await desk.writes.run()
    assert state_of(await settled(desk, write.id)) == "confirmed"
    assert len(vendor.commits) == 1


async def test_everything_is_in_the_audit_trail_and_no_text_of_records(desk):
    await desk.tickets.note("T1", "a secret about the client", send=True)
    write = await desk.tickets.update("T2", title="A telling title", status="Complete")
    await desk.writes.discard([write.id], reason="wrong ticket")
    records = (await desk.audit.list()).items
    assert [r.action for r in reversed(records) if r.action.startswith("write.")] == [
        "write.proposed",
        "write.queued",
        "write.sending",
        "write.confirmed",
        "write.proposed",
        "write.discarded",
    ]
    told = repr(records)
    assert "secret" not in told
    assert "telling" not in told
    assert "Complete" in told
    assert (await desk.audit.verify()).is_valid
