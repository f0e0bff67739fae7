"""What a stand-in keeps between two runs."""

import sqlite3
import threading
import weakref
from pathlib import Path
from typing import Any

import orjson


class Shelf:
    """Values by shelf and key, in one SQLite file; each is stored when it is put.

    Args:
        path: The file; ``None`` keeps them in memory, and forgets them at the end.
    """

    def __init__(self, path: Path | None = None) -> None:
        self._lock = threading.Lock()
        self._db = sqlite3.connect(path or ":memory:", check_same_thread=False, isolation_level=None)
        self._closing = weakref.finalize(self, self._db.close)
        self._db.execute("CREATE TABLE IF NOT EXISTS kept (shelf TEXT, key TEXT, value BLOB, PRIMARY KEY (shelf, key))")

    def put(self, shelf: str, key: str, value: Any) -> None:
        """Keep a value, in place of what was there.

        Args:
            shelf: What kind of thing it is.
            key: Which one.
            value: Anything that JSON has words for; dataclasses and instants too.
        """
        with self._lock:
            self._db.execute("INSERT OR REPLACE INTO kept VALUES (?, ?, ?)", (shelf, key, orjson.dumps(value)))

    def get(self, shelf: str, key: str) -> Any | None:
        """Return a value as JSON has it; ``None`` when nothing was kept."""
        with self._lock:
            row = self._db.execute("SELECT value FROM kept WHERE shelf = ? AND key = ?", (shelf, key)).fetchone()
        return None if row is None else orjson.loads(row[0])

    def all(self, shelf: str) -> list[Any]:
        """Return every value of a shelf, by key."""
        with self._lock:
            rows = self._db.execute("SELECT value FROM kept WHERE shelf = ? ORDER BY key", (shelf,)).fetchall()
        return [orjson.loads(value) for (value,) in rows]

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._db.execute("DELETE FROM kept")

    def close(self) -> None:
        """Release the file, which otherwise happens when nobody has the shelf any more."""
        self._closing()
