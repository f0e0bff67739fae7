"""State in SQLite: one table per entity, each row with its rendered JSON and a few indexed copies of fields."""

import sqlite3
import tempfile
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import orjson

from servicedesk_autotask.sandbox.entities import Entity, catalogue
from servicedesk_autotask.sandbox.values import sortable

_INDEXED = frozenset(
    """
    ticketID companyID contactID resourceID assignedResourceID status queueID createDate
    createDateTime completedDate lastActivityDate lastActivityDateTime
    lastTrackedModificationDateTime lastTrackedModifiedDateTime lastModifiedDate
    lastModifiedDateTime lastModifiedTime updateDateTime startDateTime dateWorked parentID
    parentType attachDate ticketNumber externalID serialNumber productID contractID serviceCallID
    serviceCallTicketID taskID projectID roleID configurationItemID deletedDateTime holidaySetID
    emailAddress companyName
    """.split()  # noqa: SIM905
)
_PRAGMAS = (
    "PRAGMA journal_mode=MEMORY",
    "PRAGMA synchronous=OFF",
    "PRAGMA cache_size=-32000",
    "PRAGMA temp_store=FILE",
    "PRAGMA case_sensitive_like=OFF",
)


class Store:
    """Rows of every entity.

    Args:
        path: Database file, made for its owner only; None means a temporary file that goes with the store.
    """

    def __init__(self, path: Path | None) -> None:
        self._temporary = tempfile.TemporaryDirectory(prefix="autotask-sandbox-") if path is None else None
        file = path or Path(self._temporary.name if self._temporary else "") / "desk.sqlite"
        file.touch(mode=0o600)
        self.db = sqlite3.connect(str(file), isolation_level=None, check_same_thread=False)
        # A file that outlives the process needs its journal, a temporary one does not.
        for pragma in _PRAGMAS if path is None else ("PRAGMA journal_mode=WAL", *_PRAGMAS[1:]):
            self.db.execute(pragma)
        # Tests call the sandbox from their own thread while the server answers in another.
        self.lock = threading.RLock()
        self.lists: dict[str, dict[str, str | None]] = {}
        self._columns = {name: _columns(entity) for name, entity in catalogue().items()}
        self._inserts: dict[str, str] = {}
        self.create()

    def create(self) -> None:
        """Create the tables that are missing."""
        self.db.execute("CREATE TABLE IF NOT EXISTS _meta (key TEXT PRIMARY KEY, value TEXT)")
        self.db.execute("CREATE TABLE IF NOT EXISTS _files (id INTEGER PRIMARY KEY, data BLOB)")
        for name, columns in self._columns.items():
            spec = "".join(f', "{column}" {kind}' for column, kind in columns)
            self.db.execute(f'CREATE TABLE IF NOT EXISTS "{name}" (id INTEGER PRIMARY KEY{spec}, body TEXT NOT NULL)')
            marks = ",".join("?" * (len(columns) + 2))
            self._inserts[name] = f'INSERT OR REPLACE INTO "{name}" VALUES ({marks})'  # noqa: S608  own names

    def index(self) -> None:
        """Create the indexes; after a bulk load this is much quicker than before it."""
        for name, columns in self._columns.items():
            for column, _ in columns:
                self.db.execute(f'CREATE INDEX IF NOT EXISTS "{name}_{column}" ON "{name}" ("{column}")')
        self.db.execute("PRAGMA optimize")

    def clear(self) -> None:
        """Drop every row and index."""
        for name in self._columns:
            self.db.execute(f'DROP TABLE "{name}"')
        self.db.execute("DELETE FROM _meta")
        self.db.execute("DELETE FROM _files")
        self.create()

    def close(self) -> None:
        """Release the file."""
        self.db.close()
        if self._temporary:
            self._temporary.cleanup()

    def column(self, entity: str, field: str) -> bool:
        """Whether a field has its own column."""
        return any(column == field for column, _ in self._columns[entity])

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Group writes."""
        self.db.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            if self.db.in_transaction:
                self.db.execute("ROLLBACK")
            raise
        self.db.execute("COMMIT")

    def put(self, entity: str, rows: Iterable[dict[str, Any]]) -> None:
        """Insert or replace rows."""
        columns = self._columns[entity]
        self.db.executemany(self._inserts[entity], (_record(row, columns) for row in rows))

    def get(self, entity: str, record_id: int) -> dict[str, Any] | None:
        """Read one row."""
        found = self.db.execute(f'SELECT body FROM "{entity}" WHERE id = ?', (record_id,)).fetchone()  # noqa: S608
        return None if found is None else orjson.loads(found[0])

    def delete(self, entity: str, record_id: int) -> None:
        """Remove one row; its id is never given to another."""
        self.set_meta(f"last_id {entity}", self.next_id(entity) - 1)
        self.db.execute(f'DELETE FROM "{entity}" WHERE id = ?', (record_id,))  # noqa: S608

    def next_id(self, entity: str) -> int:
        """The id of the next row."""
        (last,) = self.db.execute(f'SELECT max(id) FROM "{entity}"').fetchone()  # noqa: S608
        return max(last or 0, int(self.meta(f"last_id {entity}") or 0), 99) + 1

    def count(self, entity: str, where: str = "1", arguments: Iterable[Any] = ()) -> int:
        """Number of rows that meet a condition."""
        sql = f'SELECT count(*) FROM "{entity}" WHERE {where}'  # noqa: S608
        return int(self.db.execute(sql, tuple(arguments)).fetchone()[0])

    def select(
        self, entity: str, where: str = "1", arguments: Iterable[Any] = (), *, tail: str = "ORDER BY id"
    ) -> list[dict[str, Any]]:
        """Rows that meet a condition, by id."""
        sql = f'SELECT body FROM "{entity}" WHERE {where} {tail}'  # noqa: S608
        return [orjson.loads(body) for (body,) in self.db.execute(sql, tuple(arguments))]

    def meta(self, key: str) -> str | None:
        """Read a note about the desk itself."""
        found = self.db.execute("SELECT value FROM _meta WHERE key = ?", (key,)).fetchone()
        return None if found is None else str(found[0])

    def set_meta(self, key: str, value: object) -> None:
        """Keep a note about the desk itself."""
        self.db.execute("INSERT OR REPLACE INTO _meta VALUES (?, ?)", (key, str(value)))


def _columns(entity: Entity) -> tuple[tuple[str, str], ...]:
    return tuple(
        (field.name, "INTEGER" if field.numeric else "DATE_TEXT" if field.kind == "datetime" else "TEXT COLLATE NOCASE")
        for field in entity.fields
        if field.name in _INDEXED
    )


def _record(row: dict[str, Any], columns: tuple[tuple[str, str], ...]) -> tuple[Any, ...]:
    values = [row["id"]]
    values += [sortable(row.get(name)) if kind == "DATE_TEXT" else row.get(name) for name, kind in columns]
    values.append(orjson.dumps(row).decode())
    return tuple(values)
