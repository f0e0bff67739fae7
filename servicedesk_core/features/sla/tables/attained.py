"""How many promises were kept in a period."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, Subquery, Text, and_, case, cast, func, literal, null, select

from servicedesk_core.features.clients import clients_of
from servicedesk_core.features.sla.clocks.model import ClockState
from servicedesk_core.features.sla.clocks.policies import Clock, Outcome
from servicedesk_core.features.sla.model import Attained, By, Promises
from servicedesk_core.features.sla.tables import decided
from servicedesk_core.features.sla.tables.shown import AsOf
from servicedesk_core.store import Tx
from servicedesk_core.store.queries.names import Names
from servicedesk_core.store.queries.population import outside, standing
from servicedesk_core.store.schema import RECORDS, sla_clocks

Period = tuple[datetime, datetime]

_C: Final = sla_clocks.c
_T = RECORDS["tickets"].c
_OVERRIDDEN, _UNEXPLAINED = "overridden", "unexplained"
NO_TIER: Final = "no tier"
_NOTHING: Final = cast(null(), Text)
_GROUPS: Final[dict[By, tuple[ColumnElement[Any], str | None]]] = {
    By.CLOCK: (_NOTHING, None),
    By.PRIORITY: (_T.priority, None),
    By.CLIENT: (_T.company_ref, "companies"),
    By.POLICY: (_NOTHING, None),  # it is of clocks, and not of tickets
    By.TECHNICIAN: (_T.assignee_ref, "technicians"),
    By.TYPE: (_T.kind, None),
    By.TIER: (_T.company_ref, None),  # what was said of the client
}


def attained(tx: Tx, as_of: AsOf, where: Sequence[ColumnElement[Any]], period: Period, by: By) -> tuple[Attained, ...]:
    """Return how many promises were kept, for each clock, and for tickets as a whole; of those tickets that count.

    Args:
        tx: Any transaction.
        as_of: What clocks show.
        where: Which tickets.
        period: First instant, and the first one after it.
        by: What they are divided by.
    """
    tickets = tickets_of(where, by)
    _, *of_ticket, own = tickets.c
    own = _C.policy if by is By.POLICY else own
    clocks = (
        select(_C.clock, *of_ticket, own, as_of.outcome, *marked(as_of))
        .join(tickets, tickets.c.local_id == _C.ticket_id)
        .where(as_of.outcome != Outcome.OPEN.value, *as_of.over_in(*period))
        .group_by(_C.clock, *of_ticket, own, as_of.outcome)
    )
    found = [*tx.execute(clocks), *tx.execute(_summed(together(as_of, tickets, period, by)))]
    rows = [(row[0], *row[-6:]) for row in found if not outside(*row[1:-6])]
    called = group_names(tx, as_of.now, by, {(source_id, ref) for _, source_id, ref, *_ in rows})
    counted: dict[tuple[str, str | None], Counter[str]] = {}
    for clock, source_id, ref, outcome, number, overridden, without_reason in rows:
        counts = counted.setdefault((clock, called[source_id, ref]), Counter())
        counts.update({outcome: number, _OVERRIDDEN: overridden, _UNEXPLAINED: without_reason})
    return tuple(_rows(counted))


def own_of(by: By) -> ColumnElement[Any]:
    """Return what a clock and its ticket are divided by."""
    return _C.policy if by is By.POLICY else _GROUPS[by][0]


def tickets_of(where: Sequence[ColumnElement[Any]], by: By) -> Subquery:
    """Return the tickets that are meant: number, what decides whether they count, source and group."""
    return select(_T.local_id, *standing(), _T.source_id, _GROUPS[by][0].label("own")).where(*where).subquery()


def group_names(
    tx: Tx, now: datetime, by: By, groups: Collection[tuple[int, str | None]]
) -> Mapping[tuple[int, str | None], str | None]:
    """Return what groups are called, by source and the vendor's word or id.

    Args:
        tx: Any transaction.
        now: The present instant.
        by: What is divided.
        groups: Those that are asked for.
    """
    _, stream = _GROUPS[by]
    if by is By.TIER:
        clients = clients_of(tx).now(now)
        return {one: (clients[one].tier if one in clients else None) or NO_TIER for one in groups}
    names = Names(tx)
    for source_id, ref in groups if stream is not None else ():
        names.want(source_id, stream or "", ref)
    return {(source_id, ref): names.of(source_id, stream, ref) or ref if stream else ref for source_id, ref in groups}


def _rows(counted: dict[tuple[str, str | None], Counter[str]]) -> Iterator[Attained]:
    for (clock, group), found in counted.items():
        kept = found[Outcome.MET.value]
        judged = kept + found[Outcome.MISSED.value]
        yield Attained(
            clock=Promises(clock),
            group=group,
            kept=kept,
            judged=judged,
            percent=round(100 * kept / judged, 2) if judged else None,
            exempt=found[Outcome.EXEMPT.value],
            unknown=found[Outcome.UNKNOWN.value],
            without_target=found[Outcome.NOT_APPLICABLE.value],
            overridden=found[_OVERRIDDEN],
            without_reason=found[_UNEXPLAINED],
        )


def marked(as_of: AsOf) -> tuple[ColumnElement[int], ...]:
    """Return how many clocks there are, about how many somebody decided, and how many were missed without a reason."""
    return func.count(), func.count().filter(_C.is_overridden), func.count().filter(is_unexplained(as_of))


def is_unexplained(as_of: AsOf) -> ColumnElement[bool]:
    """Return that a clock was missed, and nobody has said why."""
    return and_(as_of.is_late, ~decided.is_explained())


def together(as_of: AsOf, tickets: Subquery, period: Period, by: By) -> Subquery:
    """Return tickets that were resolved in a period, each with what its clocks together came to.

    Args:
        as_of: What clocks show.
        tickets: Their numbers, what decides whether they count, source and group.
        period: First instant, and the first one after it.
        by: What they are divided by.
    """
    since, until = period
    is_end = _C.clock == Clock.COMPLETION.value, _C.state == ClockState.STOPPED.value
    ended = select(_C.ticket_id).where(*is_end, _C.stopped_at >= since, _C.stopped_at < until)
    ranked = (Outcome.UNKNOWN, Outcome.MISSED, Outcome.MET, Outcome.EXEMPT)
    worst = case(
        *((func.count().filter(as_of.outcome == one.value) > 0, one.value) for one in ranked),
        else_=Outcome.NOT_APPLICABLE.value,
    )
    _, *of_ticket, own = tickets.c
    shown = func.max(_C.policy) if by is By.POLICY else own
    _, *counts = marked(as_of)
    marks = (
        case((count > 0, 1), else_=0).label(name)
        for count, name in zip(counts, (_OVERRIDDEN, _UNEXPLAINED), strict=True)
    )
    last = func.max(_C.stopped_at, type_=_C.stopped_at.type).filter(*is_end, _C.stopped_at < until)
    return (
        select(
            *of_ticket, shown.label("shown"), worst.label("outcome"), *marks, _C.ticket_id, last.label("ended_at"),
            func.max(_C.policy).label("policy"), func.max(_C.cycle).label("cycle"),
        )
        .select_from(sla_clocks)
        .join(tickets, tickets.c.local_id == _C.ticket_id)
        .where(_C.ticket_id.in_(ended))
        .group_by(_C.ticket_id, *of_ticket, own)
        .subquery()
    )  # fmt: skip


def _summed(of_tickets: Subquery) -> Select[Any]:
    *groups, overridden, unexplained, _, _, _, _ = of_tickets.c
    sums = func.count(), func.sum(overridden), func.sum(unexplained)
    return select(literal(Promises.ALL.value), *groups, *sums).group_by(*groups)
