"""What the blocks of a page are made from, read once for all of them."""

from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cached_property
from itertools import islice, product, takewhile
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import func, select

from servicedesk_core.capabilities import Capability
from servicedesk_core.faces import Figure, Looking, Verdict
from servicedesk_core.faces.kpi import number
from servicedesk_core.features.attention import (
    HORIZON,
    Attention,
    Booked,
    Found,
    Reason,
    Staff,
    booked,
    staff,
    standings,
    visits_by_technician,
)
from servicedesk_core.features.desks.now.model import Coming
from servicedesk_core.features.kpi import Key, OpenDesk, Went, is_ready, kept_up, measured_up, open_desk, today
from servicedesk_core.features.report import (
    Load,
    Pass,
    Sums,
    by_ticket,
    calendar_of,
    due_rows,
    last_working_day_ended,
    seen,
    upcoming,
)
from servicedesk_core.features.sla import Clock, Stand, book_of, stand_counts
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
        self.chosen = mine(looking.desk, TicketChoice(**wanted.named))
        self._looking = looking._replace(chosen=self.chosen)
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
    def sums(self) -> Sums | None:
        """What is counted of them in memory; ``None`` = they are not held as whoever looks is told them."""
        return seen(self._looking, self.people, self.last_working_day)

    @cached_property
    def _passed(self) -> Pass:
        return Pass.over(self._found, self.people, self.at)

    @property
    def reasons(self) -> Counter[Reason]:
        """Why somebody has to look at how many of them."""
        return self._passed.reasons if self.sums is None else self.sums.reasons

    @property
    def gravest(self) -> Sequence[Attention]:
        """Those that somebody has to look at first."""
        found = self._passed.attention if self.sums is None else self.sums.top()
        return found.listed(self.tx).tickets

    @cached_property
    def stands(self) -> Mapping[tuple[str, Stand], int]:
        """How many promises stand how, by which promise they are; nothing where none is made."""
        every = product((one.value for one in Clock), Stand)
        if self.sums is None:
            return stand_counts(self._desk, self.tx, self.at, self.chosen, self.scope)
        return {each: self.sums.stands[each] for each in every} if book_of(self.tx) is not None else {}

    @cached_property
    def opened(self) -> OpenDesk:
        """The open tickets as the figures of a coordinator look at them."""
        is_told = self._may(Capability.INTERNAL) and self._may(Capability.ABSENCES)
        known = self._found if is_told else None  # figures look at them as everybody is told them
        return open_desk(self.tx, self.at, self.zone, self.scope, known, among=self.chosen, people=self._persons)

    @cached_property
    def _past(self) -> Went:
        if self.sums is not None:
            return self.sums.went()
        return today(self.tx, self.opened, self.zone, self.scope, among=self.chosen, people=self._persons)

    @cached_property
    def figures(self) -> tuple[Figure, ...]:
        """The figures of a coordinator, with the minutes of today in which each was not what is wanted."""
        if self.sums is not None:
            return measured_up(self.tx, self.at, self.sums.added().measure, self._past)
        return kept_up(self.tx, self.opened, self._past)

    @cached_property
    def loads(self) -> Mapping[Key, Load]:
        """What each technician has, by their connection and the vendor's id."""
        if self.sums is not None:
            return self.sums.loads
        found: dict[Key, Load] = {}
        for one in self.opened.tickets:
            if one.who is not None:
                is_ready_now = one.queue is None and is_ready(one, self.opened)
                left_s = max((one.estimated_s or 0) - (one.worked_s or 0), 0) if one.estimated_s else 0
                found[one.who] = found.get(one.who, Load()).with_one(
                    is_late=one.due_at is not None and one.due_at < self.at, is_ready=is_ready_now, left_s=left_s
                )
        return found

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

    def _visits(self, until: datetime) -> Iterator[Booked]:
        """Yield the appointments that are not over and begin by an instant: with a filter those for its tickets."""
        at, sums = self.at, self.sums
        if sums is None or self.scope is not None:
            every: Iterable[Booked] = booked(self.tx, at, scope=self.scope, until=until)
        else:
            begun = takewhile(lambda one: one.visit.start_at <= until, sums.look.every)
            every = (one for one in begun if one.ends_at >= at)
        return self._narrowed(every)

    def now_and_next(self, person: Person) -> tuple[Booked | None, Booked | None]:
        """Return the appointment of a technician that is under way, and the one that begins next; see above."""
        theirs = self._theirs.get(person, ())
        begun = bisect_right(theirs, self.at, key=lambda one: one.visit.start_at)
        spans = islice(theirs, begun), islice(theirs, begun, None)
        current, following = (next((one for one in span if one.ends_at >= self.at), None) for span in spans)
        return current, following

    @cached_property
    def _theirs(self) -> Mapping[Person, Sequence[Booked]]:
        if self.sums is None or self.scope is not None:
            return visits_by_technician(self._narrowed(booked(self.tx, self.at, scope=self.scope)))
        return self.sums.look.theirs if self.chosen == TicketChoice() else self.sums.visits

    def _narrowed(self, visits: Iterable[Booked]) -> Iterator[Booked]:
        if self.chosen == TicketChoice():
            return iter(visits)
        return (one for one in visits if any(self._is_meant((one.source_id, ref)) for ref in one.tickets))

    @cached_property
    def _is_meant(self) -> Callable[[tuple[int, str]], bool]:
        """Tells whether an open ticket is among them."""
        if self.sums is not None:
            return self.sums.is_meant
        return {(one.state.source_id, one.state.external_id) for one in self._found}.__contains__

    @cached_property
    def coming(self) -> tuple[Coming, ...]:
        """Due times and appointments of the next hours, the earliest first, one row for a ticket."""
        visits = upcoming(self.tx, self._visits(self.at + HORIZON), self.people, self.at)
        soon = self._passed.soon if self.sums is None else self.sums.soon
        dues = due_rows(self.tx, sorted(soon))
        return tuple(
            Coming(
                due.at, due.kind, due.ticket.partition(",")[0], min(refs)[0] if refs else None, due.title, due.who,
                due.has_cover,
            )
            for refs, due in by_ticket((*dues, *visits))
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
