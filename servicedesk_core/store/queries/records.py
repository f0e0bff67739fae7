"""The records of any stream, page by page."""

from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar, cast

from sqlalchemy import Connection, null, select

from servicedesk_core.arguments import did_you_mean
from servicedesk_core.domain import STREAMS, Entity
from servicedesk_core.errors import SettingsError
from servicedesk_core.store import sources
from servicedesk_core.store.codec import codec_of
from servicedesk_core.store.fields import from_us, to_us
from servicedesk_core.store.queries.scope import Scope, Sight, source_of
from servicedesk_core.store.schema import RECORDS

E_co = TypeVar("E_co", bound=Entity, covariant=True)
E = TypeVar("E", bound=Entity)


@dataclass(frozen=True, slots=True)
class StoredRecord(Generic[E_co]):
    """A record with what the desk knows of it.

    Attributes:
        local_id: The desk's own number; it rises in the order in which records came.
        connection: Name of the connection that it is of.
        changed_at: When its content last changed in the desk.
        record: The record.
    """

    local_id: int
    connection: str
    changed_at: datetime
    record: E_co


def page(
    tx: Connection,
    entity: type[E],
    *,
    after: int = 0,
    limit: int,
    connection: str | None = None,
    updated_since: datetime | None = None,
    scope: Scope | None = None,
    with_costs: bool = True,
) -> tuple[StoredRecord[E], ...]:
    """Return live records of a stream in the order in which they came.

    Args:
        tx: Any transaction.
        entity: Class of the stream's records.
        after: ``local_id`` of the last one of the page before.
        limit: At most so many; fewer means that there are no more.
        connection: Only of this connection.
        updated_since: Content changed in the desk at or after.
        scope: Only what it lets through, without references that lead out of it.
        with_costs: Whether fields that say what work and goods cost are read; no scope lets them through.

    Raises:
        SettingsError: It is no class of a stream.
        NotFoundLocallyError: There is no such connection, or the stream holds nothing that could belong to the scope.
    """
    if entity not in STREAMS.values():
        raise SettingsError(
            f"{entity!r} is no class of records.{did_you_mean(str(entity), STREAMS)}",
            hint='Name the class, such as TimeEntry, or STREAMS["time_entries"], both of servicedesk_core.domain.',
        )
    table, codec = RECORDS[entity.stream], codec_of(entity)
    c = table.c
    names = {source.id: source.name for source in sources.all(tx)}
    hidden = entity.costs if scope is not None or not with_costs else frozenset[str]()
    own = (null() if name in hidden else c[name] for name in codec.names)
    query = select(c.local_id, c.source_id, c.changed_at, c.external_id, *own)
    query = query.where(c.local_id > after, c.gone_at.is_(None)).order_by(c.local_id).limit(limit)
    if connection is not None:
        query = query.where(c.source_id == source_of(tx, connection, scope))
    if updated_since is not None:
        query = query.where(c.changed_at >= to_us(updated_since))
    sight = None if scope is None else Sight(tx, scope)
    if sight is not None:
        query = query.where(sight.require(entity.stream))
    rows = tx.execute(query).all()
    found = tuple(cast("E", codec.decode(external_id, values)) for _, _, _, external_id, *values in rows)
    if sight is not None:
        found = sight.cleaned(found)
    return tuple(
        StoredRecord(local_id, names[source_id], from_us(changed_at), record)
        for (local_id, source_id, changed_at, *_), record in zip(rows, found, strict=True)
    )
