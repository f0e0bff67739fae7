"""Access tokens of a connection. The file of the store is its owner's only; a token is short-lived."""

from sqlalchemy import Connection, select

from servicedesk_core.ports import Token
from servicedesk_core.store.fields import optional_instant, optional_us, to_us
from servicedesk_core.store.schema import tokens
from servicedesk_core.store.store import Store
from servicedesk_core.store.upserting import insert_into


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
        return None if row is None else Token(row.access, optional_instant(row.expires_at), row.refresh)

    async def save(self, token: Token) -> None:
        """Store a token durably before it is used."""
        row = {
            "access": token.access,
            "refresh": token.refresh,
            "expires_at": optional_us(token.expires_at),
            "updated_at": to_us(self._store.clock.now()),
        }

        def work(tx: Connection) -> None:
            statement = insert_into(tx, tokens).values(source_id=self._source_id, **row)
            tx.execute(statement.on_conflict_do_update(index_elements=["source_id"], set_=row))

        await self._store.write(work)
