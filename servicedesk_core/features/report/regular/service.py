"""Blocks of the reports of a day and of a week."""

from collections.abc import Callable, Sequence
from typing import Any, Final

from servicedesk_core.errors import SettingsError
from servicedesk_core.faces import Block, Figures, Looking, Table
from servicedesk_core.features.attention import AttentionQueries
from servicedesk_core.features.billing import BillingQueries
from servicedesk_core.features.contact import ContactQueries
from servicedesk_core.features.kpi import KpiLists
from servicedesk_core.features.parts import PartsQueries
from servicedesk_core.features.quality import QualityQueries
from servicedesk_core.features.report.regular.measured import between, measured, of_period, records
from servicedesk_core.features.report.regular.trust import TOP, basis, refused
from servicedesk_core.features.sla import Past
from servicedesk_core.features.tickets import TicketQueries

MOST: Final = 10
"""Rows of a list in a report; the list itself has all of them."""


def by(name: str, dimension: str) -> Table:
    """Return a block with a figure of the period by what its records belong to, the largest first."""

    def given(looking: Looking) -> dict[str, Any]:
        return {"name": name, "by": dimension, "sort": "-value", "limit": MOST + 1, **of_period(looking)}

    return divided(f"{_TITLES[name]} by {dimension}", given)


def divided(title: str, given: Callable[[Looking], dict[str, Any]]) -> Table:
    """Return a block with a figure by what its records belong to; there is none where none belongs to that."""

    def rows(looking: Looking) -> Sequence[Any]:
        try:
            return tuple(looking.ask(KpiLists.show, **given(looking)))
        except SettingsError:  # the period was looked at before, on top
            looking.once(refused).add(title)
            return ()

    return Table(title, KpiLists.show, given, rows)


_TITLES: Final = {"created": "Created", "hours": "Hours", "satisfaction": "Satisfaction", "utilisation": "Utilisation"}


def _entered(looking: Looking) -> dict[str, Any]:
    """Return what the list of doubtful time is given."""
    return {"since": looking.once(basis).period.start, "limit": MOST}


PROMISES: Final = Table("Promises", Past.attainment, between)
MISSED: Final = Table("Promises missed", Past.missed, lambda looking: {**between(looking), "limit": MOST})
REPEATS: Final = Table("Repeat service", KpiLists.repeats, lambda looking: {**of_period(looking), "limit": MOST})
REVIEWS: Final = Table("Reviews", QualityQueries.coverage, of_period)
CONCERNS: Final = Table("Concerns", QualityQueries.concerns, {"limit": MOST})
UNHEARD: Final = Table("Clients who wait to hear from us", ContactQueries.unheard, {"limit": MOST})
TO_LOOK_AT: Final = Table("Open now, and to be looked at", AttentionQueries.list, {"limit": MOST})
DOUBTS: Final = Table("Time to correct before it is billed", BillingQueries.review, _entered)
LATE_ORDERS: Final = Table("Parts that are late", PartsQueries.orders, {"late": True, "limit": MOST})

DAILY: Final[tuple[Block, ...]] = (
    TOP,
    Figures(
        "The day",
        measured(
            "created", "resolved", "kill-rate", "sla-compliance", "response-emergency", "response-standard", "hours",
            "tickets-per-day", "real-time-entry",
        ),
        records=records,
    ),
    Figures("Open now", lambda looking: looking.ask(KpiLists.now).items),
    MISSED,
    UNHEARD,
    TO_LOOK_AT,
    REPEATS,
    LATE_ORDERS,
    DOUBTS,
)  # fmt: skip
"""Of a day."""

WEEKLY: Final[tuple[Block, ...]] = (
    TOP,
    Figures(
        "The week",
        measured(
            "created", "resolved", "backlog", "sla-compliance", "satisfaction", "first-call-resolution",
            "repeat-service", "utilisation",
        ),
        records=records,
    ),
    Table("Beside the week before", KpiLists.compare, of_period),
    PROMISES,
    MISSED,
    by("created", "client"),
    by("hours", "client"),
    by("utilisation", "technician"),
    REPEATS,
    Table("Open the longest", TicketQueries.list, {"sort": "created_at", "limit": MOST}),
    UNHEARD,
    REVIEWS,
    CONCERNS,
    LATE_ORDERS,
    DOUBTS,
)  # fmt: skip
"""Of a week."""
