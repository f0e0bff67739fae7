"""Takes the steps that fall due: beside the jobs while the desk is served, or as a job of its own."""

import asyncio
import logging
from collections.abc import Collection
from datetime import datetime, timedelta
from types import TracebackType
from typing import Final, Self

from servicedesk_core.errors import LeaseError, LeaseHeldError, ServiceDeskError
from servicedesk_core.features.escalate.automatic import act
from servicedesk_core.features.escalate.sweeping import Sweep
from servicedesk_core.features.paging import PagingDesk
from servicedesk_core.store.holding import held
from servicedesk_core.wording import counted

_log = logging.getLogger("servicedesk.escalate")

LEASE: Final = "escalation"
LOOK_S: Final = 2.0
BUSY_S: Final = 5.0
AGAIN: Final = timedelta(minutes=1)
"""After so long it is looked whether a standing approval has room again."""

_REFUSED: Final = "what a step of an escalation plan asks for cannot be proposed: %s"


async def escalate(desk: PagingDesk, connection: str | None) -> str:
    """Take the steps that are due, once.

    Raises:
        LeaseHeldError: Somebody else does it, such as ``servicedesk serve``.
    """
    del connection
    async with held(desk.store, LEASE) as fence:
        done = await Sweep(desk, fence).once()
    for why in (await act(desk)).refused:
        _log.warning(_REFUSED, why)
    return f"{counted(done.fired, 'step')} taken, {done.late} too late for it"


async def follow(desk: PagingDesk) -> None:
    """Take each step as soon as it falls due, until cancelled; while another process does, wait for it."""
    said = ""
    acting = Acting(desk)
    while True:
        try:
            async with held(desk.store, LEASE) as fence, acting:
                sweep = Sweep(desk, fence)
                while True:
                    await desk.store.read(desk.people_in)
                    acting.go_on((await sweep.once()).fired)
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


class Acting:
    """Does what steps ask for beside the sweeps: a vendor that is slow holds up no message.

    Args:
        desk: The desk.
    """

    def __init__(self, desk: PagingDesk) -> None:
        self._desk = desk
        self._task: asyncio.Task[None] | None = None
        self._is_wanted = True  # whoever took steps before may have ended before it acted
        self._again_at: datetime | None = None
        self._said: frozenset[str] = frozenset()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])
        self._task, self._is_wanted = None, True

    def go_on(self, fired: int) -> None:
        """Begin, where some step fired since it was last begun or a limit kept something, unless it still goes on."""
        is_time = self._again_at is not None and self._again_at <= self._desk.clock.now()
        self._is_wanted = self._is_wanted or fired > 0 or is_time
        if self._is_wanted and (self._task is None or self._task.done()):
            self._task, self._is_wanted = asyncio.create_task(self._act(), name="escalation:act"), False

    async def _act(self) -> None:
        try:
            undone = await act(self._desk)
            self._again_at = self._desk.clock.now() + AGAIN if undone.limited else None
            self._say(_REFUSED, undone.refused)
        except ServiceDeskError as error:
            self._is_wanted = True
            self._say("what steps of escalation plans ask for cannot be done now: %s", [error.message])
        except Exception:  # noqa: BLE001  # steps go on, whatever it is
            _log.exception("what steps of escalation plans ask for: this should not have happened")

    def _say(self, text: str, found: Collection[str]) -> None:
        """Log what was not said the last time."""
        for why in found:
            if why not in self._said:
                _log.warning(text, why)
        self._said = frozenset(found)
