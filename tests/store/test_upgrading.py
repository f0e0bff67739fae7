"""A store of an older schema: beside a program of its time, with many rows, out of a backup."""

import sqlite3
import subprocess
import sys
from contextlib import closing

import pytest
from sqlalchemy import inspect, text

from servicedesk_core.errors import StoreVersionError
from servicedesk_core.store import Store, backup, restoring, schema, sending, soundness, upgrade
from servicedesk_core.store.connecting import parse, reader_engine, writer_engine

pytestmark = pytest.mark.slow  # many stores with much in them

OLD = schema.SCHEMA_VERSION

OLDER_SERVICE = """
import sys
from sqlalchemy import text
from servicedesk_core.clock import SystemClock
from servicedesk_core.store import Store
with Store.open(sys.argv[1], clock=SystemClock()) as store:
    store.read_blocking(lambda tx: tx.execute(text("SELECT 1")))
    print("open", flush=True)
    sys.stdin.readline()
    store.write_blocking(lambda tx: tx.execute(text("INSERT INTO consumers VALUES ('c', 1, 1)")))
    print("wrote", flush=True)
"""


def version_of(url):
    engine = reader_engine(parse(url))
    with engine.begin() as tx:
        version = upgrade.schema_version(tx, "it")
    engine.dispose()
    return version


@pytest.mark.slow
def test_a_newer_program_beside_an_older_running_service_refuses_and_harms_nothing(store_url, clock, next_schema):
    service = subprocess.Popen(
        [sys.executable, "-c", OLDER_SERVICE, store_url], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        assert service.stdout.readline() == "open\n"
        next_schema()
        with pytest.raises(StoreVersionError, match="another process has it open") as caught:
            Store.open(store_url, clock=clock, migrate="always")
        assert "Nothing was touched" in caught.value.hint
        assert version_of(store_url) == OLD
        service.stdin.write("go on\n")
        service.stdin.flush()
        assert service.stdout.readline() == "wrote\n", "the service goes on as if nothing had been"
    finally:
        service.stdin.close()
        service.wait(120)
        service.stdout.close()
    with Store.open(store_url, clock=clock, migrate="always"):
        pass
    assert version_of(store_url) == OLD + 1


def test_an_upgrade_applies_the_migrations_that_a_store_lacks(store_url, clock, next_schema):
    next_schema()
    with Store.open(store_url, clock=clock, migrate="always") as store:
        found = store.read_blocking(lambda tx: [c["name"] for c in inspect(tx).get_columns("tickets")])
        views = store.read_blocking(lambda tx: inspect(tx).get_view_names())
    assert found[-1] == "novelty"
    assert "v_tickets" in views


def test_a_store_of_the_first_schema_is_brought_to_the_newest_one_and_keeps_its_rows(tmp_path, clock):
    url = f"sqlite:///{tmp_path / 'desk.db'}"
    engine = writer_engine(parse(url))
    with engine.begin() as tx:
        upgrade.run_migrations(tx, f"{schema.FIRST_VERSION:04d}")
        tx.execute(text("INSERT INTO consumers VALUES ('kept', 7, 7)"))
    engine.dispose()
    with Store.open(url, clock=clock, migrate="auto") as store:
        assert store.read_blocking(lambda tx: tx.execute(text("SELECT * FROM consumers")).all()) == [("kept", 7, 7)]
    assert version_of(url) == schema.SCHEMA_VERSION


def test_an_upgrade_keeps_which_tickets_were_asked_for_their_history(tmp_path, clock):
    url = f"sqlite:///{tmp_path / 'desk.db'}"
    engine = writer_engine(parse(url))
    with engine.begin() as tx:
        upgrade.run_migrations(tx, "0110")
        history = (
            "INSERT INTO progress (pass_id, source_id, stream, scope_hash, mode, slice, partition, state, started_at) "
            "VALUES (7, 1, 'tickets', 'x', 'history', '', '', 'running', 99), "
            "(6, 1, 'tickets', 'an earlier scope', 'history', '', '', 'running', 88)"
        )
        tx.execute(text(history))
        marks = "(7, 'a@b@5'), (7, '12@3'), (8, '13@4'), (6, '12@2'), (6, '14@1')"
        tx.execute(text(f"INSERT INTO seen (pass_id, external_id) VALUES {marks}"))
    engine.dispose()
    with Store.open(url, clock=clock, migrate="always") as store:
        query = "SELECT stream, parent_ref, mark, asked_at FROM children_read ORDER BY parent_ref"
        marks = store.read_blocking(lambda tx: [tuple(row) for row in tx.execute(text(query))])
        left = store.read_blocking(lambda tx: tx.execute(text("SELECT pass_id FROM seen")).scalars().all())
    assert marks == [
        ("ticket_events", "12", ",3", 99),
        ("ticket_events", "14", ",1", 88),
        ("ticket_events", "a@b", ",5", 99),
    ]
    assert left == [8]


def test_an_upgrade_finds_the_parents_of_what_is_in_quarantine(tmp_path, clock):
    url = f"sqlite:///{tmp_path / 'desk.db'}"
    engine = writer_engine(parse(url))
    with engine.begin() as tx:
        upgrade.run_migrations(tx, "0110")
        held = ", ".join(f"(1, 'notes', '{ref}', 'odd', 1, 1, 1)" for ref in ("4711:3", "a:b:9", "7"))
        names = "source_id, stream, external_id, reason, first_seen_at, last_seen_at, attempts"
        tx.exec_driver_sql(f"INSERT INTO quarantine ({names}) VALUES {held}")
    engine.dispose()
    with Store.open(url, clock=clock, migrate="always") as store:
        query = text("SELECT external_id, parent_ref FROM quarantine ORDER BY 1")
        found = store.read_blocking(lambda tx: [tuple(row) for row in tx.execute(query)])
    assert found == [("4711:3", "4711"), ("7", None), ("a:b:9", "a:b")]


@pytest.mark.slow
def test_an_upgrade_of_many_rows_keeps_every_row_and_three_backups(sqlite_url, tmp_path, clock, next_schema):
    path = tmp_path / "desk.db"
    with closing(sqlite3.connect(path)) as old:
        old.execute("INSERT INTO sources (name, connector, environment, created_at) VALUES ('psa', 'x', 'live', 0)")
        columns = [row[1:4] for row in old.execute("PRAGMA table_info(tickets)")]
        needed = {
            name: "zeroblob(16)" if kind == "BLOB" else "'t' || n" if kind == "TEXT" else "n"
            for name, kind, is_needed in columns
            if is_needed and name not in {"local_id", "source_id"}
        }
        old.execute(
            "WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 200000) "
            f"INSERT INTO tickets (source_id, {', '.join(needed)}) SELECT 1, {', '.join(needed.values())} FROM numbers"
        )
        old.commit()
        content = old.execute("SELECT COUNT(*), SUM(local_id), MAX(external_id) FROM tickets").fetchone()
    for year in range(2020, 2024):
        (tmp_path / f"desk.db.backup-{OLD}-{year}0101T000000000000").touch()
    next_schema()
    with Store.open(sqlite_url, clock=clock) as store:
        found = store.read_blocking(
            lambda tx: tx.execute(text("SELECT COUNT(*), SUM(local_id), MAX(external_id) FROM tickets")).one()
        )
        assert tuple(found) == content
        assert content[0] == 200_000
        assert store.read_blocking(soundness.pages) == []
    kept = sorted(tmp_path.glob("desk.db.backup-*"))
    assert len(kept) == 3
    with closing(sqlite3.connect(kept[-1])) as newest:
        assert newest.execute("SELECT COUNT(*) FROM tickets").fetchone() == (200_000,)
        assert newest.execute("SELECT version_num FROM alembic_version").fetchone() == (f"{OLD:04d}",)


def test_a_backup_of_an_older_schema_can_be_restored(sqlite_url, tmp_path, clock, next_schema):
    with Store.open(sqlite_url, clock=clock) as store:
        copy = backup.backup(store, tmp_path / "copy.db")
    next_schema()
    url = f"sqlite:///{tmp_path / 'other.db'}"
    assert restoring.restore(parse(url), copy, now=clock.now()).kept is None
    assert version_of(url) == OLD + 1
    with Store.open(url, clock=clock) as store:
        assert not store.read_blocking(sending.sending_allowed)


@pytest.fixture
def ancient_url(store_url):
    """Address of a store from before the first migration."""
    engine = writer_engine(parse(store_url))
    with engine.begin() as tx:
        tx.execute(text("UPDATE alembic_version SET version_num = '0012'"))
    engine.dispose()
    return store_url


@pytest.mark.parametrize("options", [{"migrate": "always"}, {}, {"migrate": "never"}, {"read_only": True}])
def test_a_store_from_before_the_first_migration_is_refused_and_not_touched(ancient_url, tmp_path, clock, options):
    before = {path: path.read_bytes() for path in tmp_path.iterdir()}
    with pytest.raises(StoreVersionError, match=r"schema 12, which .* cannot bring up to date") as caught:
        Store.open(ancient_url, clock=clock, **options)
    assert "pulled again" in caught.value.hint
    assert "exported with the version of the program that wrote it" in caught.value.hint
    assert version_of(ancient_url) == 12
    assert {path: path.read_bytes() for path in tmp_path.glob("*.db*")} == before


def test_a_backup_from_before_the_first_migration_replaces_nothing(sqlite_url, tmp_path, clock):
    with Store.open(sqlite_url, clock=clock) as store:
        copy = backup.backup(store, tmp_path / "copy.db")
    with closing(sqlite3.connect(copy)) as old:
        old.execute("UPDATE alembic_version SET version_num = '0012'")
        old.commit()
    before = {path: path.read_bytes() for path in tmp_path.iterdir()}
    with pytest.raises(StoreVersionError, match=r"backup .*copy\.db has schema 12") as caught:
        restoring.restore(parse(sqlite_url), copy, now=clock.now())
    assert "Nothing was touched" in caught.value.hint
    assert {path: path.read_bytes() for path in tmp_path.iterdir()} == before
