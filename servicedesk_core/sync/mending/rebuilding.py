"""A source whose mapping changed is read again as one new generation, swapped in one transaction.

Pages are put aside first, in small transactions. Then one transaction maps them all, stores them, removes what is no
longer there and folds the tickets: readers see the old generation or the new one, and a process that dies before the
end leaves the old one.
"""

from collections.abc import Mapping
from datetime import datetime
from functools import partial
from typing import Any, Final

from servicedesk_core.hooks.pulling import PullMode, SourceRecord
from servicedesk_core.store import Tx, leases, passes, records
from servicedesk_core.store.passes import Pass
from servicedesk_core.sync.landing.intake import take_in
from servicedesk_core.sync.landing.prepared import Landed, Prepared
from servicedesk_core.sync.landing.staging import put_aside, taken_up
from servicedesk_core.sync.mending.folding import fold_some, note_touched
from servicedesk_core.sync.mending.gone import drop_unnamed, mark_gone, release_unlisted
from servicedesk_core.sync.names import TICKETS
from servicedesk_core.sync.reading.batches import Batch
from servicedesk_core.sync.reading.pulling import Piece, position, pull
from servicedesk_core.sync.run import StreamRun

REBUILD: Final = "rebuild"
GENERATION: Final = "generation"
REPLACED: Final = "replaced"
_AT_ONCE: Final = 1_000


def is_outdated(tx: Tx, stream: StreamRun) -> bool:
    """Whether the store holds the stream as an older mapping made it."""
    versions = {p.key.slice for p in passes.all(tx, stream.run.source_id, stream.stream, mode=GENERATION)}
    return bool(versions) and versions != {stream.landing.version}


def note_generation(tx: Tx, stream: StreamRun, now: datetime) -> None:
    """Note by which mapping the stream is stored."""
    for old in passes.all(tx, stream.run.source_id, stream.stream, mode=GENERATION):
        passes.discard(tx, old.pass_id)
    mark = passes.start(tx, stream.key(GENERATION, stream.landing.version), now)
    passes.finish(tx, mark.pass_id, watermark=None, now=now)


async def rebuild(stream: StreamRun) -> None:
    """Read the whole source again and replace what the store holds of it."""
    run, landing = stream.run, stream.landing
    excluder = landing.excluder

    async def stage(whole: Pass, part: Pass, batch: Batch) -> None:
        now = run.clock.now()
        rows: list[tuple[str, Mapping[str, Any]]] = [(r.external_id, r.raw) for r in batch.arrived]
        if excluder:
            prepare = partial(landing.prepare, arrived=batch.arrived, rejected=batch.rejected, force=True)
            rows = [("", put_aside(excluder, await run.store.read(prepare)))]

        def work(tx: Tx) -> None:
            passes.stage(tx, whole.pass_id, rows)
            position(tx, part, batch, now)

        await run.write(work)
        stream.add(Landed(), read=batch.records)

    request = stream.request(PullMode.BACKFILL)
    done = await pull(stream, Piece(REBUILD, request, restart=True), stage)
    now = run.clock.now()
    landed, gone = await run.write(lambda tx: _swap(tx, stream, done, now))
    stream.add(landed, read=0, gone=gone)


def _swap(tx: Tx, stream: StreamRun, done: Pass, now: datetime) -> tuple[Landed, int]:
    """Replace the stream by the pages that were put aside; the lease is kept alive inside the transaction."""
    run, landing = stream.run, stream.landing
    total = Landed()
    number = 1
    while (page := passes.staged_page(tx, done.pass_id, number)) is not None:
        ready = _prepared(tx, stream, page)
        landed = landing.land(tx, ready, mode=REBUILD, now=now)
        total += landed
        passes.note_seen(tx, done.pass_id, ready.arrived)
        if stream.capability.folds_into == TICKETS:
            note_touched(tx, stream, ready.incoming, now)
        if run.fence is not None:
            leases.renew(tx, run.fence, run.limits.lease_ttl_s)
        number += 1
    gone = _remove_old(tx, stream, done, now)
    release_unlisted(tx, stream, done, before=now)
    while stream.capability.folds_into == TICKETS and fold_some(tx, stream, mode=REBUILD, now=now):
        if run.fence is not None:
            leases.renew(tx, run.fence, run.limits.lease_ttl_s)
    drop_unnamed(tx, stream, records.unnamed(tx, run.source_id), mode=REBUILD, now=now)
    passes.finish(tx, done.pass_id, watermark=None, now=now)
    note_generation(tx, stream, now)
    return total, gone


def _prepared(tx: Tx, stream: StreamRun, page: list[tuple[str, dict[str, Any]]]) -> Prepared:
    if stream.landing.excluder:
        return taken_up(tx, stream.landing, page[0][1])
    intake = take_in(SourceRecord(external_id, raw) for external_id, raw in page)
    return stream.landing.prepare(tx, intake.arrived, intake.rejected, force=True)


def _remove_old(tx: Tx, stream: StreamRun, done: Pass, now: datetime) -> int:
    run = stream.run
    gone = 0
    after = 0
    while old := passes.unseen(
        tx,
        done.pass_id,
        run.source_id,
        stream.stream,
        first_seen_before=now,
        after_local_id=after,
        limit=_AT_ONCE,
    ):
        gone += mark_gone(tx, stream, list(old), reason=REPLACED, mode=REBUILD, now=now)
        after = max(old.values())
        if run.fence is not None:
            leases.renew(tx, run.fence, run.limits.lease_ttl_s)
    return gone
