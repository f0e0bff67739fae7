"""Records that the store holds, but not as the vendor has them: found by their stamps while ids are compared.

They are noted in the store with the page that showed them, and fetched when the comparison is through, so that a crash
in between loses none.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import delete, select

from servicedesk_core.store import Tx, passes, records
from servicedesk_core.store.schema import seen
from servicedesk_core.sync.run import StreamRun

STALE: Final = "stale"


def note_stale(tx: Tx, stream: StreamRun, listed: Mapping[str, Mapping[str, datetime]], now: datetime) -> None:
    """Note the records whose stored instants differ from what the vendor says.

    Args:
        tx: The transaction of the page.
        stream: The stream.
        listed: Instants by domain field by id.
        now: The present instant.
    """
    run = stream.run
    if not run.connection.calls.implements("fetch_records"):
        return
    # A field that must not be stored is blank for ever.
    blank_differs = not run.connection.exclusions.fields.get(stream.stream)
    stale = records.outdated(tx, run.source_id, stream.stream, listed, blank_differs=blank_differs)
    if stale:
        passes.note_seen(tx, passes.start(tx, stream.key(STALE), now).pass_id, stale)


def some(tx: Tx, stream: StreamRun) -> list[str]:
    """Return some of the noted records."""
    noted = passes.resume_of(tx, stream.key(STALE))
    if noted is None:
        return []
    mine = select(seen.c.external_id).where(seen.c.pass_id == noted.pass_id)
    return list(tx.execute(mine.order_by(seen.c.external_id).limit(stream.run.limits.fetch_batch)).scalars())


def forget(tx: Tx, stream: StreamRun, refs: Sequence[str]) -> None:
    """Take back the note of records that were fetched."""
    noted = passes.resume_of(tx, stream.key(STALE))
    if noted is not None:
        tx.execute(delete(seen).where(seen.c.pass_id == noted.pass_id, seen.c.external_id.in_(refs)))
