"""``servicedesk api``."""

from typing import TYPE_CHECKING, Annotated

import typer

from servicedesk_core.cli.shell.context import Cli
from servicedesk_core.cli.shell.listening import ensure_installed, listener

if TYPE_CHECKING:
    from servicedesk_core.desk import ServiceDesk


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("api")(api)


def api(
    ctx: typer.Context,
    listen: Annotated[
        str | None, typer.Option("--listen", metavar="ADDRESS:PORT", help="Listen there instead of where [api] says.")
    ] = None,
) -> None:
    """Answer programs over HTTP until stopped: the documents of --json, to whoever shows a token.

    It only reads. "servicedesk tokens new" makes a token; /api/v1/openapi.json describes what is answered. Ctrl-C and
    SIGTERM (on Windows Ctrl-Break) end it when the requests under way are answered, or after five seconds.
    """
    ensure_installed("The API", "api", "starlette", "uvicorn")
    from servicedesk_core.features.people import forget_strangers  # noqa: PLC0415
    from servicedesk_core.web.api.app import application  # noqa: PLC0415
    from servicedesk_core.web.listening import listen as answer  # noqa: PLC0415

    cli: Cli = ctx.obj
    cli.serves = True

    async def work(desk: "ServiceDesk") -> None:
        await forget_strangers(desk)
        section = listener(desk.settings.api, listen, desk.settings)
        app = application(desk, desk.features, section)
        await answer(app, section, tell=lambda where: cli.say(f"API: {where}/api/v1"))

    cli.with_desk(work)
