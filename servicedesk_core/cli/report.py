"""``servicedesk report``."""

from pathlib import Path
from typing import Annotated

import typer

from servicedesk_core.cli.shell.arguments import Json
from servicedesk_core.cli.shell.context import Cli


def register(app: typer.Typer) -> None:
    """Add the group."""
    group = typer.Typer(help="Reports over the store.", no_args_is_help=True)
    group.callback()(_group)
    group.command("desk")(desk_report)
    app.add_typer(group, name="report")


def _group() -> None:
    """Keep ``desk`` a subcommand although it is the only one."""


def desk_report(
    ctx: typer.Context,
    html: Annotated[Path | None, typer.Option("--html", metavar="FILE", help="Write one self-contained page.")] = None,
    as_json: Json = False,
) -> None:
    """Show the desk: open tickets by queue, status, technician, age and priority, and what needs a look."""
    cli: Cli = ctx.obj
    report = cli.with_desk(lambda desk: desk.report_desk(), read_only=True)
    if html is not None:
        from servicedesk_core.files import replace_file  # noqa: PLC0415
        from servicedesk_core.reports import desk_html  # noqa: PLC0415

        replace_file(html, desk_html.render(report).encode())
        cli.say(f"Written to {html}.")
        if not as_json:
            return

    def shown() -> None:
        from servicedesk_core.reports import desk_text  # noqa: PLC0415

        cli.out.print(desk_text.render(report).rstrip(), soft_wrap=True)

    cli.emit("report.desk", report, as_json=as_json, show=shown)
