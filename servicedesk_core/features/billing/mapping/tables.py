"""What the store says of links, and of what a ledger has."""

from datetime import datetime
from typing import Final

from sqlalchemy import and_, delete, exists, not_, select

from servicedesk_core.domain.billing import Customer
from servicedesk_core.domain.writing import WriteState
from servicedesk_core.errors import NotFoundLocallyError, SettingsError
from servicedesk_core.features.billing.mapping.links import COMPANIES, Books, Key, LedgerRecord, Link, Target
from servicedesk_core.features.billing.preview.tables.billers import policy_at
from servicedesk_core.store import Tx, sources
from servicedesk_core.store.codec import codec_of
from servicedesk_core.store.schema import RECORDS, billing_links, outbox
from servicedesk_core.store.schema import sources as source_rows
from servicedesk_core.store.sources import Source
from servicedesk_core.store.upserting import insert_into

CREATE: Final = "customers.create"
_AGGREGATE: Final = "customers:"
_OF_DESK: Final = 0
_L = billing_links.c


def ledger_if_any(tx: Tx, at: datetime) -> Source | None:
    """Return the connection of the ledger: the one that is decided, else the only one with customers.

    Raises:
        NotFoundLocallyError: The store knows no connection of the decided name.
        SettingsError: Several are ledgers, and nobody decided which.
    """
    if (named := policy_at(tx, at).ledger) is not None:
        return sources.get(tx, named)
    having = set(tx.execute(select(RECORDS["customers"].c.source_id).distinct()).scalars())
    found = [one for one in sources.all(tx) if one.id in having]
    if len(found) > 1:
        names = ", ".join(one.name for one in found)
        hint = f'Decide in [billing]: ledger = "{found[0].name}".'
        raise SettingsError(f"Several connections are accounting systems: {names}.", hint=hint)
    return next(iter(found), None)


def ledger_of(tx: Tx, at: datetime) -> Source:
    """Return the same where there has to be one.

    Raises:
        NotFoundLocallyError: None was read yet, or the store knows no connection of the decided name.
        SettingsError: Several are ledgers, and nobody decided which.
    """
    if (found := ledger_if_any(tx, at)) is None:
        hint = "Connect one, and run `servicedesk sync`."
        raise NotFoundLocallyError("No accounting system was read yet.", hint=hint)
    return found


def books_of(tx: Tx, ledger: Source) -> Books:
    """Return what a ledger has, and what is linked to it."""
    names = {one.id: one.name for one in sources.all(tx)} | {_OF_DESK: ""}
    links = {
        Key(names[row.source_id], row.stream, row.ref, row.target): Link(
            row.target_ref, row.target_name, row.at, row.author
        )
        for row in tx.execute(select(billing_links).where(_L.ledger_id == ledger.id))
        if row.source_id in names
    }
    records: dict[tuple[str, str], LedgerRecord] = {}
    gone: set[tuple[str, str]] = set()
    for entity in (one.entity for one in Target):
        table, codec = RECORDS[entity.stream].c, codec_of(entity)
        query = select(table.gone_at, table.external_id, *(table[name] for name in codec.names))
        for gone_at, ref, *values in tx.execute(query.where(table.source_id == ledger.id).order_by(table.local_id)):
            records[entity.stream, ref] = codec.decode(ref, values)  # type: ignore[assignment]  # of this class
            if gone_at is not None:
                gone.add((entity.stream, ref))
    made = {key: ref for key, (_, ref) in made_for(tx, ledger.name).items() if ref is not None}
    return Books(ledger.name, links, records, gone, made)


def made_for(tx: Tx, ledger: str) -> dict[Key, tuple[int, str | None]]:
    """Return the writes that make, or made, customers for companies, each with the ledger's id as far as it has one.

    What was refused or dropped makes none, nor does what the ledger has no more.
    """
    of, there, its = outbox.c, RECORDS[Customer.stream].c, source_rows.c
    gone = exists().where(its.name == ledger, there.source_id == its.id, there.external_id == of.ref)
    query = select(of.id, of.aggregate, of.ref).where(of.connection == ledger, of.kind == CREATE)
    query = query.where(of.state.not_in([WriteState.REJECTED, WriteState.DISCARDED]))
    query = query.where(not_(gone.where(there.gone_at.is_not(None)))).order_by(of.id)
    found: dict[Key, tuple[int, str | None]] = {}
    for row in tx.execute(query):
        connection, _, ref = row.aggregate.removeprefix(_AGGREGATE).partition("/")
        found.setdefault(Key(connection, COMPANIES, ref, Customer.stream), (row.id, row.ref))
    return found


def aggregate_of(key: Key) -> str:
    """Return what customers that are made for companies are written under."""
    return f"{_AGGREGATE}{key.connection}/{key.ref}"


def keep(tx: Tx, ledger: str, key: Key, link: Link) -> None:
    """Keep a link, in place of the one that there was."""
    where = _where(tx, ledger, key)
    row = where | {
        "target_ref": link.target_ref,
        "target_name": link.target_name,
        "at": link.at,
        "author": link.author,
    }
    adding = insert_into(tx, billing_links).values(row)
    changed = {name: adding.excluded[name] for name in row if name not in where}
    tx.execute(adding.on_conflict_do_update(index_elements=list(where), set_=changed))


def forget(tx: Tx, ledger: str, key: Key) -> None:
    """Forget a link."""
    of = (_L[name] == value for name, value in _where(tx, ledger, key).items())
    tx.execute(delete(billing_links).where(and_(*of)))


def _where(tx: Tx, ledger: str, key: Key) -> dict[str, int | str]:
    source_id = sources.get(tx, key.connection).id if key.connection else _OF_DESK
    return {
        "ledger_id": sources.get(tx, ledger).id,
        "source_id": source_id,
        "stream": key.stream,
        "ref": key.ref,
        "target": key.target,
    }
