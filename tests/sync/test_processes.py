"""Real processes: killed at every commit, and two at once."""

import asyncio
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import text

from servicedesk_core.store import Store
from servicedesk_core.testing.clock import FakeClock

CHILD = Path(__file__).with_name("kill_child.py")


def run_child(path, at, when):
    command = [sys.executable, str(CHILD), str(path), str(at), when]
    return subprocess.run(command, capture_output=True, text=True, timeout=600, check=False)


def check(path):
    import kill_child

    clock = FakeClock()
    fake = kill_child.vendor(clock)
    clock.advance(7_800)
    with Store.open(f"sqlite:///{path}", clock=clock) as store:
        store.write_blocking(lambda tx: tx.execute(text("UPDATE leases SET expires_at = 0")) and None)
        report = asyncio.run(kill_child.sync(store, clock, fake))
        assert report.ok

        def rows(query):
            return store.read_blocking(lambda tx: [tuple(row) for row in tx.execute(text(query))])

        for stream, table in fake.tables.items():
            assert [i for (i,) in rows(f"SELECT external_id FROM {stream} ORDER BY 1")] == sorted(table), stream
        assert (
            rows("SELECT entity, external_id FROM changes WHERE kind = 'created' GROUP BY 1, 2 HAVING count(*) > 1")
            == []
        )
        assert rows("SELECT count(*) FROM ticket_events WHERE type <> 'snapshot'") == [(0,)]
        assert rows("SELECT ticket_ref FROM ticket_events GROUP BY ticket_ref HAVING count(*) > 1") == []
        seen = rows(
            "SELECT external_id FROM tickets WHERE is_open AND external_id IN (SELECT ticket_ref FROM ticket_events)"
        )
        assert len(seen) == 7
        assert rows("SELECT count(*) FROM runs WHERE outcome = 'running'") == [(0,)]
        assert rows("SELECT count(*) FROM progress WHERE state = 'running' AND mode NOT IN ('dangling')") == [(0,)]


@pytest.mark.slow
async def test_one_kill_in_the_middle_loses_and_doubles_nothing(tmp_path, empty_store):
    path = tmp_path / "desk.db"
    shutil.copyfile(empty_store, path)
    assert (await asyncio.to_thread(run_child, path, 12, "before")).returncode == -signal.SIGKILL
    await asyncio.to_thread(check, path)


@pytest.mark.slow
@pytest.mark.timeout(1_800)
@pytest.mark.parametrize("when", ["before", "after"])
def test_kill_at_every_commit_loses_and_doubles_nothing(tmp_path, empty_store, when):
    shutil.copyfile(empty_store, tmp_path / "empty.db")
    children = run_child(tmp_path, "each", when)
    assert children.returncode == 0, children.stderr
    commits = int(children.stdout)
    assert commits > 15
    # What a kill after a commit leaves is what one before the next leaves: a few are enough.
    for at in range(1, commits + 1) if when == "before" else (1, commits // 2, commits):
        check(tmp_path / f"{at}.db")


@pytest.mark.slow
@pytest.mark.timeout(1_800)
def test_two_processes_at_once_never_write_side_by_side(tmp_path, empty_store):
    path = tmp_path / "desk.db"
    shutil.copyfile(empty_store, path)
    command = [sys.executable, str(CHILD), str(path), "10000", "after"]
    children = [subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for _ in range(2)]
    ends = [(child.communicate(timeout=600)[1], child.returncode) for child in children]
    assert 0 in {code for _, code in ends}
    for errors, code in ends:
        assert code == 0 or "LeaseHeldError" in errors or "StoreBusyError" in errors, errors
    check(path)
