"""Major incidents in a terminal, and what came of one as a page for a browser and for paper."""

from collections.abc import Iterable
from typing import Final
from zoneinfo import ZoneInfo

from servicedesk_core.faces import Narrow, Terminal
from servicedesk_core.faces.html import render
from servicedesk_core.features.incidents.model import (
    Done,
    IncidentDetail,
    IncidentEvent,
    Plan,
    Row,
    UnderIncident,
    What,
)
from servicedesk_core.features.incidents.reporting import IncidentReport
from servicedesk_core.wording import counted, hours, plain

_NARROW: Final = Narrow(cut={"Client": 14}, wraps=frozenset({"Why", "To be known"}), spare=("Client",))


def plan(terminal: Terminal, found: Plan) -> None:
    """Print what an act would do, with the exact words that somebody reads."""
    for what, text in dict.fromkeys((row.what, row.text) for row in found.rows if row.text and not row.is_left):
        terminal.line(f"{_HEADS[what]}:")
        for line in text.splitlines():
            terminal.line(f"  {line}")
        terminal.line()
    rows = [(row.what, row.ticket, row.company, "no" if row.is_left else "yes", row.why) for row in found.rows]
    terminal.table(("What", "Ticket", "Client", "Done", "To be known"), rows, empty="Nothing is done.", narrow=_NARROW)


_HEADS: Final = {
    What.PARENT: "Our own ticket, which no client reads",
    What.LINK: "Link",
    What.UNLINK: "Out",
    What.NOTE: "Each client reads",
    What.INTERNAL: "On our own ticket, for the staff",
    What.CLOSE: "Resolution",
}


def done(terminal: Terminal, result: Done) -> None:
    """Print what became of each ticket."""
    rows = [(row.what, row.ticket, row.company, _became(row), row.write, row.why) for row in result.items]
    columns = ("What", "Ticket", "Client", "State", "Write", "Why")
    terminal.table(columns, rows, empty="Nothing was done.", narrow=_NARROW)


def _became(row: Row) -> str:
    if row.is_left:
        return "left"
    return "done" if row.state is None else str(row.state)


def detail(terminal: Terminal, found: IncidentDetail) -> None:
    """Print a major incident."""
    one = found.incident
    terminal.facts(
        [
            ("Incident", f"{one.number} {one.title}"),
            ("State", one.state),
            ("Our ticket", f"{one.parent}: the vendor has it no more" if one.is_parent_gone else one.parent),
            ("Owner", one.owner),
            ("Declared", one.declared_at),
            ("Told last", one.told_at),
            ("Next update", one.due_at),
            ("Said last", one.said),
        ]
    )
    terminal.rows(UnderIncident, found.tickets, title="Tickets", empty="No ticket stands under it.")
    terminal.rows(IncidentEvent, found.timeline, title="What happened")


def report(terminal: Terminal, found: IncidentReport) -> None:
    """Print what came of a major incident."""
    terminal.facts(list(facts(found)))
    terminal.rows(UnderIncident, found.tickets, title="Tickets", empty="No ticket stood under it.")
    terminal.rows(IncidentEvent, found.timeline, title="What happened")


def html(found: IncidentReport) -> str:
    """Return what came of a major incident as one self-contained page."""
    zone = ZoneInfo(found.timezone)
    return render(
        "servicedesk_core.features.incidents/report.html",
        report=found,
        facts=[(name, plain(value, zone)) for name, value in facts(found) if value is not None],
        timeline=[(plain(one.at, zone), one.what, one.by, one.text) for one in found.timeline],
        tickets=[(one.ticket, one.title, one.company, one.state) for one in found.tickets],
    )


def facts(found: IncidentReport) -> Iterable[tuple[str, object]]:
    """Yield what a report says in figures, with what each is called."""
    yield "Incident", f"{found.number} {found.title}"
    yield "State", found.state
    yield "Client", found.client
    yield "Owner", found.owner
    yield "First ticket", found.began_at
    yield "Declared", _after(found.declared_at, found.to_declare_s, found.timezone)
    yield "Clients told first", _after(found.first_told_at, found.to_first_update_s, found.timezone)
    yield "Closed", _after(found.closed_at, found.to_close_s, found.timezone)
    hit = counted(found.tickets_hit, "ticket")
    of = "" if found.clients_hit is None else f" of {counted(found.clients_hit, 'client')}"
    yield "Hit", hit + of
    yield "Updates", f"{found.in_time:,} in time, {found.late:,} late"
    yield "Promises", f"{found.promises_kept:,} kept, {found.promises_missed:,} missed"
    yield "Said last", found.said


def _after(at: object, after_s: int | None, zone: str) -> str | None:
    if at is None:
        return None
    said = plain(at, ZoneInfo(zone))
    return said if after_s is None else f"{said}, {hours(after_s)} after the first ticket"
