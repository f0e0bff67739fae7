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

_TOP: Final = 10
"""Rows of a list in a report; the list itself has all of them."""


def by(name: str, dimension: str) -> Table:
    """Return a block with a figure of the period by what its records belong to, the largest first."""

    def given(looking: Looking) -> dict[str, Any]:
        return {"name": name, "by": dimension, "sort": "-value", "limit": _TOP + 1, **of_period(looking)}

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


def missed(looking: Looking) -> dict[str, Any]:
    """Return what the list of missed promises is given."""
    return {**between(looking), "limit": _TOP}


def entered(looking: Looking) -> dict[str, Any]:
    """Return what the list of doubtful time is given."""
    return {"since": looking.once(basis).period.start, "limit": _TOP}


MISSED: Final = Table("Promises missed", Past.missed, missed)
UNHEARD: Final = Table("Clients who wait to hear from us", ContactQueries.unheard, {"limit": _TOP})
TO_LOOK_AT: Final = Table("Open now, and to be looked at", AttentionQueries.list, {"limit": _TOP})
DOUBTS: Final = Table("Time to correct before it is billed", BillingQueries.review, entered)
LATE_ORDERS: Final = Table("Parts that are late", PartsQueries.orders, {"late": True, "limit": _TOP})

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
    Table("Repeat service", KpiLists.repeats, lambda looking: {**of_period(looking), "limit": _TOP}),
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
    Table("Promises", Past.attainment, between),
    MISSED,
    by("created", "client"),
    by("hours", "client"),
    by("utilisation", "technician"),
    Table("Repeat service", KpiLists.repeats, lambda looking: {**of_period(looking), "limit": _TOP}),
    Table("Open the longest", TicketQueries.list, {"sort": "created_at", "limit": _TOP}),
    UNHEARD,
    Table("Reviews", QualityQueries.coverage, of_period),
    Table("Concerns", QualityQueries.concerns, {"limit": _TOP}),
    LATE_ORDERS,
    DOUBTS,
)  # fmt: skip
"""Of a week."""
