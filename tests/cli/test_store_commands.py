"""Backup, restore and adoption by the command line."""

import pytest

from servicedesk_core.cli import exit_codes
from servicedesk_core.cli.main import main
from servicedesk_core.clock import SystemClock
from servicedesk_core.domain.writing import WriteState
from servicedesk_core.store import Store, outbox


@pytest.fixture
def queued(run, acme):
    """A synced desk with a write that waits to be sent."""
    assert run("sync", "psa").code == 0
    now = SystemClock().now()
    with Store.open(f"sqlite:///{acme.folder}/servicedesk.db", clock=SystemClock()) as store:

        def work(tx):
            write = outbox.add(
                tx,
                connection="psa",
                kind="tickets.update",
                aggregate="tickets:1",
                label="A1",
                values={"title": "x"},
                actor="user:ana",
                now=now,
            )
            outbox.move(tx, write, WriteState.QUEUED, actor="user:ana", now=now)

        store.write_blocking(work)
    return acme


def test_a_restored_store_is_adopted_by_a_person(run, queued):
    assert run("store", "backup", "copy.db").code == 0
    refused = run("store", "restore", "copy.db")
    assert (refused.code, sorted(queued.folder.glob("*.replaced-*"))) == (exit_codes.REFUSED, [])
    done = run("store", "restore", "copy.db", "--yes", "--json").json["data"]
    assert done["in_doubt"] == 1
    assert run("store", "verify").code == 0
    asked = run("store", "adopt")
    assert asked.code == exit_codes.REFUSED
    assert "1  in_doubt  tickets.update  psa  A1" in asked.err
    assert "none is sent again without proof" in asked.err
    assert run("store", "adopt", "--yes", "--json").json["data"]["adopted"] is True
    assert "nothing to adopt" in run("store", "adopt").out


def test_a_restore_of_nothing_names_what_to_do(run, queued):
    told = run("store", "restore", "nowhere.db", "--yes")
    assert told.code == exit_codes.STORE
    assert "store backup" in told.err


def test_adopting_needs_a_store(run, tmp_path):
    (tmp_path / "servicedesk.toml").write_text('[desk]\nname = "X"\n')
    assert main(["store", "adopt", "--yes"]) == exit_codes.STORE
    assert not (tmp_path / "servicedesk.db").exists()
