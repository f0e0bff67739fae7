"""Since when records belong to a scope: what happened to them before was somebody else's."""

from collections.abc import Collection, Mapping

import orjson
from sqlalchemy import ColumnElement, Connection, and_, func, or_, select

from servicedesk_core.domain import STREAMS
from servicedesk_core.store.queries.scope import Sight, owner_of
from servicedesk_core.store.schema import RECORDS, changes


class Belonging:
    """Since when records belong to a scope, by the changes feed.

    Args:
        after_seq: Position before the first change of which it will be asked.
    """

    def __init__(self, after_seq: int) -> None:
        self._until = after_seq
        self._came: dict[tuple[str, int], int] = {}

    def take_in(self, tx: Connection, sight: Sight) -> None:
        """Learn from the feed, as far as it goes now, which records came into the scope from outside of it."""
        # What was looked through is not looked through again: moves are rare, and the feed is long.
        end = tx.execute(select(func.coalesce(func.max(changes.c.seq), 0))).scalar_one()
        if end <= self._until:
            return
        moves = or_(*(_is_move(stream, fields) for stream in STREAMS if (fields := _owning(stream, sight))))
        query = (
            select(changes.c.seq, changes.c.entity, changes.c.local_id, changes.c.states)
            .where(changes.c.seq > self._until, changes.c.seq <= end, changes.c.source_id == sight.source_id, moves)
            .order_by(changes.c.seq)
        )
        for seq, stream, local_id, states in tx.execute(query):
            before = {name: both[0] for name, both in orjson.loads(states or "{}").items()}
            if not _was_inside(sight, stream, before):
                self._came[stream, local_id] = seq
        self._until = end

    def since(self, tx: Connection, sight: Sight, stream: str, ids: Collection[int]) -> Mapping[int, int]:
        """Return the positions with which records that are in the scope now came into it; 0 = they always were.

        Args:
            tx: The transaction of :meth:`take_in`.
            sight: The scope.
            stream: Their stream.
            ids: The desk's own ids of them.
        """
        own = {local_id: self._came.get((stream, local_id), 0) for local_id in ids}
        field, owner = owner_of(stream)
        if owner in {None, "companies"} or not ids or stream == "tickets":
            return own
        child, parent = RECORDS[stream].c, RECORDS[owner].c
        named = select(child.local_id, parent.local_id.label("owner")).where(
            child.local_id.in_(ids), parent.source_id == child.source_id, parent.external_id == child[field]
        )
        owners = {row.local_id: row.owner for row in tx.execute(named)}
        theirs = self.since(tx, sight, owner, set(owners.values()))
        return own | {local_id: max(own[local_id], theirs[by]) for local_id, by in owners.items()}


def _owning(stream: str, sight: Sight) -> tuple[str, ...]:
    """Return the fields of a stream that say whether a record of it is in a scope."""
    field, owner = owner_of(stream)
    return tuple(sight.scope.limits) if stream == "tickets" else (field,) if owner is not None else ()


def _is_move(stream: str, fields: Collection[str]) -> ColumnElement[bool]:
    named = (changes.c.changed_fields.contains(f'"{field}"', autoescape=True) for field in fields)
    return and_(changes.c.entity == stream, or_(*named))


def _was_inside(sight: Sight, stream: str, before: Mapping[str, str | None]) -> bool:
    """Whether a record was in the scope as it was before; what nobody kept is not known, so it was not."""
    if stream == "tickets":
        return all(before[name] in ids for name, ids in sight.scope.limits.items() if name in before) and bool(before)
    field, owner = owner_of(stream)
    ref = before.get(field)
    return ref is not None and owner is not None and bool(sight.refs(owner, (ref,)))
