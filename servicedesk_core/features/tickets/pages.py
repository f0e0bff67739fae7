"""How one ticket looks in a terminal."""

from collections.abc import Mapping
from typing import Any

from servicedesk_core.domain import REFERENCES, Contact, EventType
from servicedesk_core.domain.warranty.facts import CoverState
from servicedesk_core.faces import Terminal
from servicedesk_core.features.tickets.model import TicketDetail, TicketDevice
from servicedesk_core.printing import one_line, printable
from servicedesk_core.wording import field_name, hours, worked


def ticket(terminal: Terminal, found: TicketDetail) -> None:
    """Print a ticket with its notes, time and history."""
    row, kept = found.row, found.ticket
    people = found.names.get("technicians", {})

    def names(stream: str, ref: str | None) -> str | None:
        return found.names.get(stream, {}).get(ref or "")

    planned = f" of {hours(kept.estimated_s)} planned" if kept.estimated_s else ""
    terminal.facts(
        [
            ("Ticket", row.ticket),
            ("Title", row.title),
            ("Client", row.company),
            ("Site", names("sites", kept.site_ref)),
            ("Contact", _contact(found.contact)),
            ("Device", _device(found.device)),
            ("Contract", names("contracts", kept.contract_ref)),
            ("Category", ", ".join(filter(None, (kept.category, kept.issue, kept.sub_issue)))),
            ("Status", f"{row.status or '?'} ({row.status_category or 'not mapped'})"),
            ("Priority", row.priority),
            ("Queue", row.queue),
            ("Technician", row.assignee or "nobody"),
            ("Created", row.created_at),
            ("Due", row.due_at),
            ("SLA", _agreement(terminal, found)),
            ("Resolved", kept.resolved_at),
            ("Last activity", row.last_activity_at),
            ("Worked", f"{worked(row.worked_s, row.untimed_entries)}{planned}"),
            ("At the vendor", row.url),
            ("Gone", f"{terminal.plain(found.gone_at)}: {found.gone_reason}" if found.gone_at else None),
        ]
    )
    if kept.description:
        terminal.line(f"{kept.description.rstrip()}\n")
    if kept.resolution:
        terminal.line("Resolution", style="bold")
        terminal.line(f"{kept.resolution.rstrip()}\n")
    if found.notes:
        terminal.line("Notes", style="bold")
        for note in found.notes:
            unnamed = " ".join(filter(None, (note.author_type, note.author_ref)))
            author = people.get(note.author_ref or "") or unnamed
            body, title = note.body or "", note.title or ""
            head = (
                terminal.plain(note.created_at),
                one_line(author),
                one_line(note.visibility or ""),
                "" if body.startswith(title.rstrip("….")) else one_line(title),  # a title made from the text itself
            )
            lines = printable(body).splitlines()
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
            for e in sorted(found.events, key=lambda one: (one.effective_at, one.type is EventType.SNAPSHOT))
        ]
        terminal.table(("When", "What", "Vendor's word", "Before", "After"), events, title="History")


def _contact(contact: Contact | None) -> str | None:
    if contact is None:
        return None
    name = " ".join(filter(None, (contact.first_name, contact.last_name)))
    return ", ".join(filter(None, (name, contact.phone, contact.mobile_phone, contact.email))) or None


def _device(device: TicketDevice | None) -> str | None:
    if device is None:
        return None
    serial = f"serial number {device.serial_number}" if device.serial_number else None
    until = f" until {device.until}" if device.until and device.state is CoverState.COVERED else ""
    cover = f"{device.state.value.replace('_', ' ')}{until}"
    made = " ".join(filter(None, (device.manufacturer, device.model))) or None
    return ", ".join(filter(None, (device.name, made, serial, cover)))


def _agreement(terminal: Terminal, found: TicketDetail) -> str | None:
    """Return the vendor's agreement with what it asks for next, or how it ended."""
    kept = found.ticket
    due = f"due next {terminal.plain(found.row.sla_due_at)}" if found.row.sla_due_at else None
    ended = {True: "met", False: "missed", None: None}[kept.sla_met]
    return ", ".join(filter(None, (kept.sla, due, ended))) or None


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
