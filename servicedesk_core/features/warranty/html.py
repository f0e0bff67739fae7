"""The warranty report as one self-contained page for a client: no network, good on paper."""

from collections import Counter

from servicedesk_core.domain.warranty.facts import CoverSource
from servicedesk_core.faces import html
from servicedesk_core.faces.html import Facet
from servicedesk_core.features.warranty.model import CoverRow
from servicedesk_core.features.warranty.tables.report import WarrantyReport

_SOON_DAYS = 90
_TOLD = {
    "covered": "Covered",
    "expired": "Expired",
    "upcoming": "Cover begins later",
    "no_hardware_cover": "No hardware cover",
}
_SELDOM = {"upcoming", "no_hardware_cover"}
_SOURCES = {
    CoverSource.MAKER: "the manufacturer",
    CoverSource.DISTRIBUTOR: "the distributor",
    CoverSource.RMM: "our monitoring",
    **dict.fromkeys((CoverSource.PSA, CoverSource.PROJECT, CoverSource.SPREADSHEET), "our records"),
}


def render(report: WarrantyReport, *, with_missed: bool = False) -> str:
    """Return the page as HTML text.

    Args:
        report: The numbers.
        with_missed: Whether a client's page lists what was never claimed: what we left undone is for ourselves.

    Returns:
        A complete document; every value of a record is escaped.
    """
    facets = _facets(report)
    rows = [(row, _known(row.state)) for row in report.device_rows]
    marks = {facet.value: facet.mark for facet in facets}
    return html.render(
        "servicedesk_core.features.warranty/warranty.html",
        report=report,
        facets=facets,
        rows=[(row, marks[known]) for row, known in rows],
        here=Counter(marks[known] for _, known in rows),
        soon_days=_SOON_DAYS,
        soon=[row for row in report.device_rows if _ends_soon(row)],
        claims=sum(one.count for one in report.claims.states),
        sources=_SOURCES,
        with_missed=with_missed,
    )


def _facets(report: WarrantyReport) -> list[Facet]:
    counts: Counter[str] = Counter()
    for state, count in report.states.items():
        counts[_known(state)] += count
    titles = {**_TOLD, "unknown": "Not known"}
    shown = [value for value in titles if counts[value] or value not in _SELDOM]
    return [Facet(f"f{i}", "cover", value, titles[value], counts[value]) for i, value in enumerate(shown)]


def _known(state: str) -> str:
    """Return how a device stands as far as a client cares: why nobody can tell is for ourselves."""
    return state if state in _TOLD else "unknown"


def _ends_soon(row: CoverRow) -> bool:
    return row.state == "covered" and row.days_left is not None and row.days_left <= _SOON_DAYS
