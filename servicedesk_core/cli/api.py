"""``servicedesk api``."""

from importlib.util import find_spec
from typing import TYPE_CHECKING, Annotated, Final

import typer

from servicedesk_core.cli.shell.context import Cli
from servicedesk_core.errors import SettingsError

if TYPE_CHECKING:
    from servicedesk_core.desk import ServiceDesk

_NEEDED: Final = ("starlette", "uvicorn")


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
    if missing := [name for name in _NEEDED if find_spec(name) is None]:
        message = f"The API needs packages that are not installed: {', '.join(missing)}."
        raise SettingsError(message, hint="pip install 'servicedesk-core[api]'")
    from servicedesk_core.config.listening import ApiSection  # noqa: PLC0415
    from servicedesk_core.web.api.app import application  # noqa: PLC0415
    from servicedesk_core.web.listening import listen as answer  # noqa: PLC0415

    cli: Cli = ctx.obj
    cli.serves = True

    async def work(desk: "ServiceDesk") -> None:
        section = desk.settings.api
        if listen is not None:
            try:
                section = ApiSection(**section.model_dump() | {"listen": listen})
            except ValueError as error:
                message = f'"{listen}" is no address to listen on.'
                raise SettingsError(message, hint=_why(error)) from None
        secured = section.model_copy(
            update={
                name: str(desk.settings.beside(path))
                for name in ("certificate", "key")
                if (path := getattr(section, name)) is not None
            }
        )
        await answer(
            application(desk, desk.features, secured), secured, tell=lambda where: cli.say(f"API: {where}/api/v1")
        )

    cli.with_desk(work)


def _why(error: ValueError) -> str:
    """Return what our own rules say of a value, without the words of the library that applies them."""
    return str(getattr(error, "errors", list)()[0]["ctx"]["error"]).capitalize() + "."
