"""The page of recurring service: what comes, what was missed, what came of plans, and what the PSA makes by itself."""

from typing import Final

from servicedesk_core.capabilities import Capability
from servicedesk_core.faces import Block, Manner, Namespace, Table, dashboard
from servicedesk_core.features.recurring import RecurringQueries, Result

_ROWS: Final = 12


def _blocks() -> tuple[Block, ...]:
    rows = {"limit": _ROWS}
    return (
        Table("In the month to come", RecurringQueries.preview, rows | {"months": 1}),
        Table("Late", RecurringQueries.occurrences, rows | {"result": Result.LATE}),
        Table("Missed this month", RecurringQueries.occurrences, rows | {"result": Result.MISSED}),
        Table("What came of plans this month", RecurringQueries.report, {"limit": 100}),
        Table("Plans", RecurringQueries.plans, {"limit": 100}),
        Table("Made by the PSA, without a plan", RecurringQueries.adopt, rows),
    )


class RecurringPage(Namespace[Manner]):
    """The page of recurring service."""

    recurring = dashboard(
        "desks.recurring",
        "Recurring service",
        _blocks(),
        about="Show what plans make in the month to come, what was late or missed, and which series the PSA makes.",
        needs=Capability.INTERNAL,
    )
