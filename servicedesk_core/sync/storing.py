"""Storing the batches of a pass: rows, deletions and position in one transaction."""

from collections.abc import Awaitable, Callable, Mapping
from contextlib import aclosing
from datetime import datetime
from functools import partial
from typing import cast

from sqlalchemy import Connection as Tx

from servicedesk_core.domain import EventType, Ticket
from servicedesk_core.hooks.pulling import FetchOutcome, FetchStatus, SourceRecord
from servicedesk_core.store import passes, quarantine, records
from servicedesk_core.store.passes import Pass
from servicedesk_core.sync import deletions, observe
from servicedesk_core.sync.batches import Batch
from servicedesk_core.sync.derived import late_snapshots, store_events
from servicedesk_core.sync.folding import note_tickets_of, note_touched
from servicedesk_core.sync.intake import is_usable_id, take_in
from servicedesk_core.sync.names import TICKETS
from servicedesk_core.sync.prepared import Landed
from servicedesk_core.sync.pulling import position
from servicedesk_core.sync.run import StreamRun
from servicedesk_core.sync.stale import note_stale

DELETED = "deleted"
UNNAMED = "unnamed"
"""Reason of a record that others stated by the way, and that none names any more."""


def committer(
    stream: StreamRun,
    mode: str,
    *,
    notes_seen: bool = False,
    unchanged_until: datetime | None = None,
    lists_deleted: bool = False,
) -> Callable[[Pass, Pass, Batch], Awaitable[None]]:
    """Return what stores the batches of a pass.

    Args:
        stream: The stream.
        mode: What brought the records, for the changes feed.
        notes_seen: Whether the ids are collected, as evidence for what is missing.
        unchanged_until: See :func:`servicedesk_core.sync.observe.changes`.
        lists_deleted: Whether the pass brings the vendor's list of deletions; see :mod:`.deletions`.
    """
    run, landing = stream.run, stream.landing
    folds = stream.capability.folds_into == TICKETS

    async def commit(whole: Pass, part: Pass, batch: Batch) -> None:
        # Whatever this pass meets, it meets after its start, also when the clock was set back meanwhile.
        now = max(run.clock.now(), whole.started_at)
        ready = await run.store.read(partial(landing.prepare, arrived=batch.arrived, rejected=batch.rejected))

        def work(tx: Tx) -> tuple[Landed, int]:
            landed = landing.land(tx, ready, mode=mode, now=now, unchanged_until=unchanged_until)
            if notes_seen:
                rejected = (r.external_id for r in batch.rejected)
                passes.note_seen(tx, whole.pass_id, filter(is_usable_id, [*ready.arrived, *batch.listed, *rejected]))
                note_stale(tx, stream, batch.listed, now)
            if folds:
                note_touched(tx, stream, ready.incoming, now)
            gone = mark_gone(tx, stream, batch.gone, reason=DELETED, mode=mode, now=now) if batch.gone else 0
            if batch.whole:
                release_unlisted(tx, stream, whole, before=whole.started_at)
            if lists_deleted and batch.last:
                deletions.note_listed(tx, stream, whole, now)
            position(tx, part, batch, now)
            return landed, gone

        landed, gone = await run.write(work)
        stream.add(landed, read=batch.records, gone=gone)

    return commit


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
