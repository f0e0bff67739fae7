"""Gives every row of a file a key that stays the same when the file grows.

An event's key is (case, hash of what tells the event from others, how often that came before in the file). Counting
must be right for cases scattered over any number of rows while the memory stays the same, so counts that no longer
fit move to a temporary database.
"""

import sqlite3
from hashlib import blake2b

_BITS = 1 << 26
_MASK = _BITS - 1


def content_hash(*texts: str) -> bytes:
    """Return a 16-byte hash of texts in their order."""
    return blake2b("\x1f".join(texts).encode("utf-8", "surrogatepass"), digest_size=16).digest()


def number_of(digest: bytes) -> int:
    """Return the part of a hash that is used for counting."""
    return int.from_bytes(digest[:8], "big", signed=True)


class Positions:
    """Numbers the rows of each case; rows that stand together cost one look.

    Args:
        counter: Keeps the numbers of cases that come again later.
    """

    def __init__(self, counter: "SpillingCounter") -> None:
        self._counter = counter
        self._case: str | None = None
        self._key = 0
        self._position = 0

    def next(self, case: str) -> int:
        """Return the number of the next row of a case, from 1."""
        if case != self._case:
            if self._case is not None:
                self._counter.put(self._key, self._position)
            self._case = case
            self._key = number_of(content_hash("position", case))
            self._position = self._counter.get(self._key)
        self._position += 1
        return self._position


class SpillingCounter:
    """Counts keys of any number in bounded memory.

    The latest keys are counted in a dictionary. When it is full it moves to a temporary SQLite database; a Bloom
    filter of fixed size then answers for most new keys that they are new, so that a log whose cases stand together
    hardly ever asks the database.

    Args:
        limit: Keys that are kept in memory.
    """

    def __init__(self, limit: int = 50_000) -> None:
        self._limit = limit
        self._hot: dict[int, int] = {}
        self._spilled: sqlite3.Connection | None = None
        self._seen = bytearray()

    def get(self, key: int) -> int:
        """Return the count of a key."""
        count = self._hot.get(key)
        if count is not None:
            return count
        if self._spilled is None or not self._perhaps_spilled(key):
            return 0
        row = self._spilled.execute("SELECT n FROM counts WHERE key = ?", (key,)).fetchone()
        return row[0] if row else 0

    def add(self, key: int) -> int:
        """Count a key once more and return its new count."""
        count = self.get(key) + 1
        self.put(key, count)
        return count

    def put(self, key: int, count: int) -> None:
        """Set the count of a key."""
        self._hot[key] = count
        if len(self._hot) > self._limit:
            self._spill()

    def close(self) -> None:
        """Drop the temporary database."""
        if self._spilled is not None:
            self._spilled.close()
            self._spilled = None

    def _spill(self) -> None:
        if self._spilled is None:
            # The empty name is SQLite's own temporary file, deleted by itself. The pages of a pass are read by
            # changing threads, one at a time.
            self._spilled = sqlite3.connect("", isolation_level=None, check_same_thread=False)
            self._spilled.execute("PRAGMA journal_mode = OFF")
            self._spilled.execute("PRAGMA synchronous = OFF")
            self._spilled.execute("CREATE TABLE counts (key INTEGER PRIMARY KEY, n INTEGER NOT NULL)")
            self._seen = bytearray(_BITS // 8)
        seen = self._seen
        for key in self._hot:
            seen[(key & _MASK) >> 3] |= 1 << (key & 7)
            seen[(key >> 30 & _MASK) >> 3] |= 1 << (key >> 30 & 7)
        self._spilled.execute("BEGIN")
        self._spilled.executemany("INSERT OR REPLACE INTO counts VALUES (?, ?)", sorted(self._hot.items()))
        self._spilled.execute("COMMIT")
        self._hot.clear()

    def _perhaps_spilled(self, key: int) -> bool:
        seen = self._seen
        return bool(seen[(key & _MASK) >> 3] & 1 << (key & 7) and seen[(key >> 30 & _MASK) >> 3] & 1 << (key >> 30 & 7))
