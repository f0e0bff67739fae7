"""Margins: what clients, contracts and kinds of work earn and cost, and what nobody knows of it."""

from servicedesk_core.features import Feature

FEATURE = Feature(
    name="profit",
    about="What clients, contracts and kinds of work earn and cost.",
    queries=f"{__name__}.queries:ProfitQueries",
    actions=f"{__name__}.actions:Profit",
    definitions=f"{__name__}.kinds:KINDS",
    needs=("definitions", "claims"),
)
