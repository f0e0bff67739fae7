"""Records that can be had only below their parents: read parent by parent, and compared within each.

A parent is asked when it is new, when it changed since, and from time to time besides. What it answers is stored
together with the note that it was asked, a few parents at a time; so a crash costs a few of them. A complete answer
proves that its other children are gone; an incomplete one proves nothing.
"""

from collections.abc import Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from servicedesk_core.errors import (
    AuthenticationError,
    ConnectorError,
    IncompletePassError,
    MassChangeError,
    NotFoundError,
    PermissionDeniedError,
    ProtocolError,
    RateLimitedError,
    ServiceDeskError,
    SyncError,
)
from servicedesk_core.hooks.pulling import FetchStatus, Page, SourceRecord
from servicedesk_core.store import Tx, changes, children, passes, quarantine, records
from servicedesk_core.store.children import Answer, Kinship
from servicedesk_core.store.queries.completeness import CHILDREN
from servicedesk_core.store.state import StoreState
from servicedesk_core.sync.landing.intake import take_in
from servicedesk_core.sync.landing.prepared import Landed, Prepared
from servicedesk_core.sync.landing.storing import ANOTHER_RECORD
from servicedesk_core.sync.mending.gone import mark_gone
from servicedesk_core.sync.names import BACKFILL, DELETED
from servicedesk_core.sync.options import SyncMode
from servicedesk_core.sync.reading.pulling import side_by_side
from servicedesk_core.sync.run import StreamRun

LOOKED: Final = "core:children:"
"""Key of what is remembered of the last look at the parents of a stream."""
ORPHANED: Final = "parent_gone"
"""Why a record is gone whose parent is."""
AT_ONCE: Final = 25
"""Parents that are stored together: what a crash costs."""
AGAIN: Final = timedelta(hours=1)
"""When a parent is asked again that could not be."""

_NEWS: Final = "incremental"
_AT_ONCE_GONE: Final = 1_000
_IDLE_PAGES: Final = 100
"""So many pages without anything new, one after the other, are a circle."""
_TOO_MANY: Final = 5
"""So many parents that fail, and none that does not, are no fault of theirs."""


@dataclass(slots=True)
class _Reading:
    """A parent that is asked for its children.

    Attributes:
        parent: Its id.
        mark: What it said of itself before.
        asked_at: When it was about to be asked.
        records: What came and is not stored yet.
        seen: Ids of all that came.
        outcome: How it ended; ``None`` = it did not.
        error: Why there is no answer.
    """

    parent: str
    mark: str
    asked_at: datetime
    records: list[SourceRecord] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)
    outcome: FetchStatus | None = None
    error: ServiceDeskError | None = None

    def take(self, page: Page) -> bool:
        """Keep what a page brought; return whether anything of it is new."""
        before = len(self.seen)
        self.seen.update(record.external_id for record in page.records)
        self.records += page.records
        return len(self.seen) > before

    def fail(self, outcome: FetchStatus | None, error: ServiceDeskError) -> None:
        """Note why there is no answer."""
        self.outcome, self.error = outcome, error

    def answer(self) -> Answer:
        """Return what is noted of it; one that failed has no mark, so that it is asked again."""
        is_over = self.outcome is not FetchStatus.FAILED
        reason = self.error.message if self.error is not None else None
        return Answer(self.mark if is_over else None, str(self.outcome), reason)


@dataclass(slots=True)
class _Tally:
    """What one run concluded so far, for the guard and for people.

    Attributes:
        seen: Those that came.
        missing: Those that a complete answer left out.
        unanswered: Parents without an answer, by their id.
    """

    seen: int = 0
    missing: int = 0
    unanswered: dict[str, _Reading] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Look:
    """What is remembered of the last look at all parents: looking at 200,000 of them for nothing would take a second.

    Attributes:
        seq: Position of the changes feed before this look.
        due_at: When those were last looked for that are only due again.
        is_quiet: Whether no parent changed since the last look, and none can be due.
    """

    seq: int
    due_at: datetime | None
    is_quiet: bool

    async def renew(self, stream: StreamRun, kin: Kinship, *, looked_whole: bool) -> None:
        """Remember this look."""
        due_at = stream.run.clock.now() if looked_whole else self.due_at
        looked = {"seq": self.seq, "due_at": due_at and due_at.isoformat(), "scope": kin.scope}
        await StoreState(stream.run.store, kin.source_id).put(LOOKED + kin.stream, looked)


async def _last_look(stream: StreamRun, kin: Kinship) -> _Look:
    run = stream.run
    known = await StoreState(run.store, kin.source_id).get(LOOKED + kin.stream)
    after = known["seq"] if known is not None and known["scope"] == kin.scope else None

    def look(tx: Tx) -> tuple[int, bool]:
        return changes.head(tx), after is None or children.have_news(tx, kin, after)

    seq, has_news = await run.store.read(look)
    due_at = datetime.fromisoformat(known["due_at"]) if known is not None and known["due_at"] else None
    looked = due_at is not None and timedelta() <= run.clock.now() - due_at < run.connection.sweep_every
    is_quiet = run.options.mode is SyncMode.AUTO and not has_news and looked
    return _Look(seq, due_at, is_quiet)


async def read_children(stream: StreamRun, *, open_only: bool = False) -> None:
    """Ask parents for their children, as many as the allowance of the run permits.

    Args:
        stream: The stream of children.
        open_only: Only open parents, where parents are open or done: what is wanted before years of old ones.

    Raises:
        ConnectorError: No parent could be asked, or the vendor takes no more requests now; what was read is stored.
        MassChangeError: More is missing than the guard allows; nothing was marked.
    """
    run, kin = stream.run, stream.kinship()
    key = stream.key(CHILDREN)
    before = await run.store.read(lambda tx: passes.resume_of(tx, key))
    is_whole = before is not None and before.state == "complete"
    report, last = stream.report, await _last_look(stream, kin)
    if is_whole and last.is_quiet:
        report.backfilled, report.parents_left = True, 0
        return
    mode, tally = _NEWS if is_whole else BACKFILL, _Tally()
    until = max(run.connection.children_requests, report.requests)

    async def ask(reading: _Reading) -> None:
        if report.requests < until:
            await _ask(stream, kin, reading, mode, tally)

    limit = until - report.requests
    wanted = await run.store.read(partial(_wanted, stream=stream, kin=kin, limit=limit, open_only=open_only))
    for start in range(0, len(wanted), AT_ONCE):
        if report.requests >= until:
            break
        await run.ensure_allowed()
        readings = wanted[start : start + AT_ONCE]
        await side_by_side(max(1, stream.capability.parallel), [partial(ask, reading) for reading in readings])
        await _store(stream, kin, readings, mode, tally)
        _stop_when_nobody_answers(readings)
    left = await run.write(partial(_conclude, stream=stream, kin=kin))
    report.backfilled, report.parents_left = not left, left
    await last.renew(stream, kin, looked_whole=not open_only)
    _tell(stream, kin, tally)


async def follow_parents(stream: StreamRun) -> None:
    """Mark children as gone whose parents are."""
    run, kin = stream.run, stream.kinship()

    def work(tx: Tx) -> tuple[int, int]:
        parents = children.orphaned(tx, kin, _AT_ONCE_GONE)
        lost = [ref for refs in children.below(tx, kin, parents).values() for ref in refs]
        gone = mark_gone(tx, stream, lost, reason=ORPHANED, mode=_NEWS, now=run.clock.now())
        quarantine.drop_below(tx, kin.source_id, kin.stream, dict.fromkeys(parents, run.clock.now()))
        children.forget(tx, kin, parents)
        return len(parents), gone

    parents = _AT_ONCE_GONE
    while parents == _AT_ONCE_GONE:
        parents, gone = await run.write(work)
        stream.report.gone += gone


def _wanted(tx: Tx, stream: StreamRun, kin: Kinship, limit: int, *, open_only: bool) -> list[_Reading]:
    """Return whom to ask: whose children are to be read before those that are only due again."""
    run, now = stream.run, stream.run.clock.now()
    is_whole = run.options.mode is not SyncMode.AUTO
    unread = kin.is_unread(failed_before=None if is_whole else now - AGAIN)
    if open_only:
        unread &= kin.is_open
    found = children.some(tx, kin, unread, max(0, limit))
    if not open_only and len(found) < limit:
        since = now if is_whole else now - run.connection.reconcile_every
        due = kin.is_due(since, open_only=not is_whole) & ~unread
        found |= children.some(tx, kin, due, limit - len(found))
    return [_Reading(parent, mark, now) for parent, mark in found.items()]


async def _ask(stream: StreamRun, kin: Kinship, reading: _Reading, mode: str, tally: _Tally) -> None:
    """Read the children of one parent; what goes wrong with it is its own."""
    run, idle = stream.run, 0
    try:
        async with aclosing(run.connection.calls.pull_children(stream.stream, reading.parent)) as pages:
            async for page in pages:
                idle = 0 if reading.take(page) else idle + 1
                if page.last:
                    reading.outcome = FetchStatus.FOUND
                    return
                if idle >= _IDLE_PAGES:
                    raise ProtocolError(f"The vendor sends pages of {stream.stream} that bring nothing new.")
                if len(reading.records) >= run.limits.batch_rows:
                    await _store(stream, kin, [reading], mode, tally)
                    if reading.error is not None:
                        return
        raise IncompletePassError(f"The {stream.stream} of a record ended without their last page.")
    except (AuthenticationError, MassChangeError):
        raise
    except NotFoundError as error:
        reading.fail(FetchStatus.MISSING, error)
    except PermissionDeniedError as error:
        reading.fail(FetchStatus.DENIED, error)
    except RateLimitedError as error:
        reading.fail(None, error)
    except (ConnectorError, SyncError) as error:
        reading.fail(FetchStatus.FAILED, error)


async def _store(stream: StreamRun, kin: Kinship, readings: Sequence[_Reading], mode: str, tally: _Tally) -> None:
    """Store what came, and conclude from the parents that were read to their end."""
    run, landing = stream.run, stream.landing
    came_below = {record.external_id: reading for reading in readings for record in reading.records}
    intakes = {reading.parent: take_in(reading.records) for reading in readings}
    arrived = [one for intake in intakes.values() for one in intake.arrived]
    rejected = [one for intake in intakes.values() for one in intake.rejected]
    below = {one.external_id: parent for parent, intake in intakes.items() for one in intake.arrived}
    below |= {one.external_id: parent for parent, intake in intakes.items() for one in intake.rejected}

    def look(tx: Tx) -> tuple[Prepared, dict[str, set[str]]]:
        ready = landing.prepare(tx, arrived, rejected)
        ready.below = below
        return ready, children.below(tx, kin, [reading.parent for reading in readings])

    ready, there = await run.store.read(look)
    if strangers := _strangers(kin, came_below, ready, there):
        for reading in strangers:
            reading.records.clear()
            message = f"The vendor gave {stream.stream} of another record than it was asked about."
            reading.fail(FetchStatus.FAILED, ProtocolError(message, connection=run.connection.name))
        await _store(stream, kin, readings, mode, tally)
        return
    whole = [reading for reading in readings if reading.outcome is FetchStatus.FOUND]
    missing = sorted(ref for one in whole for ref in there[one.parent] - one.seen if ref not in came_below)
    tally.seen += sum(len(reading.seen) for reading in whole)
    tally.missing += len(missing)
    over = [reading for reading in readings if reading.outcome is not None]
    held = await _held(stream, tally) if missing else None

    def work(tx: Tx) -> tuple[Landed, int]:
        now = run.clock.now()
        landed = landing.land(tx, ready, mode=mode, now=now)
        if held is not None:
            return landed, 0
        gone = mark_gone(tx, stream, missing, reason=DELETED, mode=mode, now=now)
        quarantine.drop_below(tx, kin.source_id, kin.stream, {one.parent: one.asked_at for one in whole})
        children.note(tx, kin, {one.parent: one.answer() for one in over}, now)
        return landed, gone

    landed, gone = await run.write(work)
    stream.add(landed, read=len(came_below), gone=gone)
    for reading in readings:
        reading.records.clear()
    tally.unanswered |= {one.parent: one for one in over if one.error is not None}
    if held is not None:
        raise held


def _strangers(
    kin: Kinship, came_below: dict[str, _Reading], ready: Prepared, there: dict[str, set[str]]
) -> list[_Reading]:
    """Return the parents below which records of others came."""
    named = {row.entity.external_id: getattr(row.entity, kin.reference) for row in ready.incoming}
    others = [row.external_id for row in ready.rejected if row.reason == ANOTHER_RECORD]
    strange = {came_below[ref].parent: came_below[ref] for ref in others}
    for external_id in ready.understood:
        if external_id in ready.withheld:
            continue
        reading = came_below[external_id]
        is_mine = (
            named[external_id] == reading.parent
            if external_id in named
            else external_id in there[reading.parent]  # unchanged, so it names whom it named before
        )
        if not is_mine:
            strange[reading.parent] = reading
    return list(strange.values())


async def _held(stream: StreamRun, tally: _Tally) -> MassChangeError | None:
    """Return what the guard has against the deletions of this run."""
    run = stream.run
    live = await run.store.read(lambda tx: records.counts(tx, run.source_id)[stream.stream])
    if run.options.accept_mass_change:
        return None
    few = tally.missing <= run.guard.always_allowed  # the one parent that was asked may well have lost its only child
    try:
        run.guard.check(
            stream=stream.stream,
            missing=tally.missing,
            live=live,
            seen=max(tally.seen, int(few)),
            connection=run.connection.name,
        )
    except MassChangeError as error:
        return error
    return None


def _stop_when_nobody_answers(readings: Sequence[_Reading]) -> None:
    """Raise what kept parents from answering, when it is not the fault of single ones.

    That there is no such parent is an answer: a company that left may have taken many with it.
    """
    errors = [reading.error for reading in readings if reading.error is not None]
    limited = next((error for error in errors if isinstance(error, RateLimitedError)), None)
    if limited is not None:
        raise limited
    silent = [error for error in errors if not isinstance(error, NotFoundError)]
    if len(silent) == len(readings) >= _TOO_MANY:
        raise silent[-1]


def _conclude(tx: Tx, stream: StreamRun, kin: Kinship) -> int:
    """Note how many parents are left, and return it."""
    now = stream.run.clock.now()
    _, left = children.counts(tx, kin)
    mark = passes.start(tx, stream.key(CHILDREN), now, restart=True)
    passes.commit_page(tx, mark.pass_id, resume=None, records=left)
    if not left:
        passes.finish(tx, mark.pass_id, watermark=None, now=now)
    return left


def _tell(stream: StreamRun, kin: Kinship, tally: _Tally) -> None:
    """Say which parents gave no answer."""
    if tally.unanswered:
        first = next(iter(tally.unanswered.values()))
        reason = first.error.message if first.error is not None else ""
        many = len(tally.unanswered)
        stream.report.error_code = "parents_not_answered"
        stream.report.error = f"{many} of the {kin.parents} gave no {stream.stream}, such as {first.parent}: {reason}"
