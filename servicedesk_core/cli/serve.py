"""``servicedesk serve``."""

import asyncio
from collections.abc import Coroutine
from typing import TYPE_CHECKING, Annotated, Any

import typer

from servicedesk_core.cli.shell.context import Cli
from servicedesk_core.cli.shell.listening import CONSOLE, ensure_installed, listener

if TYPE_CHECKING:
    from servicedesk_core.desk import ServiceDesk


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("serve")(serve)


def serve(
    ctx: typer.Context,
    console: Annotated[bool, typer.Option("--console", help="Show the desk in a browser too: [console].")] = False,
) -> None:
    """Run the jobs by schedule until stopped, and answer monitoring on this machine.

    What is due when stands in the configuration, [schedules]; "servicedesk jobs list" shows it. Several of these may
    run for one store: each due time is served once. Where [public] listens, vendors are heard too. With --console a
    small desk needs no other process; on a large one a sync would make its pages wait: "servicedesk console" is one of
    its own. Ctrl-C and SIGTERM (on Windows Ctrl-Break) end it at a clean point.
    """
    from servicedesk_core.desk.serving.serving import serve as run  # noqa: PLC0415

    if console:
        ensure_installed(*CONSOLE)
    cli: Cli = ctx.obj
    cli.serves = True

    async def work(desk: "ServiceDesk") -> None:
        if not console:
            await run(desk, tell=cli.say)
            return
        from servicedesk_core.web.console.serving import serve as show  # noqa: PLC0415

        section = listener(desk.settings.console, None, desk.settings)
        await _until_one_ends(run(desk, tell=cli.say), show(desk, section, tell=cli.say))

    cli.with_desk(work)


async def _until_one_ends(*work: Coroutine[Any, Any, None]) -> None:
    """Run side by side what runs until it is cancelled; what one of them raises ends the others."""
    tasks = [asyncio.ensure_future(one) for one in work]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)
    for task in done:
        task.result()
