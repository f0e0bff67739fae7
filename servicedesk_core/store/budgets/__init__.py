"""A vendor account's quota, shared by all connections and processes of the desk through the store."""

from servicedesk_core.store.budgets.ledger import StoreLedger

__all__ = ["StoreLedger"]
