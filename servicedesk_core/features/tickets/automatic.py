"""What the desk can do about tickets without being asked: close those that stayed resolved."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection as Tx
from sqlalchemy import Row, and_, func, or_, select

from servicedesk_core.domain import StatusCategory
from servicedesk_core.domain.tickets import ActorType
from servicedesk_core.domain.writing import Intent
from servicedesk_core.errors import WriteError
from servicedesk_core.faces import AutomaticAct, Facts, Moot, Period, Suggestion
from servicedesk_core.faces.automatic import id_of
from servicedesk_core.features.definitions import decisions, in_force
from servicedesk_core.features.tickets.kinds import CLOSING
from servicedesk_core.features.tickets.model import TicketRow
from servicedesk_core.features.tickets.rules import UPDATE, found, status_given, update_of
from servicedesk_core.features.tickets.tables.detail import ticket_of
from servicedesk_core.features.tickets.tables.rows import rows_by_id
from servicedesk_core.store.fields import optional_instant, to_us
from servicedesk_core.store.outbox import StoredWrite, asked_before
from servicedesk_core.store.schema import RECORDS

LOOKED_BACK: Final = timedelta(days=90)
"""What was resolved longer ago stays as it is: nobody expects the desk to tidy up years."""

_PIECE: Final = 1_000
"""So many tickets are read at once."""

_T, _N = RECORDS["tickets"].c, RECORDS["notes"].c
_DONE: Final = (StatusCategory.CLOSED.value, StatusCategory.RESOLVED.value)


class _Rule(NamedTuple):
    """The rule for closing.

    Attributes:
        after_days: After how many days.
        version: The version of the definitions that last changed it.
    """

    after_days: int
    version: int

    def __str__(self) -> str:
        return f"{self.after_days}:v{self.version}"


def facts_of(row: TicketRow) -> Facts:
    """Return what the scope of a standing approval is held against, of a ticket."""
    refs = {"client": (row.company, row.company_ref), "queue": (row.queue, row.queue_ref),
            "technician": (row.assignee, row.assignee_ref)}  # fmt: skip
    named = {fact: (name, ref and id_of(row.connection, ref)) for fact, (name, ref) in refs.items()}
    told = {**named, "priority": (row.priority,)}
    return {fact: tuple(word for word in words if word) for fact, words in told.items() if any(words)}


def facts_now(tx: Tx, write: StoredWrite) -> tuple[TicketRow, Facts] | Moot:
    """Return the ticket that a write changes, or adds something to, with its facts as they are now."""
    one = ticket_of(tx, write.connection, write.target or write.parent or "")
    if one.gone_at is not None:
        return Moot(f"The vendor has {one.row.ticket} no more.")
    return one.row, facts_of(one.row)


def suggestions(tx: Tx, _desk: Any, now: datetime) -> Iterator[Suggestion]:
    """Yield the tickets that stayed resolved as long as the rule says, the first resolved first."""
    if (rule := _rule(tx, now)) is None:
        return
    span = timedelta(days=rule.after_days)
    stood = _T.resolved_at.between(to_us(now - LOOKED_BACK), to_us(now - span))
    resolved = (_T.status_category == StatusCategory.RESOLVED.value, _T.gone_at.is_(None), stood)
    found_ones = tx.execute(_query().where(*resolved).order_by(_T.resolved_at, _T.local_id)).all()
    closings: dict[str, dict[str, Any]] = {}
    for row, one in _with_rows(tx, found_ones):
        if _wrote_again(one):
            continue
        if row.connection not in closings:
            closings[row.connection] = status_given(tx, row.connection, StatusCategory.CLOSED)
        closing = closings[row.connection]
        if row.status is not None and row.status == closing.get("status"):
            continue  # one word means resolved and closed: there is nothing to do
        ticket = found(tx, row.external_id, row.connection, None)
        request_id = _known_as(tx, row, one, rule)
        why = _reason(one, rule)
        try:
            intent = update_of(tx, ticket, closing, None, reason=why, request_id=request_id)
        except WriteError:  # it shows that already
            continue
        yield Suggestion(intent, facts_of(row), (why, "The client has not written since."))


def past(tx: Tx, _desk: Any, period: Period) -> Iterator[Suggestion]:
    """Yield the tickets that would have been closed within a period, by the rule as it is at its end."""
    if (rule := _rule(tx, period.end)) is None:
        return
    span = timedelta(days=rule.after_days)
    stood = _T.resolved_at.between(to_us(period.start - span), to_us(period.end - span) - 1)
    still = or_(_T.closed_at.is_(None), _T.closed_at > _T.resolved_at + span // timedelta(microseconds=1))
    done = (_T.status_category.in_(_DONE), _T.gone_at.is_(None), stood, still)
    found_ones = tx.execute(_query().where(*done).order_by(_T.resolved_at, _T.local_id)).all()
    for row, one in _with_rows(tx, found_ones):
        resolved_at = optional_instant(one.resolved_at)
        if resolved_at is None or _wrote_again(one, within=span):
            continue
        values = {"status_category": StatusCategory.CLOSED.value}
        aggregate, label = f"tickets:{row.external_id}", f"{row.ticket} {row.title}".strip()
        request_id = _request_id(row, one, rule)
        intent = Intent(row.connection, UPDATE, aggregate, label, values, target=row.external_id, request_id=request_id)
        yield Suggestion(intent, facts_of(row), (_reason(one, rule),), at=resolved_at + span)


def still(tx: Tx, write: StoredWrite, now: datetime) -> Facts | Moot:
    """Return the facts of a ticket that is to be closed, or why it is not: it was opened again, or the rule changed."""
    told = facts_now(tx, write)
    if isinstance(told, Moot):
        return told
    row, facts = told
    if row.status_category != StatusCategory.RESOLVED.value:
        return Moot(f"{row.ticket} is {row.status or row.status_category or 'in no category'} by now.")
    one = tx.execute(_query().where(_T.local_id == row.local_id)).one()
    if _wrote_again(one):
        return Moot(f"The client wrote again on {row.ticket}.")
    if (rule := _rule(tx, now)) is None:
        return Moot("There is no rule for closing any more.")
    if write.request_id != _known_as(tx, row, one, rule):
        return Moot(f"{row.ticket} was resolved again since, or the rule for closing changed.")
    return facts


def _with_rows(tx: Tx, found_ones: Sequence[Row[Any]]) -> Iterator[tuple[TicketRow, Row[Any]]]:
    """Yield tickets as lists show them, in pieces: the list of all numbers is longer than a statement takes."""
    for start in range(0, len(found_ones), _PIECE):
        piece = found_ones[start : start + _PIECE]
        rows = rows_by_id(tx, [one.local_id for one in piece])
        yield from ((rows[one.local_id], one) for one in piece)


def _rule(tx: Tx, at: datetime) -> _Rule | None:
    rule = next(iter(in_force(tx, CLOSING, at)), None)
    return None if rule is None else _Rule(rule.after_days, max(one.version for one in decisions(tx, CLOSING).values()))


def _query() -> Any:
    wrote = (
        select(func.max(_N.created_at))
        .where(
            _N.source_id == _T.source_id,
            _N.ticket_ref == _T.external_id,
            and_(_N.author_type == ActorType.CUSTOMER.value, _N.gone_at.is_(None)),
        )
        .scalar_subquery()
    )
    return select(_T.local_id, _T.resolved_at, wrote.label("wrote_at"))


def _wrote_again(one: Row[Any], within: timedelta | None = None) -> bool:
    if one.wrote_at is None or one.resolved_at is None or one.wrote_at <= one.resolved_at:
        return False
    return within is None or one.wrote_at <= one.resolved_at + within // timedelta(microseconds=1)


def _request_id(row: TicketRow, one: Row[Any], rule: _Rule) -> str:
    """Return what a closing is about: the ticket since it was resolved the last time, by the rule as it stands.

    A rule that was changed and changed back is another version, so that what went moot in between is wanted again.
    """
    return f"tickets.close-resolved:{row.connection}:{row.external_id}:{one.resolved_at}:{rule}"


def _known_as(tx: Tx, row: TicketRow, one: Row[Any], rule: _Rule) -> str:
    """Return what a closing is about, as it was called when it was proposed first: once without the version."""
    request_id = _request_id(row, one, rule)
    before = request_id.removesuffix(f":v{rule.version}")
    return before if asked_before(tx, before) is not None else request_id


def _reason(one: Row[Any], rule: _Rule) -> str:
    at = optional_instant(one.resolved_at)
    days = "day" if rule.after_days == 1 else "days"
    return f"Resolved since {at:%Y-%m-%d %H:%M} UTC, which is {rule.after_days} {days} or more."


ACTS: Final = (
    AutomaticAct(
        "tickets.close-resolved",
        "Closes tickets that stayed resolved as long as the rule for closing says.",
        kinds=(UPDATE,),
        suggests=f"{__name__}:suggestions",
        past=f"{__name__}:past",
        still=f"{__name__}:still",
        rules=(CLOSING.name,),
    ),
)
