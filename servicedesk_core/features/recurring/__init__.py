"""Recurring service: plans, what they will make, and what came of it.

Its room ``when`` is pure: rules, calendars and an instant in, occurrences out. ``making`` goes from an occurrence whose
time has come to its ticket.
"""

from typing import TYPE_CHECKING

from servicedesk_core.faces import JobKind
from servicedesk_core.features import Feature

FEATURE = Feature(
    name="recurring",
    about="Work that comes again: plans, their tickets, and what came of them.",
    queries=f"{__name__}.queries:RecurringQueries",
    actions=f"{__name__}.actions:Recurring",
    automatic=f"{__name__}.making.automatic:ACTS",
    jobs=(
        JobKind(
            "recurring",
            "Makes tickets of recurring plans under a standing approval, and keeps what was missed or skipped.",
            "every 5 minutes",
            f"{__name__}.making.jobs:generate",
        ),
    ),
    alert_rules=(f"{__name__}.watching:late",),
    kpis=f"{__name__}.kpis:KPIS",
    definitions=f"{__name__}.kinds:KINDS",
    looks_over=f"{__name__}.tables:look_over",
    needs=("definitions", "sla", "tickets", "writes"),
)

if TYPE_CHECKING:
    from servicedesk_core.features.recurring.model import Result as Result
    from servicedesk_core.features.recurring.queries import RecurringQueries as RecurringQueries
else:
    from servicedesk_core.exports import lazily

    __getattr__, __dir__ = lazily(__name__, __file__)
