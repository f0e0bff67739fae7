"""Hands over and rings: beside the jobs while the desk is served, or as a job of its own."""

import asyncio
import logging
from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import Final, Protocol

from servicedesk_core.config.people import Colleague
from servicedesk_core.errors import LeaseError, LeaseHeldError, ServiceDeskError
from servicedesk_core.features.paging.ringing import go_on
from servicedesk_core.jobs.desk import JobDesk
from servicedesk_core.outbox.staff import LEASE, Hands
from servicedesk_core.outbox.staff.tables import prune
from servicedesk_core.store.holding import held
from servicedesk_core.wording import counted

_log = logging.getLogger("servicedesk.staff")

LOOK_S: Final = 2.0
"""How often is looked for what is due."""

_PRUNED_EACH: Final = timedelta(days=1)

BUSY_S: Final = 5.0
"""How often is looked whether somebody else still hands over."""


class PagingDesk(JobDesk, Protocol):
    """A desk with people."""

    @property
    def roster(self) -> Mapping[str, Colleague]:
        """The people by name."""
        ...


async def hand_over(desk: PagingDesk, connection: str | None) -> str:
    """Ring whoever is to be rung, and hand over what waits, once.

    Raises:
        LeaseHeldError: Somebody else does it, such as ``servicedesk serve``.
    """
    del connection
    async with held(desk.store, LEASE) as fence:
        rung = await go_on(desk, fence)
        hands = Hands(desk, fence)
        begun = await hands.start()
        taken = await hands.finish()
        now = desk.clock.now()
        await desk.store.write(lambda tx: prune(tx, now), fence=fence)
    return f"{counted(rung, 'page')} gone on with, {taken} of {counted(begun, 'message')} taken"


async def follow(desk: PagingDesk) -> None:
    """Ring and hand over as soon as something is due, until cancelled; while another process does, wait for it."""
    said = ""
    pruned_at: datetime | None = None
    while True:
        try:
            async with held(desk.store, LEASE) as fence:
                hands = Hands(desk, fence)
                try:
                    while True:
                        await desk.store.read(desk.people_in)
                        await go_on(desk, fence)
                        await hands.start()
                        now = desk.clock.now()
                        if pruned_at is None or now - pruned_at >= _PRUNED_EACH:
                            await desk.store.write(partial(prune, at=now), fence=fence)
                            pruned_at = now
                        said = ""
                        await asyncio.sleep(LOOK_S)
                finally:
                    await hands.stop()
        except LeaseHeldError:
            await asyncio.sleep(BUSY_S)
        except LeaseError:
            await asyncio.sleep(LOOK_S)
        except ServiceDeskError as error:
            if said != error.message:
                _log.warning("our own people cannot be told anything now: %s", error.message)
            said = error.message
            await asyncio.sleep(LOOK_S)
