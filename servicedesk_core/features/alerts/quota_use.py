"""Vendor accounts whose quota is nearly used up, by all integrations together: reading slows down, then stops."""

from collections.abc import Collection
from typing import Final

from servicedesk_core.faces import Condition, Watch
from servicedesk_core.features.alerts.evaluate import known_sources
from servicedesk_core.store.budgets.policies import Standing, standings
from servicedesk_core.store.fields import to_us

HIGH: Final = 0.75
"""Share of the window's requests from which somebody is told."""

CALM: Final = 0.65
"""Share below which it is over: a use about the limit would be told again and again otherwise."""


def heavy_use(watch: Watch) -> list[Condition]:
    """Return the vendor accounts of which more than three quarters of the quota are used.

    Connections on one account share its quota and are one condition.
    """
    there = known_sources(watch)
    found: dict[str, Condition] = {}
    for standing in standings(watch.tx, to_us(watch.now)):
        key = standing.key
        names = sorted(one.name for one in there if (one.vendor, one.account) == (key.vendor, key.tenant))
        if names and (condition := _condition(standing, names, watch.told)) is not None:
            found.setdefault(condition.key, condition)  # of several windows one is enough to know
    return list(found.values())


def _condition(standing: Standing, names: list[str], told: Collection[str]) -> Condition | None:
    use, key = standing.use, f"quota:{'+'.join(names)}"
    total = use.ours if use.total is None else max(use.total, use.ours)
    if not use.allowed or total <= use.allowed * (CALM if key in told else HIGH):
        return None
    others = "" if use.total is None else f", {total - use.ours} of them by other integrations"
    problem = f"{total} of {use.allowed} requests that the vendor of {names[0]} allows are used{others}."
    return Condition(key, "heavy_use", problem, "servicedesk status shows what is left; reading of old records waits.")
