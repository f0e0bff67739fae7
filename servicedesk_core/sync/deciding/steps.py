"""What each stream needs in this run, as steps in phases."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from servicedesk_core.store import Tx, passes
from servicedesk_core.store.queries.completeness import CHILDREN
from servicedesk_core.sync.deciding import modes
from servicedesk_core.sync.deciding.plan import AFTER_TICKETS, is_due
from servicedesk_core.sync.mending import children, rebuilding
from servicedesk_core.sync.names import BACKFILL, TICKETS
from servicedesk_core.sync.options import SyncMode
from servicedesk_core.sync.reading.pulling import READ
from servicedesk_core.sync.run import StreamRun

NEWS: Final = -1
"""Phase of what is quick and wanted first: changes since the last run."""
LAST: Final = AFTER_TICKETS + 1
"""Phase of reconciliations."""


@dataclass(frozen=True, slots=True)
class Step:
    """One pass that a stream needs.

    Attributes:
        phase: Steps of a lower phase come first, over all streams.
        mode: Name of the pass, for the report.
        stream: The stream.
        work: Does it.
        is_needed: Asked when its turn comes, for what only the steps before it can tell.
    """

    phase: int
    mode: str
    stream: StreamRun
    work: Callable[[], Awaitable[None]]
    is_needed: Callable[[], bool] = lambda: True


@dataclass(frozen=True, slots=True)
class _State:
    """What the store remembers of a stream."""

    incremental: passes.Pass | None
    swept: passes.Pass | None
    swept_at: datetime | None
    reconciled: passes.Pass | None
    planned: passes.Pass | None
    other_scopes: bool
    outdated: bool
    generation: bool


async def steps_of(stream: StreamRun) -> list[Step]:
    """Return the steps that a stream needs now; may ask the vendor for a count when a backfill begins.

    Raises:
        ConnectorError: The vendor could not count.
    """
    run = stream.run
    if stream.capability.part_of is not None:
        stream.report.backfilled = True  # it comes with the other
        return []
    if stream.capability.children_of is not None:
        return _children(stream)
    state = await run.store.read(lambda tx: _state(tx, stream))
    if stream.capability.rebuilds:
        if state.outdated:
            return [Step(0, rebuilding.REBUILD, stream, partial(rebuilding.rebuild, stream))]
        if not state.generation:
            await run.write(lambda tx: rebuilding.note_generation(tx, stream, run.clock.now()))
    if not stream.capability.has_stamp:
        return _sweep(stream, state)
    again = run.options.mode is SyncMode.FULL
    steps: list[Step] = []
    last = state.incremental
    if state.planned is not None and last is not None and last.watermark is not None and not again:
        work = partial(modes.read_changes, stream, last, last.watermark)
        steps.append(Step(NEWS, modes.INCREMENTAL, stream, work))
    pieces = await modes.plan_backfill(stream, again=again)
    steps += [Step(piece.phase, BACKFILL, stream, partial(modes.read_slice, stream, piece)) for piece in pieces]
    return steps + _reconcile(stream, state)


def _children(stream: StreamRun) -> list[Step]:
    """Read those of open parents as soon as these are there, all others when the parents are; then see who is gone."""
    opening, rest = partial(children.read_children, stream, open_only=True), partial(children.read_children, stream)
    return [
        Step(0, CHILDREN, stream, opening),
        Step(AFTER_TICKETS, CHILDREN, stream, rest),
        Step(LAST + 1, CHILDREN, stream, partial(children.follow_parents, stream)),
    ]


def _sweep(stream: StreamRun, state: _State) -> list[Step]:
    run = stream.run
    now, every = run.clock.now(), run.connection.sweep_every
    running = state.swept is not None and state.swept.state == "running"
    stream.report.backfilled = state.swept_at is not None
    if run.options.mode is SyncMode.AUTO and not running and not is_due(state.swept_at, every=every, now=now):
        return []
    phase = AFTER_TICKETS if TICKETS in stream.capability.needs else NEWS
    restart = run.options.mode is SyncMode.FULL or _is_stale(state.swept, every, now)
    return [Step(phase, modes.SWEEP, stream, partial(modes.sweep, stream, restart=restart))]


def _reconcile(stream: StreamRun, state: _State) -> list[Step]:
    """Reconcile when asked, when due, when a watermark proves nothing, and to go on with an interrupted or held one.

    A log only when asked: it grows, and what its file lists no longer may only be older than the file goes back.
    """
    run = stream.run
    if stream.capability.folds_into is not None and run.options.mode is not SyncMode.RECONCILE:
        return []
    now, every = run.clock.now(), run.connection.reconcile_every
    last = state.reconciled
    if last is None:
        began = state.planned.started_at if state.planned is not None else now
        due = state.other_scopes or is_due(began, every=every, now=now)
    else:
        due = last.state == "running" or is_due(last.finished_at, every=every, now=now)
    work = partial(modes.reconcile, stream, restart=_is_stale(last, every, now))
    watermark = state.incremental.watermark if state.incremental is not None else None
    if run.options.mode is SyncMode.RECONCILE or due or (watermark is not None and run.is_ahead(watermark)):
        return [Step(LAST, modes.RECONCILE, stream, work)]
    if watermark is None:
        return []
    # Many a vendor tells its time only with the changes that it is asked for.
    return [Step(LAST, modes.RECONCILE, stream, work, partial(run.is_ahead, watermark))]


def _is_stale(held: passes.Pass | None, every: timedelta, now: datetime) -> bool:
    """Whether a pass that waits for a decision is so old that it should be read again."""
    return held is not None and held.resume == READ and is_due(held.started_at, every=every, now=now)


def _state(tx: Tx, stream: StreamRun) -> _State:
    mark = passes.resume_of(tx, stream.key(modes.SWEEP, modes.DONE))
    everything = passes.all(tx, stream.run.source_id, stream.stream)
    return _State(
        incremental=passes.resume_of(tx, stream.key(modes.INCREMENTAL)),
        swept=passes.resume_of(tx, stream.key(modes.SWEEP)),
        swept_at=mark.finished_at if mark is not None else None,
        reconciled=passes.resume_of(tx, stream.key(modes.RECONCILE)),
        planned=passes.resume_of(tx, stream.key(modes.PLAN)),
        other_scopes=any(p.key.scope_hash != stream.scope and p.key.mode == modes.PLAN for p in everything),
        outdated=rebuilding.is_outdated(tx, stream),
        generation=any(p.key.mode == rebuilding.GENERATION for p in everything),
    )
