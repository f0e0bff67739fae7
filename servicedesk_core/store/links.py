"""Sameness across connections: two records that stand for one thing. Nothing is merged away."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, or_, select

from servicedesk_core.store.fields import from_us, to_us
from servicedesk_core.store.schema import links
from servicedesk_core.store.upserting import insert_into


@dataclass(frozen=True, slots=True, order=True)
class RecordRef:
    """A record by the desk's own id."""

    stream: str
    local_id: int


@dataclass(frozen=True, slots=True)
class Link:
    """A statement about two records.

    Attributes:
        a: One record; the smaller one by stream and id.
        b: The other.
        kind: What they are to each other, for example ``same``.
        evidence: Why, for people; no record text.
        decided_by: Who or what decided.
        at: When.
    """

    a: RecordRef
    b: RecordRef
    kind: str
    evidence: str
    decided_by: str
    at: datetime


def add(
    tx: Connection, one: RecordRef, other: RecordRef, *, kind: str, evidence: str, decided_by: str, at: datetime
) -> None:
    """State a link; a second statement of the same link replaces its evidence."""
    a, b = sorted((one, other))
    statement = insert_into(tx, links).values(
        a_stream=a.stream,
        a_id=a.local_id,
        b_stream=b.stream,
        b_id=b.local_id,
        kind=kind,
        evidence=evidence,
        decided_by=decided_by,
        at=to_us(at),
    )
    new = statement.excluded
    tx.execute(
        statement.on_conflict_do_update(
            index_elements=["a_stream", "a_id", "b_stream", "b_id", "kind"],
            set_={"evidence": new.evidence, "decided_by": new.decided_by, "at": new.at},
        )
    )


def of(tx: Connection, record: RecordRef) -> list[Link]:
    """Return the links of a record."""
    c = links.c
    query = select(links).where(
        or_(
            (c.a_stream == record.stream) & (c.a_id == record.local_id),
            (c.b_stream == record.stream) & (c.b_id == record.local_id),
        )
    )
    return [
        Link(
            RecordRef(r["a_stream"], r["a_id"]),
            RecordRef(r["b_stream"], r["b_id"]),
            r["kind"],
            r["evidence"],
            r["decided_by"],
            from_us(r["at"]),
        )
        for r in tx.execute(query.order_by(c.id)).mappings()
    ]
