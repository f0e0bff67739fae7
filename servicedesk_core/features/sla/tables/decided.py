"""What people decided about clocks. Rows are only ever added: what holds is the newest of each clock."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from sqlalchemy import ColumnElement, and_, insert, select

from servicedesk_core.domain import ActorType, EventSource, EventType, TicketEvent
from servicedesk_core.features.definitions import in_force
from servicedesk_core.features.sla.clocks.overrides import Override
from servicedesk_core.features.sla.clocks.policies import Clock
from servicedesk_core.features.sla.decisions.reasons import MISSED_REASONS, SHIPPED, MissedReason
from servicedesk_core.store import Tx, bulk
from servicedesk_core.store.fields import to_us
from servicedesk_core.store.rows import Rows
from servicedesk_core.store.schema import RECORDS, sla_clocks, sla_decisions


class Kind(StrEnum):
    """What somebody decided."""

    OVERRIDE = "override"
    """Another due time."""
    EXEMPT = "exempt"
    """It does not count."""
    WITHDRAWN = "withdrawn"
    """What was decided before holds no more."""
    MISSED = "missed"
    """Why it was missed."""
    OVERRIDE_REQUESTED = "override_requested"
    """Somebody who may not decide it asks for another due time."""
    EXEMPT_REQUESTED = "exempt_requested"
    """Somebody who may not decide it asks that it does not count."""
    DECLINED = "declined"
    """What was asked for is not decided."""


HEEDED: Final = frozenset({Kind.OVERRIDE, Kind.EXEMPT, Kind.WITHDRAWN})
"""What clocks heed."""

ASKED_FOR: Final = MappingProxyType({Kind.OVERRIDE_REQUESTED: Kind.OVERRIDE, Kind.EXEMPT_REQUESTED: Kind.EXEMPT})
"""What each request asks for."""


@dataclass(frozen=True, slots=True)
class Decision:
    """What somebody decided about a clock; its number is 0 until it is kept."""

    ticket_id: int
    clock: str
    cycle: int
    kind: str
    reason: str
    at: datetime
    actor: str
    due_at: datetime | None = None
    missed_reason: str | None = None
    id: int = 0

    def event(self, ticket_ref: str) -> TicketEvent | None:
        """Return it as something that happened to its ticket; ``None`` when no clock heeds it."""
        if self.kind not in HEEDED:
            return None
        override = Override(
            clock=Clock(self.clock),
            cycle=self.cycle,
            reason=self.reason,
            due_at=self.due_at,
            is_exempt=self.kind == Kind.EXEMPT,
            is_lifted=self.kind == Kind.WITHDRAWN,
        )
        return TicketEvent(
            external_id=f"{sla_decisions.name}:{self.id}",
            source_seq=self.id,
            ticket_ref=ticket_ref,
            type=EventType.SLA_OVERRIDE,
            source=EventSource.LOCAL,
            effective_at=self.at,
            actor_type=ActorType.SYSTEM,  # who decides does not do what is promised
            actor_ref=self.actor,
            after=override.model_dump(mode="json"),
        )


_D: Final = sla_decisions.c
_ROWS: Final = Rows(Decision, sla_decisions)
_AT_ONCE: Final = 1_000
_QUIET: Final = "rebuild"
"""The mode in which the feed tells of a decision: the record did not change, what is made of it does."""


def keep(tx: Tx, one: Decision) -> Decision:
    """Keep a decision, and tell whoever judges that its ticket is to be judged; return it with its number."""
    values = _ROWS.values(one)
    del values["id"]
    number = tx.execute(insert(sla_decisions).values(**values).returning(_D.id)).scalar_one()
    tickets = RECORDS["tickets"]
    query = select(tickets.c.source_id, tickets.c.external_id).where(tickets.c.local_id == one.ticket_id)
    source_id, ref = tx.execute(query).one()
    told = bulk.Told(tickets.name, one.ticket_id, source_id, ref, "changed", "desk", _QUIET, to_us(one.at))
    bulk.append_changes(tx, [told])
    return replace(one, id=number)


def of_tickets(tx: Tx, ticket_ids: Iterable[int]) -> dict[int, list[Decision]]:
    """Return what was decided about the clocks of tickets, oldest first."""
    ids = [*ticket_ids]
    found: dict[int, list[Decision]] = {}
    for start in range(0, len(ids), _AT_ONCE):
        own = _D.ticket_id.in_(ids[start : start + _AT_ONCE])
        for one in _ROWS.all(tx, _ROWS.select().where(own).order_by(_D.id)):
            found.setdefault(one.ticket_id, []).append(one)
    return found


def reasons(tx: Tx, now: datetime) -> tuple[MissedReason, ...]:
    """Return the list of reasons that holds: what was applied, else the shipped one."""
    return in_force(tx, MISSED_REASONS, now) or SHIPPED


def reason_of(tx: Tx, ticket_id: int, clock: str, cycle: int) -> str | None:
    """Return why a clock was missed, as somebody said last; ``None`` = nobody did."""
    where = _D.ticket_id == ticket_id, _D.clock == clock, _D.cycle == cycle, _D.kind == Kind.MISSED.value
    query = select(_D.missed_reason).where(*where).order_by(_D.id.desc()).limit(1)
    return tx.execute(query).scalar_one_or_none()


def requested(tx: Tx, ticket_id: int, clock: str, cycle: int) -> Decision | None:
    """Return what somebody asks for about a clock; ``None`` = nothing, or it was answered."""
    where = _D.ticket_id == ticket_id, _D.clock == clock, _D.cycle == cycle, _D.kind != Kind.MISSED.value
    newest = _ROWS.one(tx, _ROWS.select().where(*where).order_by(_D.id.desc()).limit(1))
    return newest if newest is not None and newest.kind in ASKED_FOR else None


def is_pending() -> ColumnElement[bool]:
    """Return that nobody has answered it, of a query over the decisions."""
    later = sla_decisions.alias()
    same = later.c.ticket_id == _D.ticket_id, later.c.clock == _D.clock, later.c.cycle == _D.cycle
    answered = select(later.c.id).where(*same, later.c.id > _D.id, later.c.kind != Kind.MISSED.value)
    return and_(_D.kind.in_([*ASKED_FOR]), ~answered.correlate(sla_decisions).exists())


def is_exempted() -> ColumnElement[bool]:
    """Return that what somebody decided last is that a clock does not count, of a query over the clocks."""
    clock = sla_clocks.c
    same = _D.ticket_id == clock.ticket_id, _D.clock == clock.clock, _D.cycle == clock.cycle
    newest = select(_D.kind).where(*same, _D.kind.in_(HEEDED)).order_by(_D.id.desc()).limit(1)
    return newest.correlate(sla_clocks).scalar_subquery() == Kind.EXEMPT.value


def is_explained() -> ColumnElement[bool]:
    """Return that somebody said why a clock was missed, of a query over the clocks."""
    clock = sla_clocks.c
    same = _D.ticket_id == clock.ticket_id, _D.clock == clock.clock, _D.cycle == clock.cycle
    return select(_D.id).where(*same, _D.kind == Kind.MISSED.value).correlate(sla_clocks).exists()
