"""Damage is found where nobody waits, pushes no good copy out, and is told until it is mended."""

import logging
import os
import sqlite3
from contextlib import closing
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import text

from servicedesk_core.domain import Contract, Survey, Ticket
from servicedesk_core.errors import StoreCorruptError, StoreError
from servicedesk_core.store import Store, backup, damage, restoring
from servicedesk_core.store.connecting import parse
from servicedesk_core.store.schema import SCHEMA_VERSION

pytestmark = pytest.mark.slow  # many stores with much in them

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
TEXT = "Printer on fire"
"""A text that no index holds."""


@pytest.fixture
def filled(store, put):
    """A store with records of every kind of column."""
    put(Ticket(external_id="1", title="Printer", description=TEXT, created_at=NOON, custom_fields={"a": "ü"}))
    put(Ticket(external_id="2", title="C:\\u0000 \N{PILE OF POO}", estimated_s=3_600))
    put(Contract(external_id="1", name="x", start_on=date(2026, 1, 1), estimated_cost=Decimal("1.5"), is_active=True))
    put(Survey(external_id="1", ticket_ref="1", rating=5, company_rating=4.25))
    return store


def path_of(store):
    return Path(store.url.database)


def damage_a_page(path, table="contract_services"):
    with closing(sqlite3.connect(path)) as store:
        store.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        (page,) = store.execute("SELECT rootpage FROM sqlite_master WHERE name = ?", (table,)).fetchone()
        (size,) = store.execute("PRAGMA page_size").fetchone()
    with path.open("r+b") as file:
        file.seek((page - 1) * size)
        file.write(b"\xff" * 40)


def flip_a_bit(path, mask=0x01):
    with closing(sqlite3.connect(path)) as store:
        store.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    content = bytearray(path.read_bytes())
    content[content.index(TEXT.encode())] ^= mask
    path.write_bytes(content)


def test_records_are_what_was_stored(filled):
    assert backup.verify(filled).problems == ()


def test_a_changed_record_is_found_on_both_databases(filled):
    filled.write_blocking(lambda tx: tx.execute(text("UPDATE tickets SET estimated_s = 60 WHERE external_id = '2'")))
    [problem] = backup.verify(filled).problems
    assert problem.startswith("record ")
    assert problem.endswith(" of tickets is not what was stored")


@pytest.mark.parametrize("mask", [0x01, 0x80], ids=["another letter", "no text any more"])
def test_a_bit_that_flipped_inside_a_text_is_found_and_not_shown(filled, mask):
    if filled.dialect == "postgresql":
        pytest.skip("the server has checksums of its own")
    flip_a_bit(path_of(filled), mask=mask)
    [problem] = backup.verify(filled).problems
    assert "of tickets is not what was stored" in problem
    assert "on fire" not in problem


@pytest.mark.parametrize("harm", [damage_a_page, flip_a_bit])
def test_a_damaged_store_is_not_backed_up_and_its_damage_is_told_until_it_is_restored(filled, clock, harm, caplog):
    store = filled
    if store.dialect == "postgresql":
        pytest.skip("a file is damaged here")
    tmp_path, sqlite_url = path_of(store).parent, f"sqlite:///{path_of(store)}"
    good = backup.backup(store, tmp_path / "good.db")
    store.close()
    harm(path_of(store))
    with Store.open(sqlite_url, clock=clock, read_only=True) as damaged:
        with pytest.raises(StoreCorruptError, match="The store is damaged") as caught:
            backup.backup(damaged, tmp_path / "bad.db")
        assert "store restore" in caught.value.hint
        assert sorted(path.name for path in tmp_path.iterdir() if "bad" in path.name) == []
        assert damaged.read_blocking(damage.known).at == clock.now()
    with caplog.at_level(logging.WARNING), Store.open(sqlite_url, clock=clock):
        assert "The store is damaged, as was seen on 2026-03-02 09:00 UTC" in caplog.text
    restoring.restore(parse(sqlite_url), good, now=clock.now())
    caplog.clear()
    with caplog.at_level(logging.WARNING), Store.open(sqlite_url, clock=clock) as restored:
        assert restored.read_blocking(damage.known) is None
        assert caplog.text == ""


def test_damage_that_was_mended_is_told_no_more(filled):
    change = text("UPDATE tickets SET title = :title WHERE external_id = '1'")
    filled.write_blocking(lambda tx: tx.execute(change, {"title": "other"}))
    assert backup.verify(filled).problems
    assert filled.read_blocking(damage.known)
    filled.write_blocking(lambda tx: tx.execute(change, {"title": "Printer"}))
    assert backup.verify(filled).problems == ()
    assert filled.read_blocking(damage.known) is None


def test_a_backup_with_a_damaged_record_is_restored_and_told(sqlite_url, clock, put, tmp_path, store):
    if store.dialect == "postgresql":
        pytest.skip("a file is damaged here")
    put(Ticket(external_id="1", title="Printer", description=TEXT))
    copy = backup.backup(store, tmp_path / "copy.db")
    store.close()
    flip_a_bit(copy)
    restoring.restore(parse(sqlite_url), copy, now=clock.now())
    with Store.open(sqlite_url, clock=clock) as restored:
        assert "of tickets" in restored.read_blocking(damage.known).problems[0]


def test_a_damaged_store_is_not_upgraded_and_keeps_its_older_copies(sqlite_url, tmp_path, clock, next_schema):
    path = tmp_path / "desk.db"
    damage_a_page(path)
    for year in range(2020, 2023):
        (tmp_path / f"desk.db.backup-100-{year}0101T000000000000").touch()
    next_schema()
    with pytest.raises(StoreCorruptError, match="no older one was deleted"):
        Store.open(sqlite_url, clock=clock, migrate="always")
    assert len(list(tmp_path.glob("*backup-*"))) == 3
    assert list(tmp_path.glob(".*")) == []
    with closing(sqlite3.connect(path)) as old:
        assert old.execute("SELECT version_num FROM alembic_version").fetchone() == (f"{SCHEMA_VERSION:04d}",)


@pytest.mark.postgres
def test_a_dump_that_ended_early_is_no_backup(postgres_store_url, clock, tmp_path, pg_bin, monkeypatch):
    tools = tmp_path / "tools"
    tools.mkdir()
    cutting = tools / "pg_dump"
    cutting.write_text(
        f'#!/bin/sh\n{pg_bin}/pg_dump "$@"\nfor a; do case $a in --file=*) truncate -s -500 "${{a#*=}}";; esac; done\n'
    )
    cutting.chmod(0o755)
    with Store.open(postgres_store_url, clock=clock) as store:
        backup.backup(store, tmp_path / "whole.dump")
        monkeypatch.setenv("PATH", f"{tools}{os.pathsep}{os.environ['PATH']}")
        with pytest.raises(StoreCorruptError, match="not whole"):
            backup.backup(store, tmp_path / "cut.dump")
        monkeypatch.setenv("PATH", str(tools))
        with pytest.raises(StoreError, match="pg_restore"):
            backup.backup(store, tmp_path / "cut.dump")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["tools", "whole.dump"]


TITLE = "Zebra printer"
"""A text that indexes hold too."""


def flip_the_title(path, *, in_table):
    """Change a letter of the title in its table, or in one of its indexes only."""
    with closing(sqlite3.connect(path)) as store:
        store.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    whole, at = path.read_bytes(), -1
    while (at := whole.find(TITLE.encode(), at + 1)) >= 0:
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
        with closing(sqlite3.connect(path)) as store:
            ((title,),) = store.execute("SELECT title FROM tickets NOT INDEXED")
            is_harmed = store.execute("PRAGMA integrity_check").fetchone() != ("ok",)
        if (title != TITLE) is in_table and is_harmed:
            return
    pytest.fail("no such place")


@pytest.mark.parametrize("in_table", [True, False])
def test_a_backup_with_a_damaged_title_is_restored_with_new_indexes(clock, put, tmp_path, store, in_table):
    if store.dialect == "postgresql":
        pytest.skip("a file is damaged here")
    sqlite_url = f"sqlite:///{path_of(store)}"
    put(Ticket(external_id="1", title=TITLE, created_at=NOON))
    copy = backup.backup(store, tmp_path / "copy.db")
    store.close()
    flip_the_title(copy, in_table=in_table)
    restoring.restore(parse(sqlite_url), copy, now=clock.now())
    with Store.open(sqlite_url, clock=clock) as restored:
        assert bool(restored.read_blocking(damage.known)) is in_table
        assert bool(backup.verify(restored).problems) is in_table


def test_a_store_whose_indexes_alone_are_damaged_says_how_to_mend_it_and_its_backup_is_sound(
    sqlite_url, clock, put, tmp_path, store
):
    if store.dialect == "postgresql":
        pytest.skip("a file is damaged here")
    put(Ticket(external_id="1", title=TITLE, created_at=NOON))
    store.close()
    flip_the_title(path_of(store), in_table=False)
    with Store.open(sqlite_url, clock=clock) as harmed:
        *_, told = backup.verify(harmed).problems
        assert told == "only indexes are damaged: make a backup and restore it, which builds them anew"
        copy = backup.backup(harmed, tmp_path / "copy.db")
    restoring.restore(parse(sqlite_url), copy, now=clock.now())
    with Store.open(sqlite_url, clock=clock) as mended:
        assert backup.verify(mended).problems == ()
        assert mended.read_blocking(damage.known) is None
