"""Lists of what comes next, and of what was done."""

from typing import Any, Final

from sqlalchemy import ColumnElement, func, select, true

from servicedesk_core.faces import Page
from servicedesk_core.features.escalate.model import Coming, StepTaken
from servicedesk_core.store import Tx
from servicedesk_core.store.paging import page_of
from servicedesk_core.store.queries.named import ticket_meant
from servicedesk_core.store.queries.scope import Scope, Sight
from servicedesk_core.store.schema import RECORDS, escalation_dues, escalation_steps

_D: Final = escalation_dues.c
_S: Final = escalation_steps.c
_T: Final = RECORDS["tickets"].c
_NUMBER: Final = func.coalesce(_T.number, _T.external_id)

COMING: Final[dict[str, ColumnElement[Any]]] = {
    "next_at": _D.next_at, "ticket_id": _D.ticket_id, "clock": _D.clock, "plan": _D.plan, "priority": _T.priority,
}  # fmt: skip
TAKEN: Final[dict[str, ColumnElement[Any]]] = {
    "at": _S.at, "due_at": _S.due_at, "ticket_id": _S.ticket_id, "clock": _S.clock, "cycle": _S.cycle, "step": _S.step,
    "plan": _S.plan, "outcome": _S.outcome,
}  # fmt: skip


def coming(tx: Tx, *, sort: str | None, after: str | None, limit: int, scope: Scope | None) -> Page[Coming]:
    """Return clocks that a plan is for, by when their next step falls due."""
    query = (
        select(_D.ticket_id, _NUMBER, _T.title, _T.priority, _D.clock, _D.plan, _D.next_at)
        .join(RECORDS["tickets"], _T.local_id == _D.ticket_id)
        .where(_D.next_at.is_not(None), _within(tx, scope))
    )
    by = "next_at,ticket_id,clock"
    return Page(*page_of(tx, query, COMING, _coming, by=by, sort=sort, after=after, limit=limit))


def steps(
    tx: Tx, *, ticket: str | None, late: bool, sort: str | None, after: str | None, limit: int, scope: Scope | None
) -> Page[StepTaken]:
    """Return steps that were taken, the newest first."""
    of = true() if ticket is None else _S.ticket_id == ticket_meant(tx, ticket, scope=scope)
    query = (
        select(_S.ticket_id, _NUMBER, _T.title, _S.clock, _S.cycle, _S.step, _S.plan, _S.due_at, _S.at, _S.outcome)
        .join(RECORDS["tickets"], _T.local_id == _S.ticket_id)
        .where(of, _S.outcome == "late" if late else true(), _within(tx, scope))
    )
    by = "-at,-ticket_id,clock,cycle,step"
    return Page(*page_of(tx, query, TAKEN, _taken, by=by, sort=sort, after=after, limit=limit))


def _within(tx: Tx, scope: Scope | None) -> ColumnElement[bool]:
    if scope is None:
        return true()
    limits = [_T[field].in_(ids) for field, ids in scope.limits.items()]
    mine = select(_T.local_id).where(_T.source_id == Sight(tx, scope).source_id, *limits)
    return _T.local_id.in_(mine)


def _coming(row: Any) -> Coming:
    values: list[Any] = [*row][:7]
    return Coming(*values)


def _taken(row: Any) -> StepTaken:
    values: list[Any] = [*row][:10]
    return StepTaken(*values)
