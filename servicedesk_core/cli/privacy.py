"""``servicedesk privacy``."""

from functools import partial
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
    from servicedesk_core.files import replace_file  # noqa: PLC0415
    from servicedesk_core.runtime import privacy  # noqa: PLC0415

    cli: Cli = ctx.obj
    found = privacy.export(cli.config, who, connection=connection)
    replace_file(target, json_bytes(found))
    cli.out.print(f"Written to {target}: what the store holds of this person in {counted(len(found.found), 'place')}.")


def erase(
    ctx: typer.Context,
    who: Who,
    *,
    connection: Where = None,
    delete_backups: Annotated[
        bool,
        typer.Option(
            "--delete-backups", help="Also delete the desk's own backups and pages that hold them; later too."
        ),
    ] = False,
    yes: Yes = False,
    as_json: Json = False,
) -> None:
    """Take a person out of the store for good, and keep them out when the vendor still has them.

    The vendor is not changed.
    """
    from servicedesk_core.people import Actor, Way  # noqa: PLC0415
    from servicedesk_core.runtime import privacy  # noqa: PLC0415

    cli: Cli = ctx.obj
    more = ", with the desk's own backups that hold them" if delete_backups else ""
    cli.confirm(f"Erase this person from the store for good{more}? It cannot be taken back.", yes=yes)
    actor = str(Actor.of_account(Way.CLI))
    work = partial(privacy.erase, cli.config, who, actor=actor, connection=connection, delete_copies=delete_backups)
    done = cli.run(work)

    def shown() -> None:
        if done.connections:
            cli.out.print(f"Erased: {counted(done.rows, 'row')} in {', '.join(done.connections)}.")
        if not done.compacted:
            cli.out.print("Old versions of rows may lie in the database until it reuses their room (VACUUM).")
        for copy in done.deleted:
            cli.out.print(f"Deleted: {copy}", soft_wrap=True)
        for copy in done.copies:
            cli.out.print(f"May still hold them: {copy}", soft_wrap=True)
        if done.deleted:
            cli.say("  → A new backup: servicedesk store backup")
        if done.copies:
            cli.say("  → Delete these files too: the same command with --delete-backups")
        cli.say("  → What you wrote elsewhere (exports, pages, claim packs, backups) is yours to delete.")

    cli.emit("privacy.erase", done, as_json=as_json, show=shown)
