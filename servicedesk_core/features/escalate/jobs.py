"""Takes the steps that fall due: beside the jobs while the desk is served, or as a job of its own."""

import asyncio
import logging
from typing import Final

from servicedesk_core.errors import LeaseError, LeaseHeldError, ServiceDeskError
from servicedesk_core.features.escalate.sweeping import Sweep
from servicedesk_core.features.paging import PagingDesk
from servicedesk_core.store.holding import held
from servicedesk_core.wording import counted

_log = logging.getLogger("servicedesk.escalate")

LEASE: Final = "escalation"
LOOK_S: Final = 2.0
BUSY_S: Final = 5.0


async def escalate(desk: PagingDesk, connection: str | None) -> str:
    """Take the steps that are due, once.

    Raises:
        LeaseHeldError: Somebody else does it, such as ``servicedesk serve``.
    """
    del connection
    async with held(desk.store, LEASE) as fence:
        done = await Sweep(desk, fence).once()
    return f"{counted(done.fired, 'step')} taken, {done.late} too late for it"


async def follow(desk: PagingDesk) -> None:
    """Take each step as soon as it falls due, until cancelled; while another process does, wait for it."""
    said = ""
    while True:
        try:
            async with held(desk.store, LEASE) as fence:
                sweep = Sweep(desk, fence)
                while True:
                    await desk.store.read(desk.people_in)
                    await sweep.once()
                    said = ""
                    await asyncio.sleep(LOOK_S)
        except LeaseHeldError:
            await asyncio.sleep(BUSY_S)
        except LeaseError:
            await asyncio.sleep(LOOK_S)
        except ServiceDeskError as error:
            if said != error.message:
                _log.warning("no step of an escalation plan can be taken now: %s", error.message)
            said = error.message
            await asyncio.sleep(LOOK_S)
