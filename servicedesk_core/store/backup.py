"""Backup, verification and size of a store."""

import os
import sqlite3
from contextlib import closing
from pathlib import Path


def copy_file(source: Path, target: Path) -> None:
    """Copy a SQLite store consistently while others may use it; the copy is its owner's only."""
    os.close(os.open(target, os.O_CREAT | os.O_EXCL | os.O_RDWR | os.O_CLOEXEC, 0o600))
    with closing(sqlite3.connect(source)) as read, closing(sqlite3.connect(target)) as write:
        read.backup(write)


def prune(store: Path, *, keep: int) -> list[Path]:
    """Delete all but the newest ``keep`` backups that upgrades left beside a store; return the deleted ones."""
    backups = sorted(store.parent.glob(f"{store.name}.backup-*-*"), key=lambda p: p.name.rsplit("-", 1)[1])
    old = backups[: max(0, len(backups) - keep)]
    for path in old:
        path.unlink()
    return old
