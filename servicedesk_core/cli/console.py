"""``servicedesk console``."""

from typing import TYPE_CHECKING, Annotated

import typer

from servicedesk_core.cli.shell.context import Cli
from servicedesk_core.cli.shell.listening import CONSOLE, ensure_installed, listener

if TYPE_CHECKING:
    from servicedesk_core.desk import ServiceDesk


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("console")(console)


def console(
    ctx: typer.Context,
    listen: Annotated[
        str | None,
        typer.Option("--listen", metavar="ADDRESS:PORT", help="Listen there, whatever [console] says."),
    ] = None,
) -> None:
    """Show the desk in a browser until stopped, to whoever signs in.

    As long as nobody can, it tells a link that works once, for ten minutes: whoever opens it becomes the first
    administrator. "servicedesk people invite" invites others. It listens on this machine only; another address takes a
    certificate or a reverse proxy, [console]. Ctrl-C and SIGTERM (on Windows Ctrl-Break) end it when the requests under
    way are answered, or after five seconds.
    """
    ensure_installed(*CONSOLE)
    from servicedesk_core.web.console.serving import serve  # noqa: PLC0415

    cli: Cli = ctx.obj
    cli.serves = True

    async def work(desk: "ServiceDesk") -> None:
        await serve(desk, listener(desk.settings.console, listen, desk.settings), tell=cli.say)

    cli.with_desk(work)
