"""What running clocks come to next, and the steps that were taken."""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, Final, NamedTuple

from sqlalchemy import and_, bindparam, delete, exists, func, or_, select, update

from servicedesk_core.domain.status import StatusCategory
from servicedesk_core.domain.tickets import EventType
from servicedesk_core.features.clients import clients_of
from servicedesk_core.features.definitions import in_force
from servicedesk_core.features.escalate.kinds import PLANS, Plan
from servicedesk_core.features.escalate.rules import Running, plan_of
from servicedesk_core.store import Tx, bulk, outbox
from servicedesk_core.store.fields import optional_instant, to_us
from servicedesk_core.store.schema import (
    RECORDS,
    definitions,
    escalation_dues,
    escalation_steps,
    sla_clocks,
    sla_evaluation,
    sla_tickets,
)

UPDATE: Final = "update"
"""The clock of what the client is to hear."""

REASSIGN: Final = "escalate.reassign"
"""The act that gives tickets to somebody else."""

_D: Final = escalation_dues.c
_S: Final = escalation_steps.c
_C: Final = sla_clocks.c
_T: Final = RECORDS["tickets"].c
_ZERO: Final = Decimal(0)
_UNTOLD: Final = (_S.outcome == "late", _S.told_at.is_(None))

_MOVING: Final = [EventType.PRIORITY_CHANGED.value, EventType.QUEUE_CHANGED.value, EventType.SLA_OVERRIDE.value,
                  EventType.RESTORED.value]  # fmt: skip
"""What of a ticket's history moves what is due; so does reopening."""

_SOLVED: Final = {one.value for one in (StatusCategory.RESOLVED, StatusCategory.CLOSED)}


class Due(NamedTuple):
    """A running clock with its plan, as it is kept."""

    ticket_id: int
    clock: str
    cycle: int
    plan: str
    calendar: str | None
    running: Running

    @property
    def key(self) -> tuple[int, str, int]:
        """What tells it from others."""
        return self.ticket_id, self.clock, self.cycle


class Fired(NamedTuple):
    """A step that fired.

    Attributes:
        over: Why what it is about is over; ``None`` = its clock runs, and nobody was given the ticket since.
    """

    ticket_id: int
    clock: str
    cycle: int
    step: str
    plan: str
    at: datetime
    over: str | None

    def request_id(self, act: str) -> str:
        """Return what an act that it asks for is called: once for each step."""
        return ":".join([act, *map(str, self[:4])])


class About(NamedTuple):
    """What messages say of a ticket."""

    ticket_id: int
    ticket: str
    title: str
    priority: str | None
    source_id: int
    assignee_ref: str | None


def plans_in_force(tx: Tx, now: datetime) -> dict[str, Plan]:
    """Return the escalation plans in force, by name."""
    return {one.name: one for one in in_force(tx, PLANS, now)}


def mark(tx: Tx) -> tuple[Any, ...]:
    """Return what changes when there may be something to arm: how far the clocks are judged."""
    judged = tx.execute(select(sla_evaluation.c.at, sla_evaluation.c.done_through)).one_or_none()
    position = tx.exec_driver_sql("SELECT seq FROM consumers WHERE name = 'sla'").scalar()
    return (None if judged is None else tuple(judged)), position


def planned(tx: Tx, now: datetime) -> tuple[Any, ...]:
    """Return what changes when other plans may hold: the plans in force, and the newest version of the definitions."""
    names = tuple(plans_in_force(tx, now))
    return (names, tx.execute(select(func.max(definitions.c.version))).scalar()) if names else ()


def forget(tx: Tx) -> None:
    """Forget what clocks come to next."""
    tx.execute(delete(escalation_dues))


def disarm(tx: Tx) -> int:
    """Forget clocks that run no more: stopped, cancelled, paused. Return how many."""
    runs = exists().where(
        _C.ticket_id == _D.ticket_id, _C.clock == _D.clock, _C.cycle == _D.cycle, _C.state == "running"
    )
    is_open = exists().where(_T.local_id == _D.ticket_id, _T.is_open, _T.gone_at.is_(None))
    over = or_((_D.clock != UPDATE) & ~runs, (_D.clock == UPDATE) & ~is_open)
    return tx.execute(delete(escalation_dues).where(over)).rowcount


def unarmed(tx: Tx, since: int, limit: int) -> list[tuple[Any, ...]]:
    """Return running clocks that are not armed as they run now, with what their plan depends on.

    Args:
        tx: Any transaction.
        since: Of tickets from this number on.
        limit: At most so many.
    """
    same = exists().where(
        _D.ticket_id == _C.ticket_id,
        _D.clock == _C.clock,
        _D.cycle == _C.cycle,
        _D.counts_from_us == _C.counts_from_us,
        _D.target_us == _C.target_us,
        _D.judged_at == sla_tickets.c.judged_at,
    )
    query = (
        select(
            _C.ticket_id, _C.clock, _C.cycle, _C.calendar, _C.counts_from_us, _C.target_us, sla_tickets.c.judged_at,
            _T.priority, _T.source_id, _T.company_ref, _T.external_id,
        )
        .join(sla_tickets, sla_tickets.c.ticket_id == _C.ticket_id)
        .join(RECORDS["tickets"], _T.local_id == _C.ticket_id)
        .where(
            _C.ticket_id >= since, _C.state == "running", _C.target_us.is_not(None), _C.counts_from_us.is_not(None),
            _T.is_open, _T.gone_at.is_(None), ~same,
        )
        .order_by(_C.ticket_id, _C.clock, _C.cycle)
        .limit(limit)
    )  # fmt: skip
    return [tuple(row) for row in tx.execute(query)]


class Plans:
    """Which plan each ticket has.

    Args:
        tx: Any transaction.
        now: The present instant.
    """

    def __init__(self, tx: Tx, now: datetime) -> None:
        self.by_name = plans_in_force(tx, now)
        self._plans = [*self.by_name.values()]
        self._clients = clients_of(tx) if any(one.customer_tier for one in self._plans) else None
        by_value = any(one.contract_value is not None for one in self._plans)
        self._values = _values(tx) if by_value else {}
        self._now = now

    def of(self, clock: str, priority: str | None, source_id: int, company: str | None) -> Plan | None:
        """Return the plan of a clock; ``None`` = none is for it."""
        client = self._clients.at(source_id, company, self._now) if self._clients is not None else None
        tier = client.tier if client is not None else None
        return plan_of(self._plans, clock, priority, tier, self._values.get((source_id, company or "")))


def _values(tx: Tx) -> dict[tuple[int, str], Decimal]:
    c = RECORDS["contracts"].c
    running = select(c.source_id, c.company_ref, func.sum(c.estimated_revenue)).where(
        c.is_active, c.gone_at.is_(None), c.company_ref.is_not(None)
    )
    rows = tx.execute(running.group_by(c.source_id, c.company_ref))
    return {(source, company): Decimal(int(value or 0)) / 1_000_000 for source, company, value in rows}


def arm(tx: Tx, rows: Iterable[tuple[Due, datetime | None]]) -> None:
    """Keep what clocks come to next, in place of what was kept of them: each with when its next step falls due."""
    kept = [*rows]
    ids = {one.ticket_id for one, _ in kept}
    clocks = {(one.ticket_id, one.clock) for one, _ in kept}
    old = bulk.select_in(
        tx, "SELECT ticket_id, clock, cycle FROM escalation_dues WHERE ticket_id IN {values}", None, ids
    )
    for ticket_id, clock, cycle in old:
        if (ticket_id, clock) in clocks:
            mine = (_D.ticket_id == ticket_id, _D.clock == clock, _D.cycle == cycle)
            tx.execute(delete(escalation_dues).where(*mine))
    values = [
        (
            one.ticket_id, one.clock, one.cycle, one.plan, one.calendar, one.running.counts_from_us,
            one.running.target_us, to_us(one.running.judged_at), None if at is None else to_us(at),
        )
        for one, at in kept
    ]  # fmt: skip
    bulk.insert(tx, escalation_dues, values)


def due(tx: Tx, now: datetime, limit: int) -> list[Due]:
    """Return clocks of which a step is due, the oldest first."""
    query = select(
        _D.ticket_id, _D.clock, _D.cycle, _D.plan, _D.calendar, _D.counts_from_us, _D.target_us, _D.judged_at
    ).where(_D.next_at <= now)
    rows = tx.execute(query.order_by(_D.next_at).limit(limit))
    return [Due(*row[:5], Running(row[5], row[6], row[7])) for row in rows]


def is_any_due(tx: Tx, now: datetime) -> bool:
    """Whether some step is due."""
    return tx.execute(select(_D.ticket_id).where(_D.next_at <= now).limit(1)).first() is not None


def done(tx: Tx, tickets: Iterable[int]) -> dict[tuple[int, str, int], set[str]]:
    """Return the keys of the steps that were taken of tickets' clocks."""
    query = "SELECT ticket_id, clock, cycle, step FROM escalation_steps WHERE ticket_id IN {values}"
    found: dict[tuple[int, str, int], set[str]] = {}
    for ticket_id, clock, cycle, step in bulk.select_in(tx, query, None, {*tickets}):
        found.setdefault((ticket_id, clock, cycle), set()).add(step)
    return found


def keep_steps(tx: Tx, rows: Sequence[tuple[Any, ...]]) -> None:
    """Keep steps that were taken; one that was is left as it is."""
    bulk.insert(tx, escalation_steps, rows, unless="ticket_id, clock, cycle, step")


def move_on(tx: Tx, rows: Iterable[tuple[Due, datetime | None]]) -> None:
    """Keep when the next step of clocks falls due."""
    mine = (_D.ticket_id == bindparam("of"), _D.clock == bindparam("which"), _D.cycle == bindparam("life"))
    moved = [{"of": one.ticket_id, "which": one.clock, "life": one.cycle, "at": at} for one, at in rows]
    if moved:
        tx.execute(update(escalation_dues).where(*mine).values(next_at=bindparam("at")), moved)


def about(tx: Tx, tickets: Iterable[int]) -> dict[int, About]:
    """Return what messages say of tickets, of those that are open."""
    query = (
        "SELECT local_id, COALESCE(number, external_id), title, priority, source_id, assignee_ref FROM tickets "
        "WHERE local_id IN {values} AND is_open AND gone_at IS NULL"
    )
    return {row[0]: About(*row) for row in bulk.select_in(tx, query, None, {*tickets})}


def moved(tx: Tx, tickets: Iterable[int], since: datetime) -> set[int]:
    """Return those of tickets whose due times an event since an instant has moved."""
    e = RECORDS["ticket_events"].c
    mine = and_(e.source_id == _T.source_id, e.ticket_ref == _T.external_id, e.gone_at.is_(None))
    query = select(_T.local_id, e.type, e.before).where(
        _T.local_id.in_([*tickets]),
        mine,
        e.effective_at >= to_us(since),
        e.type.in_([*_MOVING, EventType.STATUS_CHANGED.value]),
    )
    return {
        number
        for number, kind, before in tx.execute(query)
        if kind in _MOVING or json.loads(before or "{}").get("status_category") in _SOLVED
    }


def facts(tx: Tx, tickets: Iterable[int]) -> dict[int, tuple[str | None, int, str | None, str]]:
    """Return priority, connection, client and the vendor's id of tickets, of those that are open."""
    query = (
        "SELECT local_id, priority, source_id, company_ref, external_id FROM tickets "
        "WHERE local_id IN {values} AND is_open AND gone_at IS NULL"
    )
    return {row[0]: tuple(row[1:]) for row in bulk.select_in(tx, query, None, {*tickets})}


def untold(tx: Tx) -> tuple[int, int]:
    """Return how many late steps nobody was told of, of how many tickets."""
    steps, tickets = tx.execute(select(func.count(), func.count(_S.ticket_id.distinct())).where(*_UNTOLD)).one()
    return steps, tickets


def note_told(tx: Tx, now: datetime) -> None:
    """Note that late steps are told of."""
    tx.execute(update(escalation_steps).where(*_UNTOLD).values(told_at=now))


def heard(tx: Tx, tickets: Mapping[int, tuple[int, str]]) -> dict[int, datetime]:
    """Return when the client of each ticket last heard something from one of us; else when it was created.

    Args:
        tx: Any transaction.
        tickets: Connection and the vendor's id by the desk's own number.
    """
    e = RECORDS["ticket_events"].c
    found: dict[int, datetime] = {}
    for number, (source_id, ref) in tickets.items():
        mine = (e.source_id == source_id, e.ticket_ref == ref, e.gone_at.is_(None))
        last = select(func.max(e.effective_at)).where(*mine, e.type == EventType.TECH_NOTE_PUBLIC.value)
        first = select(_T.created_at).where(_T.local_id == number)
        at = optional_instant(tx.execute(last).scalar() or tx.execute(first).scalar())
        if at is not None:
            found[number] = at
    return found


def fired(tx: Tx, since: datetime, until: datetime, ticket_id: int | None = None) -> list[Fired]:
    """Return the steps that fired within a time, the oldest first.

    Args:
        tx: Any transaction.
        since: From then on.
        until: Until then.
        ticket_id: Only those of a ticket.
    """
    of_clock = and_(_C.ticket_id == _S.ticket_id, _C.clock == _S.clock, _C.cycle == _S.cycle)
    e = RECORDS["ticket_events"].c
    mine = and_(e.source_id == _T.source_id, e.ticket_ref == _T.external_id, e.gone_at.is_(None))
    given = exists().where(mine, e.type == EventType.ASSIGNED.value, e.effective_at > _S.at)
    query = (
        select(_S.ticket_id, _S.clock, _S.cycle, _S.step, _S.plan, _S.at, _T.is_open, _T.gone_at, _C.state, given)
        .select_from(escalation_steps)
        .join(RECORDS["tickets"], _T.local_id == _S.ticket_id)
        .outerjoin(sla_clocks, of_clock)
        .where(_S.outcome == "fired", _S.at >= since, _S.at <= until)
        .order_by(_S.at, _S.ticket_id)
    )
    if ticket_id is not None:
        query = query.where(_S.ticket_id == ticket_id)
    return [_fired(tx, row) for row in tx.execute(query).all()]


def _fired(tx: Tx, row: Any) -> Fired:
    one = Fired(row.ticket_id, row.clock, row.cycle, row.step, row.plan, row.at, None)
    return one._replace(over=_over(tx, one, row))


def _over(tx: Tx, one: Fired, row: Any) -> str | None:
    if not row.is_open or row.gone_at is not None:
        return "it is done by now"
    if row.state != "running":
        return f"its {one.clock} does not run any more"
    return "somebody was given it since" if row[-1] and _was_given(tx, one) else None


def _was_given(tx: Tx, one: Fired) -> bool:
    """Whether somebody was given the ticket of a step since, other than the step itself asked for."""
    number = outbox.asked_before(tx, one.request_id(REASSIGN))
    asked = None if number is None else outbox.get(tx, number).values.get("assignee_ref")
    e = RECORDS["ticket_events"].c
    mine = and_(e.source_id == _T.source_id, e.ticket_ref == _T.external_id, e.gone_at.is_(None))
    given = select(e.after).where(
        mine, _T.local_id == one.ticket_id, e.type == EventType.ASSIGNED.value, e.effective_at > to_us(one.at)
    )
    return any(json.loads(after or "{}").get("assignee_ref") != asked for after in tx.execute(given).scalars())
