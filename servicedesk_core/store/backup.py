"""Backup, verification and size of a store."""

import os
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, text

from servicedesk_core.errors import StoreError, StoreFullError, StoreReadOnlyError
from servicedesk_core.store import damage, soundness
from servicedesk_core.store.dumping import dump
from servicedesk_core.store.faults import translated
from servicedesk_core.store.schema import metadata
from servicedesk_core.store.store import Store
from servicedesk_core.store.upgrade import copy_file, schema_version


@dataclass(frozen=True, slots=True)
class Verification:
    """What a look at the whole store found.

    Attributes:
        problems: What is wrong, for people; empty when all is well.
        schema: Version of the schema.
    """

    problems: tuple[str, ...]
    schema: int


@dataclass(frozen=True, slots=True)
class Size:
    """How much room a store takes.

    Attributes:
        total_bytes: On disk, with the write-ahead log of SQLite.
        free_bytes: Inside, to be used again.
        rows: Rows by table, estimated on PostgreSQL.
    """

    total_bytes: int
    free_bytes: int
    rows: dict[str, int]


def backup(store: Store, path: Path) -> Path:
    """Copy a store consistently while it is in use; the copy is its owner's only, and appears when it is sound.

    Args:
        store: What to copy.
        path: A file that does not exist yet.

    Returns:
        The path.

    Raises:
        StoreError: The file exists, its folder does not, or PostgreSQL's ``pg_dump`` is not there.
        StoreCorruptError: The store is damaged, or the dump ended early; nothing was left there.
        StoreFullError: There is no room.
    """
    if path.exists():
        message = f"{path} exists already."
        raise StoreError(message, hint="Name a file that does not exist yet.")
    if not path.absolute().parent.is_dir():
        message = f"The folder of {path} does not exist."
        raise StoreError(message, hint="Make it, or name another one.")
    if store.dialect == "postgresql":
        return dump(store.url, path)
    source = Path(str(store.url.database))

    def check(copy: Path) -> None:
        found = soundness.problems_of_file(copy)
        _note(store, found)
        if left := soundness.left_in(copy, found):
            raise soundness.damaged(left)

    try:
        with translated(store.name):
            copy_file(source, path, check=check)
    except StoreFullError as error:
        message = f"There is no room for the backup {path}; nothing was left there."
        raise StoreFullError(message, hint=_room(source), detail=error.detail) from error
    except StoreReadOnlyError as error:
        message = f"The backup {path} cannot be written by this account."
        raise StoreReadOnlyError(message, hint="Name a folder that you may write to.") from error
    return path


def _room(source: Path) -> str:
    need = sum(p.stat().st_size for p in (source, Path(f"{source}-wal")) if p.exists())
    return f"It takes up to {need / 1e6:,.0f} MB: free some space, or name a file on another disk."


def verify(store: Store) -> Verification:
    """Look at the whole store: its pages and indexes (SQLite), its tables, the hash of each record. May take minutes.

    What it finds stays noted in the store until a later look finds nothing.

    Raises:
        StoreCorruptError: It is too damaged to be looked at.
    """
    found, schema = store.read_blocking(lambda tx: (soundness.problems(tx), schema_version(tx, store.name)))
    _note(store, found)
    return Verification(found, schema)


def _note(store: Store, found: tuple[str, ...]) -> None:
    if found or store.read_blocking(damage.known) is not None:
        damage.note(store.url, found, store.clock.now())


def size(store: Store) -> Size:
    """Return how much room the store takes, and its rows by table."""

    def of_sqlite(tx: Connection) -> Size:
        free = tx.exec_driver_sql("PRAGMA freelist_count").scalar_one()
        page = tx.exec_driver_sql("PRAGMA page_size").scalar_one()
        path = str(store.url.database)
        total = sum(os.path.getsize(p) for p in (path, f"{path}-wal") if os.path.exists(p))  # noqa: PTH110, PTH202
        rows = {
            name: tx.execute(text(f'SELECT COUNT(*) FROM "{name}"')).scalar_one()  # noqa: S608
            for name in sorted(metadata.tables)
        }
        return Size(total, int(free) * int(page), rows)

    def of_postgresql(tx: Connection) -> Size:
        total = tx.execute(text("SELECT pg_database_size(current_database())")).scalar_one()
        estimated = tx.execute(
            text("SELECT relname, GREATEST(reltuples, 0)::bigint FROM pg_class WHERE relname = ANY(:names)"),
            {"names": sorted(metadata.tables)},
        )
        return Size(int(total), 0, {name: int(rows) for name, rows in estimated})

    return store.read_blocking(of_sqlite if store.dialect == "sqlite" else of_postgresql)
