"""One pass over one stream, or over a piece of it: pulled, stored and positioned, until its last page."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Final

from servicedesk_core.errors import CursorError
from servicedesk_core.hooks.pulling import PullMode, PullRequest
from servicedesk_core.store import Tx, passes
from servicedesk_core.store.passes import Pass
from servicedesk_core.sync.reading.batches import Batch, batches
from servicedesk_core.sync.reading.pages import PageStream
from servicedesk_core.sync.run import StreamRun

READ: Final = "core:read"
"""Position of a pass that saw its last page and has not been concluded yet."""

Commit = Callable[[Pass, Pass, Batch], Awaitable[None]]
"""Stores a batch with its position: the whole pass, the piece of it that is pulled, the batch."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Which pass over which piece of a stream.

    Attributes:
        mode: Kind of pass, as its position is saved: ``backfill``, ``incremental``, ``sweep`` …
        request: What to ask the connector for.
        name: Name of the slice; ``""`` = the whole.
        partitioned: Whether the connector may cut it into parts that are pulled side by side.
        restart: Begin anew even when a pass was interrupted.
    """

    mode: str
    request: PullRequest
    name: str = ""
    partitioned: bool = True
    restart: bool = False


async def pull(stream: StreamRun, piece: Piece, commit: Commit) -> Pass:
    """Read a piece of a stream to its last page and return its pass, not yet concluded.

    An interrupted pass goes on where it stopped, with the bounds that it began with. When the connector no longer
    understands its own position, the pass starts again, once.

    Args:
        stream: The stream.
        piece: What to read.
        commit: Stores each batch.

    Raises:
        IncompletePassError: The connector stopped without a last page.
        CursorError: Positions are not understood even after starting again.
        ConnectorError: Whatever the connector raised; what came before is stored.
    """
    await stream.run.ensure_allowed()
    try:
        return await _pull(stream, piece, commit)
    except CursorError:
        return await _pull(stream, replace(piece, restart=True), commit)


async def _pull(stream: StreamRun, piece: Piece, commit: Commit) -> Pass:
    run, key = stream.run, stream.key(piece.mode, piece.name)
    now = run.clock.now()
    # An incremental pass brings what changed until its start by the clock that stamps records; it asks for all.
    is_news = piece.request.mode is PullMode.INCREMENTAL
    until = run.vendor_now() if is_news else piece.request.until

    def begin(tx: Tx) -> tuple[Pass, list[Pass]]:
        whole = passes.start(tx, key, now, since=piece.request.since, until=until, restart=piece.restart)
        mine = passes.all(tx, run.source_id, stream.stream, scope_hash=stream.scope, mode=_parts_of(piece))
        if piece.restart:
            for part in mine:
                passes.discard(tx, part.pass_id)
            mine = []
        return whole, mine

    whole, parts = await run.write(begin)
    if whole.resume == READ:
        return whole
    request = replace(piece.request, since=whole.since, until=None if is_news else whole.until)
    if not parts and whole.resume is None:
        parts = await _partition(stream, piece, request)
    if parts:
        await side_by_side(
            stream.capability.parallel,
            [
                partial(_pull_part, stream, whole, part, replace(request, partition=part.key.partition), commit)
                for part in parts
                if part.state != "complete"
            ],
        )
    else:
        await _pull_part(stream, whole, whole, request, commit)
    return await run.write(lambda tx: _as_read(tx, whole, parts))


def _as_read(tx: Tx, whole: Pass, parts: Sequence[Pass]) -> Pass:
    """Note that every part saw its last page; the parts are no longer needed."""
    if parts:
        stamps = [part.max_stamp for p in parts if (part := passes.resume_of(tx, p.key)) and part.max_stamp]
        for part in parts:
            passes.discard(tx, part.pass_id)
        passes.commit_page(tx, whole.pass_id, resume=READ, records=0, max_stamp=max(stamps, default=None))
    return passes.resume_of(tx, whole.key) or whole


async def _partition(stream: StreamRun, piece: Piece, request: PullRequest) -> list[Pass]:
    """Ask the connector for the parts of a new pass, and note them, so that a resumed pass has the same ones."""
    if not piece.partitioned or stream.capability.parallel <= 1:
        return []
    names = await stream.run.connection.calls.plan_partitions(request)
    if len(names) <= 1:
        return []
    now = stream.run.clock.now()
    keys = [stream.key(_parts_of(piece), piece.name, name) for name in dict.fromkeys(names)]
    return await stream.run.write(lambda tx: [passes.start(tx, key, now, restart=True) for key in keys])


async def _pull_part(stream: StreamRun, whole: Pass, part: Pass, request: PullRequest, commit: Commit) -> None:
    run = stream.run
    request = replace(request, resume=part.resume)
    async with (
        PageStream(
            run.connection.calls, request, connection=run.connection.name, pages_ahead=run.limits.pages_ahead
        ) as pages,
        aclosing(batches(pages, run.limits)) as found,
    ):
        async for batch in found:
            await commit(whole, part, batch)
            if not batch.last:
                await run.ensure_allowed()


async def side_by_side(limit: int, jobs: Iterable[Callable[[], Awaitable[None]]]) -> None:
    """Run jobs, at most ``limit`` at once; the first failure stops the others and is raised."""
    turn = asyncio.Semaphore(limit)

    async def in_turn(job: Callable[[], Awaitable[None]]) -> None:
        async with turn:
            await job()

    try:
        async with asyncio.TaskGroup() as group:
            for job in jobs:
                group.create_task(in_turn(job))
    except ExceptionGroup as failures:
        raise failures.exceptions[0] from None


def position(tx: Tx, part: Pass, batch: Batch, now: datetime) -> None:
    """Save the position of a part in the transaction of its batch."""
    resume = READ if batch.last and not part.key.partition else batch.resume
    passes.commit_page(tx, part.pass_id, resume=resume, records=batch.records, max_stamp=batch.max_stamp)
    if batch.last and part.key.partition:
        passes.finish(tx, part.pass_id, watermark=None, now=now)


def _parts_of(piece: Piece) -> str:
    return f"{piece.mode}:{piece.name}:part"


def incremental(stream: StreamRun, since: datetime, *, deleted_since: datetime | None = None) -> Piece:
    """Return the pass over everything that changed since an instant."""
    request = PullRequest(stream.stream, PullMode.INCREMENTAL, since=since, deleted_since=deleted_since)
    return Piece("incremental", request, partitioned=False)
