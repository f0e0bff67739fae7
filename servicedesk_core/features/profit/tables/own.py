"""Whose account a client is."""

from collections.abc import Mapping

from sqlalchemy import select

from servicedesk_core.features.profit.report import Key
from servicedesk_core.store import Tx
from servicedesk_core.store.queries.scope import Scope, Sight
from servicedesk_core.store.schema import RECORDS
from servicedesk_core.store.schema import sources as source_table


def own_clients(tx: Tx, technician: tuple[str, str], scope: Scope | None) -> Mapping[Key, tuple[str, str]]:
    """Return the clients whose account a technician owns, each with its connection and name.

    Args:
        tx: Any transaction.
        technician: The connection, and the vendor's id.
        scope: Only what it lets through.
    """
    c, (connection, ref) = RECORDS["companies"].c, technician
    seen = () if scope is None else (Sight(tx, scope).require("companies"),)
    query = (
        select(c.source_id, c.external_id, source_table.c.name, c.name.label("client"))
        .join(source_table, source_table.c.id == c.source_id)
        .where(source_table.c.name == connection, c.owner_ref == ref, c.gone_at.is_(None), *seen)
    )
    return {(source_id, client): (of, name) for source_id, client, of, name in tx.execute(query)}
