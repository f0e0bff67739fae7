"""What of a clock follows from the time alone, so that it need not be judged again at each instant."""

from datetime import datetime
from typing import NamedTuple

from servicedesk_core.business_time.table import duration_us, micros
from servicedesk_core.business_time.versions import CalendarVersions
from servicedesk_core.features.sla.clocks.model import ClockResult, ClockState
from servicedesk_core.features.sla.clocks.policies import Outcome


class Projection(NamedTuple):
    """How a clock goes on while nothing happens; instants in microseconds since 1970.

    Attributes:
        counts_from_us: Of a running clock: open time of its calendar less the business time used, which stays equal.
        at_risk_us: From when on an open clock has used much of its target.
        late_after_us: Of an open clock that runs, or whose due time a person decided: when it goes on after this, the
            promise is broken. That is its due time, or the next opening where that is in closed hours.
    """

    counts_from_us: int | None
    at_risk_us: int | None
    late_after_us: int | None


def project(result: ClockResult, calendar: CalendarVersions, at: datetime) -> Projection:
    """Return how a clock goes on.

    Args:
        result: What it shows.
        calendar: Its calendar.
        at: The instant at which it was judged.
    """
    at_us = micros(at)
    is_open = result.outcome is Outcome.OPEN and result.target is not None
    if result.state is not ClockState.RUNNING:
        late_after_us = None
        # A due time that somebody decided waits for no client; one that was reached when the pause began does.
        if is_open and result.override is not None and result.due_at is not None:
            late_after_us = calendar.reached(calendar.total(micros(result.due_at)) + 1, at_us) - 1
        return Projection(None, at_us if is_open and result.is_at_risk else None, late_after_us)
    used_us = duration_us(result.elapsed)
    counts_from_us = calendar.total(at_us) - used_us
    if not is_open or result.target is None:
        return Projection(counts_from_us, None, None)
    target_us = duration_us(result.target)
    much_us = round(target_us * result.at_risk_share)
    at_risk_us = at_us if used_us >= much_us else calendar.reached(counts_from_us + much_us, at_us)
    return Projection(counts_from_us, at_risk_us, calendar.reached(counts_from_us + target_us + 1, at_us) - 1)
