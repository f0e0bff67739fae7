"""What clients were promised by a time, and what was written to them since."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, and_, func, insert, select

from servicedesk_core.domain import ActorType, NoteVisibility
from servicedesk_core.store.fields import from_us
from servicedesk_core.store.queries.told import awaited_of_incidents
from servicedesk_core.store.rows import Rows
from servicedesk_core.store.schema import RECORDS, client_promises

_P: Final = client_promises.c
_T: Final = RECORDS["tickets"].c
_N: Final = RECORDS["notes"].c
_W: Final = RECORDS["technicians"].c


@dataclass(frozen=True, slots=True)
class Promised:
    """Something that a client was promised by a time.

    Attributes:
        id: The desk's own number.
        ticket_id: The desk's own number of the ticket.
        what: What was promised.
        text: What else was said about it.
        due_at: By when.
        by: Who promised it, as an actor's name.
        at: When.
        kept_at: When somebody said that it was kept.
        withdrawn_at: When it was withdrawn.
    """

    id: int
    ticket_id: int
    what: str
    text: str
    due_at: datetime
    by: str
    at: datetime
    kept_at: datetime | None
    withdrawn_at: datetime | None


PROMISES: Final = Rows(Promised, client_promises)

_SYSTEM: Final = select(_W.local_id).where(
    _W.source_id == _N.source_id, _W.external_id == _N.author_ref, _W.is_system.is_(True)
)
HEARD: Final[tuple[ColumnElement[bool], ...]] = (
    _N.gone_at.is_(None),
    _N.visibility == NoteVisibility.PUBLIC.value,
    _N.author_type == ActorType.TECHNICIAN.value,
    _N.is_system.is_not(True),
    ~_SYSTEM.exists(),
)
"""That the client heard from a person by a note: written for them, by no workflow and no account without a person."""


def promise(tx: Connection, values: Mapping[str, Any]) -> int:
    """Keep what a client was promised, and return its number."""
    return int(tx.execute(insert(client_promises).values(**values).returning(_P.id)).scalar_one())


def contacts(tx: Connection, where: ColumnElement[bool]) -> dict[int, datetime]:
    """Return when there was contact first after each promise: what somebody said of it, or wrote to the client.

    Args:
        tx: Any transaction.
        where: Which promises.
    """
    joined = client_promises.join(RECORDS["tickets"], _T.local_id == _P.ticket_id).join(
        RECORDS["notes"],
        and_(_N.source_id == _T.source_id, _N.ticket_ref == _T.external_id, _N.created_at > _P.at, *HEARD),
    )
    written = select(_P.id, func.min(_N.created_at)).select_from(joined).where(where).group_by(_P.id)
    found = {number: from_us(at) for number, at in tx.execute(written) if at is not None}
    for number, at in tx.execute(select(_P.id, _P.kept_at).where(where, _P.kept_at.is_not(None))):
        found[number] = min(at, found.get(number, at))
    return found


def awaited(tx: Connection) -> dict[int, datetime]:
    """Return by when clients are to hear, by the desk's own number of the ticket: what is not kept, the earliest.

    Of a major incident they are to hear by its next update: the ticket is its parent.
    """
    where = and_(_P.kept_at.is_(None), _P.withdrawn_at.is_(None))
    kept = contacts(tx, where)
    found = awaited_of_incidents(tx)
    for number, ticket_id, due_at in tx.execute(select(_P.id, _P.ticket_id, _P.due_at).where(where)):
        if number not in kept:
            found[ticket_id] = min(due_at, found.get(ticket_id, due_at))
    return found


def said_kept(tx: Connection) -> dict[int, datetime]:
    """Return when somebody said last that a promise was kept, by the desk's own number of the ticket."""
    query = select(_P.ticket_id, func.max(_P.kept_at)).where(_P.kept_at.is_not(None)).group_by(_P.ticket_id)
    return dict(map(tuple, tx.execute(query)))
