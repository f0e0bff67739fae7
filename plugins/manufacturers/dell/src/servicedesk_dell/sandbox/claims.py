"""The claims of the sandbox, in SQLite, and how they live on."""

import json
import sqlite3
import threading
import weakref
from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

_STEPS = {
    "Parts Review": (4, "DSP"),
    "Request Resubmitted": (4, "DSP"),
    "DSP": (20, "Shipped Parts"),
    "Shipped Parts": (72, "Defective Part Received"),
}
"""Status, hours that it lasts, and what follows."""
LEAST_EVIDENCE = 20
"""Characters of a note below which a claim is denied."""
NO_EVIDENCE = "Insufficient evidence of failure. Add the results of your diagnostics."


class Claims:
    """All claims.

    Args:
        path: File that keeps them; None means memory.
    """

    def __init__(self, path: Path | None) -> None:
        self.lock = threading.RLock()
        self._db = sqlite3.connect(path or ":memory:", check_same_thread=False, isolation_level=None)
        self._closing = weakref.finalize(self, self._db.close)
        self._db.execute(
            "CREATE TABLE IF NOT EXISTS claims"
            " (code TEXT PRIMARY KEY, number INTEGER, created_s REAL, since_s REAL, status TEXT, body TEXT)"
        )
        self._db.execute("CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value TEXT)")

    def count(self) -> int:
        """How many there are."""
        return int(self._one("SELECT count(*) FROM claims")[0])

    def create(self, now: datetime, fields: dict[str, Any]) -> dict[str, Any]:
        """Make a claim; its code counts up."""
        with self.lock:
            number = int(self._one("SELECT coalesce(max(number), 1000000000) + 1 FROM claims")[0])
            claim = {
                "code": f"SR{number}", "number": number, "created_s": now.timestamp(), "since_s": now.timestamp(),
                "status": "Parts Review", "denials": 0, "dps": "", "waybill": "", "denied_reason": "", **fields,
            }  # fmt: skip
            self.save(claim)
        return claim

    def get(self, code: str) -> dict[str, Any] | None:
        """One claim."""
        row = self._db.execute("SELECT body FROM claims WHERE code = ?", (code,)).fetchone()
        return None if row is None else json.loads(row[0])

    def save(self, claim: dict[str, Any]) -> None:
        """Keep a claim as it is now."""
        with self.lock:
            self._db.execute(
                "INSERT OR REPLACE INTO claims VALUES (?, ?, ?, ?, ?, ?)",
                (claim["code"], claim["number"], claim["created_s"], claim["since_s"], claim["status"],
                 json.dumps(claim)),
            )  # fmt: skip

    def since(self, instant: datetime) -> list[dict[str, Any]]:
        """The claims made since an instant, newest first."""
        rows = self._db.execute(
            "SELECT body FROM claims WHERE created_s >= ? ORDER BY number DESC", (instant.timestamp(),)
        )
        return [json.loads(body) for (body,) in rows]

    def move(self, claim: dict[str, Any], status: str, at: datetime, **facts: Any) -> None:
        """Give a claim another status."""
        claim |= {"status": status, "since_s": at.timestamp(), **facts}
        self.save(claim)

    def deny(self, code: str, reason: str, at: datetime) -> None:
        """Deny a claim; it may be sent again."""
        with self.lock:
            claim = self.get(code)
            if claim is None:
                raise ValueError(f"there is no claim {code}")
            self.move(claim, "Dispatch Denied", at, denied_reason=reason, denials=claim["denials"] + 1)

    def live(self, now: datetime) -> dict[str, int]:
        """Let all claims go on until an instant."""
        counts: Counter[str] = Counter(approved=0, denied=0, shipped=0, received=0)
        with self.lock:
            for (body,) in self._db.execute("SELECT body FROM claims ORDER BY number").fetchall():
                self._live(json.loads(body), now, counts)
        return dict(counts)

    def clear(self) -> None:
        """Forget all."""
        self._db.execute("DELETE FROM claims")

    def meta(self, key: str) -> str | None:
        """A remembered value."""
        row = self._db.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
        return None if row is None else str(row[0])

    def set_meta(self, key: str, value: str) -> None:
        """Remember a value."""
        self._db.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (key, value))

    def close(self) -> None:
        """Release the file."""
        self._closing()

    def _live(self, claim: dict[str, Any], now: datetime, counts: Counter[str]) -> None:
        while (step := _STEPS.get(claim["status"])) is not None:
            at = datetime.fromtimestamp(claim["since_s"], now.tzinfo) + timedelta(hours=step[0])
            if at > now:
                return
            if step[1] == "DSP" and len(claim.get("note", "")) < LEAST_EVIDENCE:
                self.deny(claim["code"], NO_EVIDENCE, at)
                counts["denied"] += 1
                return
            facts: dict[str, Any] = {}
            if step[1] == "DSP":
                facts["dps"] = f"{claim['number'] - 999_000_000:09d}"
                counts["approved"] += 1
            elif step[1] == "Shipped Parts":
                facts["waybill"] = f"1Z{claim['number']}"
                counts["shipped"] += 1
            else:
                counts["received"] += 1
            self.move(claim, step[1], at, **facts)

    def _one(self, query: str) -> Any:
        return self._db.execute(query).fetchone()
