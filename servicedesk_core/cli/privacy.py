"""``servicedesk privacy export``: it writes a file that nobody else may read."""

from pathlib import Path
from typing import Annotated

import typer

from servicedesk_core.cli.shell.arguments import Json
from servicedesk_core.cli.shell.context import Cli
from servicedesk_core.wording import counted

_WHO = "The vendor's id, or the e-mail address, of a contact; the address of a technician, or technician:ID."


def register(group: typer.Typer) -> None:
    """Add the command to the group of privacy."""
    group.command("export")(export)


def export(
    ctx: typer.Context,
    contact: Annotated[str, typer.Argument(help=_WHO)],
    target: Annotated[
        Path | None, typer.Option("--output", "-o", help="New JSON file, for its owner only; needed without --json.")
    ] = None,
    connection: Annotated[
        str | None, typer.Option("--connection", help="Only of this connection [default: of all].")
    ] = None,
    as_json: Json = False,
) -> None:
    """Write everything that the store holds of a person into a file."""
    from servicedesk_core.faces.document import json_bytes  # noqa: PLC0415
    from servicedesk_core.features.privacy.queries import PrivacyQueries  # noqa: PLC0415
    from servicedesk_core.files import replace_file  # noqa: PLC0415

    cli: Cli = ctx.obj
    if (target is None) is not as_json:
        raise typer.BadParameter("It is either --output FILE or --json.", ctx=ctx)
    found = cli.with_store(lambda desk: desk.call(PrivacyQueries.export, contact, connection=connection))
    if target is not None:
        replace_file(target, json_bytes({"schema": "servicedesk.privacy.export/1", "data": found}))
    told = f"Written to {target}: what the store holds of this person in {counted(len(found.found), 'place')}."
    cli.emit("privacy.export", found, version=1, as_json=as_json, show=lambda: cli.line(told))
