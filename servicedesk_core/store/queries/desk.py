"""The numbers of the desk page, from one pass over the index of open tickets."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import NamedTuple

from sqlalchemy import Connection, select

from servicedesk_core.domain import Priority, StatusCategory
from servicedesk_core.store import sources
from servicedesk_core.store.fields import to_us
from servicedesk_core.store.queries.completeness import StreamCompleteness, completeness
from servicedesk_core.store.queries.names import Names
from servicedesk_core.store.queries.tickets import TicketFilter, worked_seconds
from servicedesk_core.store.schema import RECORDS

WAITING = tuple(c for c in StatusCategory if c.is_waiting)
WAITING_TOO_LONG = timedelta(days=2)
MANY_TICKETS = 20
AGES = (1, 3, 7, 14, 30, 90)
"""Upper bounds of the age buckets, in days."""


@dataclass(frozen=True, slots=True)
class Figure:
    """A number that can be opened.

    Attributes:
        label: What is counted.
        count: How many.
        tickets: The filter that lists exactly these tickets; ``None`` where no filter says it.
    """

    label: str
    count: int
    tickets: TicketFilter | None


@dataclass(frozen=True, slots=True)
class DeskNumbers:
    """The desk at one instant.

    Attributes:
        at: The instant.
        open: All open tickets.
        by_queue: Open tickets by queue, the fullest first.
        by_status: Open tickets by status category.
        by_technician: Open tickets by technician, the busiest first.
        by_age: Open tickets by age since creation.
        by_priority: Open tickets by priority.
        new: Not triaged.
        waiting: Waiting for somebody, and no activity for more than two days.
        on_hold_past_due: Parked, and due before now.
        unassigned: Without a technician.
        over_estimate: More worked than estimated.
        overloaded: Technicians with more than 20 open tickets.
        completeness: Age and completeness of the data behind the numbers.
    """

    at: datetime
    open: Figure
    by_queue: tuple[Figure, ...]
    by_status: tuple[Figure, ...]
    by_technician: tuple[Figure, ...]
    by_age: tuple[Figure, ...]
    by_priority: tuple[Figure, ...]
    new: Figure
    waiting: Figure
    on_hold_past_due: Figure
    unassigned: Figure
    over_estimate: Figure
    overloaded: tuple[Figure, ...]
    completeness: tuple[StreamCompleteness, ...]


def desk_numbers(tx: Connection, now: datetime, connection: str | None = None) -> DeskNumbers:
    """Return the numbers of the desk page.

    Args:
        tx: Any transaction.
        now: The instant that ages and dues are measured against.
        connection: Only this connection.

    Raises:
        NotFoundLocallyError: There is no such connection.
    """
    tickets = _Open.read(tx, connection)
    base = _Base(tx, connection, now)
    waiting_before = to_us(now - WAITING_TOO_LONG)
    waiting = {c.value for c in WAITING}
    technicians = base.by_reference(tickets.source, tickets.assignee, "technicians", "assignee", "unassigned")
    activity = zip(tickets.category, tickets.activity, strict=True)
    dues = zip(tickets.category, tickets.due, strict=True)
    return DeskNumbers(
        at=now,
        open=base.figure("open", len(tickets.category)),
        by_queue=base.by_reference(tickets.source, tickets.queue, "queues", "queue", "no queue"),
        by_status=base.by_status(tickets.category),
        by_technician=technicians,
        by_age=base.by_age(tickets.created),
        by_priority=base.by_priority(tickets.priority),
        new=base.figure("new", tickets.category.count("new"), categories=(StatusCategory.NEW,)),
        waiting=base.figure(
            "waiting more than 2 days",
            sum(c in waiting and at is not None and at < waiting_before for c, at in activity),
            categories=WAITING,
            last_activity_before=now - WAITING_TOO_LONG,
        ),
        on_hold_past_due=base.figure(
            "on hold past due",
            sum(c == "on_hold" and at is not None and at < base.now_us for c, at in dues),
            categories=(StatusCategory.ON_HOLD,),
            due_before=now,
        ),
        unassigned=base.figure("unassigned", tickets.assignee.count(None), assignee=""),
        over_estimate=base.figure("worked more than estimated", _over_estimate(tx, base.source_id), over_estimate=True),
        overloaded=tuple(
            f for f in technicians if f.count > MANY_TICKETS and f.tickets is not None and f.tickets.assignee != ""
        ),
        completeness=completeness(tx, connection),
    )


class _Open(NamedTuple):
    """The open tickets, column by column."""

    source: Sequence[int]
    queue: Sequence[str | None]
    category: Sequence[str | None]
    assignee: Sequence[str | None]
    priority: Sequence[str | None]
    created: Sequence[int | None]
    due: Sequence[int | None]
    activity: Sequence[int | None]

    @classmethod
    def read(cls, tx: Connection, connection: str | None) -> "_Open":
        where = "is_open AND gone_at IS NULL"
        if connection is not None:
            where += f" AND source_id = {sources.get(tx, connection).id}"
        rows = tx.exec_driver_sql(
            "SELECT source_id, queue_ref, status_category, assignee_ref, priority, created_at, due_at, "  # noqa: S608
            f"last_activity_at FROM tickets WHERE {where}"
        ).fetchall()
        return cls(*zip(*rows, strict=True)) if rows else cls(*((),) * len(cls._fields))


def _over_estimate(tx: Connection, source_id: int | None) -> int:
    t = RECORDS["tickets"].c
    query = select(t.local_id).where(
        t.is_open, t.gone_at.is_(None), t.estimated_s > 0, worked_seconds() > t.estimated_s
    )
    if source_id is not None:
        query = query.where(t.source_id == source_id)
    return len(tx.execute(query).all())


class _Base:
    """Makes figures whose filters share the connection and ``only_open``."""

    def __init__(self, tx: Connection, connection: str | None, now: datetime) -> None:
        self.tx = tx
        self.connection = connection
        self.source_id = None if connection is None else sources.get(tx, connection).id
        self.now = now
        self.now_us = to_us(now)

    def figure(self, label: str, count: int, **restrict: object) -> Figure:
        chosen = TicketFilter(connection=self.connection, only_open=True, **restrict)  # type: ignore[arg-type]
        return Figure(label, count, chosen)

    def by_reference(
        self, source: Sequence[int], refs: Sequence[str | None], stream: str, field: str, nothing: str
    ) -> tuple[Figure, ...]:
        counted = Counter(zip(source, refs, strict=True))
        names = Names(self.tx)
        for source_id, ref in counted:
            names.want(source_id, stream, ref)
        connections = {s.id: s.name for s in sources.all(self.tx)}
        figures = [self.figure(nothing, sum(n for (_, ref), n in counted.items() if ref is None), **{field: ""})]
        for (source_id, ref), count in counted.items():
            if ref is not None:
                label = names.of(source_id, stream, ref) or ref
                chosen = TicketFilter(connection=connections[source_id], only_open=True, **{field: ref})  # type: ignore[arg-type]
                figures.append(Figure(label, count, chosen))
        return tuple(sorted((f for f in figures if f.count), key=lambda f: (-f.count, f.label)))

    def by_status(self, categories: Sequence[str | None]) -> tuple[Figure, ...]:
        counted = Counter(categories)
        figures = [self.figure(c.value, counted[c.value], categories=(c,)) for c in StatusCategory if counted[c.value]]
        if counted[None]:
            figures.append(self.figure("unmapped status", counted[None], unmapped_status=True))
        return tuple(figures)

    def by_priority(self, priorities: Sequence[str | None]) -> tuple[Figure, ...]:
        counted = Counter(priorities)
        figures = [self.figure(p.value, counted[p.value], priority=p) for p in Priority if counted[p.value]]
        if counted[None]:
            figures.append(self.figure("no priority", counted[None], priority=""))
        return tuple(figures)

    def by_age(self, created: Sequence[int | None]) -> tuple[Figure, ...]:
        """Buckets from young to old; a ticket created in the future is young."""
        bounds = [self.now - timedelta(days=days) for days in AGES]
        edges = [to_us(bound) for bound in bounds]
        counted = Counter(_place(edges, at) for at in created if at is not None)
        names = [f"under {AGES[0]} day", *(f"{a} to {b} days" for a, b in pairwise(AGES)), f"over {AGES[-1]} days"]
        figures = [
            self.figure(
                name,
                counted[i],
                created_since=bounds[i] if i < len(bounds) else None,
                created_before=bounds[i - 1] if i else None,
            )
            for i, name in enumerate(names)
        ]
        unknown = len(created) - sum(counted.values())
        return (*figures, Figure("age unknown", unknown, None)) if unknown else tuple(figures)


def _place(edges: Sequence[int], at: int) -> int:
    """Return the number of the bucket: how many edges lie after the instant."""
    return sum(at < edge for edge in edges)
