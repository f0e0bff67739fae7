"""Whose a write, a claim and a record of the audit trail is: the client's whose ticket or device it is about."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from sqlalchemy import (
    JSON,
    ColumnElement,
    Connection,
    Text,
    and_,
    cast,
    func,
    literal,
    or_,
    select,
    tuple_,
    type_coerce,
)

from servicedesk_core.domain import STREAMS
from servicedesk_core.errors import NotPermittedError
from servicedesk_core.store.audit import DIGEST, AuditRecord
from servicedesk_core.store.queries.scope import Scope, Sight
from servicedesk_core.store.schema import RECORDS, audit, claims, outbox, sources

WRITE: Final = "write:"
"""Before the number of a write where the audit trail names it."""

NEW_TICKET: Final = "tickets:new:"
"""Before what the outbox calls a ticket that does not exist yet."""

MOVES: Final = "stock_moves."
"""Before the kind of what takes a part for a ticket, or gives it back: the stock's, and the ticket's client's."""


def own_writes(tx: Connection, sight: Sight) -> ColumnElement[bool]:
    """Return what is true of the outbox's rows in a scope.

    A write to a ticket or a device belongs where that does, a new ticket to the client and queue that it is for, a part
    that is taken where its ticket does, and what is sent about a claim where the claim does. Everything else is
    foreign.

    Args:
        tx: Any transaction.
        sight: The scope.
    """
    aggregate = outbox.c.aggregate
    about = [
        and_(aggregate.startswith(f"{stream}:"), sight.holds(stream, func.substr(aggregate, len(stream) + 2)))
        for stream in ("tickets", "assets")
    ]
    claimed = select(literal("claims:") + claims.c.claim_id).where(own_claims(sight))
    return or_(
        and_(outbox.c.connection == sight.scope.connection, or_(*about, _own_new_ticket(tx, sight))),
        _own_move(tx, sight),
        outbox.c.aggregate.in_(claimed),
    )


def to_ticket(local_id: int) -> ColumnElement[bool]:
    """Return what is true of the outbox's rows that write to a ticket, or to what hangs on it.

    Args:
        local_id: The desk's own number of the ticket.
    """
    t = RECORDS["tickets"].c
    named = select(sources.c.name, literal("tickets:") + t.external_id).join(sources, sources.c.id == t.source_id)
    return tuple_(outbox.c.connection, outbox.c.aggregate).in_(named.where(t.local_id == local_id))


def own_claims(sight: Sight) -> ColumnElement[bool]:
    """Return what is true of claims in a scope: their ticket, their device and their client all belong to it.

    In a scope of queues a claim belongs where its ticket does, and one without a ticket belongs to none.

    Args:
        sight: The scope.
    """
    return sight.once("own claims", lambda: _own_claims(sight))


def _own_claims(sight: Sight) -> ColumnElement[bool]:
    scope, c, assets = sight.scope, claims.c, RECORDS["assets"].c

    def of_clients(column: ColumnElement[Any]) -> ColumnElement[bool]:
        if scope.companies:
            return sight.among(column, scope.companies)
        return sight.holds("tickets", column, "company_ref")

    device = assets.source_id == sight.source_id, assets.external_id == c.asset_ref, of_clients(assets.company_ref)
    of_asset = select(assets.local_id).where(*device).correlate_except(RECORDS["assets"]).exists()
    of_ticket = sight.holds("tickets", c.ticket_ref)
    return and_(
        sight.of_source(c.ticket_source_id),
        of_ticket if scope.queues else or_(of_ticket, and_(c.ticket_ref.is_(None), of_asset)),
        or_(c.asset_ref.is_(None), of_asset),
        or_(c.company_ref.is_(None), of_clients(c.company_ref)),
    )


def ensure_own(
    tx: Connection, scope: Scope | None, kind: str, values: Mapping[str, Any], *, connection: str, is_whole: bool = True
) -> None:
    """Make sure that what is to be written names nothing that a scope does not let through.

    A new ticket is made in a queue of the scope; one that is there may be given away to another queue.

    Args:
        tx: Any transaction.
        scope: The scope; ``None`` = everything is let through.
        kind: What is written and how.
        values: Its fields.
        connection: Where to.
        is_whole: Whether these are all fields of it, and not some that change in it.

    Raises:
        NotPermittedError: It names something else.
    """
    stream, is_new = kind.partition(".")[0], kind == "tickets.create"
    if scope is None or stream not in STREAMS:
        return
    named = {name: value for name, value in values.items() if is_new or name != "queue_ref"}
    foreign = scope.connection != connection or bool(Sight(tx, scope).foreign(named, stream))
    if stream == "tickets":
        for name, seen in scope.limits.items():
            is_told = (name in named) or (is_new and is_whole)
            foreign = foreign or (is_told and values.get(name) not in seen)
    if foreign:
        message = "It would be of a client, in a queue or about something that whoever acts may not see."
        raise NotPermittedError(message, hint="Name what they see, or ask somebody who sees it.")


def own_audit(tx: Connection, sight: Sight) -> ColumnElement[bool]:
    """Return what is true of the audit trail's records in a scope: those about its writes.

    Args:
        tx: Any transaction.
        sight: The scope.
    """
    numbers = select(literal(WRITE) + cast(outbox.c.id, Text)).where(own_writes(tx, sight))
    return audit.c.entity.in_(numbers)


def seen_record(sight: Sight, record: AuditRecord) -> AuditRecord:
    """Return a record of the audit trail as a scope sees it: without references that lead out of it.

    It keeps its own hash, by which the whole chain can be asked about it, and not the one of the record before, which
    may be another client's.

    Args:
        sight: The scope.
        record: The record, which belongs to it.
    """
    before, after = record.before, record.after
    if isinstance(after, dict) and (stream := str(after.get("kind")).partition(".")[0]) in STREAMS:
        after = {**after, "values": _seen(sight, after.get("values") or {}, stream)}
        before = _seen(sight, before or {}, stream)
    return replace(record, before=before, after=after, prev_hash="")


def _seen(sight: Sight, values: Mapping[str, Any], stream: str) -> dict[str, Any]:
    """Clean fields; what the chain holds as digests only says nothing to anybody."""
    sealed = {name: value for name, value in values.items() if isinstance(value, str) and value.startswith(DIGEST)}
    rest = sight.state({name: value for name, value in values.items() if name not in sealed}, stream)
    return {name: sealed.get(name, rest.get(name)) for name in values if name in sealed or name in rest}


def _own_move(tx: Connection, sight: Sight) -> ColumnElement[bool]:
    values = _values(tx)
    return and_(
        outbox.c.kind.startswith(MOVES),
        values["ticket_connection"].as_string() == sight.scope.connection,
        sight.holds("tickets", values["ticket_id"].as_string()),
    )


def _own_new_ticket(tx: Connection, sight: Sight) -> ColumnElement[bool]:
    values = _values(tx)
    conditions = [
        outbox.c.aggregate.startswith(NEW_TICKET, autoescape=True),
        or_(outbox.c.ref.is_(None), sight.holds("tickets", outbox.c.ref)),
    ]
    conditions += [values[name].as_string().in_(ids) for name, ids in sight.scope.limits.items()]
    return and_(*conditions)


def _values(tx: Connection) -> ColumnElement[Any]:
    text = outbox.c.new_values
    return cast(text, JSON) if tx.dialect.name == "postgresql" else type_coerce(text, JSON)
