"""``servicedesk claims poll``: what manufacturers say of claims."""

from typing import Annotated

import typer

from servicedesk_core.cli.claims import pages
from servicedesk_core.cli.shell.arguments import Json
from servicedesk_core.cli.shell.context import Cli


def poll(
    ctx: typer.Context,
    connection: Annotated[
        list[str] | None, typer.Argument(help="Connections [default: all that claims go through].")
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="Also claims that are not due for a look yet.")] = False,
    as_json: Json = False,
) -> None:
    """Ask manufacturers how open claims stand, and tell of parts that should have been back. Sends no claim."""
    cli: Cli = ctx.obj
    outcomes = cli.with_desk(lambda desk: desk.claims.poll(tuple(connection or ()), everything=everything))
    cli.emit("claims.poll", outcomes, as_json=as_json, show=lambda: pages.polled(cli, outcomes, everything=everything))
    for outcome in outcomes:
        if outcome.error is not None:
            cli.complain(outcome.error, outcome.connection)
    if failed := [outcome.error for outcome in outcomes if outcome.error is not None]:
        raise typer.Exit(max(error.exit_code for error in failed))
