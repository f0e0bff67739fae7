"""References of live records: to records that the store does not have, and records to which none leads any more."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import orjson
from sqlalchemy import Connection, or_, select

from servicedesk_core.domain import REFERENCES
from servicedesk_core.store.records.stored import known
from servicedesk_core.store.schema import RECORDS, changes

_PIECE = 5000
_MADE_BY_CORE = frozenset({"tickets", "ticket_events"})
"""Core folds and derives these, so they may well have no payload of their own."""
_NAMED = {**REFERENCES, "ticket_events": {**REFERENCES["ticket_events"], "actor_ref": "technicians"}}


def dangling(
    tx: Connection,
    source_id: int,
    limit: int = 1000,
    *,
    after_seq: int | None = None,
    targets: Collection[str] | None = None,
) -> dict[str, list[str]]:
    """Return, by stream, ids that live records refer to and the store does not have; at most ``limit`` a stream.

    Looks at every live record unless told otherwise: a minute for a million tickets.

    Args:
        tx: Any transaction.
        source_id: Whose records.
        limit: At most so many ids for each stream.
        after_seq: Only references of records that the changes feed names after this position.
        targets: Only references to records of these streams; ``None`` = of all.
    """
    wanted: dict[str, set[str]] = {}
    for stream, references in REFERENCES.items():
        single = {
            column: target
            for column, target in references.items()
            if not column.endswith("_refs") and (targets is None or target in targets)
        }
        if not single:
            continue
        table = RECORDS[stream].c
        columns = [table[column] for column in single]
        query = select(*columns).where(
            table.source_id == source_id, table.gone_at.is_(None), or_(*(column.is_not(None) for column in columns))
        )
        if after_seq is not None:
            news = select(changes.c.local_id).where(changes.c.seq > after_seq, changes.c.entity == stream)
            query = query.where(table.local_id.in_(news))
        into = [wanted.setdefault(target, set()) for target in single.values()]
        for row in tx.execute(query.execution_options(yield_per=_PIECE)):
            for refs, ref in zip(into, row, strict=True):
                if ref is not None:
                    refs.add(ref)
    missing = {stream: _absent(tx, source_id, stream, sorted(refs), limit) for stream, refs in wanted.items()}
    return {stream: refs for stream, refs in missing.items() if refs}


def unnamed(tx: Connection, source_id: int) -> dict[str, list[str]]:
    """Return, by stream, live records that others stated by the way and that no live record names any more.

    An event names also whom it names in what it changed. Looks at every live record of the source.

    Args:
        tx: Any transaction.
        source_id: Whose records.
    """
    left = {stream: _stated(tx, source_id, stream) for stream in RECORDS if stream not in _MADE_BY_CORE}
    for stream, references in _NAMED.items():
        for column, target in references.items():
            if left.get(target):
                left[target] -= _named_in(tx, source_id, stream, column)
    if any(left.values()):
        table = RECORDS["ticket_events"].c
        query = select(table.before, table.after).where(table.source_id == source_id, table.gone_at.is_(None))
        for states in tx.execute(query.execution_options(yield_per=_PIECE)):
            for state in states:
                _leave_out(left, orjson.loads(state))
    return {stream: sorted(ids) for stream, ids in left.items() if ids}


def _stated(tx: Connection, source_id: int, stream: str) -> set[str]:
    """Return the live records of a stream that have no payload of their own."""
    table = RECORDS[stream].c
    query = select(table.external_id).where(
        table.source_id == source_id, table.gone_at.is_(None), table.raw_hash.is_(None)
    )
    return set(tx.execute(query).scalars())


def _named_in(tx: Connection, source_id: int, stream: str, column: str) -> set[str]:
    table = RECORDS[stream].c
    query = select(table[column]).distinct()
    found = tx.execute(query.where(table.source_id == source_id, table.gone_at.is_(None), table[column].is_not(None)))
    if not column.endswith("_refs"):
        return set(found.scalars())
    return {ref for refs in found.scalars() for ref in orjson.loads(refs)}


def _leave_out(left: dict[str, set[str]], state: Mapping[str, Any]) -> None:
    """Leave out what a ticket's state names, or the states within it."""
    for name, value in state.items():
        if isinstance(value, dict):
            _leave_out(left, value)
        elif target := REFERENCES["tickets"].get(name):
            left.get(target, set()).difference_update(value if isinstance(value, list) else [value])


def _absent(tx: Connection, source_id: int, stream: str, refs: Sequence[str], limit: int) -> list[str]:
    """Return the first ids that the store does not have."""
    absent: list[str] = []
    for start in range(0, len(refs), _PIECE):
        piece = refs[start : start + _PIECE]
        there = known(tx, source_id, stream, piece)
        absent += [ref for ref in piece if ref not in there]
        if len(absent) >= limit:
            break
    return absent[:limit]
