"""The audit trail: who did what, in a chain that shows tampering."""

from servicedesk_core.faces import Section
from servicedesk_core.features import Feature

FEATURE = Feature(
    name="audit",
    about="Who did what: an append-only chain that shows tampering.",
    section=Section.OTHER_SYSTEMS,
    queries=f"{__name__}.queries:AuditQueries",
    actions=f"{__name__}.actions:AuditTrail",
)
