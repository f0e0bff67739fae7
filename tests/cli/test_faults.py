"""What goes wrong, told clearly and with the documented exit code; nothing secret in any of it."""

import os
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing

import pytest

from servicedesk_core.cli.shell import exit_codes
from servicedesk_core.clock import SystemClock
from servicedesk_core.store import Store, leases
from tests.cli.conftest import HEARS_CTRL_C


def test_a_wrong_setting_is_named_with_its_place(run, acme):
    acme.configure(tennant="T2")
    ran = run("sync", "psa")
    assert ran.code == exit_codes.USAGE
    assert "connections.psa.tennant" in ran.err
    assert 'Did you mean "tenant"' in ran.err


def test_a_half_written_configuration_is_told_as_such(run, acme):
    file = acme.folder / "servicedesk.toml"
    file.write_text(file.read_text()[:70])
    ran = run("sync", "psa")
    assert ran.code == exit_codes.USAGE
    assert "not complete" in ran.err


def test_an_unknown_connector_says_what_is_installed_and_how_to_install(run, acme):
    file = acme.folder / "servicedesk.toml"
    file.write_text(file.read_text().replace("./acme.py:Acme", "autotaks"))
    ran = run("sync", "psa")
    assert ran.code == exit_codes.USAGE
    assert "tabular" in ran.err
    assert "pip install" in ran.err


def test_a_secret_that_leads_nowhere_names_every_place_tried(run, acme, monkeypatch):
    monkeypatch.delenv("ACME_TOKEN")
    ran = run("sync", "psa")
    assert ran.code == exit_codes.USAGE
    assert "ACME_TOKEN (not set)" in ran.err


def test_a_secret_in_the_file_is_refused_and_not_repeated(run, acme):
    file = acme.folder / "servicedesk.toml"
    file.write_text(file.read_text().replace("env:ACME_TOKEN", "token-4711-never-shown"))
    assert run("sync", "psa").code == exit_codes.USAGE


def test_after_one_rejected_login_nobody_tries_again_until_it_is_tested(run, acme):
    acme.configure(behaviour="refuses")
    ran = run("sync", "psa")
    assert ran.code == exit_codes.AUTHENTICATION
    assert "Wrong token ***" in ran.err
    acme.configure()
    ran = run("sync", "psa")
    assert ran.code == exit_codes.AUTHENTICATION
    assert "servicedesk connections test psa" in ran.err
    assert "stopped" in run("status").err
    ran = run("connections", "test", "psa")
    assert (ran.code, "works again" in ran.err) == (exit_codes.OK, True)
    assert run("sync", "psa").code == exit_codes.OK


def test_a_vendor_that_is_down_at_the_start(run, acme):
    acme.configure(behaviour="down")
    assert run("sync", "psa").code == exit_codes.VENDOR
    assert run("connections", "test").code == exit_codes.VENDOR


def test_a_vendor_that_goes_away_in_the_middle_leaves_what_came_and_is_read_on(run, acme):
    acme.configure(behaviour="breaks")
    ran = run("sync", "psa", "--json")
    assert ran.code == exit_codes.SYNC_INCOMPLETE
    streams = {stream["stream"]: stream for stream in ran.json["data"]["items"][0]["report"]["streams"]}
    assert (streams["tickets"]["state"], streams["companies"]["state"]) == ("failed", "complete")
    acme.configure()
    assert run("sync", "psa").code == exit_codes.OK
    assert run("status", "--json").json["data"]["streams"][-1]["records"] >= 30


def test_a_right_that_is_missing_is_named(run, acme):
    acme.configure(behaviour="denied")
    ran = run("connections", "test", "psa")
    assert ran.code == exit_codes.AUTHENTICATION
    assert "the right to read it" in ran.out


def test_a_plugin_that_misbehaves_is_named_and_breaks_only_itself(run, acme):
    acme.configure(behaviour="bug")
    ran = run("sync", "psa")
    assert ran.code == exit_codes.ERROR
    assert "acme.py" in ran.err
    assert "surprise" not in ran.err
    (acme.folder / "acme.py").write_text("raise ImportError('half')")
    assert run("sync", "psa").code == exit_codes.USAGE
    listed = run("plugins", "list", "--json")
    assert listed.code == exit_codes.OK
    assert "failed" in {plugin["status"] for plugin in listed.json["data"]["items"]}
    assert "acme.py" in run("doctor").out


def test_another_tenant_behind_the_name_stops_before_the_first_record(run, acme):
    run("sync", "psa")
    acme.configure(tenant="T2")
    ran = run("sync", "psa")
    assert ran.code == exit_codes.USAGE
    assert "T2" in ran.err


def test_sandbox_and_live_never_share_a_store(run, acme):
    run("sync", "psa")
    acme.configure(environment="sandbox")
    ran = run("sync", "psa")
    assert ran.code == exit_codes.USAGE
    assert "store of its own" in ran.err


def test_reading_before_the_first_sync_says_so(run, acme):
    (acme.folder / "servicedesk.db").unlink()
    ran = run("status")
    assert ran.code == exit_codes.STORE
    assert "servicedesk sync" in ran.err


def test_a_store_of_a_newer_version_is_not_touched(run, acme):
    run("sync", "psa")
    with closing(sqlite3.connect(acme.folder / "servicedesk.db")) as store, store:
        store.execute("UPDATE alembic_version SET version_num = '9999'")
    ran = run("sync", "psa")
    assert ran.code == exit_codes.STORE
    assert "newer version" in ran.err


def test_a_damaged_store_is_told_as_such(run, acme):
    (acme.folder / "servicedesk.db").write_bytes(b"not a database at all" * 100)
    assert run("status").code == exit_codes.STORE
    assert run("doctor").code == exit_codes.ERROR
    ran = run("store", "verify")
    assert ran.code == exit_codes.STORE


def test_two_syncs_of_one_connection_exclude_each_other(run, acme):
    run("sync", "psa")
    with Store.open(f"sqlite:///{acme.folder}/servicedesk.db", clock=SystemClock()) as store:
        store.write_blocking(lambda tx: leases.acquire(tx, "sync:psa", "process 1 on other-host", 60))
    ran = run("sync", "psa")
    assert ran.code == exit_codes.BUSY
    assert "other-host" in ran.err
    assert "other-host" in run("status").out
    assert "other-host" in run("doctor").out


@pytest.mark.parametrize(
    ("signum", "code"),
    [
        (signal.SIGINT, exit_codes.INTERRUPTED),
        (signal.SIGTERM, exit_codes.TERMINATED),
    ],
)
@pytest.mark.slow
def test_a_signal_stops_a_sync_at_a_clean_point(run, acme, signum, code):
    acme.configure(behaviour="slow")
    process = subprocess.Popen(
        [sys.executable, "-c", HEARS_CTRL_C, "sync", "psa"],
        cwd=acme.folder,
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        text=True,
        env={**os.environ, "ACME_TOKEN": "token-4711-never-shown"},
    )
    deadline = time.monotonic() + 600
    while process.poll() is None and time.monotonic() < deadline and not _committed(acme):
        time.sleep(0.05)
    process.send_signal(signum)
    _, err = process.communicate(timeout=600)
    assert process.returncode == code
    assert "psa tickets: 10 records read" in err
    assert "Traceback" not in err
    acme.configure()
    assert run("sync", "psa").code == exit_codes.OK
    assert len(run("tickets", "list", "--json").json["data"]["items"]) == 30


def _committed(acme) -> bool:
    """Whether the first page of tickets is in the store."""
    if not (acme.folder / "pulling").exists():
        return False
    store = sqlite3.connect(acme.folder / "servicedesk.db")
    try:
        return store.execute("SELECT COUNT(*) FROM tickets").fetchone()[0] > 0
    finally:
        store.close()
