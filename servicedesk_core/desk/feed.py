"""The changes feed as an asynchronous iterator."""

from collections.abc import AsyncGenerator, Collection, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from sqlalchemy import Connection

from servicedesk_core.hooks import Change
from servicedesk_core.ports import Clock
from servicedesk_core.store import Store, changes
from servicedesk_core.store.queries.belonging import Belonging
from servicedesk_core.store.queries.scope import Scope, Sight

BATCH = 500


def _in_scope(tx: Connection, batch: list[Change], scope: Scope, belonging: Belonging) -> list[Change]:
    """Return the changes of records in a scope, with what these showed while they were in it."""
    sight = Sight(tx, scope)
    belonging.take_in(tx, sight)

    def clean(state: Mapping[str, Any], stream: str) -> dict[str, Any]:
        return dict.fromkeys(state) | sight.state(state, stream)

    seen = {e: sight.local_ids(e, [c.local_id for c in batch if c.entity == e]) for e in {c.entity for c in batch}}
    since = {entity: belonging.since(tx, sight, entity, ids) for entity, ids in seen.items()}
    return [
        replace(
            c,
            before=clean(c.before, c.entity) if c.seq > since[c.entity][c.local_id] else {},
            after=clean(c.after, c.entity) if c.seq >= since[c.entity][c.local_id] else {},
        )
        for c in batch
        if c.connection == scope.connection and c.local_id in seen[c.entity]
    ]


async def follow(
    store: Store,
    clock: Clock,
    *,
    since: int | None,
    consumer: str | None,
    entities: Collection[str] | None,
    include_backfill: bool,
    poll_s: float | None,
    with_costs: bool = False,
    with_absences: bool = False,
    scope: Scope | None = None,
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
        with_costs: Whether it may say what work and goods cost.
        with_absences: Whether it may say when people are away.
        scope: Only changes of records that it lets through now; those of records that are not there any more are not.
            What a record showed before it came into the scope, such as under another client, is left out.
    """
    position = since
    if position is None:
        position = await store.read(partial(changes.offset, consumer=consumer)) if consumer else 0
    belonging = Belonging(position)
    while True:
        head = await store.read(changes.head)
        batch = await store.read(
            partial(
                changes.read,
                after_seq=position,
                limit=BATCH,
                entities=entities,
                include_backfill=include_backfill,
                with_costs=with_costs,
                with_absences=with_absences,
                with_internal=True,
            )
        )
        told = (
            batch
            if scope is None
            else await store.read(partial(_in_scope, batch=batch, scope=scope, belonging=belonging))
        )
        for change in told:
            yield change
            position = change.seq
        if batch:
            position = batch[-1].seq
        if len(batch) < BATCH:
            position = max(position, head)  # what was filtered out is done too
        if consumer:
            await store.write(partial(changes.advance, consumer=consumer, seq=position, now=clock.now()))
        if len(batch) < BATCH:
            if poll_s is None:
                return
            await clock.sleep(poll_s)
