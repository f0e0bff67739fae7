"""The vendor's own ticket history, read within an allowance of requests."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from sqlalchemy import ColumnElement, Table, Text, case, cast, delete, func, or_, select

from servicedesk_core.domain import EventSource, EventType, TicketEvent
from servicedesk_core.hooks.pulling import FetchOutcome, FetchStatus, SourceRecord
from servicedesk_core.store import Tx, passes, records
from servicedesk_core.store.fields import to_us
from servicedesk_core.store.schema import RECORDS, seen
from servicedesk_core.sync.landing.intake import take_in
from servicedesk_core.sync.landing.prepared import Landed, Prepared
from servicedesk_core.sync.landing.storing import Landing
from servicedesk_core.sync.mending.folding import events_of
from servicedesk_core.sync.names import EVENTS, TICKETS
from servicedesk_core.sync.run import Run, StreamRun

HISTORY: Final = "history"
RECENT: Final = timedelta(days=14)
"""Done tickets that changed so recently are asked about, too."""
AT_ONCE: Final = 25
"""Tickets that are asked about, and stored, together: what a crash costs."""

SUPERSEDED: Final = "superseded"
"""Why an observed event is no longer live: the vendor's history tells the same more exactly."""

_TOLD_BY_HISTORY: Final = frozenset(
    {EventType.STATUS_CHANGED, EventType.PRIORITY_CHANGED, EventType.ASSIGNED, EventType.QUEUE_CHANGED}
)
_NOT_TOLD: Final = frozenset({FetchStatus.DENIED, FetchStatus.FAILED})


def affordable(candidates: Sequence[str], *, requests: int, tickets_per_request: int) -> Sequence[str]:
    """Return those of the candidates whose history can be asked for.

    Args:
        candidates: Tickets, the most wanted first.
        requests: Requests that may be spent.
        tickets_per_request: How many tickets one request can ask about.
    """
    return candidates[: max(0, requests) * max(1, tickets_per_request)]


def superseded(observed: Iterable[TicketEvent], told: Iterable[TicketEvent]) -> list[str]:
    """Return the source keys of the observed events that a ticket's history replaces.

    The history speaks for the kinds of change it tells of, up to its newest entry of that kind: what we observed after
    that is news that the history did not have yet. A snapshot is never replaced; it is a state, not a change.

    Args:
        observed: What the desk noticed about one ticket.
        told: What the vendor's history says about the same ticket.
    """
    newest: dict[EventType, TicketEvent] = {}
    for event in told:
        known = newest.get(event.type)
        if known is None or event.effective_at > known.effective_at:
            newest[event.type] = event
    return [
        event.external_id
        for event in observed
        if event.source is EventSource.OBSERVED
        and event.type in _TOLD_BY_HISTORY
        and (last := newest.get(event.type)) is not None
        and event.effective_at <= last.effective_at
    ]


def tickets_per_request(run: Run) -> int:
    """Return how many tickets one request can ask about."""
    events = run.capabilities.get(EVENTS)
    return max(1, events.ids_per_request) if events is not None else 1


async def read_history(tickets: StreamRun) -> None:
    """Read the vendor's history of open and recently changed tickets, each again only after it changed.

    Args:
        tickets: The stream of tickets.

    Raises:
        ConnectorError: Nothing could be asked at all.
    """
    run = tickets.run
    per_request = tickets_per_request(run)
    limit = run.connection.history_requests * per_request
    now = run.clock.now()
    candidates = await run.store.read(lambda tx: _candidates(tx, tickets, now - RECENT, limit))
    wanted = affordable(list(candidates), requests=run.connection.history_requests, tickets_per_request=per_request)
    for start in range(0, len(wanted), AT_ONCE):
        await run.ensure_allowed()
        await ask(tickets, {ref: candidates[ref] for ref in wanted[start : start + AT_ONCE]})


@dataclass(frozen=True, slots=True)
class Told:
    """What became of tickets whose history was asked for.

    Attributes:
        events: Events that the store did not have.
        refused: Tickets that the vendor did not let be asked about.
        failed: Tickets that could not be asked about, to be asked about again.
        reason: Why, of one of them.
    """

    events: int
    refused: int
    failed: int
    reason: str | None


async def ask(
    tickets: StreamRun, wanted: Mapping[str, int], *, mode: str = HISTORY, again_when_refused: bool = False
) -> Told:
    """Ask for the history of a few tickets, and store it together with the note that they were asked about.

    Args:
        tickets: The stream of tickets.
        wanted: Tickets, each with the stamp of its last change.
        mode: What asks, for the changes feed.
        again_when_refused: Whether those that the vendor lets nobody ask about are asked about another time.

    Raises:
        ConnectorError: Nothing could be asked at all.
    """
    run = tickets.run
    landing = run.landing(EVENTS)
    rows: list[SourceRecord] = []
    outcomes: list[FetchOutcome] = []
    async with aclosing(run.connection.calls.fetch_history(list(wanted))) as answers:
        async for outcome in answers:
            rows += outcome.records
            outcomes.append(outcome)
    intake = take_in(rows)
    ready = await run.store.read(partial(landing.prepare, arrived=intake.arrived, rejected=intake.rejected))
    later = {FetchStatus.FAILED, FetchStatus.DENIED} if again_when_refused else {FetchStatus.FAILED}
    marks = {one.ref: wanted[one.ref] for one in outcomes if one.status not in later}
    now = run.clock.now()
    store = partial(_store, tickets=tickets, landing=landing, ready=ready, marks=marks, mode=mode, now=now)
    landed = await run.write(store)
    by_status = Counter(one.status for one in outcomes)
    return Told(
        events=landed.new,
        refused=by_status[FetchStatus.DENIED],
        failed=by_status[FetchStatus.FAILED],
        reason=next((one.reason for one in outcomes if one.status in _NOT_TOLD), None),
    )


def _candidates(tx: Tx, tickets: StreamRun, recent_from: datetime, limit: int) -> dict[str, int]:
    """Return tickets whose history was not read since they changed, with their change stamps; open ones first."""
    table = RECORDS[TICKETS]
    query = (
        select(table.c.external_id, table.c.changed_at)
        .where(table.c.source_id == tickets.run.source_id, *is_wanted(tx, tickets, recent_from))
        .order_by(table.c.is_open.desc(), table.c.changed_at.desc())
        .limit(limit)
    )
    return {row.external_id: row.changed_at for row in tx.execute(query)}


def is_wanted(tx: Tx, tickets: StreamRun, since: datetime) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions of live tickets that are open or changed since then, and not asked about since they did."""
    table = RECORDS[TICKETS]
    conditions = table.c.gone_at.is_(None), or_(table.c.is_open, _newest_stamp(table) >= to_us(since))
    memory = passes.resume_of(tx, tickets.key(HISTORY))
    if memory is None:
        return conditions
    mark = table.c.external_id + "@" + cast(table.c.changed_at, Text)
    read = select(seen.c.pass_id).where(seen.c.pass_id == memory.pass_id, seen.c.external_id == mark)
    return *conditions, ~read.exists()


def _newest_stamp(table: Table) -> ColumnElement[int]:
    """Return when a ticket last changed: as its vendor says, or when the desk saw it change.

    That a backfill brought it says nothing: the history of every ticket of ten years would be asked for.
    """
    seen_to_change = case((table.c.changed_at > table.c.first_seen_at, table.c.changed_at))
    stamps = (table.c.modified_at, table.c.last_activity_at, table.c.closed_at, table.c.created_at)
    return func.coalesce(seen_to_change, *stamps, 0)


def _store(
    tx: Tx, *, tickets: StreamRun, landing: Landing, ready: Prepared, marks: dict[str, int], mode: str, now: datetime
) -> Landed:
    landed = landing.land(tx, ready, mode=mode, now=now)
    source_id = tickets.run.source_id
    for events in events_of(tx, source_id, list(marks)).values():
        told = [event for event in events if event.source is EventSource.HISTORY]
        replaced = superseded(events, told)
        records.mark_gone(tx, source_id, EVENTS, replaced, reason=SUPERSEDED, mode=mode, now=now)
    memory = passes.start(tx, tickets.key(HISTORY), now).pass_id
    for ref in marks:
        mine = (seen.c.external_id >= f"{ref}@0") & (seen.c.external_id <= f"{ref}@9")
        tx.execute(delete(seen).where(seen.c.pass_id == memory, mine))
    passes.note_seen(tx, memory, (f"{ref}@{changed_at}" for ref, changed_at in marks.items()))
    return landed
