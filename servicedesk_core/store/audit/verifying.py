"""Whether the chain holds: in itself, against the rest of the store, and against checkpoints kept elsewhere."""

import json
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, RowMapping, func, select

from servicedesk_core.store.audit.hashing import canonical, hash_of
from servicedesk_core.store.audit.model import FIRST, AuditProblem, AuditVerdict, Checkpoint
from servicedesk_core.store.audit.reading import AT_ONCE
from servicedesk_core.store.audit.witnessing import Witnesses
from servicedesk_core.store.fields import from_us, to_us
from servicedesk_core.store.schema import audit, audit_checkpoints
from servicedesk_core.store.upserting import insert_into


def checkpoint(tx: Connection, now: datetime) -> Checkpoint:
    """Remember how far the chain is, and return it to be kept elsewhere."""
    count = int(tx.execute(select(func.count()).select_from(audit)).scalar_one())
    last = tx.execute(select(audit.c.seq, audit.c.hash).order_by(audit.c.seq.desc()).limit(1)).one_or_none()
    point = Checkpoint(last.seq if last else 0, last.hash if last else FIRST, count, now)
    if point.seq:
        row = {"seq": point.seq, "hash": point.hash, "count": point.count, "at": to_us(now)}
        tx.execute(insert_into(tx, audit_checkpoints).values(row).on_conflict_do_nothing())
    return point


_MOST_PROBLEMS: Final = 100


def verify(tx: Connection, checkpoints: Sequence[Checkpoint] = ()) -> AuditVerdict:
    """Look at every record, and hold the chain against checkpoints and what else the store knows.

    Args:
        tx: Any transaction.
        checkpoints: Those that are kept elsewhere; the store's own are used too.
    """
    own = [
        Checkpoint(r["seq"], r["hash"], r["count"], from_us(r["at"]))
        for r in tx.execute(select(audit_checkpoints)).mappings()
    ]
    points: dict[int, set[str]] = {}
    for point in (*own, *checkpoints):
        points.setdefault(point.seq, set()).add(point.hash)
    problems: list[AuditProblem] = []
    witnesses = Witnesses(tx)
    expected, prev, number, anchored = 1, FIRST, 0, 0
    for row in _rows(tx):
        number += 1
        seq = row["seq"]
        witnesses.hear(row)
        problems += (AuditProblem(seq, what) for what in _wrong(row, expected, prev))
        if hashes := points.pop(seq, None):
            if hashes == {row["hash"]}:
                anchored = seq
            else:
                problems.append(AuditProblem(seq, "It is not the record that a checkpoint vouches for."))
        expected, prev = seq + 1, row["hash"]
    problems += (
        AuditProblem(seq, "A checkpoint vouches for this record, and it is not there: the chain was cut.")
        for seq in sorted(points)
        if seq
    )
    problems += witnesses.missing()
    head = expected - 1
    return AuditVerdict(
        is_valid=not problems,
        records=number,
        head=head,
        anchored_to=anchored,
        unanchored=head - anchored,
        checkpoints=len(checkpoints),
        problems=tuple(problems[:_MOST_PROBLEMS]),
    )


def _wrong(row: RowMapping, expected: int, prev: str) -> Iterator[str]:
    if row["seq"] != expected:
        yield f"Record {expected} should stand here: records were taken out or moved."
    if row["prev_hash"] != prev:
        yield "It does not continue the record before it."
    try:
        before, after = json.loads(row["before"]), json.loads(row["after"])
        is_canonical = (canonical(before), canonical(after)) == (row["before"], row["after"])
        own = hash_of(
            seq=row["seq"],
            at=from_us(row["at"]),
            actor=row["actor"],
            action=row["action"],
            entity=row["entity"],
            before=before,
            after=after,
            reason=row["reason"],
            prev=row["prev_hash"],
        )
    except (ValueError, TypeError, OverflowError, RecursionError):  # whatever somebody wrote in
        yield "It cannot be read any more."
        return
    if own != row["hash"] or not is_canonical:
        yield "Its content does not fit its hash."


def _rows(tx: Connection) -> Iterator[RowMapping]:
    after = None
    while True:
        query = select(audit).order_by(audit.c.seq).limit(AT_ONCE)
        rows = tx.execute(query if after is None else query.where(audit.c.seq > after)).mappings().all()
        if not rows:
            return
        yield from rows
        after = rows[-1]["seq"]
