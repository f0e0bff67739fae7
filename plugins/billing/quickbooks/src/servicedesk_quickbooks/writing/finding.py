"""Looking for what was made, by a property that is unique and our mark in a note."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Final

from servicedesk_core.hooks import Clock, FindResult, Known, ProvenAbsent, Write, carries_mark, looked_for
from servicedesk_quickbooks.api.client import Api
from servicedesk_quickbooks.api.language import Query, equals
from servicedesk_quickbooks.meaning.values import Row, objects, text

_LONGEST: Final = 21
_ANYBODYS: Final = "#"
"""Before a value whose record need not be ours: it only shows that the search works."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where records of a kind are looked for.

    Attributes:
        entity: The interface's name of them.
        field: The unique property.
        note: The property with our mark; the interface does not search it.
    """

    entity: str
    field: str
    note: str


class Finder:
    """Finds what was made.

    Args:
        api: The company's interface.
        clock: The time.
        settle_s: Seconds after which what a query does not show was not made.
    """

    def __init__(self, api: Api, clock: Clock, settle_s: float) -> None:
        self._api = api
        self._clock = clock
        self._settle_s = settle_s

    async def having(self, place: Place, value: str) -> list[Row]:
        """Return the records with this value, which the interface compares without regard to case."""
        rows = objects(await self._api.query(Query(place.entity, (equals(place.field, value),))))
        return [row for row in rows if (text(row.get(place.field)) or "").casefold() == value.casefold()]

    async def ours(self, place: Place, value: str, write_id: str) -> list[Row]:
        """Return those of them that carry the mark of a write."""
        return marked(place, await self.having(place, value), write_id)

    async def find(self, write: Write, place: Place, value: str, is_whole: Callable[[Row], bool]) -> FindResult:
        """Look for a write whose fate is unknown.

        Args:
            write: The write.
            place: Where its record is looked for.
            value: Its unique value.
            is_whole: Whether a record of ours is all that the write was to make; what is not counts as not made, and
                is gone on with when it is sent again.

        Raises:
            ConnectorError: The company could not be asked.
        """
        known = {one.id: one.ref for one in write.earlier}
        begun: list[str] = []

        async def search(key: str, parent: str | None) -> list[str]:
            del parent
            if key.startswith(_ANYBODYS):
                return [str(row.get("Id")) for row in await self.having(place, key[1:])]
            looked = value if key == write.id else await self._value_of(place, known.get(key)) or key[:_LONGEST]
            rows = await self.ours(place, looked, key)
            if key == write.id:
                begun.extend(str(row.get("Id")) for row in rows if not is_whole(row))
            return [str(row.get("Id")) for row in rows if key != write.id or is_whole(row)]

        async def canary() -> Known | None:
            newest = Query(place.entity, order="MetaData.CreateTime desc", most=10)
            for row in objects(await self._api.query(newest)):
                if found := text(row.get(place.field)):
                    return Known(f"{_ANYBODYS}{found}", str(row.get("Id")))
            return None

        found = await looked_for(write, search, now=self._clock.now(), settle_s=self._settle_s, canary=canary)
        return replace(found, begun=begun[0]) if isinstance(found, ProvenAbsent) and begun else found

    async def _value_of(self, place: Place, ref: str | None) -> str | None:
        if ref is None:
            return None
        rows = objects(await self._api.query(Query(place.entity, (equals("Id", ref),))))
        return text(rows[0].get(place.field)) if rows else None


def marked(place: Place, rows: Iterable[Row], write_id: str) -> list[Row]:
    """Return the records that carry the mark of a write."""
    return [row for row in rows if carries_mark(row.get(place.note), write_id)]
