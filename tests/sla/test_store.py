"""Clocks of the tickets in the store: judged when something happens, kept, and made anew to the same."""

import asyncio
import signal
import subprocess
import sys
from datetime import timedelta

import pytest

from servicedesk_core.domain import Appointment, Company, Note, Part, Site, TimeEntry
from tests.sla.conftest import BOOK
from tests.sla.office import at, created, event, status


def us(text):
    return round(at(text).timestamp() * 1_000_000)


async def test_clocks_are_judged_from_what_the_store_tells_and_kept(told):
    assert (await told.desk.sla.status()).basis.has_policy is False
    assert (await told.desk.sla.evaluate()).has_policy is False
    await told.ticket(1, created("03-02 16:30"))
    await told.ticket(2, created("03-03 09:00", "P2"), status("03-03 10:00", "waiting_customer"), priority="P2")
    await told.ticket(3, status_category="closed")
    await told.promise()
    await told.move("03-03 11:00")
    assert (await told.desk.sla.status()).basis.is_behind
    assert (await told.desk.sla.evaluate()).tickets == 3
    first = await told.clocks(1)
    assert first["completion", 1] == ("running", "open", us("03-05 10:30"), us("03-05 10:30"), 0)
    assert first["triage", 1] == ("running", "open", us("03-02 17:30"), us("03-02 17:30"), 1)
    assert (await told.clocks(2))["completion", 1][:3] == ("paused", "open", None)
    assert await told.clocks(3) == {}
    found = await told.desk.sla.status()
    assert not found.basis.is_behind
    assert {one.clock: (one.under_half, one.late, one.paused) for one in found.clocks} == {
        "triage": (0, 1, 0),
        "engagement": (0, 1, 1),
        "completion": (1, 0, 1),
    }
    assert (await told.desk.sla.evaluate()).tickets == 0


async def test_only_what_something_happened_to_is_judged_again_and_late_news_takes_a_breach_back(told):
    await told.promise()
    await told.ticket(1, created("03-03 09:00", "P2"), priority="P2")
    await told.ticket(2, created("03-03 09:00", "P2"), priority="P2")
    await told.move("03-03 17:30")
    await told.desk.sla.evaluate()
    assert {one.clock: one.late for one in (await told.desk.sla.status()).clocks}["completion"] == 2
    await told.ticket(1, status("03-03 14:00", "waiting_customer"), status("03-03 16:00", "in_progress"))
    assert (await told.desk.sla.evaluate()).tickets == 1
    assert (await told.clocks(1))["completion", 1][2] == us("03-04 09:00")
    assert {one.clock: one.late for one in (await told.desk.sla.status()).clocks}["completion"] == 1


async def test_what_touches_no_clock_leaves_nothing_to_be_judged(told):
    await told.promise()
    await told.ticket(1, created("03-03 09:00", "P2"), priority="P2")
    await told.move("03-03 10:00")
    await told.desk.sla.evaluate()
    await told.put(Part(external_id="7", number="EX-7", name="Fuser"))
    assert not (await told.desk.sla.status()).basis.is_behind
    await told.ticket(1, status("03-03 09:30", "waiting_customer"), priority="P2")
    assert (await told.desk.sla.status()).basis.is_behind
    await told.desk.sla.evaluate()
    assert not (await told.desk.sla.status()).basis.is_behind


async def test_a_target_that_is_used_up_as_the_pause_begins_is_not_missed_in_it(told):
    await told.promise()
    worked, waits = event("03-02 09:10", "time_entry"), status("03-02 17:00", "waiting_customer")
    await told.ticket(1, created("03-02 09:00", "P2"), worked, waits, priority="P2")
    await told.ticket(2, created("03-02 09:00", "P2"), worked, waits, event("03-02 17:30", "time_entry"), priority="P2")
    await told.move("03-03 12:00")
    await told.desk.sla.evaluate()
    for ref in (1, 2):
        assert (await told.clocks(ref))["completion", 1][:2] == ("paused", "open")
    assert not list(await told.desk.sla.breached())


async def test_a_promise_that_changes_is_taken_in_by_all_tickets_and_an_end_of_it_by_none(told):
    await told.promise()
    await told.ticket(1, created("03-03 09:00"))
    await told.desk.sla.evaluate()
    text = BOOK.replace(
        'calendar = "office"', 'calendar = "office"\neffective_from = 2026-03-04T00:00:00Z\nreapply = true'
    )
    await told.promise(text.replace('completion = "24 h"', 'completion = "8 h"'))
    await told.move("03-03 12:00")
    await told.desk.sla.evaluate()
    assert (await told.clocks(1))["completion", 1][2] == us("03-05 13:00")
    await told.move("03-04 09:00")
    assert (await told.desk.sla.status()).basis.is_behind  # by the time alone
    assert (await told.desk.sla.evaluate()).tickets == 1
    assert (await told.clocks(1))["completion", 1][2] == us("03-03 17:00")


@pytest.mark.parametrize(
    "work",
    [
        TimeEntry(external_id="9", ticket_ref="1", technician_ref="7", start_at=at("03-03 10:00")),
        Note(
            external_id="9", ticket_ref="1", visibility="public", author_type="technician", created_at=at("03-03 10:00")
        ),
        Appointment(external_id="9", ticket_refs=("1",), created_at=at("03-03 10:00")),
    ],
    ids=["time", "note", "appointment"],
)
async def test_what_technicians_do_engages_and_what_clients_write_does_not(told, work):
    await told.promise()
    await told.ticket(1, created("03-03 09:00"))
    client = {"visibility": "public", "author_type": "customer", "created_at": at("03-03 09:30")}
    await told.put(Note(external_id="8", ticket_ref="1", **client))
    await told.move("03-03 12:00")
    await told.desk.sla.evaluate()
    assert (await told.clocks(1))["engagement", 1][0] == "running"
    await told.put(work)
    await told.desk.sla.evaluate()
    assert {name: row[:2] for (name, _), row in (await told.clocks(1)).items()} == {
        "triage": ("stopped", "met"),
        "engagement": ("stopped", "met"),
        "completion": ("running", "open"),
    }
    elsewhere = {"ticket_refs": ("2",)} if isinstance(work, Appointment) else {"ticket_ref": "2"}
    await told.put(work.model_copy(update=elsewhere))
    await told.desk.sla.evaluate()
    assert (await told.clocks(1))["engagement", 1][0] == "running", "it was about another ticket"


async def test_tickets_of_which_not_all_is_known_are_counted_and_not_judged(told):
    seen = event("03-03 12:00", "snapshot", actor=None, status_category="in_progress")
    await told.ticket(1, seen, created_at=at("03-02 09:00"))
    await told.put(TimeEntry(external_id="9", ticket_ref="1", technician_ref="7", start_at=at("03-02 10:00")))
    await told.ticket(2, created_at=at("03-02 09:00"))
    await told.promise()
    await told.move("03-03 13:00")
    await told.desk.sla.evaluate()
    assert {row[1] for row in (await told.clocks(1)).values()} == {"unknown"}
    found = await told.desk.sla.status()
    assert found.tickets == 0
    assert [(one.reason, one.count) for one in found.excluded] == [("no history", 1), ("partial history", 1)]


@pytest.mark.slow
async def test_what_is_kept_comes_out_the_same_whenever_it_is_made(told):
    await told.promise()
    for ref in range(12):
        steps = [created("03-02 09:00", f"P{1 + ref % 3}"), event("03-02 09:20", "time_entry")]
        steps += [status("03-02 10:00", "waiting_customer"), status("03-02 12:00", "in_progress")][: ref % 3]
        steps += [status("03-03 12:00", "resolved"), status("03-04 09:00", "in_progress")][: ref % 4 // 2 * 2]
        for one in steps:
            await told.ticket(ref, one, priority=f"P{1 + ref % 3}")
            await told.move(
                (told.clock.now() + timedelta(hours=1)).astimezone(at("03-02 09:00").tzinfo).strftime("%m-%d %H:%M")
            )
            await told.desk.sla.evaluate()
    await told.move("03-20 12:00")
    before = await told.kept()
    assert len(before[0]) == 12
    assert (await told.desk.sla.evaluate(afresh=True)).tickets == 12
    assert await told.kept() == before
    await told.desk.store.write(
        lambda tx: [tx.exec_driver_sql(f"DELETE FROM {t}") for t in ("sla_tickets", "sla_clocks", "sla_evaluation")]
    )
    await told.desk.sla.evaluate()
    assert await told.kept() == before


async def test_what_is_dated_ahead_comes_to_hold_in_its_time(told):
    await told.promise()
    await told.ticket(1, created("03-03 09:00"), status("03-03 15:00", "resolved"))
    await told.move("03-03 10:00")
    await told.desk.sla.evaluate()
    assert (await told.clocks(1))["completion", 1][0] == "running"
    await told.move("03-03 15:00")
    assert (await told.desk.sla.evaluate()).tickets == 1
    assert (await told.clocks(1))["completion", 1][:2] == ("stopped", "met")


CHILD = """
import asyncio, os, signal, sys
from datetime import datetime
from servicedesk_core import ServiceDesk
from servicedesk_core.features.sla import following
from servicedesk_core.testing import FakeClock

keep, following._TICKETS_AT_ONCE, steps = following.kept.keep, 5, 0

def doomed(tx, found):
    global steps
    keep(tx, found)
    steps += 1
    if steps == int(sys.argv[3]):
        os.kill(os.getpid(), signal.SIGKILL)

following.kept.keep = doomed

async def main():
    clock = FakeClock(datetime.fromisoformat(sys.argv[2]))
    async with ServiceDesk({"desk": {"timezone": "America/New_York"}}, store=sys.argv[1], clock=clock) as desk:
        print((await desk.sla.evaluate(afresh=True)).tickets)

asyncio.run(main())
"""


def child(store_url, told, *, dies_at):
    command = [sys.executable, "-c", CHILD, store_url, told.clock.now().isoformat(), str(dies_at)]
    return asyncio.to_thread(subprocess.run, command, capture_output=True, text=True, check=False)


async def many(told):
    await told.promise()
    for ref in range(24):
        await told.ticket(ref, created("03-02 09:00", f"P{1 + ref % 3}"))
    await told.move("03-03 12:00")
    await told.desk.sla.evaluate()
    return await told.kept()


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="this system has no kill -9")
async def test_killed_in_the_middle_of_all_tickets_it_goes_on_where_it_was(told, store_url):
    before = await many(told)
    done = await child(store_url, told, dies_at=3)
    assert done.returncode == -signal.SIGKILL, done.stderr
    assert (await told.desk.sla.status()).basis.is_behind
    assert (await told.desk.sla.evaluate()).tickets == 24 - 10  # the third piece was not kept
    assert await told.kept() == before


@pytest.mark.slow
async def test_two_processes_at_once_judge_each_ticket_and_disturb_nobody(told, store_url):
    before = await many(told)
    await told.ticket(24, created("03-03 09:00"))
    done = await asyncio.gather(*(child(store_url, told, dies_at=0) for _ in range(2)), told.desk.sla.evaluate())
    assert [one.stderr for one in done[:2]] == ["", ""]
    await told.desk.sla.evaluate()
    kept = await told.kept()
    assert [row for row in kept[0] if row in before[0]] == before[0]
    assert len(kept[0]) == 25
    assert not (await told.desk.sla.status()).basis.is_behind


async def test_a_promise_that_was_taken_back_before_it_held_leaves_nothing_to_judge(told):
    text = BOOK.replace('calendar = "office"', 'calendar = "office"\neffective_from = 2026-03-09T00:00:00Z')
    await told.promise(text)
    await told.ticket(1, created("03-03 09:00"))
    await told.desk.sla.evaluate()
    (told.folder / "sla.toml").write_text("")
    await told.desk.definitions.apply(reason="taken back", folder=told.folder, over=1, remove=True)
    async with asyncio.timeout(20):
        assert (await told.desk.sla.evaluate()).has_policy is False
    assert not (await told.desk.sla.status()).basis.has_policy
    assert await told.kept() == [[], []]


async def test_once_policies_are_removed_nothing_is_promised_for_what_comes_and_what_was_stays(told):
    await told.promise()
    await told.ticket(1, created("03-02 09:30"))
    await told.move("03-03 09:00")
    text = BOOK[: BOOK.index("[sla]")]
    (told.folder / "sla.toml").write_text(text)
    await told.desk.definitions.apply(reason="no more", folder=told.folder, over=1, remove=True)
    await told.ticket(2, created("03-03 10:00"))
    await told.move("03-03 12:00")
    await told.desk.sla.evaluate()
    assert {row[1] for row in (await told.clocks(1)).values()} == {"open"}
    assert {row[1] for row in (await told.clocks(2)).values()} == {"not_applicable"}
    assert not (await told.desk.sla.status()).basis.is_behind


async def test_where_a_client_or_a_site_lies_decides_and_when_it_changes_their_tickets_are_judged_again(told):
    north = '[[sla.policies]]\nname = "north"\nwhen.region = ["north"]\notherwise = { completion = "2 h" }\n\n'
    await told.promise(BOOK.replace("[[sla.policies]]", north + "[[sla.policies]]"))
    for ref, fields in (1, {}), (2, {"site_ref": "5"}), (3, {"company_ref": "2"}):
        await told.ticket(ref, created("03-03 09:00", "P2"), priority="P2", **fields)
    await told.move("03-03 09:30")
    await told.desk.sla.evaluate()
    later, sooner = us("03-03 17:00"), us("03-03 11:00")
    for place, again, dues in (
        (Company(external_id="1", name="Harbor Clinic", phone="555"), 0, [later, later, later]),
        (Company(external_id="1", name="Harbor Clinic", region="north"), 2, [sooner, sooner, later]),
        (Site(external_id="5", company_ref="1", name="Pier", region="south"), 1, [sooner, later, later]),
        (Site(external_id="5", company_ref="1", name="Pier", region="north"), 1, [sooner, sooner, later]),
    ):
        await told.put(place)
        assert (await told.desk.sla.evaluate()).tickets == again
        assert [(await told.clocks(ref))["completion", 1][2] for ref in (1, 2, 3)] == dues


async def test_a_merged_ticket_that_was_opened_again_and_resolved_counts_again(told):
    await told.promise()
    merged = event("03-02 10:00", "merged", merged_into_ref="9")
    again, solved = status("03-02 11:00", "in_progress"), status("03-02 12:00", "resolved")
    done = {"priority": "P2", "resolved_at": at("03-02 12:00")}
    await told.ticket(1, created("03-02 09:00", "P2"), merged, status("03-02 10:01", "closed"), **done)
    await told.ticket(2, created("03-02 09:00", "P2"), merged, again, solved, **done)
    await told.move("03-03 09:00")
    await told.desk.sla.evaluate()
    found = {one.clock: (one.kept, one.judged) for one in await told.desk.sla.attainment()}
    assert found["completion"] == (1, 1)
    counted = await told.desk.kpi.records("resolved", period="2026-03")
    assert [(one.record, one.excluded) for one in counted] == [("T2", ""), ("T1", "merged")]
