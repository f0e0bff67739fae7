"""Messages as lists show them: what was noticed, joined with the writes that carry it."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from sqlalchemy import ColumnElement, select

from servicedesk_core.domain.writing import WriteState
from servicedesk_core.features.messages import tables
from servicedesk_core.features.messages.model import Answer, MessageDetail, MessageRow, MessageState
from servicedesk_core.features.messages.tables import Stored
from servicedesk_core.features.tickets import TicketFilter, conditions, in_scope, rows_by_id
from servicedesk_core.store import Tx
from servicedesk_core.store.queries.scope import Scope
from servicedesk_core.store.schema import RECORDS, client_messages, survey_answers

_T: Final = RECORDS["tickets"].c
_STATES: Final[Mapping[WriteState, MessageState]] = {
    WriteState.PROPOSED: MessageState.PROPOSED,
    WriteState.QUEUED: MessageState.QUEUED,
    WriteState.SENDING: MessageState.QUEUED,
    WriteState.CONFIRMED: MessageState.SENT,
    WriteState.PARTLY_APPLIED: MessageState.SENT,
    WriteState.REJECTED: MessageState.REFUSED,
    WriteState.IN_DOUBT: MessageState.IN_DOUBT,
    WriteState.DISCARDED: MessageState.DISCARDED,
}


def of_tickets(tx: Tx, chosen: TicketFilter, scope: Scope | None) -> list[ColumnElement[bool]]:
    """Return what is true of messages about some tickets; nothing where all are meant."""
    asked = [*conditions(tx, chosen), *in_scope(tx, scope)] if chosen != TicketFilter() or scope is not None else []
    return [client_messages.c.ticket_id.in_(select(_T.local_id).where(*asked))] if asked else []


def rows(tx: Tx, where: Sequence[ColumnElement[bool]], limit: int | None = None) -> Iterator[MessageRow]:
    """Yield messages, the newest first."""
    for row, _ in _found(tx, where, limit):
        yield row


def detail(tx: Tx, number: int, scope: Scope | None) -> MessageDetail | None:
    """Return a message with all that it says; ``None`` = there is none, or its ticket is not in the scope."""
    where = [client_messages.c.id == number, *of_tickets(tx, TicketFilter(), scope)]
    for row, said in _found(tx, where, None):
        return MessageDetail(row, said.get("text") or said.get("body"), said.get("html"))
    return None


def answered(tx: Tx, scope: Scope | None) -> Iterator[Answer]:
    """Yield what clients answered, the newest first."""
    a = survey_answers.c
    where = [a.ticket_id.in_(select(_T.local_id).where(*in_scope(tx, scope)))] if scope is not None else []
    found = tx.execute(select(a.ticket_id, a.rating, a.comment, a.at).where(*where).order_by(a.at.desc())).all()
    tickets = rows_by_id(tx, {row.ticket_id for row in found})
    for row in found:
        if (ticket := tickets.get(row.ticket_id)) is not None:
            yield Answer(ticket.ticket, ticket.company, row.rating, row.comment, row.at)


def _found(
    tx: Tx, where: Sequence[ColumnElement[bool]], limit: int | None
) -> Iterator[tuple[MessageRow, Mapping[str, Any]]]:
    found = [*tables.listed(tx, where, limit)]
    tickets = rows_by_id(tx, {one.ticket_id for one, _ in found})
    for one, write in found:
        ticket, said = tickets.get(one.ticket_id), write.said or {}
        row = MessageRow(
            number=one.id,
            trigger=one.tells,
            ticket=ticket.ticket if ticket is not None else str(one.ticket_id),
            client=ticket.company if ticket is not None else None,
            state=_state(one, write.write_state),
            to=said.get("to"),
            subject=said.get("subject") or said.get("title"),
            why=one.why or write.error,
            happened_at=one.happened_at,
            due_at=one.due_at,
            template=one.template,
            write=one.write_id,
            told_at=write.finished_at,
            local_id=one.ticket_id,
        )
        yield row, said


def _state(one: Stored, write: WriteState | None) -> MessageState:
    return MessageState(one.state) if write is None else _STATES[write]
