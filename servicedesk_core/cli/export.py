"""``servicedesk export``."""

from contextlib import nullcontext
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Literal

import typer

from servicedesk_core.cli.shell.context import Cli
from servicedesk_core.cli.shell.output import while_read
from servicedesk_core.wording import counted


class Format(StrEnum):
    """How records are written."""

    CSV = "csv"
    JSONL = "jsonl"


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("export")(export)


def export(
    ctx: typer.Context,
    stream: Annotated[str, typer.Argument(help="Name of a stream, for example tickets.")],
    *,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="FILE", help="Where to [default: output].")
    ] = None,
    file_format: Annotated[
        Format | None, typer.Option("--format", help="[default: as the file ends, .csv or .jsonl; else csv]")
    ] = None,
    connection: Annotated[str | None, typer.Option("--connection", help="Only of this connection.")] = None,
    verbatim: Annotated[
        bool, typer.Option("--verbatim", help="CSV: leave text alone that a spreadsheet would run as a formula.")
    ] = False,
) -> None:
    """Write a stream as CSV or JSON lines.

    All live records, with readable times and joined names. A file appears only when it is complete. Other formats are
    not written: a name that ends in .xlsx or .gz is refused.

    In CSV, text that begins with = + - @ or a tab gets an apostrophe before it, because anybody can write a ticket
    and a spreadsheet would run it as a formula.
    """
    cli: Cli = ctx.obj
    chosen: Literal["csv", "jsonl"] | None = None
    if file_format is not None:
        chosen = "jsonl" if file_format is Format.JSONL else "csv"
    with nullcontext(output) if output else while_read() as target:
        count = cli.with_reader(
            lambda desk: desk.export(stream, target, file_format=chosen, connection=connection, verbatim=verbatim)
        )
        cli.say(f"{counted(count, 'record')} of {stream} written to {output or 'standard output'}.")
