"""What clocks show by what was promised: as attainment counts it."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from sqlalchemy import select

from servicedesk_core.features.sla.clocks.model import ClockState
from servicedesk_core.features.sla.clocks.policies import Clock, Outcome
from servicedesk_core.features.sla.tables.shown import AsOf
from servicedesk_core.store import Tx
from servicedesk_core.store.schema import sla_clocks

_C: Final = sla_clocks.c
_CLOCKS: Final = {one.value: one for one in Clock}
_STATES: Final = {one.value: one for one in ClockState}
_OUTCOMES: Final = {one.value: one for one in Outcome}


class Promised(NamedTuple):
    """A clock as it is kept in the store."""

    clock: Clock
    cycle: int
    state: ClockState
    outcome: Outcome
    stopped_at: datetime | None
    decided_at: datetime | None
    target: timedelta | None


def promised_to(tx: Tx, as_of: AsOf, ticket_ids: Iterable[int]) -> dict[int, list[Promised]]:
    """Return the clocks of tickets, by the desk's own numbers."""
    found: dict[int, list[Promised]] = {}
    columns = _C.ticket_id, _C.clock, _C.cycle, _C.state, as_of.outcome, _C.stopped_at, as_of.decided_at, _C.target_us
    query = select(*columns).where(_C.ticket_id.in_([*ticket_ids]))
    for ticket_id, clock, cycle, state, outcome, stopped_at, decided_at, target_us in tx.execute(query):
        target = None if target_us is None else timedelta(0, 0, target_us)
        words = _CLOCKS[clock], cycle, _STATES[state], _OUTCOMES[outcome]
        one = Promised(*words, stopped_at, decided_at, target)
        found.setdefault(ticket_id, []).append(one)
    return found
