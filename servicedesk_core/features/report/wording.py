"""How numbers, spans and instants read for people; shared by the terminal and the page."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol
from zoneinfo import ZoneInfo

from servicedesk_core.features.report.model import DeskNumbers, Figure
from servicedesk_core.features.tickets import TicketRow
from servicedesk_core.store.queries.completeness import StreamCompleteness
from servicedesk_core.wording import hours, rounded, worked

_BARS = "▁▂▃▄▅▆▇█"


class Dated(Protocol):
    """A page, as far as it says how old its data are."""

    @property
    def at(self) -> datetime:
        """The instant that it is about."""
        ...

    @property
    def completeness(self) -> tuple[StreamCompleteness, ...]:
        """Age and completeness of the data."""
        ...


def dimensions(numbers: DeskNumbers) -> dict[str, tuple[str, tuple[Figure, ...]]]:
    """Return the figures by dimension, with the dimension's title, in the order they are shown."""
    return {
        "queue": ("Queue", numbers.by_queue),
        "status": ("Status", numbers.by_status),
        "technician": ("Technician", numbers.by_technician),
        "client": ("Client", numbers.by_company),
        "priority": ("Priority", numbers.by_priority),
        "sla": ("SLA", numbers.by_sla),
        "age": ("Age", numbers.by_age),
    }


def freshness(numbers: Dated) -> tuple[StreamCompleteness, ...]:
    """Return the completeness of what was pulled; of what the desk derives from it, none can be missing."""
    return tuple(stream for stream in numbers.completeness if stream.is_read)


def summary(numbers: Dated, zone: ZoneInfo) -> str:
    """Say in one sentence how complete and how old the data is."""
    streams = freshness(numbers)
    if not streams:
        return "Nothing was read yet."
    missing = [s.stream for s in streams if not s.is_complete]
    state = f"Not complete yet: {', '.join(missing)}." if missing else "Everything asked for is here."
    reads = sorted((s.last_success_at, s.stream.replace("_", " ")) for s in streams if s.last_success_at)
    tickets = min((at for at, stream in reads if stream == "tickets"), default=None)
    if tickets:
        state += f" Tickets were read {since(tickets, numbers.at)} ({moment(tickets, zone)})."
    if not reads:
        return state
    oldest, stream = reads[0]
    if tickets is None and len(reads) == 1:
        state += f" It was read {since(oldest, numbers.at)} ({moment(oldest, zone)})."
    elif tickets is None or since(oldest, numbers.at) != since(tickets, numbers.at):
        state += f" The oldest data are {stream}, read {since(oldest, numbers.at)} ({moment(oldest, zone)})."
    return state


def completeness(stream: StreamCompleteness, zone: ZoneInfo) -> str:
    """Say how much of a stream the desk has."""
    if stream.is_complete:
        return f"complete since {day(stream.complete_since, zone)}" if stream.complete_since else "complete"
    if stream.complete_since:
        return f"so far complete since {day(stream.complete_since, zone)}"
    return "not complete yet"


def span(seconds: float | None) -> str:
    """Say a span in its two largest units, or a dash for an unknown one."""
    if seconds is None:
        return "-"
    minutes = int(seconds) // 60
    days, minutes = divmod(minutes, 24 * 60)
    whole_hours, minutes = divmod(minutes, 60)
    if days:
        return f"{days} d {whole_hours} h" if whole_hours and days < 10 else f"{days} d"  # noqa: PLR2004
    if whole_hours:
        return f"{whole_hours} h {minutes} min" if minutes else f"{whole_hours} h"
    return f"{minutes} min"


def work(ticket: TicketRow, between: str) -> str:
    """Say the recorded and the planned time of a ticket."""
    recorded = worked(ticket.worked_s, ticket.untimed_entries)
    return f"{recorded}{between}{'-' if ticket.estimated_s is None else hours(ticket.estimated_s)}"


def moment(instant: datetime | None, zone: ZoneInfo) -> str:
    """Say an instant as local date and time."""
    return "-" if instant is None else instant.astimezone(zone).strftime("%Y-%m-%d %H:%M")


def day(instant: datetime | None, zone: ZoneInfo) -> str:
    """Say an instant as local date."""
    return "-" if instant is None else instant.astimezone(zone).date().isoformat()


def ago(instant: datetime | None, now: datetime) -> str:
    """Say how long ago an instant was."""
    return "-" if instant is None else span(max(0.0, (now - instant).total_seconds()))


def due(instant: datetime | None, now: datetime) -> str:
    """Say how far away a due time is, or how long ago it has passed."""
    if instant is None:
        return ""
    left = (instant - now).total_seconds()
    return f"{span(-left)} late" if left < 0 else f"in {span(left)}"


def since(instant: datetime | None, now: datetime) -> str:
    """Say when something happened, seen from now."""
    if instant is None:
        return "never"
    return "just now" if (now - instant).total_seconds() < 60 else f"{ago(instant, now)} ago"  # noqa: PLR2004


def figure(value: float | None) -> str:
    """Say a figure, or a dash where there is nothing to measure."""
    return "-" if value is None else rounded(value)


def minutes(number: float | None) -> str:
    """Say a number of minutes as a span; nothing for none, and for an unknown one."""
    return hours(round(number * 60)) if number else ""


def bars(values: Sequence[float | None]) -> str:
    """Draw numbers in a row as bars of text; a gap is one that nobody knows."""
    largest = max((value for value in values if value is not None), default=0)
    steps = len(_BARS) - 1
    return "".join(" " if one is None else _BARS[round(steps * one / largest) if largest else 0] for one in values)


def line(values: Sequence[float | None]) -> str:
    """Return the points of a polyline through numbers in a row, 100 wide and 20 high, that may leave gaps out."""
    largest = max((value for value in values if value is not None), default=0) or 1
    apart = 100 / max(1, len(values) - 1)
    return " ".join(
        f"{at * apart:.1f},{19 - 18 * value / largest:.1f}" for at, value in enumerate(values) if value is not None
    )


def count(number: int) -> str:
    """Group the thousands of a number."""
    return f"{number:,}"
