"""By which rules what somebody asks for becomes the intent of a write: words become references."""

from typing import Any

from sqlalchemy import Connection as Tx
from sqlalchemy import select

from servicedesk_core.arguments import did_you_mean
from servicedesk_core.domain import StatusCategory, Ticket
from servicedesk_core.domain.writing import Intent
from servicedesk_core.errors import NotFoundLocallyError
from servicedesk_core.features.tickets.model import TicketDetail
from servicedesk_core.features.tickets.tables.detail import ticket_of
from servicedesk_core.outbox.changing import change_of
from servicedesk_core.outbox.values import Fields, known
from servicedesk_core.store import records, sources
from servicedesk_core.store.queries import names
from servicedesk_core.store.queries.ownership import ensure_own
from servicedesk_core.store.queries.scope import Scope, Sight
from servicedesk_core.store.schema import RECORDS

UPDATE, CREATE = "tickets.update", "tickets.create"


def found(tx: Tx, ticket: str, connection: str | None, scope: Scope | None) -> TicketDetail:
    """Return a ticket that the vendor still has, and that the scope lets through.

    Raises:
        NotFoundLocallyError: The store holds none, or the vendor has it no more.
    """
    one = ticket_of(tx, connection, ticket, scope=scope)
    if one.gone_at is not None:
        message = f"The vendor has {one.row.ticket} no more."
        raise NotFoundLocallyError(message, hint="`servicedesk sync` brings the store up to date.")
    return one


def resolved(tx: Tx, connection: str, scope: Scope | None, **words: str | None) -> dict[str, Any]:
    """Return references by what people call what they mean; an empty word means nobody, and ``None`` nothing.

    Raises:
        NotFoundLocallyError: The store holds no such record, or several; what a scope does not let through counts as
            not there.
    """
    streams = {"queue": "queues", "assignee": "technicians", "company": "companies", "contact": "contacts"}
    return {
        f"{field}_ref": ref_of(tx, connection, scope, streams[field], word) if word else None
        for field, word in words.items()
        if word is not None
    }


def ref_of(tx: Tx, connection: str, scope: Scope | None, stream: str, word: str) -> str:
    """Return the vendor's id of what people call by a word; raises like :func:`resolved`."""
    source = sources.get(tx, connection)
    seen = None if scope is None else Sight(tx, scope).nameable(stream)
    # A ticket may go to a queue that whoever sends it there does not see.
    meant = names.find(tx, source.id, stream, word, seen=None if stream == "queues" else seen)
    if len(meant) == 1:
        return meant[0]
    what = {"queues": "queue", "technicians": "technician", "companies": "client", "contacts": "contact"}[stream]
    if meant:
        message = f'There are {len(meant)} {stream} called "{word}".'
        raise NotFoundLocallyError(message, hint=f"Name the vendor's id: {', '.join(meant[:5])}.")
    near = did_you_mean(word, names.known(tx, source.id, stream, seen=seen))
    hint = "Name it as the desk shows it, or by the vendor's id."
    raise NotFoundLocallyError(f'There is no {what} "{word}".{near}', hint=hint, connection=connection)


def update_of(
    tx: Tx, found: TicketDetail, wanted: Fields, scope: Scope | None, *, reason: str, request_id: str | None
) -> Intent:
    """Return the intent to change a ticket: only what it does not show already, based on what it shows.

    Raises:
        NotPermittedError: A field names something that is not in the scope.
        WriteError: It shows all of that already, or a field is unknown.
    """
    label = _label(found)
    whole = ticket_of(tx, found.row.connection, found.row.external_id).ticket  # a scope leaves references out of it
    named = known(wanted, Ticket)
    ensure_own(tx, scope, UPDATE, named, connection=found.row.connection)
    source = sources.get(tx, found.row.connection)
    revision = records.revision_of(tx, source.id, Ticket.stream, found.row.external_id)
    change = change_of(label, whole, named, revision)
    return Intent(
        connection=found.row.connection,
        kind=UPDATE,
        aggregate=f"tickets:{found.row.external_id}",
        label=label,
        values=change.values,
        target=found.row.external_id,
        base=change.base,
        base_modified_at=change.base_modified_at,
        base_revision=change.base_revision,
        reason=reason,
        request_id=request_id,
    )


def child_of(
    tx: Tx,
    found: TicketDetail,
    kind: str,
    values: dict[str, Any],
    scope: Scope | None,
    *,
    visibility: str | None,
    reason: str,
    request_id: str | None,
) -> Intent:
    """Return the intent to add something to a ticket.

    Raises:
        NotPermittedError: A field names something that is not in the scope.
    """
    ensure_own(tx, scope, kind, values, connection=found.row.connection)
    return Intent(
        connection=found.row.connection,
        kind=kind,
        aggregate=f"tickets:{found.row.external_id}",
        label=_label(found),
        values=values,
        parent=found.row.external_id,
        visibility=visibility,
        reason=reason,
        request_id=request_id,
    )


def _label(found: TicketDetail) -> str:
    number = found.row.ticket
    return f"{number} {found.row.title}".strip()


def given(**values: Any) -> dict[str, Any]:
    """Return what somebody said; ``None`` = nothing."""
    return {name: value for name, value in values.items() if value is not None}


def priority_given(word: str | None) -> dict[str, Any]:
    """Return a priority as the field that it belongs to: our own five, or the vendor's own word."""
    if word is None:
        return {}
    return {"priority": word.upper()} if word.upper() in {"P1", "P2", "P3", "P4", "P5"} else {"priority_name": word}


def status_given(tx: Tx, connection: str, word: str | None) -> dict[str, Any]:
    """Return a status as the field that it belongs to: a word that the vendor uses, else one of our categories.

    A category for which the vendor's tickets show one word only is that word, so that who approves it sees what is
    sent; where no word means closed, tickets end with the one that means resolved. A word that is neither is left to
    the vendor's own list.
    """
    if word is None:
        return {}
    table = RECORDS["tickets"].c
    used = select(table.status, table.status_category).where(table.source_id == sources.get(tx, connection).id)
    shown = {status: category for status, category in tx.execute(used.distinct()) if status}
    if exact := next((status for status in shown if status.casefold() == word.casefold()), None):
        return {"status": exact}
    category = word.casefold()
    if category not in set(StatusCategory):
        return {"status": word}
    words = [status for status, meaning in shown.items() if meaning == category]
    if not words and category == StatusCategory.CLOSED:
        words = [status for status, meaning in shown.items() if meaning == StatusCategory.RESOLVED]
    return {"status": words[0]} if len(words) == 1 else {"status_category": category}
