"""A lease held while a block lasts: taken at its start, renewed, given back at its end."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from servicedesk_core.errors import LeaseLostError, StoreError
from servicedesk_core.processes import this_process
from servicedesk_core.store import Fence, Store, leases
from servicedesk_core.store.cancellation import or_undone

_log = logging.getLogger("servicedesk.store")


@asynccontextmanager
async def held(store: Store, name: str, ttl_s: float = leases.TTL_S) -> AsyncIterator[Fence]:
    """Hold a lease, renewed while the block lasts and given back at its end.

    Args:
        store: The desk's store.
        name: What the lease is for.
        ttl_s: How long it lasts without renewal; a killed process blocks others no longer than that, and those on its
            own machine not at all.

    Raises:
        LeaseHeldError: Another process holds it; says who, since when and until when.
    """
    fence = await _acquire(store, name, ttl_s)
    renewer = asyncio.create_task(_renew(store, fence, ttl_s), name=f"lease:{name}")
    try:
        yield fence
    finally:
        renewer.cancel()
        giving_back = asyncio.ensure_future(_give_back(store, fence, renewer))
        try:
            await asyncio.shield(giving_back)
        except asyncio.CancelledError:
            # A cancellation at this very moment must not leave the lease behind.
            await asyncio.wait([giving_back])
            raise


async def _give_back(store: Store, fence: Fence, renewer: "asyncio.Task[None]") -> None:
    await asyncio.wait([renewer])
    try:
        await store.write(lambda tx: leases.release(tx, fence))
    except StoreError as error:  # what went wrong before matters more; the lease expires by itself
        _log.warning("the lease of %s could not be given back: %s", fence.name, error)


async def _acquire(store: Store, name: str, ttl_s: float) -> Fence:
    taking = store.write(lambda tx: leases.acquire(tx, name, this_process(), ttl_s))
    return await or_undone(taking, lambda fence: store.write(lambda tx: leases.release(tx, fence)))


async def _renew(store: Store, fence: Fence, ttl_s: float) -> None:
    while True:
        # The lease runs by the database's time, so a clock of the tests must not drive its renewal.
        await asyncio.sleep(ttl_s / 3)
        try:
            await store.write(lambda tx: leases.renew(tx, fence, ttl_s))
        except LeaseLostError:
            _log.warning("the lease of %s was lost", fence.name)
            return
        except StoreError as error:
            _log.warning("the lease of %s could not be renewed: %s", fence.name, error)
