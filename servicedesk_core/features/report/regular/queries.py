"""The reports, each an ordered list of blocks that is imported when somebody asks for it."""

from collections.abc import Mapping
from typing import Final

from servicedesk_core.faces import Board, Capability, Looking, Manner, Namespace, Query, dashboard
from servicedesk_core.features.report.regular.periods import OfDay, OfMonth, OfPeriod, OfQuarter, OfThisWeek, OfWeek

_SERVICE = "servicedesk_core.features.report.regular.service"
_MANAGEMENT = "servicedesk_core.features.report.regular.management"


def _trusted(board: Board, looking: Looking) -> Board:
    from servicedesk_core.features.report.regular.trust import trusted  # noqa: PLC0415  # other pages need none of it

    return trusted(board, looking)


def _report(name: str, title: str, blocks: str, *, about: str, of: type[OfPeriod]) -> Query[..., Board]:
    """Return a report: for us only, and without verdicts that its data are not good for."""
    return dashboard(name, title, blocks, about=about, filters=of, needs=Capability.INTERNAL, told=_trusted)


class RegularReports(Namespace[Manner]):
    """Reports that come again."""

    daily = _report(
        "report.daily",
        "Daily report",
        f"{_SERVICE}:DAILY",
        about="Show a day: what came and went, what was missed, what is open, and what the next days lack.",
        of=OfDay,
    )
    weekly = _report(
        "report.weekly",
        "Weekly report",
        f"{_SERVICE}:WEEKLY",
        about="Show a week beside the one before: figures, promises, work that came back, people, quality.",
        of=OfWeek,
    )
    close = _report(
        "report.close",
        "End of the week",
        f"{_MANAGEMENT}:CLOSE",
        about="Show the week that ends: figures, margins, satisfaction, promises, and the days to come.",
        of=OfThisWeek,
    )
    monthly = _report(
        "report.monthly",
        "Monthly report",
        f"{_MANAGEMENT}:MONTHLY",
        about="Show a month beside the one before: figures, margins, promises, clients, people, devices.",
        of=OfMonth,
    )
    executive = _report(
        "report.executive",
        "Executive report",
        f"{_MANAGEMENT}:EXECUTIVE",
        about="Show a month to whoever runs the firm: a few figures, margins, promises, and what ends.",
        of=OfMonth,
    )
    quarter_audit = _report(
        "report.quarter-audit",
        "Promises of a quarter",
        f"{_MANAGEMENT}:QUARTER_AUDIT",
        about="Show what was promised in a quarter, what became of it, and what people decided about it.",
        of=OfQuarter,
    )
    stage_lag = _report(
        "report.stage-lag",
        "Lag between stages",
        f"{_MANAGEMENT}:STAGE_LAG",
        about="Show how long work waits between its stages: by stage, client and technician.",
        of=OfMonth,
    )
    equipment = _report(
        "report.equipment",
        "Devices",
        f"{_MANAGEMENT}:EQUIPMENT",
        about="Show which models fail, which covers end, what nobody claimed, and parts that are late.",
        of=OfMonth,
    )
    renewals = _report(
        "report.renewals",
        "Renewals",
        f"{_MANAGEMENT}:RENEWALS",
        about="Show what ends: agreements by their notice deadline, those with vendors, covers of devices.",
        of=OfMonth,
    )


REGULAR: Final[Mapping[str, Query[..., Board]]] = {
    one.name.rpartition(".")[2]: one for one in vars(RegularReports).values() if isinstance(one, Query)
}
"""The reports by the last word of their names."""
