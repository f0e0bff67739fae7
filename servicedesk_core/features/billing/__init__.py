"""Billing: where money stands between work and payment, and what is wrong with time before it is approved."""

from servicedesk_core.features import Feature

FEATURE = Feature(
    name="billing",
    about="Where money stands, and what to correct before it is billed.",
    queries=f"{__name__}.queries:BillingQueries",
    definitions=f"{__name__}.kinds:KINDS",
    kpis=f"{__name__}.kpis:KPIS",
    needs=("clients", "definitions", "profit", "sla"),
)
