"""What figures are measured from, read from the store when a figure asks for it."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from functools import cached_property
from typing import Any, Final

import orjson
from sqlalchemy import and_, func, or_, select

from servicedesk_core.business_time import Calendar
from servicedesk_core.domain import DONE, AppointmentState, StatusCategory, TicketKind, TimeOffState
from servicedesk_core.faces import Period
from servicedesk_core.features.definitions import in_force
from servicedesk_core.features.kpi.facts import (
    AssetFact,
    ClockFact,
    EntryFact,
    Key,
    Rule,
    TechnicianFact,
    TicketFact,
    VisitFact,
    Work,
)
from servicedesk_core.features.kpi.goals import WORK_KINDS
from servicedesk_core.features.kpi.repeats import WINDOW, repeats
from servicedesk_core.features.kpi.work import work_of
from servicedesk_core.features.sla import CALENDARS, POLICIES, AsOf, Clock, ClockState, Outcome, book_of
from servicedesk_core.store import Tx, bulk, sources
from servicedesk_core.store.fields import optional_instant, to_us
from servicedesk_core.store.queries.names import name_column
from servicedesk_core.store.queries.population import is_merged
from servicedesk_core.store.queries.scope import Scope, Sight
from servicedesk_core.store.schema import RECORDS, sla_clocks

Local = tuple[int, str]
"""Number of the source, and the vendor's id."""

_DAY: Final = timedelta(days=1)
_SOLVED: Final = frozenset({StatusCategory.RESOLVED, StatusCategory.CLOSED})


class StoredFacts:
    """The store around a period.

    Args:
        tx: A transaction, in which everything is read.
        period: The period.
        scope: Only what it lets through.
    """

    def __init__(self, tx: Tx, period: Period, scope: Scope | None = None) -> None:
        self._tx = tx
        self.period = period
        self._sight = None if scope is None else Sight(tx, scope)
        self._connections = {one.id: one.name for one in sources.all(tx)}
        self._names: dict[str, Mapping[Local, str]] = {}

    @property
    def is_whole(self) -> bool:
        """Whether they are those of the whole desk."""
        return self._sight is None

    def holds(self, stream: str) -> bool:
        """Whether the store has anything of a stream."""
        return self._tx.execute(select(RECORDS[stream].c.local_id).limit(1)).first() is not None

    @cached_property
    def tickets(self) -> Sequence[TicketFact]:
        """Those created, open or resolved in the period or 30 days around it, or with a clock that was decided then."""
        t, start, end = RECORDS["tickets"].c, to_us(self.period.start), to_us(self.period.end)
        around = WINDOW // timedelta(microseconds=1)
        done_at = func.coalesce(t.resolved_at, t.closed_at)
        near = and_(
            t.created_at < end + around, or_(t.is_open, done_at >= start - around, t.created_at >= start - around)
        )
        columns = (
            t.source_id, t.external_id, t.number, t.title, t.kind, t.status_category, t.priority, t.source, t.issue,
            t.sub_issue, t.company_ref, t.contact_ref, t.asset_ref, t.contract_ref, t.parent_ref, t.problem_ref,
            t.assignee_ref, t.queue_ref, t.created_at, t.reported_resolved_at, done_at, t.is_open, t.gone_at,
            is_merged(), t.first_response_at,
        )  # fmt: skip
        rows = self._tx.execute(select(*columns).where(or_(near, *self._had_a_clock), *self._seen("tickets"))).all()
        changes = self._changes((source, ref) for source, ref, *_, is_open, _, _, _ in rows if is_open) | self._changes(
            (row[0], row[1]) for row in rows if row[20] is not None and row[20] >= start - around
        )
        return tuple(self._ticket(row, changes.get((row[0], row[1]), ())) for row in rows)

    def _ticket(self, row: Sequence[Any], changes: Sequence[tuple[int, bool, bool]]) -> TicketFact:
        (
            source, ref, number, title, kind, category, priority, origin, issue, sub_issue, company, contact, asset,
            contract, parent, problem, assignee, queue, created, reported, done, is_open, gone, merged, responded,
        ) = row  # fmt: skip
        resolutions, reopenings = _turns(changes, done)
        return TicketFact(
            connection=self._connections[source],
            id=ref,
            label=number or ref,
            title=title or "",
            kind=TicketKind(kind) if kind else None,
            category=StatusCategory(category) if category else None,
            issue=issue,
            sub_issue=sub_issue,
            company=company,
            contact=contact,
            asset=asset,
            contract=contract,
            parent=parent,
            problem=problem,
            assignee=assignee,
            created_at=optional_instant(created),
            reported_resolved_at=optional_instant(reported),
            first_response_at=optional_instant(responded),
            resolutions=tuple(filter(None, map(optional_instant, resolutions))),
            reopenings=tuple(filter(None, map(optional_instant, reopenings))),
            is_open=is_open,
            is_gone=gone is not None,
            is_merged=merged,
            is_own=(source, company) in self._own,
            of={
                "client": self._name(source, "companies", company),
                "technician": self._name(source, "technicians", assignee),
                "queue": self._name(source, "queues", queue),
                "priority": priority,
                "type": kind,
                "source": origin,
                "issue": issue,
                "sub-issue": f"{issue or ''} / {sub_issue}" if sub_issue else None,
                "contract": self._name(source, "contracts", contract),
            },
        )

    def _changes(self, refs: Iterable[Local]) -> dict[Local, list[tuple[int, bool, bool]]]:
        """Return when tickets became done or open again: instant, whether done, whether resolved."""
        by_source: dict[int, set[str]] = defaultdict(set)
        for source, ref in refs:
            by_source[source].add(ref)
        found: dict[Local, list[tuple[int, bool, bool]]] = defaultdict(list)
        query = (
            "SELECT ticket_ref, effective_at, after FROM ticket_events WHERE source_id = {source} "
            "AND ticket_ref IN {values} AND gone_at IS NULL ORDER BY ticket_ref, effective_at, source_seq, local_id"
        )
        for source, several in by_source.items():
            for ref, at, after in bulk.select_in(self._tx, query, source, several):
                category = orjson.loads(after).get("status_category") if "status_category" in after else None
                if category is not None:
                    found[source, ref].append((at, category in DONE, category in _SOLVED))
        return found

    @cached_property
    def repeats(self) -> Mapping[Key, Rule]:
        """The completed tickets that had a follow-up, with the rule that says so."""
        return repeats(self.tickets)

    @cached_property
    def _book(self) -> Any:
        return book_of(self._tx)

    @property
    def has_clocks(self) -> bool:
        """Whether anything was promised."""
        return self._book is not None

    @cached_property
    def clocks(self) -> Sequence[ClockFact]:
        """All clocks of the tickets of which one was decided, or ended, in the period."""
        if self._book is None:
            return ()
        c, t, shown = sla_clocks.c, RECORDS["tickets"].c, AsOf(self._book, self.period.now)
        query = (
            select(t.source_id, t.external_id, c.clock, shown.outcome, c.state, shown.decided_at, c.stopped_at)
            .join(RECORDS["tickets"], t.local_id == c.ticket_id)
            .where(*self._had_a_clock, *self._seen("tickets"))
        )
        return tuple(
            ClockFact(
                ticket=(self._connections[source], ref),
                clock=Clock(clock),
                outcome=Outcome(outcome),
                is_stopped=state == ClockState.STOPPED.value,
                decided_at=decided,
                stopped_at=stopped,
            )
            for source, ref, clock, outcome, state, decided, stopped in self._tx.execute(query)
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
        t = RECORDS["time_entries"].c
        days = [at.astimezone(self.period.zone) for at in (self.period.start, self.period.end - timedelta.resolution)]
        first, last = (at.date().isoformat() for at in days)
        start, end = to_us(self.period.start), to_us(self.period.end)
        worked = or_(
            t.work_date.between(first, last),
            and_(t.work_date.is_(None), t.start_at >= start, t.start_at < end),
        )
        query = select(*self._entry_columns).where(worked, t.gone_at.is_(None), *self._seen("time_entries"))
        return self._entries(self._tx.execute(query).all())

    @cached_property
    def entries_of(self) -> Mapping[Key, Sequence[EntryFact]]:
        """All time on the tickets that were resolved in the period, by ticket."""
        wanted: dict[int, set[str]] = defaultdict(set)
        numbers = {name: number for number, name in self._connections.items()}
        for one in self.tickets:
            if one.resolved_in(self.period) is not None:
                wanted[numbers[one.connection]].add(one.id)
        names = ", ".join(column.name for column in self._entry_columns)
        those = "WHERE source_id = {source} AND ticket_ref IN {values} AND gone_at IS NULL"
        query = f"SELECT {names} FROM time_entries {those}"  # noqa: S608
        rows = [row for source, refs in wanted.items() for row in bulk.select_in(self._tx, query, source, refs)]
        found: dict[Key, list[EntryFact]] = defaultdict(list)
        for entry in self._entries(rows):
            found[entry.connection, entry.ticket or ""].append(entry)
        return found

    @property
    def _entry_columns(self) -> tuple[Any, ...]:
        t = RECORDS["time_entries"].c
        return (
            t.source_id, t.external_id, t.ticket_ref, t.task_ref, t.technician_ref, t.billing_code_ref,
            t.contract_ref, t.work_date, t.start_at, t.end_at, t.worked_s, t.is_billable, t.created_at,
        )  # fmt: skip

    def _entries(self, rows: Sequence[Sequence[Any]]) -> tuple[EntryFact, ...]:
        tickets = self._tickets_of(rows)
        return tuple(self._entry(row, tickets) for row in rows)

    def _entry(self, row: Sequence[Any], tickets: Mapping[Local, Sequence[Any]]) -> EntryFact:
        source, ref, ticket, task, technician, code, contract, day, start, end, worked, billable, created = row
        company, of_ticket, queue, kind, priority = tickets.get((source, ticket), (None,) * 5)
        company = company or self._company_of_task.get((source, task))
        agreed = contract or of_ticket
        start_at = optional_instant(start)
        local = start_at.astimezone(self.period.zone).date() if start_at is not None else None
        work = work_of(
            self._codes.get((self._name(source, "billing_codes", code) or "").casefold()),
            on_task=task is not None,
            on_ticket=ticket is not None,
            has_contract=agreed is not None,
            contract_kind=self._contract_kinds.get((source, agreed or "")),
            is_billable=None if billable is None else bool(billable),
        )
        return EntryFact(
            connection=self._connections[source],
            id=ref,
            work=work,
            technician=technician,
            ticket=ticket,
            day=date.fromisoformat(day) if isinstance(day, str) else day or local,
            start_at=start_at,
            end_at=optional_instant(end),
            worked_s=worked,
            created_at=optional_instant(created),
            is_own=(source, company) in self._own,
            of={
                "client": self._name(source, "companies", company),
                "technician": self._name(source, "technicians", technician),
                "queue": self._name(source, "queues", queue),
                "type": kind,
                "priority": priority,
                "work": work.value,
            },
        )

    def _tickets_of(self, rows: Iterable[Sequence[Any]]) -> dict[Local, Sequence[Any]]:
        wanted: dict[int, set[str]] = defaultdict(set)
        for source, _, ticket, *_ in rows:
            if ticket is not None:
                wanted[source].add(ticket)
        query = (
            "SELECT external_id, company_ref, contract_ref, queue_ref, kind, priority FROM tickets "
            "WHERE source_id = {source} AND external_id IN {values}"
        )
        return {
            (source, ref): told
            for source, refs in wanted.items()
            for ref, *told in bulk.select_in(self._tx, query, source, refs)
        }

    @cached_property
    def _every_visit(self) -> Sequence[VisitFact]:
        t = RECORDS["appointments"].c
        columns = (
            t.source_id, t.external_id, t.ticket_refs, t.technician_refs, t.company_ref, t.start_at, t.end_at,
            t.state, t.is_onsite, t.created_at,
        )  # fmt: skip
        query = select(*columns).where(t.gone_at.is_(None), *self._seen("appointments"))
        return tuple(
            VisitFact(
                connection=self._connections[source],
                id=ref,
                tickets=tuple(orjson.loads(tickets)),
                technicians=tuple(orjson.loads(people)),
                start_at=optional_instant(start),
                end_at=optional_instant(end),
                state=AppointmentState(state),
                is_onsite=onsite,
                created_at=optional_instant(created),
                of={
                    "client": self._name(source, "companies", company),
                    "technician": self._name(source, "technicians", next(iter(orjson.loads(people)), None)),
                },
            )
            for source, ref, tickets, people, company, start, end, state, onsite, created in self._tx.execute(query)
        )

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
    def assets(self) -> Sequence[AssetFact]:
        """Devices of clients."""
        t = RECORDS["assets"].c
        columns = (
            t.source_id, t.external_id, t.manufacturer, t.model, t.product_ref, t.is_active, t.company_ref,
            t.created_at, t.installed_on, t.gone_at,
        )  # fmt: skip
        rows = self._tx.execute(select(*columns).where(*self._seen("assets"))).all()
        return tuple(
            AssetFact(
                connection=self._connections[source],
                id=ref,
                model=" ".join(filter(None, (maker, model))) or self._name(source, "products", product),
                is_active=active is not False and gone is None,
                since=self._midnight(installed) or optional_instant(created),
                until=optional_instant(gone),
                of={"client": self._name(source, "companies", company)},
            )
            for source, ref, maker, model, product, active, company, created, installed, gone in rows
            if (source, company) not in self._own
        )

    @cached_property
    def technicians(self) -> Sequence[TechnicianFact]:
        """Our people."""
        t = RECORDS["technicians"].c
        query = select(t.source_id, t.external_id, t.name, t.is_active).where(
            t.gone_at.is_(None), t.is_system.is_not(True)
        )
        return tuple(
            TechnicianFact(self._connections[source], ref, name, active is not False)
            for source, ref, name, active in self._tx.execute(query)
        )

    @cached_property
    def open_s(self) -> Callable[[date], int] | None:
        """Says how long the desk's calendar is open on a day; ``None`` = nobody defined one."""
        policies = in_force(self._tx, POLICIES, self.period.last)
        named = next((one.calendar for one in policies), None)
        calendar = next((one for one in in_force(self._tx, CALENDARS, self.period.last) if one.name == named), None)
        return None if calendar is None else _open_on(calendar)

    @cached_property
    def away_s(self) -> Mapping[tuple[Key, date], int]:
        """Approved time off, by technician and day."""
        t = RECORDS["time_off"].c
        query = select(t.source_id, t.technician_ref, t.day, t.duration_s).where(
            t.gone_at.is_(None), t.state == TimeOffState.APPROVED.value, t.day.is_not(None)
        )
        found: dict[tuple[Key, date], int] = defaultdict(int)
        for source, who, day, seconds in self._tx.execute(query):
            key = (self._connections[source], who or ""), date.fromisoformat(day) if isinstance(day, str) else day
            found[key] += _DAY // timedelta(seconds=1) if seconds is None else seconds
        return found

    @cached_property
    def _codes(self) -> Mapping[str, Work]:
        return next((one.codes for one in in_force(self._tx, WORK_KINDS, self.period.last)), {})

    @cached_property
    def _own(self) -> frozenset[Local]:
        t = RECORDS["companies"].c
        return frozenset(
            (source, ref) for source, ref in self._tx.execute(select(t.source_id, t.external_id).where(t.is_own))
        )

    @cached_property
    def _contract_kinds(self) -> Mapping[Local, str | None]:
        t = RECORDS["contracts"].c
        return {
            (source, ref): kind for source, ref, kind in self._tx.execute(select(t.source_id, t.external_id, t.kind))
        }

    @cached_property
    def _company_of_task(self) -> Mapping[Local, str]:
        task, project = RECORDS["tasks"].c, RECORDS["projects"].c
        query = select(task.source_id, task.external_id, project.company_ref).where(
            project.source_id == task.source_id, project.external_id == task.project_ref
        )
        return {(source, ref): company for source, ref, company in self._tx.execute(query)}

    def _name(self, source: int, stream: str, ref: str | None) -> str | None:
        if ref is None:
            return None
        sight = self._sight
        if stream not in self._names:
            t = RECORDS[stream].c
            seen = () if sight is None else (sight.nameable(stream),)
            rows = self._tx.execute(select(t.source_id, t.external_id, name_column(stream)).where(*seen))
            self._names[stream] = {(number, one): name for number, one, name in rows}
        named = self._names[stream].get((source, ref))
        return named or (None if sight is not None and sight.is_limited(stream) else ref)

    def _seen(self, stream: str) -> Iterator[Any]:
        if self._sight is not None:
            yield self._sight.require(stream)

    def _midnight(self, day: Any) -> datetime | None:
        found = date.fromisoformat(day) if isinstance(day, str) else day
        return None if found is None else datetime.combine(found, time(), self.period.zone)


def _turns(changes: Sequence[tuple[int, bool, bool]], stamp: int | None) -> tuple[list[int], list[int]]:
    """Return when a ticket was resolved, and when it was opened again; the vendor's stamp is that of the last time."""
    resolutions: list[int] = []
    reopenings: list[int] = []
    was_done = False
    for at, is_done, is_solved in changes:
        if is_solved and not was_done:
            resolutions.append(at)
        elif was_done and not is_done:
            reopenings.append(at)
        was_done = is_done
    if stamp is not None and (not resolutions or was_done):
        resolutions[-1:] = [stamp]
    return resolutions, reopenings


def _open_on(calendar: Calendar) -> Callable[[date], int]:
    def open_s(day: date) -> int:
        return sum(end - start for start, end in calendar.hours_of(day)) * 60

    return open_s
