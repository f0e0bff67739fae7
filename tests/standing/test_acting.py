"""Automatic acts under standing approvals, on each database: what is done, what is not, and what is kept of it."""

import asyncio
from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest

from servicedesk_core import ServiceDesk
from servicedesk_core.faces import Period
from servicedesk_core.features.definitions import Version, decide
from servicedesk_core.features.tickets.kinds import CLOSING, Closing
from servicedesk_core.outbox.policy import WritePolicy
from servicedesk_core.outbox.standing import Ruling, withdraw_all
from servicedesk_core.people import JOBS, Actor
from servicedesk_core.store.outbox import automatic
from tests.outbox.conftest import QUICK, settings_for
from tests.standing.conftest import NOW, SOLVED, act_of, approval, grant, revoke, run, states

pytestmark = pytest.mark.slow  # over real HTTP, many writes each


async def test_without_a_standing_approval_nothing_is_written(desk, vendor):
    done = await run(desk)
    assert done.approved == ()
    assert done.uncovered == {"No standing approval covers tickets.close-resolved.": SOLVED}
    assert await states(desk) == []
    assert vendor.commits == []


async def test_what_a_standing_approval_covers_is_done_and_says_by_which_rule(desk, vendor):
    version = await grant(desk, approval(clients=("Harbor Clinic",)))
    done = await run(desk)
    assert len(done.approved) == SOLVED // 2
    assert {number for _, _, number in vendor.commits} == {"2", "4", "6", "8"}
    write = (await desk.writes.show(done.approved[0])).write
    by = f"rule tidy v{version.version}, enabled by ana"
    assert (str(write.state), write.decided_by) == ("confirmed", by)
    audit = await desk.audit.list(entity=f"write:{write.id}")
    assert f"approved by {by}" in {one.reason for one in audit.items}
    kept = await desk.store.read(lambda tx: automatic.of(tx, write.id))
    assert kept.facts["client"] == ["Harbor Clinic", "psa/c2"]
    assert kept.reasons[0].startswith("Resolved since 2026-02-20")
    assert (await run(desk)).approved == (), "what is done is not done again"


@pytest.mark.parametrize(
    ("meanwhile", "why"),
    [
        (revoke, "was revoked"),
        (lambda desk: grant(desk, approval(per_run=7)), "was changed since"),
        (lambda desk: desk.clock.advance(31 * 86_400), "expired at 2026-04-01"),
    ],
)
async def test_what_ended_before_sending_is_not_sent_and_says_why(desk, vendor, meanwhile, why):
    await grant(desk, approval())
    done = await run(desk, send=False)
    if (happened := meanwhile(desk)) is not None:
        await happened
    await desk.outbox.run()
    assert vendor.commits == []
    assert await states(desk) == ["proposed"] * SOLVED
    write = (await desk.writes.show(done.approved[0])).write
    assert (write.decided_by, write.error_code) == (None, "standing_ended")
    assert why in write.error


async def test_an_approval_that_ends_in_the_middle_of_a_batch_ends_there(desk, vendor, clock):
    await grant(desk, approval())
    await run(desk, send=False)
    desk.outbox.sending.policy = WritePolicy(**QUICK | {"parallel": 1})
    vendor.on_write = lambda _: clock.advance(31 * 86_400) if len(vendor.commits) == 2 else None
    await desk.outbox.run()
    assert len(vendor.commits) == 3, "the one that was under way comes to its end"
    assert Counter(await states(desk)) == {"confirmed": 3, "proposed": SOLVED - 3}


async def test_revoking_takes_back_what_is_queued(desk, vendor):
    await grant(desk, approval())
    await run(desk, send=False)
    taken = await desk.store.write(lambda tx: withdraw_all(tx, "tidy", "ana revoked tidy.", desk.clock.now()))
    assert taken == SOLVED
    await desk.outbox.run()
    assert vendor.commits == []
    assert set(await states(desk)) == {"proposed"}
    await grant(desk, approval())
    again = await run(desk)
    assert len(again.approved) == len(vendor.commits) == SOLVED, "a new approval covers what the old one left"


async def test_a_clock_that_is_set_back_makes_nothing_hold_again(desk, vendor, clock):
    await grant(desk, approval(per_run=3, expires_at=NOW + timedelta(hours=3)))
    clock.advance(10_000)
    assert len((await run(desk)).approved) == 3
    clock.advance(1_000)
    assert (await run(desk)).approved == ()
    clock.advance(-8_000)
    assert len((await run(desk)).approved) == 3, "by all that the desk knows it has not ended yet"
    await desk.store.write(lambda tx: automatic.keep(tx, late_use(tx, NOW + timedelta(hours=3))))
    assert (await run(desk)).approved == ()
    assert len(vendor.commits) == 6


def late_use(tx, at):
    return replace(automatic.of(tx, 1), approved_at=at)


async def test_limits_of_a_run_an_hour_and_a_day(desk, vendor, clock):
    await grant(desk, approval(per_run=2, per_hour=3, per_day=4))
    assert [len((await run(desk)).approved) for _ in range(3)] == [2, 1, 0]
    clock.advance(3_601)
    last = await run(desk)
    assert (len(last.approved), last.limited) == (1, SOLVED - 4)
    clock.advance(86_401)
    assert len((await run(desk)).approved) == 2
    assert len(vendor.commits) == 6


async def test_what_was_queued_while_the_vendor_was_down_is_sent_within_the_hours_limit(desk, vendor, clock):
    await grant(desk, approval(per_hour=2))
    vendor.down = True
    await run(desk)
    clock.advance(3_601)
    await run(desk)
    vendor.down = False
    clock.advance(3_601)
    await desk.outbox.run()
    assert len(vendor.commits) == 2
    await desk.outbox.run()
    assert len(vendor.commits) == 2
    clock.advance(3_602)
    await desk.outbox.run()
    assert len(vendor.commits) == 4


async def test_its_limits_stand_in_place_of_those_of_all_writes(desk, vendor):
    desk.outbox.sending.policy = WritePolicy(**QUICK | {"stop_after": 2})
    await grant(desk, approval())
    await run(desk)
    assert len(vendor.commits) == SOLVED
    note = await desk.acting_as(Actor("user:ana")).tickets.note("T21", "hello")
    (sent,) = await desk.writes.approve([note.id], send=True)
    assert str(sent.state) == "confirmed", "what rules do counts for nobody else"


async def test_what_a_person_approves_after_a_rule_counts_among_all_writes(desk, vendor):
    desk.outbox.sending.policy = WritePolicy(**QUICK | {"stop_after": 2, "parallel": 1})
    await grant(desk, approval())
    done = await run(desk, send=False)
    await desk.store.write(lambda tx: withdraw_all(tx, "tidy", "stop", desk.clock.now()))
    await desk.acting_as(Actor("user:ana")).writes.approve(done.approved)
    await desk.outbox.run()
    assert len(vendor.commits) == 2


async def test_an_act_that_breaks_keeps_no_other_write_waiting(desk, vendor, monkeypatch):
    await grant(desk, approval(per_run=1))
    (number,) = (await run(desk, send=False)).approved
    note = await desk.acting_as(Actor("user:ana")).tickets.note("T21", "hello")

    def breaks(*_):
        raise TypeError("of a client")

    monkeypatch.setattr("servicedesk_core.features.tickets.automatic.still", breaks)
    (sent,) = await desk.acting_as(Actor("user:ana")).writes.approve([note.id], send=True)
    await desk.outbox.run()
    assert str(sent.state) == "confirmed"
    write = (await desk.writes.show(number)).write
    assert (str(write.state), write.error_code) == ("proposed", "standing_broke")
    assert write.error == (
        "Not sent: tickets.close-resolved broke (TypeError) when tidy asked whether it is still wanted."
    )
    assert number not in (await run(desk)).approved, "it waits for a person"


async def test_what_no_approval_covers_keeps_nothing_waiting(desk, vendor, monkeypatch):
    monkeypatch.setattr("servicedesk_core.features.standing.jobs._MOST", 1)
    await grant(desk, approval(clients=("Harbor Clinic",)))
    await desk.run_jobs("standing")
    assert await states(desk) == ["queued"], "the first of all is of another client"


async def test_two_workers_that_use_one_limit_at_once_keep_it(vendor, store_url, desk, clock):
    await grant(desk, approval(per_hour=5))
    async with ServiceDesk(settings_for(vendor, store_url), clock=clock, actor=JOBS) as other:
        ends = await asyncio.gather(run(desk, send=False), run(other, send=False))
    assert sum(len(end.approved) for end in ends) == 5
    assert Counter(await states(desk))["queued"] == 5


async def test_what_somebody_decided_or_edited_is_left_to_people(desk, vendor):
    await grant(desk, approval(per_run=2))
    first, second = (await run(desk, send=False)).approved
    await desk.store.write(lambda tx: withdraw_all(tx, "tidy", "stop", desk.clock.now()))
    ana = desk.acting_as(Actor("user:ana"))
    await ana.writes.discard([first], reason="no")
    await ana.writes.edit(second, fields={"resolution": "New toner"})
    await grant(desk, approval())
    done = await run(desk)
    assert done.waiting == (second,)
    assert len(vendor.commits) == SOLVED - 2


@pytest.mark.parametrize(
    ("happens", "state", "why"),
    [
        ("reopened", "rejected", "Somebody changed status"),  # by the look that every write is held against
        ("resolved again", "discarded", "T1 was resolved again since"),
        ("another rule", "discarded", "or the rule for closing changed"),
        ("no rule", "discarded", "There is no rule for closing any more."),
        ("no instant", "discarded", "T1 was resolved again since"),
        ("closed", "discarded", "T1 is Complete by now."),
        ("written", "discarded", "The client wrote again on T1."),
    ],
)
async def test_what_nobody_wants_any_more_is_not_sent(desk, vendor, happens, state, why):
    await grant(desk, approval(per_run=1))
    (number,) = (await run(desk, send=False)).approved
    if happens == "written":
        vendor.put("notes", "n9", ticket="1", body="No!", author_type="customer", created_at=NOW.isoformat())
    elif happens == "resolved again":
        vendor.put("tickets", "1", resolved_at=(NOW - timedelta(hours=1)).isoformat())
    elif happens == "no instant":
        vendor.put("notes", "n9", ticket="1", body="No!", author_type="customer", created_at=NOW.isoformat())
        vendor.put("tickets", "1", resolved_at=None)
    elif happens.endswith("rule"):
        rule = Closing(after_days=6) if happens == "another rule" else None
        version = Version(0, NOW, "user:dana via cli", "rule", None)
        await desk.store.write(lambda tx: decide(tx, CLOSING, "", rule, version))
        desk.clock.advance(1)
    else:
        vendor.put("tickets", "1", status="In Progress" if happens == "reopened" else "Complete")
    await desk.sync("psa", mode="full")
    await desk.outbox.run()
    assert vendor.commits == []
    assert await states(desk) == [state]
    shown = await desk.writes.show(number)
    assert why in shown.write.error
    if state == "discarded":
        assert (shown.write.error_code, shown.history[-1].why) == ("standing_moot", "standing_moot")
        audit = await desk.audit.list(entity=f"write:{number}")
        assert not any("T1" in (one.reason or "") for one in audit.items), "no erase reaches the audit trail"


async def test_the_act_says_what_it_would_have_done(desk):
    act = act_of(desk)
    past = await desk.store.read(lambda tx: list(act.in_past(tx, desk, Period(NOW - timedelta(days=30), NOW))))
    assert len(past) == SOLVED
    assert {one.at.date().isoformat() for one in past} == {"2026-02-25"}


@pytest.mark.parametrize("by", ["ana", "ana diaz", "ana@example.com"])
def test_a_ruling_is_understood_again(by):
    ruling = Ruling("tidy", 12, by)
    assert str(Ruling.of(str(ruling))) == str(ruling)


@pytest.mark.parametrize("by", [None, "user:ana via cli", "rule tidy v3, enabled by ana via sdk"])
def test_a_person_is_no_ruling(by):
    assert Ruling.of(by) is None


async def test_what_was_decided_when_closings_had_no_version_stays_decided(desk, vendor):
    act, now = act_of(desk), desk.clock.now()
    first, second, *_ = await desk.store.read(lambda tx: list(act.suggestions(tx, desk, now)))
    numbers = []
    for one in (first, second):
        before = one.intent.request_id.rpartition(":v")[0]
        numbers.append((await desk.outbox.propose(replace(one.intent, request_id=before))).id)
    await desk.outbox.discard([numbers[0]])
    await grant(desk, approval())
    done = await run(desk)
    assert numbers[1] not in done.approved, "a person proposed it, and decides"
    assert await states(desk) == ["discarded", "proposed", *["confirmed"] * (SOLVED - 2)]
    assert len(vendor.commits) == SOLVED - 2


async def test_what_went_moot_by_a_rule_that_was_changed_and_changed_back_is_done(desk, vendor):
    await grant(desk, approval())
    await run(desk, send=False)
    for days in (6, 5):
        said = Version(0, desk.clock.now(), "user:dana via cli", "rule", None)
        await desk.store.write(lambda tx, days=days, said=said: decide(tx, CLOSING, "", Closing(after_days=days), said))
        await desk.outbox.run("psa")
    assert vendor.commits == []
    assert len((await run(desk)).approved) == SOLVED
    assert len(vendor.commits) == SOLVED
