"""Alerts: what is wrong with the desk is told once when it begins, and once when it is over."""

from typing import TYPE_CHECKING

from servicedesk_core.faces import JobKind, Section
from servicedesk_core.features import Feature

if TYPE_CHECKING:
    from servicedesk_core.features.alerts.model import Alert as Alert
    from servicedesk_core.features.alerts.model import Channel as Channel
    from servicedesk_core.features.alerts.queries import Alerts as Alerts
    from servicedesk_core.features.alerts.ruled.beginning import propose as propose
    from servicedesk_core.features.alerts.tables import channels as channels
    from servicedesk_core.features.alerts.tables import open_alerts as open_alerts
else:
    from servicedesk_core.exports import lazily

    __getattr__, __dir__ = lazily(__name__, __file__)

FEATURE = Feature(
    name="alerts",
    about="What is wrong, with the desk or the service, and who has been told.",
    section=Section.UNATTENDED,
    queries=f"{__name__}.queries:Alerts",
    actions=f"{__name__}.actions:AlertActs",
    jobs=(
        JobKind(
            "alerts",
            "Looks for what fails or is silent, and tells about it once.",
            "every 1 minute",
            f"{__name__}.jobs:watch",
        ),
        JobKind(
            "alert-rules",
            "Measures what alert rules ask for, and opens and closes their alerts.",
            "every 10 minutes",
            f"{__name__}.ruled.jobs:judge",
        ),
    ),
    alert_rules=(
        f"{__name__}.evaluate:damage",
        f"{__name__}.doubts:doubts",
        f"{__name__}.quota_use:heavy_use",
        f"{__name__}.evaluate:wrong_clocks",
        f"{__name__}.evaluate:streams_and_jobs",
    ),
    definitions=f"{__name__}.ruled.kinds:KINDS",
    looks_over=f"{__name__}.ruled.coverage:look_over",
    needs=("definitions", "kpi", "quality", "warranty"),
)
