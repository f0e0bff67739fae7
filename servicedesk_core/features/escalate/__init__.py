"""Escalation: who is told when a promise is at stake, and tickets that are handed on to another tier."""

from typing import TYPE_CHECKING

from servicedesk_core.faces import JobKind
from servicedesk_core.features import Feature

if TYPE_CHECKING:
    from servicedesk_core.features.escalate.kinds import Plan as Plan
    from servicedesk_core.features.escalate.kinds import Step as Step
    from servicedesk_core.features.escalate.queries import EscalationQueries as EscalationQueries
else:
    from servicedesk_core.exports import lazily

    __getattr__, __dir__ = lazily(__name__, __file__)

FEATURE = Feature(
    name="escalate",
    about="Hands tickets on to another tier, and tells people when a promise is at stake.",
    queries=f"{__name__}.queries:EscalationQueries",
    actions=f"{__name__}.actions:Escalate",
    jobs=(
        JobKind(
            "escalation",
            "Takes the steps of escalation plans that fall due, where nothing serves the desk.",
            "never",
            f"{__name__}.jobs:escalate",
        ),
    ),
    serves=f"{__name__}.jobs:follow",
    automatic=f"{__name__}.automatic:ACTS",
    definitions=f"{__name__}.kinds:KINDS",
    looks_over=f"{__name__}.coverage:look_over",
    needs=("clients", "definitions", "oncall", "paging", "skills", "sla", "standing", "tickets", "writes"),
)
"""What its steps say are messages of :mod:`servicedesk_core.outbox.staff`, and no proposals; what they change is."""
