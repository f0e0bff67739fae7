"""Quality: tickets that somebody looks at again, what clients and our people answer, and concerns."""

from typing import TYPE_CHECKING

from servicedesk_core.features import Feature

FEATURE = Feature(
    name="quality",
    about="Reviews of tickets, answers of surveys, and concerns.",
    queries=f"{__name__}.queries:QualityQueries",
    actions=f"{__name__}.actions:Quality",
    kpis=f"{__name__}.kpis:KPIS",
    alert_rules=(f"{__name__}.alerting:late_concerns",),
    definitions=f"{__name__}.kinds:KINDS",
    needs=("definitions", "kpi"),
)

if TYPE_CHECKING:
    from servicedesk_core.features.quality.kinds import Asks as Asks
    from servicedesk_core.features.quality.queries import QualityQueries as QualityQueries
    from servicedesk_core.features.quality.tables.answers import given as given
else:
    from servicedesk_core.exports import lazily

    __getattr__, __dir__ = lazily(__name__, __file__)
