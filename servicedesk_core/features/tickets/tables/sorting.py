"""What lists of tickets can be ordered by."""

from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import ColumnElement, case, func, select

from servicedesk_core.features.tickets.tables.rows import LISTED
from servicedesk_core.store.queries.names import name_column
from servicedesk_core.store.schema import RECORDS, sources

_T = RECORDS["tickets"].c
_ENTRIES = RECORDS["time_entries"].c


def _name(stream: str, ref: ColumnElement[Any]) -> ColumnElement[Any]:
    """Return the name of what a ticket refers to."""
    named = RECORDS[stream].c
    query = select(name_column(stream)).where(named.source_id == _T.source_id, named.external_id == ref)
    return query.correlate(RECORDS["tickets"]).scalar_subquery()


WORKED_S = (
    select(case((func.count() == 0, 0), else_=func.sum(_ENTRIES.worked_s)))
    .where(_ENTRIES.source_id == _T.source_id, _ENTRIES.ticket_ref == _T.external_id, _ENTRIES.gone_at.is_(None))
    .correlate(RECORDS["tickets"])
    .scalar_subquery()
)
"""Seconds worked on a ticket: none without entries, unknown where no entry says."""

COLUMNS: Final[Mapping[str, ColumnElement[Any]]] = {
    **{name: _T[name] for name in LISTED if name != "source_id"},
    "ticket": func.coalesce(func.nullif(_T.number, ""), _T.external_id),
    "connection": select(sources.c.name)
    .where(sources.c.id == _T.source_id)
    .correlate(RECORDS["tickets"])
    .scalar_subquery(),
    "company": _name("companies", _T.company_ref),
    "queue": _name("queues", _T.queue_ref),
    "assignee": _name("technicians", _T.assignee_ref),
    "worked_s": WORKED_S,
}
"""By the names of the columns of a list."""
