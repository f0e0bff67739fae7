"""Blocks of the reports for those who manage: the end of a week, a month, a quarter, stages, devices, renewals."""

from datetime import timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from servicedesk_core.errors import SettingsError
from servicedesk_core.faces import Block, Capability, Figures, Looking, Opens, Piece, Sentence, Table, Told
from servicedesk_core.features.agreements import AgreementQueries
from servicedesk_core.features.billing import BillingQueries
from servicedesk_core.features.claims import ClaimQueries
from servicedesk_core.features.forecast import ForecastQueries
from servicedesk_core.features.kpi import KpiLists, month_of
from servicedesk_core.features.profit import ProfitQueries
from servicedesk_core.features.report.regular.measured import between, measured, of_period, records
from servicedesk_core.features.report.regular.service import (
    CONCERNS,
    LATE_ORDERS,
    MISSED,
    MOST,
    PROMISES,
    REVIEWS,
    TO_LOOK_AT,
    UNHEARD,
    by,
    divided,
)
from servicedesk_core.features.report.regular.trust import TOP, basis, refused
from servicedesk_core.features.sla import Past
from servicedesk_core.features.warranty import WarrantyQueries
from servicedesk_core.wording import plain

_BY_MARGIN: Final = "Clients by margin, the lowest first"

_QUARTER: Final = timedelta(days=90)


def _month(looking: Looking) -> str:
    """Return the month in which the period ends: margins are of months."""
    period = looking.once(basis).period
    return month_of(period.last.astimezone(ZoneInfo(looking.desk.timezone)).date())


def _earned(looking: Looking) -> Any:
    """Return the margins of the month; where nobody decided how they are counted, that error."""
    try:
        return looking.ask(ProfitQueries.show, **_lowest(looking), limit=MOST)
    except SettingsError as error:
        return error


def _margin(looking: Looking) -> Told:
    found = looking.once(_earned)
    if isinstance(found, SettingsError):
        return Told([Piece(f"{found.message} {found.hint or ''}".strip())], None)
    whole, opens = found.total, Opens.of(ProfitQueries.show, period=_month(looking))
    margin = "is not known" if whole.margin_percent is None else f"is {plain(whole.margin_percent)} %"
    amounts = f"revenue {plain(whole.revenue)}, cost {plain(whole.cost)} {found.currency}, as far as they are known."
    return Told([Piece("The margin", opens), Piece(f" of {_month(looking)} {margin}: {amounts}")], None)


def _lowest(looking: Looking) -> dict[str, Any]:
    return {"period": _month(looking), "sort": "margin_percent"}


def _margins(looking: Looking) -> Any:
    found = looking.once(_earned)
    if isinstance(found, SettingsError):
        looking.once(refused).add(_BY_MARGIN)
        return ()
    return found.items


MARGIN: Final[tuple[Block, ...]] = (
    Sentence("Margin", _margin, needs=Capability.MONEY),
    Table(_BY_MARGIN, ProfitQueries.show, _lowest, _margins),
)


def _quarter(looking: Looking) -> dict[str, Any]:
    return {"quarter": looking.once(basis).name}


def _lag(title: str, dimension: str) -> Table:
    def given(looking: Looking) -> dict[str, Any]:
        return {"name": "stage-lag", "by": dimension, "sort": "-value", "limit": 2 * MOST, **of_period(looking)}

    return divided(title, given)


CLOSE: Final[tuple[Block, ...]] = (
    TOP,
    Figures(
        "The week",
        measured(
            "created", "resolved", "backlog", "sla-compliance", "satisfaction", "promoter-score", "repeat-service",
            "hours", "utilisation", "not-entered",
        ),
        records=records,
    ),
    *MARGIN,
    by("satisfaction", "client"),
    PROMISES,
    MISSED,
    UNHEARD,
    TO_LOOK_AT,
    Table("Staffing of the days to come", ForecastQueries.staffing, {"days": 7}),
    LATE_ORDERS,
)  # fmt: skip
"""Of a week that ends."""

MONTHLY: Final[tuple[Block, ...]] = (
    TOP,
    Figures(
        "The month",
        measured(
            "created", "resolved", "backlog", "sla-compliance", "satisfaction", "first-call-resolution",
            "repeat-service", "utilisation", "rhem", "preventive-maintenance", "cost-per-ticket", "service-margin",
        ),
        records=records,
    ),
    Table("Beside the month before", KpiLists.compare, of_period),
    *MARGIN,
    PROMISES,
    MISSED,
    by("created", "client"),
    by("hours", "client"),
    by("satisfaction", "client"),
    by("utilisation", "technician"),
    REVIEWS,
    CONCERNS,
    Table("Work that is not billed yet", BillingQueries.stages, {"sort": "-age_days", "limit": MOST}),
    Table("Devices that fail", WarrantyQueries.failures, {"limit": MOST}),
)  # fmt: skip
"""Of a month."""

EXECUTIVE: Final[tuple[Block, ...]] = (
    TOP,
    Figures(
        "In short",
        measured(
            "sla-compliance", "satisfaction", "promoter-score", "client-retention", "first-call-resolution",
            "repeat-service", "utilisation", "rhem", "service-margin", "cost-per-ticket",
        ),
        records=records,
    ),
    *MARGIN,
    Table("What has become of the promises", Past.attainment, between),
    Table("Agreements by their notice deadline", AgreementQueries.renewals, {"limit": MOST}),
    CONCERNS,
)  # fmt: skip
"""Of a month, for whoever runs the firm."""

QUARTER_AUDIT: Final[tuple[Block, ...]] = (
    TOP,
    Figures("Promises", measured("sla-compliance", "response-emergency", "response-standard"), records=records),
    Table("What was promised, and what became of it", Past.audit, _quarter),
    Table("Missed, by whom and why", Past.missed, lambda looking: {**between(looking), "limit": 5 * MOST}),
    Table("What people decided", Past.decisions, lambda looking: {"since": looking.once(basis).period.start}),
)
"""Of the promises of a quarter."""

STAGE_LAG: Final[tuple[Block, ...]] = (
    TOP,
    Figures("Lag between stages", measured("stage-lag", "triage-time", "time-to-resolve"), records=records),
    _lag("By stage", "stage"),
    _lag("By client", "client"),
    _lag("By technician", "technician"),
)
"""Of how long work waits between its stages."""

EQUIPMENT: Final[tuple[Block, ...]] = (
    TOP,
    Figures("Devices", measured("failures-per-model", "rhem"), records=records),
    Table("Models that fail", WarrantyQueries.failures, {"limit": MOST}),
    Table("Covers that end", WarrantyQueries.expiring, {"limit": 2 * MOST}),
    Table("Repairs under cover that nobody claimed", WarrantyQueries.missed, {"limit": MOST}),
    Table("Claims", ClaimQueries.list, {"limit": MOST}),
    LATE_ORDERS,
)
"""Of devices."""

RENEWALS: Final[tuple[Block, ...]] = (
    TOP,
    Table("Agreements by their notice deadline", AgreementQueries.renewals, {"within": _QUARTER}),
    Table("What speaks for more", AgreementQueries.signals, {"limit": 2 * MOST}),
    Table("Agreements with vendors", AgreementQueries.vendors, {"within": _QUARTER}),
    Table("Devices whose cover ends", WarrantyQueries.renewals, {"within": _QUARTER}),
)
"""Of what ends, and what can come after it."""
