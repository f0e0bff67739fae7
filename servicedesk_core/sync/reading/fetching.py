"""Reading named records: asked for by their ids, stored like any other."""

from contextlib import aclosing
from functools import partial

from servicedesk_core.hooks.pulling import FetchOutcome, FetchStatus, SourceRecord
from servicedesk_core.sync.landing.intake import take_in
from servicedesk_core.sync.run import StreamRun


async def fetch(stream: StreamRun, refs: list[str], *, mode: str) -> dict[str, FetchOutcome]:
    """Read named records and store those that exist.

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
                if outcome.status is FetchStatus.FOUND:
                    found += outcome.records
        intake = take_in(found)
        ready = await run.store.read(partial(landing.prepare, arrived=intake.arrived, rejected=intake.rejected))
        now = run.clock.now()
        landed = await run.write(partial(landing.land, ready=ready, mode=mode, now=now))
        stream.add(landed, read=len(found))
    return outcomes
