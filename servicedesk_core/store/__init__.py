"""The desk's own database.

A store is opened here. What is in it is read and written by the modules beside this one, as functions over a
connection, so that a caller composes its own transaction.
"""

from servicedesk_core.store.leases import Fence
from servicedesk_core.store.store import Store, Tx

__all__ = ["Fence", "Store", "Tx"]
