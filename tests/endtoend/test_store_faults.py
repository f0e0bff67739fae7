"""A store that cannot be used, as the person at the command line sees it."""

import os
import shutil
import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path

import pytest

from servicedesk_core.cli.main import main
from servicedesk_core.store import connecting


@pytest.fixture
def run(world_with, tmp_path, monkeypatch, capfd):
    monkeypatch.chdir(tmp_path)
    with world_with(now=None, tickets=200) as world:
        world.configure(history_requests=0)

        def command(*argv):
            code = main(argv)
            return code, capfd.readouterr().err

        command.world = world
        yield command


@pytest.mark.slow
def test_a_store_that_stays_locked(run, monkeypatch):
    assert run("sync", "--only", "companies")[0] == 0
    monkeypatch.setattr(connecting, "BUSY_TIMEOUT_S", 0.05)
    with closing(sqlite3.connect(run.world.file)) as other:
        other.execute("BEGIN IMMEDIATE")
        code, err = run("sync")
        assert (code, "locked by another process" in err, "code store_busy" in err) == (7, True, True)
        assert run("status")[0] == 0, "reading goes on"
    assert run("sync")[0] == 0
    assert run.world.differences() == {}


@pytest.mark.slow
def test_a_disk_that_fills_up_in_the_middle(run, monkeypatch):
    assert run("sync", "--only", "companies")[0] == 0
    pages = run.world.rows("PRAGMA page_count")[0][0]
    usual = connecting._pragmas
    monkeypatch.setattr(connecting, "_pragmas", lambda **kind: (*usual(**kind), f"max_page_count = {pages + 40}"))
    code, err = run("sync")
    assert (code, "no room left" in err, "Free some disk space" in err) == (6, True, True)
    assert "Traceback" not in err
    monkeypatch.setattr(connecting, "_pragmas", usual)
    assert run("store", "verify")[0] == 0
    assert run("sync")[0] == 0
    assert run.world.differences() == {}
    assert run.world.rows("SELECT count(*) FROM runs WHERE outcome = 'running'") == [(0,)]


@pytest.mark.skipif(os.geteuid() != 0, reason="needs another account to run as")
def test_a_store_that_may_only_be_read(run, monkeypatch):
    assert run("sync", "--only", "companies")[0] == 0
    with tempfile.TemporaryDirectory() as home:  # the folder of the test itself is closed to others
        for path in run.world.folder.glob("servicedesk.*"):
            Path(shutil.copy(path, home)).chmod(0o444)
        Path(home).chmod(0o555)
        monkeypatch.chdir(home)
        os.seteuid(65534)
        try:
            code, err = run("sync")
        finally:
            os.seteuid(0)
            monkeypatch.undo()
    assert (code, "may not be written" in err, "permissions" in err) == (6, True, True), err


@pytest.mark.slow
def test_a_store_that_is_damaged_in_the_middle(run):
    assert run("sync")[0] == 0
    with closing(sqlite3.connect(run.world.file)) as store:
        store.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    with run.world.file.open("r+b") as file:
        file.seek(40_960)
        file.write(os.urandom(200_000))
    code, err = run("sync")
    assert (code, "damaged" in err, "backup" in err) == (6, True, True), err
    assert "Traceback" not in err
