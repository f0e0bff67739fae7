"""``servicedesk tickets``."""

from typing import TYPE_CHECKING, Annotated

import typer

from servicedesk_core.cli.arguments import Json
from servicedesk_core.cli.context import Cli
from servicedesk_core.cli.output import facts, plain, table

if TYPE_CHECKING:
    from servicedesk_core.runtime import TicketDetail


def register(app: typer.Typer) -> None:
    """Add the group."""
    group = typer.Typer(help="Tickets in the store.", no_args_is_help=True)
    group.command("list")(list_tickets)
    group.command("show")(show)
    app.add_typer(group, name="tickets")


def list_tickets(
    ctx: typer.Context,
    *,
    connection: Annotated[str | None, typer.Option("--connection", help="Only of this connection.")] = None,
    queue: Annotated[str | None, typer.Option("--queue", help="Name of a queue.")] = None,
    status: Annotated[str | None, typer.Option("--status", help="The vendor's word or a category such as new.")] = None,
    technician: Annotated[
        str | None, typer.Option("--technician", help='Name of an assignee; "none" = unassigned.')
    ] = None,
    company: Annotated[str | None, typer.Option("--company", help="Name of a client.")] = None,
    priority: Annotated[str | None, typer.Option("--priority", help="P1 to P5.")] = None,
    watch: Annotated[str | None, typer.Option("--watch", help="One of the lists of the desk report.")] = None,
    search: Annotated[str | None, typer.Option("--search", help="Part of the number or title.")] = None,
    everything: Annotated[bool, typer.Option("--all", help="Also those that are done.")] = False,
    limit: Annotated[int, typer.Option("--limit", min=1, max=10_000, help="At most so many.")] = 50,
    as_json: Json = False,
) -> None:
    """List tickets, open ones first of all: the oldest come first."""
    cli: Cli = ctx.obj
    tickets = cli.with_desk(
        lambda desk: desk.tickets.list(
            connection=connection,
            queue=queue,
            status=status,
            technician=technician,
            company=company,
            priority=priority,
            watch=watch,
            search=search,
            only_open=not everything,
            limit=limit,
        ),
        read_only=True,
    )
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
        for t in tickets
    ]
    cli.emit("tickets.list", tickets, as_json=as_json, show=lambda: cli.out.print(table(columns, rows)))
    if len(tickets) == limit:
        cli.say(f"These are the first {limit:,}; ask for more with --limit.")


def show(
    ctx: typer.Context,
    ticket: Annotated[str, typer.Argument(help="Ticket number, or the vendor's id.")],
    connection: Annotated[
        str | None, typer.Option("--connection", help="Where it is, if several have that number.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Show one ticket with its notes, time and history. Private notes are shown: it is your own data."""
    cli: Cli = ctx.obj
    found = cli.with_desk(lambda desk: desk.tickets.get(ticket, connection=connection), read_only=True)
    cli.emit("tickets.show", found, as_json=as_json, show=lambda: _show(cli, found))


def _show(cli: Cli, found: "TicketDetail") -> None:
    line = found.ticket
    worked = f"{(line.worked_s or 0) / 3600:.1f} h"
    planned = f" of {line.estimated_s / 3600:.1f} h planned" if line.estimated_s else ""
    cli.out.print(
        facts(
            [
                ("Ticket", line.number or line.external_id),
                ("Title", line.title),
                ("Client", line.company),
                ("Status", f"{line.status or '?'} ({line.status_category or 'not mapped'})"),
                ("Priority", line.priority),
                ("Queue", line.queue),
                ("Technician", line.assignee or "nobody"),
                ("Created", line.created_at),
                ("Due", line.due_at),
                ("Last activity", line.last_activity_at),
                ("Worked", worked + planned),
                ("At the vendor", line.url),
            ]
        )
    )
    if found.description:
        cli.out.print("\n" + "\n".join(plain(text) for text in found.description.splitlines()))
    if found.notes:
        notes = [(n.created_at, n.author, n.visibility, n.title, n.body) for n in found.notes]
        cli.out.print(table(("Written", "By", "Visible to", "Title", "Note"), notes, title="Notes"))
    if found.time_entries:
        entries = [
            (e.worked_at, e.technician, round((e.worked_s or 0) / 3600, 2), e.summary) for e in found.time_entries
        ]
        cli.out.print(table(("When", "Who", "Hours", "Summary"), entries, title="Time"))
    if found.events:
        events = [(e.effective_at, e.type, e.vendor_word, e.before, e.after) for e in found.events]
        cli.out.print(table(("When", "What", "Vendor's word", "Before", "After"), events, title="History"))
