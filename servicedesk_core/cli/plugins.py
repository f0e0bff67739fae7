"""``servicedesk plugins``."""

import typer

from servicedesk_core.cli.arguments import Json
from servicedesk_core.cli.context import Cli
from servicedesk_core.cli.output import table


def register(app: typer.Typer) -> None:
    """Add the group."""
    group = typer.Typer(help="Installed plugins.", no_args_is_help=True)
    group.command("list")(list_plugins)
    app.add_typer(group, name="plugins")


def list_plugins(ctx: typer.Context, as_json: Json = False) -> None:
    """List what is installed, and what is wrong with it. Works without a configuration and with broken plugins."""
    from servicedesk_core.runtime.installed import installed_plugins  # noqa: PLC0415

    cli: Cli = ctx.obj
    found = installed_plugins(cli.config)
    columns = ("Plugin", "Kind", "Distribution", "Version", "State", "Reason")
    rows = [(p.name, p.group.rpartition(".")[2], p.distribution, p.version, p.status, p.reason) for p in found]
    cli.emit("plugins.list", found, as_json=as_json, show=lambda: cli.out.print(table(columns, rows)))
