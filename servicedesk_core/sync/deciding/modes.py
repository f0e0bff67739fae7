"""The kinds of passes: what each reads, and what is concluded when it is complete."""

from datetime import datetime
from functools import partial
from typing import Final

from sqlalchemy import select

from servicedesk_core.hooks.pulling import PullMode, PullRequest
from servicedesk_core.store import Tx, passes, records
from servicedesk_core.store.passes import Pass, PassKey
from servicedesk_core.store.schema import RECORDS, seen
from servicedesk_core.sync.deciding import deletions
from servicedesk_core.sync.deciding.committing import committer
from servicedesk_core.sync.deciding.plan import Slice, complete_back_to, slices
from servicedesk_core.sync.deciding.watermark import first_watermark, lower_bound, next_watermark
from servicedesk_core.sync.mending import stale
from servicedesk_core.sync.mending.fetching import fetch
from servicedesk_core.sync.mending.folding import fold_touched
from servicedesk_core.sync.mending.gone import drop_unnamed
from servicedesk_core.sync.mending.missing import apply_missing
from servicedesk_core.sync.names import BACKFILL, TICKETS
from servicedesk_core.sync.reading.pulling import Piece, incremental, pull
from servicedesk_core.sync.run import StreamRun

INCREMENTAL: Final = "incremental"
SWEEP: Final = "sweep"
RECONCILE: Final = "reconcile"
PLAN: Final = "plan"
DONE: Final = "done"
OPEN_READ: Final = f"{BACKFILL}:open-read"
"""Marks, by the version of the mapping, that all open tickets were read in this backfill."""


async def plan_backfill(stream: StreamRun, *, again: bool = False) -> tuple[Slice, ...]:
    """Return the pieces of the stream's backfill that are still to be read; begin one where there is none.

    With the backfill begins the incremental watermark: what changes while old records are read comes with the next
    incremental pass.

    Args:
        stream: The stream.
        again: Begin a new backfill although there is one.
    """
    run, key = stream.run, stream.key(PLAN)
    planned = await run.store.read(lambda tx: passes.resume_of(tx, key))
    if planned is None or again:
        expected = await run.connection.calls.count(stream.request(PullMode.BACKFILL))
        now, vendor_now = run.clock.now(), run.vendor_now()
        planned = await run.write(lambda tx: _begin(tx, stream, expected, now, vendor_now))
    plan = planned
    pieces = _slices(stream, plan)
    stream.report.expected = plan.records if plan.pages else None
    done = await run.store.read(lambda tx: _finished(tx, stream))
    stream.report.backfilled, stream.report.complete_back_to = complete_back_to(pieces, done)
    return tuple(piece for piece in pieces if piece.name not in done)


def _begin(tx: Tx, stream: StreamRun, expected: int | None, now: datetime, vendor_now: datetime) -> Pass:
    for old in passes.all(tx, stream.run.source_id, stream.stream):
        if old.key.mode.partition(":")[0] == BACKFILL:
            passes.discard(tx, old.pass_id)
    planned = passes.start(tx, stream.key(PLAN), now, since=stream.since, restart=True)
    if expected is not None:
        passes.commit_page(tx, planned.pass_id, resume=None, records=expected)
    passes.finish(tx, planned.pass_id, watermark=None, now=now)
    first = passes.start(tx, stream.key(INCREMENTAL), now, restart=True)
    passes.finish(tx, first.pass_id, watermark=first_watermark(vendor_now), now=now)
    deletions.begin(tx, stream, vendor_now, now)
    return passes.resume_of(tx, stream.key(PLAN)) or planned


def _slices(stream: StreamRun, planned: Pass) -> tuple[Slice, ...]:
    expected = planned.records if planned.pages else None
    return slices(stream.capability, anchor=planned.started_at, since=stream.since, expected=expected)


def _finished(tx: Tx, stream: StreamRun) -> set[str]:
    found = passes.all(tx, stream.run.source_id, stream.stream, scope_hash=stream.scope, mode=BACKFILL)
    return {one.key.slice for one in found if one.state == "complete"}


async def read_slice(stream: StreamRun, piece: Slice) -> None:
    """Read one piece of a backfill.

    Open tickets are read first, and not again with the other pieces. A ticket that ends in between comes with its
    piece. One that is opened again is left out by its piece, and comes with the changes since the backfill began. Which
    statuses are open is a matter of the mapping: when that is another one by then, the pieces leave nothing out.
    """
    run = stream.run
    version = _version(stream)
    key, open_read = stream.key(BACKFILL, piece.name), stream.key(OPEN_READ, version)
    begun, has_open = await run.store.read(lambda tx: (passes.resume_of(tx, key), passes.resume_of(tx, open_read)))
    request = PullRequest(
        stream.stream,
        PullMode.BACKFILL,
        since=piece.since,
        until=piece.until,
        only_open=piece.only_open,
        without_open=has_open is not None and not piece.only_open,
        expected=piece.expected,
    )
    done = await pull(stream, Piece(BACKFILL, request, piece.name), committer(stream, BACKFILL))
    await _finish(stream, done, mode=BACKFILL)
    # One that was interrupted may have begun with another mapping.
    if piece.only_open and (begun is None or begun.state != "running") and _version(stream) == version:
        await run.write(lambda tx: _mark(tx, open_read, run.clock.now()))

    def completeness(tx: Tx) -> tuple[bool, datetime | None]:
        planned = passes.resume_of(tx, stream.key(PLAN))
        return complete_back_to(_slices(stream, planned), _finished(tx, stream)) if planned else (False, None)

    stream.report.backfilled, stream.report.complete_back_to = await run.store.read(completeness)


async def read_changes(stream: StreamRun, last: Pass, watermark: datetime) -> None:
    """Read what changed since the watermark of the last pass, and earn a new one."""
    run = stream.run
    since = lower_bound(watermark, now=run.vendor_now(), overlap=stream.overlap, before=last.since)
    deleted_since = await deletions.wanted_since(stream, since)
    commit = committer(stream, INCREMENTAL, unchanged_until=since, lists_deleted=deleted_since is not None)
    done = await pull(stream, incremental(stream, since, deleted_since=deleted_since), commit)
    earned = next_watermark(
        since=done.since or since,
        records=done.records,
        max_seen=done.max_stamp,
        # The vendor may have told its time only while it was read.
        pass_started_at=min(done.until or done.started_at, run.vendor_now()),
        overlap=stream.overlap,
    )
    if run.is_ahead(earned):  # as it was before, which the vendor has only told now; all is compared after this
        earned = lower_bound(earned, now=run.vendor_now(), overlap=stream.overlap, before=last.since)
    await _finish(stream, done, mode=INCREMENTAL, watermark=earned)
    if stream.capability.rebuilds and stream.report.gone:
        await _drop_unnamed(stream, mode=INCREMENTAL)


async def sweep(stream: StreamRun, *, restart: bool = False) -> None:
    """Read the whole of a stream that has no modification stamp; what is not there any more is gone."""
    run = stream.run
    before = await run.store.read(lambda tx: passes.resume_of(tx, stream.key(SWEEP, DONE)))
    mode = BACKFILL if before is None else SWEEP
    request = stream.request(PullMode.BACKFILL)
    piece = Piece(SWEEP, request, restart=restart)
    done = await pull(stream, piece, committer(stream, mode, notes_seen=True))
    await apply_missing(stream, done, mode=mode)
    await _finish(stream, done, mode=mode)
    await run.write(lambda tx: _mark(tx, stream.key(SWEEP, DONE), run.clock.now()))
    stream.report.backfilled = True


def _mark(tx: Tx, key: PassKey, now: datetime) -> None:
    mark = passes.start(tx, key, now, restart=True)
    passes.finish(tx, mark.pass_id, watermark=None, now=now)


def _version(stream: StreamRun) -> str:
    return stream.run.connection.calls.mapping_version(stream.stream)


async def reconcile(stream: StreamRun, *, restart: bool = False) -> None:
    """Compare all ids and stamps with the vendor's: fetch what we do not have or is older, mark what is gone."""
    request = stream.request(PullMode.RECONCILE)
    done = await pull(stream, Piece(RECONCILE, request, restart=restart), committer(stream, RECONCILE, notes_seen=True))
    await _fetch_unknown(stream, done)
    await _fetch_stale(stream)
    await apply_missing(stream, done, mode=RECONCILE)
    await _finish(stream, done, mode=RECONCILE)
    if stream.capability.rebuilds:
        await _drop_unnamed(stream, mode=RECONCILE)


async def _drop_unnamed(stream: StreamRun, *, mode: str) -> None:
    """Drop the technician or company that only records that are gone or corrected had named."""
    run = stream.run
    if unnamed := await run.store.read(lambda tx: records.unnamed(tx, run.source_id)):
        await run.write(lambda tx: drop_unnamed(tx, stream, unnamed, mode=mode, now=run.clock.now()))


async def _fetch_unknown(stream: StreamRun, done: Pass) -> None:
    """Fetch the records that the vendor lists and the store does not hold."""
    run = stream.run
    if not run.connection.calls.implements("fetch_records"):
        return
    after = ""
    while chunk := await run.store.read(partial(_unknown, stream=stream, done=done, after=after)):
        await fetch(stream, chunk, mode=RECONCILE)
        after = chunk[-1]


async def _fetch_stale(stream: StreamRun) -> None:
    """Fetch the records whose stamps showed that the store holds an older state."""
    run = stream.run
    while chunk := await run.store.read(partial(stale.some, stream=stream)):
        await fetch(stream, chunk, mode=RECONCILE)
        await run.write(partial(stale.forget, stream=stream, refs=chunk))


def _unknown(tx: Tx, stream: StreamRun, done: Pass, after: str) -> list[str]:
    table, run = RECORDS[stream.stream], stream.run
    there = select(table.c.local_id).where(
        table.c.source_id == run.source_id, table.c.external_id == seen.c.external_id, table.c.gone_at.is_(None)
    )
    query = (
        select(seen.c.external_id)
        .where(seen.c.pass_id == done.pass_id, seen.c.external_id > after, ~there.exists())
        .order_by(seen.c.external_id)
        .limit(run.limits.fetch_batch)
    )
    return list(tx.execute(query).scalars())


async def _finish(stream: StreamRun, done: Pass, *, mode: str, watermark: datetime | None = None) -> None:
    """Conclude a pass; the tickets that its events touched are folded before, so that a crash folds them again."""
    run = stream.run
    if stream.capability.folds_into == TICKETS:
        await fold_touched(stream, mode)
    now = run.clock.now()
    await run.write(lambda tx: passes.finish(tx, done.pass_id, watermark=watermark, now=now))
