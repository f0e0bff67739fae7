"""``servicedesk service``."""

from typing import TYPE_CHECKING, Annotated

import typer

from servicedesk_core.cli.shell.arguments import Json, Yes
from servicedesk_core.cli.shell.context import Cli

if TYPE_CHECKING:
    from servicedesk_core.machine.service.model import ServiceStatus

System = Annotated[
    bool,
    typer.Option("--system", help="One that runs without anybody logged on (on Windows all do); needs the rights."),
]


def register(app: typer.Typer) -> None:
    """Add the group."""
    group = typer.Typer(help='Have the operating system run "servicedesk serve".', no_args_is_help=True)
    group.command("install")(install)
    group.command("status")(status)
    group.command("remove")(remove)
    app.add_typer(group, name="service")


def install(  # noqa: PLR0917  # typer calls it by name
    ctx: typer.Context,
    system: System = False,
    account: Annotated[str | None, typer.Option("--account", help="Who runs it, with --system [default: you].")] = None,
    only_print: Annotated[bool, typer.Option("--print", help="Only print what would be installed.")] = False,
    no_start: Annotated[bool, typer.Option("--no-start", help="Do not start it now.")] = False,
    yes: Yes = False,
) -> None:
    """Install the service: a systemd unit, on Windows a scheduled task that begins with the machine.

    Then look with "servicedesk doctor --as-service" whether the account that runs it finds every secret.
    """
    from servicedesk_core.machine.service import managing  # noqa: PLC0415

    cli: Cli = ctx.obj
    service = managing.service_for(cli.config, is_system=system, account=account)
    if only_print:
        cli.out.print(managing.render(service), end="", soft_wrap=True)
        return
    where = "of this machine" if service.scope == "system" else "of your account"
    cli.confirm(f"Install {service.name} as a service {where}, run by {service.account}?", yes=yes)
    _show(cli, managing.install(service, start=not no_start))
    cli.say("Next: servicedesk doctor --as-service")


def status(ctx: typer.Context, system: System = False, as_json: Json = False) -> None:
    """Show whether the service is installed and runs."""
    from servicedesk_core.machine.service import managing  # noqa: PLC0415

    cli: Cli = ctx.obj
    found = managing.status(managing.service_for(cli.config, is_system=system))
    cli.emit("service.status", found, as_json=as_json, show=lambda: _show(cli, found))


def remove(ctx: typer.Context, system: System = False, yes: Yes = False) -> None:
    """Stop the service and remove it. The desk's data stay."""
    from servicedesk_core.machine.service import managing  # noqa: PLC0415

    cli: Cli = ctx.obj
    service = managing.service_for(cli.config, is_system=system)
    cli.confirm(f"Stop and remove the service {service.name}?", yes=yes)
    cli.say("Removed." if managing.remove(service) else "There was none.")


def _show(cli: Cli, found: "ServiceStatus") -> None:
    running = "installed" if found.running is None else "running" if found.running else "not running"
    cli.facts(
        [
            ("Service", found.name),
            ("State", running if found.installed else "not installed"),
            ("Account", found.account),
            ("File", found.file),
            ("The system says", found.detail),
        ]
    )
