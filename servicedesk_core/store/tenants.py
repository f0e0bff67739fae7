"""Another account behind a connection: accepted by a person, and never where records of two would be mixed."""

from typing import TYPE_CHECKING

from sqlalchemy import Connection, Table, delete, literal, or_, select

from servicedesk_core.errors import TenantMismatchError
from servicedesk_core.store import sources
from servicedesk_core.store.schema import (
    RECORDS,
    billing_links,
    children_read,
    leaks,
    progress,
    quarantine,
    record_issues,
    record_revisions,
    seen,
    staged,
    ticket_histories,
)
from servicedesk_core.store.sources import Source

if TYPE_CHECKING:
    from servicedesk_core.hooks.capabilities import VendorIdentity


def accept(tx: Connection, source: Source, identity: "VendorIdentity") -> Source:
    """Store that this account stands behind a connection from now on.

    How far another account was read is forgotten: what is older than that would never be read of the new one.

    Args:
        tx: A write transaction of somebody who holds what pulls records, so that none are on their way.
        source: The connection.
        identity: The account.

    Raises:
        TenantMismatchError: The store holds records of the account of before.
    """
    current = sources.by_id(tx, source.id)
    is_another = (current.vendor, current.account) != (identity.vendor, identity.account)
    if is_another and any(_holds(tx, table, source.id) for table in RECORDS.values()):
        raise TenantMismatchError(
            f"This store holds records of {current.vendor} account {current.account}; those of {identity.account} "
            "would be mixed with them.",
            hint="Give the other tenant a connection and a store of its own.",
            connection=source.name,
        )
    if is_another:
        passes = select(progress.c.pass_id).where(progress.c.source_id == source.id)
        for part in (seen, staged):
            tx.execute(delete(part).where(part.c.pass_id.in_(passes)))
        for table in (progress, children_read, leaks, quarantine, record_issues, record_revisions, ticket_histories):
            tx.execute(delete(table).where(table.c.source_id == source.id))
        links = billing_links.c
        tx.execute(delete(billing_links).where(or_(links.source_id == source.id, links.ledger_id == source.id)))
    return sources.identify(tx, source.id, identity)


def _holds(tx: Connection, records: Table, source_id: int) -> bool:
    found = select(literal(1)).select_from(records).where(records.c.source_id == source_id).limit(1)
    return tx.execute(found).one_or_none() is not None
