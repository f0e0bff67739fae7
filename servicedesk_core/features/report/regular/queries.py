"""The reports, each an ordered list of blocks that is imported when somebody asks for it."""

from collections.abc import Mapping
from typing import Final

from servicedesk_core.faces import Board, Capability, Looking, Manner, Namespace, Query, dashboard
from servicedesk_core.features.report.regular.periods import OfDay, OfWeek

_SERVICE = "servicedesk_core.features.report.regular.service"


def _trusted(board: Board, looking: Looking) -> Board:
    from servicedesk_core.features.report.regular.trust import trusted  # noqa: PLC0415  # other pages need none of it

    return trusted(board, looking)


class RegularReports(Namespace[Manner]):
    """Reports that come again."""

    daily = dashboard(
        "report.daily",
        "Daily report",
        f"{_SERVICE}:DAILY",
        about="Show a day: what came and went, what was missed, what is open, and what the next days lack.",
        filters=OfDay,
        needs=Capability.INTERNAL,
        told=_trusted,
    )
    weekly = dashboard(
        "report.weekly",
        "Weekly report",
        f"{_SERVICE}:WEEKLY",
        about="Show a week beside the one before: figures, promises, work that came back, people, quality.",
        filters=OfWeek,
        needs=Capability.INTERNAL,
        told=_trusted,
    )


REGULAR: Final[Mapping[str, Query[..., Board]]] = {
    one.name.rpartition(".")[2]: one for one in vars(RegularReports).values() if isinstance(one, Query)
}
"""The reports by the last word of their names."""
