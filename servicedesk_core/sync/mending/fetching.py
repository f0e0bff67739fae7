"""Reading named records: asked for by their ids, stored like any other."""

from contextlib import aclosing
from functools import partial

from servicedesk_core.hooks.pulling import FetchOutcome, FetchStatus, SourceRecord
from servicedesk_core.store import Tx
from servicedesk_core.sync.landing.intake import take_in
from servicedesk_core.sync.landing.prepared import Landed, Prepared
from servicedesk_core.sync.mending.folding import note_touched
from servicedesk_core.sync.mending.gone import MERGED, mark_gone
from servicedesk_core.sync.names import TICKETS
from servicedesk_core.sync.run import StreamRun


async def fetch(stream: StreamRun, refs: list[str], *, mode: str) -> dict[str, FetchOutcome]:
    """Read named records and store those that exist; one that was merged into another is gone, and that one is stored.

    Args:
        stream: The stream they belong to.
        refs: Their ids.
        mode: For the changes feed.

    Returns:
        The outcome for each id.
    """
    run, landing = stream.run, stream.landing
    outcomes: dict[str, FetchOutcome] = {}
    for start in range(0, len(refs), run.limits.fetch_batch):
        await run.ensure_allowed()
        chunk = refs[start : start + run.limits.fetch_batch]
        found: list[SourceRecord] = []
        async with aclosing(run.connection.calls.fetch_records(stream.stream, chunk)) as answers:
            async for outcome in answers:
                outcomes[outcome.ref] = outcome
                if outcome.status in {FetchStatus.FOUND, FetchStatus.MERGED}:
                    found += outcome.records
        merged = [outcomes[ref] for ref in chunk if outcomes[ref].status is FetchStatus.MERGED]
        into = {one.ref: one.into or "" for one in merged if one.into != one.ref}
        intake = take_in(found)
        ready = await run.store.read(partial(landing.prepare, arrived=intake.arrived, rejected=intake.rejected))
        landed, gone = await run.write(partial(_store, stream=stream, ready=ready, into=into, mode=mode))
        stream.add(landed, read=len(found), gone=gone)
    return outcomes


def _store(tx: Tx, stream: StreamRun, ready: Prepared, into: dict[str, str], mode: str) -> tuple[Landed, int]:
    now = stream.run.clock.now()
    landed = stream.landing.land(tx, ready, mode=mode, now=now)
    if stream.capability.folds_into == TICKETS:
        note_touched(tx, stream, ready.incoming, now)
    return landed, mark_gone(tx, stream, list(into), reason=MERGED, mode=mode, now=now, into=into)
