"""Records that are gone: deleted at the vendor, no longer listed, or no longer named by others."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Final, cast

from servicedesk_core.domain import EventType, Ticket
from servicedesk_core.store import Tx, quarantine, records
from servicedesk_core.store.passes import Pass
from servicedesk_core.sync.landing import observe
from servicedesk_core.sync.landing.derived import late_snapshots, store_events
from servicedesk_core.sync.mending.folding import note_tickets_of
from servicedesk_core.sync.names import DELETED, TICKETS
from servicedesk_core.sync.run import StreamRun

MERGED: Final = "merged"
UNNAMED: Final = "unnamed"
"""Reason of a record that others stated by the way, and that none names any more."""


_TOLD: Final = {DELETED: EventType.DELETED, MERGED: EventType.MERGED}


def mark_gone(
    tx: Tx,
    stream: StreamRun,
    external_ids: Sequence[str],
    *,
    reason: str,
    mode: str,
    now: datetime,
    into: Mapping[str, str] = MappingProxyType({}),
) -> int:
    """Mark records as gone, with an event for each ticket; return how many were live before.

    What is a part of them goes with them. Those that wait in quarantine are awaited no longer; tickets that are made of
    events that go are made anew.

    Args:
        tx: A write transaction.
        stream: The stream.
        external_ids: Which ones.
        reason: Why.
        mode: What found out, for the changes feed.
        now: When.
        into: Which record each of them was merged into, if that is why.
    """
    source_id = stream.run.source_id
    if stream.capability.folds_into == TICKETS:
        note_tickets_of(tx, stream, external_ids, now)
    quarantine.release(tx, source_id, stream.stream, external_ids)
    if stream.stream == TICKETS and stream.landing.observes and reason in _TOLD:
        known = records.known(tx, source_id, TICKETS, external_ids)
        there = records.load(tx, source_id, TICKETS, [i for i, k in known.items() if not k.gone])
        live = [cast("Ticket", ticket) for ticket in there.values()]
        told = (observe.happening(t, _TOLD[reason], at=now, into=into.get(t.external_id)) for t in live)
        store_events(tx, source_id, [*late_snapshots(tx, source_id, live, now), *told], mode=mode, now=now)
    for part in stream.landing.parts:
        theirs = records.parts_of(tx, source_id, part, stream.stream, external_ids)
        records.mark_gone(tx, source_id, part, theirs, reason=reason, mode=mode, now=now)
    return len(records.mark_gone(tx, source_id, stream.stream, external_ids, reason=reason, mode=mode, now=now))


def release_unlisted(tx: Tx, stream: StreamRun, whole: Pass, *, before: datetime) -> None:
    """Take out of quarantine what a complete pass over the payloads of a stream did not bring."""
    left = quarantine.unlisted(tx, stream.run.source_id, stream.stream, whole.pass_id, before=before)
    quarantine.drop(tx, left.values())


def drop_unnamed(tx: Tx, stream: StreamRun, unnamed: Mapping[str, list[str]], *, mode: str, now: datetime) -> None:
    """Mark as gone what was only stated by the way and is not named any more; see :func:`records.unnamed`."""
    for other, external_ids in unnamed.items():
        if (known := stream.run.capabilities.get(other)) is not None and known.part_of is not None:
            continue
        records.mark_gone(tx, stream.run.source_id, other, external_ids, reason=UNNAMED, mode=mode, now=now)
