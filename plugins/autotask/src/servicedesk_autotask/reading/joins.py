"""Folding rows of other entities into records, so that a payload can be mapped without looking anything up."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, TypeVar

from servicedesk_autotask.api.client import Api, Row
from servicedesk_autotask.api.query import MAX_IDS, MAX_ROWS, Condition, where, wire_instant
from servicedesk_autotask.reading.keyset import id_pages, whole_number
from servicedesk_autotask.reading.stream import JOINED, Join
from servicedesk_core.errors import PermissionDeniedError
from servicedesk_core.hooks import LogSink

T = TypeVar("T")


def batches(items: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    """Cut a sequence into pieces of at most ``size``."""
    for start in range(0, len(items), size):
        yield items[start : start + size]


class Joiner:
    """Folds joins into the pages of one pass; remembers what it looked up.

    An entity that the API user may not see leaves its part out, with one warning: the record itself is worth more.

    Args:
        api: The tenant's interface.
        now: The present, for rows with a range of dates.
        log: Told about what may not be seen.
        reserved: Whether the quota's share for incremental work may be used.
    """

    def __init__(self, api: Api, *, now: datetime, log: LogSink, reserved: bool) -> None:
        self._api = api
        self._now = now
        self._log = log
        self._reserved = reserved
        self._looked_up: dict[str, dict[int, dict[str, Any] | None]] = defaultdict(dict)
        self._hidden: set[str] = set()

    async def fold(self, rows: Sequence[Row], joins: Sequence[Join]) -> list[Row]:
        """Return the rows with their joins; the rows themselves stay as they are."""
        if not joins or not rows:
            return list(rows)
        parts: list[dict[str, Any]] = [{} for _ in rows]
        for join in joins:
            keys = [whole_number(row.get(join.local)) for row in rows]
            wanted = sorted({key for key in keys if key is not None})
            try:
                found = await (self._lists(join, wanted) if join.many else self._singles(join, wanted))
            except PermissionDeniedError as error:
                self._hide(join, error)
            if join.entity in self._hidden:
                continue
            for part, key in zip(parts, keys, strict=True):
                part[join.key] = found.get(key) if key is not None else None
                if join.many and part[join.key] is None:
                    part[join.key] = []
        return [{**row, JOINED: part} for row, part in zip(rows, parts, strict=True)]

    async def _singles(self, join: Join, wanted: Sequence[int]) -> dict[int, Any]:
        known = self._looked_up[join.entity]
        if join.entity not in self._hidden:
            for batch in batches([key for key in wanted if key not in known], MAX_IDS):
                known.update(dict.fromkeys(batch))
                for key, row in await self._rows(join, batch):
                    known[key] = row
        return dict(known)

    async def _lists(self, join: Join, wanted: Sequence[int]) -> dict[int, Any]:
        found: dict[int, list[dict[str, Any]]] = defaultdict(list)
        if join.entity not in self._hidden:
            for batch in batches(wanted, MAX_IDS):
                for key, row in await self._rows(join, batch):
                    found[key].append(row)
        return dict(found)

    async def _rows(self, join: Join, keys: Sequence[int]) -> list[tuple[int, dict[str, Any]]]:
        conditions: list[Condition] = [where(join.remote, "in", list(keys))]
        if join.current:
            start, end = join.current
            conditions += [where(start, "lte", wire_instant(self._now)), where(end, "gte", wire_instant(self._now))]
        rows: list[Row] = []
        async for page in id_pages(self._api, join.entity, conditions, size=MAX_ROWS, reserved=self._reserved):
            rows += page.rows
        kept = []
        for row in await self.fold(rows, join.joins):
            key = whole_number(row.get(join.remote))
            if key is not None:
                slim = {name: row.get(name) for name in join.keep}
                kept.append((key, {**slim, JOINED: row[JOINED]} if JOINED in row else slim))
        return kept

    def _hide(self, join: Join, error: PermissionDeniedError) -> None:
        self._hidden.add(join.entity)
        self._log.warning("Autotask hides %s; records are read without it. %s", join.entity, error.hint or "")
