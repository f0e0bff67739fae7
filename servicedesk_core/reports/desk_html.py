"""The desk report as one self-contained page: no network, no framework, good on paper."""

from collections.abc import Iterable
from importlib.resources import files
from string import Template
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from servicedesk_core.reports.desk import DeskReport, WatchList
from servicedesk_core.reports.wording import (
    ago,
    completeness,
    count,
    dimensions,
    escape,
    freshness,
    moment,
    place_of,
    summary,
    work,
)
from servicedesk_core.store.queries.completeness import StreamCompleteness
from servicedesk_core.store.queries.desk import Figure
from servicedesk_core.store.queries.tickets import TicketRow
from servicedesk_core.wording import counted

_COLUMNS = (
    "Ticket", "Title", "Client", "Queue", "Status", "Technician", "Priority", "Age", "Last activity",
    "Worked / planned",
)  # fmt: skip


def render(report: DeskReport) -> str:
    """Return the page as HTML text.

    Args:
        report: The numbers.

    Returns:
        A complete document; every value of a record is escaped.
    """
    page = files(__package__).joinpath("desk.html").read_text(encoding="utf-8")
    zone = ZoneInfo(report.timezone)
    numbers = report.numbers
    return Template(page).substitute(
        desk=escape(report.desk),
        as_of=escape(f"{moment(numbers.at, zone)} ({report.timezone})"),
        headline="".join(_headline(report)),
        warnings="".join(_warnings(report)),
        summary=escape(summary(numbers, zone)),
        details="" if all(stream.is_complete for stream in freshness(numbers)) else " open",
        freshness="".join(_freshness(stream, report, zone) for stream in freshness(numbers)),
        dimensions="".join(_dimension(name, title, bars) for name, (title, bars) in dimensions(numbers).items()),
        overloaded=_overloaded(report),
        watch="".join(_watch(entry, report) for entry in report.watch),
        head=_head(),
        tickets="".join(_row(ticket, report) for ticket in report.tickets),
        shown=count(len(report.tickets)),
        open_tickets=count(numbers.open.count),
    )


def _headline(report: DeskReport) -> Iterable[str]:
    number = count(report.numbers.open.count)
    yield f"<a class='figure' href='#tickets' data-all><b>{number}</b><span>open tickets</span></a>"
    for entry in report.watch:
        yield _figure(entry.id, entry.count, entry.title)
    yield _figure("overloaded", len(report.numbers.overloaded), "Technicians with more than 20 open")


def _figure(anchor: str, number: int, title: str) -> str:
    tone = "alert" if number else "calm"
    text = escape(title.lower())
    return f"<a class='figure {tone}' href='#{anchor}'><b>{count(number)}</b><span>{text}</span></a>"


def _warnings(report: DeskReport) -> Iterable[str]:
    if report.unmapped:
        unmapped = counted(report.unmapped, "open ticket has", "open tickets have")
        yield (
            f"<p class='warning'>{unmapped} a status that the configuration gives no meaning; what has none "
            "counts as open. See <code>servicedesk status</code>.</p>"
        )
    if report.quarantined:
        missing = counted(report.quarantined, "record is", "records are")
        yield (
            f"<p class='warning'>{missing} missing from these numbers: the desk could not understand what came. "
            " See <code>servicedesk quarantine list</code>.</p>"
        )


def _freshness(stream: StreamCompleteness, report: DeskReport, zone: ZoneInfo) -> str:
    state = escape(completeness(stream, zone))
    tone = "" if stream.is_complete else " class='bad'"
    synced, now = stream.last_success_at, report.numbers.at
    return (
        f"<tr><td>{escape(stream.connection)}</td><td>{escape(stream.stream)}</td>"
        f"<td class='n'>{count(stream.rows)}</td>"
        f"<td{tone}>{state}</td><td>{moment(synced, zone)}</td><td class='n'>{ago(synced, now)}</td></tr>"
    )


def _dimension(name: str, title: str, figures: tuple[Figure, ...]) -> str:
    largest = max((figure.count for figure in figures), default=0)
    bars = "".join(_bar(name, figure, largest) for figure in figures)
    return f"<section class='card'><h2>By {title.lower()}</h2><table class='bars'>{bars}</table></section>"


def _bar(dimension: str, figure: Figure, largest: int) -> str:
    width = round(100 * figure.count / largest) if largest else 0
    label = escape(figure.label.replace("_", " ") if dimension == "status" else figure.label)
    return (
        f"<tr><th scope='row' title='{label}'>{label}</th><td><i style='width:{width}%'></i></td>"
        f"<td class='n'>{_opens(dimension, figure)}</td></tr>"
    )


def _opens(dimension: str, figure: Figure) -> str:
    target = escape(f"{dimension}={figure.label}")
    return f"<a href='#tickets' data-filter=\"{target}\">{count(figure.count)}</a>"


def _overloaded(report: DeskReport) -> str:
    busy = report.numbers.overloaded
    rows = "".join(f"<li>{escape(f.label)}: {_opens('technician', f)} open tickets</li>" for f in busy)
    body = f"<ul>{rows}</ul>" if rows else "<p class='note'>Nobody.</p>"
    return (
        "<section class='list' id='overloaded'>"
        f"<h2>Technicians with more than 20 open tickets <b>{count(len(busy))}</b></h2>"
        f"<p class='note'>Open tickets that one technician owns.</p>{body}</section>"
    )


def _watch(entry: WatchList, report: DeskReport) -> str:
    rows = "".join(_row(ticket, report) for ticket in entry.tickets)
    table = f"<div class='scroll'><table class='tickets'>{_head()}<tbody>{rows}</tbody></table></div>"
    more = ""
    if entry.count > len(entry.tickets):
        shown = f"The first {count(len(entry.tickets))} of {count(entry.count)}; all of them"
        more = f"<p class='note'>{shown}: <code>{escape(entry.command)}</code></p>"
    return (
        f"<section class='list' id='{entry.id}'><h2>{escape(entry.title)} <b>{count(entry.count)}</b></h2>"
        f"<p class='note'>{escape(entry.definition)}</p>{table if rows else '<p class=note>None.</p>'}{more}</section>"
    )


def _head() -> str:
    return "<thead><tr>" + "".join(f"<th scope='col'>{name}</th>" for name in _COLUMNS) + "</tr></thead>"


def _row(ticket: TicketRow, report: DeskReport) -> str:
    number = escape(ticket.number or ticket.external_id)
    url = _web_address(ticket.url)
    link = f'<a href="{escape(url)}">{number}</a>' if url else number
    place = place_of(ticket, report.numbers)
    data = " ".join(f'data-{name}="{escape(label)}"' for name, label in place.items())
    said = ticket.worked_s != 0 or ticket.estimated_s
    now = report.numbers.at
    cells = (
        link,
        escape(ticket.title),
        escape(ticket.company or ""),
        escape(ticket.queue or ""),
        escape(ticket.status or ""),
        escape(ticket.assignee or "nobody"),
        escape(ticket.priority or ""),
        ago(ticket.created_at, now),
        ago(ticket.last_activity_at, now),
        work(ticket, " / ") if said else "",
    )
    return f"<tr {data}>" + "".join(f"<td>{cell}</td>" for cell in cells) + "</tr>"


def _web_address(url: str | None) -> str | None:
    """Keep a link only when it opens a page; a vendor's text must not become a script."""
    return url if url is not None and urlsplit(url).scheme in {"https", "http"} else None
