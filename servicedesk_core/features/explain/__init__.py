"""Explain: how the desk came to what it says of a ticket."""

from servicedesk_core.features import Feature

FEATURE = Feature(
    name="explain",
    about="Show why a ticket stands where it stands: the rule, and who said what.",
    queries=f"{__name__}.queries:Explain",
    needs=("attention", "incidents", "tickets"),
)
