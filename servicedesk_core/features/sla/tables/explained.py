"""The clocks of one ticket, judged now, with what each is made of."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import select

from servicedesk_core.domain import plain_name
from servicedesk_core.domain.histories import HistoryState
from servicedesk_core.errors import NotFoundLocallyError
from servicedesk_core.features.sla.clocks.judging import judge
from servicedesk_core.features.sla.clocks.model import ClockResult, Interval, Superseded
from servicedesk_core.features.sla.model import ClockExplained, Part, TicketExplained
from servicedesk_core.features.sla.tables import progress, told
from servicedesk_core.features.sla.tables.shown import AsOf
from servicedesk_core.features.sla.tables.theirs import Beside, compared
from servicedesk_core.store import Tx
from servicedesk_core.store.queries.names import Names
from servicedesk_core.store.queries.scope import Scope, Sight, source_of
from servicedesk_core.store.schema import RECORDS
from servicedesk_core.wording import hours

_T = RECORDS["tickets"].c


def explained(tx: Tx, ref: str, connection: str | None, now: datetime, scope: Scope | None) -> TicketExplained:
    """Return the clocks of a ticket with what each is made of.

    Raises:
        NotFoundLocallyError: The store has no such ticket, or the scope does not let it through.
    """
    sight = None if scope is None else Sight(tx, scope)
    where = [] if sight is None else [sight.require("tickets")]
    where += [] if connection is None else [_T.source_id == source_of(tx, connection, scope)]
    spelled = (ref, plain_name(ref))
    query = select(_T.local_id, _T.source_id, _T.number, _T.external_id, _T.title, _T.sla).where(*where)
    query = query.order_by(_T.local_id).limit(1)
    row = tx.execute(query.where(_T.external_id.in_(spelled))).first()
    row = row or tx.execute(query.where(_T.number.in_(spelled))).first()
    if row is None:
        hint = "Run `servicedesk sync`, or look it up with `servicedesk tickets list`."
        raise NotFoundLocallyError(f"The store has no ticket {ref!r}.", hint=hint)
    book = progress.book_of(tx)
    known = {
        "ticket": row.number or row.external_id,
        "title": row.title,
        "agreement": row.sla,
        "as_of": now,
        "has_policy": book is not None,
    }
    found = told.of(tx, [row.local_id], told.Beside()) if book is not None else []
    if book is None or not found:
        return TicketExplained(**known, history=HistoryState.NONE.value, clocks=())
    [ticket] = found
    line = progress.evaluator_of(tx).life(ticket.events, now, ticket.known)
    if line is None:
        return TicketExplained(**known, history=HistoryState.NONE.value, clocks=())
    if ticket.history is not HistoryState.COMPLETE:
        line.unseen.append(0)
    history = HistoryState.PARTIAL if line.unseen else HistoryState.COMPLETE
    beside = {one.clock: one for one in compared(tx, AsOf(book, now), now, [_T.local_id == row.local_id])}
    results = judge(line)
    naming = _Naming(tx, row.source_id, sight, [part for one in results for part in one.intervals])
    last = {one.clock: one.cycle for one in results}
    clocks = tuple(
        _clock(one, beside.get(one.clock.value) if last[one.clock] == one.cycle else None, naming) for one in results
    )
    return TicketExplained(**known, history=history.value, clocks=clocks)


class _Naming:
    """Names of queues and technicians; in a scope only of those that it lets through."""

    def __init__(self, tx: Tx, source_id: int, sight: Sight | None, parts: Iterable[Interval]) -> None:
        self._names, self._source_id = Names(tx), source_id
        wanted: dict[str, set[str]] = {"queues": set(), "technicians": set()}
        for part in parts:
            wanted["queues"] |= {part.queue_ref or ""}
            wanted["technicians"] |= {part.assignee_ref or ""}
        self._seen = {name: refs if sight is None else sight.refs(name, refs) for name, refs in wanted.items()}
        for stream, refs in self._seen.items():
            for ref in refs:
                self._names.want(source_id, stream, ref)

    def part(self, one: Interval) -> Part:
        """Return a part of a clock's life."""
        status = None if one.status is None else one.status.value
        queue, assignee = self._of("queues", one.queue_ref), self._of("technicians", one.assignee_ref)
        return Part(one.start, one.end, one.counted, status, queue, assignee, _seconds(one.used))

    def _of(self, stream: str, ref: str | None) -> str | None:
        if ref is None or ref not in self._seen[stream]:
            return None
        return self._names.of(self._source_id, stream, ref) or ref


def _clock(one: ClockResult, beside: Beside | None, naming: _Naming) -> ClockExplained:
    return ClockExplained(
        clock=one.clock.value,
        cycle=one.cycle,
        state=one.state.value,
        outcome=one.outcome.value,
        reason=one.reason,
        policy=one.policy,
        policy_since=one.policy_since,
        calendar=one.calendar,
        calendar_since=one.calendar_since,
        target_s=None if one.target is None else _seconds(one.target),
        elapsed_s=_seconds(one.elapsed),
        started_at=one.started_at,
        stopped_at=one.stopped_at,
        due_at=one.due_at,
        breached_at=one.breached_at,
        superseded=tuple(map(_superseded, one.superseded)),
        their_due_at=beside.theirs.due_at if beside else None,
        their_met=beside.theirs.is_met if beside else None,
        why=beside.why.value if beside and beside.why else None,
        parts=tuple(map(naming.part, one.intervals)),
    )


def _superseded(one: Superseded) -> str:
    target = "nothing" if one.target is None else hours(_seconds(one.target))
    late = ", and was late" if one.breached_at is not None else ""
    return f"{one.policy or 'no policy'}: {target} until {one.until:%Y-%m-%d %H:%M} UTC{late}"


def _seconds(duration: timedelta) -> int:
    return duration // timedelta(seconds=1)
