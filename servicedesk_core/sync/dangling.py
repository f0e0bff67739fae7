"""References to records that the store does not have, fetched in batches at the end of a run."""

from datetime import timedelta
from typing import Final

from sqlalchemy import Connection as Tx
from sqlalchemy import select

from servicedesk_core.hooks.pulling import FetchStatus
from servicedesk_core.store import passes, records
from servicedesk_core.store.schema import quarantine, seen
from servicedesk_core.sync.run import StreamRun
from servicedesk_core.sync.storing import fetch

ANSWERED: Final = "dangling"
"""Pass under which references are remembered that the vendor does not have or does not show."""


async def fetch_dangling(stream: StreamRun, refs: list[str], *, mode: str) -> None:
    """Fetch referenced records of one stream.

    Args:
        stream: The stream that the references point at.
        refs: What the store does not have.
        mode: For the changes feed.
    """
    outcomes = await fetch(stream, refs, mode=mode)
    absent = [r for r, o in outcomes.items() if o.status in {FetchStatus.MISSING, FetchStatus.DENIED}]
    if absent:
        now = stream.run.clock.now()
        await stream.run.write(
            lambda tx: passes.note_seen(tx, passes.start(tx, stream.key(ANSWERED), now).pass_id, absent)
        )


async def wanted(streams: list[StreamRun]) -> dict[str, list[str]]:
    """Return, by stream, which references should be asked for now.

    What waits in quarantine is there and only not understood. What the vendor answered to be absent is not asked for
    again until the memory of a stream is forgotten as a whole.

    Args:
        streams: Streams whose records the connector can fetch.
    """
    if not streams:
        return {}
    run = streams[0].run
    forget_before = run.clock.now() - timedelta(seconds=run.limits.ask_again_s)

    def absentees(tx: Tx) -> dict[str, set[str]]:
        absent: dict[str, set[str]] = {}
        for stream in streams:
            memory = passes.resume_of(tx, stream.key(ANSWERED))
            if memory is not None and memory.started_at < forget_before:
                passes.discard(tx, memory.pass_id)
                memory = None
            mine = (quarantine.c.source_id == run.source_id) & (quarantine.c.stream == stream.stream)
            absent[stream.stream] = set(tx.execute(select(quarantine.c.external_id).where(mine)).scalars())
            if memory is not None:
                query = select(seen.c.external_id).where(seen.c.pass_id == memory.pass_id)
                absent[stream.stream].update(tx.execute(query).scalars())
        return absent

    absent = await run.write(absentees)
    limit = run.limits.dangling + max(map(len, absent.values()), default=0)
    found = await run.store.read(lambda tx: records.dangling(tx, run.source_id, limit))
    names = {stream.stream for stream in streams}
    return {
        name: chosen
        for name, refs in found.items()
        if name in names and (chosen := [r for r in refs if r not in absent.get(name, ())][: run.limits.dangling])
    }
