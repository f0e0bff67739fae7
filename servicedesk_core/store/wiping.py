"""What is deleted for good is overwritten, not only forgotten."""

import sqlite3
from contextlib import closing
from pathlib import Path

from sqlalchemy import Connection

from servicedesk_core.store.store import Store


def wiping(tx: Connection) -> None:
    """Let SQLite overwrite with zeros what this connection deletes from now on; PostgreSQL has no such thing."""
    if tx.dialect.name == "sqlite":
        tx.exec_driver_sql("PRAGMA secure_delete = ON")


def compact(store: Store) -> bool:
    """Write the store anew without what older versions of rows left behind; return whether that was possible now.

    On SQLite it needs room for a second copy, and nobody else who writes. PostgreSQL does the same by itself, in time.
    """
    if store.dialect == "postgresql":
        return False
    with closing(sqlite3.connect(Path(str(store.url.database)), timeout=5)) as alone:
        try:
            alone.execute("VACUUM")
            busy = alone.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
        except sqlite3.OperationalError:  # somebody writes, or there is no room; the content itself is gone anyway
            return False
    return not busy
