"""Concerns in the store."""

from collections.abc import Mapping
from dataclasses import fields
from datetime import date
from typing import Any, Final, NamedTuple

from sqlalchemy import ColumnElement, Select, and_, func, insert, select, update

from servicedesk_core.errors import NotFoundLocallyError
from servicedesk_core.faces import Page
from servicedesk_core.features.quality.model import Concern
from servicedesk_core.store import Tx
from servicedesk_core.store.paging import page_of
from servicedesk_core.store.schema import RECORDS, quality_concerns
from servicedesk_core.store.schema import sources as source_table

_K = quality_concerns.c
_T = RECORDS["tickets"].c
_C = RECORDS["companies"].c
_WIDTH: Final = len(fields(Concern))

SORTS: Final[Mapping[str, ColumnElement[Any]]] = {
    "id": _K.id,
    "about": _K.about,
    "owner": _K.owner,
    "due_on": _K.due_on,
    "opened_at": _K.opened_at,
    "closed_at": _K.closed_at,
}
"""What lists can be ordered by."""


def page(
    tx: Tx, today: date, owner: str | None, *, everything: bool, sort: str | None, limit: int, after: str | None
) -> Page[Concern]:
    """Return a page of concerns; see :func:`servicedesk_core.store.paging.page_of`."""
    query = _query(today)
    query = query if everything else query.where(_K.closed_at.is_(None))
    if owner is not None:
        query = query.where(_K.owner == owner)
    found = page_of(tx, query, SORTS, _concern, by="due_on,id", sort=sort, after=after, limit=limit)
    return Page(*found)


def get(tx: Tx, number: int, today: date) -> Concern:
    """Return one.

    Raises:
        NotFoundLocallyError: There is none.
    """
    row = tx.execute(_query(today).where(_K.id == number)).one_or_none()
    if row is None:
        raise NotFoundLocallyError(
            f"There is no concern {number}.", hint="`servicedesk quality concerns --all` lists them."
        )
    return _concern(row)


def _query(today: date) -> Select[Any]:
    return (
        select(
            _K.id, _K.about, func.coalesce(_T.number, _K.ticket_ref), source_table.c.name, _C.name, _K.owner, _K.due_on,
            and_(_K.closed_at.is_(None), _K.due_on < today), _K.opened_at, _K.opened_by, _K.closed_at, _K.closed_by,
            _K.done,
        )
        .select_from(quality_concerns)
        .outerjoin(source_table, source_table.c.id == _K.source_id)
        .outerjoin(RECORDS["tickets"], and_(_T.source_id == _K.source_id, _T.external_id == _K.ticket_ref))
        .outerjoin(RECORDS["companies"], and_(_C.source_id == _K.source_id, _C.external_id == _T.company_ref))
    )  # fmt: skip


def _concern(row: Any) -> Concern:
    return Concern(*row[:_WIDTH])


def put(tx: Tx, values: Mapping[str, Any]) -> int:
    """Keep one, and return its number."""
    return int(tx.execute(insert(quality_concerns).values(**values).returning(_K.id)).scalar_one())


def change(tx: Tx, number: int, values: Mapping[str, Any]) -> None:
    """Change one."""
    tx.execute(update(quality_concerns).where(_K.id == number).values(**values))


class Open(NamedTuple):
    """An open concern: its number, the day until which it is to be closed, and who sees to it."""

    number: int
    due_on: date
    owner: str


def still_open(tx: Tx) -> list[Open]:
    """Return the open concerns."""
    query = select(_K.id, _K.due_on, _K.owner).where(_K.closed_at.is_(None)).order_by(_K.id)
    return [Open(*row) for row in tx.execute(query)]
