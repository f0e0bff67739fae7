"""What a quarter came to, for each policy and client."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any, Final, NamedTuple

from sqlalchemy import ColumnElement, case, func, null, select

from servicedesk_core.features.sla.clocks.policies import Clock, Outcome
from servicedesk_core.features.sla.past.model import AuditedPromise
from servicedesk_core.features.sla.past.quarters import Quarter
from servicedesk_core.features.sla.tables import attained, decided
from servicedesk_core.features.sla.tables.shown import AsOf
from servicedesk_core.store import Tx
from servicedesk_core.store.queries.names import Names
from servicedesk_core.store.queries.population import outside, standing
from servicedesk_core.store.schema import RECORDS, sla_clocks
from servicedesk_core.wording import hours

_C: Final = sla_clocks.c
_T = RECORDS["tickets"].c
_ORDER: Final = tuple(clock.value for clock in Clock)
_SECOND_US: Final = 1_000_000


class _Group(NamedTuple):
    policy: str | None
    source_id: int
    company: str | None
    clock: str


def audited(tx: Tx, as_of: AsOf, where: Sequence[ColumnElement[Any]], quarter: Quarter) -> tuple[AuditedPromise, ...]:
    """Return what became of the promises that were decided in a quarter, of tickets that count.

    Args:
        tx: Any transaction.
        as_of: What clocks show.
        where: Which tickets.
        quarter: The quarter.
    """
    columns = (*standing(), _T.source_id, _T.company_ref, _T.priority)
    tickets = select(_T.local_id, *columns).where(*where).subquery()
    _, *of_ticket = tickets.c
    promised = case((_C.is_overridden, null()), else_=_C.target_us).label("promised_us")
    exempted = func.count().filter(as_of.outcome == Outcome.EXEMPT.value, _C.is_overridden, decided.is_exempted())
    clocks = (
        select(*of_ticket, _C.policy, _C.clock, promised, as_of.outcome, *attained.marked(as_of), exempted)
        .join(tickets, tickets.c.local_id == _C.ticket_id)
        .where(as_of.outcome != Outcome.OPEN.value, *as_of.over_in(quarter.start, quarter.end))
        .group_by(*of_ticket, _C.policy, _C.clock, promised, as_of.outcome)
    )
    counted: dict[_Group, Counter[str]] = {}
    targets: dict[_Group, set[tuple[str, int]]] = {}
    for (
        *stands,
        source_id,
        company,
        priority,
        policy,
        clock,
        target_us,
        outcome,
        number,
        overridden,
        unexplained,
        by_somebody,
    ) in tx.execute(clocks):
        if outside(*stands):
            continue
        group = _Group(policy, source_id, company, clock)
        marks = {"decided": overridden - by_somebody, "exempted": by_somebody, "unexplained": unexplained}
        counted.setdefault(group, Counter()).update({outcome: number, **marks})
        if target_us is not None:
            targets.setdefault(group, set()).add((priority or "", target_us))
    names = Names(tx)
    for group in counted:
        names.want(group.source_id, "companies", group.company)
    return tuple(_rows(counted, targets, names))


def _rows(
    counted: dict[_Group, Counter[str]], targets: dict[_Group, set[tuple[str, int]]], names: Names
) -> Iterator[AuditedPromise]:
    for group in sorted(counted, key=lambda one: (one.policy or "", one.company or "", _ORDER.index(one.clock))):
        found, told = counted[group], sorted(targets.get(group, ()))
        kept, missed = found[Outcome.MET.value], found[Outcome.MISSED.value]
        if not found.total() - found[Outcome.NOT_APPLICABLE.value]:
            continue  # nothing was promised
        yield AuditedPromise(
            policy=group.policy,
            client=names.of(group.source_id, "companies", group.company) or group.company,
            clock=group.clock,
            targets=", ".join(f"{priority} {hours(us // _SECOND_US)}".strip() for priority, us in told),
            kept=kept,
            judged=kept + missed,
            percent=round(100 * kept / (kept + missed), 2) if kept + missed else None,
            missed=missed,
            without_reason=found["unexplained"],
            overridden=found["decided"],
            exempted=found["exempted"],
            exempt=found[Outcome.EXEMPT.value] - found["exempted"],
            unknown=found[Outcome.UNKNOWN.value],
        )
