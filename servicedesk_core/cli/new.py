"""``servicedesk new``."""

from pathlib import Path
from typing import Annotated

import typer

from servicedesk_core.cli.shell.context import Cli
from servicedesk_core.scaffold import FAMILIES, write_connector


def register(app: typer.Typer) -> None:
    """Add the group."""
    group = typer.Typer(help="Beginnings of your own plugins.", no_args_is_help=True)
    group.callback()(_group)
    group.command("connector")(connector)
    app.add_typer(group, name="new")


def _group() -> None:
    """Keep ``connector`` a subcommand although it is the only one."""


def connector(
    ctx: typer.Context,
    name: Annotated[str, typer.Argument(help="Id of the connector, for example acme.")],
    directory: Annotated[Path, typer.Option("--dir", help="Folder to put it in.")] = Path(),
    family: Annotated[str, typer.Option("--family", help=f"What it does: {', '.join(FAMILIES)}.")] = FAMILIES[0],
) -> None:
    """Write an installable distribution with a connector and green tests."""
    cli: Cli = ctx.obj
    for path in write_connector(name, directory, family):
        cli.say(f"  {path}")
    target = directory / name
    cli.say(f"Next: pip install -e '{target}[dev]' && pytest {target}")
