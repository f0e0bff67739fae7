"""Words of a vendor that the mapping has no meaning for: one row for each word, counted."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from servicedesk_core.domain import MappingIssue
from servicedesk_core.store.codec import scrub
from servicedesk_core.store.fields import from_us, to_us
from servicedesk_core.store.schema import mapping_issues
from servicedesk_core.store.upserting import insert_into


@dataclass(frozen=True, slots=True)
class CountedIssue:
    """An issue with how often it occurred.

    Attributes:
        source_id: The source.
        stream: The stream.
        issue: What the mapping did not know.
        count: Records that it was met in, each time one was mapped.
        first_seen_at: When it was first met.
        last_seen_at: When it was last met.
    """

    source_id: int
    stream: str
    issue: MappingIssue
    count: int
    first_seen_at: datetime
    last_seen_at: datetime


def note(
    tx: Connection, source_id: int, stream: str, issues: Iterable[MappingIssue], now: datetime
) -> tuple[MappingIssue, ...]:
    """Count issues; return those that were never met before, so that each is raised once."""
    counted = Counter((scrub(i.kind), scrub(i.field), scrub(i.value)) for i in issues)
    if not counted:
        return ()
    at = to_us(now)
    met = {(i.issue.kind, i.issue.field, i.issue.value) for i in list(tx, source_id, stream)}
    statement = insert_into(tx, mapping_issues)
    tx.execute(
        statement.on_conflict_do_update(
            index_elements=["source_id", "stream", "kind", "field", "value"],
            set_={"count": mapping_issues.c["count"] + statement.excluded.count, "last_seen_at": at},
        ),
        [
            {
                "source_id": source_id,
                "stream": stream,
                "kind": kind,
                "field": field,
                "value": value,
                "count": count,
                "first_seen_at": at,
                "last_seen_at": at,
            }
            for (kind, field, value), count in counted.items()
        ],
    )
    return tuple(MappingIssue(kind=k, field=f, value=v) for k, f, v in counted if (k, f, v) not in met)


def list(  # noqa: A001  # reads as issues.list
    tx: Connection, source_id: int | None = None, stream: str | None = None
) -> "tuple[CountedIssue, ...]":
    """Return the issues, the most frequent first."""
    query = select(mapping_issues).order_by(mapping_issues.c["count"].desc(), mapping_issues.c.id)
    if source_id is not None:
        query = query.where(mapping_issues.c.source_id == source_id)
    if stream is not None:
        query = query.where(mapping_issues.c.stream == stream)
    return tuple(
        CountedIssue(
            source_id=r["source_id"],
            stream=r["stream"],
            issue=MappingIssue(kind=r["kind"], field=r["field"], value=r["value"]),
            count=r["count"],
            first_seen_at=from_us(r["first_seen_at"]),
            last_seen_at=from_us(r["last_seen_at"]),
        )
        for r in tx.execute(query).mappings()
    )
