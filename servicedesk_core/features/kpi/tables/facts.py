"""What figures are measured from, read from the store when a figure asks for it."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any

from sqlalchemy import and_, or_, select

from servicedesk_core.config.people import Colleague
from servicedesk_core.domain import TicketKind
from servicedesk_core.faces import Period
from servicedesk_core.features.attention import NOBODY
from servicedesk_core.features.definitions import in_force
from servicedesk_core.features.kpi.baselines import BASELINES, Baseline
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
)
from servicedesk_core.features.kpi.cases.repeats import Pair, pairs, repeats
from servicedesk_core.features.kpi.tables import service, standing
from servicedesk_core.features.kpi.tables.accounts import books_of
from servicedesk_core.features.kpi.tables.decisions import Decision, decisions
from servicedesk_core.features.kpi.tables.dimensions import Dimensions
from servicedesk_core.features.kpi.tables.entries import Entries
from servicedesk_core.features.kpi.tables.hours import Working
from servicedesk_core.features.kpi.tables.lookup import Lookup
from servicedesk_core.features.kpi.tables.responses import responses
from servicedesk_core.features.kpi.tables.tickets import Tickets
from servicedesk_core.features.sla import AsOf, Clock, ClockState, Outcome, book_of
from servicedesk_core.store import Tx
from servicedesk_core.store.fields import to_us
from servicedesk_core.store.queries.scope import Scope
from servicedesk_core.store.schema import RECORDS, sla_clocks


class StoredFacts:
    """The store around a period.

    Args:
        tx: A transaction, in which everything is read.
        period: The period.
        scope: Only what it lets through.
        people: The people of the desk: they say whom a name in the definitions means.
    """

    def __init__(
        self, tx: Tx, period: Period, scope: Scope | None = None, *, people: Mapping[str, Colleague] = NOBODY
    ) -> None:
        self._tx = tx
        self.period = period
        self._lookup = Lookup(tx, period, scope, people)
        self._working, self._dimensions = Working(self._lookup), Dimensions(self._lookup)
        self._time = Entries(self._lookup, self._working, self._dimensions)

    @property
    def is_whole(self) -> bool:
        """Whether they are those of the whole desk."""
        return self._lookup.sight is None

    def holds(self, stream: str) -> bool:
        """Whether the store has anything of a stream."""
        return self._tx.execute(select(RECORDS[stream].c.local_id).limit(1)).first() is not None

    @cached_property
    def tickets(self) -> Sequence[TicketFact]:
        """Those created, open or resolved in the period or 30 days around it, or with a clock that was decided then."""
        return Tickets(self._lookup, self._dimensions).read(*self._had_a_clock, self._was_planned)

    @cached_property
    def by_key(self) -> Mapping[Key, TicketFact]:
        """The same by what tells each apart."""
        return {one.key: one for one in self.tickets}

    @cached_property
    def created(self) -> Sequence[TicketFact]:
        """Those of them that were created in the period."""
        return tuple(one for one in self.tickets if self.period.holds(one.created_at))

    @cached_property
    def resolved(self) -> Sequence[tuple[TicketFact, datetime]]:
        """Those of them that were resolved in the period, each with when it first was in it."""
        found = ((one, one.resolved_in(self.period)) for one in self.tickets)
        return tuple((one, at) for one, at in found if at is not None)

    @cached_property
    def responses(self) -> Mapping[Key, datetime]:
        """When somebody of ours first answered, by ticket; of those that may have been answered in the period."""
        return responses(self._lookup, self.tickets, self.visits_of)

    @cached_property
    def pairs(self) -> Sequence[Pair]:
        """Tickets with what came after them, and what people said of them."""
        booked: dict[Key, datetime] = {}
        for key, several in self.visits_of.items():
            if known := [one.created_at for one in several if one.created_at is not None]:
                booked[key] = min(known)
        said = {both: one.is_repeat for both, one in self.decisions.items()}
        return tuple(pairs(self.tickets, said, booked))

    @cached_property
    def decisions(self) -> Mapping[tuple[Key, Key], Decision]:
        """What people said of repeat service."""
        return decisions(self._tx)

    @cached_property
    def repeats(self) -> Mapping[Key, Rule]:
        """The completed tickets that had a follow-up, with the rule that says so."""
        return repeats(self.pairs)

    @cached_property
    def _book(self) -> Any:
        return book_of(self._tx)

    @property
    def has_clocks(self) -> bool:
        """Whether anything was promised."""
        return self._book is not None

    @cached_property
    def baselines(self) -> Sequence[Baseline]:
        """What figures were in times that others are compared with."""
        return in_force(self._tx, BASELINES, self.period.last)

    @cached_property
    def clocks(self) -> Sequence[ClockFact]:
        """All clocks of the tickets of which one was decided, or ended, in the period."""
        if self._book is None:
            return ()
        c, t, shown = sla_clocks.c, RECORDS["tickets"].c, AsOf(self._book, self.period.now)
        query = (
            select(t.source_id, t.external_id, c.clock, shown.outcome, c.state, shown.decided_at, c.stopped_at)
            .join(RECORDS["tickets"], t.local_id == c.ticket_id)
            .where(*self._had_a_clock, *self._lookup.seen("tickets"))
        )
        return tuple(
            ClockFact(
                ticket=(self._lookup.connections[source], ref),
                clock=Clock(clock),
                outcome=Outcome(outcome),
                is_stopped=state == ClockState.STOPPED.value,
                decided_at=decided,
                stopped_at=stopped,
            )
            for source, ref, clock, outcome, state, decided, stopped in self._tx.execute(query).all()
        )

    @property
    def _had_a_clock(self) -> Iterator[Any]:
        """The condition that a clock of a ticket was decided, or ended, in the period, where anything was promised."""
        if self._book is not None:
            c, start, end = sla_clocks.c, self.period.start, self.period.end
            ended = or_(*(and_(at >= start, at < end) for at in (c.decided_at, c.due_at, c.stopped_at)))
            yield RECORDS["tickets"].c.local_id.in_(select(c.ticket_id).where(ended))

    @cached_property
    def entries(self) -> Sequence[EntryFact]:
        """Time that was worked in the period."""
        return self._time.of_period()

    @cached_property
    def entries_of(self) -> Mapping[Key, Sequence[EntryFact]]:
        """All time on the tickets that were resolved in the period, by ticket."""
        wanted: dict[int, set[str]] = defaultdict(set)
        numbers = {name: number for number, name in self._lookup.connections.items()}
        for one, _ in self.resolved:
            wanted[numbers[one.connection]].add(one.id)
        found: dict[Key, list[EntryFact]] = defaultdict(list)
        for entry in self._time.of_tickets(wanted):
            found[entry.connection, entry.ticket or ""].append(entry)
        return found

    @cached_property
    def _every_visit(self) -> Sequence[VisitFact]:
        return service.visits(self._lookup, self._dimensions)

    @cached_property
    def visits(self) -> Sequence[VisitFact]:
        """Appointments that begin in the period."""
        return tuple(one for one in self._every_visit if self.period.holds(one.start_at))

    @cached_property
    def visits_of(self) -> Mapping[Key, Sequence[VisitFact]]:
        """All appointments, by ticket."""
        found: dict[Key, list[VisitFact]] = defaultdict(list)
        for one in self._every_visit:
            for ticket in one.tickets:
                found[one.connection, ticket].append(one)
        return found

    @cached_property
    def books(self) -> Books | str:
        """What clients earned and cost, or what would have to be there to know it."""
        if not self.is_whole:
            return "the whole desk; who sees a part of it sees no margins"
        return books_of(self._lookup)

    @cached_property
    def assets(self) -> Sequence[AssetFact]:
        """Devices of clients."""
        return service.assets(self._lookup)

    @cached_property
    def technicians(self) -> Sequence[TechnicianFact]:
        """Our people."""
        return service.technicians(self._lookup, self._dimensions)

    @cached_property
    def clients(self) -> Sequence[ClientFact]:
        """Clients with contracts."""
        return standing.clients(self._lookup)

    @cached_property
    def trained(self) -> Sequence[TrainedFact]:
        """What our people have proved at the end of the period."""
        return tuple(standing.trained(self._lookup))

    @property
    def available_s(self) -> Callable[[Key, date], int | None] | None:
        """Says for how long somebody is to work on a day; ``None`` = nobody defined shifts or a calendar."""
        return self._working.available_s

    @property
    def open_between_s(self) -> Callable[[datetime, datetime], int] | None:
        """Says how long the desk's calendar is open between two instants; ``None`` = nobody defined one."""
        calendar = self._lookup.calendar
        return None if calendar is None else lambda start, end: calendar.between(start, end) // timedelta(seconds=1)

    def when(self, who: Key, at: datetime) -> Hours | None:
        """Return in which of somebody's hours an instant is; ``None`` = nobody said when they work."""
        return self._working.when(self._working.local(who), at)

    def on_shift(self, at: datetime) -> int | None:
        """Return how many are on shift at an instant; ``None`` = nobody has shifts."""
        return self._working.on_shift(at)

    @property
    def _was_planned(self) -> Any:
        """The condition that a recurring ticket was due in the period."""
        t = RECORDS["tickets"].c
        due = t.due_at >= to_us(self.period.start), t.due_at < to_us(self.period.end)
        return and_(t.kind == TicketKind.RECURRING.value, *due)

    @property
    def scheduled(self) -> frozenset[Key]:
        """Those whose shifts are known."""
        return self._working.scheduled
