"""Quality: tickets that somebody looks at again, what clients and our people answer, and concerns."""

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
