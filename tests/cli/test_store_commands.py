"""Backup, restore and adoption, and what people ask of their data, by the command line."""

import os
import sqlite3
import stat
from contextlib import closing
from functools import partial

import orjson
import pytest

from servicedesk_core.cli.main import main
from servicedesk_core.cli.shell import exit_codes
from servicedesk_core.clock import SystemClock
from servicedesk_core.domain import Contact
from servicedesk_core.store import Store, records, schema
from servicedesk_core.store.records import Incoming
from tests.queued_write import queue_write

pytestmark = pytest.mark.slow  # each over a store of its own, backups and all


@pytest.fixture
def queued(run, acme):
    """A synced desk with a write that waits to be sent."""
    assert run("sync", "psa").code == 0
    now = SystemClock().now()
    with Store.open(f"sqlite:///{acme.folder}/servicedesk.db", clock=SystemClock()) as store:
        store.write_blocking(partial(queue_write, now=now, label="A1"))
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


def test_an_older_store_names_the_upgrade_that_also_works_where_nobody_can_be_asked(run, queued, monkeypatch):
    monkeypatch.setattr(schema, "SCHEMA_VERSION", schema.SCHEMA_VERSION + 1)
    hint = "`servicedesk store upgrade` (with --yes where nobody can be asked)"
    assert hint in run("status").err
    refused = run("store", "upgrade")
    assert refused.code == exit_codes.REFUSED
    assert "Nobody can be asked here: Upgrade the store now?" in refused.err
    assert "--yes" in refused.err


def test_a_store_that_is_too_old_is_refused_before_anybody_is_asked_to_upgrade_it(run, queued):
    with closing(sqlite3.connect(queued.folder / "servicedesk.db")) as database, database:
        database.execute("UPDATE alembic_version SET version_num = '0012'")
    for command in (("status",), ("store", "upgrade"), ("sync",)):
        told = run(*command)
        assert (told.code, "can be pulled again" in told.err) == (exit_codes.STORE, True), told.err
        assert "store upgrade" not in told.err


def test_a_restore_of_nothing_names_what_to_do(run, queued):
    told = run("store", "restore", "nowhere.db", "--yes")
    assert told.code == exit_codes.STORE
    assert "store backup" in told.err


@pytest.mark.slow
def test_damage_is_said_by_every_command_until_a_look_finds_none(run, queued):
    with closing(sqlite3.connect(queued.folder / "servicedesk.db")) as database:
        before = database.execute("SELECT local_id, title FROM tickets").fetchall()
        database.execute("UPDATE tickets SET title = 'other'")
        database.commit()
    assert run("store", "verify").code == exit_codes.STORE
    refused = run("store", "backup", "copy.db")
    assert refused.code == exit_codes.STORE
    assert not (queued.folder / "copy.db").exists()
    for command in ("sync", "status"):
        told = run(command)
        assert (told.code, "The store is damaged" in told.err) == (exit_codes.OK, True), told.err
    assert "of tickets is not what was stored" in run("status", "--json").json["data"]["damage"]["problems"][0]
    looked = run("doctor")
    assert (looked.code, "store restore FILE" in looked.out) == (exit_codes.ERROR, True)
    with closing(sqlite3.connect(queued.folder / "servicedesk.db")) as database:
        database.executemany("UPDATE tickets SET title = ?2 WHERE local_id = ?1", before)
        database.commit()
    assert run("store", "verify").code == exit_codes.OK
    assert "damaged" not in run("status").err
    assert run("doctor").code == exit_codes.OK


def test_doctor_finds_a_damaged_page_that_no_command_touches(run, queued):
    path = queued.folder / "servicedesk.db"
    with closing(sqlite3.connect(path)) as database:
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        (page,) = database.execute("SELECT rootpage FROM sqlite_master WHERE name = 'contract_services'").fetchone()
        (size,) = database.execute("PRAGMA page_size").fetchone()
    with path.open("r+b") as file:
        file.seek((page - 1) * size)
        file.write(b"\xff" * 40)
    assert run("status").code == exit_codes.OK
    [problem] = [found for found in run("doctor", "--json").json["data"]["items"] if found["level"] == "problem"]
    assert "damaged" in problem["text"]


def test_adopting_needs_a_store(run, tmp_path):
    (tmp_path / "servicedesk.toml").write_text('[desk]\nname = "X"\n')
    assert main(["store", "adopt", "--yes"]) == exit_codes.STORE
    assert not (tmp_path / "servicedesk.db").exists()


def test_forgetting_somebody_needs_a_yes_and_somebody(run, queued):
    assert run("privacy", "erase", "nobody@example.com").code == exit_codes.REFUSED
    told = run("privacy", "erase", "nobody@example.com", "--yes")
    assert "no contact" in told.err
    assert "nobody@example.com" not in told.err, "errors hold no personal data"
    assert run("privacy", "export", "nobody@example.com", "-o", "out.json").code != 0
    assert not (queued.folder / "out.json").exists()


def test_a_person_is_written_into_a_file_of_its_owner(run, queued):
    with Store.open(f"sqlite:///{queued.folder}/servicedesk.db", clock=SystemClock()) as store:
        person = Contact(external_id="k1", first_name="Jane", last_name="Quoxberry", email="jane@example.com")
        rows = [Incoming(person, None, None, "1")]
        now = SystemClock().now()
        store.write_blocking(lambda tx: records.apply(tx, 1, "contacts", rows, mode="incremental", now=now))
    assert run("privacy", "export", "jane@example.com", "-o", "out.json").code == 0
    file = queued.folder / "out.json"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    document = orjson.loads(file.read_bytes())
    assert document["schema"] == "servicedesk.privacy.export/1"
    assert document["data"]["found"][0]["content"]["record"]["last_name"] == "Quoxberry"
    done = run("privacy", "erase", "jane@example.com", "--yes", "--json").json["data"]
    assert (done["connections"], done["rows"]) == (["psa"], 1)
    assert run("privacy", "export", "jane@example.com", "-o", "again.json").code != 0


def test_a_store_that_needs_no_upgrade_is_not_asked_about(run, queued):
    told = run("store", "upgrade")
    assert told.code == exit_codes.OK, told.err
    assert "has schema" in told.out


def test_an_emptied_audit_trail_does_not_hold_and_an_empty_one_is_not_praised(run, queued):
    assert run("audit", "verify").code == exit_codes.OK
    with closing(sqlite3.connect(queued.folder / "servicedesk.db")) as database:
        database.execute("DELETE FROM audit")
        database.commit()
    told = run("audit", "verify")
    assert (told.code, "1 run that brought something has no record" in told.out) == (exit_codes.ERROR, True)
    with closing(sqlite3.connect(queued.folder / "servicedesk.db")) as database:
        database.executescript("DELETE FROM runs; DELETE FROM outbox_history; DELETE FROM outbox")
    told = run("audit", "verify")
    assert told.code == exit_codes.OK
    assert "No checkpoint vouches for an empty chain" in told.out
    assert "audit checkpoint --file" in told.out


def test_a_file_of_checkpoints_is_its_owners_only(run, queued):
    mask = os.umask(0)
    try:
        assert run("audit", "checkpoint", "--file", "points.jsonl").code == exit_codes.OK
    finally:
        os.umask(mask)
    assert stat.S_IMODE((queued.folder / "points.jsonl").stat().st_mode) == 0o600
    assert run("audit", "checkpoint", "--file", "points.jsonl").code == exit_codes.OK
    assert len((queued.folder / "points.jsonl").read_bytes().splitlines()) == 2
    assert run("audit", "verify", "--checkpoints", "points.jsonl").code == exit_codes.OK


@pytest.fixture
def jane(queued):
    """A desk that knows Jane, and has written her into every file that it writes by itself."""
    with Store.open(f"sqlite:///{queued.folder}/servicedesk.db", clock=SystemClock()) as store:
        person = Contact(external_id="k1", first_name="Jane", last_name="Quoxberry", email="jane@example.com")
        rows = [Incoming(person, None, None, "1")]
        now = SystemClock().now()
        store.write_blocking(lambda tx: records.apply(tx, 1, "contacts", rows, mode="incremental", now=now))
    return queued.folder


@pytest.mark.slow
def test_forgetting_somebody_names_every_file_that_the_desk_wrote_itself_and_deletes_with_consent_only(run, jane):
    assert run("store", "backup", "by-hand.db").code == 0
    assert run("store", "backup").code == 0
    assert run("jobs", "run", "backup").code == 0
    assert run("jobs", "run", "reports").code == 0
    (jane / "theirs.db").write_bytes(b"SQLite format 3\0 of another program")
    with closing(sqlite3.connect(jane / "backups" / "other.db")) as other:
        other.execute("CREATE TABLE customers (id INTEGER)")
    (jane / "backups" / "servicedesk-20200101T000000Z.db").write_bytes(b"SQLite format 3\0, damaged")
    (jane / ".servicedesk.db.0.half").write_bytes(b"half")
    done = run("privacy", "erase", "jane@example.com", "--yes")
    named = [line.rpartition("/")[2] for line in done.out.splitlines() if line.startswith("May still hold them: ")]
    [own] = [path.name for path in jane.glob("servicedesk.db.backup-*")]
    [copied] = [path.name for path in (jane / "backups").glob("*Z.db") if "20200101" not in path.name]
    assert sorted(named) == sorted(
        [".servicedesk.db.0.half", "by-hand.db", own, copied, "servicedesk-20200101T000000Z.db", "desk.html"]
    )
    assert "--delete-backups" in done.err
    assert (jane / "by-hand.db").exists()
    assert run("store", "backup", "clean.db").code == 0
    refused = run("privacy", "erase", "jane@example.com", "--delete-backups")
    assert (refused.code, (jane / "by-hand.db").exists()) == (exit_codes.REFUSED, True)
    again = run("privacy", "erase", "jane@example.com", "--delete-backups", "--yes", "--json").json["data"]
    assert (again["rows"], again["copies"], len(again["deleted"])) == (0, [], 6)
    assert sorted(path.name for path in jane.glob("**/*.db")) == ["clean.db", "other.db", "servicedesk.db", "theirs.db"]
    assert not (jane / "desk.html").exists()
    assert run("audit", "list").out.count("privacy.copies_deleted") == 1
    assert run("privacy", "erase", "nobody@example.com", "--delete-backups", "--yes").code == exit_codes.ERROR


def test_an_export_is_not_written_under_a_false_name(run, queued):
    refused = run("export", "tickets", "-o", "tickets.parquet")
    assert (refused.code, ".csv or .jsonl" in refused.err) == (exit_codes.USAGE, True)
    assert list(queued.folder.glob("*.parquet")) == []
    assert run("export", "tickets", "-o", "tickets.jsonl").code == exit_codes.OK
    assert orjson.loads((queued.folder / "tickets.jsonl").read_bytes().splitlines()[0])["is_open"] in {True, False}
