"""Access tokens of a connection. The file of the store is its owner's only; a token is short-lived."""

from sqlalchemy import select

from servicedesk_core.ports import Token
from servicedesk_core.store.schema import tokens
from servicedesk_core.store.store import Store
from servicedesk_core.store.upserting import put


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
