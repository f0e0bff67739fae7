"""The numbers of the desk page, from a few passes over the index of open tickets."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

from sqlalchemy import ColumnElement, and_, select

from servicedesk_core.domain import Priority, StatusCategory
from servicedesk_core.features.report.model import DeskNumbers, Figure
from servicedesk_core.features.tickets import MANY_TICKETS, WATCHED, TicketFilter, restrictions
from servicedesk_core.store import Tx, sources
from servicedesk_core.store.fields import to_us
from servicedesk_core.store.queries.completeness import StreamCompleteness, completeness
from servicedesk_core.store.queries.names import Names
from servicedesk_core.store.queries.scope import Scope, Sight, source_of
from servicedesk_core.store.schema import IS_OPEN, RECORDS, ticket_source
from servicedesk_core.store.schema import sources as source_table

AGES = (1, 3, 7, 14, 30, 90)
"""Upper bounds of the age buckets, in days."""
SLA_HOURS = (4, 24)
"""Upper bounds of the buckets of what is due by the vendor's agreement, in hours from now."""

_T = RECORDS["tickets"].c
_HAS_TICKETS = select(_T.local_id).where(_T.source_id == source_table.c.id).exists()
_SLA_LATE = "late"
_NO_SLA = "no SLA due time"


def desk_numbers(
    tx: Tx,
    now: datetime,
    connection: str | None = None,
    *,
    scope: Scope | None = None,
    known: tuple[StreamCompleteness, ...] | None = None,
) -> DeskNumbers:
    """Return the numbers of the desk page.

    Args:
        tx: Any transaction.
        now: The instant that ages and dues are measured against.
        connection: Only this connection.
        scope: Count only what it lets through; open a figure with the same scope.
        known: How complete the same streams are; ``None`` = nobody has counted them.

    Raises:
        NotFoundLocallyError: There is no such connection.
    """
    desk = _Desk(tx, connection, now, scope)
    count = desk.sums(_conditions(now) | desk.watch_conditions()) | desk.created(_ages(now))
    technicians = desk.by_reference("assignee_ref", "technicians", "assignee", "unassigned")
    by_status, by_priority = desk.by_status_and_priority()
    return DeskNumbers(
        at=now,
        open=desk.figure("open", count["open"]),
        by_queue=desk.by_reference("queue_ref", "queues", "queue", "no queue"),
        by_status=by_status,
        by_technician=technicians,
        by_age=desk.by_age(count),
        by_priority=by_priority,
        by_company=desk.by_reference("company_ref", "companies", "company", "no client"),
        by_sla=desk.by_sla(count),
        watched=desk.watched(count),
        overloaded=tuple(
            f for f in technicians if f.count > MANY_TICKETS and f.tickets is not None and f.tickets.assignee != ("",)
        ),
        completeness=completeness(tx, connection, scope=scope) if known is None else known,
    )


def _conditions(now: datetime) -> dict[str, str]:
    """What is counted over all open tickets, in SQL."""
    return {
        "open": "1 = 1",
        "age unknown": "created_at IS NULL",
        _NO_SLA: "sla_due_at IS NULL",
        **{name: _between("sla_due_at", since, before) for name, (since, before) in _sla_dues(now).items()},
    }


class _Desk:
    """Counts open tickets, and makes figures whose filters share the connection."""

    def __init__(self, tx: Tx, connection: str | None, now: datetime, scope: Scope | None = None) -> None:
        self.tx = tx
        self.connection = connection
        source_id = None if connection is None else source_of(tx, connection, scope)
        self.sources = {source.id: source.name for source in sources.all(tx)}
        self.now = now
        self.scope = scope
        self.among = TicketFilter(connection=connection)
        self.filters = {kpi.name: kpi.measure.filter(now, self.among) for kpi in WATCHED}
        restrict = [] if source_id is None else [ticket_source == source_id]
        restrict += [] if scope is None else [Sight(tx, scope).require("tickets")]
        self.open = f"FROM tickets WHERE {_literal(tx, and_(IS_OPEN, _T.gone_at.is_(None), *restrict))}"
        having = [source_id] if source_id else tx.execute(select(source_table.c.id).where(_HAS_TICKETS)).scalars().all()
        self.only_source = having[0] if len(having) == 1 else None

    def figure(self, label: str, count: int, **restrict: object) -> Figure:
        chosen = {"connection": self.connection} | restrict
        return Figure(label, count, TicketFilter(**chosen))  # type: ignore[arg-type]

    def sums(self, conditions: Mapping[str, str]) -> dict[str, int]:
        """Count what meets each condition, in one pass."""
        sums = ", ".join(f"COUNT(*) FILTER (WHERE {condition})" for condition in conditions.values())
        return dict(zip(conditions, self.tx.exec_driver_sql(f"SELECT {sums} {self.open}").one(), strict=True))

    def created(self, ages: Mapping[str, tuple[datetime | None, datetime | None]]) -> dict[str, int]:
        """Count by age: each bucket is a range of the index of open tickets, and they make one pass together."""
        ranges = [_between("created_at", since, before) for before, since in ages.values()]
        counts = ", ".join(f"(SELECT COUNT(*) {self.open} AND {bounds})" for bounds in ranges)
        return dict(zip(ages, self.tx.exec_driver_sql(f"SELECT {counts}").one(), strict=True))

    def watch_conditions(self) -> dict[str, str]:
        """What is counted of what somebody should look at, but for what looks at other tables for each ticket."""
        return {
            name: _literal(self.tx, and_(*restrictions(self.tx, replace(chosen, connection=None), self.scope)))
            for name, chosen in self.filters.items()
            if not chosen.over_estimate
        }

    def watched(self, counted: Mapping[str, int]) -> dict[str, Figure]:
        """Return what somebody should look at; what was not counted with the rest is counted by itself."""
        alone = {
            kpi.name: int(kpi.measure(self.tx, self.now, self.among, self.scope).numerator)
            for kpi in WATCHED
            if kpi.name not in counted
        }
        count = {**counted, **alone}
        return {kpi.name: Figure(kpi.title, count[kpi.name], self.filters[kpi.name]) for kpi in WATCHED}

    def groups(self, first: str, second: str) -> list[tuple[Any, Any, int]]:
        """Count by two columns of the index of open tickets.

        SQLite sorts for it, and quicker by one key: the first may be a constant.
        """
        keys = "2" if first.isdecimal() else "1, 2"
        rows = self.tx.exec_driver_sql(f"SELECT {first}, {second}, COUNT(*) {self.open} GROUP BY {keys}")
        return [(one, two, count) for one, two, count in rows]

    def by_reference(self, column: str, stream: str, field: str, nothing: str) -> tuple[Figure, ...]:
        # The plus keeps SQLite from walking all tickets in the order of another index.
        groups = self.groups(str(self.only_source or "+source_id"), column)
        names = Names(self.tx)
        for source_id, ref, _ in groups:
            names.want(source_id, stream, ref)
        named = {
            (source_id, ref): names.of(source_id, stream, ref) or ref for source_id, ref, _ in groups if ref is not None
        }
        alike = Counter(named.values())
        figures = [self.figure(nothing, sum(n for _, ref, n in groups if ref is None), **{field: ("",)})]
        for source_id, ref, count in groups:
            if ref is not None:
                label = named[source_id, ref]
                label += f" ({ref})" if alike[label] > 1 else ""
                figures.append(self.figure(label, count, connection=self.sources[source_id], **{field: (ref,)}))
        return tuple(sorted((f for f in figures if f.count), key=lambda f: (-f.count, f.label)))

    def by_status_and_priority(self) -> tuple[tuple[Figure, ...], tuple[Figure, ...]]:
        categories: Counter[str | None] = Counter()
        priorities: Counter[str | None] = Counter()
        for category, priority, count in self.groups("status_category", "priority"):
            categories[category] += count
            priorities[priority] += count
        by_status = [self.figure(c.value, categories[c.value], categories=(c,)) for c in StatusCategory]
        by_status.append(self.figure("unmapped status", categories[None], categories=("",)))
        by_priority = [self.figure(p.value, priorities[p.value], priority=(p.value,)) for p in Priority]
        by_priority.append(self.figure("no priority", priorities[None], priority=("",)))
        return tuple(f for f in by_status if f.count), tuple(f for f in by_priority if f.count)

    def by_age(self, counted: Mapping[str, int]) -> tuple[Figure, ...]:
        figures = [
            self.figure(name, counted[name], created_since=since, created_before=before)
            for name, (before, since) in _ages(self.now).items()
        ]
        unknown = counted["age unknown"]
        return (*figures, Figure("age unknown", unknown, None)) if unknown else tuple(figures)

    def by_sla(self, counted: Mapping[str, int]) -> tuple[Figure, ...]:
        figures = [
            self.figure(name, counted[name], sla_due_since=since, sla_due_before=before)
            for name, (since, before) in _sla_dues(self.now).items()
        ]
        return *figures, self.figure(_NO_SLA, counted[_NO_SLA], no_sla_due=True)


def _literal(tx: Tx, condition: ColumnElement[bool]) -> str:
    """Return a condition as SQL with its values in it, quoted by the dialect."""
    sql = str(condition.compile(dialect=tx.dialect, compile_kwargs={"literal_binds": True}))
    return f"({sql})"


def _ages(now: datetime) -> dict[str, tuple[datetime | None, datetime | None]]:
    """Return the buckets from young to old with their bounds; a ticket created in the future is young."""
    bounds = [None, *(now - timedelta(days=days) for days in AGES), None]
    names = [f"under {AGES[0]} day", *(f"{a} to {b} days" for a, b in pairwise(AGES)), f"over {AGES[-1]} days"]
    return dict(zip(names, pairwise(bounds), strict=True))


def _sla_dues(now: datetime) -> dict[str, tuple[datetime | None, datetime | None]]:
    """Return the buckets of what the vendor's agreement asks for, with their bounds."""
    bounds = [None, now, *(now + timedelta(hours=hours) for hours in SLA_HOURS), None]
    names = [_SLA_LATE, *(f"due within {hours} hours" for hours in SLA_HOURS), "due later"]
    return dict(zip(names, pairwise(bounds), strict=True))


def _between(column: str, since: datetime | None, before: datetime | None) -> str:
    conditions = [] if since is None else [f"{column} >= {to_us(since)}"]
    conditions += [] if before is None else [f"{column} < {to_us(before)}"]
    return " AND ".join(conditions)
