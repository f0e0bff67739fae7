"""Warranty: what is covered, by whose word, until when."""

from servicedesk_core.features import Feature

FEATURE = Feature(
    name="warranty",
    about="Warranty: what is covered, what ends, what was never claimed.",
    queries=f"{__name__}.queries:WarrantyQueries",
    actions=f"{__name__}.actions:Warranty",
    needs=("claims",),
)
