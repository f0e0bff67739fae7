"""How many promises were kept in a period."""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, Subquery, Text, and_, case, cast, func, literal, null, select

from servicedesk_core.features.clients import clients_of
from servicedesk_core.features.sla.clocks.model import ClockState, Outcome
from servicedesk_core.features.sla.clocks.policies import Clock
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
_OVERRIDDEN, _WITHOUT_REASON = "overridden", "without reason"
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
    group, stream = _GROUPS[by]
    tickets = select(_T.local_id, *standing(), _T.source_id, group.label("own")).where(*where).subquery()
    _, *of_ticket, own = tickets.c
    own = _C.policy if by is By.POLICY else own
    clocks = (
        select(_C.clock, *of_ticket, own, as_of.outcome, *marked(as_of))
        .join(tickets, tickets.c.local_id == _C.ticket_id)
        .where(as_of.outcome != Outcome.OPEN.value, *as_of.over_in(*period))
        .group_by(_C.clock, *of_ticket, own, as_of.outcome)
    )
    found = [*tx.execute(clocks), *tx.execute(_together(as_of, tickets, period, by))]
    rows = [(row[0], *row[-6:]) for row in found if not outside(*row[1:-6])]
    names, clients = Names(tx), clients_of(tx).now(as_of.now) if by is By.TIER else {}
    for _, source_id, ref, *_ in rows:
        if stream is not None:
            names.want(source_id, stream, ref)
    counted: dict[tuple[str, str | None], Counter[str]] = {}
    for clock, source_id, ref, outcome, number, overridden, without_reason in rows:
        called = ref if stream is None else names.of(source_id, stream, ref) or ref
        if by is By.TIER:
            client = clients.get((source_id, ref))
            called = (client.tier if client else None) or NO_TIER
        counts = counted.setdefault((clock, called), Counter())
        counts.update({outcome: number, _OVERRIDDEN: overridden, _WITHOUT_REASON: without_reason})
    return tuple(_rows(counted))


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
            without_reason=found[_WITHOUT_REASON],
        )


def marked(as_of: AsOf) -> tuple[ColumnElement[int], ...]:
    """Return how many clocks there are, about how many somebody decided, and how many were missed without a reason."""
    unexplained = and_(as_of.is_late, ~decided.is_explained())
    return func.count(), func.count().filter(_C.is_overridden), func.count().filter(unexplained)


def _together(as_of: AsOf, tickets: Subquery, period: Period, by: By) -> Select[Any]:
    """Return the query for tickets that were resolved in the period, by what their clocks together came to."""
    since, until = period
    ended = select(_C.ticket_id).where(
        _C.clock == Clock.COMPLETION.value,
        _C.state == ClockState.STOPPED.value,
        _C.stopped_at >= since,
        _C.stopped_at < until,
    )
    ranked = (Outcome.UNKNOWN, Outcome.MISSED, Outcome.MET, Outcome.EXEMPT)
    worst = case(
        *((func.count().filter(as_of.outcome == one.value) > 0, one.value) for one in ranked),
        else_=Outcome.NOT_APPLICABLE.value,
    )
    _, *of_ticket, own = tickets.c
    shown = func.max(_C.policy) if by is By.POLICY else own
    marks = (case((count > 0, 1), else_=0) for count in marked(as_of)[1:])
    together = (
        select(*of_ticket, shown.label("shown"), worst.label("outcome"), *(mark.label(None) for mark in marks))
        .select_from(sla_clocks)
        .join(tickets, tickets.c.local_id == _C.ticket_id)
        .where(_C.ticket_id.in_(ended))
        .group_by(_C.ticket_id, *of_ticket, own)
        .subquery()
    )
    *groups, overridden, without_reason = together.c
    sums = func.count(), func.sum(overridden), func.sum(without_reason)
    return select(literal(Promises.ALL.value), *groups, *sums).group_by(*groups)
