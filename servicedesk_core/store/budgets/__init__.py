"""A vendor account's quota, shared by all connections and processes of the desk through the store.

Each name is imported when it is first used.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from servicedesk_core.store.budgets.ledger import StoreLedger as StoreLedger
else:
    from servicedesk_core.exports import lazily

    __getattr__, __dir__ = lazily(__name__, __file__)
