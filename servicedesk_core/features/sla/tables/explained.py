"""The clocks of one ticket, judged now, with what each is made of."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from servicedesk_core.domain.histories import HistoryState
from servicedesk_core.features.sla.clocks.judging import judge
from servicedesk_core.features.sla.clocks.model import ClockResult, Interval, Superseded
from servicedesk_core.features.sla.clocks.policies import Outcome
from servicedesk_core.features.sla.model import ClockExplained, Part, TicketExplained
from servicedesk_core.features.sla.tables import decided, progress
from servicedesk_core.features.sla.tables.decided import HEEDED, Decision, Kind
from servicedesk_core.features.sla.tables.one import life, named
from servicedesk_core.features.sla.tables.shown import AsOf
from servicedesk_core.features.sla.tables.theirs import Beside, compared
from servicedesk_core.store import Tx
from servicedesk_core.store.queries.names import Names
from servicedesk_core.store.queries.scope import Scope, Sight
from servicedesk_core.store.schema import RECORDS
from servicedesk_core.wording import hours

_T = RECORDS["tickets"].c


def explained(
    tx: Tx, ref: str, connection: str | None, now: datetime, scope: Scope | None, *, with_internal: bool
) -> TicketExplained:
    """Return the clocks of a ticket with what each is made of.

    Args:
        tx: Any transaction.
        ref: Number of the ticket, or the vendor's id.
        connection: Where it is, if several have it.
        now: The instant.
        scope: Only what it lets through.
        with_internal: Whether what people said of a decision is told.

    Raises:
        NotFoundLocallyError: The store has no such ticket, or the scope does not let it through.
    """
    sight = None if scope is None else Sight(tx, scope)
    ticket = named(tx, ref, connection, scope)
    book = progress.book_of(tx)
    known: dict[str, Any] = {
        "ticket": ticket.number,
        "title": ticket.title,
        "agreement": ticket.agreement,
        "as_of": now,
        "has_policy": book is not None,
    }
    line = None if book is None else life(tx, ticket.local_id, now)
    if book is None or line is None:
        return TicketExplained(**known, history=HistoryState.NONE.value, clocks=())
    history = HistoryState.PARTIAL if line.unseen else HistoryState.COMPLETE
    beside = {one.clock: one for one in compared(tx, AsOf(book, now), now, [_T.local_id == ticket.local_id])}
    results = judge(line)
    naming = _Naming(tx, ticket.source_id, sight, [part for one in results for part in one.intervals])
    last = {one.clock: one.cycle for one in results}
    said = _Said(decided.of_tickets(tx, [ticket.local_id]).get(ticket.local_id, ()), with_internal=with_internal)
    clocks = tuple(
        _clock(one, beside.get(one.clock.value) if last[one.clock] == one.cycle else None, naming, said)
        for one in results
    )
    return TicketExplained(**known, history=history.value, clocks=clocks)


class _Said:
    """What people said about the clocks of a ticket; what only the staff may read is left out for others."""

    def __init__(self, decisions: Iterable[Decision], *, with_internal: bool) -> None:
        told = (one for one in decisions if one.kind == Kind.MISSED or one.kind in HEEDED)
        self._newest = {(one.clock, one.cycle, one.kind == Kind.MISSED): one for one in told}
        self._with_internal = with_internal

    def decided(self, one: ClockResult) -> str | None:
        """Return what somebody decided that holds for a clock."""
        found = self._newest.get((one.clock.value, one.cycle, False))
        if one.override is None or found is None:
            return None
        who = f" by {found.actor} on {found.at:%Y-%m-%d %H:%M} UTC: {found.reason}" if self._with_internal else ""
        return f"{found.kind}{who}"

    def missed_reason(self, one: ClockResult) -> str | None:
        """Return why a clock was missed."""
        found = self._newest.get((one.clock.value, one.cycle, True))
        if one.outcome is not Outcome.MISSED or found is None or not self._with_internal:
            return None
        return f"{found.missed_reason}{found.reason and f' ({found.reason})'}"

    def reason(self, one: ClockResult) -> str | None:
        """Return why a clock does not count."""
        return one.reason if one.override is None or self._with_internal else None


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


def _clock(one: ClockResult, beside: Beside | None, naming: _Naming, said: _Said) -> ClockExplained:
    return ClockExplained(
        clock=one.clock.value,
        cycle=one.cycle,
        state=one.state.value,
        outcome=one.outcome.value,
        reason=said.reason(one),
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
        decided=said.decided(one),
        missed_reason=said.missed_reason(one),
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
