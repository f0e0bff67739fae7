"""This machine's clock and the vendor's differ: nothing is lost, and it is said."""

import json
from datetime import timedelta

import pytest

from servicedesk_core.cli.main import main

pytestmark = pytest.mark.slow  # syncs of a whole sandbox

DAY_H, QUARTER = 24, timedelta(minutes=15)


def ticket_of(world):
    return world.sandbox.store.select("Tickets", '"status" <> 5')[-1]["id"]


def change(world, ticket, title):
    row = world.sandbox.store.get("Tickets", ticket)
    stamp = world.sandbox.now().strftime("%Y-%m-%dT%H:%M:%SZ")
    stamps = {"lastActivityDate": stamp, "lastTrackedModificationDateTime": stamp}
    world.sandbox.store.put("Tickets", [{**row, "title": title, **stamps}])


def passes(world, time=QUARTER):
    world.sandbox.desk.clock.move(time)


def title(world, ticket):
    return world.rows(f"SELECT title FROM tickets WHERE external_id = '{ticket}'")[0][0]


@pytest.fixture
def world(world):
    world.options["streams"] = ["companies", "tickets", "notes"]
    return world


@pytest.mark.slow
@pytest.mark.parametrize("hours", [-2 * DAY_H, -2, 0.9, 2, 2 * DAY_H])
async def test_a_clock_that_is_always_wrong_loses_no_change_and_the_difference_is_told(world, hours):
    world.clock.off = timedelta(hours=hours)
    passes(world, timedelta(hours=3))  # nothing changed in the last hours
    ticket = ticket_of(world)
    for number in range(3):
        outcome = await world.sync()
        assert outcome.exit_code == 0
        assert outcome.report.clock_ahead_s == pytest.approx(hours * 3600, abs=60)
        assert world.differences() == {}
        passes(world)
        change(world, ticket, f"Changed {number}")
        world.sandbox.advance(1)
        passes(world, timedelta(minutes=1))


@pytest.mark.parametrize("hours", [2, *(pytest.param(h, marks=pytest.mark.slow) for h in (-DAY_H, DAY_H))])
async def test_a_clock_that_is_wrong_during_one_sync_loses_no_change(world, hours):
    passes(world, timedelta(hours=3))
    await world.sync()
    ticket = ticket_of(world)
    passes(world)
    world.clock.off = timedelta(hours=hours)
    await world.sync()
    world.clock.off = timedelta()
    passes(world, timedelta(minutes=2))
    change(world, ticket, "Changed between")
    passes(world, timedelta(minutes=13))
    await world.sync()
    assert title(world, ticket) == "Changed between"
    assert world.differences() == {}


@pytest.mark.slow
@pytest.mark.parametrize("hours", [-3, 3])
async def test_a_deletion_under_a_wrong_clock_is_found_in_the_vendors_log(world, hours):
    world.clock.off = timedelta(hours=hours)
    await world.sync()
    ticket = ticket_of(world)
    passes(world)
    world.sandbox.store.delete("Tickets", ticket)
    stamp = world.sandbox.now().strftime("%Y-%m-%dT%H:%M:%SZ")
    row = {"id": 1, "ticketID": ticket, "ticketNumber": "T", "ticketTitle": "A", "deletedByResourceID": 4}
    world.sandbox.store.put("DeletedTicketLogs", [row | {"deletedDateTime": stamp}])
    for _ in range(4):
        passes(world, 2 * QUARTER)
        await world.sync()
    assert world.rows(f"SELECT gone_at IS NULL FROM tickets WHERE external_id = '{ticket}'") == [(0,)]


@pytest.mark.slow
async def test_a_watermark_that_turns_out_to_be_ahead_makes_everything_be_compared(world):
    await world.sync()
    ticket = ticket_of(world)
    passes(world)
    change(world, ticket, "Changed meanwhile")
    passes(world, timedelta(hours=3))
    async with world.desk() as desk:
        ahead = int((world.sandbox.now() + timedelta(hours=1)).timestamp() * 1_000_000)
        query = f"UPDATE progress SET watermark = {ahead}, since = {ahead} WHERE mode = 'incremental'"
        await desk.store.write(lambda tx: tx.exec_driver_sql(query))
    report = (await world.sync()).report
    assert report.stream("tickets").modes == ["incremental", "reconcile"]
    assert title(world, ticket) == "Changed meanwhile"
    passes(world)
    assert (await world.sync()).report.stream("tickets").modes == ["incremental"]


async def test_how_far_back_is_wanted_counts_from_the_vendors_day(world):
    world.clock.off = timedelta(days=400)
    assert (await world.sync(connection={"since": "365d"})).report.stream("tickets").new > 0


@pytest.mark.slow
def test_every_place_that_looks_at_a_connection_says_that_the_clocks_differ(world, monkeypatch, capfd):
    world.configure()  # the sandbox lives on another day than this machine
    monkeypatch.chdir(world.folder)
    for command in (["sync"], ["status"], ["doctor"], ["connections", "test"]):
        main(command)
        assert "This machine's clock is " in "".join(capfd.readouterr()), command
    main(["status", "--json"])
    [connection] = json.loads(capfd.readouterr().out)["data"]["connections"]
    assert abs(connection["clock_ahead_s"]) > 3600


async def test_clocks_that_differ_are_an_alert_until_they_agree(world):
    def told(desk):
        return [(alert.key, alert.problem) for alert in desk.alerts]

    world.clock.off = timedelta(hours=26)
    async with world.desk() as desk:
        await desk.sync_all()
        await desk.run_jobs("alerts")
        [(key, problem)] = told(await desk.status())
        assert (key, problem) == ("clock:psa", "This machine's clock is 1 d 2 h ahead of the vendor's (psa).")
        world.clock.off = timedelta(seconds=-90)
        await desk.check("psa")
        await desk.run_jobs("alerts")
        assert told(await desk.status()) == []
