"""Tickets as lists show them: names beside references, worked time, the page at the vendor."""

from collections.abc import Collection, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, Select, select

from servicedesk_core.domain.child_keys import record_url
from servicedesk_core.features.tickets.model import TicketRow
from servicedesk_core.store import bulk, sources
from servicedesk_core.store.fields import optional_instant
from servicedesk_core.store.queries.names import Names
from servicedesk_core.store.schema import RECORDS
from servicedesk_core.store.schema import sources as source_table

_T = RECORDS["tickets"].c


class _Stored(NamedTuple):
    """What is read of a ticket for a list: the columns of these names, and the connection that it is of."""

    local_id: int
    source_id: int
    external_id: str
    is_open: bool
    number: str | None
    title: str
    status: str | None
    status_category: str | None
    priority: str | None
    queue_ref: str | None
    assignee_ref: str | None
    company_ref: str | None
    created_at: int | None
    due_at: int | None
    sla_due_at: int | None
    last_activity_at: int | None
    modified_at: int | None
    estimated_s: int | None
    connection: str


LISTED = _Stored._fields[:-1]
"""Columns that lists read."""


def rows_query() -> Select[Any]:
    """Return the query that :func:`rows_of` makes rows from; further columns may come behind its own."""
    columns = (*(_T[name] for name in LISTED), source_table.c.name)
    return select(*columns).join(source_table, source_table.c.id == _T.source_id)


def rows_of(tx: Connection, found: Sequence[Sequence[Any]]) -> tuple[TicketRow, ...]:
    """Return what was found as a list shows it."""
    stored = [_Stored(*row[: len(_Stored._fields)]) for row in found]
    names = Names(tx)
    for r in stored:
        names.want(r.source_id, "queues", r.queue_ref)
        names.want(r.source_id, "technicians", r.assignee_ref)
        names.want(r.source_id, "companies", r.company_ref)
    pages = {s.id: s.record_urls.get("tickets") for s in sources.all(tx)}
    worked = _worked(tx, stored)
    return tuple(
        TicketRow(
            local_id=r.local_id,
            connection=r.connection,
            external_id=r.external_id,
            number=r.number,
            title=r.title,
            is_open=r.is_open,
            status=r.status,
            status_category=r.status_category,
            priority=r.priority,
            queue_ref=r.queue_ref,
            queue=names.of(r.source_id, "queues", r.queue_ref),
            assignee_ref=r.assignee_ref,
            assignee=names.of(r.source_id, "technicians", r.assignee_ref),
            company_ref=r.company_ref,
            company=names.of(r.source_id, "companies", r.company_ref),
            created_at=optional_instant(r.created_at),
            due_at=optional_instant(r.due_at),
            sla_due_at=optional_instant(r.sla_due_at),
            last_activity_at=optional_instant(r.last_activity_at),
            modified_at=optional_instant(r.modified_at),
            estimated_s=r.estimated_s,
            worked_s=seconds,
            untimed_entries=untimed,
            url=_record_url(pages.get(r.source_id), r.external_id),
        )
        for r in stored
        for seconds, untimed in (worked.get((r.source_id, r.external_id), (0, 0)),)
    )


def rows_by_id(tx: Connection, local_ids: Collection[int]) -> dict[int, TicketRow]:
    """Return tickets as a list shows them, by the desk's own numbers."""
    if not local_ids:
        return {}
    found = tx.execute(rows_query().where(_T.local_id.in_(list(local_ids)))).all()
    return {row.local_id: row for row in rows_of(tx, [tuple(one) for one in found])}


def _record_url(template: str | None, external_id: str) -> str | None:
    """Return a record's page at the vendor, or ``None`` when the connector names none."""
    return record_url(template, external_id) if template else None


def _worked(tx: Connection, stored: Sequence[_Stored]) -> dict[tuple[int, str], tuple[int | None, int]]:
    """Return the seconds worked on listed tickets and the entries that do not say how long, by source and id."""
    refs: dict[int, list[str]] = {}
    for r in stored:
        refs.setdefault(r.source_id, []).append(r.external_id)
    query = (
        "SELECT ticket_ref, SUM(worked_s), COUNT(*) - COUNT(worked_s) FROM time_entries "
        "WHERE source_id = {source} AND ticket_ref IN {values} AND gone_at IS NULL GROUP BY ticket_ref"
    )
    return {
        (source_id, ref): (None if seconds is None else int(seconds), untimed)
        for source_id, wanted in refs.items()
        for ref, seconds, untimed in bulk.select_in(tx, query, source_id, wanted)
    }
