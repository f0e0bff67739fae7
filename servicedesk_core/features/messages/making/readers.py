"""Who reads what is told of a ticket: its contact, and how they want to be treated."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import select

from servicedesk_core.features.clients import Preferences, clients_of, contacts_of
from servicedesk_core.features.tickets import TicketRow
from servicedesk_core.store import Tx
from servicedesk_core.store.schema import RECORDS

_P: Final = RECORDS["contacts"].c


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads it.

    Attributes:
        ref: The vendor's id of the contact.
        address: Their address.
        values: Their names.
        wants: How they want to be treated, by what was said of them, else of their client.
    """

    ref: str
    address: str | None
    values: Mapping[str, str | None]
    wants: Preferences


def readers(tx: Tx, rows: Mapping[int, TicketRow], more: Mapping[int, Any], now: datetime) -> dict[int, Reader]:
    """Return who reads what is told of tickets, by the desk's own ids; who left their client reads nothing of it.

    Args:
        tx: Any transaction.
        rows: The tickets.
        more: Of each its ``source_id`` and ``contact_ref``.
        now: The present.
    """
    wanted: dict[int, set[str]] = {}
    for one in more.values():
        if one.contact_ref is not None:
            wanted.setdefault(one.source_id, set()).add(one.contact_ref)
    known = {key: row for source, refs in wanted.items() for key, row in _contacts(tx, source, refs)}
    clients, contacts = clients_of(tx), contacts_of(tx)
    found = {}
    for ticket_id, one in more.items():
        person, company_ref = known.get((one.source_id, one.contact_ref)), rows[ticket_id].company_ref
        if person is None or person.is_active is False or person.company_ref != company_ref:
            continue
        of_client = clients.at(one.source_id, company_ref, now) or Preferences()
        own = contacts.at(one.source_id, one.contact_ref, now)
        name = " ".join(filter(None, (person.first_name, person.last_name))) or None
        values = {"name": name, "first_name": person.first_name, "last_name": person.last_name}
        found[ticket_id] = Reader(one.contact_ref, person.email or None, values, _wants(of_client, own))
    return found


def _contacts(tx: Tx, source_id: int, refs: Iterable[str]) -> Iterable[tuple[tuple[int, str], Any]]:
    columns = (_P.external_id, _P.first_name, _P.last_name, _P.email, _P.is_active, _P.company_ref)
    query = select(*columns).where(_P.source_id == source_id, _P.external_id.in_([*refs]), _P.gone_at.is_(None))
    for row in tx.execute(query):
        yield (source_id, row.external_id), row


def _wants(of_client: Preferences, own: Preferences | None) -> Preferences:
    fields = {name: getattr(own, name) for name in Preferences.model_fields} if own is not None else {}
    said = {name: value for name, value in fields.items() if value is not None}
    return Preferences(**{name: getattr(of_client, name) for name in Preferences.model_fields} | said)
