"""The vendor's own history of older tickets: read once, ticket by ticket, for as long as it takes."""

from dataclasses import dataclass
from datetime import datetime
from functools import partial
from math import ceil, isinf

from sqlalchemy import ColumnElement, func, select

from servicedesk_core.domain.histories import HistoryState
from servicedesk_core.errors import PermissionDeniedError, SettingsError, UnsupportedError
from servicedesk_core.hooks.capabilities import StreamCapability
from servicedesk_core.http.counting import counted_for
from servicedesk_core.ports import BudgetPolicy
from servicedesk_core.store import Tx, audit, histories
from servicedesk_core.store.schema import RECORDS
from servicedesk_core.sync.connection import Connection
from servicedesk_core.sync.deciding.choosing import capabilities_of
from servicedesk_core.sync.deciding.pace import hours_of, permitted_per_hour
from servicedesk_core.sync.mending.history import AT_ONCE, ask, is_wanted, kinship, tickets_per_request
from servicedesk_core.sync.names import BACKFILL, EVENTS, TICKETS
from servicedesk_core.sync.report import StreamReport, StreamState
from servicedesk_core.sync.run import Run, StreamRun


@dataclass(frozen=True, slots=True)
class PastPlan:
    """What reading the past of tickets would take.

    Attributes:
        connection: Name of the connection.
        since: Of tickets that are open, or that changed since then.
        tickets: Those of them whose past is not known, and that were not asked about since they changed.
        requests: Requests for them.
        requests_per_hour: What the quota leaves for old records; ``None`` = nothing limits us.
        hours: Time at that rate; ``None`` = the quota leaves nothing.
    """

    connection: str
    since: datetime
    tickets: int
    requests: int
    requests_per_hour: float | None
    hours: float | None


@dataclass(frozen=True, slots=True)
class PastReport:
    """What was read of the past of tickets.

    Attributes:
        connection: Name of the connection.
        since: Of tickets that are open, or that changed since then.
        tickets: Tickets that were asked about.
        failed: Tickets of them that could not be asked about now; the next run asks about them again.
        events: Events that the store did not have.
        requests: Requests sent.
        complete: Live tickets of the connection of whose past everything is known now.
        partial: Those of which a part is known.
        none: Those of which nothing but the present state is known.
    """

    connection: str
    since: datetime
    tickets: int
    failed: int
    events: int
    requests: int
    complete: int
    partial: int
    none: int


def past_capabilities(connection: Connection) -> dict[str, StreamCapability]:
    """Return what a connector that reads histories can pull.

    Raises:
        UnsupportedError: It reads none.
        SettingsError: The configuration wants none.
    """
    capabilities = capabilities_of(connection)
    if not connection.calls.implements("fetch_history") or TICKETS not in capabilities:
        raise UnsupportedError(
            f"The connector {connection.connector} does not read the history of tickets.",
            hint="The desk writes the history of its tickets itself, from its first sync on.",
            connection=connection.name,
        )
    if EVENTS in connection.exclusions.streams:
        raise SettingsError(
            "ticket_events is excluded, so no history of tickets is stored.",
            hint="Take it out of the excluded streams of the connection.",
            connection=connection.name,
        )
    return capabilities


async def plan_past(run: Run, since: datetime, policy: BudgetPolicy) -> PastPlan:
    """Count what is to be asked.

    Args:
        run: Of the connection.
        since: See :class:`PastPlan`.
        policy: What the vendor allows, and our share of it.
    """
    many = await run.store.read(partial(_count, tickets=run.stream(TICKETS), since=since))
    requests = ceil(many / tickets_per_request(run))
    rate = permitted_per_hour(policy, None)
    hours = hours_of(requests, rate)
    return PastPlan(run.connection.name, since, many, requests, rate, None if isinf(hours) else hours)


async def read_past(run: Run, since: datetime) -> PastReport:
    """Ask about every ticket that is open or changed since then, and of whose past not everything is known.

    A few at a time, those that came into the store first before others: open ones, then the newest. Each step is a
    transaction, and can be the last one.

    Args:
        run: Of the connection.
        since: From when on.

    Raises:
        PermissionDeniedError: The vendor lets nobody ask about the tickets.
        ConnectorError: The vendor could not be asked.
    """
    tickets = run.stream(TICKETS)
    total = await run.store.read(partial(_count, tickets=tickets, since=since))
    told = StreamReport(EVENTS, expected=total)
    asked = failed = after = 0
    with counted_for(told):
        while found := await run.store.read(partial(_some, tickets=tickets, since=since, after=after)):
            await run.ensure_allowed()
            wanted = {ref: mark for _, ref, mark in found}
            answer = await ask(tickets, wanted, mode=BACKFILL, again_when_refused=True)
            if answer.refused == len(found):
                raise _refused(run, answer.reason)
            after = found[-1][0]
            asked += len(found)
            failed += answer.failed + answer.refused
            told.read, told.new = asked, told.new + answer.events
            if run.progress is not None:
                run.progress(run.connection.name, told)
    told.state = StreamState.COMPLETE
    if asked:
        await run.write(partial(_put_on_record, run=run, told=told))
    known = await run.store.read(partial(_known, source_id=run.source_id))
    return PastReport(
        run.connection.name,
        since,
        asked,
        failed,
        told.new,
        told.requests,
        complete=known.complete,
        partial=known.partial,
        none=known.none,
    )


def _put_on_record(tx: Tx, run: Run, told: StreamReport) -> None:
    audit.append(
        tx,
        at=run.clock.now(),
        actor="system:sync",
        action="sync.history_read",
        entity=f"connection:{run.connection.name}",
        after={"tickets": told.read, "events": told.new},
    )


def _refused(run: Run, reason: str | None) -> PermissionDeniedError:
    events = run.capabilities.get(EVENTS)
    right = events.right if events is not None else run.capabilities[TICKETS].right
    return PermissionDeniedError(
        f"The vendor does not let the history of tickets be read: {reason or 'it gives no reason'}",
        hint=f"Grant the right at the vendor{f': {right}' if right else ''}; then start it again.",
        connection=run.connection.name,
    )


def _some(tx: Tx, tickets: StreamRun, since: datetime, after: int) -> list[tuple[int, str, str]]:
    """Return the next tickets to ask about: the desk's own number, the vendor's, what the ticket says of itself."""
    table = RECORDS[TICKETS].c
    query = (
        select(table.local_id, table.external_id, kinship(tickets).mark)
        .where(table.local_id > after, *_untold(tickets, since))
        .order_by(table.local_id)
        .limit(AT_ONCE)
    )
    return [(local_id, ref, mark) for local_id, ref, mark in tx.execute(query)]


def _count(tx: Tx, tickets: StreamRun, since: datetime) -> int:
    query = select(func.count()).select_from(RECORDS[TICKETS]).where(*_untold(tickets, since))
    return int(tx.execute(query).scalar_one())


def _untold(tickets: StreamRun, since: datetime) -> list[ColumnElement[bool]]:
    table = RECORDS[TICKETS].c
    mine = table.source_id + 0 == tickets.run.source_id  # no index: tickets are wanted as they lie
    unknown = histories.state_of_ticket() != HistoryState.COMPLETE.value
    return [mine, table.gone_at.is_(None), is_wanted(kinship(tickets), since), unknown]


def _known(tx: Tx, source_id: int) -> histories.HistoryCounts:
    table = RECORDS[TICKETS].c
    live = select(func.count()).where(table.source_id == source_id, table.gone_at.is_(None))
    return histories.counts(tx, source_id, int(tx.execute(live).scalar_one()))
