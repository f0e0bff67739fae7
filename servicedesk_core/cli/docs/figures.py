"""The KPIs: what exactly each of them measures."""

from functools import cache

from servicedesk_core.cli.docs.docstring import table
from servicedesk_core.features import FEATURES, Feature, own


@cache
def page(theirs: tuple[Feature, ...] = ()) -> str:
    """Return the page.

    Args:
        theirs: Features of others.
    """
    text = (
        "# Figures\n\nEach figure is measured in one place, so that every page and every list shows the same. Of what "
        "lists tickets, `servicedesk tickets list --watch NAME` shows them.\n"
    )
    for feature in (*map(own, FEATURES), *theirs):
        if feature.kpis:
            rows = [
                (f"`{kpi.name}`", kpi.title, kpi.about, kpi.unit, f"{kpi.better} is better") for kpi in feature.figures
            ]
            text += f"\n## `servicedesk {feature.name} kpis`\n\n{feature.about}\n\n"
            text += table(("name", "title", "what is measured", "unit", "direction"), rows)
    return text
