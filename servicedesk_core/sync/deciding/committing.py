"""Storing the batches of a pass: rows, deletions and position in one transaction."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from functools import partial

from servicedesk_core.store import Tx, passes
from servicedesk_core.store.passes import Pass
from servicedesk_core.sync.deciding import deletions
from servicedesk_core.sync.landing.intake import is_usable_id
from servicedesk_core.sync.landing.prepared import Landed
from servicedesk_core.sync.mending.folding import note_touched
from servicedesk_core.sync.mending.gone import mark_gone, release_unlisted
from servicedesk_core.sync.mending.stale import note_stale
from servicedesk_core.sync.names import DELETED, TICKETS
from servicedesk_core.sync.reading.batches import Batch
from servicedesk_core.sync.reading.pulling import position
from servicedesk_core.sync.run import StreamRun


def committer(
    stream: StreamRun,
    mode: str,
    *,
    notes_seen: bool = False,
    unchanged_until: datetime | None = None,
    lists_deleted: bool = False,
) -> Callable[[Pass, Pass, Batch], Awaitable[None]]:
    """Return what stores the batches of a pass.

    Args:
        stream: The stream.
        mode: What brought the records, for the changes feed.
        notes_seen: Whether the ids are collected, as evidence for what is missing.
        unchanged_until: See :func:`servicedesk_core.sync.landing.observe.changes`.
        lists_deleted: Whether the pass brings the vendor's list of deletions; see :mod:`.deletions`.
    """
    run, landing = stream.run, stream.landing
    folds = stream.capability.folds_into == TICKETS

    async def commit(whole: Pass, part: Pass, batch: Batch) -> None:
        # Whatever this pass meets, it meets after its start, also when the clock was set back meanwhile.
        now = max(run.clock.now(), whole.started_at)
        ready = await run.store.read(partial(landing.prepare, arrived=batch.arrived, rejected=batch.rejected))

        def work(tx: Tx) -> tuple[Landed, int]:
            landed = landing.land(tx, ready, mode=mode, now=now, unchanged_until=unchanged_until)
            if notes_seen:
                rejected = (r.external_id for r in batch.rejected)
                passes.note_seen(tx, whole.pass_id, filter(is_usable_id, [*ready.arrived, *batch.listed, *rejected]))
                note_stale(tx, stream, batch.listed, now)
            if folds:
                note_touched(tx, stream, ready.incoming, now)
            gone = mark_gone(tx, stream, batch.gone, reason=DELETED, mode=mode, now=now) if batch.gone else 0
            if batch.whole:
                release_unlisted(tx, stream, whole, before=whole.started_at)
            if lists_deleted and batch.last:
                deletions.note_listed(tx, stream, whole, now)
            position(tx, part, batch, now)
            return landed, gone

        landed, gone = await run.write(work)
        stream.add(landed, read=batch.records, gone=gone)

    return commit
