"""What the blocks of a page are made from, read once for all of them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields, replace
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import func, select

from servicedesk_core.capabilities import Capability
from servicedesk_core.faces import Figure, Looking, Verdict
from servicedesk_core.faces.kpi import number
from servicedesk_core.features.attention import Booked, Found, Staff, booked, staff, standings
from servicedesk_core.features.desks.now.model import Coming
from servicedesk_core.features.kpi import OpenDesk, Went, kept_up, open_desk, today
from servicedesk_core.features.report import Pass, appointments, by_ticket, calendar_of, last_working_day_ended
from servicedesk_core.features.tickets import TicketChoice, TicketFilter, conditions, mine
from servicedesk_core.store import Tx
from servicedesk_core.store.queries.completeness import freshness
from servicedesk_core.store.schema import RECORDS

DAY: Final = timedelta(days=1)
RECENT: Final = timedelta(days=14)
"""What was recorded before it is not looked at."""

_E = RECORDS["time_entries"].c
_T = RECORDS["technicians"].c

Person = tuple[int, str]
"""Source, and the vendor's id."""


class Day:
    """The open tickets of a page, and how the figures of a coordinator went in the last day.

    Args:
        looking: Who looks at which page.
    """

    def __init__(self, looking: Looking) -> None:
        self._desk, self.tx, self.scope = looking.desk, looking.tx, looking.scope
        self.zone = ZoneInfo(looking.desk.timezone)
        self.at: datetime = looking.at.astimezone(self.zone)
        wanted = looking.chosen or TicketChoice()  # a page may have filters of its own beside
        narrowed = TicketChoice(**{one.name: getattr(wanted, one.name) for one in fields(TicketChoice)})
        self.chosen = mine(looking.desk, narrowed)
        self._may: Callable[[Capability], bool] = looking.desk.may
        self._persons = looking.desk.roster

    @cached_property
    def people(self) -> Staff:
        """Who cannot act, for whoever may know it."""
        internal, absences = self._may(Capability.INTERNAL), self._may(Capability.ABSENCES)
        return staff(
            self.tx, self.at, self.zone, self._persons, scope=self.scope, with_internal=internal, with_absences=absences
        )

    @cached_property
    def _found(self) -> Sequence[Found]:
        where = conditions(self.tx, TicketFilter.of(self.chosen), self.scope, at=self.at)
        return list(standings(self.tx, self.at, self.people, where, with_internal=self._may(Capability.INTERNAL)))

    @cached_property
    def passed(self) -> Pass:
        """The open tickets by what somebody has to look at."""
        return Pass(self._found, self.people, self.at)

    @cached_property
    def opened(self) -> OpenDesk:
        """The open tickets as the figures of a coordinator look at them."""
        is_told = self._may(Capability.INTERNAL) and self._may(Capability.ABSENCES)
        known = self._found if is_told else None  # figures look at them as everybody is told them
        return open_desk(self.tx, self.at, self.zone, self.scope, known, among=self.chosen, people=self._persons)

    @cached_property
    def _past(self) -> Went:
        return today(self.tx, self.opened, self.zone, self.scope, among=self.chosen, people=self._persons)

    @cached_property
    def figures(self) -> tuple[Figure, ...]:
        """The figures of a coordinator, with the minutes of today in which each was not what is wanted."""
        return kept_up(self.tx, self.opened, self._past)

    @property
    def judged(self) -> tuple[Figure, ...]:
        """The same, without a verdict where the data are too old for one."""
        return tuple(replace(one, verdict=Verdict.UNKNOWN) for one in self.figures) if self.is_stale else self.figures

    @property
    def courses(self) -> Mapping[str, Sequence[float | None]]:
        """What each was at the end of each of the last 24 hours."""
        hours = [self.at - DAY + timedelta(hours=hour) for hour in range(1, 25)]
        values = {one.name: [self._past.value(one.name, at) for at in hours] for one in self.figures}
        return {name: [None if one is None else number(one) for one in each] for name, each in values.items()}

    @cached_property
    def visits(self) -> Sequence[Booked]:
        """Appointments that are not over: with a filter those for a ticket that it lets through."""
        every = list(booked(self.tx, self.at, scope=self.scope))
        if self.chosen == TicketChoice():
            return every
        meant = {(one.state.source_id, one.state.external_id) for one in self._found}
        return [one for one in every if any((one.source_id, ref) in meant for ref in one.tickets)]

    @cached_property
    def coming(self) -> tuple[Coming, ...]:
        """Due times and appointments of the next hours, the earliest first, one row for a ticket."""
        visits, _ = appointments(self.tx, self.visits, self.people, self.passed, self.at)
        return tuple(
            Coming(
                due.at, due.kind, due.ticket.partition(",")[0], min(refs)[0] if refs else None, due.title, due.who,
                due.has_cover,
            )
            for refs, due in by_ticket((*self.passed.dues(self.tx, None), *visits))
        )  # fmt: skip

    @cached_property
    def last_working_day(self) -> datetime:
        """When the last working day ended."""
        calendar, _ = calendar_of(self.tx, self._desk.settings.morning.calendar, self._desk.timezone, self.at)
        return last_working_day_ended(calendar, self.at)

    @cached_property
    def read_at(self) -> datetime | None:
        """When tickets were last read; ``None`` = never."""
        return freshness(self.tx, self.scope).read_at

    @property
    def is_stale(self) -> bool:
        """Whether the data are too old for a verdict."""
        longest = timedelta(minutes=self._desk.settings.morning.max_age_minutes)
        return self.read_at is None or self.at - self.read_at > longest


def technicians(tx: Tx) -> Mapping[Person, str]:
    """Return the names of all technicians who work here."""
    query = select(_T.source_id, _T.external_id, _T.name).where(_T.gone_at.is_(None), _T.is_active.is_not(False))
    return {(source_id, ref): name or ref for source_id, ref, name in tx.execute(query)}


def last_entries(tx: Tx, at: datetime) -> Mapping[Person, Any]:
    """Return when the last work ended that technicians recorded in the last days."""
    query = (
        select(_E.source_id, _E.technician_ref, func.max(func.coalesce(_E.end_at, _E.start_at)))
        .where(
            _E.gone_at.is_(None),
            _E.work_date >= (at - RECENT).date().isoformat(),
            _E.work_date <= at.date().isoformat(),
        )
        .group_by(_E.source_id, _E.technician_ref)
    )
    return {(source_id, ref): ended for source_id, ref, ended in tx.execute(query)}
