"""What a made-up vendor has, in a file that several processes share: each thing as JSON with its kind and id."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


class ThingsFile:
    """The things, and what goes wrong next."""

    def __init__(self, path: str) -> None:
        self.path = path
        with self._open() as rows:
            rows.execute("CREATE TABLE IF NOT EXISTS things (kind TEXT, id TEXT, told TEXT, PRIMARY KEY (kind, id))")

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        rows = sqlite3.connect(self.path, timeout=30)
        try:
            with rows:
                yield rows
        finally:
            rows.close()

    def put(self, kind: str, ref: str, **told: Any) -> None:
        with self._open() as rows:
            rows.execute("INSERT OR REPLACE INTO things VALUES (?, ?, ?)", (kind, ref, json.dumps({"id": ref} | told)))

    def add(self, kind: str, **told: Any) -> dict[str, Any]:
        with self._open() as rows:
            ref = str(rows.execute("SELECT count(*) + 1 FROM things WHERE kind = ?", (kind,)).fetchone()[0])
            rows.execute("INSERT INTO things VALUES (?, ?, ?)", (kind, ref, json.dumps({"id": ref} | told)))
        return {"id": ref} | told

    def all(self, kind: str) -> list[dict[str, Any]]:
        with self._open() as rows:
            found = rows.execute("SELECT told FROM things WHERE kind = ? ORDER BY rowid", (kind,)).fetchall()
        return [json.loads(told) for (told,) in found]

    def fail_next(self, how: str) -> None:
        self.put("fault", "next", how=how)

    def fault(self) -> str:
        with self._open() as rows:
            found = rows.execute("SELECT told FROM things WHERE kind = 'fault'").fetchone()
            rows.execute("DELETE FROM things WHERE kind = 'fault'")
        return json.loads(found[0])["how"] if found else ""
