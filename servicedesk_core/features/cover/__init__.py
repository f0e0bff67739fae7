"""Cover: who takes over what somebody has, when they are out."""

from servicedesk_core.features import Feature

FEATURE = Feature(
    name="cover",
    about="Hands over what somebody has who is out: appointments, urgent tickets, ready work, on-call.",
    queries=f"{__name__}.queries:CoverQueries",
    actions=f"{__name__}.actions:Cover",
    needs=("appointments", "assign", "attention", "kpi", "oncall", "rota", "tickets", "writes"),
)
