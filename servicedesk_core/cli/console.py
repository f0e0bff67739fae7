"""``servicedesk console``."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from servicedesk_core.cli.shell.context import Cli
from servicedesk_core.cli.shell.listening import ensure_installed, listener

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
    ensure_installed("The console", "console", "argon2", "starlette", "uvicorn")
    from servicedesk_core.features.people import first_link  # noqa: PLC0415
    from servicedesk_core.web.console.app import application  # noqa: PLC0415
    from servicedesk_core.web.console.cache.answers import Answers  # noqa: PLC0415
    from servicedesk_core.web.console.live.reader import Reader  # noqa: PLC0415
    from servicedesk_core.web.listening import listen as answer  # noqa: PLC0415

    cli: Cli = ctx.obj
    cli.serves = True

    async def work(desk: "ServiceDesk") -> None:
        section = listener(desk.settings.console, listen, desk.settings)
        first = await first_link(desk)
        answers = Answers(Reader(desk.store))
        app = application(desk, desk.features, section, answers)
        async with answers.kept_current():
            await answer(
                app,
                section,
                tell=lambda where: cli.say("\n".join(_told(section.url if section.proxy else where, first))),
                ending=app.state.streams.close,
            )

    cli.with_desk(work)


def _told(where: str, first: str | None) -> Iterator[str]:
    yield f"Console: {where}"
    if first is not None:
        yield "Nobody can sign in and invite others yet. Within ten minutes this link makes the first administrator:"
        yield f"{where}/first/{first}"
