"""The desk page for the terminal, and as one self-contained page for a browser and for paper."""

from collections import Counter
from collections.abc import Iterator
from typing import Any
from zoneinfo import ZoneInfo

from servicedesk_core.faces import Terminal
from servicedesk_core.faces.html import render
from servicedesk_core.features.report import wording
from servicedesk_core.features.report.facets import LIST, Counted, facets_of
from servicedesk_core.features.report.model import DeskNumbers, DeskReport, Figure, WatchList
from servicedesk_core.features.report.wording import (
    ago,
    completeness,
    count,
    dimensions,
    freshness,
    moment,
    since,
    summary,
    work,
)
from servicedesk_core.features.tickets import TicketRow
from servicedesk_core.printing import printable
from servicedesk_core.wording import counted

_PRINTED = 45
"""Rows of the list on paper: with them the page is two sheets."""

_BAR = 24
_LABEL = 28
_ROWS = 8
_BARS = 20


def show(terminal: Terminal, report: DeskReport) -> None:
    """Print the report."""
    terminal.line(text(report))


def text(report: DeskReport) -> str:
    """Return the report as lines of at most 120 characters, long titles cut; it also reads well in a mail or a log.

    Args:
        report: The numbers.
    """
    return printable("\n".join(_lines(report))).rstrip()


def html(report: DeskReport) -> str:
    """Return the page as HTML text: no network, no framework, good on paper.

    Args:
        report: The numbers.

    Returns:
        A complete document; every value of a record is escaped.
    """
    return render("servicedesk_core.features.report/desk.html", **page_values(report))


def page_values(report: DeskReport) -> dict[str, Any]:
    """Return what the templates of the desk's figures are told."""
    facets = facets_of(report)
    counted = Counted(facets)
    rows = [(ticket, [facet.mark for facet in counted.by(ticket)]) for ticket in _listed(report)]
    overloaded = {figure.tickets for figure in report.numbers.overloaded}
    return {
        "report": report,
        "numbers": report.numbers,
        "zone": ZoneInfo(report.timezone),
        "say": wording,
        "facets": list(facets),
        "lists": [facet for facet in facets if facet.kind == LIST],
        "breakdowns": {
            title: [facet for facet in facets if facet.kind == kind]
            for kind, (title, _) in wording.dimensions(report.numbers).items()
        },
        "overloaded": [facet for facet, chosen in facets.items() if chosen in overloaded],
        "rows": rows,
        "printed": _PRINTED,
        "here": Counter(mark for _, marks in rows for mark in marks),
    }


def _lines(report: DeskReport) -> Iterator[str]:
    numbers, zone = report.numbers, ZoneInfo(report.timezone)
    yield f"{report.desk}: service desk on {moment(numbers.at, zone)} ({report.timezone})"
    yield ""
    yield from _freshness(numbers, zone)
    if report.unmapped:
        unmapped = counted(report.unmapped, "open ticket has", "open tickets have")
        yield f"! {unmapped} a status without a meaning: servicedesk status"
    if report.quarantined:
        missing = counted(report.quarantined, "record is", "records are")
        yield f"! {missing} missing from these numbers: servicedesk quarantine list"
    yield ""
    yield from breakdowns(numbers)
    for entry in report.watch:
        yield ""
        yield from _watch(entry, report)
    yield ""
    yield f"{report.overloaded}: {count(len(numbers.overloaded))}"
    for figure in numbers.overloaded:
        yield f"  {cut(figure.label, _LABEL)} {count(figure.count):>7}"


def breakdowns(numbers: DeskNumbers) -> Iterator[str]:
    """Yield the open tickets by queue, status, technician and so on, as lines."""
    yield f"Open tickets: {count(numbers.open.count)}"
    for title, figures in dimensions(numbers).values():
        yield ""
        yield f"By {title.lower()}"
        yield from _bars(figures)


def _freshness(numbers: DeskNumbers, zone: ZoneInfo) -> Iterator[str]:
    yield summary(numbers, zone)
    for stream in (one for one in freshness(numbers) if not one.is_complete):
        age = since(stream.last_success_at, numbers.at)
        name = cut(f"{stream.connection} {stream.stream}", _LABEL)
        yield f"  {name} {count(stream.rows):>9}  {completeness(stream, zone):<32} read {age}"


def _bars(figures: tuple[Figure, ...]) -> Iterator[str]:
    largest = max((figure.count for figure in figures), default=0)
    for figure in figures[:_BARS]:
        bar = "█" * (round(_BAR * figure.count / largest) if largest else 0)
        yield f"  {cut(figure.label.replace('_', ' '), _LABEL)} {bar:<{_BAR}} {count(figure.count):>7}"
    if more := figures[_BARS:]:
        yield f"  {cut(f'{count(len(more))} more', _LABEL)} {'':<{_BAR}} {count(sum(f.count for f in more)):>7}"


def _watch(entry: WatchList, report: DeskReport) -> Iterator[str]:
    yield f"{entry.title}: {count(entry.count)}"
    for ticket in entry.tickets[:_ROWS]:
        yield "  " + _ticket(ticket, report)
    if entry.count > min(len(entry.tickets), _ROWS):
        yield f"  ... {entry.command}"


def _ticket(ticket: TicketRow, report: DeskReport) -> str:
    number = ticket.number or ticket.external_id
    age = ago(ticket.created_at, report.numbers.at)
    spent = work(ticket, " of ") if ticket.estimated_s else ""
    who = ticket.assignee or "nobody"
    columns = ((number, 16), (ticket.title, 31), (ticket.company or "", 20), (who, 16), (age, 11), (spent, 20))
    return " ".join(cut(*column) for column in columns).rstrip()


def cut(text: str, width: int) -> str:
    """Return a text as one line of exactly so many characters."""
    line = " ".join(text.split())
    return line[: width - 1] + "…" if len(line) > width else f"{line:<{width}}"


def _listed(report: DeskReport) -> list[TicketRow]:
    """Return the oldest open tickets and those of the lists, each once, the oldest first."""
    tickets = {ticket.local_id: ticket for ticket in report.tickets}
    for watch in report.watch:
        tickets |= {ticket.local_id: ticket for ticket in watch.tickets}
    return sorted(tickets.values(), key=lambda one: (one.created_at is None, one.created_at or report.numbers.at))
