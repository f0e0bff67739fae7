"""From what somebody asks for to the intent of a write: words become references, values what JSON can hold."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from enum import Enum
from typing import Any

from sqlalchemy import Connection as Tx

from servicedesk_core.config.values import did_you_mean
from servicedesk_core.domain import Note, Ticket, TimeEntry
from servicedesk_core.domain.comparing import same
from servicedesk_core.errors import NotFoundLocallyError, SettingsError, WriteError
from servicedesk_core.store import sources
from servicedesk_core.store.queries import names, tickets
from servicedesk_core.store.queries.tickets import TicketDetail
from servicedesk_core.writes import Intent

UPDATE, CREATE = "tickets.update", "tickets.create"

Fields = Mapping[str, Any]

_KEEP = ("status",)
"""Kept beside a meaning, so that a write is refused when the word changed, and can be taken back to it."""


def found(tx: Tx, ticket: str, connection: str | None) -> TicketDetail:
    """Return a ticket that the vendor still has.

    Raises:
        NotFoundLocallyError: The store holds none, or the vendor has it no more.
    """
    one = tickets.get(tx, connection, ticket)
    if one.gone_at is not None:
        message = f"The vendor has {one.row.number or one.row.external_id} no more."
        raise NotFoundLocallyError(message, hint="`servicedesk sync` brings the store up to date.")
    return one


def resolved(tx: Tx, connection: str, **words: str | None) -> dict[str, Any]:
    """Return references by what people call what they mean; an empty word means nobody, and ``None`` nothing.

    Raises:
        NotFoundLocallyError: The store holds no such record, or several.
    """
    streams = {"queue": "queues", "assignee": "technicians", "company": "companies", "contact": "contacts"}
    return {
        f"{field}_ref": ref_of(tx, connection, streams[field], word) if word else None
        for field, word in words.items()
        if word is not None
    }


def ref_of(tx: Tx, connection: str, stream: str, word: str) -> str:
    """Return the vendor's id of what people call by a word; raises like :func:`resolved`."""
    source = sources.get(tx, connection)
    meant = names.find(tx, source.id, stream, word)
    if len(meant) == 1:
        return meant[0]
    what = {"queues": "queue", "technicians": "technician", "companies": "client", "contacts": "contact"}[stream]
    if meant:
        message = f'There are {len(meant)} {stream} called "{word}".'
        raise NotFoundLocallyError(message, hint=f"Name the vendor's id: {', '.join(meant[:5])}.")
    near = did_you_mean(word, names.known(tx, source.id, stream))
    hint = "Name it as the desk shows it, or by the vendor's id."
    raise NotFoundLocallyError(f'There is no {what} "{word}".{near}', hint=hint, connection=connection)


def update_of(found: TicketDetail, wanted: Fields, *, reason: str, request_id: str | None) -> Intent:
    """Return the intent to change a ticket: only what it does not show already, based on what it shows.

    Raises:
        WriteError: It shows all of that already, or a field is unknown.
    """
    shown = found.ticket.model_dump(mode="json")
    values = {field: value for field, value in known(wanted, Ticket).items() if not same(value, shown.get(field))}
    label = _label(found)
    if not values:
        raise WriteError(f"{label} shows that already; nothing is to be changed.", hint="`servicedesk sync`, if not.")
    based_on = [*values, *(field for field in _KEEP if "status_category" in values)]
    return Intent(
        connection=found.row.connection,
        kind=UPDATE,
        aggregate=f"tickets:{found.row.external_id}",
        label=label,
        values=values,
        target=found.row.external_id,
        base={field: shown.get(field) for field in based_on},
        base_modified_at=found.ticket.modified_at,
        reason=reason,
        request_id=request_id,
    )


def child_of(
    found: TicketDetail,
    kind: str,
    values: dict[str, Any],
    *,
    visibility: str | None,
    reason: str,
    request_id: str | None,
) -> Intent:
    """Return the intent to add something to a ticket."""
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
    number = found.row.number or found.row.external_id
    return f"{number} {found.row.title}".strip()


def given(**values: Any) -> dict[str, Any]:
    """Return what somebody said; ``None`` = nothing."""
    return {name: value for name, value in values.items() if value is not None}


def priority_given(word: str | None) -> dict[str, Any]:
    """Return a priority as the field that it belongs to: our own five, or the vendor's own word."""
    if word is None:
        return {}
    return {"priority": word.upper()} if word.upper() in {"P1", "P2", "P3", "P4", "P5"} else {"priority_name": word}


def known(values: Fields, entity: type[Ticket | Note | TimeEntry]) -> dict[str, Any]:
    """Return the values as JSON has them.

    Raises:
        WriteError: A field is none of the record's.
    """
    for field in values:
        if field not in entity.model_fields:
            near = did_you_mean(field, entity.model_fields)
            raise WriteError(f'There is no field "{field}".{near}', hint="Fields are named as in the domain model.")
    return {field: _json(value) for field, value in values.items()}


def _json(value: Any) -> Any:
    match value:
        case Enum():
            return value.value
        case datetime():
            if value.tzinfo is None:
                raise SettingsError("An instant needs a time zone.", hint="Give an aware datetime.")
            return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
        case date():
            return value.isoformat()
        case Mapping():
            return {str(key): _json(inner) for key, inner in value.items()}
        case list() | tuple():
            return [_json(inner) for inner in value]
        case _:
            return value
