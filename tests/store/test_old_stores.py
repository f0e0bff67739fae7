"""Stores of older and newer programs: upgraded after a backup, read, or refused."""

import shutil
import sqlite3
import stat
from contextlib import closing
from types import SimpleNamespace

import pytest
from sqlalchemy import text

from servicedesk_core.errors import (
    StoreError,
    StoreFullError,
    StoreOutdatedError,
    StoreVersionError,
)
from servicedesk_core.store import Store, leases, sources, upgrade
from servicedesk_core.store.schema import SCHEMA_VERSION
from tests.store.conftest import path_of


def set_version(url, version, min_reader=1):
    with closing(sqlite3.connect(path_of(url))) as other:
        other.execute("UPDATE alembic_version SET version_num = ?", (version,))
        other.execute("UPDATE store_meta SET value = ? WHERE key = 'min_reader'", (str(min_reader),))
        other.commit()


def test_a_newer_store_is_refused_and_not_harmed(sqlite_url, clock):
    set_version(sqlite_url, "0199", 190)
    before = path_of(sqlite_url).read_bytes()
    for read_only in (False, True):
        with pytest.raises(StoreVersionError, match="newer version") as caught:
            Store.open(sqlite_url, clock=clock, read_only=read_only, migrate="always")
        assert "Upgrade this program" in caught.value.hint
    assert path_of(sqlite_url).read_bytes() == before


def test_a_newer_store_that_we_can_still_read_may_be_read(sqlite_url, clock):
    set_version(sqlite_url, "0199", SCHEMA_VERSION)
    with Store.open(sqlite_url, clock=clock, read_only=True) as store:
        assert store.read_blocking(sources.all) == []
    with pytest.raises(StoreVersionError):
        Store.open(sqlite_url, clock=clock)


def backups(url):
    return sorted(path_of(url).parent.glob("*.backup-*"))


def test_an_old_store_is_upgraded_after_a_backup(sqlite_url, clock, store_with_tickets, next_schema):
    store_with_tickets(sqlite_url, 3)
    next_schema()
    Store.open(sqlite_url, clock=clock).close()
    [copy] = backups(sqlite_url)
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    with closing(sqlite3.connect(copy)) as old:
        assert old.execute("SELECT version_num FROM alembic_version").fetchone() == (f"{SCHEMA_VERSION:04d}",)
        assert old.execute("SELECT COUNT(*) FROM tickets").fetchone() == (3,)
    with closing(sqlite3.connect(path_of(sqlite_url))) as new:
        assert new.execute(
            "SELECT COUNT(*) FROM tickets, alembic_version WHERE version_num = ?", (f"{SCHEMA_VERSION + 1:04d}",)
        ).fetchone() == (3,)


def test_a_failed_upgrade_leaves_the_store_as_it_was(sqlite_url, clock, next_schema, monkeypatch):
    def fail(tx):
        tx.execute(text("CREATE TABLE half_done (id INTEGER)"))
        tx.execute(text("SELECT * FROM nowhere"))

    next_schema()
    monkeypatch.setattr(upgrade, "run_migrations", fail)
    with pytest.raises(StoreError):
        Store.open(sqlite_url, clock=clock)
    with closing(sqlite3.connect(path_of(sqlite_url))) as store:
        assert store.execute("SELECT version_num FROM alembic_version").fetchone() == (f"{SCHEMA_VERSION:04d}",)
        assert store.execute("SELECT name FROM sqlite_master WHERE name = 'half_done'").fetchall() == []


@pytest.mark.parametrize("options", [{"migrate": "never"}, {"read_only": True}])
def test_an_old_store_is_not_touched_when_it_may_not_be(sqlite_url, clock, next_schema, options):
    next_schema()
    with pytest.raises(StoreOutdatedError, match=f"needs {SCHEMA_VERSION + 1}") as caught:
        Store.open(sqlite_url, clock=clock, **options)
    assert "servicedesk store upgrade" in caught.value.hint
    assert backups(sqlite_url) == []


def test_an_old_store_is_not_upgraded_while_others_work_on_it(sqlite_url, clock, next_schema):
    with Store.open(sqlite_url, clock=clock) as store:
        store.write_blocking(lambda tx: leases.acquire(tx, "sync:psa", "host-a:1", 60))
    next_schema()
    with pytest.raises(StoreVersionError, match="sync:psa by host-a:1"):
        Store.open(sqlite_url, clock=clock)


def test_an_old_store_is_not_upgraded_without_room_for_the_backup(sqlite_url, clock, next_schema, monkeypatch):
    next_schema()
    monkeypatch.setattr(shutil, "disk_usage", lambda path: SimpleNamespace(free=1000))
    with pytest.raises(StoreFullError, match="too little room"):
        Store.open(sqlite_url, clock=clock)


@pytest.mark.postgres
def test_a_postgresql_store_is_upgraded_only_when_told(new_postgres_url, clock, next_schema):
    url = new_postgres_url()
    Store.open(url, clock=clock).close()
    next_schema()
    with pytest.raises(StoreOutdatedError) as caught:
        Store.open(url, clock=clock)
    assert "Take a dump" in caught.value.hint
    Store.open(url, clock=clock, migrate="always").close()
    Store.open(url, clock=clock).close()
