"""What a complete pass did not list: checked again, held back when it is too much, then marked as gone."""

from datetime import datetime
from typing import Final

from servicedesk_core.hooks.pulling import FetchStatus, PullMode
from servicedesk_core.store import passes, quarantine, records
from servicedesk_core.store.passes import Pass
from servicedesk_core.sync.mending.fetching import fetch
from servicedesk_core.sync.mending.gone import mark_gone
from servicedesk_core.sync.names import DELETED
from servicedesk_core.sync.run import StreamRun

OUT_OF_SCOPE: Final = "out_of_scope"
"""The vendor still has the record, but it no longer belongs to what the configuration asks for."""

_AT_ONCE: Final = 1_000


async def apply_missing(stream: StreamRun, done: Pass, *, mode: str) -> None:
    """Conclude from a complete pass which records are gone.

    Only records that the desk knew before the pass began, and that lie in its range, can be missing. Where the
    connector can fetch single records, each is asked for once more: a record that still exists is out of scope, and
    one that could not be asked for stays as it is.

    Args:
        stream: The stream.
        done: The pass; the ids it saw are still collected under it.
        mode: For the changes feed.

    Raises:
        MassChangeError: Too many are missing; nothing was marked, and the pass stays open for a decision.
    """
    run = stream.run
    created_since = done.since if stream.capability.has_created else None

    missing, seen, live = await run.store.read(
        lambda tx: (
            list(
                passes.unseen(
                    tx,
                    done.pass_id,
                    run.source_id,
                    stream.stream,
                    first_seen_before=done.started_at,
                    created_since=created_since,
                )
            ),
            passes.seen_count(tx, done.pass_id),
            records.counts(tx, run.source_id)[stream.stream],
        )
    )
    if not run.options.accept_mass_change:
        run.guard.check(
            stream=stream.stream, missing=len(missing), live=live, seen=seen, connection=run.connection.name
        )
    for start in range(0, len(missing), _AT_ONCE):
        await _settle(stream, missing[start : start + _AT_ONCE], mode=mode)
    await _settle_quarantine(stream, done, mode=mode, is_whole=created_since is None)


async def _settle_quarantine(stream: StreamRun, done: Pass, *, mode: str, is_whole: bool) -> None:
    """Take out of quarantine what is not at the vendor any more."""
    run = stream.run
    held = await run.store.read(
        lambda tx: quarantine.unlisted(tx, run.source_id, stream.stream, done.pass_id, before=done.started_at)
    )
    named = [external_id for external_id in held if not external_id.startswith("?")]
    if is_whole or run.connection.calls.implements("fetch_records"):
        await _settle(stream, named, mode=mode, is_whole=is_whole)
    if mode != PullMode.RECONCILE:  # which lists ids, and says nothing of records without one
        nameless = [held[external_id] for external_id in held.keys() - named]
        await run.write(lambda tx: quarantine.drop(tx, nameless))


async def _settle(stream: StreamRun, missing: list[str], *, mode: str, is_whole: bool = True) -> None:
    """Ask once more for what was not listed, and mark what is gone.

    Args:
        stream: The stream.
        missing: Ids that were not listed.
        mode: For the changes feed.
        is_whole: Whether what exists should have been listed; otherwise it may only lie outside of the range.
    """
    run = stream.run
    deleted, elsewhere = missing, list[str]()
    if run.connection.calls.implements("fetch_records"):
        outcomes = await fetch(stream, missing, mode=mode)
        status = {ref: outcome.status for ref, outcome in outcomes.items()}
        deleted = [ref for ref in missing if status.get(ref) is FetchStatus.MISSING]
        elsewhere = [ref for ref in missing if is_whole and status.get(ref) is FetchStatus.FOUND]
    now: datetime = run.clock.now()
    gone = await run.write(
        lambda tx: (
            mark_gone(tx, stream, deleted, reason=DELETED, mode=mode, now=now)
            + mark_gone(tx, stream, elsewhere, reason=OUT_OF_SCOPE, mode=mode, now=now)
        )
    )
    stream.report.gone += gone
