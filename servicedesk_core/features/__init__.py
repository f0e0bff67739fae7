"""Features: one package for each thing that a customer would name, one object that says what it brings.

Ours are named here and imported when they are used. Those of others are entry points of ``servicedesk.features`` that
hand over the same object; :mod:`servicedesk_core.plugins` finds, loads and isolates them like connectors.
"""

from collections.abc import Iterable
from importlib import import_module
from typing import Final

from servicedesk_core.faces.feature import Feature

__all__ = ["FEATURES", "Feature", "own", "with_ours"]

FEATURES: Final = (
    "status", "desks", "tickets", "triage", "knowledge", "contact", "messages", "incidents", "shiftlog", "next",
    "assign", "helpers", "checklist", "cover", "attachments", "appointments", "schedule", "plan", "forecast",
    "recurring", "travel", "attention", "explain", "report", "reports", "sla", "kpi", "flow", "profit", "quality",
    "scorecards", "parts", "billing", "leakage", "agreements", "company", "writes", "standing", "audit", "definitions",
    "clients", "rota", "oncall", "worktime", "skills", "people", "signins", "tokens", "views", "walls", "calendars",
    "warranty", "claims", "alerts", "paging", "escalate", "privacy", "quarantine", "analytics", "webhooks",
)  # fmt: skip
"""Our own, each a package here that is called so, in the order of the program's help page."""


def own(name: str) -> Feature:
    """Return a feature of ours."""
    feature: Feature = import_module(f"{__name__}.{name}").FEATURE
    return feature


def with_ours(others: Iterable[Feature]) -> tuple[Feature, ...]:
    """Return all of ours, and others behind them."""
    return (*map(own, FEATURES), *others)
