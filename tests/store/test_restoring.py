"""Backup, restore, and stores that woke up elsewhere: nothing is sent twice."""

import os
import shutil
import sqlite3
import stat
import subprocess
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.engine import make_url

from servicedesk_core import ServiceDesk, system
from servicedesk_core.domain.writing import WriteState
from servicedesk_core.errors import (
    StoreBusyError,
    StoreCorruptError,
    StoreError,
    StoreFullError,
    StoreMissingError,
    StoreVersionError,
    WriteStoppedError,
)
from servicedesk_core.store import Store, audit, backup, leases, location, outbox, restoring, schema, sending, sources
from servicedesk_core.store.connecting import parse
from tests.queued_write import queue_write

pytestmark = pytest.mark.slow  # many desks with much in them


def path_of(url):
    return Path(url.removeprefix("sqlite:///"))


@pytest.fixture
def queued(clock):
    """Return a function that queues a write."""

    def queued(store, aggregate="tickets:1"):
        def work(tx):
            sources.ensure(tx, "psa", "autotask", "live", clock.now())
            return queue_write(tx, clock.now(), aggregate=aggregate)

        return store.write_blocking(work)

    return queued


@pytest.fixture
def send_all(clock):
    """Return a function that does what a sender does: begin in one transaction, send, note the result in another."""

    def send_all(store, vendor):
        def begin(tx):
            fence = leases.acquire(tx, "writes:psa", "me", 60)
            ready = outbox.due(tx, "psa", now=clock.now(), limit=10)
            how = {"fence": fence, "actor": "system:writes", "now": clock.now()}
            return fence, how, [outbox.begin(tx, write, timeout_s=10, **how) for write in ready]

        fence, how, begun = store.write_blocking(begin)
        for write in begun:
            vendor.append(write.key)
            store.write_blocking(
                lambda tx, w=write: outbox.move(tx, w, WriteState.CONFIRMED, facts={"ref": "77"}, **how)
            )
        store.write_blocking(lambda tx: leases.release(tx, fence))

    return send_all


def states(store):
    return [write.state for write in store.read_blocking(outbox.recent)]


def adopt(store, clock):
    store.write_blocking(lambda tx: location.adopt(tx, store.url, actor="user:ana", now=clock.now()))


def test_backup_send_restore_run_sends_nothing_twice(sqlite_url, clock, tmp_path, queued, send_all):
    vendor = []
    with Store.open(sqlite_url, clock=clock) as store:
        write = queued(store)
        copy = backup.backup(store, tmp_path / "copy.db")
        send_all(store, vendor)
    done = restoring.restore(parse(sqlite_url), copy, now=clock.now())
    assert done.in_doubt == 1
    with Store.open(sqlite_url, clock=clock) as store:
        assert states(store) == [WriteState.IN_DOUBT]
        send_all(store, vendor)  # nothing is due
        late = queued(store, "tickets:2")
        with pytest.raises(WriteStoppedError, match=r"restored from copy\.db") as caught:
            send_all(store, vendor)
        assert "store adopt" in caught.value.hint
        adopt(store, clock)
        send_all(store, vendor)
        assert vendor == [write.key, late.key], "the doubtful one waits for proof"
        assert store.read_blocking(audit.verify).is_valid
        assert [r.action for r in store.read_blocking(audit.read)].count("store.adopted") == 1
    with closing(sqlite3.connect(done.kept)) as old:
        assert old.execute("SELECT state FROM outbox").fetchall() == [("confirmed",)], "what was there is kept"
    with Store.open(sqlite_url, clock=clock) as store:
        assert store.read_blocking(sending.sending_allowed), "adopted once, adopted for good"


@pytest.fixture
def woken():
    """Return a function that lets a store hold a page that rings, with its link's key, and a message about it."""

    def work(tx):
        now = datetime(2026, 3, 2, tzinfo=UTC)
        said = {"key": "p", "subject": "P1", "text": "Mail is down."}
        tx.execute(schema.pages.insert().values(**said, opened_at=now, state="ringing", rung=1, next_at=now))
        message = said | {"recipient": "ana", "is_urgent": True, "created_at": now, "next_at": now}
        tx.execute(schema.staff_messages.insert().values(**message, state="waiting"))
        tx.execute(schema.page_keys.insert().values(secret="abc", made_at=now))

    return lambda store: store.write_blocking(work)


def rung(store):
    def work(tx):
        pages, messages = schema.pages.c, schema.staff_messages.c
        keys = tx.execute(select(func.count()).select_from(schema.page_keys)).scalar_one()
        found = tx.execute(select(pages.state, pages.next_at, pages.why)).one()
        return tuple(found), tuple(tx.execute(select(messages.state, messages.why)).one()), keys

    return store.read_blocking(work)


def test_a_backup_that_is_restored_wakes_nobody_for_what_is_old(sqlite_url, clock, tmp_path, queued, woken):
    with Store.open(sqlite_url, clock=clock) as store:
        queued(store)
        woken(store)
        copy = backup.backup(store, tmp_path / "copy.db")
    done = restoring.restore(parse(sqlite_url), copy, now=clock.now())
    assert (done.messages_dropped, done.pages_ended) == (1, 1)
    with Store.open(sqlite_url, clock=clock) as store:
        page, message, keys = rung(store)
        assert (page[:2], message[0], keys) == (("over", None), "dropped", 0)
        assert page[2] == message[1]
        assert "restored from copy.db" in page[2]


def test_a_copy_elsewhere_rings_nobody_and_the_original_goes_on(sqlite_url, clock, tmp_path, queued, woken):
    with Store.open(sqlite_url, clock=clock) as store:
        queued(store)
        woken(store)
        copy = backup.backup(store, tmp_path / "elsewhere.db")
    with Store.open(f"sqlite:///{copy}", clock=clock) as store:
        assert [rung(store)[0][0], rung(store)[1][0], rung(store)[2]] == ["over", "dropped", 0]
    with Store.open(sqlite_url, clock=clock) as store:
        assert [rung(store)[0][0], rung(store)[1][0], rung(store)[2]] == ["ringing", "waiting", 1]


def test_a_copy_elsewhere_sends_nothing_and_the_original_goes_on(sqlite_url, clock, tmp_path, queued, send_all):
    vendor = []
    with Store.open(sqlite_url, clock=clock) as store:
        queued(store)
        copy = backup.backup(store, tmp_path / "elsewhere.db")
    with Store.open(f"sqlite:///{copy}", clock=clock) as store:
        assert states(store) == [WriteState.IN_DOUBT]
        off = store.read_blocking(sending.sending_off)
        assert str(path_of(sqlite_url)) in off.why, "says where it was"
        send_all(store, vendor)
        assert vendor == []
    with Store.open(f"sqlite:///{copy}", clock=clock) as store:
        assert store.read_blocking(lambda tx: len(outbox.history(tx, 1))) == 3, "distrusted once"
    with Store.open(sqlite_url, clock=clock) as store:
        send_all(store, vendor)
        assert len(vendor) == 1


def test_another_machine_is_another_place(sqlite_url, clock, monkeypatch, queued):
    with Store.open(sqlite_url, clock=clock) as store:
        queued(store)
    system.machine.cache_clear()
    monkeypatch.setenv(system.MACHINE_VARIABLE, "other")
    try:
        with Store.open(sqlite_url, clock=clock) as store:
            assert not store.read_blocking(sending.sending_allowed)
    finally:
        system.machine.cache_clear()


def test_an_older_file_moved_over_the_store_is_noticed(sqlite_url, clock, tmp_path, queued, send_all):
    vendor = []
    with Store.open(sqlite_url, clock=clock) as store:
        queued(store)
        copy = backup.backup(store, tmp_path / "copy.db")
        send_all(store, vendor)
    shutil.move(copy, path_of(sqlite_url))
    with Store.open(sqlite_url, clock=clock) as store:
        send_all(store, vendor)
        assert len(vendor) == 1


def test_a_store_that_was_never_used_may_be_copied(sqlite_url, clock, tmp_path):
    shutil.copyfile(path_of(sqlite_url), tmp_path / "new.db")
    with Store.open(f"sqlite:///{tmp_path / 'new.db'}", clock=clock) as store:
        assert store.read_blocking(sending.sending_allowed)


def test_looking_at_a_copy_changes_nothing(sqlite_url, clock, tmp_path, queued):
    with Store.open(sqlite_url, clock=clock) as store:
        queued(store)
        copy = backup.backup(store, tmp_path / "copy.db")
    before = copy.read_bytes()
    with Store.open(f"sqlite:///{copy}", clock=clock, read_only=True) as store:
        assert states(store) == [WriteState.QUEUED]
    assert copy.read_bytes() == before


def damage(path):
    with path.open("r+b") as file:
        for page in range(5, path.stat().st_size // 4096, 3):
            file.seek(page * 4096)
            file.write(b"\xff" * 2000)


@pytest.fixture
def snapshot(tmp_path):
    """Return a function that tells every file of the folder and its content."""
    return lambda: {p.name: p.read_bytes() for p in tmp_path.iterdir() if not p.name.endswith(("-wal", "-shm"))}


def test_a_damaged_or_missing_or_strange_backup_replaces_nothing(sqlite_url, clock, tmp_path, snapshot, queued):
    with Store.open(sqlite_url, clock=clock) as store:
        queued(store)
        broken = backup.backup(store, tmp_path / "broken.db")
    damage(broken)
    (tmp_path / "text.db").write_text("not a database, but long enough to be read as one\n" * 100)
    with closing(sqlite3.connect(tmp_path / "other.db")) as other:
        other.execute("CREATE TABLE customers (id INTEGER)")
    before = snapshot()
    for name, error in (
        ("broken.db", StoreCorruptError),
        ("text.db", StoreCorruptError),
        ("other.db", StoreCorruptError),
        ("missing.db", StoreMissingError),
        ("desk.db", StoreError),
    ):
        with pytest.raises(error) as caught:
            restoring.restore(parse(sqlite_url), tmp_path / name, now=clock.now())
        assert caught.value.hint
    assert snapshot() == before


def test_a_backup_of_a_newer_program_is_refused(sqlite_url, clock, tmp_path, snapshot):
    with Store.open(sqlite_url, clock=clock) as store:
        copy = backup.backup(store, tmp_path / "copy.db")
    with closing(sqlite3.connect(copy)) as newer:
        newer.execute("UPDATE alembic_version SET version_num = '0199'")
        newer.commit()
    before = snapshot()
    with pytest.raises(StoreVersionError, match="newer version"):
        restoring.restore(parse(sqlite_url), copy, now=clock.now())
    assert snapshot() == before


def test_a_store_in_use_is_not_replaced(sqlite_url, clock, tmp_path, queued):
    with Store.open(sqlite_url, clock=clock) as store:
        queued(store)
        copy = backup.backup(store, tmp_path / "copy.db")
        with pytest.raises(StoreBusyError, match=r"has the store .* open"):
            restoring.restore(parse(sqlite_url), copy, now=clock.now())
        assert states(store) == [WriteState.QUEUED]
    assert sorted(p.name for p in tmp_path.glob(".*")) == []


def test_a_store_that_is_damaged_is_replaced_and_kept(sqlite_url, clock, tmp_path, queued):
    with Store.open(sqlite_url, clock=clock) as store:
        queued(store)
        copy = backup.backup(store, tmp_path / "copy.db")
    path_of(sqlite_url).write_bytes(b"rubbish" * 1000)
    done = restoring.restore(parse(sqlite_url), copy, now=clock.now())
    assert Path(done.kept).read_bytes().startswith(b"rubbish")
    with Store.open(sqlite_url, clock=clock) as store:
        assert backup.verify(store).problems == ()
        assert stat.S_IMODE(path_of(sqlite_url).stat().st_mode) == 0o600


def test_a_full_disk_in_the_middle_of_a_backup_leaves_no_half_file(sqlite_url, clock, queued, monkeypatch, snapshot):
    real = sqlite3.connect

    def small(database, *args, **kwargs):
        connection = real(database, *args, **kwargs)
        if str(database).endswith(".half"):
            connection.execute("PRAGMA max_page_count = 20")
        return connection

    with Store.open(sqlite_url, clock=clock) as store:
        queued(store)
        before = snapshot()
        monkeypatch.setattr(sqlite3, "connect", small)
        with pytest.raises(StoreFullError, match=r"no room for the backup .* nothing was left") as caught:
            backup.backup(store, path_of(sqlite_url).with_name("copy.db"))
        assert "MB" in caught.value.hint
        assert snapshot() == before
        monkeypatch.undo()
        assert backup.verify(store).problems == ()


def test_a_backup_into_nowhere_says_so(store, tmp_path):
    with pytest.raises(StoreError, match=r"folder of .* does not exist"):
        backup.backup(store, tmp_path / "no" / "copy.db")


@pytest.mark.postgres
@pytest.mark.usefixtures("pg_bin")
def test_postgresql_is_dumped_restored_with_its_tools_and_then_distrusted(
    postgres_store_url, clock, tmp_path, queued, send_all
):
    vendor = []
    with Store.open(postgres_store_url, clock=clock) as store:
        write = queued(store)
        dump = backup.backup(store, tmp_path / "desk.dump")
        assert stat.S_IMODE(dump.stat().st_mode) == 0o600
        send_all(store, vendor)
    address = make_url(postgres_store_url).set(drivername="postgresql").render_as_string(hide_password=False)
    done = subprocess.run(
        ["pg_restore", "--clean", "--if-exists", "--no-owner", "--single-transaction", "-d", address, dump],
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    with Store.open(postgres_store_url, clock=clock) as store:
        send_all(store, vendor)
        assert vendor == [write.key]
        assert states(store) == [WriteState.IN_DOUBT]
        assert not store.read_blocking(sending.sending_allowed)
        adopt(store, clock)
        assert backup.verify(store).problems == ()
        assert backup.size(store).total_bytes > 0


@pytest.mark.postgres
@pytest.mark.usefixtures("pg_bin")
def test_a_dump_that_fails_leaves_nothing_and_says_no_password(postgres_store_url, clock, tmp_path):
    wrong = parse(postgres_store_url).set(database="nowhere", password="s3cret")
    with Store.open(postgres_store_url, clock=clock) as store:
        store.url = wrong
        with pytest.raises(StoreError, match="pg_dump could not") as caught:
            backup.backup(store, tmp_path / "desk.dump")
    assert "s3cret" not in f"{caught.value}"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.postgres
@pytest.mark.usefixtures("pg_bin")
async def test_a_server_is_dumped_by_the_job_when_somebody_says_when_also_where_its_address_is_a_secret(
    postgres_store_url, clock, tmp_path, monkeypatch
):
    monkeypatch.setenv("DESK_STORE", postgres_store_url)
    keys = {
        "desk": {"name": "Example MSP", "store": "env:DESK_STORE"},
        "serve": {"backups": str(tmp_path / "copies"), "keep_backups": 1},
    }
    async with ServiceDesk(keys, clock=clock) as desk:
        [outcome] = await desk.run_jobs("backup")
        assert outcome.summary.startswith("nothing: a server is backed up by its own tools")
    for address in ("env:DESK_STORE", postgres_store_url):
        clock.advance(60)
        said = {"desk": keys["desk"] | {"store": address}, "schedules": {"backup": "30 3 * * *"}}
        async with ServiceDesk(keys | said, clock=clock) as desk:
            [outcome] = await desk.run_jobs("backup")
        [file] = (tmp_path / "copies").iterdir()
        assert (outcome.outcome, outcome.summary.split(",")[0]) == ("ok", f"wrote {file.name}")
        assert file.read_bytes()[:5] == b"PGDMP"


@pytest.mark.postgres
def test_a_dump_shows_no_secret_of_the_address_to_other_accounts(postgres_store_url, clock, tmp_path, monkeypatch):
    for name in ("pg_dump", "pg_restore"):
        tool = tmp_path / name
        tool.write_text(
            f'#!/bin/sh\necho "$@" >> {tmp_path}/arguments\necho "error: $PGPASSWORD $PGOPTIONS" >&2; exit 1\n'
        )
        tool.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    with Store.open(postgres_store_url, clock=clock) as store:
        store.url = parse("postgresql://h/d?user=u&password=s3cret&options=-c%20my.word%3Dt0psecret&sslmode=prefer")
        with pytest.raises(StoreError, match="could not back") as caught:
            backup.backup(store, tmp_path / "desk.dump")
        assert (tmp_path / "arguments").read_text().rstrip().endswith("--dbname=postgresql://h/d?sslmode=prefer&user=u")
        store.url = parse("postgresql://h/d?user=u&sslpassword=s3cret")
        with pytest.raises(StoreError, match="sslpassword"):
            backup.backup(store, tmp_path / "desk.dump")
    assert "s3cret" not in str(caught.value)
    assert "t0psecret" not in str(caught.value)


@pytest.mark.postgres
def test_without_pg_dump_postgresql_says_what_to_run(postgres_store_url, clock, tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    with Store.open(postgres_store_url, clock=clock) as store, pytest.raises(StoreError, match="pg_dump") as caught:
        backup.backup(store, tmp_path / "x.dump")
    assert "pg_dump --format=custom" in caught.value.hint
