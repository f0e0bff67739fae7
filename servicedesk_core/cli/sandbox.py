"""``servicedesk sandbox``: a group with a command for each stand-in, whose options are those that it declares."""

import errno
import inspect
import os
import signal
import sys
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup
from typer.main import get_command

from servicedesk_core.cli.shell.context import Cli
from servicedesk_core.errors import ServiceDeskError, SettingsError
from servicedesk_core.system import is_windows

if TYPE_CHECKING:
    from servicedesk_core.sandboxing import Launch
    from servicedesk_core.sandboxing.launching import Choice

Port = Annotated[int, typer.Option("--port", min=0, max=65535, help="Port on loopback; 0 = a free one.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print address and credentials as one JSON line.")]
WithParent = Annotated[bool, typer.Option("--with-parent", hidden=True, help="End when standard input closes.")]

_ABOUT = """It is for this machine only and runs until Ctrl-C. Prints its address and the credentials that it accepts;
they are made up and open nothing else."""


def register(app: typer.Typer) -> None:
    """Add the group."""
    about = f"Run a stand-in of a vendor's system.\n\n{_ABOUT}"
    group = typer.Typer(help=about, no_args_is_help=True, cls=_StandIns)
    group.callback()(_group)
    app.add_typer(group, name="sandbox")


def _group() -> None:
    """Take no options of its own."""


class _StandIns(TyperGroup):
    def list_commands(self, ctx: Any) -> list[str]:
        """Return the names of the installed stand-ins."""
        from servicedesk_core.machine.sandboxes import installed_sandboxes  # noqa: PLC0415

        del ctx
        return sorted(installed_sandboxes())

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """Return the command of a stand-in; of one that is missing or broken, a command that says so."""
        from servicedesk_core.machine.sandboxes import sandbox_launch  # noqa: PLC0415

        del ctx
        try:
            function = _command(cmd_name, sandbox_launch(cmd_name))
        except ServiceDeskError as error:
            function = _failing(error)
        app = typer.Typer(rich_markup_mode=None, add_completion=False)
        app.command(cmd_name)(function)
        return get_command(app)


def _failing(error: ServiceDeskError) -> Callable[..., None]:
    def fail() -> None:
        raise error

    fail.__doc__ = error.message
    return fail


def _command(name: str, launch: "Launch[Any]") -> Callable[..., None]:
    """Return the function of a command, with the signature that typer reads."""
    choices = launch.choices()

    def run(
        ctx: typer.Context, *, port: int = 0, as_json: bool = False, with_parent: bool = False, **given: Any
    ) -> None:
        cli: Cli = ctx.obj
        if with_parent:
            threading.Thread(target=_end_with_stdin, daemon=True).start()

        def announce(facts: Mapping[str, Any]) -> None:
            _announce(cli, name, facts, as_json=as_json)

        try:
            launch(announce=announce, port=port, **given)
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise
            raise SettingsError(f"Port {port} is in use on this machine.", hint="Name another one.") from error

    run.__doc__ = f"Run the stand-in of {name}.\n\n{_ABOUT}"
    keyword = inspect.Parameter.KEYWORD_ONLY
    parameters = [
        inspect.Parameter("ctx", inspect.Parameter.POSITIONAL_OR_KEYWORD, annotation=typer.Context),
        inspect.Parameter("port", keyword, default=0, annotation=Port),
        *(inspect.Parameter(one.name, keyword, default=one.default, annotation=_typed(one)) for one in choices),
        inspect.Parameter("as_json", keyword, default=False, annotation=AsJson),
        inspect.Parameter("with_parent", keyword, default=False, annotation=WithParent),
    ]
    run.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    run.__annotations__ = {one.name: one.annotation for one in parameters}
    return run


def _typed(choice: "Choice") -> Any:
    name = choice.name.removesuffix("_s").replace("_", "-")
    option = f"--{name}/--no-{name}" if choice.default is True else f"--{name}"
    kind: Any = choice.kind if choice.default is not None else choice.kind | None
    metavar = "SECONDS" if choice.name.endswith("_s") else None
    return Annotated[kind, typer.Option(option, metavar=metavar, help=choice.about)]


def _announce(cli: Cli, name: str, facts: Mapping[str, Any], *, as_json: bool) -> None:
    if as_json:
        import orjson  # noqa: PLC0415

        sys.stdout.write(orjson.dumps(facts).decode() + "\n")
    else:
        width = max(18, *(len(key) + 2 for key in facts))
        for key, value in facts.items():
            sys.stdout.write(f"{key:<{width}}{value}\n")
        if example := _connection(name, facts):
            cli.say(f"\nTo try it, put this into servicedesk.toml:\n\n{example}")
        cli.say("Ctrl-C ends it.")
    sys.stdout.flush()


def _connection(name: str, facts: Mapping[str, Any]) -> str:
    """Return the table of a connection to this stand-in; empty where its connector cannot be loaded."""
    from servicedesk_core.config.toml_file import Section, render  # noqa: PLC0415
    from servicedesk_core.machine.installed import settings_class  # noqa: PLC0415

    try:
        known = [field.alias or key for key, field in settings_class(name, Path.cwd()).model_fields.items()]
    except ServiceDeskError:
        return ""
    values = {"connector": name, "environment": "sandbox"} | {key: facts[key] for key in facts if key in known}
    return render((Section(("connections", name), values),))


def _end_with_stdin() -> None:
    while os.read(0, 1024):
        pass
    if is_windows():
        signal.raise_signal(signal.SIGTERM)  # there, kill ends a process at once, without anything cleaned up
    else:
        os.kill(os.getpid(), signal.SIGTERM)
