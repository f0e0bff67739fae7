"""What figures over a period are measured from, as the store tells it. Pure."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Final, NamedTuple, Protocol

from servicedesk_core.domain import AppointmentState, StatusCategory, TicketKind
from servicedesk_core.domain.population import why_outside
from servicedesk_core.faces import Case, Period
from servicedesk_core.features.kpi.baselines import Baseline
from servicedesk_core.features.kpi.cases.books import Books
from servicedesk_core.features.sla import Clock, Outcome

Key = tuple[str, str]
"""Connection and the vendor's id."""

_NOTHING: Final[Mapping[str, str | None]] = MappingProxyType({})


class Rule(StrEnum):
    """Why a ticket is the follow-up of another, the strongest first."""

    REOPENED = "reopened"
    LINKED = "linked"
    SAME_DEVICE = "same device and issue"
    SAME_CONTACT = "same contact, issue and sub-issue"
    SIMILAR = "same site and issue, similar title"
    """It counts only when somebody says so."""
    SAID = "somebody said so"


class Work(StrEnum):
    """What recorded time was for."""

    TIME_AND_MATERIALS = "time and materials"
    CONTRACT = "contract"
    PROJECT = "project"
    REWORK = "warranty rework"
    GOODWILL = "goodwill"
    TRAVEL = "travel"
    INTERNAL = "internal"
    UNBILLED = "unbilled"
    """For a client, and nothing says who pays for it."""


class Hours(StrEnum):
    """Which of somebody's hours."""

    IN = "in hours"
    """Those of their shift, or of the desk."""
    ON_CALL = "on call"
    """Outside of them, and it was their turn to be rung."""
    AFTER = "after hours"


class TicketFact(NamedTuple):
    """A ticket as figures see it."""

    connection: str
    id: str
    label: str = ""
    title: str = ""
    kind: TicketKind | None = None
    category: StatusCategory | None = None
    issue: str | None = None
    sub_issue: str | None = None
    company: str | None = None
    contact: str | None = None
    site: str | None = None
    asset: str | None = None
    contract: str | None = None
    parent: str | None = None
    problem: str | None = None
    assignee: str | None = None
    created_at: datetime | None = None
    due_at: datetime | None = None
    reported_resolved_at: datetime | None = None
    first_response_at: datetime | None = None
    resolutions: tuple[datetime, ...] = ()
    """When it was resolved; each time, in order."""
    reopenings: tuple[datetime, ...] = ()
    is_open: bool = True
    is_gone: bool = False
    is_merged: bool = False
    is_own: bool = False
    """Whether it is of our own company."""
    of: Mapping[str, str | None] = _NOTHING

    @property
    def key(self) -> Key:
        """What tells it apart."""
        return self.connection, self.id

    @property
    def outside(self) -> str:
        """Why it counts in no figure of clients; empty = it counts."""
        return why_outside(self.category, is_gone=self.is_gone, is_merged=self.is_merged, is_own=self.is_own)

    def resolved_in(self, period: Period) -> datetime | None:
        """Return when it was first resolved in a period."""
        for at in self.resolutions:
            if period.start <= at < period.end:
                return at
        return None

    def reopened_within(self, at: datetime, span: timedelta) -> bool:
        """Whether it was opened again within a time after it was resolved."""
        return any(at < again <= at + span for again in self.reopenings)

    def case(
        self,
        numerator: float = 1,
        denominator: float | None = None,
        excluded: str = "",
        beside: Mapping[str, str | None] | None = None,
    ) -> Case:
        """Return it as a figure counts it; one that is outside is left out for that reason.

        Args:
            numerator: What it adds above the line.
            denominator: What it adds below it.
            excluded: Why it is left out.
            beside: What else it belongs to.
        """
        of = self.of if beside is None else {**self.of, **beside}
        why, who = self.outside or excluded, self.assignee or ""
        return Case(self.label or self.id, numerator, denominator, why, of, self.connection, who)


class EntryFact(NamedTuple):
    """Recorded time as figures see it."""

    connection: str
    id: str
    work: Work
    technician: str | None = None
    ticket: str | None = None
    day: date | None = None
    start_at: datetime | None = None
    end_at: datetime | None = None
    worked_s: int | None = None
    created_at: datetime | None = None
    is_own: bool = False
    hours: Hours | None = None
    """In which of the technician's hours it began; ``None`` = nobody said when they work."""
    of: Mapping[str, str | None] = _NOTHING

    @property
    def ended_at(self) -> datetime | None:
        """When the work was done."""
        if self.end_at is not None or self.start_at is None or self.worked_s is None:
            return self.end_at
        return self.start_at + timedelta(seconds=self.worked_s)

    @property
    def is_for_clients(self) -> bool:
        """Whether a client was worked for; travel is told apart."""
        return not self.is_own and self.work not in (Work.INTERNAL, Work.TRAVEL)

    def case(self, numerator: float = 1, denominator: float | None = None, excluded: str = "") -> Case:
        """Return it as a figure counts it."""
        return Case(self.id, numerator, denominator, excluded, self.of, self.connection, self.technician or "")


@dataclass(frozen=True, slots=True)
class VisitFact:
    """An appointment as figures see it."""

    connection: str
    id: str
    tickets: tuple[str, ...] = ()
    technicians: tuple[str, ...] = ()
    start_at: datetime | None = None
    end_at: datetime | None = None
    state: AppointmentState = AppointmentState.BOOKED
    is_onsite: bool | None = None
    created_at: datetime | None = None
    of: Mapping[str, str | None] = field(default_factory=dict)

    def case(self, numerator: float = 1, denominator: float | None = None) -> Case:
        """Return it as a figure counts it; it is that of the first technician who was booked."""
        who = next(iter(self.technicians), "")
        return Case(self.id, numerator, denominator, of=self.of, connection=self.connection, person=who)


@dataclass(frozen=True, slots=True)
class AssetFact:
    """A device as figures see it."""

    connection: str
    id: str
    model: str | None
    is_active: bool
    since: datetime | None
    until: datetime | None
    of: Mapping[str, str | None] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ClientFact:
    """A client with its contracts, as figures see them.

    Attributes:
        connection: Where it comes from.
        name: What it is called.
        contracts: First and last day of each.
    """

    connection: str
    name: str
    contracts: tuple[tuple[date, date], ...]

    def has_contract(self, day: date) -> bool:
        """Whether one is in force on a day."""
        return any(first <= day <= last for first, last in self.contracts)


@dataclass(frozen=True, slots=True)
class TrainedFact:
    """What somebody of ours has proved, as figures see it.

    Attributes:
        name: Who.
        role: Their job role; ``None`` = none is named.
        lacks: The certifications of their role that they do not hold.
    """

    name: str
    role: str | None
    lacks: tuple[str, ...]


class ClockFact(NamedTuple):
    """A promise on a ticket as figures see it."""

    ticket: Key
    clock: Clock
    outcome: Outcome
    is_stopped: bool = False
    decided_at: datetime | None = None
    stopped_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class TechnicianFact:
    """Somebody of ours as figures see them."""

    connection: str
    id: str
    name: str
    is_active: bool = True
    of: Mapping[str, str | None] = field(default_factory=dict)


class Facts(Protocol):
    """What a figure may ask for; nothing is read before it does."""

    @property
    def period(self) -> Period:
        """The period."""
        ...

    @property
    def is_whole(self) -> bool:
        """Whether they are those of the whole desk, and not of what one client or queue sees."""
        ...

    @property
    def tickets(self) -> Sequence[TicketFact]:
        """Those created, open or resolved in the period or 30 days around it, or with a clock that was decided then."""
        ...

    @property
    def by_key(self) -> Mapping[Key, TicketFact]:
        """The same by what tells each apart."""
        ...

    @property
    def created(self) -> Sequence[TicketFact]:
        """Those of them that were created in the period."""
        ...

    @property
    def resolved(self) -> Sequence[tuple[TicketFact, datetime]]:
        """Those of them that were resolved in the period, each with when it first was in it."""
        ...

    @property
    def responses(self) -> Mapping[Key, datetime]:
        """When somebody of ours first answered, by ticket; of those that may have been answered in the period."""
        ...

    @property
    def repeats(self) -> Mapping[Key, Rule]:
        """The completed tickets that had a follow-up, with the rule that says so."""
        ...

    @property
    def clocks(self) -> Sequence[ClockFact]:
        """All clocks of the tickets of which one was decided, or ended, in the period."""
        ...

    @property
    def entries(self) -> Sequence[EntryFact]:
        """Time that was worked in the period."""
        ...

    @property
    def entries_of(self) -> Mapping[Key, Sequence[EntryFact]]:
        """All time on the tickets that were resolved in the period, by ticket."""
        ...

    @property
    def visits(self) -> Sequence[VisitFact]:
        """Appointments that begin in the period."""
        ...

    @property
    def visits_of(self) -> Mapping[Key, Sequence[VisitFact]]:
        """All appointments, by ticket."""
        ...

    @property
    def books(self) -> Books | str:
        """What clients earned and cost, or what would have to be there to know it."""
        ...

    @property
    def assets(self) -> Sequence[AssetFact]:
        """Devices of clients."""
        ...

    @property
    def technicians(self) -> Sequence[TechnicianFact]:
        """Our people."""
        ...

    @property
    def clients(self) -> Sequence[ClientFact]:
        """Clients with contracts."""
        ...

    @property
    def trained(self) -> Sequence[TrainedFact]:
        """What our people have proved at the end of the period."""
        ...

    @property
    def available_s(self) -> Callable[[Key, date], int | None] | None:
        """Says for how long somebody is to work on a day, which may be unknown; ``None`` = of nobody it is known."""
        ...

    @property
    def open_between_s(self) -> Callable[[datetime, datetime], int] | None:
        """Says how long the desk's calendar is open between two instants; ``None`` = nobody defined one."""
        ...

    def when(self, who: Key, at: datetime) -> Hours | None:
        """Return in which of somebody's hours an instant is; ``None`` = nobody said when they work."""
        ...

    def on_shift(self, at: datetime) -> int | None:
        """Return how many are on shift at an instant; ``None`` = nobody has shifts."""
        ...

    @property
    def scheduled(self) -> frozenset[Key]:
        """Those whose shifts are known."""
        ...

    @property
    def has_clocks(self) -> bool:
        """Whether anything was promised."""
        ...

    @property
    def baselines(self) -> Sequence[Baseline]:
        """What figures were in times that others are compared with."""
        ...

    def holds(self, stream: str) -> bool:
        """Whether the store has anything of a stream."""
        ...
