"""What one client, or one queue, may see of the desk. Whatever is not known to belong to it is left out."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Connection, Select, and_, bindparam, false, func, not_, or_, select, true

from servicedesk_core.arguments import strict
from servicedesk_core.domain import REFERENCES, STREAMS, Entity, TicketEvent
from servicedesk_core.domain.base import OF_DESK
from servicedesk_core.errors import NotFoundLocallyError, NotPermittedError, SettingsError
from servicedesk_core.store import bulk, schema, sources
from servicedesk_core.store.fields import to_json
from servicedesk_core.store.schema import RECORDS

E = TypeVar("E", bound=Entity)
T = TypeVar("T")

_OF, _S = RECORDS["tickets"].c.source_id, schema.sources.c
_OTHERS = (select(_OF).where(beyond).exists() for beyond in (_S.id > _OF, _S.id < _OF))
_SOURCE = select(_S.id, not_(or_(*_OTHERS))).where(_S.name == bindparam("name"))
# Most desks have tickets of one source only, and to look at the source of each costs SQLite two fifths of a count. What
# a transaction reads here stays true as long as it lasts.


@strict
@dataclass(frozen=True, slots=True)
class Scope:
    """Whose records a read may answer with: those of some companies, of some queues, or of both at once.

    Args:
        connection: Name of the connection whose ids the others are; records of other connections are not seen.
        companies: The vendor's ids of the companies; empty = of any.
        queues: The vendor's ids of the queues whose tickets are seen; empty = of any.

    Raises:
        SettingsError: Neither a company nor a queue is named.
    """

    connection: str
    companies: Collection[str] = frozenset()
    queues: Collection[str] = frozenset()

    def __post_init__(self) -> None:
        for name in ("companies", "queues"):
            value = getattr(self, name)
            object.__setattr__(self, name, frozenset((value,) if isinstance(value, str) else value))
        if not self.companies and not self.queues:
            message = "A scope without a company and without a queue would see everything."
            raise SettingsError(message, hint="Name at least one, or pass no scope.")

    def within(self, other: "Scope") -> "Scope":
        """Return what both let through.

        Raises:
            NotPermittedError: That is nothing.
        """
        both = {
            name: mine & theirs if mine and theirs else mine | theirs
            for name, mine, theirs in (
                ("companies", frozenset(self.companies), frozenset(other.companies)),
                ("queues", frozenset(self.queues), frozenset(other.queues)),
            )
        }
        lost = any(not left and getattr(self, name) for name, left in both.items())
        if lost or self.connection != other.connection:
            message = "The scope lets nothing through that whoever acts may see."
            raise NotPermittedError(message, hint="Ask for what is theirs, or without a scope for all of it.")
        return Scope(self.connection, **both)

    @property
    def limits(self) -> dict[str, Collection[str]]:
        """Which ids each field of a ticket may hold; a field that may hold any is not among them."""
        both = {"company_ref": self.companies, "queue_ref": self.queues}
        return {field: ids for field, ids in both.items() if ids}

    @staticmethod
    def on_tickets(scope: "Scope | None") -> tuple[str, dict[str, str]]:
        """Return what is true of the rows of ``v_tickets`` in a scope: SQL, and the values of its parameters.

        Args:
            scope: The scope; without one everything is seen.
        """
        if scope is None:
            return "1 = 1", {}
        conditions, values = ["connection = :scope_connection"], {"scope_connection": scope.connection}
        for column, ids in scope.limits.items():
            own = {f"{column}_{number}": ref for number, ref in enumerate(sorted(ids))}
            conditions.append(f"{column} IN ({', '.join(f':{name}' for name in own)})")
            values |= own
        return " AND ".join(conditions), values


def source_of(tx: Connection, connection: str, scope: Scope | None = None) -> int:
    """Return the number of a connection's source; in a scope no other than its own is there.

    Args:
        tx: Any transaction.
        connection: Name of the connection.
        scope: The scope.

    Raises:
        NotFoundLocallyError: There is no such connection.
    """
    if scope is not None and connection != scope.connection:
        raise sources.unknown(connection, (scope.connection,))
    return sources.id_of(tx, connection)


class Sight:
    """A scope, held against one store.

    Args:
        tx: Any transaction.
        scope: The scope.

    Raises:
        NotFoundLocallyError: There is no such connection.
    """

    def __init__(self, tx: Connection, scope: Scope) -> None:
        self._tx = tx
        self.scope = scope
        self._is_sqlite = tx.dialect.name == "sqlite"
        found = tx.execute(_SOURCE, {"name": scope.connection}).one_or_none() if self._is_sqlite else None
        self.source_id: int = sources.id_of(tx, scope.connection) if found is None else found[0]
        self._has_all_tickets = found is not None and bool(found[1])
        self._made = _made(scope, self.source_id, self._is_sqlite, self._has_all_tickets)

    def once(self, what: str, make: Callable[[], T]) -> T:
        """Return what was made of this scope before, else make it: to build SQL takes longer than most reads."""
        if what not in self._made:
            self._made[what] = make()
        made: T = self._made[what]
        return made

    def condition(self, stream: str) -> ColumnElement[bool] | None:
        """Return what is true of the stream's rows in the scope; ``None`` when none of them belong to a client."""
        return self.once(stream, lambda: self._condition(stream))

    def live(self, stream: str) -> ColumnElement[bool] | None:
        """Return the same of records that the vendor still has: what hangs on a ticket is found by an index of them."""
        return self.once(f"live {stream}", lambda: self._condition(stream, live=True))

    def among(self, column: ColumnElement[Any], ids: Collection[str] | Collection[int]) -> ColumnElement[bool]:
        """Return that a column holds one of some ids; in SQLite as one value, which is quicker than one each."""
        if not self._is_sqlite:
            return column.in_(ids)
        return column.in_(select(func.json_each(to_json(sorted(ids))).table_valued("value").c.value))

    def require(self, stream: str) -> ColumnElement[bool]:
        """Return :meth:`condition`.

        Raises:
            NotFoundLocallyError: Records of the stream belong to no single client.
        """
        if (condition := self.condition(stream)) is None:
            message = f"The stream {stream} holds nothing that belongs to the scope of this read."
            raise NotFoundLocallyError(message, hint="Read it without a scope, for the desk itself.")
        return condition

    def _condition(self, stream: str, *, live: bool = False) -> ColumnElement[bool] | None:
        table, own = RECORDS.get(stream), self._own(stream)
        if table is None or own is None:
            return None
        seeks = live and owner_of(stream)[1] == "tickets"
        of_source = table.c.source_id == self.source_id if seeks else self.of_source(table.c.source_id)
        if stream == "tickets" and self._has_all_tickets:
            of_source = true()
        return and_(of_source, own, *((table.c.gone_at.is_(None),) if live else ()))

    def _own(self, stream: str) -> ColumnElement[bool] | None:
        scope = self.scope
        if stream == "tickets":
            return and_(*(self.among(RECORDS[stream].c[name], ids) for name, ids in scope.limits.items()))
        if stream == "companies":
            own = RECORDS["companies"].c.external_id
            return self.among(own, scope.companies) if scope.companies else own.in_(self._ids("tickets", "company_ref"))
        field, owner = owner_of(stream)
        if owner is None:
            return None
        column = RECORDS[stream].c[field]
        if owner == "companies":
            return self.among(column, scope.companies) if scope.companies else None
        return None if self.condition(owner) is None else column.in_(self._ids(owner))

    def _ids(self, stream: str, column: str = "external_id") -> Select[tuple[str]]:
        return select(RECORDS[stream].c[column]).where(self.require(stream))

    def local_ids(self, stream: str, ids: Iterable[int]) -> frozenset[int]:
        """Return those of the desk's own ids of a stream that are in the scope."""
        if (condition := self.condition(stream)) is None:
            return frozenset()
        column = RECORDS[stream].c.local_id
        return frozenset(self._tx.execute(select(column).where(self.among(column, list(ids)), condition)).scalars())

    def is_limited(self, target: str) -> bool:
        """Whether a reference to a stream may lead out of the scope: to another client's record, or another queue."""
        if target == "queues":
            return bool(self.scope.queues)
        return STREAMS[target].whose != OF_DESK

    def nameable(self, target: str) -> ColumnElement[bool]:
        """Return what is true of those rows of a stream that somebody who has the scope may hear of."""
        if not self.is_limited(target):
            return true()
        if target == "queues":
            return self.among(RECORDS[target].c.external_id, self.scope.queues)
        condition = self.condition(target)
        return false() if condition is None else condition

    def refs(self, target: str, refs: Iterable[str]) -> frozenset[str]:
        """Return those of the vendor's ids of a stream that a record in the scope may name."""
        wanted = {ref for ref in refs if ref}
        if not self.is_limited(target):
            return frozenset(wanted)
        if target == "queues":
            return frozenset(wanted) & frozenset(self.scope.queues)
        condition = self.condition(target)
        if condition is None or not wanted:
            return frozenset()
        ids = select(RECORDS[target].c.local_id).where(condition)
        query = f"SELECT local_id, external_id FROM {target} WHERE source_id = {{source}} AND external_id IN {{values}}"  # noqa: S608
        found = {row[0]: row[1] for row in bulk.select_in(self._tx, query, self.source_id, wanted)}
        seen = self._tx.execute(ids.where(self.among(RECORDS[target].c.local_id, list(found)))).scalars()
        return frozenset(found[local_id] for local_id in seen)

    def holds(self, stream: str, ref: ColumnElement[Any], column: str = "external_id") -> ColumnElement[bool]:
        """Return that some record of a stream in the scope has a reference in a column.

        Each reference is looked up, because of those there are few: a list of what is in the scope may be long.
        """
        table, condition = RECORDS[stream], self.condition(stream)
        if condition is None:
            return false()
        by_key = (table.c.source_id == self.source_id,) if column == "external_id" else ()
        named = select(table.c.local_id).where(table.c[column] == ref, *by_key, condition)
        return named.correlate_except(table).exists()

    def of_source(self, column: ColumnElement[int]) -> ColumnElement[bool]:
        """Return that a row is of the scope's source, in words that keep SQLite from walking all rows of the source."""
        return (column + 0 if self._is_sqlite else column) == self.source_id

    def state(self, state: Mapping[str, Any], stream: str = "tickets") -> dict[str, Any]:
        """Return fields of a record, as an event or a write has them, without references that lead out of the scope."""
        wanted: dict[str, set[str]] = {}
        for target, refs in _of_state(state, stream):
            wanted.setdefault(target, set()).update(refs)
        return _state(state, {target: self.refs(target, refs) for target, refs in wanted.items()}, stream)

    def foreign(self, state: Mapping[str, Any], stream: str) -> tuple[str, ...]:
        """Return which fields of a record refer to something outside of the scope, or to nothing that is known."""
        given = {name: list(value) if isinstance(value, tuple) else value for name, value in state.items() if value}
        kept = self.state(given, stream)
        return tuple(name for name, value in given.items() if kept.get(name) != value)

    def cleaned(self, records: Sequence[E]) -> tuple[E, ...]:
        """Return records without references that lead out of the scope."""
        wanted: dict[str, set[str]] = {}
        for record in records:
            for target, refs in _references(record):
                wanted.setdefault(target, set()).update(refs)
        seen = {target: self.refs(target, refs) for target, refs in wanted.items()}
        return tuple(_without(record, seen) for record in records)


@lru_cache(maxsize=256)
def _made(
    _scope: Scope,
    _source_id: int,
    _is_sqlite: bool,  # noqa: FBT001  # keys
    _has_all_tickets: bool,  # noqa: FBT001
) -> dict[str, Any]:
    """Return what :meth:`Sight.once` made for a scope."""
    return {}


def owner_of(stream: str) -> tuple[str, str | None]:
    """Return which field says whose the records of a stream are, and the stream it refers to, where there is one."""
    entity = STREAMS.get(stream)
    field = (entity and entity.whose) or ""
    return field, REFERENCES.get(stream, {}).get(field)


def _references(record: Entity) -> Iterable[tuple[str, tuple[str, ...]]]:
    for column, target in REFERENCES[record.stream].items():
        value = getattr(record, column)
        yield target, value if isinstance(value, tuple) else (value,) if value else ()
    if isinstance(record, TicketEvent):
        for state in (record.before, record.after):
            yield from _of_state(state, "tickets")


def _of_state(state: Mapping[str, Any], stream: str) -> Iterable[tuple[str, tuple[str, ...]]]:
    for column, target in REFERENCES[stream].items():
        value = state.get(column)
        yield target, tuple(map(str, value)) if isinstance(value, list | tuple) else (value,) if value else ()


def _without(record: E, seen: Mapping[str, Collection[str]]) -> E:
    changes: dict[str, Any] = {}
    for column, target in REFERENCES[record.stream].items():
        value = getattr(record, column)
        if isinstance(value, tuple):
            changes[column] = tuple(ref for ref in value if ref in seen[target])
        elif value is not None and value not in seen[target]:
            changes[column] = None
    if isinstance(record, TicketEvent):
        changes["before"] = _state(record.before, seen, "tickets")
        changes["after"] = _state(record.after, seen, "tickets")
    return record.model_copy(update=changes)


def _state(state: Mapping[str, Any], seen: Mapping[str, Collection[str]], stream: str) -> dict[str, Any]:
    kept: dict[str, Any] = {}
    for name, value in state.items():
        target = REFERENCES[stream].get(name)
        if target is None or value is None:
            kept[name] = value
        elif isinstance(value, list | tuple):
            kept[name] = [ref for ref in value if ref in seen[target]]
        elif value in seen[target]:
            kept[name] = value
    return kept
