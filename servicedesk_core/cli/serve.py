"""``servicedesk serve``."""

from typing import TYPE_CHECKING

import typer

from servicedesk_core.cli.shell.context import Cli

if TYPE_CHECKING:
    from servicedesk_core.desk import ServiceDesk


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("serve")(serve)


def serve(ctx: typer.Context) -> None:
    """Run the jobs by schedule until stopped, and answer monitoring on this machine.

    What is due when stands in the configuration, [schedules]; "servicedesk jobs list" shows it. Several of these may
    run for one store: each due time is served once. Where [public] listens, vendors are heard too. Ctrl-C and SIGTERM
    (on Windows Ctrl-Break) end it at a clean point.
    """
    from servicedesk_core.desk.serving.serving import serve as run  # noqa: PLC0415

    cli: Cli = ctx.obj
    cli.serves = True

    async def work(desk: "ServiceDesk") -> None:
        await run(desk, tell=cli.say)

    cli.with_desk(work)
