"""Commands of plugins: those of their features and the entry points of ``servicedesk.commands``.

Each is imported when it is invoked.
"""

from collections.abc import Iterable
from difflib import get_close_matches
from typing import Any

import typer
from typer.main import get_command

from servicedesk_core.cli.derived import command_of_feature
from servicedesk_core.cli.shell.context import Cli
from servicedesk_core.errors import PluginLoadError
from servicedesk_core.machine.installed import catalog_at
from servicedesk_core.plugins import COMMANDS, FEATURES


def find(cli: Cli, name: str) -> Any:
    """Return the command or group that an installed plugin offers under a name, or ``None``.

    Args:
        cli: The run.
        name: The first word on the line.

    Raises:
        PluginError: It is disabled, offered twice, or cannot be imported.
    """
    catalog = catalog_at(cli.config)
    plugin = next((p for p in catalog.found if p.group in {COMMANDS, FEATURES} and p.name == name), None)
    if plugin is None:
        return None
    cli.plugin = f"{plugin.distribution} {plugin.version}"
    if plugin.group == FEATURES:
        return command_of_feature(catalog.feature(name))
    app = catalog.command(name)
    if not isinstance(app, typer.Typer) or not (app.registered_commands or app.registered_groups):
        raise PluginLoadError(
            f'The command "{name}" ({plugin.distribution} {plugin.version}) is no typer.Typer with commands.',
            hint="Report it to the plugin's author: the entry point must name a typer.Typer.",
        )
    return get_command(app)


def nearest(cli: Cli, name: str, ours: Iterable[str]) -> str | None:
    """Return the command of a plugin that was probably meant, unless one of ours is nearer.

    Args:
        cli: The run.
        name: What was typed.
        ours: Names of our own commands.
    """
    catalog = catalog_at(cli.config)
    theirs = {*catalog.feature_names(), *(plugin.name for plugin in catalog.commands())}
    near = get_close_matches(name, [*ours, *theirs], n=1)
    return near[0] if near and near[0] in theirs else None
