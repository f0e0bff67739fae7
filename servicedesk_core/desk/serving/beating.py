"""The heartbeat: an address elsewhere that is called each minute, so that somebody notices when it is not any more."""

import asyncio
import http.client
import logging
import urllib.error
import urllib.request
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Final

from servicedesk_core.errors import SecretError
from servicedesk_core.jobs.desk import JobDesk

_log = logging.getLogger("servicedesk.serve")

EVERY_S: Final = 60.0
_PATIENCE_S: Final = 20.0
_KEY: Final = "serve.heartbeat"

_CALLING: Final = ThreadPoolExecutor(1, thread_name_prefix="heartbeat")
"""Its own: whatever blocks other threads must not silence it."""


async def beat(desk: JobDesk, is_live: Callable[[], bool], *, every_s: float = EVERY_S) -> None:
    """Call the address of ``[serve] heartbeat`` each minute, as long as the jobs are looked after, until cancelled.

    Args:
        desk: The desk.
        is_live: Whether its scheduler works; when it hangs, nobody is to be told that all is well.
        every_s: How often.
    """
    reference, said = desk.settings.serve.heartbeat, ""
    while reference is not None:
        problem = ""
        if is_live():
            try:
                address = desk.secrets.resolve(reference, key=_KEY, where=desk.settings.where).get_secret_value()
                await asyncio.get_running_loop().run_in_executor(_CALLING, _call, address)
            except SecretError as error:
                problem = error.message
            except (OSError, ValueError, http.client.HTTPException) as error:  # its text may hold the address
                problem = f"it could not be called ({type(error).__name__})"
        if problem and problem != said:
            _log.warning("the heartbeat is not heard: %s", problem)
        said = problem
        await asyncio.sleep(every_s)


async def ended(task: "asyncio.Task[None]") -> None:
    """Cancel a task, and wait for its end."""
    task.cancel()
    await asyncio.wait([task])


def _call(address: str) -> None:
    if not address.startswith(("https://", "http://")):
        raise ValueError
    with urllib.request.urlopen(address, timeout=_PATIENCE_S) as answer:  # noqa: S310  # the scheme was looked at
        answer.read(1_024)
