"""Arguments and options that several commands have."""

from typing import Annotated

import typer

Number = Annotated[int, typer.Argument(help='Its number in "writes list".')]
Numbers = Annotated[list[int], typer.Argument(help='Numbers in "writes list".')]
Reason = Annotated[str, typer.Option("--reason", help="Why; kept in the audit trail.")]
ConnectionOption = Annotated[str | None, typer.Option("--connection", help="Only over this connection.")]
