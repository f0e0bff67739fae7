"""The server's records by kind and key; each is kept when it is saved."""

from collections import defaultdict
from typing import Any

from servicedesk_core.sandboxing import Shelf

Row = dict[str, Any]
_LAST = "last"


class Records:
    """All records. Amounts and quantities are texts in them, so that nothing is rounded between two calls.

    Args:
        shelf: Keeps them.
    """

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf
        self._tables: defaultdict[str, dict[int, Row]] = defaultdict(dict)
        self._last: dict[str, int] = {}
        for kind, kept in (shelf.get(_LAST, "keys") or {}).items():
            self._last[kind] = kept
            self._tables[kind] = dict(sorted((row["pk"], row) for row in shelf.all(kind) if row is not None))

    def add(self, kind: str, row: Row) -> Row:
        """Add a record under a key that no other one of its kind ever had, and return it."""
        key = self._last.get(kind, 0) + 1
        self._last[kind] = key
        self._shelf.put(_LAST, "keys", self._last)
        return self.save(kind, {"pk": key, **row})

    def save(self, kind: str, row: Row) -> Row:
        """Keep a record as it stands now, and return it."""
        self._tables[kind][row["pk"]] = row
        self._shelf.put(kind, str(row["pk"]), row)
        return row

    def drop(self, kind: str, key: int) -> None:
        """Forget a record."""
        del self._tables[kind][key]
        self._shelf.put(kind, str(key), None)

    def get(self, kind: str, key: Any) -> Row | None:
        """Return a record; ``None`` when there is none."""
        return self._tables[kind].get(key)

    def known(self, kind: str, key: Any) -> Row:
        """Return a record that another one refers to."""
        return self._tables[kind][key]

    def all(self, kind: str, **wanted: Any) -> list[Row]:
        """Return the records of a kind by key, those with these values only."""
        return [row for row in self._tables[kind].values() if all(row.get(k) == v for k, v in wanted.items())]
