"""What was promised on tickets, at the present and before it."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Final, NamedTuple

from servicedesk_core.domain.histories import HistoryState
from servicedesk_core.domain.status import StatusCategory
from servicedesk_core.features.definitions import in_force
from servicedesk_core.features.sla.clocks.judging import judge
from servicedesk_core.features.sla.clocks.policies import PAUSES, Clock, Outcome
from servicedesk_core.features.sla.definitions import POLICIES
from servicedesk_core.features.sla.tables import progress, told
from servicedesk_core.store import Tx, bulk
from servicedesk_core.store.fields import optional_instant, to_us

_JUDGED: Final = (Outcome.OPEN, Outcome.MET, Outcome.MISSED)
_WORDS: Final = ", ".join(f"'{one.value}'" for one in _JUDGED)
_CLOCKS: Final = {clock.value: clock for clock in Clock}
_ORDER: Final = {clock.value: order for order, clock in enumerate(Clock)}


class Promise(NamedTuple):
    """A promise on a ticket.

    Attributes:
        clock: Which.
        pauses: In which status it stands still.
        started_at: When its clock began; ``None`` while it is pending.
        stopped_at: When it ended.
        due_at: Until when it is kept, or was to be; ``None`` while it is paused.
    """

    clock: Clock
    pauses: frozenset[StatusCategory]
    started_at: datetime | None
    stopped_at: datetime | None
    due_at: datetime | None

    def is_waited_for(self, at: datetime) -> bool:
        """Whether it was to be kept at an instant."""
        has_begun = self.started_at is None or self.started_at <= at
        return has_begun and (self.stopped_at is None or at < self.stopped_at)

    def due(self, at: datetime, category: StatusCategory | None) -> datetime | None:
        """Return until when it was kept, as it is known today; ``None`` = it stood still in that status."""
        is_paused = category in self.pauses and self.due_at is not None and at <= self.due_at
        return None if is_paused else self.due_at


def waited_for(promises: Sequence[Promise], at: datetime) -> Promise | None:
    """Return the first promise that was still to be kept at an instant; ``None`` = there was none."""
    return next((one for one in promises if one.is_waited_for(at)), None)


def promises(tx: Tx, tickets: Collection[int], now: datetime, *, since: datetime) -> Mapping[int, Sequence[Promise]]:
    """Return the promises on tickets in their order, by the desk's numbers; a ticket without any is left out.

    Args:
        tx: Any transaction.
        tickets: The desk's own numbers of the tickets.
        now: The present instant.
        since: Promises that were over by then are left out; a ticket with no other has none of them.
    """
    policies = {one.name: one.pauses for held in in_force(tx, POLICIES, now) for one in held.policies}
    query = (
        "SELECT ticket_id, cycle, clock, policy, started_at, stopped_at, due_at FROM sla_clocks "  # noqa: S608
        f"WHERE ticket_id IN {{values}} AND outcome IN ({_WORDS})"
    )
    rows = sorted(bulk.select_in(tx, query, None, tickets), key=lambda row: (row[0], row[1], _ORDER[row[2]]))
    halting: dict[tuple[str, str], frozenset[StatusCategory]] = {}
    found: dict[int, list[Promise]] = {}
    since_us = to_us(since)
    for ticket, _, clock, policy, *times in rows:
        several = found.setdefault(ticket, [])
        if times[1] is not None and times[1] <= since_us:
            continue
        if (policy, clock) not in halting:
            pauses = policies.get(policy, PAUSES).items()
            halting[policy, clock] = frozenset(status for status, clocks in pauses if Clock(clock) in clocks)
        several.append(Promise(_CLOCKS[clock], halting[policy, clock], *map(optional_instant, times)))
    return found


def promises_then(tx: Tx, tickets: Collection[int], at: datetime) -> Mapping[int, Sequence[Promise]]:
    """Return the same as it was known at an instant that is past: by what was promised and decided by then.

    Args:
        tx: Any transaction.
        tickets: The desk's own numbers of the tickets.
        at: The instant.
    """
    evaluator = progress.evaluator_then(tx, at)
    found: dict[int, list[Promise]] = {}
    if evaluator is None:
        return found
    for one in told.of(tx, tickets, told.Beside(at)):
        line = evaluator.life(one.events, at, one.known)
        if line is None:
            continue
        if one.history is not HistoryState.COMPLETE:
            line.unseen.append(0)
        for clock in judge(line):
            if clock.outcome in _JUDGED:  # what stood still had no due time
                times = clock.started_at, clock.stopped_at, clock.due_at
                found.setdefault(one.ticket_id, []).append(Promise(clock.clock, frozenset(), *times))
    return found
