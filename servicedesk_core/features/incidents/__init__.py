"""Major incidents: many clients' tickets under one of our own, and what all of these clients are told."""

from typing import TYPE_CHECKING

from servicedesk_core.features import Feature

if TYPE_CHECKING:
    from servicedesk_core.features.incidents.queries import IncidentQueries as IncidentQueries
    from servicedesk_core.features.incidents.tables import moves_of as moves_of
else:
    from servicedesk_core.exports import lazily

    __getattr__, __dir__ = lazily(__name__, __file__)

FEATURE = Feature(
    name="incidents",
    about="Major incidents: many clients' tickets under one of our own, and what they are told.",
    queries=f"{__name__}.queries:IncidentQueries",
    actions=f"{__name__}.actions:Incidents",
    alert_rules=(f"{__name__}.watching:overdue",),
    definitions=f"{__name__}.kinds:KINDS",
    guards=dict.fromkeys(("notes", "tickets"), f"{__name__}.watching:GUARD"),
    needs=("definitions", "sla", "tickets", "triage", "writes"),
)
