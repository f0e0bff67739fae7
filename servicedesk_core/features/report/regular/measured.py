"""Figures of the period that a report is about, measured together."""

from collections.abc import Callable, Sequence
from typing import Any

from servicedesk_core.faces import Figure, Looking, Opens, PeopleSight
from servicedesk_core.faces.kpi import on_desk
from servicedesk_core.features.kpi import KpiLists, Measuring, kpi_named
from servicedesk_core.features.report.regular.trust import basis


def _measuring(looking: Looking) -> Measuring:
    desk, period = looking.desk, looking.once(basis).period
    sight = PeopleSight.of(desk, looking.scope)
    return Measuring(looking.tx, period, None, looking.scope, desk.may, people=desk.roster, sight=sight)


def measured(*names: str) -> Callable[[Looking], Sequence[Figure]]:
    """Return what measures figures of the period, by their names."""

    def figures(looking: Looking) -> Sequence[Figure]:
        measuring = looking.once(_measuring)
        known = (kpi_named(looking.desk.features, name)[1] for name in names)
        return [measuring.told(on_desk(kpi, looking.desk)) for kpi in known]

    return figures


def records(figure: Figure, looking: Looking) -> Opens | None:
    """Return where the records behind a figure of the period are."""
    return Opens.of(KpiLists.records, name=figure.name, period=looking.once(basis).name)


def of_period(looking: Looking) -> dict[str, Any]:
    """Return what a list is given that takes a period."""
    return {"period": looking.once(basis).name}


def between(looking: Looking) -> dict[str, Any]:
    """Return what a list is given that takes two instants."""
    period = looking.once(basis).period
    return {"since": period.start, "until": min(period.end, period.now)}
