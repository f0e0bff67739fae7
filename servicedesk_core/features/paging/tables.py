"""Pages, and what our own people were told."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, and_, func, or_, select, true, update

from servicedesk_core.domain.tickets import ActorType, EventType
from servicedesk_core.errors import NotFoundLocallyError
from servicedesk_core.faces import Page
from servicedesk_core.features.paging.model import PageRow, PageState, Told
from servicedesk_core.features.paging.rules import ROUNDS
from servicedesk_core.outbox.staff import Fate
from servicedesk_core.store import Tx, upserting
from servicedesk_core.store.fields import to_us
from servicedesk_core.store.paging import page_of as paged
from servicedesk_core.store.queries.ringing import is_ringing
from servicedesk_core.store.queries.scope import Scope, Sight
from servicedesk_core.store.schema import RECORDS, pages, staff_attempts, staff_messages

_P: Final = pages.c
_T: Final = RECORDS["tickets"].c
_M: Final = staff_messages.c
_A: Final = staff_attempts.c

_WORK: Final = [EventType.STATUS_CHANGED.value, EventType.TECH_NOTE_PUBLIC.value, EventType.TECH_NOTE_INTERNAL.value,
                EventType.TIME_ENTRY.value, EventType.APPOINTMENT_BOOKED.value]  # fmt: skip
"""What of a ticket's history shows that somebody works on it."""

_NOT_OURS: Final = [ActorType.CUSTOMER.value, ActorType.SYSTEM.value]
"""Who works on nothing: a client's reply, and a rule of the vendor's, change the status too."""

_PAGES: Final = (
    _P.id, _P.subject, func.coalesce(_T.number, _T.external_id), _P.state, _P.opened_at, _P.rung, _P.next_at,
    _P.acknowledged_by, _P.acknowledged_at, _P.why,
)  # fmt: skip
PAGE_COLUMNS: Final[dict[str, ColumnElement[Any]]] = {
    "number": _P.id, "state": _P.state, "opened_at": _P.opened_at, "rung": _P.rung, "next_at": _P.next_at,
    "acknowledged_by": _P.acknowledged_by, "acknowledged_at": _P.acknowledged_at,
}  # fmt: skip
TOLD_COLUMNS: Final[dict[str, ColumnElement[Any]]] = {
    "number": _M.id, "recipient": _M.recipient, "state": _M.state, "created_at": _M.created_at, "done_at": _M.done_at,
}  # fmt: skip


UNTRIED: Final = "nobody tried: neither `servicedesk serve` nor the job `paging` runs"
"""Why what is long due was not handed over, where no attempt says it."""


@dataclass(frozen=True, slots=True)
class Ringing:
    """A page as it is stored."""

    id: int
    key: str
    ticket_id: int | None
    subject: str
    text: str
    opened_at: datetime
    state: str
    rung: int
    next_at: datetime | None
    acknowledged_at: datetime | None
    acknowledged_by: str | None


_STORED: Final = (
    _P.id, _P.key, _P.ticket_id, _P.subject, _P.text, _P.opened_at, _P.state, _P.rung, _P.next_at, _P.acknowledged_at,
    _P.acknowledged_by,
)  # fmt: skip


def open_page(tx: Tx, key: str, subject: str, text: str, at: datetime, *, ticket_id: int | None = None) -> bool:
    """Open a page that rings at once, unless one for the same cause was opened before; return whether none was.

    Args:
        tx: The write transaction of what it tells.
        key: What it is about: of the same cause always the same.
        subject: One line.
        text: What it says.
        at: Now.
        ticket_id: The desk's own number of the ticket, if it is about one.
    """
    values = {
        "key": key, "ticket_id": ticket_id, "subject": subject, "text": text, "opened_at": at, "rung": 0,
        "state": PageState.RINGING.value, "next_at": at,
    }  # fmt: skip
    new = upserting.insert_into(tx, pages).values(**values).on_conflict_do_nothing().returning(_P.id)
    return tx.execute(new).one_or_none() is not None


def is_any_due(tx: Tx, at: datetime) -> bool:
    """Whether some page is to be gone on with."""
    waits = select(_P.id).where(_P.state != PageState.OVER.value, _P.next_at <= at)
    return tx.execute(waits.limit(1)).first() is not None


def due(tx: Tx, at: datetime) -> list[Ringing]:
    """Return the pages that are to be gone on with now."""
    query = select(*_STORED).where(_P.state != PageState.OVER.value, _P.next_at <= at).order_by(_P.id)
    return [Ringing(*row) for row in tx.execute(query.with_for_update())]


def change(tx: Tx, number: int, **values: Any) -> None:
    """Change a page."""
    tx.execute(update(pages).where(_P.id == number).values(**values))


def drop_calls(tx: Tx, page: Ringing, at: datetime, why: str) -> None:
    """Drop what waits to ring somebody about a page that nobody needs to take on any more."""
    of_page = _M.key.startswith(f"{page.key}/{page.opened_at.isoformat()}/", autoescape=True)
    waiting = update(staff_messages).where(_M.state == "waiting", of_page)
    tx.execute(waiting.values(state="dropped", done_at=at, why=why))


def page_of(tx: Tx, number: int, scope: Scope | None) -> Ringing:
    """Return a page that the scope lets through, held until the transaction ends.

    Raises:
        NotFoundLocallyError: There is none of that number.
    """
    query = select(*_STORED).where(_P.id == number, _within(tx, scope)).with_for_update()
    row = tx.execute(query).one_or_none()
    if row is None:
        raise NotFoundLocallyError(f"There is no page {number}.", hint="`servicedesk paging list` shows them.")
    return Ringing(*row)


def rows(tx: Tx, *, ended: bool, sort: str | None, after: str | None, limit: int, scope: Scope | None) -> Page[PageRow]:
    """Return pages: those that are not over, the oldest first; or those that are, the newest first."""
    is_over = _P.state == PageState.OVER.value
    query = _joined(*_PAGES).where(is_over if ended else ~is_over, _within(tx, scope))
    by = "-opened_at,-number" if ended else "opened_at,number"
    return Page(*paged(tx, query, PAGE_COLUMNS, _row, by=by, sort=sort, after=after, limit=limit))


def row_of(tx: Tx, number: int, scope: Scope | None) -> PageRow:
    """Return a page as lists show it; raises like :func:`page_of`."""
    row = tx.execute(_joined(*_PAGES).where(_P.id == number, _within(tx, scope))).one_or_none()
    if row is None:
        raise NotFoundLocallyError(f"There is no page {number}.", hint="`servicedesk paging list` shows them.")
    return _row(row)


def unanswered(tx: Tx, scope: Scope | None = None) -> list[PageRow]:
    """Return the pages that everybody was rung for in turns, and nobody has taken on, the oldest first."""
    if not is_ringing(tx):
        return []
    query = _joined(*_PAGES).where(_P.state == PageState.RINGING.value, _P.rung > ROUNDS * 3, _within(tx, scope))
    return [_row(row) for row in tx.execute(query.order_by(_P.id))]


def undelivered(tx: Tx, before: datetime) -> list[tuple[str, int, str]]:
    """Return to whom something was not handed over since an instant: how much, and why."""
    waits = and_(_M.state == "waiting", _M.created_at < before, or_(_M.why.is_not(None), _M.next_at < before))
    query = (
        select(_M.recipient, func.count(), func.coalesce(func.max(_M.why), UNTRIED)).where(waits).group_by(_M.recipient)
    )
    return [(row[0], row[1], row[2]) for row in tx.execute(query.order_by(_M.recipient))]


def told(
    tx: Tx, *, recipient: str | None, waiting: bool, doubtful: bool, sort: str | None, after: str | None, limit: int
) -> Page[Told]:
    """Return what our own people were told, the newest first."""
    tries = select(func.count()).where(_A.batch == _M.batch).scalar_subquery()
    in_doubt = select(func.count()).where(_A.batch == _M.batch, _A.fate == Fate.IN_DOUBT.value).scalar_subquery()
    query = select(
        _M.id, _M.recipient, _M.subject, _M.state, _M.created_at, _M.done_at, _M.next_at, _M.batch, tries, in_doubt,
        _M.why,
    ).where(
        _M.recipient == recipient if recipient else true(),
        _M.state == "waiting" if waiting else true(),
        in_doubt > 0 if doubtful else true(),
    )  # fmt: skip
    return Page(*paged(tx, query, TOLD_COLUMNS, _told, by="-number", sort=sort, after=after, limit=limit))


def is_closed(tx: Tx, ticket_id: int) -> bool:
    """Whether a ticket is closed, or gone."""
    ticket = tx.execute(select(_T.is_open, _T.gone_at).where(_T.local_id == ticket_id)).one_or_none()
    return ticket is None or not ticket.is_open or ticket.gone_at is not None


def has_work(tx: Tx, ticket_id: int, since: datetime) -> bool:
    """Whether somebody of us has done something about a ticket since an instant: time, a note, or its status."""
    events, time, notes = (RECORDS[name].c for name in ("ticket_events", "time_entries", "notes"))
    since_us = to_us(since)
    is_ours = func.coalesce(events.actor_type, "").not_in(_NOT_OURS)
    begun = (
        (events, and_(events.type.in_(_WORK), is_ours, events.effective_at >= since_us)),
        (time, or_(time.start_at >= since_us, time.created_at >= since_us)),
        (notes, and_(notes.author_type == ActorType.TECHNICIAN.value, notes.created_at >= since_us)),
    )
    for of, is_work in begun:
        mine = and_(of.source_id == _T.source_id, of.ticket_ref == _T.external_id, of.gone_at.is_(None))
        if tx.execute(select(of.external_id).where(_T.local_id == ticket_id, mine, is_work).limit(1)).first():
            return True
    return False


def _joined(*columns: Any) -> Select[Any]:
    tickets = RECORDS["tickets"]
    return select(*columns).select_from(pages.outerjoin(tickets, _T.local_id == _P.ticket_id))


def _within(tx: Tx, scope: Scope | None) -> ColumnElement[bool]:
    if scope is None:
        return true()
    limits = [_T[field].in_(ids) for field, ids in scope.limits.items()]
    mine = select(_T.local_id).where(_T.source_id == Sight(tx, scope).source_id, *limits)
    return _P.ticket_id.in_(mine)


def _row(row: Any) -> PageRow:
    values: list[Any] = [*row][:10]
    values[3] = PageState(values[3])
    return PageRow(*values)


def _told(row: Any) -> Told:
    values: list[Any] = [*row][:11]
    return Told(*values)
