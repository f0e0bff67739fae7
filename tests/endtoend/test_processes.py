"""Real processes on one desk: at once, stalled, killed."""

import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing

import pytest

PATIENCE_S = 600
KILLS = int(os.environ.get("SERVICEDESK_TEST_KILLS", "3"))


@pytest.fixture
def world(world_with):
    with world_with(now=None, tickets=150, latency_s=0.05, time_scale=1.0) as world:
        world.configure(page_size=10, history_requests=0)
        yield world


@pytest.fixture
def start(world):
    """Start a command as a process; whatever still runs at the end of the test is killed."""
    running = []

    def begin(*argv):
        command = [sys.executable, "-m", "servicedesk_core.cli", *argv]
        process = subprocess.Popen(
            command, cwd=world.folder, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
        )
        running.append(process)
        return process

    yield begin
    for process in running:
        if process.poll() is None:
            process.kill()
            process.communicate(timeout=PATIENCE_S)


def ended(process):
    err = process.communicate(timeout=PATIENCE_S)[1]
    assert "Traceback" not in err
    return process.returncode, err


def wait_for(world, condition, process):
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline and process.poll() is None:
        if world.file.exists():
            try:
                if world.rows(condition) != [(0,)]:
                    return
            except sqlite3.OperationalError:
                pass  # the store is being made
        time.sleep(0.02)
    raise AssertionError(process.communicate(timeout=PATIENCE_S)[1])


def expire_leases(world):
    """Let the minute pass after which nobody waits for a process that died."""
    with closing(sqlite3.connect(world.file)) as store, store:
        if store.execute("SELECT count(*) FROM sqlite_master WHERE name = 'leases'").fetchone() == (1,):
            store.execute("UPDATE leases SET expires_at = 0")
            store.execute("DELETE FROM budget_slots")


def stop_between_commits(world, process):
    """Stop a process while it does not hold the write lock, which would keep everybody out."""
    while True:
        process.send_signal(signal.SIGSTOP)
        try:
            with closing(sqlite3.connect(world.file, timeout=0.2)) as store:
                store.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError:
            process.send_signal(signal.SIGCONT)
            time.sleep(0.05)
        else:
            return


def everything(world):
    """All records; not what a process says of itself: what it did before it was overtaken belongs into the audit."""
    tables = [
        name
        for (name,) in world.rows("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY 1")
        if not name.startswith(("budget_", "sqlite_", "leases", "runs", "audit"))
    ]
    return {table: world.rows(f"SELECT * FROM {table} ORDER BY 1") for table in tables}


@pytest.mark.slow
def test_two_syncs_of_one_connection_never_run_side_by_side(world, start):
    assert ended(start("sync", "--only", "companies"))[0] == 0
    ends = [ended(process) for process in [start("sync"), start("sync")]]
    assert sorted(code for code, _ in ends) in ([0, 7], [0, 0])
    for code, err in ends:
        assert code == 0 or "already running in process" in err
    assert world.differences() == {}


@pytest.mark.slow
def test_a_stalled_process_that_was_overtaken_commits_nothing_more(world, start):
    stalled = start("sync")
    wait_for(world, "SELECT count(*) FROM tickets", stalled)
    stop_between_commits(world, stalled)
    try:
        expire_leases(world)
        assert ended(start("sync"))[0] == 0
        assert world.differences() == {}
        before = everything(world)
    finally:
        stalled.send_signal(signal.SIGCONT)
    code, err = ended(stalled)
    assert (code, "lost the lease" in err, "Run the command again" in err) == (7, True, True)
    assert everything(world) == before


@pytest.mark.slow
@pytest.mark.timeout(1_800)
def test_killed_again_and_again_it_still_arrives(world, start):
    moments = random.Random(4)
    for _ in range(KILLS):
        process = start("sync", "--reconcile")
        time.sleep(moments.uniform(0.8, 3.0))
        process.kill()
        process.communicate(timeout=PATIENCE_S)
        if world.file.exists():
            expire_leases(world)
        world.sandbox.advance(hours=1)
    assert ended(start("sync", "--reconcile"))[0] == 0
    assert world.differences() == {}
    assert world.rows("SELECT count(*) FROM runs WHERE outcome = 'running'") == [(0,)]


@pytest.mark.slow
def test_a_killed_reading_of_old_histories_goes_on_where_it_was(world, start):
    assert ended(start("sync"))[0] == 0
    # A ticket that is still as new as it was made is known whole by what the desk saw of it: nobody asks about it.
    known = {ref for (ref,) in world.rows("SELECT ticket_ref FROM ticket_histories WHERE is_complete = 1")}
    histories = {
        ref: world.sandbox.store.count("TicketHistory", f"ticketID = {ref}")
        for ref in (str(row["id"]) for row in world.sandbox.store.select("Tickets"))
    }
    assert {histories[ref] for ref in known} <= {1}  # at some hours the vendor has none that is so new
    untold = {ref: number for ref, number in histories.items() if ref not in known}
    past = "sync", "psa", "--history", "--since", "3650d"
    with_history = "SELECT count(DISTINCT ticket_ref) FROM ticket_events WHERE source = 'history'"
    first = start(*past)
    wait_for(world, with_history, first)
    second = start(*past)  # while the first reads, or is done
    first.kill()
    first.communicate(timeout=PATIENCE_S)
    code, err = ended(second)
    assert code in {0, 7}
    assert code == 0 or "already running in process" in err
    expire_leases(world)
    assert ended(start(*past))[0] == 0
    assert world.rows(with_history) == [(len(untold),)]
    kept = "SELECT count(*) FROM ticket_events WHERE source = 'history' AND gone_at IS NULL"
    assert world.rows(kept) == [(sum(untold.values()),)]
    asked = world.sandbox.state()["requests"]["POST TicketHistory/query"]
    assert len(untold) <= asked <= len(untold) + 2 * 25
    assert world.rows("SELECT is_complete, count(*) FROM ticket_histories GROUP BY 1") == [(1, len(histories))]
