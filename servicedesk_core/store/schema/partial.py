"""The indexes of a part of our own tables; apart, because declaring one imports what SQLAlchemy knows of PostgreSQL."""

from sqlalchemy import Index, text

from servicedesk_core.store.schema.claiming import claims
from servicedesk_core.store.schema.paging import staff_attempts
from servicedesk_core.store.schema.writing import outbox

_LIVE = text("state IN ('proposed', 'queued', 'sending', 'in_doubt')")
Index("ix_outbox_work", outbox.c.connection, outbox.c.state, outbox.c.id, sqlite_where=_LIVE, postgresql_where=_LIVE)
# What is to be sent or settled; finished writes pay nothing for it. Only queries that say UNFINISHED use it.
Index("ix_outbox_unfinished", outbox.c.id, sqlite_where=_LIVE, postgresql_where=_LIVE)
# The same over all connections, the newest first: the list that people look at.
_FOLLOWS = text("after_write IS NOT NULL")
Index("ix_outbox_after", outbox.c.after_write, sqlite_where=_FOLLOWS, postgresql_where=_FOLLOWS)
# What waits for a write, and goes with it when that is discarded.
_OF_PARTS = text("kind IN ('stock_moves.take', 'stock_moves.return', 'purchase_orders.place', 'goods_receipts.create')")
Index("ix_outbox_parts", outbox.c.kind, outbox.c.id, sqlite_where=_OF_PARTS, postgresql_where=_OF_PARTS)
# Only queries that say OF_PARTS use it.

_OPEN = text("is_open")
Index("ix_claims_open", claims.c.state, claims.c.id, sqlite_where=_OPEN, postgresql_where=_OPEN)
# Lists of open claims.
Index("ix_claims_poll", claims.c.connection, claims.c.poll_at, sqlite_where=_OPEN, postgresql_where=_OPEN)
# Which claims are to be asked after now.

_SENDING = text("fate = 'sending'")
Index("ix_staff_attempts_sending", staff_attempts.c.batch, sqlite_where=_SENDING, postgresql_where=_SENDING)
# What a killed process left in doubt.
