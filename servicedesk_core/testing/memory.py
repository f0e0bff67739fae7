"""A connection's memory that lives as long as the test."""

from typing import Any

import orjson


class MemoryState:
    """A connection's memory in a dictionary; values make the same round trip through JSON as in the store."""

    def __init__(self) -> None:
        self._values: dict[str, bytes] = {}

    async def get(self, key: str) -> Any | None:
        """Return the value, or ``None`` when the key was never set."""
        return orjson.loads(self._values[key]) if key in self._values else None

    async def put(self, key: str, value: Any) -> None:
        """Store a JSON-serialisable value."""
        self._values[key] = orjson.dumps(value)

    async def delete(self, key: str) -> None:
        """Forget the key, if it is there."""
        self._values.pop(key, None)
