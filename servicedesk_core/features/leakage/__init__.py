"""Leakage: work, services and goods that nobody is billed for, each with the evidence and one correction."""

from typing import TYPE_CHECKING

from servicedesk_core.faces import JobKind
from servicedesk_core.features import Feature

if TYPE_CHECKING:
    from servicedesk_core.features.leakage.model import Leak as Leak
    from servicedesk_core.features.leakage.queries import LeakageQueries as LeakageQueries
    from servicedesk_core.features.leakage.rules import Leaked as Leaked
    from servicedesk_core.features.leakage.tables.leaks import Look as Look
else:
    from servicedesk_core.exports import lazily

    __getattr__, __dir__ = lazily(__name__, __file__)

FEATURE = Feature(
    name="leakage",
    about="Work, services and goods that nobody is billed for.",
    queries=f"{__name__}.queries:LeakageQueries",
    actions=f"{__name__}.actions:Leakage",
    kpis=f"{__name__}.kpis:KPIS",
    jobs=(
        JobKind("leakage", "Looks each night for what nobody is billed for.", "30 3 * * *", f"{__name__}.jobs:look"),
    ),
    alert_rules=(f"{__name__}.alerting:new_leaks",),
    definitions=f"{__name__}.kinds:KINDS",
    needs=("billing", "definitions", "kpi", "profit"),
)
