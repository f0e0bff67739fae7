"""How tickets look in a terminal."""

from typing import TYPE_CHECKING, Any

from servicedesk_core.cli.shell.context import Cli
from servicedesk_core.cli.shell.output import plain
from servicedesk_core.cli.shell.tables import Narrow
from servicedesk_core.printing import printable
from servicedesk_core.wording import hours, worked

if TYPE_CHECKING:
    from collections.abc import Mapping

    from servicedesk_core.store.queries.tickets import TicketDetail, TicketPage

_NARROW = Narrow(
    cut={"Title": 20, "Client": 13, "Queue": 11, "Status": 11, "Technician": 12},
    spare=("Created", "Queue", "Due", "Priority", "Client", "Technician"),
)
_NONE = "The store has no such ticket; servicedesk status says how complete it is."
_NONE_OPEN = "The store has no such open ticket; --all also looks at those that are done."


def page(cli: Cli, found: "TicketPage", *, everything: bool) -> None:
    """Print one page of a list."""
    columns = ("Ticket", "Title", "Client", "Queue", "Status", "Technician", "Priority", "Created", "Due")
    rows = [
        (
            t.number or t.external_id,
            t.title,
            t.company,
            t.queue,
            t.status,
            t.assignee,
            t.priority,
            t.created_at,
            t.due_at,
        )
        for t in found.rows
    ]
    cli.table(
        columns,
        rows,
        empty=_NONE if everything else _NONE_OPEN,
        narrow=_NARROW,
    )
    if found.next:
        cli.say(f"There are more: --after {found.next}")


def ticket(cli: Cli, found: "TicketDetail") -> None:
    """Print a ticket with its notes, time and history."""
    row, kept = found.row, found.ticket
    people = found.names.get("technicians", {})
    planned = f" of {hours(kept.estimated_s)} planned" if kept.estimated_s else ""
    cli.facts(
        [
            ("Ticket", row.number or row.external_id),
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
            ("Gone", f"{cli.plain(found.gone_at)}: {found.gone_reason}" if found.gone_at else None),
        ]
    )
    if kept.description:
        cli.out.print(f"{kept.description.rstrip()}\n", soft_wrap=True)
    if found.notes:
        cli.out.print("Notes", style="bold")
        for note in found.notes:
            author = people.get(note.author_ref or "", note.author_type)
            head = (cli.plain(note.created_at), plain(author), plain(note.visibility), plain(note.title))
            lines = printable(note.body or "").splitlines()
            cli.out.print(
                "\n".join(["  ".join(filter(None, head)), *(f"    {line}" for line in lines)]), soft_wrap=True
            )
        cli.out.print()
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
        cli.table(("When", "Who", "Worked", "Summary"), entries, title="Time")
    if found.events:
        events = [
            (e.effective_at, e.type, e.vendor_word, _change(e.before, found.names), _change(e.after, found.names))
            for e in found.events
        ]
        cli.table(("When", "What", "Vendor's word", "Before", "After"), events, title="History")


def _change(fields: "Mapping[str, Any]", names: "Mapping[str, Mapping[str, str]]") -> str:
    """Return one side of a change, with names in place of the vendor's ids where the desk knows them.

    The vendor's word says more than what we made of it: "status: Dispatched" needs no "status_category: scheduled".
    """
    from servicedesk_core.cli.shell.wording import field_name, field_value  # noqa: PLC0415
    from servicedesk_core.domain import REFERENCES  # noqa: PLC0415

    implied = {"status_category": "status", "priority_name": "priority"}

    def said(name: str, value: object) -> object:
        return names.get(REFERENCES["tickets"].get(name, ""), {}).get(str(value)) or field_value(name, value)

    return ", ".join(
        f"{field_name(name)}: {said(name, value)}"
        for name, value in fields.items()
        if value not in (None, "", [], {}) and not fields.get(implied.get(name, ""))
    )
