"""The changes feed as an asynchronous iterator."""

from collections.abc import AsyncGenerator, Collection
from functools import partial

from servicedesk_core.hooks import Change
from servicedesk_core.ports import Clock
from servicedesk_core.store import Store, changes

BATCH = 500


async def follow(
    store: Store,
    clock: Clock,
    *,
    since: int | None,
    consumer: str | None,
    entities: Collection[str] | None,
    include_backfill: bool,
    poll_s: float | None,
) -> AsyncGenerator[Change, None]:
    """Yield changes in order.

    A consumer's position moves when it comes back for more: what it was given last counts as done then, so that a
    crash repeats changes and never loses one.

    Args:
        store: The store.
        clock: Sleeps between polls.
        since: Position to begin after; ``None`` = the consumer's own, or the beginning.
        consumer: Name under which the position is kept; ``None`` = keep none.
        entities: Only these streams.
        include_backfill: Also what a backfill or a remap brought.
        poll_s: Seconds between looks for more; ``None`` = end when there is nothing more.
    """
    position = since
    if position is None:
        position = await store.read(partial(changes.offset, consumer=consumer)) if consumer else 0
    while True:
        head = await store.read(changes.head)
        batch = await store.read(
            partial(
                changes.read,
                after_seq=position,
                limit=BATCH,
                entities=entities,
                include_backfill=include_backfill,
            )
        )
        for change in batch:
            yield change
            position = change.seq
        if len(batch) < BATCH:
            position = max(position, head)  # what was filtered out is done too
        if consumer:
            await store.write(partial(changes.advance, consumer=consumer, seq=position, now=clock.now()))
        if len(batch) < BATCH:
            if poll_s is None:
                return
            await clock.sleep(poll_s)
