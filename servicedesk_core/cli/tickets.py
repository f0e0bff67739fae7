"""``servicedesk tickets``."""

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from servicedesk_core.cli import ticket_acts
from servicedesk_core.cli.shell.arguments import Json
from servicedesk_core.cli.shell.context import Cli
from servicedesk_core.cli.shell.output import plain, printable
from servicedesk_core.errors import SettingsError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from servicedesk_core.store.queries.tickets import TicketDetail, TicketPage

NOBODY = "none"
"""Stands for "has none" in a filter."""


class Watch(StrEnum):
    """Lists that somebody should look at; the desk report shows the same."""

    NEW = "new"
    WAITING = "waiting"
    HOLD_OVERDUE = "hold-overdue"
    UNASSIGNED = "unassigned"
    OVER_ESTIMATE = "over-estimate"


_NONE = "The store has no such ticket; servicedesk status says how complete it is."
_NONE_OPEN = "The store has no such open ticket; --all also looks at those that are done."


def register(app: typer.Typer) -> None:
    """Add the group."""
    group = typer.Typer(help="Tickets in the store, and what is to be changed about them.", no_args_is_help=True)
    group.command("list")(list_tickets)
    group.command("show")(show)
    ticket_acts.register(group)
    app.add_typer(group, name="tickets")


def list_tickets(
    ctx: typer.Context,
    *,
    connection: Annotated[str | None, typer.Option("--connection", help="Only of this connection.")] = None,
    queue: Annotated[str | None, typer.Option("--queue", help='Name of a queue; "none" = in no queue.')] = None,
    status: Annotated[str | None, typer.Option("--status", help='A category such as new; "none" = not mapped.')] = None,
    technician: Annotated[str | None, typer.Option("--technician", help='Who has it; "none" = nobody.')] = None,
    company: Annotated[str | None, typer.Option("--company", help='Name of a client; "none" = of no client.')] = None,
    priority: Annotated[str | None, typer.Option("--priority", help='P1 to P5; "none" = without one.')] = None,
    watch: Annotated[Watch | None, typer.Option("--watch", help="One of the lists of the desk report.")] = None,
    search: Annotated[str | None, typer.Option("--search", help="Part of the title, or the number.")] = None,
    everything: Annotated[bool, typer.Option("--all", help="Also those that are done.")] = False,
    limit: Annotated[int, typer.Option("--limit", min=1, max=1_000, help="At most so many.")] = 50,
    after: Annotated[str | None, typer.Option("--after", help='"next" of the page before.')] = None,
    as_json: Json = False,
) -> None:
    """List tickets, the newest first; the lists of the desk report begin with the oldest. Only open ones by default."""
    from servicedesk_core.clock import SystemClock  # noqa: PLC0415
    from servicedesk_core.store.queries.tickets import TicketFilter  # noqa: PLC0415

    cli: Cli = ctx.obj
    given: dict[str, Any] = {
        "connection": connection,
        "only_open": not everything,
        "queue": _or_none(queue),
        "assignee": _or_none(technician),
        "company": _or_none(company),
        "priority": _or_none(priority.upper() if priority and priority.lower() != NOBODY else priority),
        "text": search,
        **_status(status),
    }
    chosen = TicketFilter(**given | (_watched(watch, SystemClock().now()) if watch else {}))
    page = cli.with_desk(
        lambda desk: desk.tickets.list(chosen, after=after, limit=limit, oldest_first=watch is not None), read_only=True
    )
    cli.emit("tickets.list", page, as_json=as_json, show=lambda: _show_page(cli, page, everything=everything))


def show(
    ctx: typer.Context,
    ticket: Annotated[str, typer.Argument(help="Ticket number, or the vendor's id.")],
    connection: Annotated[str | None, typer.Option("--connection", help="Where it is, if several have it.")] = None,
    as_json: Json = False,
) -> None:
    """Show one ticket with its notes, time and history. Private notes are shown: it is your own data."""
    cli: Cli = ctx.obj
    found = cli.with_desk(lambda desk: desk.tickets.get(ticket, connection=connection), read_only=True)
    cli.emit("tickets.show", found, as_json=as_json, show=lambda: _show(cli, found))


def _or_none(value: str | None) -> str | None:
    return "" if value is not None and value.lower() == NOBODY else value


def _status(word: str | None) -> dict[str, Any]:
    from servicedesk_core.config.values import did_you_mean  # noqa: PLC0415
    from servicedesk_core.domain import StatusCategory  # noqa: PLC0415

    if word is None:
        return {}
    if word.lower() == NOBODY:
        return {"unmapped_status": True}
    category = word.lower().replace(" ", "_").replace("-", "_")
    if category not in list(StatusCategory):
        raise SettingsError(
            f'"{word}" is no status category.{did_you_mean(category, list(StatusCategory))}',
            hint=f'Categories are {", ".join(StatusCategory)}, or "none" for words that are not mapped.',
        )
    return {"categories": (StatusCategory(category),)}


def _watched(watch: Watch, now: "datetime") -> dict[str, Any]:
    from servicedesk_core.domain import StatusCategory  # noqa: PLC0415
    from servicedesk_core.store.queries.desk import WAITING, WAITING_TOO_LONG  # noqa: PLC0415

    filters: dict[Watch, dict[str, Any]] = {
        Watch.NEW: {"categories": (StatusCategory.NEW,)},
        Watch.WAITING: {"categories": WAITING, "last_activity_before": now - WAITING_TOO_LONG},
        Watch.HOLD_OVERDUE: {"categories": (StatusCategory.ON_HOLD,), "due_before": now},
        Watch.UNASSIGNED: {"assignee": ""},
        Watch.OVER_ESTIMATE: {"over_estimate": True},
    }
    return filters[watch]


def _show_page(cli: Cli, page: "TicketPage", *, everything: bool) -> None:
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
        for t in page.rows
    ]
    cli.table(
        columns,
        rows,
        empty=_NONE if everything else _NONE_OPEN,
    )
    if page.next:
        cli.say(f"There are more: --after {page.next}")


def _show(cli: Cli, found: "TicketDetail") -> None:
    row, ticket = found.row, found.ticket
    people = found.names.get("technicians", {})
    worked = sum(entry.worked_s or 0 for entry in found.time_entries)
    planned = f" of {ticket.estimated_s / 3600:.1f} h planned" if ticket.estimated_s else ""
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
            ("Worked", f"{worked / 3600:.1f} h{planned}"),
            ("At the vendor", row.url),
            ("Gone", f"{cli.plain(found.gone_at)}: {found.gone_reason}" if found.gone_at else None),
        ]
    )
    if ticket.description:
        cli.out.print(f"{printable(ticket.description)}\n", soft_wrap=True)
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
                round((e.worked_s or 0) / 3600, 2),
                e.summary,
            )
            for e in found.time_entries
        ]
        cli.table(("When", "Who", "Hours", "Summary"), entries, title="Time")
    if found.events:
        events = [
            (e.effective_at, e.type, e.vendor_word, _change(e.before, found.names), _change(e.after, found.names))
            for e in found.events
        ]
        cli.table(("When", "What", "Vendor's word", "Before", "After"), events, title="History")


def _change(fields: "Mapping[str, Any]", names: "Mapping[str, Mapping[str, str]]") -> str:
    """Return one side of a change, with names in place of the vendor's ids where the desk knows them."""
    from servicedesk_core.domain import REFERENCES  # noqa: PLC0415

    return ", ".join(
        f"{name.removesuffix('_ref')}: {names.get(REFERENCES['tickets'].get(name, ''), {}).get(str(value), value)}"
        for name, value in fields.items()
        if value not in (None, "", [], {})
    )
