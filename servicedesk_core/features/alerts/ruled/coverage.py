"""What is the matter with alert rules beside what their figures are divided by."""

from collections.abc import Iterator
from typing import Any

from servicedesk_core.arguments import did_you_mean
from servicedesk_core.errors import KpiError, SettingsError
from servicedesk_core.faces import Finding, Found
from servicedesk_core.features.alerts.ruled.kinds import ALERT_RULES, AlertRule
from servicedesk_core.features.alerts.ruled.measuring import Readings
from servicedesk_core.features.alerts.ruled.metrics import METRICS
from servicedesk_core.features.kpi import DIMENSIONS
from servicedesk_core.store import Tx


def look_over(tx: Tx, found: Found, desk: Any) -> Iterator[Finding]:
    """Yield rules that divide a figure by something that its records do not belong to.

    What they belong to the records tell; where there are none yet, somebody should look at a word that no ticket knows.
    """
    readings = Readings(tx, desk, desk.clock.now())
    for rule in (one for one in found.values() if isinstance(one, AlertRule)):
        if not rule.by or rule.metric in METRICS:
            continue
        try:
            known = readings.figure(rule).dimensions
        except (KpiError, SettingsError) as error:
            yield Finding(ALERT_RULES.name, rule.name, error.message, ("metric",))
            continue
        if rule.by not in (known or DIMENSIONS):
            meant = did_you_mean(rule.by, known or DIMENSIONS)
            text = f"{rule.metric} is not divided by {rule.by}.{meant}"
            yield Finding(ALERT_RULES.name, rule.name, text, ("by",), is_wrong=bool(known or meant))
