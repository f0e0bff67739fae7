"""The vendor's own ticket history, read within an allowance of requests."""

from collections import Counter
from collections.abc import Mapping
from contextlib import aclosing
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from sqlalchemy import ColumnElement, Table, case, func, or_

from servicedesk_core.hooks.pulling import FetchOutcome, FetchStatus, SourceRecord
from servicedesk_core.store import Tx, children
from servicedesk_core.store.children import Answer, Kinship
from servicedesk_core.store.fields import to_us
from servicedesk_core.store.schema import RECORDS
from servicedesk_core.sync.landing.intake import take_in
from servicedesk_core.sync.landing.prepared import Landed, Prepared
from servicedesk_core.sync.landing.storing import Landing
from servicedesk_core.sync.landing.superseding import supersede
from servicedesk_core.sync.names import EVENTS, TICKETS
from servicedesk_core.sync.run import Run, StreamRun

HISTORY: Final = "history"
MOVED_BY: Final = ("changed_at",)
"""What differs when a ticket is to be asked about again: when the desk last saw anything of it change."""
RECENT: Final = timedelta(days=14)
"""Done tickets that changed so recently are asked about, too."""
AT_ONCE: Final = 25
"""Tickets that are asked about, and stored, together: what a crash costs."""

_NOT_TOLD: Final = frozenset({FetchStatus.DENIED, FetchStatus.FAILED})


def kinship(tickets: StreamRun) -> Kinship:
    """Return what binds events to their tickets."""
    return Kinship(tickets.run.source_id, EVENTS, TICKETS, "ticket_ref", MOVED_BY)


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
    kin, now = kinship(tickets), run.clock.now()
    limit = run.connection.history_requests * tickets_per_request(run)
    wanted = await run.store.read(lambda tx: children.some(tx, kin, is_wanted(kin, now - RECENT), limit))
    refs = list(wanted)
    for start in range(0, len(refs), AT_ONCE):
        await run.ensure_allowed()
        await ask(tickets, {ref: wanted[ref] for ref in refs[start : start + AT_ONCE]})


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
    tickets: StreamRun, wanted: Mapping[str, str], *, mode: str = HISTORY, again_when_refused: bool = False
) -> Told:
    """Ask for the history of a few tickets, and store it together with the note that they were asked about.

    Args:
        tickets: The stream of tickets.
        wanted: Tickets, each with what it says of itself (:attr:`Kinship.mark`).
        mode: What asks, for the changes feed.
        again_when_refused: Whether those that the vendor lets nobody ask about are asked about another time.

    Raises:
        ConnectorError: Nothing could be asked at all.
    """
    run = tickets.run
    landing = run.landing(EVENTS)
    rows: list[SourceRecord] = []
    outcomes: list[FetchOutcome] = []
    async with aclosing(run.connection.calls.fetch_history(list(wanted))) as told:
        async for outcome in told:
            rows += outcome.records
            outcomes.append(outcome)
    intake = take_in(rows)
    ready = await run.store.read(partial(landing.prepare, arrived=intake.arrived, rejected=intake.rejected))
    later = {FetchStatus.FAILED, FetchStatus.DENIED} if again_when_refused else {FetchStatus.FAILED}
    answers = {
        one.ref: Answer(None if one.status in later else wanted[one.ref], str(one.status), one.reason)
        for one in outcomes
    }
    store = partial(_store, tickets=tickets, landing=landing, ready=ready, answers=answers, mode=mode)
    landed = await run.write(store)
    by_status = Counter(one.status for one in outcomes)
    return Told(
        events=landed.new,
        refused=by_status[FetchStatus.DENIED],
        failed=by_status[FetchStatus.FAILED],
        reason=next((one.reason for one in outcomes if one.status in _NOT_TOLD), None),
    )


def is_wanted(kin: Kinship, since: datetime) -> ColumnElement[bool]:
    """Return the condition of tickets that are open or changed since then, and not asked about since they did."""
    table = RECORDS[TICKETS]
    return or_(table.c.is_open, _newest_stamp(table) >= to_us(since)) & kin.is_unread()


def _newest_stamp(table: Table) -> ColumnElement[int]:
    """Return when a ticket last changed: as its vendor says, or when the desk saw it change.

    That a backfill brought it says nothing: the history of every ticket of ten years would be asked for.
    """
    seen_to_change = case((table.c.changed_at > table.c.first_seen_at, table.c.changed_at))
    stamps = (table.c.modified_at, table.c.last_activity_at, table.c.closed_at, table.c.created_at)
    return func.coalesce(seen_to_change, *stamps, 0)


def _store(
    tx: Tx, *, tickets: StreamRun, landing: Landing, ready: Prepared, answers: Mapping[str, Answer], mode: str
) -> Landed:
    now = tickets.run.clock.now()
    landed = landing.land(tx, ready, mode=mode, now=now)
    supersede(tx, tickets.run.source_id, list(answers), mode=mode, now=now)
    children.note(tx, kinship(tickets), answers, now)
    return landed
