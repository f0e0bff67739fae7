"""``servicedesk doctor``."""

from typing import Annotated

import typer

from servicedesk_core.cli.shell import exit_codes
from servicedesk_core.cli.shell.arguments import Json, own_names
from servicedesk_core.cli.shell.context import Cli
from servicedesk_core.cli.shell.output import plain


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("doctor")(doctor)


def doctor(
    ctx: typer.Context,
    as_service: Annotated[
        bool, typer.Option("--as-service", help="Look as the account that runs the service will see it.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Look at this machine.

    Python, plugins, configuration, secrets, store, disk, clock; asks no vendor. Secrets are only said to be
    found or not. For one vendor see "servicedesk connections test"; for data and jobs see "servicedesk status".
    """
    from servicedesk_core.machine.doctor import diagnose  # noqa: PLC0415

    cli: Cli = ctx.obj
    if as_service:
        from servicedesk_core.machine.service.looking import diagnose_as_service  # noqa: PLC0415

        findings = diagnose_as_service(cli.config)
    else:
        findings = diagnose(cli.config, reserved=own_names(ctx))

    def shown() -> None:
        from rich.table import Table  # noqa: PLC0415
        from rich.text import Text  # noqa: PLC0415

        styles = {"ok": "green", "warning": "yellow", "problem": "bold red"}
        for finding in findings:
            told = f"{plain(finding.subject)}: {plain(finding.text)}"
            hint = f"  → {plain(finding.hint)}" if finding.hint else None
            if not cli.out.is_terminal:
                cli.out.print(f"{finding.level:<7}  {told}" + (f"\n         {hint}" if hint else ""))
                continue
            lines = Table.grid(padding=(0, 2))
            lines.add_column(width=max(map(len, styles)))
            lines.add_row(Text(finding.level, style=styles[finding.level]), Text(told))
            if hint:
                lines.add_row("", Text(hint))
            cli.out.print(lines)

    cli.emit("doctor", findings, as_json=as_json, show=shown)
    if any(finding.level == "problem" for finding in findings):
        raise typer.Exit(exit_codes.ERROR)
