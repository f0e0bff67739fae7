"""Recorded time, with what it was for."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any, Final

from sqlalchemy import and_, select

from servicedesk_core.features.definitions import in_force
from servicedesk_core.features.kpi.cases.facts import EntryFact, Work
from servicedesk_core.features.kpi.cases.work import work_of
from servicedesk_core.features.kpi.goals import WORK_KINDS
from servicedesk_core.features.kpi.tables.dimensions import About, Dimensions, Of
from servicedesk_core.features.kpi.tables.hours import Working
from servicedesk_core.features.kpi.tables.lookup import Local, Lookup
from servicedesk_core.store import bulk
from servicedesk_core.store.fields import optional_instant, to_us
from servicedesk_core.store.schema import RECORDS

_NOTHING: Final = About()
_Kind = tuple[int, str | None, bool, bool, str | None, Any]


class Entries:
    """Recorded time.

    Args:
        lookup: What all facts share.
        working: When our people are to work.
        dimensions: What records belong to.
    """

    def __init__(self, lookup: Lookup, working: Working, dimensions: Dimensions) -> None:
        self._lookup, self._working, self._dimensions = lookup, working, dimensions
        self._works: dict[_Kind, Work] = {}
        self._of: dict[tuple[Any, ...], Of] = {}
        self._known: dict[Local, EntryFact] = {}  # most time of a period is on tickets that were resolved in it

    def of_period(self) -> tuple[EntryFact, ...]:
        """Return what was worked in the period."""
        t = RECORDS["time_entries"].c
        days = [
            at.astimezone(self._lookup.period.zone)
            for at in (self._lookup.period.start, self._lookup.period.end - timedelta.resolution)
        ]
        first, last = (at.date().isoformat() for at in days)
        start, end = to_us(self._lookup.period.start), to_us(self._lookup.period.end)
        query = select(*self._entry_columns).where(t.gone_at.is_(None), *self._lookup.seen("time_entries"))
        # One after the other: for both at once SQLite walks the time of all years.
        worked = (
            t.work_date.between(first, last),
            and_(t.work_date.is_(None), t.start_at >= start, t.start_at < end),
        )
        return self._entries([row for one in worked for row in self._lookup.tx.execute(query.where(one)).all()])

    def of_tickets(self, wanted: Mapping[int, Iterable[str]]) -> tuple[EntryFact, ...]:
        """Return all time on tickets, by source."""
        names = ", ".join(column.name for column in self._entry_columns)
        those = "WHERE source_id = {source} AND ticket_ref IN {values} AND gone_at IS NULL"
        query = f"SELECT {names} FROM time_entries {those}"  # noqa: S608
        rows = [row for source, refs in wanted.items() for row in bulk.select_in(self._lookup.tx, query, source, refs)]
        return self._entries(rows)

    @property
    def _entry_columns(self) -> tuple[Any, ...]:
        t = RECORDS["time_entries"].c
        return (
            t.source_id, t.external_id, t.ticket_ref, t.task_ref, t.technician_ref, t.billing_code_ref,
            t.contract_ref, t.work_date, t.start_at, t.end_at, t.worked_s, t.is_billable, t.created_at,
        )  # fmt: skip

    def _entries(self, rows: Sequence[Sequence[Any]]) -> tuple[EntryFact, ...]:
        new = [row for row in rows if (row[0], row[1]) not in self._known]
        tickets = self._tickets_of(new)
        self._known.update(((row[0], row[1]), self._entry(row, tickets)) for row in new)
        return tuple(self._known[row[0], row[1]] for row in rows)

    def _entry(self, row: Sequence[Any], tickets: Mapping[Local, tuple[str | None, About]]) -> EntryFact:
        source, ref, ticket, task, technician, code, contract, day, start, end, worked, billable, created = row
        number, told = tickets.get((source, ticket), (None, _NOTHING))
        company = told.company_ref or self._company_of_task.get((source, task))
        agreed = contract or told.contract_ref
        start_at = optional_instant(start)
        kind = source, code, task is not None, ticket is not None, agreed, billable  # far fewer than entries
        if kind not in self._works:
            self._works[kind] = self._work(kind)
        work = self._works[kind]
        when = None if start_at is None else self._working.when((source, technician or ""), start_at)
        belongs = source, ticket, technician, company, agreed, work, when  # mostly as the entry before
        if belongs not in self._of:
            told = told._replace(company_ref=company, contract_ref=agreed)
            self._of[belongs] = {
                **self._dimensions.of_ticket(source, ticket, technician, told),
                "work": work.value,
                "when": when,
                "ticket": number or ticket,
            }
        return EntryFact(
            connection=self._lookup.connections[source],
            id=ref,
            work=work,
            technician=technician,
            ticket=ticket,
            day=date.fromisoformat(day) if isinstance(day, str) else day or self._day(start_at),
            start_at=start_at,
            end_at=optional_instant(end),
            worked_s=worked,
            created_at=optional_instant(created),
            is_own=(source, company) in self._lookup.own,
            hours=when,
            of=self._of[belongs],
        )

    def _day(self, at: datetime | None) -> date | None:
        return None if at is None else at.astimezone(self._lookup.period.zone).date()

    def _work(self, kind: _Kind) -> Work:
        source, code, on_task, on_ticket, agreed, billable = kind
        return work_of(
            self._codes.get((self._lookup.name(source, "billing_codes", code) or "").casefold()),
            on_task=on_task,
            on_ticket=on_ticket,
            has_contract=agreed is not None,
            contract_kind=self._contract_kinds.get((source, agreed or "")),
            is_billable=None if billable is None else bool(billable),
        )

    def _tickets_of(self, rows: Iterable[Sequence[Any]]) -> dict[Local, tuple[str | None, About]]:
        wanted: dict[int, set[str]] = defaultdict(set)
        for source, _, ticket, *_ in rows:
            if ticket is not None:
                wanted[source].add(ticket)
        columns = ", ".join(About._fields)
        query = (
            f"SELECT external_id, number, {columns} FROM tickets "  # noqa: S608  # our own words
            "WHERE source_id = {source} AND external_id IN {values}"
        )
        return {
            (source, ref): (number, About(*told))
            for source, refs in wanted.items()
            for ref, number, *told in bulk.select_in(self._lookup.tx, query, source, refs)
        }

    @cached_property
    def _codes(self) -> Mapping[str, Work]:
        return next((one.codes for one in in_force(self._lookup.tx, WORK_KINDS, self._lookup.period.last)), {})

    @cached_property
    def _contract_kinds(self) -> Mapping[Local, str | None]:
        t = RECORDS["contracts"].c
        return {
            (source, ref): kind
            for source, ref, kind in self._lookup.tx.execute(select(t.source_id, t.external_id, t.kind))
        }

    @cached_property
    def _company_of_task(self) -> Mapping[Local, str]:
        task, project = RECORDS["tasks"].c, RECORDS["projects"].c
        query = select(task.source_id, task.external_id, project.company_ref).where(
            project.source_id == task.source_id, project.external_id == task.project_ref
        )
        return {(source, ref): company for source, ref, company in self._lookup.tx.execute(query)}
