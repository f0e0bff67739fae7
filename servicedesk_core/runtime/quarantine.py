"""Records that could not be understood: look at them, try them again, forget them."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from servicedesk_core.errors import NotFoundLocallyError
from servicedesk_core.store import Store, quarantine, sources
from servicedesk_core.store.queries.scope import Scope

_ALL = 1_000_000


@dataclass(frozen=True, slots=True)
class QuarantinedRecord:
    """A record in quarantine.

    Attributes:
        id: Its number.
        connection: Connection that brought it.
        stream: Name of the stream.
        external_id: The vendor's id.
        reason: Why it was not understood; no record text.
        first_seen_at: When it was first met.
        last_seen_at: When it was last met.
        attempts: How often it was tried.
        raw: The vendor's payload; ``None`` in lists.
    """

    id: int
    connection: str
    stream: str
    external_id: str
    reason: str
    first_seen_at: datetime
    last_seen_at: datetime
    attempts: int
    raw: Any = None


@dataclass(frozen=True, slots=True)
class RetryOutcome:
    """What became of retried records.

    Attributes:
        released: Records that are in the store now.
        kept: Records that are still not understood.
    """

    released: int
    kept: int


@dataclass(frozen=True, slots=True)
class DropOutcome:
    """What was dropped.

    Attributes:
        dropped: How many records.
    """

    dropped: int


class Quarantine:
    """The quarantine of a desk."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def list(
        self,
        *,
        connection: str | None = None,
        stream: str | None = None,
        after_id: int = 0,
        limit: int = 100,
        scope: Scope | None = None,
    ) -> tuple[QuarantinedRecord, ...]:
        """Return records without their payload, by number.

        Args:
            connection: Only of this connection.
            stream: Only of this stream.
            after_id: Go on behind this number.
            limit: At most so many.
            scope: Nobody can say whose a record is that was not understood: with a scope there are none.

        Raises:
            NotFoundLocallyError: The store knows no such connection.
        """
        if scope is not None:
            return ()

        def work(tx: Connection) -> tuple[QuarantinedRecord, ...]:
            names = {source.id: source.name for source in sources.all(tx)}
            source_id = sources.get(tx, connection).id if connection else None
            rows = quarantine.list(tx, source_id, stream, after_id=after_id, limit=limit)
            return tuple(_record(row, names, raw=None) for row in rows)

        return await self._store.read(work)

    async def get(self, number: int, *, scope: Scope | None = None) -> QuarantinedRecord:
        """Return one record with its payload.

        Args:
            number: Its number.
            scope: With a scope there is none; see :meth:`list`.

        Raises:
            NotFoundLocallyError: It is not there.
        """
        if scope is not None:
            raise NotFoundLocallyError("The quarantine belongs to no scope.", hint="Look at it without one.")

        def work(tx: Connection) -> QuarantinedRecord:
            row = quarantine.get(tx, number)
            return _record(row, {source.id: source.name for source in sources.all(tx)}, raw=row.raw)

        return await self._store.read(work)

    async def chosen(
        self, numbers: Collection[int], *, connection: str | None = None, stream: str | None = None
    ) -> dict[str, tuple[int, ...]]:
        """Return the numbers of records by connection.

        Args:
            numbers: Which; empty = all that match.
            connection: Only of this connection.
            stream: Only of this stream.

        Raises:
            NotFoundLocallyError: A number is not there.
        """
        found = [await self.get(number) for number in numbers] or await self.list(
            connection=connection, stream=stream, limit=_ALL
        )
        by_connection: dict[str, tuple[int, ...]] = {}
        for record in found:
            by_connection[record.connection] = (*by_connection.get(record.connection, ()), record.id)
        return by_connection

    async def still_there(self, numbers: Collection[int]) -> int:
        """Return how many of the records are in quarantine."""
        left = await self.list(limit=_ALL)
        return sum(record.id in numbers for record in left)

    async def drop(self, numbers: Collection[int]) -> DropOutcome:
        """Forget records for good: all of them, or none.

        Raises:
            NotFoundLocallyError: A number is not there.
        """

        def work(tx: Connection) -> DropOutcome:
            for number in numbers:
                quarantine.get(tx, number)
            return DropOutcome(quarantine.drop(tx, numbers))

        return await self._store.write(work)


def _record(row: quarantine.Quarantined, names: dict[int, str], *, raw: Any) -> QuarantinedRecord:
    return QuarantinedRecord(
        id=row.id,
        connection=names.get(row.source_id, "?"),
        stream=row.stream,
        external_id=row.external_id,
        reason=row.reason,
        first_seen_at=row.first_seen_at,
        last_seen_at=row.last_seen_at,
        attempts=row.attempts,
        raw=raw,
    )
