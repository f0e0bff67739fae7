"""Tells connectors and extensions of changes: from the durable feed, after commit, at least once."""

from functools import partial
from typing import Final

from servicedesk_core.hooks.announced import Change
from servicedesk_core.ports import Clock
from servicedesk_core.store import Store, Tx, changes
from servicedesk_core.sync.connection import Announcer

CONSUMER: Final = "announcements"
_AT_ONCE: Final = 500


async def announce_changes(store: Store, clock: Clock, announcer: Announcer) -> int:
    """Announce what happened since the last time; return how many changes were told.

    Changes of backfills and remaps are left out. The position is saved after each batch was heard: a process that dies
    in between tells the batch again.
    """
    told = 0
    while True:
        after, head, batch = await store.read(_next)
        if head > after:
            if batch:
                announcer.on_changes(batch)
            told += len(batch)
            heard, now = (batch[-1].seq if batch else head), clock.now()
            await store.write(partial(changes.advance, consumer=CONSUMER, seq=heard, now=now))
        if not batch:
            return told


def _next(tx: Tx) -> tuple[int, int, list[Change]]:
    """Read the position, the end of the feed and what lies between; quiet changes alone are passed over at once."""
    after, head = changes.offset(tx, CONSUMER), changes.head(tx)
    return after, head, changes.read(tx, after, _AT_ONCE) if head > after else []
