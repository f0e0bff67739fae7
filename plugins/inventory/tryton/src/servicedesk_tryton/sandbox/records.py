"""The server's records by model and id; each is kept when it is saved."""

from collections import defaultdict
from collections.abc import Callable
from datetime import datetime
from typing import Any

from servicedesk_core.sandboxing import Shelf
from servicedesk_tryton.sandbox.wire import encoded

Row = dict[str, Any]
_LAST = "last"
VERSION = "_version"
"""Counts the changes of a record: the clock may stand still."""


class Records:
    """All records, as they travel.

    Args:
        shelf: Keeps them.
        now: The server's time.
    """

    def __init__(self, shelf: Shelf, now: Callable[[], datetime]) -> None:
        self._shelf = shelf
        self._now = now
        self._tables: defaultdict[str, dict[int, Row]] = defaultdict(dict)
        self._last: dict[str, int] = {}
        for model, last in (shelf.get(_LAST, "ids") or {}).items():
            self._last[model] = last
            self._tables[model] = dict(sorted((row["id"], row) for row in shelf.all(model) if row is not None))

    def add(self, model: str, **values: Any) -> Row:
        """Add a record, and return it."""
        ref = self._last.get(model, 0) + 1
        self._last[model] = ref
        self._shelf.put(_LAST, "ids", self._last)
        row = {"id": ref, **values, "create_date": encoded(self._now()), "write_date": None, VERSION: 1}
        return self._keep(model, row)

    def write(self, model: str, ref: int, **values: Any) -> Row:
        """Change a record, and return it."""
        row = self._tables[model][ref]
        row.update({**values, "write_date": encoded(self._now()), VERSION: row[VERSION] + 1})
        return self._keep(model, row)

    def drop(self, model: str, ref: int) -> None:
        """Delete a record."""
        del self._tables[model][ref]
        self._shelf.put(model, str(ref), None)

    def get(self, model: str, ref: Any) -> Row | None:
        """Return a record; ``None`` when there is none."""
        return self._tables[model].get(ref)

    def all(self, model: str, **wanted: Any) -> list[Row]:
        """Return the records of a model by id, those with these values only."""
        return [row for row in self._tables[model].values() if all(row.get(k) == v for k, v in wanted.items())]

    def one(self, model: str, **wanted: Any) -> Row:
        """Return the only record with these values."""
        (row,) = self.all(model, **wanted)
        return row

    def _keep(self, model: str, row: Row) -> Row:
        self._tables[model][row["id"]] = row
        self._shelf.put(model, str(row["id"]), row)
        return row
