"""Says, while a command waits, that it still works: nobody should have to wonder for more than two seconds."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from servicedesk_core.cli.shell.context import Cli

FIRST_S: Final = 2.0
THEN_S: Final = 10.0
_BLOCKED_S: Final = 1.0


@asynccontextmanager
async def said_to_be_alive(cli: "Cli") -> AsyncIterator[None]:
    """Say how long the block has taken and what came of it: after two seconds, then every ten.

    Bars that move say the same better, and a server is nobody's wait.
    """
    task = asyncio.create_task(_say(cli))
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait([task])


async def _say(cli: "Cli") -> None:
    loop = asyncio.get_running_loop()
    began, wait_s = loop.time(), FIRST_S
    while True:
        before = loop.time()
        await asyncio.sleep(wait_s)
        if loop.time() - before > wait_s + _BLOCKED_S:
            continue  # a person was asked meanwhile
        wait_s = THEN_S
        if not (cli.serves or cli.shows_bars):
            doing = cli.doing()
            cli.say(f"Still at work after {loop.time() - began:.0f} s{f': {doing}' if doing else ''}.")
