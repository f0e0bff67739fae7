"""Tickets of plans whose time has come: one for each occurrence, whoever makes them, and how often they try."""

import asyncio
from datetime import UTC, datetime, timedelta

from servicedesk_core import Actor, ServiceDesk, Way
from servicedesk_core.domain import Asset, Contract
from servicedesk_core.features.definitions import Version, decide
from servicedesk_core.features.recurring.actions import _open, _row
from servicedesk_core.features.recurring.making.deciding import ACT, EDITED
from servicedesk_core.features.recurring.making.jobs import generate
from servicedesk_core.features.recurring.making.ledger import kept
from servicedesk_core.features.standing import APPROVALS, StandingApproval
from servicedesk_core.people import JOBS
from tests import stored
from tests.recurring.conftest import applied, plan, settings

DAILY = {"rule": "FREQ=DAILY", "title": "Look at backups", "at": "08:00"}


async def until(desk, clock, day, hour=15):
    """Let the clock go to a day."""
    clock.advance((datetime(2026, *day, hour, tzinfo=UTC) - clock.now()).total_seconds())


async def rows(desk, name="care"):
    found = await desk.store.read(lambda tx: kept(tx, desk.clock.now()))
    return [(f"{one.on_day:%m-%d}", one.asset, one.outcome, one.why) for one in found.get(name, ())]


def made(vendor):
    """Return the titles of the tickets that we made."""
    return [one["title"] for one in vendor.added("tickets") if int(one["id"]) > 1000]


async def granted(desk, **said):
    limits = {"per_run": 100, "per_hour": 100, "per_day": 100, "expires_at": desk.clock.now() + timedelta(days=60)}
    one = StandingApproval(name="care", act=ACT, **(limits | said))
    version = Version(0, desk.clock.now(), "user:ana via cli", "granted", None)
    await desk.store.write(lambda tx: decide(tx, APPROVALS, one.name, one, version))


async def test_each_occurrence_has_one_ticket_however_often_it_is_run(agreed, vendor, clock, tmp_path):
    await applied(agreed, tmp_path, plan(**DAILY))
    await until(agreed, clock, (3, 3))
    done = await agreed.recurring.generate()
    assert [(one.title, one.state) for one in done] == [("Look at backups", "confirmed")]
    assert not (await agreed.recurring.generate()).items
    assert made(vendor) == ["Look at backups"]
    clock.advance(-86_400)  # the clock is set back
    assert not (await agreed.recurring.generate()).items
    await until(agreed, clock, (3, 4))
    assert len((await agreed.recurring.generate()).items) == 1
    assert {outcome for *_, outcome, _ in await rows(agreed)} == {"made"}


async def test_after_a_week_without_generation_there_is_one_and_the_others_count_as_missed(
    agreed, vendor, clock, tmp_path
):
    await applied(agreed, tmp_path, plan(**DAILY) + plan("each", catch_up="all", **DAILY).partition("\n\n")[2])
    await until(agreed, clock, (3, 3))
    await agreed.recurring.generate()
    await until(agreed, clock, (3, 10))
    done = await agreed.recurring.generate()
    assert [f"{one.plan} {one.day:%d}" for one in done if one.plan == "care"] == ["care 10"]
    assert [f"{one.day:%d}" for one in done if one.plan == "each"] == ["04", "05", "06", "07", "08", "09", "10"]
    told = {(day, outcome) for day, _, outcome, _ in await rows(agreed)}
    assert told == {("03-03", "made"), ("03-10", "made"), *((f"03-0{n}", "missed") for n in range(4, 10))}
    assert len(made(vendor)) == 10


async def test_a_device_each_has_a_ticket_of_the_same_day_with_its_steps(agreed, vendor, clock, tmp_path):
    said = plan(assets=["SRV1", "SRV2", "SRV3"], checklist=["Look at the log", "Restart"], agreement="Care", **DAILY)
    await applied(agreed, tmp_path, said)
    await until(agreed, clock, (3, 3))
    done = await agreed.recurring.generate()
    assert [(one.asset, f"{one.day:%m-%d}", one.state) for one in done] == [
        ("SRV1", "03-03", "confirmed"),
        ("SRV2", "03-03", "confirmed"),
    ]
    tickets = {one["id"]: one for one in vendor.added("tickets") if int(one["id"]) > 1000}
    assert {one["asset_ref"] for one in tickets.values()} == {"a1", "a2"}
    assert {(one["contract_ref"], one["due_at"]) for one in tickets.values()} == {("k1", "2026-03-03T22:00:00+00:00")}
    steps = sorted((one["ticket"], one["name"]) for one in vendor.records["checklist_items"].values())
    assert steps == [(ticket, name) for ticket in sorted(tickets) for name in ("Look at the log", "Restart")]
    assert ("03-03", "a3", "skipped", "SRV3 is retired") in await rows(agreed)


async def test_what_is_in_the_way_is_kept_and_looked_at_again_until_the_day_is_over(agreed, vendor, clock, tmp_path):
    source = {"connector": agreed.settings.connections["psa"].connector, "environment": "live"}

    async def care(*, is_active):
        one = Contract(external_id="k1", name="Care", company_ref="c1", is_active=is_active)
        await agreed.store.write(lambda tx: stored.put(tx, [one], now=clock.now(), **source))

    await care(is_active=False)
    await applied(agreed, tmp_path, plan(agreement="Care", **DAILY))
    await until(agreed, clock, (3, 3))
    assert not (await agreed.recurring.generate()).items
    assert await rows(agreed) == [("03-03", "-", "skipped", "Care is not in force")]
    await care(is_active=True)
    assert len((await agreed.recurring.generate()).items) == 1
    await care(is_active=False)
    await until(agreed, clock, (3, 5))
    await agreed.recurring.generate()
    await care(is_active=True)
    await until(agreed, clock, (3, 6), hour=0)
    assert [outcome for *_, outcome, _ in await rows(agreed)] == ["made", "skipped", "skipped"]
    assert not (await agreed.recurring.generate()).items  # both days are over


async def test_a_plan_that_was_edited_since_it_was_shown_makes_nothing_of_that(agreed, vendor, clock, tmp_path):
    await applied(agreed, tmp_path, plan(**DAILY))
    await until(agreed, clock, (3, 3))
    shown = await agreed.store.read(lambda tx: tuple(map(_row, _open(tx, agreed, ()))))
    await applied(agreed, tmp_path, plan(**DAILY | {"title": "Look at all backups"}))
    (left,) = (await agreed.recurring.generate(shown=shown)).items
    assert (left.write, "was edited" in left.why) == (None, True)
    await applied(agreed, tmp_path, plan(rule="FREQ=WEEKLY;BYDAY=MO"))
    assert not (await agreed.recurring.generate()).items
    assert [(outcome, why) for *_, outcome, why in await rows(agreed)] == [("skipped", EDITED)]
    assert made(vendor) == []


async def test_two_who_generate_at_once_make_one(agreed, vendor, clock, tmp_path, store_url):
    await applied(agreed, tmp_path, plan(**DAILY))
    await until(agreed, clock, (3, 3))
    async with ServiceDesk(settings(vendor, store_url), clock=clock, actor=Actor("user:mia", Way.CLI)) as other:
        await asyncio.gather(agreed.recurring.generate(send=False), other.recurring.generate(send=False))
        assert len((await agreed.writes.list(everything=True)).items) == 1
        await agreed.recurring.generate()
    assert made(vendor) == ["Look at backups"]


async def test_the_job_makes_what_a_standing_approval_covers_and_keeps_the_rest(agreed, vendor, clock, tmp_path):
    await applied(agreed, tmp_path, plan(checklist=["Look"], **DAILY))
    await until(agreed, clock, (3, 3))
    job = agreed.acting_as(JOBS)
    assert "left to people" in await generate(job, None)
    assert (made(vendor), [outcome for *_, outcome, _ in await rows(agreed)]) == ([], ["open"])
    await granted(agreed, clients=("Bolt & Co",))
    assert (await generate(job, None)).startswith("2 writes approved")
    assert (made(vendor), [outcome for *_, outcome, _ in await rows(agreed)]) == (["Look at backups"], ["made"])
    assert [one["name"] for one in vendor.records["checklist_items"].values()] == ["Look"]


async def test_what_a_rule_approved_is_not_sent_once_its_device_is_retired(agreed, vendor, clock, tmp_path):
    await applied(agreed, tmp_path, plan(assets=["SRV1"], **DAILY))
    await until(agreed, clock, (3, 3))
    await granted(agreed)
    vendor.down = True
    await generate(agreed.acting_as(JOBS), None)
    vendor.down = False
    source = {"connector": agreed.settings.connections["psa"].connector, "environment": "live"}
    gone = Asset(external_id="a1", name="SRV1", company_ref="c1", is_active=False)
    await agreed.store.write(lambda tx: stored.put(tx, [gone], now=clock.now(), **source))
    clock.advance(120)
    await agreed.outbox.run()
    await generate(agreed.acting_as(JOBS), None)
    assert made(vendor) == []
    ((_, asset, outcome, why),) = await rows(agreed)
    assert (asset, outcome, why is not None and "discarded" in why) == ("a1", "skipped", True)


async def test_a_proposal_that_a_newer_one_replaced_is_discarded_and_counts_as_missed(agreed, vendor, clock, tmp_path):
    await applied(agreed, tmp_path, plan(**DAILY))
    for day in (3, 4, 5):
        await until(agreed, clock, (3, day))
        await agreed.recurring.generate(send=False)
    assert [one.state for one in (await agreed.writes.list(everything=True)).items].count("proposed") == 1
    assert [outcome for *_, outcome, _ in await rows(agreed)] == ["missed", "missed", "open"]


async def test_what_a_person_approved_is_dropped_once_its_device_is_retired(agreed, vendor, clock, tmp_path):
    await applied(agreed, tmp_path, plan(assets=["SRV1"], **DAILY))
    await until(agreed, clock, (3, 3))
    vendor.down = True
    await agreed.recurring.generate()
    vendor.down = False
    source = {"connector": agreed.settings.connections["psa"].connector, "environment": "live"}
    gone = Asset(external_id="a1", name="SRV1", company_ref="c1", is_active=False)
    await agreed.store.write(lambda tx: stored.put(tx, [gone], now=clock.now(), **source))
    clock.advance(120)
    await generate(agreed.acting_as(JOBS), None)
    await agreed.outbox.run()
    assert made(vendor) == []
    assert [(outcome, "retired" in why) for *_, outcome, why in await rows(agreed)] == [("skipped", True)]


async def test_a_device_that_comes_before_the_day_is_over_has_its_ticket(agreed, clock, tmp_path):
    await applied(agreed, tmp_path, plan(assets=["SRV1"], **DAILY))
    await until(agreed, clock, (3, 3))
    await agreed.recurring.generate()
    await applied(agreed, tmp_path, plan(assets=["SRV1", "SRV2"], **DAILY))
    assert [one.asset for one in await agreed.recurring.generate()] == ["SRV2"]
    await until(agreed, clock, (3, 3), hour=23)
    await applied(agreed, tmp_path, plan(assets=["SRV1", "SRV2", "SRV3"], **DAILY))
    assert not (await agreed.recurring.generate()).items
