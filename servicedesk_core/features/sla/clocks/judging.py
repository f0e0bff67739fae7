"""What the clocks of a ticket show, from its timeline."""

from datetime import timedelta
from typing import Final

from servicedesk_core.business_time.table import instant, micros
from servicedesk_core.features.sla.clocks.counting import Counting
from servicedesk_core.features.sla.clocks.matching import CLOCKS
from servicedesk_core.features.sla.clocks.model import ClockResult, ClockState
from servicedesk_core.features.sla.clocks.policies import Outcome
from servicedesk_core.features.sla.clocks.timeline import GONE, Timeline

BY_CLIENT: Final = "resolved by the client"
_TRIAGE, _ENGAGEMENT, _COMPLETION = range(len(CLOCKS))


def judge(line: Timeline) -> tuple[ClockResult, ...]:
    """Return the clocks of a ticket: triage, engagement, and completion of each of its lives."""
    judging, first = _Judging(line), line.cycles[0]
    found = []
    for clock, stop in ((_TRIAGE, line.triaged), (_ENGAGEMENT, line.engaged)):
        by_client = stop is None and first.by_client
        found.append(judging.clock(clock, 1, 0, first.stop if by_client else stop, by_client=by_client))
    for number, cycle in enumerate(line.cycles, 1):
        found.append(judging.clock(_COMPLETION, number, cycle.start, cycle.stop, by_client=cycle.by_client))
    return tuple(found)


class _Judging:
    __slots__ = ("_counting", "_gone", "_line")

    def __init__(self, line: Timeline) -> None:
        self._line = line
        self._counting = Counting(line)
        self._gone = _gone_since(line)

    def clock(self, clock: int, cycle: int, start: int, stop: int | None, *, by_client: bool) -> ClockResult:
        """Judge one clock.

        Args:
            clock: Number of the clock.
            cycle: Number of the life.
            start: Index of the boundary at which that began.
            stop: Index of the boundary at which the clock ended.
            by_client: Whether the client ended it.
        """
        line, counting = self._line, self._counting
        gone = None if stop is not None or self._gone is None else max(self._gone, start)
        end = stop if stop is not None else len(line.states) if gone is None else gone
        is_pending = False
        if clock == _ENGAGEMENT and counting.in_force(0, end)[-1][1].policy.engagement_from == "triage":
            is_pending = line.triaged is None
            start = end if line.triaged is None else line.triaged
        count = counting.count(clock, start, end)
        regime, target_us, late_us = count.regime, count.regime.targets_us[clock], count.late_us
        is_halted = end > count.start and line.states[end - 1][0] in regime.halting[clock]
        stands = is_halted or is_pending or gone is not None
        due_us = count.reached_us if stands else counting.due_us(count, clock, end)
        override = line.overrides.get((CLOCKS[clock], cycle)) if line.overrides else None
        if override is not None and override.due_at is not None:
            due_us, end_us = micros(override.due_at), line.instants[end]
            left_us = regime.calendar.total(due_us) - regime.calendar.total(end_us)
            late_us = due_us if left_us < 0 else None
            target_us = count.elapsed_us + left_us
        if gone is not None or by_client:
            state = ClockState.WITHDRAWN
        elif stop is not None:
            state = ClockState.STOPPED
        else:
            state = ClockState.PENDING if is_pending else ClockState.PAUSED if is_halted else ClockState.RUNNING
        outcome, reason = Outcome.OPEN, None
        if override is not None and override.is_exempt:
            outcome, reason = Outcome.EXEMPT, override.reason
        elif target_us is None and late_us is None:
            outcome = Outcome.NOT_APPLICABLE
        elif gone is not None:
            outcome, reason = Outcome.EXEMPT, line.states[-1][0]
        elif line.unseen and any(start <= index <= end for index in line.unseen):
            outcome = Outcome.UNKNOWN
        elif late_us is not None:
            outcome = Outcome.MISSED
        elif stop is not None:
            outcome, reason = (Outcome.EXEMPT, BY_CLIENT) if by_client else (Outcome.MET, None)
        return ClockResult(
            ticket_ref=line.ticket_ref,
            clock=CLOCKS[clock],
            cycle=cycle,
            state=state,
            outcome=outcome,
            policy=regime.policy.name if regime.policies else None,
            policy_since=regime.policies.effective_from if regime.policies else None,
            calendar=regime.calendar.name,
            calendar_since=regime.calendar.at(line.instants[end] if late_us is None else late_us).effective_from,
            target=None if target_us is None else timedelta(0, 0, target_us),
            started_at=None if is_pending else instant(line.instants[count.start]),
            stopped_at=None if stop is None and gone is None else instant(line.instants[end]),
            stopped_by=None if stop is None else line.actors.get(stop),
            due_at=None if due_us is None else instant(due_us),
            breached_at=None if late_us is None else instant(late_us),
            elapsed=timedelta(0, 0, count.elapsed_us),
            at_risk_share=regime.policy.at_risk_share,
            reason=reason,
            override=override,
            superseded=count.superseded,
            course=counting.course(count, clock, end),
        )


def _gone_since(line: Timeline) -> int | None:
    """Return the index of the boundary since which the ticket is cancelled, merged, spam or deleted, if it is."""
    index = len(line.states)
    while index and line.states[index - 1][0] in GONE:
        index -= 1
    return index if index < len(line.states) else None
