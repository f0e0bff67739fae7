"""What decides whether a ticket counts in figures, as columns of a query over the table of tickets."""

from typing import Any, Final

from sqlalchemy import ColumnElement, and_, literal_column, or_, select

from servicedesk_core.domain import EventType, StatusCategory
from servicedesk_core.domain.population import why_outside
from servicedesk_core.store.fields import to_json
from servicedesk_core.store.schema import RECORDS

_T: Final = RECORDS["tickets"].c
_C: Final = RECORDS["companies"].c
_E: Final = RECORDS["ticket_events"].c
_OPEN: Final = tuple(one.value for one in StatusCategory if one.is_open)


def is_merged() -> ColumnElement[bool]:
    """Return whether a ticket went up in another.

    It names that one, or is done and an event tells of the merge, after which it was not opened again.
    """
    later = RECORDS["ticket_events"].alias("later").c
    reopened = select(later.local_id).where(
        later.source_id == _E.source_id,
        later.ticket_ref == _E.ticket_ref,
        later.gone_at.is_(None),
        or_(
            later.effective_at > _E.effective_at,
            and_(later.effective_at == _E.effective_at, later.source_seq > _E.source_seq),
        ),
        or_(*(later.after.contains(to_json({"status_category": one})[1:-1], autoescape=True) for one in _OPEN)),
    )
    told = select(_E.local_id).where(
        _E.source_id == _T.source_id,
        _E.ticket_ref == _T.external_id,
        _E.gone_at.is_(None),
        _E.type == literal_column(f"'{EventType.MERGED.value}'"),  # as the index of those says it
        ~reopened.correlate(RECORDS["ticket_events"]).exists(),
    )
    happened = told.correlate(RECORDS["tickets"]).exists()
    return or_(_T.merged_into_ref.is_not(None), and_(_T.is_open.is_(False), happened))


def standing() -> tuple[ColumnElement[Any], ...]:
    """Return the columns that :func:`outside` asks for."""
    own = select(_C.local_id).where(_C.source_id == _T.source_id, _C.external_id == _T.company_ref, _C.is_own)
    return (
        _T.status_category.label("category"),
        _T.gone_at.is_not(None).label("is_gone"),
        is_merged().label("is_merged"),
        own.correlate(RECORDS["tickets"]).exists().label("is_own"),
    )


def outside(category: str | None, is_gone: bool, is_merged: bool, is_own: bool) -> str:  # noqa: FBT001  # values of a row
    """Return why a ticket counts in no figure, of the values of :func:`standing`; empty = it counts."""
    meant = StatusCategory(category) if category else None
    return why_outside(meant, is_gone=is_gone, is_merged=is_merged, is_own=is_own)
