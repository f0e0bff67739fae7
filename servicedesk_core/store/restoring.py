"""Putting a backup in the place of a SQLite store, as a whole or not at all."""

import os
import sqlite3
import uuid
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.engine import URL

from servicedesk_core.errors import StoreBusyError, StoreCorruptError, StoreError, StoreMissingError
from servicedesk_core.store import damage, location, schema, soundness
from servicedesk_core.store.connecting import writer_engine
from servicedesk_core.store.faults import name_of, translated
from servicedesk_core.store.upgrade import (
    copy_file,
    is_open_elsewhere,
    refuse_foreign,
    run_migrations,
    schema_version,
)

_BESIDE = ("-wal", "-shm", "-journal")


@dataclass(frozen=True, slots=True)
class StoreRestore:
    """A backup that took the place of a store.

    Attributes:
        store: Its name.
        kept: Where the store that was there before is kept; ``None`` when there was none.
        in_doubt: Writes of the backup that were unfinished and are in doubt now.
        messages_dropped: Messages of the backup to our own people that waited; they are handed to nobody.
        pages_ended: Pages of the backup that were not over; they ring nobody.
    """

    store: str
    kept: str | None
    in_doubt: int
    messages_dropped: int
    pages_ended: int


def restore(url: URL, source: Path, *, now: datetime) -> StoreRestore:
    """Replace a SQLite store by a backup of it.

    The backup is copied beside the store, looked at page by page, brought to this program's schema and distrusted;
    then one rename puts it in place. Before that rename nothing happens to the store; no moment is without one.

    Args:
        url: The store.
        source: The backup; it is only read.
        now: Names what is kept.

    Raises:
        StoreError: It is PostgreSQL.
        StoreMissingError: There is no such backup.
        StoreCorruptError: The backup is damaged, or no store.
        StoreVersionError: The backup is of a newer program, or older than the first migration.
        StoreBusyError: Another process has the store open.
        StoreFullError: There is no room for the copy.
    """
    if url.get_backend_name() != "sqlite":
        message = "A PostgreSQL store is restored with the tools of the database."
        hint = "Run pg_restore --clean --if-exists --no-owner --single-transaction, then `servicedesk store adopt`."
        raise StoreError(message, hint=hint)
    path = Path(str(url.database))
    if not source.is_file():
        message = f"There is no backup at {source}."
        raise StoreMissingError(message, hint="Name a file that `servicedesk store backup` made.")
    if path.exists() and source.samefile(path):
        message = f"{source} is the store itself."
        raise StoreError(message, hint="Name a backup of it.")
    with _prepared(path, source, now=now) as (fresh, found):
        kept = None
        if path.exists():
            _refuse_users(path)
            kept = path.with_name(f"{path.name}.replaced-{now:%Y%m%dT%H%M%S%f}")
            _keep(path, kept)
        fresh.replace(path)
        _settle_directory(path.parent)
    return StoreRestore(name_of(url), str(kept) if kept else None, *found)


@contextmanager
def _prepared(path: Path, source: Path, *, now: datetime) -> Iterator[tuple[Path, location.Distrusted]]:
    """Make a sound and distrusted copy of the backup beside the store."""
    fresh = path.with_name(f".{path.name}.{uuid.uuid4().hex}.restoring")
    try:
        with translated(str(source)):
            copy_file(source, fresh, is_still=not Path(f"{source}-wal").exists())
            found = _checked(fresh, source, now=now)
        yield fresh, found
    finally:
        for name in (fresh, *(Path(f"{fresh}{end}") for end in _BESIDE)):
            name.unlink(missing_ok=True)


def _checked(fresh: Path, source: Path, *, now: datetime) -> location.Distrusted:
    problems = _pages(fresh)
    if soundness.has_new_indexes(fresh, problems):
        problems = _pages(fresh)
    if problems:
        message = f"The backup {source} is damaged; the store was not touched."
        raise StoreCorruptError(message, hint="Try an older backup.", detail="; ".join(problems))
    engine = writer_engine(URL.create("sqlite", database=str(fresh)))
    try:
        with engine.begin() as tx:
            version = schema_version(tx, str(source))
            if version == 0:
                message = f"The file {source} is not a store."
                raise StoreCorruptError(message, hint="Name a file that `servicedesk store backup` made.")
            refuse_foreign(version, f"backup {source}")
            if version < schema.SCHEMA_VERSION:
                run_migrations(tx)
            damage.put(tx, tuple(soundness.records(tx)), now)
            tx.execute(text("UPDATE leases SET expires_at = 0"))
            why = f"this store was restored from {source.name}; what was sent after that backup is not in it."
            found = location.suspect(tx, why, now)
    finally:
        engine.dispose()
    with fresh.open("rb+") as file:
        os.fsync(file.fileno())
    return found


def _pages(fresh: Path) -> list[str]:
    with closing(sqlite3.connect(fresh)) as look:
        return [row[0] for row in look.execute("PRAGMA integrity_check(5)") if row[0] != "ok"]


def _refuse_users(path: Path) -> None:
    try:
        is_used = is_open_elsewhere(path)
    except sqlite3.DatabaseError:
        return  # too damaged to be asked: that is what a restore is for
    if is_used:
        message = f"Another process has the store {path} open; nothing was replaced."
        raise StoreBusyError(message, hint="Stop the service, a sync or a program that uses it, then restore again.")


def _keep(path: Path, kept: Path) -> None:
    """Give the present store a second name, which stays when the first one goes to the backup."""
    try:
        os.link(path, kept)
    except OSError:  # a file system without hard links
        copy_file(path, kept)
    for end in _BESIDE:  # left by a process that died; it belongs to the old file, and would spoil the new one
        beside = Path(f"{path}{end}")
        if beside.exists():
            beside.replace(f"{kept}{end}")


def _settle_directory(directory: Path) -> None:
    if os.name == "nt":
        return  # directories cannot be synced there
    handle = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
