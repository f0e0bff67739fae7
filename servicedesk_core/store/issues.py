"""What the mapping could not take as it is, such as words without a meaning, by the records that carry it."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, func, select

from servicedesk_core.domain import MappingIssue
from servicedesk_core.store import bulk
from servicedesk_core.store.codec import scrub
from servicedesk_core.store.schema import record_issues


@dataclass(frozen=True, slots=True)
class CountedIssue:
    """An issue with how often it stands.

    Attributes:
        source_id: The source.
        stream: The stream.
        issue: What the mapping did not know.
        count: Live records that carry it.
    """

    source_id: int
    stream: str
    issue: MappingIssue
    count: int


def note(
    tx: Connection,
    source_id: int,
    stream: str,
    mapped: Collection[str],
    found: Mapping[str, Iterable[MappingIssue]],
) -> None:
    """Put what was found now in the place of what was noted of the same records before.

    Args:
        tx: A write transaction.
        source_id: The source.
        stream: The stream.
        mapped: Ids of the records that were mapped and stored.
        found: What was found, by id; for other records it is not noted.
    """
    forget(tx, source_id, stream, mapped)
    rows = {
        (source_id, stream, external_id, scrub(issue.kind), scrub(issue.field), scrub(issue.value))
        for external_id in found.keys() & set(mapped)
        for issue in found[external_id]
    }
    bulk.insert(tx, record_issues, sorted(rows))


def forget(tx: Connection, source_id: int, stream: str, external_ids: Collection[str]) -> None:
    """Forget what was noted of records; costs one look where nothing was."""
    mine = (record_issues.c.source_id == source_id) & (record_issues.c.stream == stream)
    if tx.execute(select(record_issues.c.kind).where(mine).limit(1)).first() is None:
        return
    statement = f"DELETE FROM record_issues WHERE source_id = {source_id:d} AND stream = '{stream}'"  # noqa: S608
    bulk.run_in(tx, statement + " AND external_id IN {values}", external_ids)


def list(  # noqa: A001  # reads as issues.list
    tx: Connection, source_id: int | None = None, stream: str | None = None
) -> "tuple[CountedIssue, ...]":
    """Return the issues, the most frequent first."""
    c = record_issues.c
    what = (c.source_id, c.stream, c.kind, c.field, c.value)
    count = func.count().label("count")
    query = select(*what, count).group_by(*what).order_by(count.desc(), *what)
    if source_id is not None:
        query = query.where(record_issues.c.source_id == source_id)
    if stream is not None:
        query = query.where(record_issues.c.stream == stream)
    return tuple(
        CountedIssue(source, of, MappingIssue(kind=kind, field=field, value=value), number)
        for source, of, kind, field, value, number in tx.execute(query)
    )
