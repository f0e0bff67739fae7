"""``servicedesk tickets``: what the store knows of them, and what is to be changed about them."""

import typer

from servicedesk_core.cli.tickets import acting, reading


def register(app: typer.Typer) -> None:
    """Add the group."""
    group = typer.Typer(help="Tickets in the store, and what is to be changed about them.", no_args_is_help=True)
    group.command("list")(reading.list_tickets)
    group.command("show")(reading.show)
    acting.register(group)
    app.add_typer(group, name="tickets")
