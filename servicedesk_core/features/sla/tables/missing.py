"""Clocks that were missed, and what people decided about clocks, with whose they are."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, select

from servicedesk_core.features.sla.clocks.policies import Clock
from servicedesk_core.features.sla.past.model import DecidedClock, MissedClock
from servicedesk_core.features.sla.tables import decided
from servicedesk_core.features.sla.tables.decided import Kind, is_pending
from servicedesk_core.features.sla.tables.shown import AsOf
from servicedesk_core.store import Tx
from servicedesk_core.store.queries.names import Names
from servicedesk_core.store.queries.population import outside, standing
from servicedesk_core.store.schema import RECORDS, sla_clocks, sla_decisions

_C: Final = sla_clocks.c
_D: Final = sla_decisions.c
_T = RECORDS["tickets"].c
_SECOND_US: Final = 1_000_000


def missed(
    tx: Tx, as_of: AsOf, where: Sequence[ColumnElement[Any]], period: tuple[datetime, datetime], clock: Clock | None
) -> tuple[MissedClock, ...]:
    """Return the clocks that were missed in a period, of tickets that count.

    Args:
        tx: Any transaction.
        as_of: What clocks show.
        where: Which tickets.
        period: First instant, and the first one after it.
        clock: Only this promise.
    """
    query = (
        select(
            *standing(), _T.source_id, _T.local_id, _T.number, _T.external_id, _T.title, _T.company_ref,
            _T.assignee_ref, _T.priority, _C.clock, _C.cycle, as_of.decided_at, as_of.elapsed_us, _C.target_us,
            _C.policy,
        )
        .join(sla_clocks, _C.ticket_id == _T.local_id)
        .where(*where, as_of.is_late, *as_of.over_in(*period))
    )  # fmt: skip
    if clock is not None:
        query = query.where(_C.clock == str(clock))
    rows = [row[4:] for row in tx.execute(query) if not outside(*row[:4])]
    names, said = Names(tx), decided.of_tickets(tx, {row[1] for row in rows})
    for source_id, _, _, _, _, company, assignee, *_ in rows:
        names.want(source_id, "companies", company)
        names.want(source_id, "technicians", assignee)
    found = []
    for source_id, ticket_id, number, ref, title, company, assignee, priority, name, cycle, *rest in rows:
        at, elapsed_us, target_us, policy = rest
        about = [one for one in said.get(ticket_id, ()) if (one.clock, one.cycle) == (name, cycle)]
        why = next((one for one in reversed(about) if one.kind == Kind.MISSED), None)
        found.append(
            MissedClock(
                ticket_id=ticket_id,
                ticket=number or ref,
                title=title,
                company=names.of(source_id, "companies", company),
                technician=names.of(source_id, "technicians", assignee),
                priority=priority,
                clock=name,
                cycle=cycle,
                missed_at=at,
                over_s=None if target_us is None else max(elapsed_us - target_us, 0) // _SECOND_US,
                policy=policy,
                reason=None if why is None else why.missed_reason,
                note="" if why is None else why.reason,
            )
        )
    return tuple(found)


def decided_clocks(
    tx: Tx,
    where: Sequence[ColumnElement[Any]],
    since: datetime | None,
    until: datetime | None = None,
    *,
    pending: bool = False,
) -> list[DecidedClock]:
    """Return what was decided about the clocks of tickets, the newest first.

    Args:
        tx: Any transaction.
        where: Which tickets.
        since: From this instant on; ``None`` = ever.
        until: Up to this instant; ``None`` = now.
        pending: Only what was asked for, and nobody has answered.
    """
    query = (
        select(
            _D.id, _T.source_id, _T.local_id, _T.number, _T.external_id, _T.company_ref, _D.clock, _D.cycle, _D.kind,
            _D.due_at, _D.missed_reason, _D.reason, _D.at, _D.actor,
        )
        .join(sla_decisions, _D.ticket_id == _T.local_id)
        .where(*where)
        .order_by(_D.id.desc())
    )  # fmt: skip
    query = query if since is None else query.where(_D.at >= since)
    query = query if until is None else query.where(_D.at < until)
    query = query.where(is_pending()) if pending else query
    rows, names = tx.execute(query).all(), Names(tx)
    for _, source_id, _, _, _, company, *_ in rows:
        names.want(source_id, "companies", company)
    return [
        DecidedClock(number, ticket_id, called or ref, names.of(source_id, "companies", company), *rest)
        for number, source_id, ticket_id, called, ref, company, *rest in rows
    ]
