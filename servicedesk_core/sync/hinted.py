"""Records that somebody says have changed: read again by their ids, and believed only as they are read."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from servicedesk_core.errors import AuthenticationError, LeaseError, ServiceDeskError, StoreError
from servicedesk_core.hooks.pulling import FetchStatus
from servicedesk_core.store import Tx, records, webhooks
from servicedesk_core.sync.deciding.plan import ordered
from servicedesk_core.sync.mending.fetching import fetch
from servicedesk_core.sync.mending.folding import fold_touched
from servicedesk_core.sync.mending.gone import mark_gone
from servicedesk_core.sync.names import DELETED, TICKETS
from servicedesk_core.sync.run import Run, StreamRun

HINTED: Final = "webhook"
"""``mode`` in the changes feed of what a hint led to."""

MOST_GONE: Final = 50
"""So many records may vanish within an hour or two; more look like a lost right, and are left to a reconciliation and
its guard."""

_GONE: Final = "gone"
"""Under which they are counted."""


@dataclass(slots=True)
class Reread:
    """What came of hints.

    Attributes:
        outcomes: By stream and id, what the vendor answered.
        unwanted: Streams that the configuration does not ask for, or the connector does not have.
        failed: By stream, why it could not be asked for; what is in ``outcomes`` of it was stored all the same.
        changed: Records that are new or changed.
        gone: Records that are marked as gone.
        held_back: By stream, how many would have been marked so, and were too many.
    """

    outcomes: dict[str, dict[str, FetchStatus]] = field(default_factory=dict)
    unwanted: set[str] = field(default_factory=set)
    failed: dict[str, ServiceDeskError] = field(default_factory=dict)
    changed: int = 0
    gone: int = 0
    held_back: dict[str, int] = field(default_factory=dict)


async def read_hinted(run: Run, hinted: Mapping[str, Mapping[str, bool]]) -> Reread:
    """Read records again, stream by stream in the order of a pass; one that fails leaves the others alone.

    A record is marked as gone only when the vendor does not have it now and something else says so too.

    Args:
        run: The run.
        hinted: By stream, the ids, and whether something else says already that the record is deleted.

    Raises:
        AuthenticationError: The vendor rejected the credentials.
        LeaseLostError: Another process took over.
        StoreError: The store cannot be written.
    """
    found = Reread(unwanted=set(hinted) - set(run.capabilities))
    for capability in ordered(run.capabilities[name] for name in hinted if name in run.capabilities):
        stream = run.stream(capability.stream)
        try:
            await _read(stream, hinted[stream.stream], found)
        except (AuthenticationError, LeaseError, StoreError):
            raise
        except ServiceDeskError as error:
            found.failed[stream.stream] = error
    return found


async def _read(stream: StreamRun, hinted: Mapping[str, bool], found: Reread) -> None:
    outcomes = await fetch(stream, list(hinted), mode=HINTED)
    statuses = found.outcomes[stream.stream] = {ref: outcome.status for ref, outcome in outcomes.items()}
    found.changed += stream.report.new + stream.report.changed
    found.gone += stream.report.gone  # what was merged into another
    gone = [ref for ref, is_deleted in hinted.items() if is_deleted and statuses.get(ref) is FetchStatus.MISSING]
    if gone:
        marked = await stream.run.write(lambda tx: _mark(tx, stream, gone))
        found.gone += marked or 0
        if marked is None:
            found.held_back[stream.stream] = len(gone)
    if stream.capability.folds_into == TICKETS:
        await fold_touched(stream, HINTED)


def _mark(tx: Tx, stream: StreamRun, gone: list[str]) -> int | None:
    """Mark records as gone; ``None`` = with those of before they are too many, not counting any that is not there."""
    now, source_id = stream.run.clock.now(), stream.run.source_id
    before = webhooks.counted(tx, now).get((source_id, _GONE), 0)
    live = sum(not one.gone for one in records.known(tx, source_id, stream.stream, gone).values())
    if before + live > MOST_GONE:
        return None
    webhooks.count(tx, {(source_id, _GONE): live}, now)
    return mark_gone(tx, stream, gone, reason=DELETED, mode=HINTED, now=now)
