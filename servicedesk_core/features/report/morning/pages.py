"""The morning page for the terminal, for a mail, and as one self-contained page for a browser and for paper."""

from collections.abc import Iterable, Iterator
from textwrap import wrap
from typing import Any
from zoneinfo import ZoneInfo

from servicedesk_core.faces import Figure, Terminal, Verdict
from servicedesk_core.faces.html import render
from servicedesk_core.faces.shown import Point
from servicedesk_core.features.attention import Attention
from servicedesk_core.features.report import wording
from servicedesk_core.features.report.morning.model import Due, DueTimes, Listed, Morning, Night, Trend
from servicedesk_core.features.report.pages import breakdowns, cut, page_values
from servicedesk_core.features.report.wording import count, moment
from servicedesk_core.features.sla import ClockStatus
from servicedesk_core.printing import one_line, printable
from servicedesk_core.wording import counted

MORE = "servicedesk attention list"
_WIDTH = 120


def show(terminal: Terminal, page: Morning) -> None:
    """Print the page."""
    terminal.line(text(page))


def text(page: Morning) -> str:
    """Return the page as lines of at most 120 characters, long titles cut; it also reads well in a mail or a log."""
    return printable("\n".join(_lines(page))).rstrip()


def html(page: Morning) -> str:
    """Return the page as HTML text: no network, no framework, good on paper. Every value of a record is escaped."""
    zone = ZoneInfo(page.timezone)
    lower_half: dict[str, Any] = {"facets": [], "report": None, "say": wording, "zone": zone}
    return render(
        "servicedesk_core.features.report.morning/morning.html",
        morning=page,
        at=page.at,
        more=MORE,
        freshness=wording.summary(page, zone),
        figures=list(zip(page.figures, page.trends, strict=True)),
        due_times=[Point(title, number) for title, number in _due_times(page.due_times)],
        turns=[Point(actor, number) for actor, number in page.next_actors.items()],
        **(lower_half if page.page is None else page_values(page.page)),
    )


def _lines(page: Morning) -> Iterator[str]:
    zone = ZoneInfo(page.timezone)
    yield f"{page.desk}: {moment(page.at, zone)} ({page.timezone})"
    yield ""
    for sentence in (page.verdict, wording.summary(page, zone), *page.caveats, *(f"! {one}" for one in page.alerts)):
        yield from wrap(one_line(sentence), _WIDTH)
    yield ""
    yield f"Since the last working day, {moment(page.since, zone)}: {_nothing(page.night.count)}"
    yield f"  Hours: {page.calendar}"
    yield from (_night(one, zone) for one in page.night.tickets)
    if page.night.count > (shown := len(page.night.tickets)):
        yield f"  ... {shown} of {count(page.night.count)}, emergencies first"
    yield ""
    yield f"Away: {_nothing(len(page.absent))}"
    for person in page.absent:
        kind = f", {person.kind}" if person.kind else ""
        yield f"  {person.name}{kind}, back {moment(person.back_at, zone)}: {counted(person.open, 'open ticket')}"
        for one in person.uncovered:
            lacking = (
                cut(one.ticket, 16),
                cut(one.title, 40),
                cut(one.company or "", 20),
                wording.due(one.next_at, page.at),
            )
            yield f"    no cover: {' '.join(lacking)}"
        yield from (
            f"    no cover: {cut(due.ticket, 16)} {cut(due.title, 40)} {moment(due.at, zone)}"
            for due in person.appointments
        )
    for title, listed, reason in (
        ("Black hole: nobody has to act next (goal 0)", page.black_hole, " --reason black_hole"),
        ("Client replied, and nobody has answered", page.client_replied, " --reason client_replied"),
        ("To look at", page.attention, ""),
    ):
        yield ""
        yield f"{title}: {_nothing(listed.count)}"
        yield from _tickets(listed.tickets, page)
        yield from _more(listed, f"{MORE}{reason}")
    yield from _told(page, zone)
    yield ""
    yield from _clocks(page.clocks)
    yield f"Due times: {', '.join(f'{title} {count(number)}' for title, number in _due_times(page.due_times))}"
    turns = (f"{actor} {count(number)}" for actor, number in page.next_actors.items())
    yield f"Next: {', '.join(turns) or 'nobody'}"
    if page.figures:
        yield ""
        weeks = f"{'13 weeks':<13}  " if page.trends[0].weeks else ""
        yield f"  {'Figures':<34} {'now':>6}  {'goal':<7} {'':<7} {'last 24 h':<24}  {weeks}outside today"
        yield from map(_figure, page.figures, page.trends)
    yield ""
    yield f"Next 4 hours: {_nothing(len(page.upcoming))}"
    yield from (_due(due, zone) for due in page.upcoming)
    yield ""
    yield "Last 7 days                            created   closed     open"
    for line in page.flow:
        yield f"  {cut(line.client or 'all', 34)} {line.created:>9,} {line.closed:>8,} {line.open:>8,}"
    if page.page is not None:
        yield ""
        yield from breakdowns(page.page.numbers)


def _told(page: Morning, zone: ZoneInfo) -> Iterator[str]:
    """Yield what clients were promised, and what the shift before wrote, where there is any."""
    if page.promises:
        yield ""
        yield f"Promised to clients: {count(len(page.promises))}"
    for one in page.promises:
        due = f"{moment(one.due_at, zone)}{' late' if one.due_at < page.at else ''}"
        yield f"  {due} {one.what} {cut(one.ticket, 16)} {cut(one.company or '', 20)} {cut(one.text or one.title, 50)}"
    if page.shift_log:
        yield ""
        yield f"Shift log: {count(len(page.shift_log))}"
    for line in page.shift_log:
        about = f"{line.ticket}: " if line.ticket else ""
        yield from wrap(
            one_line(f"{moment(line.at, zone)} {line.by}: {about}{line.text}"),
            _WIDTH,
            initial_indent="  ",
            subsequent_indent="    ",
        )


def _figure(figure: Figure, trend: Trend) -> str:
    missed = "missed" if figure.verdict is Verdict.MISSED else ""
    outside, day = wording.minutes(figure.minutes_outside), wording.bars(trend.day)
    weeks = f"{wording.bars(trend.weeks):<13}  " if trend.weeks else ""
    value, goal = wording.figure(figure.value), figure.goal or ""
    line = f"  {cut(figure.title, 34)} {value:>6}  {goal:<7} {missed:<7} {day:<24}  {weeks}{outside}"
    return line.rstrip()


def _clocks(status: ClockStatus | None) -> Iterator[str]:
    if status is None or not status.basis.has_policy:
        return
    yield "Promises on open tickets    < 50 %   < 75 %  < 100 %     late   paused  unknown"
    for one in status.clocks:
        numbers = (one.under_half, one.over_half, one.over_three_quarters, one.late, one.paused, one.unknown)
        yield f"  {cut(one.clock.replace('_', ' '), 24)} {' '.join(f'{number:>8,}' for number in numbers)}"


def _due_times(clocks: DueTimes) -> Iterator[tuple[str, int]]:
    for name, title in (("late", "late"), ("soon", "within 4 hours"), ("later", "later"), ("paused", "paused"),
                        ("none", "without one")):  # fmt: skip
        yield title, getattr(clocks, name)


def _night(one: Night, zone: ZoneInfo) -> str:
    kinds = (("emergency", one.is_emergency), ("after hours", one.is_after_hours))
    kind, ticket = ", ".join(word for word, is_so in kinds if is_so), one.ticket
    columns = (
        (moment(ticket.created_at, zone), 16), (kind, 22), (ticket.ticket, 16), (ticket.title, 28),
        (ticket.company or "", 18), (ticket.assignee or "nobody", 12),
    )  # fmt: skip
    return "  " + " ".join(cut(*column) for column in columns).rstrip()


def _tickets(tickets: Iterable[Attention], page: Morning) -> Iterator[str]:
    for one in tickets:
        reason = one.reason.value.replace("_", " ") if one.reason else ""
        when = wording.due(one.next_at, page.at)
        actor = one.next_actor or "nobody"
        columns = (
            (one.ticket, 16), (one.title, 25), (one.company or "", 14), (one.priority or "", 2), (reason, 16),
            (actor, 11), (one.assignee or "nobody", 12), (when, 13),
        )  # fmt: skip
        yield "  " + " ".join(cut(*column) for column in columns).rstrip()


def _due(due: Due, zone: ZoneInfo) -> str:
    who = (due.who or "nobody") + ("" if due.has_cover else " (no cover)")
    columns = ((moment(due.at, zone), 16), (due.kind, 11), (due.ticket, 16), (due.title, 34), (who, 32))
    return "  " + " ".join(cut(*column) for column in columns).rstrip()


def _more(listed: Listed, command: str) -> Iterator[str]:
    if listed.count > len(listed.tickets):
        yield f"  ... {command}"


def _nothing(number: int) -> str:
    return count(number) if number else "none"
