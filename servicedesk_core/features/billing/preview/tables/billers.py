"""Who makes the invoices of whom."""

from collections.abc import Callable
from datetime import datetime

from servicedesk_core.features.billing.kinds import BILLING, Biller, BillingPolicy
from servicedesk_core.features.definitions import in_force
from servicedesk_core.store import Tx, sources
from servicedesk_core.store.queries.names import meant_each


def policy_at(tx: Tx, at: datetime) -> BillingPolicy:
    """Return how is billed at an instant.

    Raises:
        DefinitionsError: What is stored does not fit this program.
    """
    return next(iter(in_force(tx, BILLING, at)), BillingPolicy())


def biller_of(tx: Tx, at: datetime) -> Callable[[str, str], Biller]:
    """Return a function that says of a client, by connection and the vendor's id, who makes its invoices.

    Args:
        tx: Any transaction.
        at: When.

    Raises:
        DefinitionsError: What is stored does not fit this program.
    """
    policy, connections = policy_at(tx, at), {one.id: one.name for one in sources.all(tx)}
    meant = meant_each(tx, "companies", set(policy.client_biller))
    single = {
        (connections[one.source_id], one.external_id): policy.client_biller[word]
        for word, several in meant.items()
        for one in several
    }
    return lambda connection, ref: single.get((connection, ref), policy.biller)
