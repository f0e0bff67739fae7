"""A store of an older schema: beside a program of its time, with many rows, out of a backup."""

import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from unittest.mock import patch

import pytest
from sqlalchemy import text

from servicedesk_core.errors import StoreVersionError
from servicedesk_core.store import Store, restoring, sending, soundness, upgrade, views
from servicedesk_core.store.connecting import parse
from servicedesk_core.store.schema import SCHEMA_VERSION

OLDER_SERVICE = """
import sys
from sqlalchemy import text
from servicedesk_core.clock import SystemClock
from servicedesk_core.store import Store, store as module
module.bring_up_to_date = lambda *args, **options: None  # this program is content with the schema that it finds
module.place.settle = lambda *args: None
with Store.open(sys.argv[1], clock=SystemClock()) as store:
    store.read_blocking(lambda tx: tx.execute(text("SELECT 1")))
    print("open", flush=True)
    sys.stdin.readline()
    store.write_blocking(lambda tx: tx.execute(text("INSERT INTO consumers VALUES ('c', 1, 1)")))
    print("wrote", flush=True)
"""


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def old_store_url(request, tmp_path):
    """Address of a store of the first schema."""
    if request.param == "sqlite":
        path = tmp_path / "old.db"
        path.touch(0o600)
        url = f"sqlite:///{path}"
    else:
        url = request.getfixturevalue("new_postgres_url")()
    make_old(url)
    return url


def make_old(url):
    from servicedesk_core.store.connecting import writer_engine

    engine = writer_engine(parse(url))
    with patch.object(views, "create"), engine.begin() as tx:  # today's views do not fit
        upgrade.run_migrations(tx, "0001")
    engine.dispose()


def version_of(url):
    from servicedesk_core.store.connecting import reader_engine

    engine = reader_engine(parse(url))
    with engine.begin() as tx:
        version = upgrade.schema_version(tx, "it")
    engine.dispose()
    return version


def test_a_newer_program_beside_an_older_running_service_refuses_and_harms_nothing(old_store_url, clock):
    service = subprocess.Popen(
        [sys.executable, "-c", OLDER_SERVICE, old_store_url],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ},
    )
    try:
        assert service.stdout.readline() == "open\n"
        with pytest.raises(StoreVersionError, match="another process has it open") as caught:
            Store.open(old_store_url, clock=clock, migrate="always")
        assert "Nothing was touched" in caught.value.hint
        assert version_of(old_store_url) == 1
        service.stdin.write("go on\n")
        service.stdin.flush()
        assert service.stdout.readline() == "wrote\n", "the service goes on as if nothing had been"
    finally:
        service.stdin.close()
        service.wait(120)
        service.stdout.close()
    with Store.open(old_store_url, clock=clock, migrate="always"):
        pass
    assert version_of(old_store_url) == SCHEMA_VERSION


@pytest.mark.slow
def test_an_upgrade_of_a_million_rows_keeps_every_row_and_three_backups(tmp_path, clock, monkeypatch):
    path = tmp_path / "old.db"
    path.touch(0o600)
    url = f"sqlite:///{path}"
    make_old(url)
    with closing(sqlite3.connect(path)) as old:
        old.execute("INSERT INTO sources (name, connector, environment, created_at) VALUES ('psa', 'x', 'live', 0)")
        columns = [row[1:4] for row in old.execute("PRAGMA table_info(tickets)")]
        needed = {
            name: "zeroblob(16)" if kind == "BLOB" else "'t' || n" if kind == "TEXT" else "n"
            for name, kind, is_needed in columns
            if is_needed and name not in {"local_id", "source_id"}
        }
        old.execute(
            "WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 1000000) "
            f"INSERT INTO tickets (source_id, {', '.join(needed)}) SELECT 1, {', '.join(needed.values())} FROM numbers"
        )
        old.commit()
        content = old.execute("SELECT COUNT(*), SUM(local_id), MAX(external_id) FROM tickets").fetchone()
    for year in range(2020, 2024):
        (tmp_path / f"old.db.backup-1-{year}0101T000000000000").touch()
    with Store.open(url, clock=clock) as store:
        found = store.read_blocking(
            lambda tx: tx.execute(text("SELECT COUNT(*), SUM(local_id), MAX(external_id) FROM tickets")).one()
        )
        assert tuple(found) == content
        assert content[0] == 1_000_000
        assert store.read_blocking(soundness.pages) == []
    kept = sorted(tmp_path.glob("old.db.backup-*"))
    assert len(kept) == 3
    with closing(sqlite3.connect(kept[-1])) as newest:
        assert newest.execute("SELECT COUNT(*) FROM tickets").fetchone() == (1_000_000,)
        assert newest.execute("SELECT version_num FROM alembic_version").fetchone() == ("0001",)


def test_a_backup_of_an_older_schema_can_be_restored(tmp_path, clock):
    old = tmp_path / "copy.db"
    old.touch(0o600)
    make_old(f"sqlite:///{old}")
    url = f"sqlite:///{tmp_path / 'desk.db'}"
    assert restoring.restore(parse(url), old, now=clock.now()).kept is None
    with Store.open(url, clock=clock) as store:
        assert not store.read_blocking(sending.sending_allowed)
