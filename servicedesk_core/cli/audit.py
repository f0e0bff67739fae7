"""``servicedesk audit export``: it writes while it reads."""

from contextlib import nullcontext
from pathlib import Path
from typing import Annotated

import typer

from servicedesk_core.cli.shell.context import Cli
from servicedesk_core.cli.shell.output import while_read
from servicedesk_core.wording import counted


def register(group: typer.Typer) -> None:
    """Add the command to the group of the audit trail."""
    group.command("export")(export)


def export(
    ctx: typer.Context,
    target: Annotated[Path | None, typer.Argument(help="File to write [default: standard output].")] = None,
) -> None:
    """Write the whole chain as JSON lines, each record with its hash."""
    cli: Cli = ctx.obj
    with nullcontext(target) if target else while_read() as file:
        told = cli.with_store(lambda desk: desk.audit.export(file))
        where = f"Written to {target}: " if target else ""
        cli.say(f"{where}{counted(told.records, 'record')}; the newest is no. {told.head}, its hash {told.hash}.")
