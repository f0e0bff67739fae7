"""``servicedesk privacy``."""

from pathlib import Path
from typing import Annotated

import typer

from servicedesk_core.cli.shell.arguments import Json, Yes
from servicedesk_core.cli.shell.context import Cli
from servicedesk_core.wording import counted

Who = Annotated[str, typer.Argument(metavar="CONTACT", help="The vendor's id, or the e-mail address, of a contact.")]
Where = Annotated[str | None, typer.Option("--connection", help="Only of this connection [default: of all].")]


def register(app: typer.Typer) -> None:
    """Add the group."""
    group = typer.Typer(help="What the store holds of a person; and forgetting them.", no_args_is_help=True)
    group.command("export")(export)
    group.command("erase")(erase)
    app.add_typer(group, name="privacy")


def export(
    ctx: typer.Context,
    who: Who,
    target: Annotated[Path, typer.Option("--output", "-o", help="New JSON file, for its owner only.")],
    connection: Where = None,
) -> None:
    """Write everything that the store holds of a person into a file."""
    from servicedesk_core.cli.shell.output import json_bytes  # noqa: PLC0415
    from servicedesk_core.runtime import privacy  # noqa: PLC0415
    from servicedesk_core.runtime.files import replace_file  # noqa: PLC0415

    cli: Cli = ctx.obj
    found = privacy.export(cli.config, who, connection=connection)
    replace_file(target, json_bytes(found))
    cli.out.print(f"Written to {target}: what the store holds of this person in {counted(len(found.found), 'place')}.")


def erase(ctx: typer.Context, who: Who, connection: Where = None, yes: Yes = False, as_json: Json = False) -> None:
    """Take a person out of the store for good, and keep them out when the vendor still has them.

    The vendor is not changed.
    """
    from servicedesk_core.runtime import privacy  # noqa: PLC0415
    from servicedesk_core.runtime.acting import account  # noqa: PLC0415

    cli: Cli = ctx.obj
    cli.confirm("Erase this person from the store for good? It cannot be taken back.", yes=yes)
    done = cli.run(lambda: privacy.erase(cli.config, who, actor=account(), connection=connection))

    def shown() -> None:
        cli.out.print(f"Erased: {counted(done.rows, 'row')} in {', '.join(done.connections)}.")
        if not done.compacted:
            cli.out.print("Old versions of rows may lie in the database until it reuses their room (VACUUM).")
        for copy in done.copies:
            cli.out.print(f"Still holds them: {copy}")

    cli.emit("privacy.erase", done, as_json=as_json, show=shown)
