"""What is measured of recurring work."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from servicedesk_core.faces import Case, Goal, Kpi, Measure, Period, Sum
from servicedesk_core.features.recurring.came import came
from servicedesk_core.features.recurring.model import Result
from servicedesk_core.features.recurring.tables import plans
from servicedesk_core.store import Tx
from servicedesk_core.store.queries.scope import Scope

_DAY: Final = timedelta(days=1)
_LEFT: Final = {Result.OPEN: "its time is not over", Result.SKIPPED: "skipped with good reason"}


def _cases(tx: Tx, period: Period, scope: Scope | None) -> Iterator[Case]:
    seen = [one for one in plans(tx, ZoneInfo("UTC"), period.now) if one.is_seen(scope)]
    clients = {one.plan.name: one.client_name for one in seen}
    # What is due in the period can be of a day before it.
    first, last = period.start.date() - 91 * _DAY, period.end.date() + _DAY
    for one in came(tx, first, last, period.now, plans=seen, scope=scope):
        if period.start <= one.due_at < period.end:
            of = {"client": clients.get(one.plan), "plan": one.plan}
            record = one.ticket or f"{one.plan} {one.on}"
            is_done = one.result is Result.DONE
            yield Case(record, int(is_done), 1, _LEFT.get(one.result, ""), of, one.connection or "")


def _done(tx: Tx, period: Period, among: Any = None, scope: Scope | None = None) -> Measure:
    del among
    return Measure.of(_cases(tx, period, scope), Sum.RATIO, scale=100)


KPIS: Final = (
    Kpi(
        "recurring-done",
        "Recurring work done in time",
        "Of the occurrences of plans that were due in the period, the share whose ticket was resolved by then. What "
        "was missed counts as not done; what was skipped, such as that of an agreement that ended, does not count.",
        _done,
        unit="%",
        better="more",
        goal=Goal.of(">= 95 %"),
        over="period",
        example="20 were due, 2 were skipped because their devices are retired, 17 were resolved in time: 94.44 %.",
    ),
)
"""All figures of recurring work."""
