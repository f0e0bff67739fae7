"""Facts that a test gives, in place of those of a store."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from typing import Any

from servicedesk_core.domain import TicketKind
from servicedesk_core.faces import Kpi, Period
from servicedesk_core.features.kpi.baselines import Baseline
from servicedesk_core.features.kpi.cases.books import Books
from servicedesk_core.features.kpi.cases.facts import (
    AssetFact,
    ClientFact,
    ClockFact,
    EntryFact,
    Hours,
    Key,
    Rule,
    TechnicianFact,
    TicketFact,
    TrainedFact,
    VisitFact,
    Work,
)
from servicedesk_core.features.kpi.cases.repeats import pairs, repeats
from servicedesk_core.features.kpi.catalogue.whole import KPIS
from servicedesk_core.features.kpi.goals import SHIPPED, wanted

NAMED: Mapping[str, Kpi[Any]] = {kpi.name: kpi for kpi in KPIS}
MARCH = Period(datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 4, 1, tzinfo=UTC), datetime(2026, 6, 1, tzinfo=UTC))


@dataclass
class Given:
    """Facts of March 2026."""

    tickets: Sequence[TicketFact] = ()
    entries: Sequence[EntryFact] = ()
    visits: Sequence[VisitFact] = ()
    assets: Sequence[AssetFact] = ()
    technicians: Sequence[TechnicianFact] = ()
    clients: Sequence[ClientFact] = ()
    trained: Sequence[TrainedFact] = ()
    open_s: Callable[[date], int] | None = None
    away_s: Mapping[tuple[Key, date], int] = field(default_factory=dict)
    scheduled: frozenset[Key] = frozenset()
    open_between_s: Callable[[datetime, datetime], int] | None = None
    hours: Hours | None = None
    clocks: Sequence[ClockFact] = ()
    books: Books | str = "books"
    has_clocks: bool = True
    baselines: Sequence[Baseline] = ()
    period: Period = MARCH
    has: bool = True
    is_whole: bool = True

    @property
    def available_s(self) -> Callable[[Key, date], int] | None:
        open_s = self.open_s
        return None if open_s is None else lambda who, day: max(0, open_s(day) - self.away_s.get((who, day), 0))

    @cached_property
    def entries_of(self) -> Mapping[Key, Sequence[EntryFact]]:
        return {
            (one.connection, one.ticket or ""): [e for e in self.entries if e.ticket == one.ticket]
            for one in self.entries
        }

    @cached_property
    def by_key(self) -> Mapping[Key, TicketFact]:
        return {one.key: one for one in self.tickets}

    @cached_property
    def created(self) -> Sequence[TicketFact]:
        return [one for one in self.tickets if self.period.holds(one.created_at)]

    @cached_property
    def resolved(self) -> Sequence[tuple[TicketFact, datetime]]:
        found = ((one, one.resolved_in(self.period)) for one in self.tickets)
        return [(one, at) for one, at in found if at is not None]

    @cached_property
    def repeats(self) -> Mapping[Key, Rule]:
        return repeats(pairs(self.tickets))

    @property
    def responses(self) -> Mapping[Key, datetime]:
        return {one.key: one.first_response_at for one in self.tickets if one.first_response_at is not None}

    @cached_property
    def visits_of(self) -> Mapping[Key, Sequence[VisitFact]]:
        found: dict[Key, list[VisitFact]] = {}
        for one in self.visits:
            for ticket in one.tickets:
                found.setdefault((one.connection, ticket), []).append(one)
        return found

    def when(self, who: Key, at: datetime) -> Hours | None:
        return self.hours

    def on_shift(self, at: datetime) -> int | None:
        return 2

    def holds(self, stream: str) -> bool:
        return self.has and bool(stream)

    def measured(self, name: str):
        return NAMED[name].measure.of(self)

    def verdict(self, name: str) -> str:
        goal = wanted(NAMED[name], SHIPPED)
        return self.measured(name).verdict(goal[0].goal if goal else None).value


def at(month: int, day: int, hour: int = 9, minute: int = 0) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=UTC)


def ticket(ref: object, created: datetime, *resolved: datetime, **more: Any) -> TicketFact:
    more = {"kind": TicketKind.INCIDENT, "is_open": not resolved, **more}
    return TicketFact("psa", str(ref), created_at=created, resolutions=resolved, **more)


def entry(  # noqa: PLR0917  # a row of a time sheet
    ref: object, person: str, start: datetime, minutes: float, of: str | None = None, work: Work = Work.CONTRACT
) -> EntryFact:
    end = start + timedelta(minutes=minutes)
    return EntryFact(
        "psa", str(ref), work, person, of, start.date(), start, end, round(minutes * 60), end, of={"work": work.value}
    )
