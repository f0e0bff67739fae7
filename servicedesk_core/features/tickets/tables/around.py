"""Whom a ticket is for, and which device it is about."""

from dataclasses import replace
from datetime import date
from typing import cast

from sqlalchemy import Connection, select

from servicedesk_core.domain import Contact
from servicedesk_core.domain.warranty.facts import CoverState, best
from servicedesk_core.features.tickets.model import TicketDetail, TicketDevice
from servicedesk_core.store import sources
from servicedesk_core.store.codec import codec_of
from servicedesk_core.store.cover.assets import AssetFilter, every_asset
from servicedesk_core.store.schema import RECORDS


def with_whom_and_what(tx: Connection, found: TicketDetail, day: date) -> TicketDetail:
    """Return a ticket with its contact and its device, whose cover is told for a day."""
    row, ticket = found.row, found.ticket
    contact = _contact(tx, sources.id_of(tx, row.connection), ticket.contact_ref)
    return replace(found, contact=contact, device=_device(tx, row.connection, ticket.asset_ref, day))


def _contact(tx: Connection, source_id: int, ref: str | None) -> Contact | None:
    table, codec = RECORDS["contacts"], codec_of(Contact)
    query = select(*(table.c[name] for name in codec.names))
    found = tx.execute(query.where(table.c.source_id == source_id, table.c.external_id == ref)).one_or_none()
    return None if found is None or ref is None else cast("Contact", codec.decode(ref, list(found)))


def _device(tx: Connection, connection: str, ref: str | None, day: date) -> TicketDevice | None:
    named = every_asset(tx, AssetFilter(assets=(ref,), connection=connection)) if ref is not None else ()
    for one in named:
        if one.asset_ref == ref:
            fact = best(one.facts)
            state, until = (CoverState.NOT_ASKED, None) if fact is None else (fact.state_on(day), fact.until(day))
            return TicketDevice(one.name, one.serial_number, one.maker, one.model, state, until)
    return None
