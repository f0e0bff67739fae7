"""One look at what is newest in the store, every two seconds, for everybody who waits for it in this process."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace
from typing import Final

from sqlalchemy import func, select

from servicedesk_core.errors import StoreError
from servicedesk_core.store import Store, Tx
from servicedesk_core.store.schema import audit, changes, consumers, pages

_log = logging.getLogger("servicedesk.console")

EVERY_S: Final = 2.0


@dataclass(frozen=True, slots=True)
class State:
    """How far the store is.

    Attributes:
        changes: Position of the newest change of a record; 0 = there was none yet.
        acts: Number of the newest record of the audit trail: what people and jobs did, sign-ins and rights among it.
        followed: All positions of whoever follows the changes, such as the judging of clocks, added up.
        is_reachable: Whether the store answered; without it the numbers are those of the last answer.
        rung: How many calls were made for what rings.
    """

    changes: int = 0
    acts: int = 0
    followed: int = 0
    is_reachable: bool = True
    rung: int = 0


class Reader:
    """Looks at what is newest while somebody waits for it; one for each process.

    Args:
        store: The open store.
        every_s: Seconds between looks.
    """

    def __init__(self, store: Store, *, every_s: float = EVERY_S) -> None:
        self.now = State()
        self._store = store
        self._every_s = every_s
        self._moved = asyncio.Event()
        self._waiting = 0
        self._looking: asyncio.Task[None] | None = None

    @asynccontextmanager
    async def followed(self) -> AsyncIterator[None]:
        """Keep it looking during a block; it has looked once when the block begins."""
        self._waiting += 1
        if self._looking is None:
            await self.look()
            self._looking = self._looking or asyncio.create_task(self._go_on())
        try:
            yield
        finally:
            self._waiting -= 1
            if not self._waiting and (looking := self._looking):
                self._looking = None
                looking.cancel()

    async def other_than(self, known: State, *, within_s: float) -> State:
        """Return the state as soon as it is another one than is known, at the latest after a while as it is then.

        Args:
            known: What whoever waits has seen.
            within_s: How long is waited, in seconds.
        """
        with suppress(TimeoutError):
            async with asyncio.timeout(within_s):
                while self.now == known:
                    await self._moved.wait()
        return self.now

    async def _go_on(self) -> None:
        while True:
            await asyncio.sleep(self._every_s)
            await self.look()

    async def look(self) -> State:
        """Look at once, for whoever must not miss what was done a moment ago; return how far the store is."""
        try:
            found = await self._store.read(_newest)
        except StoreError as error:
            if self.now.is_reachable:
                _log.warning("open pages are not live until the store answers: %s", error)
            found = replace(self.now, is_reachable=False)
        if found != self.now:
            self.now = found
            moved, self._moved = self._moved, asyncio.Event()
            moved.set()
        return found


def _newest(tx: Tx) -> State:
    newest, act, followed, rung = tx.execute(_NEWEST).one()
    return State(newest, act, int(followed), rung=int(rung))  # PostgreSQL adds up as a decimal


_NEWEST: Final = select(
    select(func.coalesce(func.max(changes.c.seq), 0)).scalar_subquery(),
    select(func.coalesce(func.max(audit.c.seq), 0)).scalar_subquery(),
    select(func.coalesce(func.sum(consumers.c.seq), 0)).scalar_subquery(),
    select(func.coalesce(func.sum(pages.c.rung + 1), 0)).where(pages.c.state == "ringing").scalar_subquery(),
)
