"""Copies of a store: which files are some, and whether they still hold somebody."""

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, Final

_HEADER: Final = b"SQLite format 3\x00"
BACKUP_PREFIX: Final = "servicedesk-"
"""How the names of the copies begin that the job ``backup`` makes."""
BESIDE: Final = ("-wal", "-shm", "-journal")
"""What SQLite keeps beside a file; it goes with it."""


def beside(store: Path) -> Iterator[Path]:
    """Yield what upgrades, restores and `store backup` leave beside a SQLite store, half-made files too."""
    for pattern in (f"{store.name}.backup-*", f"{store.name}.replaced-*", f".{store.name}.*"):
        yield from store.parent.glob(pattern)


def by_content(folders: Iterable[Path], store_id: str) -> Iterator[Path]:
    """Yield the files in some folders that hold the store of this id, whatever they are called."""
    query = "SELECT 1 FROM store_meta WHERE key = 'store_id' AND value = ?"
    for folder in folders:
        for path in folder.iterdir() if folder.is_dir() else ():
            if path.is_file() and _is_sqlite(path) and _answers(path, query, store_id, otherwise=False):
                yield path


def may_hold(path: Path, who: str) -> bool:
    """Return whether a copy holds a contact, by the vendor's id or the address; true where it cannot be looked into."""
    wal = path.with_name(f"{path.name}-wal")
    if not _is_sqlite(path) or (wal.exists() and wal.stat().st_size):
        return True
    query = "SELECT 1 FROM contacts WHERE external_id = ?1 OR lower(email) = lower(trim(?1))"
    return _answers(path, query, who, otherwise=True)


def _is_sqlite(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return file.read(len(_HEADER)) == _HEADER
    except OSError:
        return False


def _answers(path: Path, query: str, value: Any, *, otherwise: bool) -> bool:
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?immutable=1", uri=True)) as copy:
            return copy.execute(query, (value,)).fetchone() is not None
    except sqlite3.Error:
        return otherwise
