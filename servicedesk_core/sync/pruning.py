"""Forgets what is old and known to everybody, so that a desk that runs for years does not grow by running."""

from datetime import datetime
from functools import partial

from servicedesk_core.store import Store, changes, runs


async def prune(store: Store, before: datetime) -> int:
    """Forget old changes that every consumer has passed, and old runs; in small transactions of their own.

    Everything else that the store remembers grows with the records, or is replaced by what follows it.

    Args:
        store: The store.
        before: What is younger than this stays.

    Returns:
        How many entries were forgotten.
    """
    forgotten = 0
    for forget in (changes.prune, runs.prune):
        while gone := await store.write(partial(forget, before=before)):
            forgotten += gone
    return forgotten
