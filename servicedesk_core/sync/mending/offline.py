"""Mapping again what is stored already: after a changed mapping, and from the quarantine."""

from collections.abc import Sequence
from functools import partial
from typing import Final

from servicedesk_core.hooks.pulling import FetchStatus
from servicedesk_core.store import Tx, passes, quarantine, records
from servicedesk_core.store.quarantine import QuarantinedRecord
from servicedesk_core.store.raws import pack
from servicedesk_core.sync.landing.intake import Arrived, is_usable_id
from servicedesk_core.sync.landing.prepared import Landed, Prepared
from servicedesk_core.sync.mending.fetching import fetch
from servicedesk_core.sync.mending.folding import fold_touched, note_touched
from servicedesk_core.sync.names import REMAP, TICKETS
from servicedesk_core.sync.run import StreamRun

RETRY: Final = "by_ids"
_AT_ONCE: Final = 1_000


async def remap(stream: StreamRun) -> None:
    """Build the rows of a stream again from their payloads, without network, events or notifications.

    Done in batches; an interrupted remap goes on where it stopped. Records without a payload stay as they are.
    """
    run, landing = stream.run, stream.landing
    key = stream.key(REMAP, landing.version)
    now = run.clock.now()
    current = await run.write(lambda tx: passes.start(tx, key, now))
    after = int(current.resume or 0)
    while rows := await run.store.read(
        partial(records.raws, source_id=run.source_id, stream=stream.stream, after_local_id=after, limit=_AT_ONCE)
    ):
        arrived = [Arrived(row.external_id, row.raw, pack(row.raw)) for row in rows]
        ready = await run.store.read(partial(landing.prepare, arrived=arrived, force=True))
        after = rows[-1].local_id
        landed = await run.write(partial(_store, stream=stream, ready=ready, pass_id=current.pass_id, after=after))
        stream.add(landed, read=len(rows))
    if stream.capability.folds_into == TICKETS:
        await fold_touched(stream, REMAP)
    await run.write(lambda tx: passes.discard(tx, current.pass_id))


def _store(tx: Tx, stream: StreamRun, ready: Prepared, pass_id: int, after: int) -> Landed:
    now = stream.run.clock.now()
    landed = stream.landing.land(tx, ready, mode=REMAP, now=now)
    if stream.capability.folds_into == TICKETS:
        note_touched(tx, stream, ready.incoming, now)
    passes.commit_page(tx, pass_id, resume=str(after), records=len(ready.arrived))
    return landed


async def retry(stream: StreamRun, held: Sequence[QuarantinedRecord]) -> None:
    """Try quarantined records of one stream again.

    The vendor's present state is better than an old payload, so records are fetched where that is possible; what it
    does not have any more leaves the quarantine. Records that cannot be fetched are mapped from their payload.

    Args:
        stream: The stream.
        held: The records.
    """
    run, landing = stream.run, stream.landing
    by_id = {one.external_id: one for one in held}
    if run.connection.calls.implements("fetch_records"):
        refs = [ref for ref in by_id if is_usable_id(ref) and not ref.startswith("?")]
        outcomes = await fetch(stream, refs, mode=RETRY)
        missing = [by_id[r].id for r, o in outcomes.items() if o.status in {FetchStatus.MISSING, FetchStatus.MERGED}]
        await run.write(partial(quarantine.drop, ids=missing))
        for ref, outcome in outcomes.items():
            if outcome.status in {FetchStatus.FOUND, FetchStatus.MISSING, FetchStatus.MERGED}:
                del by_id[ref]
    arrived = [
        Arrived(one.external_id, one.raw, pack(one.raw))
        for one in by_id.values()
        if one.raw is not None and not one.external_id.startswith("?")
    ]
    ready = await run.store.read(partial(landing.prepare, arrived=arrived, force=True))
    now = run.clock.now()
    landed = await run.write(partial(landing.land, ready=ready, mode=RETRY, now=now))
    stream.add(landed, read=len(arrived))
    if stream.capability.folds_into == TICKETS:
        await run.write(partial(note_touched, stream=stream, incoming=ready.incoming, now=now))
        await fold_touched(stream, RETRY)
