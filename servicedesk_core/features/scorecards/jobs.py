"""The job ``scorecards``."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

from servicedesk_core.features.definitions import in_force
from servicedesk_core.features.kpi import week_of
from servicedesk_core.features.scorecards import tables
from servicedesk_core.features.scorecards.actions import IssuingDesk, Scorecards
from servicedesk_core.features.scorecards.kinds import RULES
from servicedesk_core.features.scorecards.rules import closes_at
from servicedesk_core.features.scorecards.weeks import monday_of, span_of
from servicedesk_core.features.sla import CALENDARS, POLICIES, Calendar
from servicedesk_core.jobs.desk import JobDesk
from servicedesk_core.store import Tx
from servicedesk_core.wording import counted


class CardJobDesk(JobDesk, IssuingDesk, Protocol):
    """A desk that cards are issued on."""


async def issue(desk: CardJobDesk, connection: str | None) -> str:
    """Issue the cards of this week once it has closed, and final ones of a week before once nobody is late any more."""
    del connection
    now, zone = desk.clock.now(), ZoneInfo(desk.timezone)
    due = await desk.store.read(lambda tx: due_weeks(tx, now, zone))
    if due is None:
        return "nobody is to get cards: the definitions have no [scorecards]"
    told = []
    for week in due:
        done = await Scorecards.issue.of(desk, week=week)
        told.append(f"{week}: {counted(done.issued, 'final card' if done.is_final else 'provisional card')}")
    return "; ".join(told) or "nothing is due"


def due_weeks(tx: Tx, now: datetime, zone: ZoneInfo) -> list[str] | None:
    """Return the weeks whose cards are to be issued now, oldest first; ``None`` = nobody decided to have any.

    Args:
        tx: A transaction.
        now: The present instant.
        zone: Where a week begins.
    """
    rules = next(iter(in_force(tx, RULES, now)), None)
    if rules is None:
        return None
    states, today = tables.states(tx), now.astimezone(zone).date()
    this, last = week_of(today), week_of(today - timedelta(weeks=1))
    waiting = {last, *states, *_missed(tx, states, last, zone, now)}
    waiting -= {week for week, state in states.items() if state.is_final}
    due = [week for week in sorted(waiting) if span_of(week, zone, now).end + rules.settles <= now]
    closed_at, issued = closes_at(_calendar(tx, now), monday_of(this), zone), states.get(this)
    if closed_at <= now and (issued is None or issued.issued_at < closed_at):
        due.append(this)
    return due


def _missed(tx: Tx, states: Mapping[str, tables.State], last: str, zone: ZoneInfo, now: datetime) -> Iterator[str]:
    """Yield the weeks since cards were issued first that have none, as nothing ran then, and that were to have some."""
    began = min((state.issued_at for state in states.values()), default=now)
    week = week_of(began.astimezone(zone).date())
    while week < last:
        if week not in states and in_force(tx, RULES, span_of(week, zone, now).last):
            yield week
        week = week_of(monday_of(week) + timedelta(weeks=1))


def _calendar(tx: Tx, now: datetime) -> Calendar | None:
    named = next((one.calendar for one in in_force(tx, POLICIES, now)), None)
    return next((one for one in in_force(tx, CALENDARS, now) if one.name == named), None)
