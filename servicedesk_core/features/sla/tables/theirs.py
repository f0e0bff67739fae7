"""The vendor's own clocks, beside ours."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple

from sqlalchemy import ColumnElement, and_, select

from servicedesk_core.domain.tickets import SLA_TIMES
from servicedesk_core.features.sla.clocks.model import ClockState
from servicedesk_core.features.sla.clocks.policies import Clock, Outcome
from servicedesk_core.features.sla.rules import Difference, Side, difference
from servicedesk_core.features.sla.tables.shown import AsOf
from servicedesk_core.store import Tx
from servicedesk_core.store.fields import optional_instant
from servicedesk_core.store.schema import RECORDS, sla_clocks

_C: Final = sla_clocks.c
_T = RECORDS["tickets"].c
_R = RECORDS["sla_results"].c
_MET: Final = ("first_response_met", "resolution_plan_met", "resolution_met")
_OF_CLOCK: Final = {clock.value: at for at, clock in enumerate(Clock)}
"""Triage is their first response, engagement their resolution plan, completion their resolution."""


class Beside(NamedTuple):
    """A clock with the vendor's."""

    ticket_id: int
    ticket: str
    title: str
    clock: str
    ours: Side
    theirs: Side
    agreement: str | None
    policy: str | None
    why: Difference | None


def compared(tx: Tx, as_of: AsOf, now: datetime, where: Sequence[ColumnElement[Any]]) -> Iterator[Beside]:
    """Yield the clocks of each ticket's last life beside the vendor's, tickets in the order of their numbers.

    Args:
        tx: Any transaction.
        as_of: What ours show.
        now: That instant.
        where: Which tickets.
    """
    later = sla_clocks.alias("later")
    is_last = ~(
        select(later.c.ticket_id)
        .where(later.c.ticket_id == _C.ticket_id, later.c.clock == _C.clock, later.c.cycle > _C.cycle)
        .exists()
    )
    times = [_T[name] for pair in SLA_TIMES for name in pair]
    query = (
        select(
            _T.local_id, _T.number, _T.external_id, _T.title, _T.sla, _R.agreement, _C.clock, _C.state, _C.due_at,
            _C.stopped_at, as_of.outcome.label("outcome"), _C.policy, _C.is_overridden,
            *times, *(_R[name] for name in _MET),
        )
        .join(sla_clocks, _C.ticket_id == _T.local_id)
        .outerjoin(RECORDS["sla_results"], result_of_ticket())
        .where(is_last, *where)
        .order_by(_T.local_id, _C.clock.desc())
    )  # fmt: skip
    for row in tx.execute(query.execution_options(yield_per=1_000)):
        outcome = Outcome(row.outcome)
        due, ended = SLA_TIMES[_OF_CLOCK[row.clock]]
        their_due, their_end = optional_instant(getattr(row, due)), optional_instant(getattr(row, ended))
        ours = Side(
            row.due_at,
            row.stopped_at if row.state == ClockState.STOPPED.value else None,
            {Outcome.MET: True, Outcome.MISSED: False}.get(outcome),
        )
        theirs = Side(
            their_due, their_end, _is_met(getattr(row, _MET[_OF_CLOCK[row.clock]]), their_due, their_end, now)
        )
        yield Beside(
            row.local_id,
            row.number or row.external_id,
            row.title,
            row.clock,
            ours,
            theirs,
            row.agreement or row.sla,
            row.policy,
            difference(ours, outcome, theirs, is_overridden=row.is_overridden),
        )


def result_of_ticket() -> ColumnElement[bool]:
    """Return that a result of the vendor's clocks is the ticket's: of several it is the one that the store had last."""
    newer = RECORDS["sla_results"].alias("newer").c
    later = select(newer.local_id).where(
        newer.source_id == _R.source_id,
        newer.ticket_ref == _R.ticket_ref,
        newer.gone_at.is_(None),
        newer.local_id > _R.local_id,
    )
    own = _R.source_id == _T.source_id, _R.ticket_ref == _T.external_id, _R.gone_at.is_(None)
    return and_(*own, ~later.correlate(RECORDS["sla_results"]).exists())


def _is_met(said: bool | None, due: datetime | None, ended: datetime | None, now: datetime) -> bool | None:  # noqa: FBT001
    """Return the vendor's verdict: as it says, else by its own times."""
    if said is not None or due is None:
        return said
    if ended is not None:
        return ended <= due
    return False if due < now else None
