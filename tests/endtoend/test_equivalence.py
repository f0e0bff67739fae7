"""After any history of runs the store holds what the vendor holds: the same records, none twice."""

from datetime import timedelta

import pytest

from servicedesk_core.sync.options import SyncMode
from servicedesk_core.sync.report import StreamState

pytestmark = pytest.mark.slow  # whole runs under faults; each fault alone is shown by quicker tests


def delete(world, entity, number):
    with world.sandbox.store.lock:
        world.sandbox.store.delete(entity, number)


@pytest.mark.parametrize(
    ("fault", "entity"),
    [
        ("drop_before", "Tickets"),
        pytest.param("truncate", "TicketNotes", marks=pytest.mark.slow),
        pytest.param("html", "TimeEntries", marks=pytest.mark.slow),
    ],
)
async def test_the_store_becomes_what_the_vendor_has_whatever_happens_on_the_way(world, fault, entity):
    assert (await world.sync()).exit_code == 0
    assert world.differences() == {}
    world.sandbox.advance(hours=5)
    world.sandbox.faults([{"kind": fault, "times": None, "match": {"path": f"/{entity}/query$"}}])
    assert (await world.sync()).exit_code == 3
    world.sandbox.advance(hours=5)
    world.sandbox.faults([])
    assert (await world.sync()).exit_code == 0
    assert world.differences(swept=False) == {}
    [ticket, *_] = world.truth("tickets")
    delete(world, "Tickets", int(ticket))
    [note, *_] = world.truth("notes")
    delete(world, "TicketNotes", int(note))
    assert (await world.sync(mode=SyncMode.RECONCILE)).exit_code == 0
    assert world.differences() == {}
    assert world.rows(f"SELECT gone_reason FROM tickets WHERE external_id = '{ticket}'") == [("deleted",)]


@pytest.mark.slow
async def test_a_second_run_reads_next_to_nothing(world):
    await world.sync()
    before = world.rows("SELECT max(seq) FROM changes")
    report = (await world.sync()).report
    assert sum(stream.new + stream.changed for stream in report.streams) == 0
    assert sum(stream.read for stream in report.streams) < 40  # of some hundreds
    stamped = {stream.stream: stream.requests for stream in report.streams if stream.state is not StreamState.SKIPPED}
    assert all(requests <= 2 for requests in stamped.values()), stamped
    assert world.rows("SELECT max(seq) FROM changes") == before


@pytest.mark.slow
@pytest.mark.parametrize("minutes", [10, -10])
async def test_a_clock_that_is_wrong_loses_no_change(world, minutes):
    world.clock.off = timedelta(minutes=minutes)
    await world.sync()
    for _ in range(2):
        world.sandbox.desk.clock.move(timedelta(minutes=6))
        assert (await world.sync()).exit_code == 0
        world.sandbox.advance(hours=0.05)
        assert (await world.sync()).exit_code == 0
        assert world.differences(swept=False) == {}


@pytest.mark.slow
async def test_a_clock_that_goes_back_loses_no_change(world):
    await world.sync()
    world.sandbox.advance(hours=1)
    await world.sync()
    world.clock.off = timedelta(hours=-30)
    world.sandbox.advance(hours=1)
    assert (await world.sync()).exit_code == 0
    assert world.differences(swept=False) == {}
    world.clock.off = timedelta()
    world.sandbox.advance(hours=1)
    assert (await world.sync()).exit_code == 0
    assert world.differences(swept=False) == {}
