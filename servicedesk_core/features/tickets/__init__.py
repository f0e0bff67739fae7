"""Tickets: what the store knows of them, and what is to be changed about them."""

from servicedesk_core.features import Feature

FEATURE = Feature(
    name="tickets",
    about="Tickets in the store, and what is to be changed about them.",
    queries=f"{__name__}.queries:TicketQueries",
    actions=f"{__name__}.actions:Tickets",
)
