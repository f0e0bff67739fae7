"""``servicedesk sandbox``."""

import inspect
import os
import signal
import sys
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from servicedesk_core.cli.shell.context import Cli
from servicedesk_core.system import is_windows


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("sandbox")(sandbox)


def sandbox(
    ctx: typer.Context,
    *,
    name: Annotated[str, typer.Argument(help="Whose stand-in, for example autotask.")],
    port: Annotated[int, typer.Option("--port", min=0, max=65535, help="Port on loopback; 0 = a free one.")] = 0,
    tickets: Annotated[int, typer.Option("--tickets", min=0, help="Tickets on the made-up desk.")] = 2000,
    seed: Annotated[int, typer.Option("--seed", help="Equal seeds make equal desks.")] = 1,
    username: Annotated[str | None, typer.Option("--username", help="User to accept.")] = None,
    secret: Annotated[str | None, typer.Option("--secret", help="Secret to accept.")] = None,
    integration_code: Annotated[
        str | None, typer.Option("--integration-code", help="Integration code to accept.")
    ] = None,
    state: Annotated[Path | None, typer.Option("--state", metavar="FILE", help="Keep the desk in this file.")] = None,
    hostile: Annotated[bool, typer.Option("--hostile", help="Add rows with strange but legal content.")] = False,
    latency_s: Annotated[float, typer.Option("--latency", min=0, help="Seconds added to every call.")] = 0.0,
    now: Annotated[
        datetime | None, typer.Option("--now", help="UTC instant of the desk; its clock then stands still.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print address and credentials as one JSON line.")] = False,
    with_parent: Annotated[
        bool, typer.Option("--with-parent", hidden=True, help="End when standard input closes.")
    ] = False,
) -> None:
    """Run a stand-in of a vendor's system.

    It is for this machine only and runs until Ctrl-C. Prints its address and the credentials that it accepts;
    they are made up and open nothing else.
    """
    from servicedesk_core.machine.sandboxes import sandbox_launcher  # noqa: PLC0415

    cli: Cli = ctx.obj
    launch = sandbox_launcher(name)
    if with_parent:
        threading.Thread(target=_end_with_stdin, daemon=True).start()

    def announce(info: Any) -> None:
        _announce(cli, name, info, as_json=as_json)

    options: dict[str, Any] = {
        "port": port,
        "tickets": tickets,
        "seed": seed,
        "username": username,
        "secret": secret,
        "integration_code": integration_code,
        "state": state,
        "hostile": hostile,
        "latency_s": latency_s,
        "now": None if now is None else now if now.tzinfo else now.replace(tzinfo=UTC),
    }
    launch(announce=announce, **_understood(ctx, launch, options))


def _understood(ctx: typer.Context, launch: Callable[..., None], options: dict[str, Any]) -> dict[str, Any]:
    """Return the options that this stand-in has; one that was given and that it lacks is a mistake."""
    parameters = inspect.signature(launch).parameters
    if any(one.kind is inspect.Parameter.VAR_KEYWORD for one in parameters.values()):
        return options
    for name in options:
        source = ctx.get_parameter_source(name)
        if name not in parameters and source is not None and source.name == "COMMANDLINE":
            option = f"--{name.removesuffix('_s').replace('_', '-')}"
            raise typer.BadParameter(f"this stand-in has no {option}", param_hint=option)
    return {name: value for name, value in options.items() if name in parameters}


def _announce(cli: Cli, name: str, info: Any, *, as_json: bool) -> None:
    from dataclasses import asdict  # noqa: PLC0415

    facts = asdict(info)
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


def _connection(name: str, facts: dict[str, Any]) -> str:
    """Return the table of a connection to this stand-in; empty where its connector cannot be loaded."""
    from servicedesk_core.config.toml_file import Section, render  # noqa: PLC0415
    from servicedesk_core.errors import ServiceDeskError  # noqa: PLC0415
    from servicedesk_core.machine.installed import settings_class  # noqa: PLC0415

    try:
        known = [field.alias or key for key, field in settings_class(name, Path.cwd()).model_fields.items()]
    except ServiceDeskError:
        return ""
    address = next((key for key in known if key == "url"), None) or next((k for k in known if k.endswith("_url")), None)
    values = {"connector": name, "environment": "sandbox"}
    if address and "url" in facts:
        values[address] = facts["url"]
    values |= {key: value for key, value in facts.items() if key in known and key != "url"}
    return render((Section(("connections", name), values),))


def _end_with_stdin() -> None:
    while os.read(0, 1024):
        pass
    if is_windows():
        signal.raise_signal(signal.SIGTERM)  # there, kill ends a process at once, without anything cleaned up
    else:
        os.kill(os.getpid(), signal.SIGTERM)
