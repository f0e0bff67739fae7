"""Access tokens of a connection. The file of the store is its owner's only; a token is short-lived."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Final

from sqlalchemy import select

from servicedesk_core.errors import LeaseHeldError
from servicedesk_core.ports import Token
from servicedesk_core.store import leases
from servicedesk_core.store.holding import held
from servicedesk_core.store.schema import tokens
from servicedesk_core.store.store import Store
from servicedesk_core.store.upserting import put

PATIENCE_S: Final = 3 * leases.TTL_S
"""Longest wait for another process that replaces a token; one that has died is not waited for so long."""

LOOK_S: Final = 0.2


class StoreTokens:
    """Keeps :class:`servicedesk_core.ports.TokenStore` in the store.

    Args:
        store: Where.
        source_id: Whose tokens.
    """

    def __init__(self, store: Store, source_id: int) -> None:
        self._store = store
        self._source_id = source_id

    async def load(self) -> Token | None:
        """Return the newest token, or ``None``."""
        query = select(tokens.c.access, tokens.c.expires_at, tokens.c.refresh).where(
            tokens.c.source_id == self._source_id
        )
        row = await self._store.read(lambda tx: tx.execute(query).one_or_none())
        return None if row is None else Token(*row)

    async def save(self, token: Token) -> None:
        """Store a token durably before it is used."""
        row = {
            "source_id": self._source_id,
            "access": token.access,
            "refresh": token.refresh,
            "expires_at": token.expires_at,
            "updated_at": self._store.clock.now(),
        }
        await self._store.write(lambda tx: put(tx, tokens, row))

    @asynccontextmanager
    async def renewing(self) -> AsyncIterator[None]:
        """Wait until no other process replaces the token, and hold them off for a block.

        Raises:
            LeaseHeldError: Another one does not come to an end.
        """
        loop = asyncio.get_running_loop()
        give_up_at = loop.time() + PATIENCE_S
        async with AsyncExitStack() as stack:
            while True:
                try:
                    await stack.enter_async_context(held(self._store, f"tokens:{self._source_id}"))
                    break
                except LeaseHeldError:
                    if loop.time() >= give_up_at:
                        raise
                await asyncio.sleep(LOOK_S)
            yield
