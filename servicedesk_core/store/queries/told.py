"""What clients were told of major incidents, and by when they are to hear next."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, case, func, or_, select, true

from servicedesk_core.domain.writing import UNFINISHED, WriteState
from servicedesk_core.store.schema import RECORDS, incident_notes, incident_updates, incidents, outbox

_I = incidents.c
_U = incident_updates.c
_N = incident_notes.c
_O = outbox.c
_T = RECORDS["tickets"].c

THERE = frozenset({WriteState.CONFIRMED, WriteState.PARTLY_APPLIED})
"""Where a note stands that its vendor has."""

PARENT: ColumnElement[str | None] = func.coalesce(_I.ticket_ref, _O.ref)
"""The vendor's id of an incident's parent ticket, with the write joined that made it; none = it is not made yet."""


@dataclass(frozen=True, slots=True)
class Update:
    """Something that clients are told about an incident.

    Attributes:
        id: The desk's own number.
        incident_id: The incident.
        text: What they are told.
        due_at: By when they were to hear.
        by: Who wrote it, as an actor's name.
        at: When.
        notes: How many tickets' clients are told.
        sent: How many of these notes their vendors have.
        told_at: When the last of them was there, and none was left; ``None`` = some are not.
    """

    id: int
    incident_id: int
    text: str
    due_at: datetime
    by: str
    at: datetime
    notes: int
    sent: int
    told_at: datetime | None


def updates(tx: Connection, where: ColumnElement[bool]) -> list[Update]:
    """Return updates in their order. One of an incident without tickets is told by the note that its parent has.

    Args:
        tx: Any transaction.
        where: Which of the table of updates.
    """
    is_there = _O.state.in_(THERE)
    waits = and_(_N.why.is_(None), or_(_N.write_id.is_(None), _O.state.in_(UNFINISHED)))
    columns: tuple[ColumnElement[Any], ...] = (
        _N.is_public,
        func.sum(case((_N.why.is_(None), 1), else_=0)),
        func.sum(case((is_there, 1), else_=0)),
        func.sum(case((waits, 1), else_=0)),
        func.max(case((is_there, _O.finished_at))),
    )
    joined = incident_updates.outerjoin(incident_notes, _N.update_id == _U.id).outerjoin(outbox, _O.id == _N.write_id)
    of = (_U.id, _U.incident_id, _U.text, _U.due_at, _U.by, _U.at)
    query = select(*of, *columns).select_from(joined).where(where).group_by(*of, _N.is_public).order_by(_U.id)
    found: dict[int, Update] = {}
    for row in tx.execute(query):
        is_public, notes, sent, waiting, last_at = row[len(of) :]
        number, incident_id, text, due_at, by, at = row[: len(of)]
        one = Update(
            number, incident_id, text, due_at, by, at,
            notes=notes if is_public else 0, sent=sent if is_public else 0, told_at=None if waiting else last_at,
        )  # fmt: skip
        if is_public or one.id not in found:
            found[one.id] = one
    return list(found.values())


def next_updates(tx: Connection, where: ColumnElement[bool] | None = None) -> dict[int, datetime]:
    """Return by when clients are to hear next of open incidents, by the incident's number.

    Args:
        tx: Any transaction.
        where: Which of the table of incidents; ``None`` = all.
    """
    which = and_(_I.closed_at.is_(None), true() if where is None else where)
    known = {
        number: (at, every_s)
        for number, at, every_s in tx.execute(select(_I.id, _I.declared_at, _I.every_s).where(which))
    }
    if not known:
        return {}
    last = {number: at for number, (at, _) in known.items()}
    for one in updates(tx, _U.incident_id.in_(list(known))):
        if one.told_at is not None:
            last[one.incident_id] = max(last[one.incident_id], one.told_at)
    return {number: at + timedelta(seconds=known[number][1]) for number, at in last.items()}


def awaited_of_incidents(tx: Connection) -> dict[int, datetime]:
    """Return by when clients are to hear next, by the desk's own number of the incident's parent ticket."""
    dues = next_updates(tx)
    if not dues:
        return {}
    joined = incidents.outerjoin(outbox, _O.id == _I.write_id).join(
        RECORDS["tickets"], and_(_T.source_id == _I.source_id, _T.external_id == PARENT)
    )
    query = select(_I.id, _T.local_id).select_from(joined).where(_I.id.in_(list(dues)))
    return {local_id: dues[number] for number, local_id in tx.execute(query)}
