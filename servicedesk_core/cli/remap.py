"""``servicedesk remap``."""

from typing import TYPE_CHECKING, Annotated

import typer

from servicedesk_core.cli.shell.arguments import Json
from servicedesk_core.cli.shell.context import Cli
from servicedesk_core.cli.shell.progress import sync_progress
from servicedesk_core.cli.sync import fail_like, show_outcomes

if TYPE_CHECKING:
    from servicedesk_core.desk import ServiceDesk, SyncOutcome


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("remap")(remap)


def remap(
    ctx: typer.Context,
    connection: Annotated[str | None, typer.Argument(help="Name of a connection [default: all of them].")] = None,
    only: Annotated[str | None, typer.Option("--only", metavar="STREAMS", help="Only these, with commas.")] = None,
    as_json: Json = False,
) -> None:
    """Map the stored payloads again.

    For use after the mapping or a plugin changed. Needs no network.
    """
    cli: Cli = ctx.obj
    streams = tuple(name.strip() for name in only.split(",") if name.strip()) if only else ()

    async def work(desk: "ServiceDesk") -> "tuple[SyncOutcome, ...]":
        with sync_progress(cli) as progress, progress.said_when_stopped(cli):
            return await desk.remap_all((connection,) if connection else (), streams=streams, progress=progress)

    outcomes = cli.with_desk(work)
    cli.emit("remap", outcomes, as_json=as_json, show=lambda: show_outcomes(cli, outcomes))
    fail_like(outcomes)
