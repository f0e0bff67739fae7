"""The desk report as one self-contained page: no network, no framework, good on paper."""

from collections import Counter
from zoneinfo import ZoneInfo

from servicedesk_core.faces import html
from servicedesk_core.features.tickets.model import TicketRow
from servicedesk_core.reports import wording
from servicedesk_core.reports.desk import DeskReport
from servicedesk_core.reports.facets import LIST, Counted, facets_of

_PRINTED = 45
"""Rows of the list on paper: with them the page is two sheets."""


def render(report: DeskReport) -> str:
    """Return the page as HTML text.

    Args:
        report: The numbers.

    Returns:
        A complete document; every value of a record is escaped.
    """
    facets = facets_of(report)
    counted = Counted(facets)
    rows = [(ticket, [facet.mark for facet in counted.by(ticket)]) for ticket in _listed(report)]
    overloaded = {figure.tickets for figure in report.numbers.overloaded}
    return html.render(
        "servicedesk_core.reports/desk.html",
        report=report,
        numbers=report.numbers,
        zone=ZoneInfo(report.timezone),
        say=wording,
        facets=list(facets),
        lists=[facet for facet in facets if facet.kind == LIST],
        breakdowns={
            title: [facet for facet in facets if facet.kind == kind]
            for kind, (title, _) in wording.dimensions(report.numbers).items()
        },
        overloaded=[facet for facet, chosen in facets.items() if chosen in overloaded],
        rows=rows,
        printed=_PRINTED,
        here=Counter(mark for _, marks in rows for mark in marks),
    )


def _listed(report: DeskReport) -> list[TicketRow]:
    """Return the oldest open tickets and those of the lists, each once, the oldest first."""
    tickets = {ticket.local_id: ticket for ticket in report.tickets}
    for watch in report.watch:
        tickets |= {ticket.local_id: ticket for ticket in watch.tickets}
    return sorted(tickets.values(), key=lambda one: (one.created_at is None, one.created_at or report.numbers.at))
