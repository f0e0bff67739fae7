"""What a store forgets: changes that everybody has read, and runs that later ones replaced."""

from datetime import UTC, datetime, timedelta

import pytest

from servicedesk_core.store import changes, runs
from servicedesk_core.store.runs import RunCounts

START = datetime(2026, 3, 2, 9, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture
def do(store):
    return lambda function, *args, **options: store.write_blocking(lambda tx: function(tx, *args, **options))


@pytest.fixture
def five_days(put, ticket):
    """One change on each of five days."""
    for day in range(5):
        put(ticket(day), now=START + day * DAY)


def days(do):
    return [int(change.external_id) for change in do(changes.read)]


def test_old_changes_are_forgotten_and_the_newest_never(do, five_days):
    assert do(changes.prune, START + 3 * DAY) == 3
    assert days(do) == [3, 4]
    head = do(changes.head)
    assert do(changes.prune, START + 99 * DAY) == 1
    assert (days(do), do(changes.head)) == ([4], head)


def test_what_a_consumer_has_not_read_is_kept_for_it(do, five_days):
    second = do(changes.read)[1]
    do(changes.advance, "late", second.seq, START)
    do(changes.advance, "quick", do(changes.head), START)
    assert do(changes.prune, START + 99 * DAY) == 2
    assert days(do) == [2, 3, 4]
    assert do(changes.late, START + 2 * DAY) == []
    assert do(changes.late, START + 3 * DAY) == ["late"]
    assert do(changes.forget_consumer, "late")
    assert not do(changes.forget_consumer, "late")
    assert do(changes.prune, START + 99 * DAY) == 2


def test_changes_are_forgotten_some_at_a_time(do, five_days):
    assert [do(changes.prune, START + 4 * DAY, limit=3) for _ in range(3)] == [3, 1, 0]


def test_of_old_runs_the_newest_and_the_last_successful_stay(do, source):
    for day, outcome in enumerate(["ok", "ok", "failed", "failed", "failed"]):
        row = do(runs.start, f"r{day}", source.id, "tickets", mode="incremental", now=START + day * DAY)
        do(runs.finish, row, RunCounts(), outcome=outcome, now=START + day * DAY)
    do(runs.start, "r0", source.id, "notes", mode="backfill", now=START)
    assert do(runs.prune, START + 3 * DAY) == 2
    assert [run.run_id for run in do(runs.history, source.id, "tickets")] == ["r4", "r3", "r1"]
    assert do(runs.prune, START + 99 * DAY) == 1
    assert [run.run_id for run in do(runs.history, source.id, "tickets")] == ["r4", "r1"]
    assert do(runs.last_success, source.id) == {"tickets": START + DAY}
    assert [run.run_id for run in do(runs.history, source.id, "notes")] == ["r0"]
