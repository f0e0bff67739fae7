"""The desk report for the terminal: plain text that also reads well in a mail or a log."""

from collections.abc import Iterator
from zoneinfo import ZoneInfo

from servicedesk_core.features.desk_page.queries import DeskNumbers, Figure
from servicedesk_core.features.tickets.model import TicketRow
from servicedesk_core.printing import printable
from servicedesk_core.reports.desk import DeskReport, WatchList
from servicedesk_core.reports.wording import (
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
from servicedesk_core.wording import counted

_BAR = 24
_LABEL = 28
_ROWS = 8
_BARS = 20


def render(report: DeskReport) -> str:
    """Return the report as lines of at most 120 characters, long titles cut.

    Args:
        report: The numbers.
    """
    return printable("\n".join(_lines(report)))


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
    yield f"Open tickets: {count(numbers.open.count)}"
    for title, figures in dimensions(numbers).values():
        yield ""
        yield f"By {title.lower()}"
        yield from _bars(figures)
    for entry in report.watch:
        yield ""
        yield from _watch(entry, report)
    yield ""
    yield f"{report.overloaded}: {count(len(numbers.overloaded))}"
    for figure in numbers.overloaded:
        yield f"  {_cut(figure.label, _LABEL)} {count(figure.count):>7}"


def _freshness(numbers: DeskNumbers, zone: ZoneInfo) -> Iterator[str]:
    yield summary(numbers, zone)
    for stream in (one for one in freshness(numbers) if not one.is_complete):
        age = since(stream.last_success_at, numbers.at)
        name = _cut(f"{stream.connection} {stream.stream}", _LABEL)
        yield f"  {name} {count(stream.rows):>9}  {completeness(stream, zone):<32} read {age}"


def _bars(figures: tuple[Figure, ...]) -> Iterator[str]:
    largest = max((figure.count for figure in figures), default=0)
    for figure in figures[:_BARS]:
        bar = "█" * (round(_BAR * figure.count / largest) if largest else 0)
        yield f"  {_cut(figure.label.replace('_', ' '), _LABEL)} {bar:<{_BAR}} {count(figure.count):>7}"
    if more := figures[_BARS:]:
        yield f"  {_cut(f'{count(len(more))} more', _LABEL)} {'':<{_BAR}} {count(sum(f.count for f in more)):>7}"


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
    return " ".join(_cut(*column) for column in columns).rstrip()


def _cut(text: str, width: int) -> str:
    line = " ".join(text.split())
    return line[: width - 1] + "…" if len(line) > width else f"{line:<{width}}"
