"""The audit trail: one append-only chain of hashes for the desk.

Tamper-evident, not tamper-proof: every change inside the chain shows, but somebody who can write the database can cut
its tail or make all of it again. A :class:`Checkpoint` that is kept elsewhere shows that too.
"""

import hashlib
import hmac
import json
import secrets
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, RowMapping, func, insert, select
from sqlalchemy.dialects import postgresql, sqlite

from servicedesk_core.store.codec import scrub
from servicedesk_core.store.fields import from_us, to_us
from servicedesk_core.store.schema import audit, audit_checkpoints, store_meta

FIRST: Final = "0" * 64
"""``prev_hash`` of the first record."""

SENSITIVE: Final = frozenset(
    {
        "title", "description", "resolution", "body", "summary", "internal_notes", "custom_fields", "text",
        "contact_ref", "name", "email", "phone", "serial", "serial_number", "address",
        "symptom", "troubleshooting", "contact_name", "contact_email", "contact_phone", "failed_serial_number",
        "ship_to", "ship_to_name", "ship_to_lines", "ship_to_city", "ship_to_region", "ship_to_postal_code",
    }
)  # fmt: skip
"""Fields whose values the chain holds only as keyed digests, so that an erasure leaves it valid."""

DIGEST: Final = "hmac-sha256:"
"""Before such a digest."""

_LOCK = 7_021_946_331_020_045
_KEY = "audit_key"
_AT_ONCE = 2_000


@dataclass(frozen=True, slots=True)
class AuditRecord:
    """One record of the chain.

    Attributes:
        seq: Its number; there are no gaps.
        at: When it happened.
        actor: Who did it: ``user:ana``, ``system:writes``.
        action: What was done, for example ``write.approved``.
        entity: To what, for example ``ticket:psa:4711``.
        before: What was, as far as it matters.
        after: What is.
        reason: Why, as the actor gave it.
        prev_hash: Hash of the record before.
        hash: Its own.
    """

    seq: int
    at: datetime
    actor: str
    action: str
    entity: str
    before: Any
    after: Any
    reason: str
    prev_hash: str
    hash: str


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """How far the chain was at a moment; worth most when it is kept outside the store.

    Attributes:
        seq: Number of the newest record; 0 for an empty chain.
        hash: Its hash.
        count: How many records there were.
        at: When it was taken.
    """

    seq: int
    hash: str
    count: int
    at: datetime


@dataclass(frozen=True, slots=True)
class AuditProblem:
    """A place where the chain does not hold.

    Attributes:
        seq: Number of the record.
        what: What is wrong with it, for people.
    """

    seq: int
    what: str


@dataclass(frozen=True, slots=True)
class AuditVerdict:
    """What a verification found.

    Attributes:
        records: How many records were looked at.
        problems: Where the chain does not hold; empty = nowhere.
        head: Number of the newest record.
        anchored_to: Number of the newest record that a checkpoint vouches for; 0 = none does.
    """

    records: int
    problems: tuple[AuditProblem, ...]
    head: int
    anchored_to: int

    @property
    def is_valid(self) -> bool:
        """Whether nothing was found."""
        return not self.problems


def canonical(value: Any) -> str:
    """Return the one text of a value: keys sorted, no spaces, nothing escaped that need not be.

    Raises:
        TypeError: It holds something else than texts, whole numbers, truth values, nothing, lists and maps of them.
    """
    _refuse_strange(value)
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _refuse_strange(value: Any) -> None:
    if value is None or isinstance(value, str | bool | int):
        return
    if isinstance(value, dict):
        for key, inner in value.items():
            if not isinstance(key, str):
                message = f"a key of an audit record is {type(key).__name__}, not text"
                raise TypeError(message)
            _refuse_strange(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            _refuse_strange(inner)
    else:
        message = f"an audit record cannot hold {type(value).__name__}; give decimals and instants as text"
        raise TypeError(message)


def stamp(at: datetime) -> str:
    """Return an instant as the chain writes it: six decimals and ``Z``."""
    return from_us(to_us(at)).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def hash_of(
    *, seq: int, at: datetime, actor: str, action: str, entity: str, before: Any, after: Any, reason: str, prev: str
) -> str:
    """Return the hash of a record."""
    body = {
        "action": action,
        "actor": actor,
        "after": after,
        "at": stamp(at),
        "before": before,
        "entity": entity,
        "prev_hash": prev,
        "reason": reason,
        "seq": seq,
    }
    return hashlib.sha256(canonical(body).encode()).hexdigest()


def take_turn(tx: Connection) -> None:
    """Wait until nobody else may append to the chain; everybody else waits until this transaction ends.

    What changes a write, a lane or a claim takes its turn before its first row: on PostgreSQL, two transactions that
    take the same rows in different orders would wait for each other until one is broken off, and whoever has its turn
    is alone with them. A lease is verified before it. On SQLite every write transaction is alone anyway.

    Args:
        tx: A write transaction; taking the turn again in it does nothing.
    """
    if tx.dialect.name == "postgresql":
        tx.exec_driver_sql("SELECT pg_advisory_xact_lock(%s)", (_LOCK,))


def append(
    tx: Connection,
    *,
    at: datetime,
    actor: str,
    action: str,
    entity: str,
    before: Any = None,
    after: Any = None,
    reason: str = "",
) -> AuditRecord:
    """Append a record, in the caller's transaction: it stands or falls with what it tells.

    On PostgreSQL it takes the turn until the end, so that numbers have no gap and each record knows the one before.
    Do it last, unless the transaction has its turn already; see :func:`take_turn`.

    Args:
        tx: A write transaction.
        at: When it happened.
        actor: Who did it.
        action: What was done.
        entity: To what.
        before: What was: texts, whole numbers, truth values, nothing, lists and maps. See :func:`sealed`.
        after: What is, likewise.
        reason: Why.
    """
    take_turn(tx)
    last = tx.execute(select(audit.c.seq, audit.c.hash).order_by(audit.c.seq.desc()).limit(1)).one_or_none()
    seq, prev = (last.seq + 1, last.hash) if last is not None else (1, FIRST)
    actor, action, entity, reason = (scrub(text) for text in (actor, action, entity, reason))
    before, after = json.loads(scrub(canonical(before))), json.loads(scrub(canonical(after)))
    own = hash_of(
        seq=seq, at=at, actor=actor, action=action, entity=entity, before=before, after=after, reason=reason, prev=prev
    )
    tx.execute(
        insert(audit).values(
            seq=seq,
            at=to_us(at),
            actor=actor,
            action=action,
            entity=entity,
            before=canonical(before),
            after=canonical(after),
            reason=reason,
            prev_hash=prev,
            hash=own,
        )
    )
    return AuditRecord(seq, at, actor, action, entity, before, after, reason, prev, own)


def sealed(tx: Connection, values: Mapping[str, Any]) -> dict[str, Any]:
    """Return values for the chain: those of :data:`SENSITIVE` fields as keyed digests, so that equality still shows.

    Fields inside of fields count as well: a claim holds a person, a device, and parts.

    Args:
        tx: A write transaction; the desk's key is made with its first use.
        values: Field to value.
    """
    return {
        name: _seal(tx, value) if name in SENSITIVE and value else _inside(tx, value) for name, value in values.items()
    }


def _inside(tx: Connection, value: Any) -> Any:
    if isinstance(value, Mapping):
        return sealed(tx, value)
    return [_inside(tx, one) for one in value] if isinstance(value, list | tuple) else value


def _seal(tx: Connection, value: Any) -> str:
    text = value if isinstance(value, str) else canonical(value)
    return DIGEST + hmac.new(_key(tx), text.encode("utf-8", "replace"), hashlib.sha256).hexdigest()


def _key(tx: Connection) -> bytes:
    query = select(store_meta.c.value).where(store_meta.c.key == _KEY)
    if (there := tx.execute(query).scalar_one_or_none()) is None:
        make = sqlite.insert if tx.dialect.name == "sqlite" else postgresql.insert
        tx.execute(make(store_meta).values(key=_KEY, value=secrets.token_hex(32)).on_conflict_do_nothing())
        there = tx.execute(query).scalar_one()
    return bytes.fromhex(there)


def read(
    tx: Connection,
    *,
    after: int = 0,
    limit: int = 100,
    newest_first: bool = False,
    entity: str | None = None,
    only: ColumnElement[bool] | None = None,
) -> list[AuditRecord]:
    """Return records.

    Args:
        tx: Any transaction.
        after: Only records beyond this number: above it, or below it when the newest come first (0 = from the end).
        limit: At most so many.
        newest_first: Turn the order round.
        entity: Only about this.
        only: Only those of which this is true.
    """
    seq = audit.c.seq
    query = select(audit).order_by(seq.desc() if newest_first else seq).limit(limit)
    if after:
        query = query.where(seq < after if newest_first else seq > after)
    if entity is not None:
        query = query.where(audit.c.entity == entity)
    if only is not None:
        query = query.where(only)
    return [_record(row) for row in tx.execute(query).mappings()]


def each(tx: Connection, only: ColumnElement[bool] | None = None) -> Iterator[AuditRecord]:
    """Yield the chain in order; all of it, or those records of which something is true."""
    after = 0
    while rows := read(tx, after=after, limit=_AT_ONCE, only=only):
        yield from rows
        after = rows[-1].seq


def checkpoint(tx: Connection, now: datetime) -> Checkpoint:
    """Remember how far the chain is, and return it to be kept elsewhere."""
    count = int(tx.execute(select(func.count()).select_from(audit)).scalar_one())
    last = tx.execute(select(audit.c.seq, audit.c.hash).order_by(audit.c.seq.desc()).limit(1)).one_or_none()
    point = Checkpoint(last.seq if last else 0, last.hash if last else FIRST, count, now)
    if point.seq:
        make = sqlite.insert if tx.dialect.name == "sqlite" else postgresql.insert
        row = {"seq": point.seq, "hash": point.hash, "count": point.count, "at": to_us(now)}
        tx.execute(make(audit_checkpoints).values(row).on_conflict_do_nothing())
    return point


def verify(tx: Connection, checkpoints: Sequence[Checkpoint] = ()) -> AuditVerdict:
    """Look at every record, and hold the chain against checkpoints.

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
    expected, prev, number, anchored = 1, FIRST, 0, 0
    for row in _rows(tx):
        number += 1
        seq = row["seq"]
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
    return AuditVerdict(number, tuple(problems), expected - 1, anchored)


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
        query = select(audit).order_by(audit.c.seq).limit(_AT_ONCE)
        rows = tx.execute(query if after is None else query.where(audit.c.seq > after)).mappings().all()
        if not rows:
            return
        yield from rows
        after = rows[-1]["seq"]


def _record(row: RowMapping) -> AuditRecord:
    return AuditRecord(
        seq=row["seq"],
        at=from_us(row["at"]),
        actor=row["actor"],
        action=row["action"],
        entity=row["entity"],
        before=json.loads(row["before"]),
        after=json.loads(row["after"]),
        reason=row["reason"],
        prev_hash=row["prev_hash"],
        hash=row["hash"],
    )
