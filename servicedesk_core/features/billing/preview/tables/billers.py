"""Who makes the invoices of whom."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TypeVar

from servicedesk_core.features.billing.kinds import BILLING, Biller, BillingPolicy
from servicedesk_core.features.definitions import in_force
from servicedesk_core.store import Tx, sources
from servicedesk_core.store.queries.names import meant_each

V = TypeVar("V")


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
    policy = policy_at(tx, at)
    single = by_client(tx, policy.client_biller)
    return lambda connection, ref: single.get((connection, ref), policy.biller)


def by_client(tx: Tx, decided: Mapping[str, V]) -> dict[tuple[str, str], V]:
    """Return what was decided for single clients, by connection and the vendor's id.

    Args:
        tx: Any transaction.
        decided: The same by name or id.
    """
    connections = {one.id: one.name for one in sources.all(tx)}
    return {
        (connections[one.source_id], one.external_id): decided[word]
        for word, several in meant_each(tx, "companies", set(decided)).items()
        for one in several
    }
