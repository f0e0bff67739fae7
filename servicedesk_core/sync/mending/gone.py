"""Records that are gone: deleted at the vendor, no longer listed, or no longer named by others."""

from collections.abc import Mapping
from datetime import datetime
from typing import cast

from servicedesk_core.domain import EventType, Ticket
from servicedesk_core.store import Tx, quarantine, records
from servicedesk_core.store.passes import Pass
from servicedesk_core.sync.landing import observe
from servicedesk_core.sync.landing.derived import late_snapshots, store_events
from servicedesk_core.sync.mending.folding import note_tickets_of
from servicedesk_core.sync.names import TICKETS
from servicedesk_core.sync.run import StreamRun

DELETED = "deleted"
UNNAMED = "unnamed"
"""Reason of a record that others stated by the way, and that none names any more."""


def mark_gone(tx: Tx, stream: StreamRun, external_ids: list[str], *, reason: str, mode: str, now: datetime) -> int:
    """Mark records as gone, with an event for each ticket; return how many were live before.

    Those that wait in quarantine are awaited no longer; tickets that are made of events that go are made anew.
    """
    source_id = stream.run.source_id
    if stream.capability.folds_into == TICKETS:
        note_tickets_of(tx, stream, external_ids, now)
    quarantine.release(tx, source_id, stream.stream, external_ids)
    if stream.stream == TICKETS and stream.landing.observes and reason == DELETED:
        known = records.known(tx, source_id, TICKETS, external_ids)
        there = records.load(tx, source_id, TICKETS, [i for i, k in known.items() if not k.gone])
        live = [cast("Ticket", ticket) for ticket in there.values()]
        deletions = (observe.happening(ticket, EventType.DELETED, at=now) for ticket in live)
        store_events(tx, source_id, [*late_snapshots(tx, source_id, live, now), *deletions], mode=mode, now=now)
    return len(records.mark_gone(tx, source_id, stream.stream, external_ids, reason=reason, mode=mode, now=now))


def release_unlisted(tx: Tx, stream: StreamRun, whole: Pass, *, before: datetime) -> None:
    """Take out of quarantine what a complete pass over the payloads of a stream did not bring."""
    left = quarantine.unlisted(tx, stream.run.source_id, stream.stream, whole.pass_id, before=before)
    quarantine.drop(tx, left.values())


def drop_unnamed(tx: Tx, stream: StreamRun, unnamed: Mapping[str, list[str]], *, mode: str, now: datetime) -> None:
    """Mark as gone what was only stated by the way and is not named any more; see :func:`records.unnamed`."""
    for other, external_ids in unnamed.items():
        records.mark_gone(tx, stream.run.source_id, other, external_ids, reason=UNNAMED, mode=mode, now=now)
