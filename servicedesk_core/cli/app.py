"""Puts the commands together."""

import sys
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from servicedesk_core import __version__
from servicedesk_core.cli.catalog import NAMES, WITHOUT_DESK, OurCommands, from_plugins, sections
from servicedesk_core.cli.shell import exit_codes
from servicedesk_core.cli.shell.arguments import hoist, wants_csv, wants_json
from servicedesk_core.cli.shell.context import CONFIG_VARIABLE, DEFAULT_CONFIG, Cli

HELP = """One local desk for a managed service provider: your tickets, what is covered, what is claimed.

Begin with "servicedesk demo" (a made-up desk on this machine, nothing to configure) or "servicedesk init" (your own).
The options below may stand anywhere on the line.
"""


_WIDEST = max(map(len, NAMES))


class LogFormat(StrEnum):
    """How messages on standard error are written."""

    TEXT = "text"
    JSON = "json"


class _Program(TyperGroup):
    """Knows our commands by name, imports the one that is invoked, and finds those of plugins."""

    def __init__(self, **attributes: Any) -> None:
        super().__init__(**attributes | {"commands": {}})
        self.commands = OurCommands()  # type: ignore[assignment]  # nothing is ever added to it

    def invoke(self, ctx: Any) -> None:
        """Run the invoked command, whose result is no exit code; what ends it with one raises it."""
        super().invoke(ctx)

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """Write the help page's lists without importing a command."""
        del ctx
        theirs = from_plugins()
        for section, commands in (sections() | ({"From plugins": theirs} if theirs else {})).items():
            with formatter.section(section):
                formatter.write_dl([(name.ljust(_WIDEST), words) for name, words in commands.items()])

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """Return a command of ours, else import the plugin that offers it."""
        if cmd_name in self.commands:
            return self.commands[cmd_name]
        from servicedesk_core.cli import plugin_commands  # noqa: PLC0415  # looks at everything that is installed

        cli = ctx.ensure_object(Cli)
        cli.config_option = ctx.params.get("config")  # the callback that keeps it runs later
        theirs = plugin_commands.find(cli, cmd_name)
        if theirs is None and (near := plugin_commands.nearest(cli, cmd_name, self.commands)):
            ctx.fail(f"No such command '{cmd_name}'. Did you mean '{near}'?")
        return theirs


def build() -> typer.Typer:
    """Return the program with all its commands."""
    app = typer.Typer(
        cls=_Program,
        help=HELP,
        epilog=exit_codes.epilog(),
        no_args_is_help=True,
        rich_markup_mode=None,  # rich's help pages cost more than the whole rest of the start
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback()(_options)
    return app


def execute(argv: Sequence[str]) -> int:
    """Run one command; every error ends here as a message and an exit code."""
    cli = Cli(as_json=wants_json(argv), is_for_programs=wants_json(argv) or wants_csv(argv))
    try:
        code = _code_of(hoist(argv), cli)
        sys.stdout.flush()
    except (Exception, KeyboardInterrupt) as error:  # noqa: BLE001  # the one place where everything is reported
        from servicedesk_core.cli.shell import failures  # noqa: PLC0415

        return failures.report(error, cli)
    return code


def _code_of(argv: Sequence[str], cli: Cli) -> int:
    try:
        code: int | None = build()(argv, prog_name="servicedesk", obj=cli, standalone_mode=False)
    except SystemExit as stop:
        return stop.code if isinstance(stop.code, int) else 0 if stop.code is None else 1
    if code == exit_codes.INTERRUPTED:  # the library makes a code of Ctrl-C
        raise KeyboardInterrupt
    return code or 0


def _tell_version(wanted: bool) -> None:
    """Tell the version among other options; alone it is told before anything is imported."""
    if wanted:
        typer.echo(f"servicedesk {__version__}")
        raise typer.Exit


def _options(
    ctx: typer.Context,
    *,
    config: Annotated[
        Path | None,
        typer.Option(
            "--config",
            "-c",
            metavar="FILE",
            help=f"The configuration [default: ${CONFIG_VARIABLE} or {DEFAULT_CONFIG}].",
        ),
    ] = None,
    debug: Annotated[
        bool, typer.Option("--debug", help="Log everything and show tracebacks; secrets stay masked.")
    ] = False,
    quiet: Annotated[
        bool, typer.Option("--quiet", "-q", help="No messages and no progress, only data and errors.")
    ] = False,
    acting_as: Annotated[
        str | None, typer.Option("--as", metavar="NAME", help="Take the place of this person of [people].")
    ] = None,
    log_format: Annotated[
        LogFormat, typer.Option("--log-format", help="Messages as lines of text, or as one JSON object a line.")
    ] = LogFormat.TEXT,
    version: Annotated[
        bool,
        typer.Option("--version", "-V", help="Print the version and exit.", is_eager=True, callback=_tell_version),
    ] = False,
) -> None:
    del version  # was told
    if acting_as is not None and ctx.invoked_subcommand in WITHOUT_DESK:
        message = (
            f'--as takes the place of somebody on a desk, and "{ctx.invoked_subcommand}" opens none. Leave it out.'
        )
        raise typer.BadParameter(message, ctx=ctx)
    cli = ctx.ensure_object(Cli)
    cli.config_option, cli.debug, cli.quiet, cli.log_format = config, debug, quiet, log_format
    cli.acting_as = acting_as
