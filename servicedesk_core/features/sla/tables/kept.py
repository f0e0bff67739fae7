"""What was judged, as rows: made of nothing but the events of a ticket and what was promised."""

from bisect import bisect_right
from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import delete

from servicedesk_core.business_time.table import duration_us, instant, micros
from servicedesk_core.domain.histories import HistoryState
from servicedesk_core.features.sla.clocks.evaluating import Evaluator
from servicedesk_core.features.sla.clocks.judging import judge
from servicedesk_core.features.sla.clocks.model import ClockResult, next_open
from servicedesk_core.features.sla.clocks.projecting import Projection, project
from servicedesk_core.features.sla.clocks.steps import in_order
from servicedesk_core.features.sla.tables.told import ToldTicket
from servicedesk_core.store import Tx, bulk
from servicedesk_core.store.fields import optional_us
from servicedesk_core.store.schema import sla_clocks, sla_tickets


class Judged(NamedTuple):
    """What is kept of a ticket: its rows of both tables."""

    ticket: tuple[Any, ...]
    clocks: list[tuple[Any, ...]]


def judged(told: ToldTicket, evaluator: Evaluator, now: datetime) -> Judged:
    """Judge a ticket at the newest instant at which something happened to it.

    Judged there and not now, what comes out depends on its events alone; how it goes on follows from the time.
    """
    now_us, turns = micros(now), evaluator.book.turns
    steps = in_order(told.events)
    past = [one for one in steps if one.at_us <= now_us]
    coming_us = steps[len(past)].at_us if len(past) < len(steps) else None
    nothing = Judged((told.ticket_id, HistoryState.NONE.value, None, None, coming_us), [])
    if not past:
        return nothing
    newest = past[-1]
    at_us = max((newest.at_us, *turns[: bisect_right(turns, now_us)][-1:]))
    at = instant(at_us)
    line = evaluator.life(past, at, told.known)
    if line is None:
        return nothing
    if told.history is not HistoryState.COMPLETE:
        line.unseen.append(0)  # of a life that is not told from its beginning on no clock is judged
    history = HistoryState.PARTIAL if line.unseen else HistoryState.COMPLETE
    results = judge(line)
    waited_for, calendars = next_open(results), evaluator.book.calendars
    rows = [
        _row(told.ticket_id, one, project(one, calendars[str(one.calendar)], at), is_next=one is waited_for)
        for one in results
    ]
    return Judged((told.ticket_id, history.value, newest.external_id, at_us, coming_us), rows)


def _row(ticket_id: int, one: ClockResult, goes_on: Projection, *, is_next: bool) -> tuple[Any, ...]:
    """Return the row of a clock, a value for each column of its table."""
    return (
        ticket_id,
        one.clock.value,
        one.cycle,
        is_next,
        one.state.value,
        one.outcome.value,
        one.reason,
        one.policy,
        optional_us(one.policy_since),
        one.calendar,
        None if one.target is None else duration_us(one.target),
        duration_us(one.elapsed),
        goes_on.counts_from_us,
        optional_us(one.started_at),
        optional_us(one.stopped_at),
        one.stopped_by,
        optional_us(one.due_at),
        goes_on.at_risk_us,
        goes_on.late_after_us,
        optional_us(one.decided_at),
        len(one.superseded),
        one.override is not None,
    )


def keep(tx: Tx, found: Iterable[Judged]) -> None:
    """Keep what was judged of tickets of which nothing is kept now."""
    kept = [*found]
    bulk.insert(tx, sla_tickets, [one.ticket for one in kept])
    bulk.insert(tx, sla_clocks, [row for one in kept for row in one.clocks])


def forget(tx: Tx, ticket_ids: Iterable[int]) -> None:
    """Forget what is kept of tickets."""
    ids = [*ticket_ids]
    for table in ("sla_tickets", "sla_clocks"):
        bulk.run_in(tx, f"DELETE FROM {table} WHERE ticket_id IN {{values}}", ids)  # noqa: S608


def forget_between(tx: Tx, after: int, until: int | None) -> None:
    """Forget what is kept of tickets above a number, up to another; ``None`` = of all above it."""
    for table in (sla_tickets, sla_clocks):
        above = delete(table).where(table.c.ticket_id > after)
        tx.execute(above if until is None else above.where(table.c.ticket_id <= until))
