"""How one ticket looks in a terminal."""

from collections.abc import Mapping
from typing import Any

from servicedesk_core.domain import REFERENCES
from servicedesk_core.faces import Terminal
from servicedesk_core.features.tickets.model import TicketDetail
from servicedesk_core.printing import one_line, printable
from servicedesk_core.wording import field_name, hours, worked


def ticket(terminal: Terminal, found: TicketDetail) -> None:
    """Print a ticket with its notes, time and history."""
    row, kept = found.row, found.ticket
    people = found.names.get("technicians", {})
    planned = f" of {hours(kept.estimated_s)} planned" if kept.estimated_s else ""
    terminal.facts(
        [
            ("Ticket", row.ticket),
            ("Title", row.title),
            ("Client", row.company),
            ("Status", f"{row.status or '?'} ({row.status_category or 'not mapped'})"),
            ("Priority", row.priority),
            ("Queue", row.queue),
            ("Technician", row.assignee or "nobody"),
            ("Created", row.created_at),
            ("Due", row.due_at),
            ("Last activity", row.last_activity_at),
            ("Worked", f"{worked(row.worked_s, row.untimed_entries)}{planned}"),
            ("At the vendor", row.url),
            ("Gone", f"{terminal.plain(found.gone_at)}: {found.gone_reason}" if found.gone_at else None),
        ]
    )
    if kept.description:
        terminal.line(f"{kept.description.rstrip()}\n")
    if found.notes:
        terminal.line("Notes", style="bold")
        for note in found.notes:
            author = people.get(note.author_ref or "", note.author_type)
            head = (
                terminal.plain(note.created_at),
                one_line(author or ""),
                one_line(note.visibility or ""),
                one_line(note.title or ""),
            )
            lines = printable(note.body or "").splitlines()
            terminal.line("\n".join(["  ".join(filter(None, head)), *(f"    {line}" for line in lines)]))
        terminal.line()
    if found.time_entries:
        entries = [
            (
                e.start_at or e.work_date,
                people.get(e.technician_ref or ""),
                hours(e.worked_s),
                e.summary,
            )
            for e in found.time_entries
        ]
        terminal.table(("When", "Who", "Worked", "Summary"), entries, title="Time")
    if found.events:
        events = [
            (
                e.effective_at,
                e.type,
                e.vendor_word,
                _change(terminal, e.before, found.names),
                _change(terminal, e.after, found.names),
            )
            for e in found.events
        ]
        terminal.table(("When", "What", "Vendor's word", "Before", "After"), events, title="History")


def _change(terminal: Terminal, fields: Mapping[str, Any], names: Mapping[str, Mapping[str, str]]) -> str:
    """Return one side of a change, with names in place of the vendor's ids where the desk knows them.

    The vendor's word says more than what we made of it: "status: Dispatched" needs no "status_category: scheduled".
    """
    implied = {"status_category": "status", "priority_name": "priority"}

    def said(name: str, value: object) -> object:
        return names.get(REFERENCES["tickets"].get(name, ""), {}).get(str(value)) or _value(terminal, name, value)

    return ", ".join(
        f"{field_name(name)}: {said(name, value)}"
        for name, value in fields.items()
        if value not in (None, "", [], {}) and not fields.get(implied.get(name, ""))
    )


def _value(terminal: Terminal, field: str, value: object) -> str:
    return hours(value) if field.endswith("_s") and type(value) is int else terminal.plain(value)
