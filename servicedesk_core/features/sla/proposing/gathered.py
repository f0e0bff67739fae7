"""What the store tells of hours and of promises: when technicians work, and what the PSA's own agreements ask for."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta, tzinfo
from typing import Any, Final

from sqlalchemy import func, select

from servicedesk_core.business_time import Calendar
from servicedesk_core.domain.tickets import SLA_TIMES
from servicedesk_core.features.sla.clocks.policies import Clock
from servicedesk_core.features.sla.tables.theirs import result_of_ticket
from servicedesk_core.store import Tx
from servicedesk_core.store.fields import from_us, optional_instant, to_us
from servicedesk_core.store.schema import RECORDS

OFFICE: Final = "office"
ALWAYS: Final = "always"

_T = RECORDS["tickets"].c
_R = RECORDS["sla_results"].c
_K = RECORDS["contracts"].c
_E = RECORDS["time_entries"].c
_DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_USUAL: Final = ("mon", "tue", "wed", "thu", "fri"), 8, 18
_FEW: Final = 50
"""So many time entries tell when somebody is there."""
_SELDOM: Final = 0.05
"""A day, or an hour at the edge of it, with less of all work than this is none of the office's."""
_MINUTE: Final = timedelta(minutes=1)
_FARTHEST: Final = timedelta(days=3653)
_OF_TICKET: Final = {clock: SLA_TIMES[at][0] for at, clock in enumerate(Clock)}


@dataclass(frozen=True, slots=True)
class Hours:
    """When technicians work, and of how many time entries that is known; 0 = the usual hours."""

    days: tuple[str, ...]
    opens: int
    closes: int
    entries: int

    @property
    def by_days(self) -> dict[str, str]:
        """They as a calendar has them: days in a row as one."""
        at = [_DAYS.index(day) for day in self.days]
        in_a_row = len(at) > 1 and at == [*range(at[0], at[-1] + 1)]
        named = (f"{self.days[0]}-{self.days[-1]}",) if in_a_row else self.days
        return dict.fromkeys(named, f"{self.opens:02}:00-{self.closes:02}:00")

    def calendar(self, zone: str) -> Calendar:
        """Return them as a calendar."""
        return Calendar(name=OFFICE, zone=zone, hours=self.by_days)


def hours_of(tx: Tx, zone: tzinfo, since: datetime) -> Hours:
    """Return when technicians work, from the time that they record."""
    begun: Counter[tuple[int, int]] = Counter()
    query = select(_E.start_at).where(_E.start_at >= to_us(since), _E.gone_at.is_(None))
    for (at_us,) in tx.execute(query.execution_options(yield_per=1_000)):
        at = from_us(at_us).astimezone(zone)
        begun[at.weekday(), at.hour] += 1
    number = begun.total()
    if number < _FEW:
        return Hours(*_USUAL, 0)
    by_day, by_hour = Counter[int](), Counter[int]()
    for (day, hour), count in begun.items():
        by_day[day] += count
        by_hour[hour] += count
    worked = [hour for hour in range(24) if by_hour[hour] >= number * _SELDOM]
    days = tuple(name for day, name in enumerate(_DAYS) if by_day[day] >= number * _SELDOM)
    return Hours(days, min(worked), max(worked) + 1, number) if worked and days else Hours(*_USUAL, 0)


@dataclass(slots=True)
class Agreement:
    """An agreement of the PSA, from the tickets that name it.

    Attributes:
        name: What the PSA calls it; empty for tickets that name none.
        tickets: How many tickets there are by priority.
        asked: Business time between creation and due time in whole minutes, by priority, clock and calendar.
        contracts: Tickets by contract.
        companies: Tickets by client.
    """

    name: str
    tickets: Counter[str | None] = field(default_factory=Counter)
    asked: dict[tuple[str | None, Clock, str], Counter[int]] = field(default_factory=lambda: defaultdict(Counter))
    contracts: Counter[str] = field(default_factory=Counter)
    companies: Counter[str] = field(default_factory=Counter)

    def target(self, priority: str | None, clock: Clock, hours: str) -> tuple[int, timedelta] | None:
        """Return what is mostly asked for in some hours, behind how often it is; ``None`` = nothing is."""
        asked = self.asked.get((priority, clock, hours))
        count, minutes = max((count, minutes) for minutes, count in asked.items()) if asked else (0, 0)
        return (count, minutes * _MINUTE) if minutes > 0 else None

    def hours(self, priority: str | None, clock: Clock) -> str | None:
        """Return the hours in which it is clearest what is asked for; ``None`` = nothing is."""
        found = {name: asked[0] for name in (OFFICE, ALWAYS) if (asked := self.target(priority, clock, name))}
        return max(found, key=found.__getitem__) if found else None


def agreements_of(tx: Tx, calendars: Mapping[str, Calendar], since: datetime) -> list[Agreement]:
    """Return the agreements that tickets name, that of most tickets first.

    Args:
        tx: Any transaction.
        calendars: The hours in which it may ask for something, by name.
        since: From when on tickets were created.
    """
    agreement = func.coalesce(_R.agreement, _T.sla, "").label("agreement")
    columns = _T.priority, _T.contract_ref, _T.company_ref, _T.created_at, *(_T[name] for name in _OF_TICKET.values())
    query = (
        select(agreement, *columns)
        .select_from(RECORDS["tickets"].outerjoin(RECORDS["sla_results"], result_of_ticket()))
        .where(_T.gone_at.is_(None), _T.created_at >= to_us(since))
    )
    found: dict[str, Agreement] = {}
    for row in tx.execute(query.execution_options(yield_per=1_000)):
        one = found.setdefault(row.agreement, Agreement(row.agreement))
        one.tickets[row.priority] += 1
        one.contracts.update((row.contract_ref,) if row.contract_ref else ())
        one.companies.update((row.company_ref,) if row.company_ref else ())
        created = from_us(row.created_at)
        for clock, name in _OF_TICKET.items():
            due = optional_instant(getattr(row, name))
            if due is None or due - created > _FARTHEST:
                continue  # nothing is promised for so long: it is the vendor's word for none
            for called, calendar in calendars.items():
                one.asked[row.priority, clock, called][round(calendar.between(created, due) / _MINUTE)] += 1
    return sorted(found.values(), key=lambda one: (-one.tickets.total(), one.name))


def contracts_with(tx: Tx, agreement: str) -> list[str]:
    """Return the ids of contracts that name an agreement."""
    query = select(_K.external_id).where(_K.sla == agreement, _K.gone_at.is_(None)).order_by(_K.external_id)
    return [*tx.execute(query).scalars()]


def names_in(tx: Tx, stream: str, refs: list[str]) -> list[str]:
    """Return what records are called, by their ids, each once."""
    table: Any = RECORDS[stream].c
    query = select(table.name).where(table.external_id.in_(refs), table.gone_at.is_(None)).distinct()
    return sorted(name for name in tx.execute(query).scalars() if name)


def own_country(tx: Tx) -> str | None:
    """Return the country of your own company, as the PSA says it."""
    table = RECORDS["companies"].c
    return tx.execute(select(table.country).where(table.is_own, table.country.is_not(None)).limit(1)).scalar()
