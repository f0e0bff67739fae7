"""Which companies, sites and contacts definitions are about."""

from collections.abc import Iterable
from datetime import datetime
from typing import TypeVar

from sqlalchemy import select

from servicedesk_core.features.clients.book import Book, Key
from servicedesk_core.features.clients.kinds import CLIENTS, CONTACTS, Client, Contact
from servicedesk_core.features.definitions import Holding, holding
from servicedesk_core.store import Tx
from servicedesk_core.store.queries.names import Meant, meant_each
from servicedesk_core.store.schema import RECORDS

M = TypeVar("M", Client, Contact)


def clients_of(tx: Tx, known_at: datetime | None = None) -> Book[Client]:
    """Return what was said of clients, by company.

    Args:
        tx: Any transaction.
        known_at: Only what was applied by then; ``None`` = all.

    Raises:
        DefinitionsError: What is stored does not fit this program.
    """
    held = holding(tx, CLIENTS, known_at)
    return _book(held, meant_each(tx, "companies", {one.name for one in held}))


def contacts_of(tx: Tx) -> Book[Contact]:
    """Return what was said of contacts, by contact.

    Raises:
        DefinitionsError: What is stored does not fit this program.
    """
    held = holding(tx, CONTACTS)
    found = meant_each(tx, "contacts", {one.name for one in held}, also="email")
    words = {one.value.company for one in held if one.value is not None and one.value.company}
    companies = {word: {each[:2] for each in them} for word, them in meant_each(tx, "companies", words).items()}
    if not companies:
        return _book(held, found)
    t = RECORDS["contacts"].c
    rows = tx.execute(select(t.source_id, t.external_id, t.company_ref).where(t.company_ref.is_not(None)))
    of = {(source_id, ref): (source_id, company) for source_id, ref, company in rows}
    named = {one.name: one.value.company for one in held if one.value is not None and one.value.company}
    for name, company in named.items():
        found[name] = [one for one in found[name] if of.get(one[:2]) in companies[company]]
    return _book(held, found)


def _book(held: Iterable[Holding[M]], meant: dict[str, list[Meant]]) -> Book[M]:
    said: dict[Key, dict[str, list[tuple[datetime | None, M | None]]]] = {}
    for one in held:
        for each in meant[one.name]:
            said.setdefault(each[:2], {}).setdefault(one.name, []).append((one.since, one.value))
    return Book({key: several.values() for key, several in said.items()})
