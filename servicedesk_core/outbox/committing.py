"""Several transactions of a sender as one: a commit that outlasts a loss of power takes as long for many as for one."""

import asyncio
from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple, TypeVar

from sqlalchemy.exc import SQLAlchemyError

from servicedesk_core.store import Fence, Store, Tx

T = TypeVar("T")
Work = Callable[[Tx], T]


class _End(NamedTuple):
    """What came of a piece of work."""

    value: Any
    error: Exception | None


class Commits:
    """Stores what attempts that are under way side by side want to store, durably.

    What comes while a transaction runs is stored together in the next one, where each piece of work stands or falls by
    itself.

    Args:
        store: The desk's store.
        fence: The sender's lease.
    """

    def __init__(self, store: Store, fence: Fence) -> None:
        self._store = store
        self._fence = fence
        self._waiting: list[tuple[Work[Any], asyncio.Future[Any]]] = []
        self._running: asyncio.Task[None] | None = None

    async def write(self, work: Work[T]) -> T:
        """Store something; return when a loss of power cannot undo it.

        A cancelled caller still waits until that is so, or certainly is not.

        Args:
            work: What to do; its exceptions undo it alone and reach the caller.

        Raises:
            LeaseLostError: The lease was lost.
            StoreError: The store cannot be used; nothing of what was stored together is.
        """
        place: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._waiting.append((work, place))
        if self._running is None:
            self._running = asyncio.create_task(self._run())
        try:
            return await asyncio.shield(place)
        except asyncio.CancelledError:
            await asyncio.wait([place])
            if not place.cancelled():
                place.exception()  # looked at, else asyncio prints it as forgotten
            raise

    async def _run(self) -> None:
        batch: list[tuple[Work[Any], asyncio.Future[Any]]] = []
        try:
            while self._waiting:
                batch, self._waiting = self._waiting, []
                for (_, place), end in zip(batch, await self._stored([work for work, _ in batch]), strict=True):
                    if end.error is None:
                        place.set_result(end.value)
                    else:
                        place.set_exception(end.error)
        finally:
            self._running = None
            for _, place in (*batch, *self._waiting):
                place.cancel()  # only where the whole program is stopped: else each has its end

    async def _stored(self, works: list[Work[Any]]) -> list[_End]:
        try:
            return await self._store.write(partial(_each, works=works), fence=self._fence, durable=True)
        except Exception as error:  # noqa: BLE001  # each caller is told, and knows what it means to it
            return [_End(None, error)] * len(works)


def _each(tx: Tx, works: list[Work[Any]]) -> list[_End]:
    if len(works) == 1:  # the transaction is its own
        return [_End(works[0](tx), None)]
    ends = []
    for work in works:
        try:
            with tx.begin_nested():
                ends.append(_End(work(tx), None))
        except SQLAlchemyError:  # the database's own trouble is that of the whole transaction
            raise
        except Exception as error:  # noqa: BLE001  # the others go on; whoever wanted this one is told
            ends.append(_End(None, error))
    return ends
