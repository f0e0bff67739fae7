"""A dry run: everything is read and mapped, nothing is written."""

from contextlib import aclosing
from functools import partial

from servicedesk_core.hooks.pulling import PullMode, PullRequest
from servicedesk_core.store import passes
from servicedesk_core.sync.deciding.modes import INCREMENTAL
from servicedesk_core.sync.deciding.watermark import lower_bound
from servicedesk_core.sync.landing.prepared import Landed, Prepared
from servicedesk_core.sync.names import BACKFILL
from servicedesk_core.sync.options import SyncMode
from servicedesk_core.sync.reading.batches import batches
from servicedesk_core.sync.reading.pages import PageStream
from servicedesk_core.sync.report import StreamState
from servicedesk_core.sync.run import StreamRun


async def rehearse(stream: StreamRun) -> None:
    """Read and map what the next sync of a stream would bring first, and count it."""
    run = stream.run
    if stream.capability.children_of is not None or stream.capability.part_of is not None:
        stream.report.state = StreamState.SKIPPED  # below which records is known when those are stored
        return
    last = await run.store.read(lambda tx: passes.resume_of(tx, stream.key(INCREMENTAL)))
    request = stream.request(PullMode.BACKFILL)
    if last is not None and last.watermark is not None and run.options.mode is SyncMode.AUTO:
        since = lower_bound(last.watermark, now=run.vendor_now(), overlap=stream.overlap, before=last.since)
        request = PullRequest(stream.stream, PullMode.INCREMENTAL, since=since)
    stream.report.modes = [INCREMENTAL if request.mode is PullMode.INCREMENTAL else BACKFILL]
    async with (
        PageStream(
            run.connection.calls, request, connection=run.connection.name, pages_ahead=run.limits.pages_ahead
        ) as pages,
        aclosing(batches(pages, run.limits)) as found,
    ):
        async for batch in found:
            ready = await run.store.read(
                partial(stream.landing.prepare, arrived=batch.arrived, rejected=batch.rejected)
            )
            stream.add(_would(ready), read=batch.records)


def _would(ready: Prepared) -> Landed:
    new = sum(row.entity.external_id not in ready.known for row in ready.incoming)
    return Landed(
        new=new, changed=len(ready.incoming) - new, unchanged=ready.unchanged, quarantined=len(ready.rejected)
    )
