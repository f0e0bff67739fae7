"""The KPIs: what exactly each of them measures, and what the shipped profiles want of it."""

from functools import cache
from typing import Any

from servicedesk_core.cli.docs.docstring import table
from servicedesk_core.faces import Kpi
from servicedesk_core.features import FEATURES, Feature, own
from servicedesk_core.features.kpi.goals import SHIPPED, wanted

_HEADINGS = (
    "name",
    "number",
    "title",
    "what is measured",
    "unit",
    "direction",
    "tells of",
    "shipped goal",
    "warns or tells",
    "example",
)

_LEADS = {True: "leading", False: "lagging", None: ""}


@cache
def page(theirs: tuple[Feature, ...] = ()) -> str:
    """Return the page.

    Args:
        theirs: Features of others.
    """
    text = (
        "# Figures\n\nEach figure is measured in one place, so that every page and every list shows the same. "
        "`servicedesk kpi list` shows all of them, `servicedesk kpi records NAME` the records behind one; of what "
        "counts open tickets, `servicedesk tickets list --watch NAME` lists them. Goals of your own take the place of "
        "those that are shipped.\n"
    )
    for feature in (*map(own, FEATURES), *theirs):
        if feature.kpis:
            text += f"\n## {feature.name}\n\n{feature.about}\n\n"
            text += table(_HEADINGS, [_row(kpi) for kpi in feature.figures])
    return text


def _row(kpi: Kpi[Any]) -> tuple[str, ...]:
    goals = [f"{one.goal} ({one.profile})" for one in wanted(kpi, SHIPPED)] or [str(kpi.goal)] * (kpi.goal is not None)
    over = "the present" if kpi.over == "instant" else "a period"
    return (
        f"`{kpi.name}`",
        kpi.code,
        kpi.title,
        kpi.about,
        kpi.unit,
        f"{kpi.better} is better",
        over,
        ", ".join(goals),
        _LEADS[kpi.leads],
        kpi.example,
    )
