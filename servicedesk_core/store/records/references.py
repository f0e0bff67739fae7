"""References of live records to records that the store does not have."""

from collections.abc import Collection, Sequence

from sqlalchemy import Connection, or_, select

from servicedesk_core.domain import REFERENCES
from servicedesk_core.store.records.stored import known
from servicedesk_core.store.schema import RECORDS, changes

_PIECE = 5000


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
