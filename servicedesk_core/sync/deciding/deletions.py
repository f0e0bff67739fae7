"""The vendor's own list of what it deleted: asked for on a schedule of its own, because each look is a request.

How far the list was read is a position like any other: it moves in the transaction of the page that brought the list,
so nothing deleted between two looks is lost, whatever happens to the passes in between.
"""

from datetime import datetime, timedelta
from typing import Final

from servicedesk_core.store import Tx, passes
from servicedesk_core.store.passes import Pass
from servicedesk_core.sync.deciding.plan import is_due
from servicedesk_core.sync.deciding.watermark import first_watermark
from servicedesk_core.sync.options import SyncMode
from servicedesk_core.sync.run import StreamRun

DELETIONS: Final = "deletions"
EVERY: Final = timedelta(hours=1)
"""How long a deletion may stay unnoticed, unless a run is asked to reconcile."""


async def wanted_since(stream: StreamRun, since: datetime) -> datetime | None:
    """Return from when on the list of deletions is wanted with this pass; ``None`` = not yet again.

    Args:
        stream: The stream.
        since: From when on the pass reads changes; serves where the list was never asked for.
    """
    run = stream.run
    last = await run.store.read(lambda tx: passes.resume_of(tx, stream.key(DELETIONS)))
    if last is None or last.watermark is None:
        return since
    if run.options.mode is SyncMode.AUTO and not is_due(last.finished_at, every=EVERY, now=run.clock.now()):
        return None
    return min(last.watermark, first_watermark(run.vendor_now()))


def begin(tx: Tx, stream: StreamRun, vendor_now: datetime, now: datetime) -> None:
    """Note that what the vendor deletes from its present instant on has to be listed, unless more than that has."""
    if passes.resume_of(tx, stream.key(DELETIONS)) is None:
        _note(tx, stream, vendor_now, now)


def note_listed(tx: Tx, stream: StreamRun, whole: Pass, now: datetime) -> None:
    """Note that an incremental pass brought the list, complete up to its start by the vendor's clock."""
    _note(tx, stream, whole.until or whole.started_at, now)


def _note(tx: Tx, stream: StreamRun, until: datetime, now: datetime) -> None:
    mark = passes.start(tx, stream.key(DELETIONS), now, restart=True)
    passes.finish(tx, mark.pass_id, watermark=first_watermark(until), now=now)
