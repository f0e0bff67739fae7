"""A connection's small durable memory: a connector's own, and core's, whose keys begin with ``core:``."""

from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, delete, select

from servicedesk_core.store import upserting
from servicedesk_core.store.schema import state
from servicedesk_core.store.store import Store

CLOCK_AHEAD: Final = "core:clock_ahead_s"
"""Seconds that our clock was ahead of the vendor's, when they were last compared."""


def put(tx: Connection, source_id: int, key: str, value: Any, now: datetime) -> None:
    """Store a JSON-serialisable value."""
    upserting.put(tx, state, {"source_id": source_id, "key": key, "value": value, "updated_at": now})


def of_all(tx: Connection, key: str) -> dict[int, Any]:
    """Return the values of a key by source."""
    found = tx.execute(select(state.c.source_id, state.c.value).where(state.c.key == key))
    return dict(found.all())


class StoreState:
    """Keeps :class:`servicedesk_core.ports.StateStore` in the store.

    Args:
        store: Where.
        source_id: Whose memory.
    """

    def __init__(self, store: Store, source_id: int) -> None:
        self._store = store
        self._source_id = source_id

    async def get(self, key: str) -> Any | None:
        """Return the value, or ``None`` when the key was never set."""
        query = select(state.c.value).where(state.c.source_id == self._source_id, state.c.key == key)
        return await self._store.read(lambda tx: tx.execute(query).scalar_one_or_none())

    async def put(self, key: str, value: Any) -> None:
        """Store a JSON-serialisable value durably."""
        now = self._store.clock.now()
        await self._store.write(lambda tx: put(tx, self._source_id, key, value, now))

    async def delete(self, key: str) -> None:
        """Forget the key, if it is there."""
        statement = delete(state).where(state.c.source_id == self._source_id, state.c.key == key)
        await self._store.write(lambda tx: tx.execute(statement) and None)
